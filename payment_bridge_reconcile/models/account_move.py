"""Entries that were made from a platform's statement, and their rows."""

from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    bridge_posting_id = fields.Many2one(related="statement_line_id.bridge_posting_id", string="Statement Posting")

    def action_bridge_open_rows(self):
        """The rows of the sub-ledger behind this entry."""
        return self.line_ids.action_bridge_open_rows()
