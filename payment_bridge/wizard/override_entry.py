"""The reason for an emergency."""

from odoo import fields, models


class PaymentBridgeOverrideEntry(models.TransientModel):
    """Asks the first of two people why a payment cannot wait."""

    _name = "payment.bridge.override.entry"
    _description = "Ask for an Emergency Override"

    payment_id = fields.Many2one("account.payment", required=True, readonly=True, ondelete="cascade")
    reason = fields.Text(required=True)

    def action_request(self):
        """Ask the second person."""
        self.ensure_one()
        self.env["payment.bridge.override"]._request(self.payment_id, self.reason)
        return {"type": "ir.actions.act_window_close"}


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def action_bridge_override(self):
        """Ask for an emergency override, or see the one that was asked for."""
        self.ensure_one()
        override = self.env["payment.bridge.override"].search(
            [("payment_id", "=", self.id), ("state", "=", "requested")], limit=1
        )
        if override:
            return override._get_records_action()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Emergency Override"),
            "res_model": "payment.bridge.override.entry",
            "view_mode": "form",
            "target": "new",
            "context": {"default_payment_id": self.id},
        }
