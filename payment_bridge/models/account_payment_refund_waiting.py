"""A refund that waits for its approvers holds its part of the receipt already: two cannot promise the same money."""

from odoo import api, models


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def _bridge_before_approval(self):
        """Before anybody is asked: hold what would be given back, also after a change of the amount."""
        result = super()._bridge_before_approval()
        for refund in self.filtered(lambda one: one.bridge_refund_of_id and not one.sudo().bridge_instruction_id):
            refund._bridge_hold_refund(refund.amount)
        return result

    def _bridge_withdraw(self):
        """A refund that ends before it was ordered frees what it held."""
        result = super()._bridge_withdraw()
        for refund in self.sudo().filtered(lambda one: one.bridge_refund_held and not one.bridge_instruction_id):
            refund._bridge_release_refund()
        return result

    @api.private
    def _bridge_waiting_refunds(self):
        """The refunds of these receipts that hold money and are not ordered yet."""
        return self.sudo().bridge_refund_ids.filtered(
            lambda one: one.bridge_refund_held and not one.bridge_instruction_id
        )
