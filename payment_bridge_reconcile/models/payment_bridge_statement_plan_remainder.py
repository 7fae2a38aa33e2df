"""Posting what a person said of the part of a row that its payments do not explain.

A remainder without an account needs nothing here: whatever of a row no item holds is its fee. One with an account is an
item of its own, and a part of a payment is smaller by it.
"""

from odoo import models


class PaymentBridgeStatement(models.Model):
    _inherit = "payment.bridge.statement"

    def _plan_payment(self, line, settles):
        return self._with_remainder(line, super()._plan_payment(line, settles))

    def _plan_return(self, line, settles):
        return self._with_remainder(line, super()._plan_return(line, settles))

    def _plan_batch(self, line, settles):
        return self._with_remainder(line, super()._plan_batch(line, settles))

    def _plan_part(self, line, settles):
        if not line.remainder:
            return super()._plan_part(line, settles)
        payment = line.payment_id
        items = settles["payment", payment]
        share = line.gross - line.remainder
        open_amount = abs(sum(items.mapped("amount_residual_currency")))
        if line.currency_id.compare_amounts(open_amount, abs(share)) < 0:
            return self._why_item_is_taken(line.id)
        own = self._item(items.account_id, line._entry_label(), -share, line, payment.partner_id, items)
        return self._with_remainder(line, [own])

    def _with_remainder(self, line, planned):
        """The items of a row, with one for what goes to the account that a person chose."""
        if isinstance(planned, str) or not line.remainder or not line.account_id:
            return planned
        rest = self._item(line.account_id, line._entry_label(), -line.remainder, line, line.partner_id)
        return [*planned, rest]
