"""What an officer files about payments that look like money laundering."""

from odoo import api, models

from ..connector.redaction import mask_account


class ReportAmlCase(models.AbstractModel):
    _name = "report.payment_bridge.aml_case"
    _description = "Money-Laundering Report"

    @api.model
    def _get_report_values(self, docids, data=None):
        """One report for each case that the reader may read; printing it is noted in the trail."""
        cases = self.env["payment.bridge.aml.case"].browse(docids)
        cases.check_access("read")
        for case in cases:
            self.env["payment.bridge.audit.event"]._record("aml.printed", case)
        return {"docs": cases.sudo(), "mask_account": mask_account}
