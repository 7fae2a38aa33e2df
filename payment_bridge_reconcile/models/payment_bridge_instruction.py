"""What matching needs to know of an instruction beyond the order itself."""

from odoo import fields, models


class PaymentBridgeInstruction(models.Model):
    _inherit = "payment.bridge.instruction"

    batch_reference = fields.Char(
        readonly=True, index="btree_not_null", help="The batch in which the platform moves its money with others'."
    )
    bridge_share_ids = fields.One2many("payment.bridge.statement.share", "instruction_id", readonly=True)
