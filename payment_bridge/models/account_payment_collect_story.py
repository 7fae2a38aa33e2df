"""Receipts and refunds told in words, where they differ from pay-outs."""

from odoo import models


class AccountPayment(models.Model):
    _inherit = "account.payment"

    # -- collections --------------------------------------------------------------

    def _bridge_why_collect_queued(self, instruction):
        if instruction.channel_id.health_id._circuit_is_open():
            return self.env._("The platform does not answer: offer another way, or wait until it does.")
        return self._bridge_why_queued(instruction)

    def _bridge_why_collect_uncertain(self, instruction):
        return self.env._(
            "The platform's answer did not arrive: the code is asked for again at %s. Nobody can have paid it yet.",
            self._bridge_time(instruction.next_query_at),
        )

    def _bridge_why_collect_processing(self, instruction):
        if instruction.ends_at and instruction.ends_at < instruction.env.cr.now():
            return self.env._("Its time is over: the platform is being told to end it.")
        return self.env._(
            "Waiting for the customer to pay. Show the code or send the link; it can be paid until %s.",
            self._bridge_time(instruction.expires_at),
        )

    def _bridge_why_collect_failed(self, instruction):
        return self.env._(
            "It could not be offered and nobody has paid: %(reason)s. %(advice)s",
            reason=instruction.platform_message or instruction.platform_code or self.env._("no reason given"),
            advice=instruction.advice or "",
        )

    def _bridge_why_collect_closed(self, _instruction):
        return self.env._("It ended and nobody has paid. The invoice is open as before: offer it again.")

    def _bridge_why_collect_cancelled(self, _instruction):
        return self.env._("It was withdrawn before it was offered. The invoice is open as before.")

    def _bridge_why_collect_succeeded(self, instruction):
        return self._bridge_why_received(instruction)

    # -- charged payment codes ----------------------------------------------------

    def _bridge_why_charge_queued(self, instruction):
        return self._bridge_why_collect_queued(instruction)

    def _bridge_why_charge_uncertain(self, instruction):
        return self.env._(
            "The platform's answer did not arrive, so nobody knows yet whether the customer was charged. If that does"
            " not become clear until %s it is taken back. Do not charge another code before that.",
            self._bridge_time(instruction.ends_at),
        )

    def _bridge_why_charge_processing(self, instruction):
        if instruction.ends_at and instruction.ends_at < instruction.env.cr.now():
            return self.env._("The customer did not confirm in time: it is being taken back.")
        return self.env._("The customer has to confirm in the app. Without that it is taken back by itself.")

    def _bridge_why_charge_failed(self, instruction):
        return self.env._(
            "The code was not charged and no money moved: %(reason)s. %(advice)s",
            reason=instruction.platform_message or instruction.platform_code or self.env._("no reason given"),
            advice=instruction.advice or "",
        )

    def _bridge_why_charge_closed(self, _instruction):
        return self.env._("It was in doubt and has been taken back: the customer has not paid. Scan a new code.")

    def _bridge_why_charge_succeeded(self, instruction):
        return self._bridge_why_received(instruction)

    def _bridge_why_received(self, instruction):
        """Money that came in, and how far the books are with it."""
        if self.bridge_undecided:
            return self.env._(
                "The money came, but the invoice had nothing left to pay. Nothing is booked: give it back, or book it"
                " as the customer's credit."
            )
        if self.state == "draft":
            return self.env._("The money came. It could not be booked yet: see the difference.")
        payer = instruction.counterparty
        if self.is_matched:
            return self.env._("Received, and found on the platform's statement.")
        if payer:
            return self.env._("Received from %s. The platform's statement will confirm it.", payer)
        return self.env._("Received. The platform's statement, usually there the next day, will confirm it.")

    # -- refunds --------------------------------------------------------------------

    def _bridge_why_refund_succeeded(self, instruction):
        if self.is_matched:
            return self.env._("Given back, and found on the platform's statement.")
        return self.env._("Given back to the customer. The platform's statement will confirm it.")

    def _bridge_why_refund_processing(self, instruction):
        return self.env._(
            "The platform is giving it back; it is asked again at %s.", self._bridge_time(instruction.next_query_at)
        )

    def _bridge_why_refund_failed(self, instruction):
        return self.env._(
            "It was not given back: %(reason)s. %(advice)s The amount can be refunded again.",
            reason=instruction.platform_message or instruction.platform_code or self.env._("no reason given"),
            advice=instruction.advice or "",
        )

    def _bridge_why_refund_closed(self, instruction):
        return self._bridge_why_refund_failed(instruction)

    def _bridge_why_refund_cancelled(self, _instruction):
        return self.env._("It was withdrawn before sending.")
