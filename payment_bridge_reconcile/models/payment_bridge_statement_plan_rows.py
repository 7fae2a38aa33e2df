"""Planning, row by row: the journal items that one matched row becomes, by the pass that matched it."""

from collections import defaultdict

from odoo import api, models

from .posting_plan import PlannedItem

FEE_KIND_OF_OPERATION = {
    "pay_out": "pay_out",
    "collect": "collection",
    "charge": "collection",
    "refund": "refund",
}


class PaymentBridgeStatement(models.Model):
    _inherit = "payment.bridge.statement"

    def _plan_row(self, line, settles, plan):
        """The items of one row without its fee, and the fee; None, with the reason in ``plan``, when the row cannot
        be posted now."""
        planned = getattr(self, f"_plan_{line.match_pass}")(line, settles)
        if isinstance(planned, str):
            plan.blocked[line.id] = planned
            return None
        planned += self._plan_rest(line, planned)
        fee = line.currency_id.round(-line.amount - sum(item.amount for item in planned))
        has_fee = fee or line.match_pass == "fee"
        if has_fee and not self._fee_destination(line._fee_kind(), line.platform_kind).account:
            plan.blocked[line.id] = self._why_no_fee_account()
            return None
        return planned, fee

    def _why_no_fee_account(self):
        return self.env._("the channel has no account for fees")

    def _open_items(self, lines):
        """The open journal items that rows settle, as {(row's pass, payment): items}."""
        payments = lines.payment_id | lines.share_ids.payment_id
        moves = payments.move_id | payments.bridge_reversal_id
        found = defaultdict(self.env["account.move.line"].browse)
        open_items = self.env["account.move.line"].search(
            [("move_id", "in", moves.ids), ("parent_state", "=", "posted"), ("reconciled", "=", False)]
        )
        by_move = open_items.grouped("move_id")
        for payment in payments:
            for leg, move in (("payment", payment.move_id), ("return", payment.bridge_reversal_id)):
                items = by_move.get(move, open_items.browse())
                found[leg, payment] = items.filtered(
                    lambda item, account=payment.outstanding_account_id: item.account_id == account
                )
        return found

    def _item(self, account, label, amount, lines, partner=None, settles=None, **more):
        return PlannedItem(
            account,
            partner if partner is not None else self.env["res.partner"],
            label,
            amount,
            lines,
            settles if settles is not None else self.env["account.move.line"],
            **more,
        )

    def _plan_payment(self, line, settles):
        amount = line.instruction_id.amount
        return self._plan_leg(line, settles, "payment", amount if line._goes_out() else -amount)

    def _plan_part(self, line, settles):
        """The row's part of the payment's item, which is paid off with the last part."""
        payment = line.payment_id
        items = settles["payment", payment]
        open_amount = abs(sum(items.mapped("amount_residual_currency")))
        if line.currency_id.compare_amounts(open_amount, abs(line.gross)) < 0:
            return self.env._(
                "the item of %s on its outstanding account is reconciled with something else already",
                payment.display_name,
            )
        return [self._item(items.account_id, line._entry_label(), -line.gross, line, payment.partner_id, items)]

    def _plan_batch(self, line, settles):
        """An item for each payment that the row stands for."""
        items = []
        for share in line.share_ids:
            planned = self._plan_leg(line, settles, "payment", -share.amount, share.payment_id)
            if isinstance(planned, str):
                return planned
            items += planned
        return items

    def _plan_settlement(self, line, settles):
        return self._plan_transfer(line, settles)

    def _plan_return(self, line, settles):
        return self._plan_leg(line, settles, "return", -line.instruction_id.amount)

    def _plan_leg(self, line, settles, leg, amount, payment=None):
        """The row's item on the payment's outstanding account, to be reconciled with the payment's own."""
        payment = payment or line.payment_id
        items = settles[leg, payment]
        open_amount = abs(sum(items.mapped("amount_residual_currency")))
        if not items or line.currency_id.compare_amounts(open_amount, abs(amount)):
            return self.env._(
                "the item of %s on its outstanding account is reconciled with something else already",
                payment.display_name,
            )
        return [self._item(items.account_id, line._entry_label(), amount, line, payment.partner_id, items)]

    def _plan_out_and_back(self, line, _settles):
        """The two rows of a failed payment meet on its outstanding account."""
        payment = line.payment_id
        other_leg = line.search(
            [
                ("instruction_id", "=", line.instruction_id.id),
                ("match_pass", "=", "out_and_back"),
                ("id", "!=", line.id),
                ("state", "=", "posted"),
            ],
            limit=1,
        )
        account = payment.outstanding_account_id
        amount = -line.gross
        return [
            self._item(
                account,
                line._entry_label(),
                amount,
                line,
                payment.partner_id,
                other_leg.move_line_id.filtered(lambda item: not item.reconciled),
            )
        ]

    def _plan_fee(self, _line, _settles):
        return []  # the whole amount is a fee

    def _plan_transfer(self, line, _settles):
        account = self.company_id.transfer_account_id
        if not account:
            return self.env._("the company has no account for internal transfers")
        if line.settlement_currency_id not in (line.currency_id, self.env["res.currency"]):
            return self._plan_exchanged(line, account)
        return [self._item(account, line._entry_label(), -line.gross, line)]

    def _plan_account(self, line, _settles):
        return [self._item(line.account_id, line._entry_label(), -line.gross, line, line.partner_id)]


class PaymentBridgeStatementLine(models.Model):
    _inherit = "payment.bridge.statement.line"

    @api.private
    def _fee_kind(self):
        """For what the platform charged: the kind of the row, and for a row of its own the payment it names."""
        if self.kind != "fee":
            return self.kind
        return FEE_KIND_OF_OPERATION.get(self.instruction_id.operation, "other")

    @api.private
    def _goes_out(self):
        """Whether the row's payment takes money out: a fee may be more than what it is charged for."""
        return (self.gross or self.amount) < 0

    @api.private
    def _entry_label(self):
        """How the row reads on its journal item."""
        what = self.payment_id.name or self.description or self.platform_kind or ""
        return f"{what} · {self.entry_reference}".strip(" ·")
