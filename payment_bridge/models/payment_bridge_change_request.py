"""Changes of rules, limits, lists, credentials and fee accounts that wait for a second person."""

import hashlib

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.orm.models import NO_ACCESS
from odoo.tools import SQL

from .payment_bridge_four_eyes import ADMIN, json_value
from .plain_context import without_defaults
from .real_user import real_user
from .refusal import refused


class PaymentBridgeChangeRequest(models.Model):
    """A proposed change with its values, applied as a whole when somebody else of the same role agrees: another channel
    administrator, or for screening another officer.

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
        for request in self:
            request.may_decide = (
                request.state == "waiting"
                and request.proposed_by_id != self.env.user
                and self.env.user.has_group(request._group())
            )

    def _group(self):
        """The role that decides about this change."""
        return self.env[self.res_model]._four_eyes_group() if self.res_model in self.env else ADMIN

    def write(self, vals):
        if set(vals) - {"reason", "message_follower_ids", "message_main_attachment_id", "activity_ids"}:
            words = self.env._("A proposed change is agreed to or refused, not edited.")
            raise refused(self, "proposal_written", UserError(words), fields=sorted(vals))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise refused(self, "deletion", UserError(self.env._("A proposed change is part of the trail and stays.")))

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

    @api.model
    @api.private
    def _propose_files(self, record, summary, files, before):
        """Keep ``files``, bytes by name, for ``record``; applied by the record itself, which finds them unaltered or
        not at all."""
        digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        request = self._keep(record, values={"files": digests}, before=before, summary=summary)
        self.env["ir.attachment"].sudo().create(
            [
                {"name": name, "raw": content, "res_model": self._name, "res_id": request.id}
                for name, content in files.items()
            ]
        )
        return request

    def _keep(self, record, *, values, before, summary):
        requests = self.sudo()
        older = requests.search(
            [("res_model", "=", record._name), ("res_id", "=", record.id), ("state", "=", "waiting")]
        ).filtered(lambda one: set(one.values) & set(values))
        older._set(state="replaced", decided_at=fields.Datetime.now())
        older._kept_files().unlink()
        request = without_defaults(requests).create(
            {
                "company_id": record._four_eyes_company().id,
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
            if field.type == "selection" and value:
                words.append(dict(field._description_selection(self.env)).get(value, value))
            elif field.type == "many2one" and value:
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
            record._four_eyes_apply(request)
            request._kept_files().unlink()

    def action_refuse(self):
        """Refuse, with a reason: nothing changes."""
        person = self._require_other_admin()
        for request in self.sudo():
            if not (request.reason or "").strip():
                raise UserError(self.env._("Write down why the change is refused."))
            request._decide(person, "refused")
            request._kept_files().unlink()

    def _require_other_admin(self):
        self.check_access("read")
        person = real_user(self.env, self)
        for request in self.sudo():
            if not person._has_group(request._group()):
                role = self.env.ref(request._group()).sudo().name
                words = self.env._("Somebody else with the role %s agrees to this change.", role)
                raise refused(request, "no_role", AccessError(words))
            if request.company_id not in person.company_ids:
                words = self.env._("Somebody of the company agrees to a change.")
                raise refused(request, "other_company", AccessError(words))
            if request.proposed_by_id == person:
                words = self.env._("Nobody agrees to a change of one's own.")
                raise refused(request, "own_change", AccessError(words))
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

    @api.private
    def _files(self):
        """The kept files, bytes by name.

        :raises UserError: when one is not what was proposed.
        """
        files = {one.name: one.raw for one in self._kept_files()}
        proposed = self.sudo().values["files"]
        if any(hashlib.sha256(files.get(name, b"")).hexdigest() != digest for name, digest in proposed.items()):
            raise UserError(self.env._("The file is not the one that was proposed: refuse this, and load it again."))
        return {name: files[name] for name in proposed}

    def _kept_files(self):
        """Files that wait with these changes; they go when it is decided, their hashes stay."""
        waiting = self.filtered(lambda one: "files" in (one.sudo().values or {}))
        return self.env["ir.attachment"].sudo().search([("res_model", "=", self._name), ("res_id", "in", waiting.ids)])

    @api.private
    def _apply_values(self, record):
        if {name: record._four_eyes_plain(name) for name in self.values} != self.before:
            raise UserError(self.env._("%s has changed since this was proposed: propose it again.", self.record_name))
        record._four_eyes_agreed().write(self.values)

    @api.private
    def _apply_secret(self, credential):
        if str(credential.changed_at) != self.before["changed_at"]:
            raise UserError(self.env._("%s has changed since this was proposed: propose it again.", self.record_name))
        agreed = credential._four_eyes_agreed()
        if self.values["secret"]:
            agreed._set_value(credential._box().decrypt(self.sealed_value, self._context_of_secret()))
            self._set(sealed_value=False)
        else:
            agreed.action_clear()

    @api.model
    @api.private
    def _rotate(self, box):
        """Encrypt the secrets that wait anew under the current master key; answers how many were."""
        rotated = 0
        for request in self.sudo().search([("sealed_value", "!=", False)]):
            if not box.is_current(request.sealed_value):
                context = request._context_of_secret()
                request._set(sealed_value=box.encrypt(box.decrypt(request.sealed_value, context), context))
                rotated += 1
        return rotated

    def _context_of_secret(self):
        """What the kept ciphertext is bound to."""
        return f"{self._name}:{self.id}:{self.res_model}:{self.res_id}"

    @api.private
    def _set(self, **values):
        """Write past :meth:`write`, which refuses everything."""
        return super().write(values)
