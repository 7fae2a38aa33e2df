"""Documents and the runs that post what pays them."""

from odoo import models


class PaymentBridgePosting(models.Model):
    _inherit = "payment.bridge.posting"

    def _mark(self, items, fee_items):
        """What rows held on documents is let go of: the entries take its place."""
        lines = self.env["payment.bridge.statement.line"].browse({**fee_items, **items})
        paying = lines.filtered(lambda line: line.match_pass == "document")
        if paying:
            self.env["payment.bridge.statement.allotment"]._hold(paying, sign=-1)
        return super()._mark(items, fee_items)

    def _open_rows(self):
        """The documents are open again, and held again for the rows, which are matched but not posted."""
        paying = self.line_ids.filtered(lambda line: line.match_pass == "document")
        result = super()._open_rows()
        if paying:
            self.env["payment.bridge.statement.allotment"]._hold(paying)
        return result
