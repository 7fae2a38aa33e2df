"""The printed page: its figures, for QWeb."""

from odoo import api, models


class ReportReconciliation(models.AbstractModel):
    """Gives the page the figures of each channel that a person chose, in the language that was chosen."""

    _name = "report.payment_bridge_reconcile.reconciliation"
    _description = "Reconciliation Report"

    @api.model
    def _get_report_values(self, docids, data=None):
        wizards = self.env["payment.bridge.reconciliation.report"].browse(docids)
        wizards.check_access("read")
        return {
            "doc_ids": docids,
            "doc_model": wizards._name,
            "docs": wizards,
            "figures_of": {wizard.id: wizard._figures() for wizard in wizards},
        }
