"""Giving money back that came in without a document."""

from odoo import fields
from odoo.exceptions import UserError

from .base import Way, register
from .facts import open_row_refusal


@register
class GiveBack(Way):
    """The row becomes the payer's credit, and a payment over the same amount is drafted.

    Nothing is sent by this: the draft waits for an account of the payee, for the checks and for whoever approves
    payments, like any other.
    """

    code = "give_back"
    needs = frozenset({"partner"})
    may_have = frozenset({"note", "partner"})

    def refusal(self, difference, asked):
        if problem := open_row_refusal(difference):
            return problem
        if difference.line_id.amount < 0:
            return difference.env._("The money has left the account: there is nothing to give back.")
        if asked.partner and not self._credit_account(difference, asked.partner):
            return difference.env._("%s has no receivable account.", asked.partner.display_name)
        return ""

    def fitness(self, difference):
        return 90 if difference.proposal == self.code else 25

    def row_values(self, difference, asked):
        return {
            "state": "matched",
            "match_pass": "account",
            "found_by": "hand",
            "account_id": self._credit_account(difference, asked.partner).id,
            "partner_id": asked.partner.id,
            "note": asked.note or False,
        }

    def evidence(self, difference, asked):
        return {"entry": difference.line_id.entry_reference, "to_give_back": f"{difference.line_id.gross:.2f}"}

    def carry_out(self, difference, asked, treatment):
        line, channel = difference.line_id, difference.channel_id.sudo()
        method = channel.journal_id._bridge_method_line("outbound")
        treatment.payment_id = (
            difference.env["account.payment"]
            .sudo()
            .create(
                {
                    "payment_type": "outbound",
                    "partner_type": "customer",
                    "partner_id": asked.partner.id,
                    "destination_account_id": self._credit_account(difference, asked.partner).id,
                    "amount": line.gross,
                    "currency_id": line.currency_id.id,
                    "journal_id": channel.journal_id.id,
                    **({"payment_method_line_id": method.id} if method else {}),
                    "date": fields.Date.context_today(difference),
                    "memo": difference.env._("Given back: %s", line.entry_reference),
                    "company_id": channel.company_id.id,
                }
            )
        )

    def let_go(self, treatment):
        payment = treatment.payment_id.sudo()
        if payment and payment.state not in ("draft", "canceled"):
            raise UserError(
                payment.env._("%s gives the money back already. Cancel that payment first.", payment.display_name)
            )
        if payment.state == "draft":
            payment.action_cancel()

    def _credit_account(self, difference, partner):
        return partner.with_company(difference.company_id).property_account_receivable_id
