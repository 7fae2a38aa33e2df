"""The form that takes a secret and gives none."""

import base64
import binascii

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.refusal import refused

MAX_BYTES = 64 * 1024


class PaymentBridgeCredentialEntry(models.TransientModel):
    """Takes one new value, pasted or as a file, and hands it to the credential at once: the wizard's own
    record never stores it."""

    _name = "payment.bridge.credential.entry"
    _description = "Enter a Credential"
    _transient_max_hours = 0.1

    credential_id = fields.Many2one("payment.bridge.credential", required=True, ondelete="cascade")
    help_text = fields.Text(related="credential_id.help_text")
    is_secret = fields.Boolean(related="credential_id.is_secret")
    value = fields.Text(compute="_compute_value", inverse="_inverse_value", exportable=False)
    file = fields.Binary(compute="_compute_value", inverse="_inverse_file", exportable=False)
    file_name = fields.Char()
    expires_on = fields.Date(
        string="Ends On", help="The last day on which the platform accepts it, if it says so: you are warned before."
    )

    def _compute_value(self):
        self.value = False
        self.file = False

    def _inverse_value(self):
        for entry in self.filtered("value"):
            entry.credential_id._set_value(entry.value.strip())

    def _inverse_file(self):
        for entry in self.filtered("file"):
            try:
                raw = base64.b64decode(entry.file, validate=False)
                binary = entry.credential_id._is_binary()
                text = base64.b64encode(raw).decode() if binary else raw.decode("utf-8-sig").strip()
            except (binascii.Error, UnicodeDecodeError) as error:
                raise UserError(
                    self.env._("The file is not text. Choose the PEM or CRT file with BEGIN and END lines.")
                ) from error
            if len(raw) > MAX_BYTES:
                raise UserError(self.env._("The file is too large to be a key or certificate."))
            entry.credential_id._set_value(text)

    @api.model
    def default_get(self, fields_list):
        if not self.env.user.has_group("payment_bridge.group_channel_admin"):
            words = self.env._("Only a channel administrator enters credentials.")
            raise refused(self.env.company, "no_role", UserError(words))
        defaults = super().default_get(fields_list)
        credential = self.env["payment.bridge.credential"].browse(defaults.get("credential_id"))
        return {**defaults, "expires_on": credential.expires_on}

    def action_save(self):
        """The inverse methods have stored the value; what is left is its last day."""
        self.credential_id._set_expiry(self.expires_on)
        return {"type": "ir.actions.act_window_close"}
