"""Planning rows that pay documents, and what of a row goes to an account beside what it settles."""

from odoo import Command, models

RECEIVABLE_OR_PAYABLE = ("asset_receivable", "liability_payable")


class PaymentBridgeStatement(models.Model):
    _inherit = "payment.bridge.statement"

    def _plan_document(self, line, _settles):
        """An item for each open item that the row pays, on its receivable or payable account."""
        items = []
        for allotment in line.allotment_ids:
            item = allotment.item_id
            if not self._is_still_open(item, allotment.amount):
                return self.env._(
                    "%s is not open any more as it was when this row was matched. Undo the match and look again",
                    allotment.document_id.display_name,
                )
            label = f"{allotment.document_id.name} · {line.entry_reference}"
            items.append(self._item(item.account_id, label, -allotment.amount, line, item.partner_id, item))
        if not items:
            return self.env._("what it pays is not there any more. Undo the match and look again")
        return items

    def _is_still_open(self, item, amount):
        """Whether an item has at least ``amount`` open, on the side that money of this sign pays."""
        if not item or item.parent_state != "posted" or item.reconciled:
            return False
        residual = item.amount_residual_currency
        return (residual > 0) == (amount > 0) and self.currency_id.compare_amounts(abs(residual), abs(amount)) >= 0

    def _plan_rest(self, line, planned):
        """What the row neither settles nor the platform keeps, where an account was chosen for it; without one it is a
        fee."""
        if not line.account_id or line.match_pass == "account":
            return []
        rest = self.currency_id.round(-line.gross - sum(item.amount for item in planned))
        partner = line.partner_id if line.account_id.account_type in RECEIVABLE_OR_PAYABLE else None
        return [self._item(line.account_id, line._entry_label(), rest, line, partner)] if rest else []

    def _plan_account(self, line, settles):
        """With the analytic distribution and the tax that a rule has named."""
        items = super()._plan_account(line, settles)
        for item in items:
            if line.analytic_distribution:
                item.extra["analytic_distribution"] = line.analytic_distribution
        return self._with_tax(items[0], line.tax_id) if line.tax_id else items

    def _with_tax(self, item, tax):
        """The item without the tax that is in it, and the tax beside it."""
        given_back = (tax.type_tax_use == "purchase") != (item.amount > 0)
        told = tax.with_context(force_price_include=True).compute_all(
            abs(item.amount), self.currency_id, is_refund=given_back
        )
        sign = 1 if item.amount > 0 else -1
        item.extra |= {"tax_ids": [Command.set(tax.ids)], "tax_tag_ids": [Command.set(told["base_tags"])]}
        taxes = [
            self._item(
                self.env["account.account"].browse(part["account_id"]) if part["account_id"] else item.account,
                part["name"],
                sign * self.currency_id.round(part["amount"]),
                item.lines,
                extra={
                    "tax_repartition_line_id": part["tax_repartition_line_id"],
                    "tax_tag_ids": [Command.set(part["tag_ids"])],
                    "tax_base_amount": told["total_excluded"],
                },
            )
            for part in told["taxes"]
        ]
        item.amount = self.currency_id.round(item.amount - sum(part.amount for part in taxes))
        return [item, *taxes]

    def _stays_apart(self, item, line):
        """Whether an item of a daily summary keeps its own partner, tax, analytic distribution or currency."""
        is_personal = item.account.account_type in RECEIVABLE_OR_PAYABLE
        return bool(item.extra or item.booked) or is_personal or line.match_pass == "document"
