"""The held part of a bill item's open amount, guarded by the database."""

from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    bridge_held = fields.Float(
        string="Held for Payments",
        readonly=True,
        copy=False,
        digits=(16, 4),
        help="What payments in preparation hold of this item's open amount, in its currency.",
    )

    _bridge_held_within_open = models.Constraint(
        "CHECK (COALESCE(bridge_held, 0) = 0"
        " OR (bridge_held > 0 AND bridge_held <= abs(amount_residual_currency) + 0.00005))",
        "Another payment holds the open amount of this bill already. Nothing was sent. Open the bill to"
        " see the payment.",
    )
