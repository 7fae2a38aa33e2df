"""Statement files as attachments."""

from odoo import models


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def _get_datas_related_values(self, data, mimetype):
        """A platform's file is kept as it is: its text would fill the search index with account numbers."""
        if self.env.context.get("bridge_statement_file"):
            mimetype = "application/octet-stream"
        return super()._get_datas_related_values(data, mimetype)
