"""Deciding about one payment or many at once, knowing what that sets going."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount

from odoo.addons.base.models.res_users import check_identity

from ..models.real_user import identity_confirmed
from ..models.refusal import refused

LISTED = 8


class PaymentBridgeApprove(models.TransientModel):
    """Shows how many payments and how much money a decision is about, and carries it out one by one."""

    _name = "payment.bridge.approve"
    _description = "Approve or Refuse Payments"

    payment_ids = fields.Many2many("account.payment", readonly=True)
    decision = fields.Selection([("approve", "Approve"), ("refuse", "Refuse")], required=True, default="approve")
    reason = fields.Char(help="Told to whoever made the payment.")
    count = fields.Integer(string="Payments", compute="_compute_totals")
    summary = fields.Html(compute="_compute_totals", sanitize=False)
    effect = fields.Text(compute="_compute_effect")
    needs_identity = fields.Boolean(compute="_compute_effect")

    @api.model
    def _open_for(self, payments, decision):
        """The dialog for those of ``payments`` that the user may decide about."""
        mine = payments.filtered("bridge_may_decide")
        if not mine:
            problem = payments[:1]._bridge_find_place(self.env.user)[2]
            words = self.env._("You cannot decide about this payment: %s", problem.words)
            raise refused(payments, problem.code, UserError(words), decision=decision)
        wizard = self.create({"payment_ids": mine.ids, "decision": decision})
        return wizard._get_records_action(
            target="new", name=self.env._("Approve") if decision == "approve" else self.env._("Refuse")
        )

    @api.depends("payment_ids")
    def _compute_totals(self):
        for wizard in self:
            wizard.count = len(wizard.payment_ids)
            wizard.summary = Markup("<table class='table table-sm mb-0'>{}{}{}</table>").format(
                *wizard._render_largest(), wizard._render_sums() if wizard.count > 1 else ""
            )

    def _render_largest(self):
        """A row for each of the largest payments, to whom and where it goes, and one that counts the others."""
        largest = self.payment_ids.sorted(lambda one: -abs(one.amount_company_currency_signed))[:LISTED]
        rows = Markup("").join(
            Markup(
                "<tr><td>{}<div class='text-muted small'>{}</div></td><td class='text-end text-nowrap'>{}</td></tr>"
            ).format(
                payment.partner_id.display_name,
                " · ".join(part for part in (payment.memo, payment.partner_bank_id.display_name) if part),
                format_amount(self.env, payment.amount, payment.currency_id),
            )
            for payment in largest
        )
        others = len(self.payment_ids) - len(largest)
        more = Markup("<tr><td colspan='2' class='text-muted'>{}</td></tr>").format(
            self.env._("and smaller ones: %s", others)
        )
        return rows, more if others else ""

    def _render_sums(self):
        """A row for each currency."""
        return Markup("").join(
            Markup("<tr class='fw-bold'><td>{}</td><td class='text-end text-nowrap'>{}</td></tr>").format(
                self.env._("%(currency)s, payments: %(count)s", currency=currency.name, count=len(payments)),
                format_amount(self.env, sum(payments.mapped("amount")), currency),
            )
            for currency, payments in self.payment_ids.grouped("currency_id").items()
        )

    @api.depends("payment_ids", "decision")
    def _compute_effect(self):
        for wizard in self:
            approve = wizard.decision == "approve"
            wizard.needs_identity = approve and any(one._bridge_needs_identity() for one in wizard.payment_ids)
            if not approve:
                wizard.effect = (
                    self.env._("It is cancelled and its bills are open again.")
                    if len(wizard.payment_ids) == 1
                    else self.env._("They are cancelled and their bills are open again.")
                )
                continue
            last = wizard.payment_ids.filtered(lambda one: one._bridge_is_last_decision())
            if len(wizard.payment_ids) == 1:
                wizard.effect = (
                    self.env._("It is posted and sent to the platform at once.")
                    if last
                    else self.env._("It then waits for further approvals. Nothing is sent yet.")
                )
                continue
            wizard.effect = self.env._(
                "%(leave)s of them are posted and sent to the platform at once; the other %(wait)s wait for further"
                " approvals.",
                leave=len(last),
                wait=len(wizard.payment_ids) - len(last),
            )

    def action_confirm(self):
        """Decide; above the company's limit only after the password or second factor."""
        self.ensure_one()
        if self.needs_identity and not identity_confirmed():
            return self.action_confirm_checked()
        return self._apply()

    @check_identity
    def action_confirm_checked(self):
        """The same, once Odoo has made sure who it is."""
        self.ensure_one()
        return self._apply()

    def _apply(self):
        """Decide one by one: what cannot be decided is told and keeps nothing else from being decided."""
        if self.decision == "refuse" and not (self.reason or "").strip():
            raise UserError(self.env._("Write down why it is refused."))
        done, problems = 0, []
        for payment in self.payment_ids:
            try:
                with self.env.cr.savepoint():
                    parts = payment._bridge_decide(self.decision, self.reason)
            except UserError as error:
                problems.append(f"{payment.memo or payment.display_name}: {error}")
                continue
            if parts:
                problems.append(f"{payment.memo or payment.display_name}: {payment._bridge_approval_words()}")
            else:
                done += 1
        if problems and not done and len(self.payment_ids) == 1 and self.payment_ids.bridge_approval_state != "changed":
            raise UserError(problems[0])
        return self._tell(done, problems)

    def _tell(self, done, problems):
        words = self.env._("Decided: %s.", done)
        if problems:
            words += " " + self.env._("Not decided: %s", "; ".join(problems))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if problems else "success",
                "message": words,
                "sticky": bool(problems),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def action_bridge_approve(self):
        """Open the dialog that approves these payments."""
        return self.env["payment.bridge.approve"]._open_for(self, "approve")

    def action_bridge_refuse(self):
        """Open the dialog that refuses these payments."""
        return self.env["payment.bridge.approve"]._open_for(self, "refuse")

    @api.private
    def _bridge_is_last_decision(self):
        """Whether one more approval releases this payment."""
        waiting = self._bridge_current_approvals().filtered(lambda one: one.state == "waiting")
        return len(waiting) == 1
