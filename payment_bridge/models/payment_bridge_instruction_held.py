"""An order that is held because it is not what was approved."""

from odoo import api, fields, models

from ..tools.languages import in_each_language
from .payment_bridge_instruction_approval import HELD_FOR, PAYING


class PaymentBridgeInstruction(models.Model):
    _inherit = "payment.bridge.instruction"

    @api.private
    def _leaves_as_approved(self):
        """While its approvers are asked again it waits, and says for whom."""
        payment = self.payment_id.sudo()
        if self.operation in PAYING and payment.bridge_approval_state == "waiting":
            words = in_each_language(self.env, lambda lang: payment.with_context(lang=lang)._bridge_approval_words())
            self._set(not_before=fields.Datetime.now() + HELD_FOR, hold_texts=words)
            return False
        return super()._leaves_as_approved()

    @api.private
    def _release_again(self):
        """What was held has been approved as it is: it leaves with the next run."""
        content = self._approval_content()
        self._set(
            released_digest=content.digest(),
            released_parts=content.part_digests(),
            not_before=False,
            hold_texts=False,
        )
        self._explain_hold(self.env._("It was approved again, as it is."))
        self._wake_dispatcher()

    @api.private
    def _withdraw(self, reason):
        result = super()._withdraw(reason)
        self._explain_hold(reason)
        return result

    def _explain_hold(self, words):
        """Close the difference that the hold has raised."""
        raised = (
            self.env["payment.bridge.discrepancy"]
            .sudo()
            .search([("instruction_id", "=", self.id), ("kind", "=", "approval"), ("state", "=", "open")])
        )
        for difference in raised:
            difference.resolution = words
            difference.action_resolve()
