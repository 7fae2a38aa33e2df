"""What a result does to the books, in the same transaction as the state itself."""

import logging

from odoo import api, models
from odoo.exceptions import UserError, ValidationError

from .instruction_states import ENDED_WITHOUT_PAYMENT, FINAL, State
from .payment_bridge_instruction import INCOMING

_logger = logging.getLogger(__name__)


class PaymentBridgeInstruction(models.Model):
    _inherit = "payment.bridge.instruction"

    @api.private
    def _follow_in_books(self, new, reason):
        """Let the payment and its bills follow a new state.

        A result is never lost because the books are closed or a document is in the way: then it is
        kept, the books are marked as pending, a discrepancy says why, and it is tried again.
        """
        payment = self.payment_id.sudo()
        if not payment:
            self._set(books_pending=False)
            return
        if new in ENDED_WITHOUT_PAYMENT or (new == State.SUCCEEDED and self.operation in INCOMING):
            self._settle_books(reason)
        if new in FINAL:
            payment._bridge_refresh_bills()

    @api.private
    def _settle_books(self, reason):
        """Undo the payment of an instruction that ended without payment, or book the money that came in."""
        try:
            with self.env.cr.savepoint():
                if self.state == State.SUCCEEDED:
                    self.payment_id.sudo()._bridge_receive()
                elif self.state == State.RETURNED:
                    self.payment_id.sudo()._bridge_reverse_returned(reason)
                else:
                    self.payment_id.sudo()._bridge_undo(self.state, reason)
                self._set(books_pending=False)
        except (UserError, ValidationError) as error:
            _logger.info("books of instruction %s could not follow: %s", self.id, error)
            self.env["payment.bridge.discrepancy"]._raise(
                "books",
                instruction=self,
                key=f"books-{self.key}-{self.state}",
                summary=self.env._(
                    "%(payment)s is %(state)s at the platform, but its journal entry could not follow:"
                    " %(error)s It is tried again by itself; clear the obstacle.",
                    payment=self.payment_id.name or self.key,
                    state=self._say_state(self.state),
                    error=error,
                ),
            )

    @api.model
    @api.private
    def _settle_pending_books(self):
        """Try again what the books could not follow before."""
        for instruction in self.search([("books_pending", "=", True)], limit=100):
            instruction.with_env(instruction.channel_id._speaking().env)._settle_books(
                instruction.platform_message or instruction.state
            )
            self.env["ir.cron"]._commit_progress()
