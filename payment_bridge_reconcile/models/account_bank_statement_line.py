"""Statement entries that were made from a platform's statement."""

from odoo import fields, models


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    bridge_posting_id = fields.Many2one(
        "payment.bridge.posting", readonly=True, copy=False, index="btree_not_null", ondelete="restrict"
    )
    bridge_opening_id = fields.Many2one(
        "payment.bridge.statement",
        string="Opening Balance Of",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
