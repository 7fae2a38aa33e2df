"""Leaving rows out of the books, with the reason."""

from odoo import fields, models
from odoo.exceptions import UserError


class PaymentBridgeStatementLineIgnore(models.TransientModel):
    """Asks why rows are left out."""

    _name = "payment.bridge.statement.line.ignore"
    _description = "Leave Statement Rows Out"

    line_ids = fields.Many2many(
        "payment.bridge.statement.line", relation="payment_bridge_line_ignore_rel", required=True
    )
    note = fields.Char(string="Why")

    def action_ignore(self):
        """Keep the decision with every row. The control total goes on showing what they amount to."""
        self.ensure_one()
        self.env["payment.bridge.statement"]._require_clerk(self)
        if not (self.note or "").strip():
            raise UserError(self.env._("Say why."))
        if self.line_ids.filtered(lambda line: line.state != "unmatched"):
            raise UserError(self.env._("Only unmatched rows can be left out."))
        self.line_ids._decide(state="ignored", note=self.note.strip())
        return {"type": "ir.actions.client", "tag": "soft_reload"}
