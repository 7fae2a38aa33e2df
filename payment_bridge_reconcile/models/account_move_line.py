"""Journal items that one row of a platform's statement explains."""

from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    bridge_statement_line_id = fields.Many2one(
        "payment.bridge.statement.line",
        string="Platform Statement Row",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
