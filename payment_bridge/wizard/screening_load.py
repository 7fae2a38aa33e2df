"""A new file for a screening list."""

import base64

from odoo import fields, models


class PaymentBridgeScreeningLoad(models.TransientModel):
    _name = "payment.bridge.screening.load"
    _description = "Load a Screening List"

    list_id = fields.Many2one("payment.bridge.screening.list", required=True)
    format = fields.Selection(related="list_id.format")
    file = fields.Binary(required=True, attachment=False)
    file_name = fields.Char()
    aliases = fields.Binary(string="Alternate Names", attachment=False, help="OFAC's ALT.CSV or CONS_ALT.CSV.")
    addresses = fields.Binary(attachment=False, help="OFAC's ADD.CSV or CONS_ADD.CSV.")

    def action_load(self):
        """Read the file; what it names replaces what the list named."""
        self.ensure_one()
        files = {"aliases": self.aliases, "addresses": self.addresses} if self.format == "ofac_csv" else {}
        self.list_id._load(
            self.file_name or "?",
            base64.b64decode(self.file),
            **{name: base64.b64decode(content) for name, content in files.items() if content},
        )
        return self.list_id._get_records_action()
