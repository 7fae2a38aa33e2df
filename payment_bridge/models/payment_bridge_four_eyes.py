"""Settings that one person proposes and another puts in force."""

import json

from odoo import api, fields, models
from odoo.exceptions import UserError

from .refusal import refused

ADMIN = "payment_bridge.group_channel_admin"
_KEY = "bridge_agreed_change"
_AGREED = object()
"""Only code in this process has it: a context that came over the wire cannot hold it."""


class PaymentBridgeFourEyes(models.AbstractModel):
    """Where the company wants four eyes, writing a guarded field proposes the change instead of making it.

    It is decided in :meth:`write` itself, so that a form, an import, RPC and ``sudo`` all end in a proposal.
    """

    _name = "payment.bridge.four.eyes"
    _description = "Changed by Two People"

    four_eyes_note = fields.Char(
        string="Waiting Change", compute="_compute_four_eyes_note", groups="payment_bridge.group_reader"
    )

    def _compute_four_eyes_note(self):
        waiting = self.env["payment.bridge.change.request"].sudo()
        for record in self:
            requests = waiting.search(
                [("res_model", "=", self._name), ("res_id", "=", record.id), ("state", "=", "waiting")]
            )
            record.four_eyes_note = bool(requests) and self.env._(
                "Waiting for a second person: %s", "; ".join(requests.mapped("summary"))
            )

    @api.model_create_multi
    def create(self, vals_list):
        """A record that is guarded as a whole is made out of force; putting it in force is the proposal."""
        if not self._four_eyes_whole():
            return super().create(vals_list)
        records = self.browse()
        for vals in vals_list:
            if not vals.get("active", True) or not self._four_eyes_needed(self._four_eyes_company_for(vals)):
                records |= super().create([vals])
                continue
            agreed = self.with_context(**{_KEY: _AGREED})  # its lines come with it
            record = super(PaymentBridgeFourEyes, agreed).create([{**vals, "active": False}]).with_env(self.env)
            self.env["payment.bridge.change.request"]._propose(record, {"active": True})
            records |= record
        return records

    def write(self, vals):
        free = self.browse()
        for record in self:
            guarded = record._four_eyes_guarded(vals)
            if not guarded or not self._four_eyes_needed(record._four_eyes_company()):
                free |= record
                continue
            proposed = {name: vals[name] for name in guarded}
            if record._four_eyes_changes(proposed):
                self.env["payment.bridge.change.request"]._propose(record, proposed)
            if rest := {name: value for name, value in vals.items() if name not in guarded}:
                super(PaymentBridgeFourEyes, record).write(rest)
        return super(PaymentBridgeFourEyes, free).write(vals) if free else True

    @api.ondelete(at_uninstall=False)
    def _unlink_except_guarded(self):
        for record in self.filtered(lambda one: one._four_eyes_whole()):
            self._forbid_alone(
                record._four_eyes_company(),
                self.env._("It is not deleted by one person alone: archive it, which asks somebody else to agree."),
            )

    # -- what a model says about itself ------------------------------------------

    def _four_eyes_whole(self):
        """Whether the record as a whole is guarded: its making, its every field and its end."""
        return "active" in self._fields and self._name != "payment.bridge.channel"

    def _four_eyes_guarded(self, vals):
        """The names in ``vals`` that one person alone does not change on this record."""
        unguarded = {"message_follower_ids", "message_main_attachment_id", "activity_ids"}
        return set(vals) - unguarded if self._four_eyes_whole() else set()

    def _four_eyes_company(self):
        return self.company_id

    @api.model
    def _four_eyes_company_for(self, vals):
        """The company that decides whether a record made of ``vals`` is guarded."""
        return self.env["res.company"].browse(vals.get("company_id")) or self.env.company

    @api.model
    def _four_eyes_group(self):
        """The role that proposes and agrees to changes."""
        return ADMIN

    def _four_eyes_apply(self, request):
        """Make an agreed change, as a whole."""
        request._apply_values(self)

    # -- what a model asks -------------------------------------------------------

    @api.model
    def _four_eyes_needed(self, company):
        """Whether a change needs somebody else's agreement, and has not got it."""
        return company.sudo().bridge_four_eyes and self.env.context.get(_KEY) is not _AGREED

    @api.model
    def _forbid_alone(self, company, words):
        """:raises UserError: with ``words`` where four eyes are needed and only two have seen it."""
        if self._four_eyes_needed(company):
            raise refused(company, "alone", UserError(words), model=self._name)

    def _four_eyes_agreed(self):
        """These records, for a change that two people have agreed on."""
        return self.sudo().with_context(**{_KEY: _AGREED})

    def _four_eyes_changes(self, vals):
        """Whether ``vals`` differ from what stands: saving a form unchanged proposes nothing."""
        return any(
            self._fields[name].type in ("one2many", "many2many") or self._four_eyes_plain(name) != json_value(value)
            for name, value in vals.items()
        )

    def _four_eyes_plain(self, name):
        """A field's present value as plain JSON; of lines, also when they changed last."""
        value = self.sudo()[name]
        if isinstance(value, models.BaseModel):
            if self._fields[name].type == "many2one":
                return value.id
            return [[line.id, str(line.write_date)] for line in value.sorted("id")]
        return json_value(value)


def json_value(value):
    """``value`` as it comes back from JSON."""
    return json.loads(json.dumps(value, default=str))
