"""What people write in the chatter of payments, accounts and our records: no card numbers there."""

from odoo import models


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    def message_post(self, *, body="", subject=None, **kwargs):
        """What a person writes on a payment, an account or a record of ours; what code tells is not a person's."""
        if self._bridge_is_watched() and not self.env.su:
            self.env["payment.bridge.plain.text"]._refuse_message(body, subject)
        return super().message_post(body=body, subject=subject, **kwargs)

    def _message_update_content(self, message, /, *, body, **kwargs):
        if self._bridge_is_watched():
            self.env["payment.bridge.plain.text"]._refuse_message(body, None)
        return super()._message_update_content(message, body=body, **kwargs)

    def _bridge_is_watched(self):
        return self._name.startswith("payment.bridge.") or self._name in ("account.payment", "res.partner.bank")
