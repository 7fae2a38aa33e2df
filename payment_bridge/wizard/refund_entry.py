"""How much to give back to a customer, and why."""

from odoo import fields, models
from odoo.exceptions import UserError


class PaymentBridgeRefundEntry(models.TransientModel):
    """Give back a receipt, or a part of it, on the channel that took it."""

    _name = "payment.bridge.refund.entry"
    _description = "Refund a Receipt"

    payment_id = fields.Many2one("account.payment", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="payment_id.currency_id")
    left = fields.Monetary(string="Left to Refund", related="payment_id.bridge_refundable")
    undecided = fields.Boolean(related="payment_id.bridge_undecided")
    amount = fields.Monetary(default=0.0)
    reason = fields.Char(default=lambda self: self.env._("Refund"))

    def action_refund(self):
        """Order the refund and follow it. Money that waited for a decision is booked as a credit first, which the
        refund then takes away."""
        self.ensure_one()
        payment = self.payment_id
        payment.bridge_instruction_id._require_group("payment_bridge.group_clerk")
        if self.currency_id.compare_amounts(self.amount, 0.0) <= 0:
            raise UserError(self.env._("Enter how much to give back. Nothing was sent."))
        if not (self.reason or "").strip():
            raise UserError(self.env._("Say why: the customer reads it. Nothing was sent."))
        payment.action_bridge_book_credit()
        return payment._bridge_give_back(self.amount, self.reason.strip())._get_records_action()
