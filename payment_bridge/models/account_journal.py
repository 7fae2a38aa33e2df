"""Journals that hold money at a platform."""

from odoo import api, fields, models

METHOD_CODE = "payment_bridge"


class AccountJournal(models.Model):
    _inherit = "account.journal"

    bridge_channel_ids = fields.One2many("payment.bridge.channel", "journal_id", string="Payment Channels")

    @api.private
    def _bridge_channel(self):
        """The channel whose money this journal holds, empty for an ordinary journal."""
        return self.sudo().bridge_channel_ids[:1]

    @api.private
    def _bridge_method_line(self, direction):
        """The journal's payment method line through which a channel pays (``outbound``) or collects."""
        lines = self[f"{direction}_payment_method_line_ids"]
        return lines.filtered(lambda line: line.payment_method_id.code == METHOD_CODE)[:1]
