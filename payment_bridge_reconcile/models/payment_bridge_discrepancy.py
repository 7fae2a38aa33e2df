"""Differences that statements bring to light."""

from odoo import fields, models


class PaymentBridgeDiscrepancy(models.Model):
    _inherit = "payment.bridge.discrepancy"

    kind = fields.Selection(
        selection_add=[
            ("statement", "Statement refused"),
            ("platform_only_out", "Paid out without an order"),
            ("line_amount", "Statement amount differs"),
            ("line_status", "Statement and status disagree"),
            ("line_duplicate", "Twice on the statement"),
        ],
        ondelete={
            "statement": "cascade",
            "platform_only_out": "cascade",
            "line_amount": "cascade",
            "line_status": "cascade",
            "line_duplicate": "cascade",
        },
    )
