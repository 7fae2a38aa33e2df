"""Everything about a payment, on paper."""

from odoo import api, models


class ReportPaymentDossier(models.AbstractModel):
    _name = "report.payment_bridge.payment_dossier"
    _description = "Everything About a Payment"

    @api.model
    def _get_report_values(self, docids, data=None):
        """One page for each payment that the reader may read."""
        payments = self.env["account.payment"].browse(docids)
        return {"dossiers": [payment._bridge_dossier() for payment in payments]}
