"""The last look before money leaves: what a cheap check blocks is held, and nothing is sent."""

from datetime import timedelta

from odoo import api, models

from ..checks.base import Stage
from ..connector.types import Operation
from ..tools.languages import in_each_language, in_language

LOOK_AGAIN = timedelta(minutes=30)


class PaymentBridgeInstruction(models.Model):
    _inherit = "payment.bridge.instruction"

    @api.private
    def _hold_blocked(self, now):
        """Run the cheap checks on the pay-outs among these; those that are blocked stay queued, with the reason,
        and are looked at again later. Answers them."""
        held = self.browse()
        orders = self.filtered(lambda one: one.operation == Operation.PAY_OUT)
        blocked = orders.payment_id._bridge_blocked(Stage.SENDING)
        for instruction in orders:
            if sentences := blocked.get(instruction.payment_id):
                texts = in_each_language(self.env, *sentences)
                if texts != instruction.hold_texts:
                    self.env["payment.bridge.audit.event"]._record(
                        "instruction.held", instruction, key=instruction.key, reason=in_language(texts, self.env.lang)
                    )
                instruction._set(not_before=now + LOOK_AGAIN, hold_texts=texts)
                held |= instruction
        return held
