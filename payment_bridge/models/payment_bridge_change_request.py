"""Changes of rules, limits, credentials and fee accounts that wait for a second person."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.orm.models import NO_ACCESS
from odoo.tools import SQL
from odoo.tools.misc import clean_context

from .payment_bridge_four_eyes import json_value
from .real_user import real_user

ADMIN = "payment_bridge.group_channel_admin"


class PaymentBridgeChangeRequest(models.Model):
    """A proposed change with its values, applied as a whole when another channel administrator agrees.

    A secret is kept encrypted and never shown. What was there when it was proposed is kept too: a change of
    something that has changed meanwhile is refused.
    """

    _name = "payment.bridge.change.request"
    _description = "Change That Needs Four Eyes"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _rec_name = "summary"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    res_model = fields.Char(string="Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(string="Record", model_field="res_model", readonly=True, index=True)
    record_name = fields.Char(readonly=True)
    summary = fields.Char(readonly=True, required=True)
    values = fields.Json(readonly=True, groups=NO_ACCESS)
    before = fields.Json(readonly=True, groups=NO_ACCESS)
    sealed_value = fields.Text(readonly=True, groups=NO_ACCESS)
    state = fields.Selection(
        [("waiting", "Waiting"), ("applied", "Applied"), ("refused", "Refused"), ("replaced", "Replaced")],
        required=True,
        readonly=True,
        default="waiting",
        index=True,
        tracking=True,
    )
    proposed_by_id = fields.Many2one("res.users", required=True, readonly=True)
    decided_by_id = fields.Many2one("res.users", readonly=True)
    decided_at = fields.Datetime(readonly=True)
    reason = fields.Char(help="Why it is refused.", tracking=True)
    may_decide = fields.Boolean(compute="_compute_may_decide")

    @api.depends("state", "proposed_by_id")
    @api.depends_context("uid")
    def _compute_may_decide(self):
        admin = self.env.user.has_group(ADMIN)
        for request in self:
            request.may_decide = admin and request.state == "waiting" and request.proposed_by_id != self.env.user

    def write(self, vals):
        if set(vals) - {"reason", "message_follower_ids", "message_main_attachment_id", "activity_ids"}:
            raise UserError(self.env._("A proposed change is agreed to or refused, not edited."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A proposed change is part of the trail and stays."))

    # -- proposing ---------------------------------------------------------------

    @api.model
    @api.private
    def _propose(self, record, values):
        """Keep ``values`` for ``record`` until another administrator agrees; one person's newer proposal for
        the same fields takes the place of the older one."""
        values = json_value(values)
        words = ", ".join(record._fields[name]._description_string(self.env) or name for name in values)
        return self._keep(
            record,
            values=values,
            before={name: record._four_eyes_plain(name) for name in values},
            summary=f"{record.display_name}: {words} → {self._say(record, values)}",
        )

    @api.model
    @api.private
    def _propose_secret(self, credential, text):
        """Keep a new value of a credential, encrypted; None clears it."""
        request = self._keep(
            credential,
            values={"secret": text is not None},
            before={"changed_at": str(credential.changed_at)},
            summary=f"{credential.channel_id.display_name}: {credential.label}",
        )
        if text is not None:
            request._set(sealed_value=credential._box().encrypt(text, request._context_of_secret()))
        return request

    def _keep(self, record, *, values, before, summary):
        requests = self.sudo()
        older = requests.search(
            [("res_model", "=", record._name), ("res_id", "=", record.id), ("state", "=", "waiting")]
        ).filtered(lambda one: set(one.values) & set(values))
        older._set(state="replaced", decided_at=fields.Datetime.now())
        company = record.company_id if record._name != "res.company" else record
        request = requests.with_context(clean_context(self.env.context)).create(
            {
                "company_id": company.id,
                "res_model": record._name,
                "res_id": record.id,
                "record_name": record.display_name,
                "summary": summary,
                "values": values,
                "before": before,
                "proposed_by_id": self.env.uid,
            }
        )
        self.env["payment.bridge.audit.event"]._record(
            "change.proposed", request, subject=f"{record._name},{record.id}", fields=sorted(values)
        )
        return request

    def _say(self, record, values):
        """The proposed values in a few words; lines are counted, not listed."""
        words = []
        for name, value in values.items():
            field = record._fields[name]
            if field.type == "many2one" and value:
                words.append(self.env[field.comodel_name].sudo().browse(value).display_name)
            elif field.type in ("one2many", "many2many"):
                words.append(self.env._("%s lines", len(value)))
            elif field.type == "boolean":
                words.append(self.env._("yes") if value else self.env._("no"))
            else:
                words.append(str(value if value not in (False, None) else "—"))
        return ", ".join(words)

    # -- deciding ----------------------------------------------------------------

    def action_apply(self):
        """Agree: the change is made now, as a whole, in this transaction."""
        person = self._require_other_admin()
        for request in self.sudo():
            request._decide(person, "applied")
            record = self.env[request.res_model].sudo().browse(request.res_id).exists()
            if not record:
                raise UserError(self.env._("What this change is about does not exist any more: refuse it."))
            if request.res_model == "payment.bridge.credential":
                request._apply_secret(record)
            else:
                request._apply_values(record)

    def action_refuse(self):
        """Refuse, with a reason: nothing changes."""
        person = self._require_other_admin()
        for request in self.sudo():
            if not (request.reason or "").strip():
                raise UserError(self.env._("Write down why the change is refused."))
            request._decide(person, "refused")

    def _require_other_admin(self):
        self.check_access("read")
        person = real_user(self.env)
        if not person._has_group(ADMIN):
            raise AccessError(self.env._("Another channel administrator agrees to a change."))
        for request in self.sudo():
            if request.company_id not in person.company_ids:
                raise AccessError(self.env._("Another channel administrator of the company agrees to a change."))
            if request.proposed_by_id == person:
                raise AccessError(self.env._("Nobody agrees to a change of one's own."))
        return person

    def _decide(self, person, state):
        self.flush_recordset()
        rows = self.env.execute_query(
            SQL(
                "UPDATE payment_bridge_change_request SET state = %s WHERE id = %s AND state = 'waiting' RETURNING id",
                state,
                self.id,
            )
        )
        self.invalidate_recordset(["state"])
        if not rows:
            raise UserError(self.env._("This change has been decided already."))
        self._set(decided_by_id=person.id, decided_at=fields.Datetime.now())
        self.env["payment.bridge.audit.event"]._record(
            f"change.{state}", self, proposer=self.proposed_by_id.login, fields=sorted(self.values), reason=self.reason
        )

    def _apply_values(self, record):
        if {name: record._four_eyes_plain(name) for name in self.values} != self.before:
            raise UserError(self.env._("%s has changed since this was proposed: propose it again.", self.record_name))
        record._four_eyes_agreed().write(self.values)

    def _apply_secret(self, credential):
        if str(credential.changed_at) != self.before["changed_at"]:
            raise UserError(self.env._("%s has changed since this was proposed: propose it again.", self.record_name))
        agreed = credential._four_eyes_agreed()
        if self.values["secret"]:
            agreed._set_value(credential._box().decrypt(self.sealed_value, self._context_of_secret()))
            self._set(sealed_value=False)
        else:
            agreed.action_clear()

    def _context_of_secret(self):
        """What the kept ciphertext is bound to."""
        return f"{self._name}:{self.id}:{self.res_model}:{self.res_id}"

    @api.private
    def _set(self, **values):
        """Write past :meth:`write`, which refuses everything."""
        return super().write(values)
