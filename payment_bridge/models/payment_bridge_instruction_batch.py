"""An instruction as a member of a batch: it leaves, waits and is asked about with the others."""

from odoo import api, fields, models

from ..connector.types import Operation
from .instruction_states import State


class PaymentBridgeInstruction(models.Model):
    _inherit = "payment.bridge.instruction"

    batch_id = fields.Many2one(
        "payment.bridge.batch",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="It is sent, and asked about, together with the other payments of this batch.",
    )

    @api.depends("batch_id")
    def _compute_can_close(self):
        """One order cannot be ended at the platform out of its batch."""
        result = super()._compute_can_close()
        self.filtered("batch_id").can_close = False
        return result

    def action_send_now(self):
        """A batch leaves whole or not at all."""
        return super(PaymentBridgeInstruction, self | self.batch_id.instruction_ids).action_send_now()

    def action_cancel(self):
        """Withdraw instructions. A batch that was sent and certainly did not arrive is dissolved by that: its
        other orders leave alone. Before that is certain, no order of it can be withdrawn."""
        self._require_group("payment_bridge.group_clerk")
        batches = self.sudo().batch_id
        for batch in batches:
            batch._lock()
        result = super().action_cancel()
        for batch in batches:
            batch._dissolve(batch._lock(), self.env._("A payment in it was withdrawn."))
        return result

    def _schedule(self):
        """The waits between questions: those for batches where the platform names them."""
        if self.batch_id:
            own = self.channel_id._capabilities().query_schedule.get(Operation.PAY_OUT_BATCH)
            if own:
                return own
        return super()._schedule()

    @api.private
    def _apply(self, outcome, source):
        """A batch that waits to leave again and of which the platform tells an order has arrived whole: the
        others are asked about."""
        waits = self.batch_id and self.state == State.QUEUED
        if waits:
            self.batch_id._lock()  # before the instruction's own lock, as whoever sends the batch does
        changed = super()._apply(outcome, source)
        if waits and changed:
            self.batch_id._doubt_waiting()
        return changed
