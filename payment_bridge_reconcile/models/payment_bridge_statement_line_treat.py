"""Rows that were explained by treating a difference."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..treatments.facts import leg_of
from .ledger_link import LedgerLink


class PaymentBridgeStatementLine(models.Model):
    _inherit = "payment.bridge.statement.line"

    match_pass = fields.Selection(
        selection_add=[
            ("short", "Payment, the rest to an account"),
            ("net", "Payment, less its fee"),
        ]
    )
    remainder_account_id = LedgerLink(
        "account.account", readonly=True, help="Where the rest goes by which the row differs from its payment."
    )
    treatment_ids = fields.One2many("payment.bridge.treatment", "line_id", readonly=True)

    def _why_matched(self):
        told = super()._why_matched()
        words = {
            "short": self.env._(
                "Stands for %(payment)s; the rest goes to %(account)s.",
                payment=self.instruction_id.sudo().key,
                account=self.remainder_account_id.sudo().display_name,
            ),
            "net": self.env._(
                "Stands for %s; what is missing is the fee that the platform kept of it.",
                self.instruction_id.sudo().key,
            ),
        }
        own = words.get(self.match_pass)
        if not own:
            return told
        return f"{own} {self.note}" if self.note else own

    @api.private
    def _check_rest_limit(self, rest, account):
        """What a row differs by from what it is matched to is written off where it becomes an expense or income: the
        person's limit holds, through whichever door.

        :raises UserError: saying who may.
        """
        if account.sudo().internal_group in ("income", "expense"):
            self[:1]._check_write_off_limit(rest)

    @api.private
    def _check_account_limit(self, account):
        """A whole row is written off where it goes to the account that the channel keeps for that. Other rows are
        income and expenses of their own, like interest.

        :raises UserError: saying who may.
        """
        for line in self:
            channel = line.channel_id.sudo()
            if account == channel.write_off_account_id and account != channel.fee_account_id:
                line._check_write_off_limit(line.gross)

    def _check_write_off_limit(self, amount):
        if problem := self.env.user._bridge_write_off_refusal(self.company_id, abs(amount), self):
            raise UserError(problem)

    @api.private
    def _forget(self):
        """What treated the row is undone with its match."""
        result = super()._forget()
        self.write({"remainder_account_id": False})
        self.env["payment.bridge.treatment"]._note_undone(self)
        return result


class PaymentBridgePosting(models.Model):
    _inherit = "payment.bridge.posting"

    def _open_rows(self):
        """Rows that were held on the suspense account are open again with the run."""
        held = self.env["payment.bridge.statement.line"].search(
            [("posting_id", "=", self.id), ("match_pass", "=", "suspense")]
        )
        result = super()._open_rows()
        self.env["payment.bridge.treatment"]._note_undone(held)
        return result


class PaymentBridgeStatement(models.Model):
    _inherit = "payment.bridge.statement"

    def _plan_short(self, line, settles):
        """The payment's item in full; what the row lacks or has too much goes to the account that was chosen."""
        leg = leg_of(line, line.instruction_id) or "payment"
        amount = line.instruction_id.amount if line._goes_out() else -line.instruction_id.amount
        planned = self._plan_leg(line, settles, leg, amount)
        if isinstance(planned, str):
            return planned
        rest = line.currency_id.round(-line.gross - amount)
        if rest:
            planned.append(
                self._item(line.remainder_account_id, line._entry_label(), rest, line, line.payment_id.partner_id)
            )
        return planned

    def _plan_net(self, line, settles):
        """The payment's item in full; what is missing becomes the row's fee."""
        return self._plan_payment(line, settles)


class PaymentBridgeChannel(models.Model):
    _inherit = "payment.bridge.channel"

    def _charged_rows(self):
        """A row that shows only what was left of its payment was charged the difference."""
        return SQL(
            """
            SELECT r.id, r.channel_id, r.kind, r.platform_kind, r.settled_on,
                   CASE WHEN net.amount IS NULL THEN r.base ELSE net.amount END AS base,
                   CASE WHEN net.amount IS NULL THEN r.charged ELSE net.amount - r.base + r.charged END AS charged
              FROM (%s) r
              LEFT JOIN (
                    SELECT n.id, i.amount FROM payment_bridge_statement_line n
                      JOIN payment_bridge_instruction i ON i.id = n.instruction_id
                     WHERE n.channel_id = %s AND n.match_pass = 'net') net ON net.id = r.id
            """,
            super()._charged_rows(),
            self.id,
        )
