"""What one row of a statement holds of several payments."""

from odoo import fields, models

from .ledger_link import LedgerLink


class PaymentBridgeStatementShare(models.Model):
    """A payment that is settled, with others, by one row: its part of the row's amount."""

    _name = "payment.bridge.statement.share"
    _description = "Share in a Statement Row"
    _order = "line_id, id"
    _log_access = False

    line_id = fields.Many2one(
        "payment.bridge.statement.line", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = LedgerLink("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="line_id.currency_id")
    instruction_id = LedgerLink("payment.bridge.instruction", required=True, readonly=True)
    payment_id = LedgerLink("account.payment", readonly=True, index="btree_not_null")
    amount = fields.Monetary(readonly=True, help="With the sign of the row.")

    _leg_once = models.UniqueIndex("(instruction_id, (amount > 0))", "This payment is in another row already.")
