"""The reason for an emergency."""

from odoo import api, fields, models


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

    bridge_may_override = fields.Boolean(compute="_compute_bridge_may_override")

    @api.depends("bridge_approval_state", "company_id.bridge_override_user_ids")
    @api.depends_context("uid")
    def _compute_bridge_may_override(self):
        """Whether the way out is offered: to those named in the settings who did not make the payment."""
        for payment in self:
            waits = payment.sudo().bridge_approval_state == "waiting"
            named = payment.sudo().company_id.bridge_override_user_ids
            payment.bridge_may_override = (
                waits
                and self.env.user in named
                and self.env.user not in payment._bridge_makers() | payment._bridge_account_editor()
            )

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
