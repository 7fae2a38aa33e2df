"""Why a channel that an alarm has stopped may send again."""

from odoo import api, fields, models


class PaymentBridgeChannelResume(models.TransientModel):
    """Asks what was found out about the money that left without an order."""

    _name = "payment.bridge.channel.resume"
    _description = "Open a Channel After an Alarm"

    channel_id = fields.Many2one("payment.bridge.channel", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="channel_id.currency_id")
    pause_reason = fields.Char(related="channel_id.pause_reason")
    difference_ids = fields.Many2many(
        "payment.bridge.difference", string="Still Open", compute="_compute_difference_ids"
    )
    reason = fields.Text(string="What Was Found Out")

    @api.depends("channel_id")
    def _compute_difference_ids(self):
        for wizard in self:
            wizard.difference_ids = self.env["payment.bridge.difference"].search(wizard.channel_id._alarmed())

    def action_resume(self):
        """Let the channel send again."""
        self.ensure_one()
        self.channel_id._resume(self.reason)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
