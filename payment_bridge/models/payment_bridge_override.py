"""An emergency: two named people release what its approvers cannot."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, format_amount

from .plain_context import without_defaults
from .real_user import real_user
from .refusal import refused


class PaymentBridgeOverride(models.Model):
    """Asked for by one named person, with a reason, and carried out by another. Everybody hears of it."""

    _name = "payment.bridge.override"
    _description = "Emergency Override"
    _order = "id desc"
    _rec_name = "payment_id"

    payment_id = fields.Many2one("account.payment", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one(related="payment_id.partner_id", string="Payee")
    amount = fields.Monetary(related="payment_id.amount")
    currency_id = fields.Many2one(related="payment_id.currency_id")
    reason = fields.Text(required=True, readonly=True)
    digest = fields.Char(required=True, readonly=True)
    missing = fields.Char(string="Instead Of", readonly=True, help="The approvals that were missing.")
    state = fields.Selection(
        [("requested", "Asked For"), ("done", "Carried Out"), ("dropped", "Dropped")],
        required=True,
        readonly=True,
        default="requested",
        index=True,
    )
    requested_by_id = fields.Many2one("res.users", required=True, readonly=True)
    requested_at = fields.Datetime(required=True, readonly=True)
    confirmed_by_id = fields.Many2one("res.users", readonly=True)
    confirmed_at = fields.Datetime(readonly=True)

    _two_people = models.Constraint(
        "CHECK (confirmed_by_id IS NULL OR confirmed_by_id != requested_by_id)", "An override needs two people."
    )
    _one_waiting = models.UniqueIndex(
        "(payment_id) WHERE state = 'requested'", "An override of this payment has been asked for already."
    )

    def write(self, vals):  # pylint: disable=method-required-super
        raise refused(
            self, "approval_told", UserError(self.env._("An override is part of the trail and never changed."))
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise refused(self, "deletion", UserError(self.env._("An override is part of the trail and stays.")))

    @api.private
    def _set(self, **values):
        """Write past :meth:`write`, which refuses everything."""
        return super().write(values)

    @api.model
    @api.private
    def _request(self, payment, reason):
        """The first of two people asks for it."""
        person = self._require_named(payment)
        if not (reason or "").strip():
            raise UserError(self.env._("Write down why this cannot wait for its approvers."))
        payment._bridge_lock_decision()
        waiting = payment._bridge_current_approvals().filtered(lambda one: one.state == "waiting")
        if payment.sudo().bridge_approval_state != "waiting" or not waiting:
            raise UserError(self.env._("It does not wait for a decision."))
        override = without_defaults(self.sudo()).create(
            {
                "payment_id": payment.id,
                "company_id": payment.company_id.id,
                "reason": reason.strip(),
                "digest": payment._bridge_content().digest(),
                "missing": ", ".join(waiting.mapped("level_name")),
                "requested_by_id": person.id,
                "requested_at": fields.Datetime.now(),
            }
        )
        override._tell("override.requested", person)
        return override

    def action_confirm(self):
        """The second person carries it out: the payment leaves without the approvals that are missing."""
        for override in self:
            payment = override.payment_id
            person = self._require_named(payment)
            if person == override.sudo().requested_by_id:
                raise refused(payment, "second_person", AccessError(self.env._("An override needs a second person.")))
            payment._bridge_lock_decision()
            payment._bridge_require_identity()
            override._require_same()
            waiting = payment._bridge_current_approvals().filtered(lambda one: one.state == "waiting")
            now = fields.Datetime.now()
            waiting._set(state="overridden", decided_by_id=person.id, decided_at=now, reason=override.sudo().reason)
            override.sudo()._set(state="done", confirmed_by_id=person.id, confirmed_at=now)
            override._tell("override.confirmed", person)
            payment.sudo()._bridge_end_asking()
            payment._bridge_release()

    def action_drop(self):
        """Take the request back."""
        for override in self:
            person = self._require_named(override.payment_id)
            if override.sudo().state == "requested":
                override.sudo()._set(state="dropped")
                override._record("override.dropped", person)

    def _require_named(self, payment):
        """The person acting, when named for it and neither maker nor editor of the payee's account."""
        person = real_user(self.env, payment)
        payment.check_access("read")
        company = payment.company_id.sudo()
        if person not in company.bridge_override_user_ids or company not in person.company_ids:
            words = self.env._("Only the people named in the settings override in an emergency.")
            raise refused(payment, "not_named", AccessError(words))
        if person in payment._bridge_makers() | payment._bridge_account_editor():
            words = self.env._("Whoever made the payment or the payee's account does not override.")
            raise refused(payment, "own_payment", AccessError(words))
        return person

    def _require_same(self):
        """Refuse what is not waiting any more, or is not what the first person saw."""
        override = self.sudo()
        override.flush_recordset()
        self.env.cr.execute(SQL("SELECT state FROM payment_bridge_override WHERE id = %s FOR UPDATE", self.id))
        payment = override.payment_id
        if self.env.cr.fetchone()[0] != "requested" or payment.bridge_approval_state != "waiting":
            raise UserError(self.env._("It does not wait for an override any more."))
        if payment._bridge_content().digest() != override.digest or payment._bridge_changed_parts():
            words = self.env._("The payment has changed since the override was asked for.")
            raise refused(payment, "not_as_approved", UserError(words))

    def _tell(self, event, person):
        """In the trail, on the payment and its bills, and to everyone who was passed over or watches."""
        self._record(event, person)
        override = self.sudo()
        payment = override.payment_id
        words = self.env._(
            "EMERGENCY OVERRIDE of %(amount)s to %(payee)s: %(person)s, instead of %(missing)s. Reason: %(reason)s",
            amount=format_amount(self.env, payment.amount, payment.currency_id),
            payee=payment.partner_id.display_name,
            person=person.name,
            missing=override.missing,
            reason=override.reason,
        )
        for bill in payment._bridge_documents():
            bill.message_post(body=words)
        auditors = self.env.ref("payment_bridge.group_auditor").sudo().all_user_ids
        watchers = auditors.filtered(lambda user: user.active and payment.company_id in user.company_ids)
        passed_over = payment._bridge_current_approvals().candidate_ids
        payment.message_post(
            body=words,
            subject=self.env._("Emergency override"),
            partner_ids=(watchers | passed_over).partner_id.ids,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )

    def _record(self, event, person):
        override = self.sudo()
        self.env["payment.bridge.audit.event"]._record(
            event,
            override.payment_id,
            override=override.id,
            person=person.login,
            requested_by=override.requested_by_id.login,
            missing=override.missing,
            reason=override.reason,
            digest=override.digest,
        )
