"""Limits, fee accounts, the opening of a channel and its credentials are changed by two people."""

from odoo import models
from odoo.exceptions import UserError

from .refusal import refused

GUARDED = frozenset(
    {"limit_per_payment", "limit_per_day", "fee_account_id", "fee_account_ids", "cut_off", "environment"}
)


class PaymentBridgeChannel(models.Model):
    _name = "payment.bridge.channel"
    _inherit = ["payment.bridge.channel", "payment.bridge.four.eyes"]

    def write(self, vals):
        """A channel that was open cannot be changed in the shadow of being a draft."""
        if vals.get("state") == "draft" and self.filtered(lambda channel: channel.state != "draft"):
            words = self.env._("A channel that has been opened is paused, not made a draft again.")
            raise refused(self, "channel_written", UserError(words))
        return super().write(vals)

    def _four_eyes_guarded(self, vals):
        """While a channel is a draft it cannot pay: only opening it is guarded."""
        if self.state != "draft":
            return GUARDED & set(vals)
        return {"state"} & set(vals) if vals.get("state") == "active" else set()


class PaymentBridgeCredential(models.Model):
    _name = "payment.bridge.credential"
    _inherit = ["payment.bridge.credential", "payment.bridge.four.eyes"]

    def _four_eyes_waits(self):
        """Whether a new value of this setting has to wait for somebody else's agreement."""
        return self.channel_id.state != "draft" and self._four_eyes_needed(self.channel_id.company_id)

    def _four_eyes_apply(self, request):
        request._apply_secret(self)

    def _set_value(self, text):
        self.check_access("write")
        if not self._four_eyes_waits():
            return super()._set_value(text)
        self.env["payment.bridge.change.request"]._propose_secret(self, text)

    def action_clear(self):
        self.check_access("write")
        waiting = self.filtered(lambda credential: credential._four_eyes_waits())
        for credential in waiting:
            self.env["payment.bridge.change.request"]._propose_secret(credential, None)
        return super(PaymentBridgeCredential, self - waiting).action_clear()
