"""Partners of rows of platforms' statements."""

from odoo import api, models
from odoo.exceptions import UserError


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_chosen_for_rows(self):
        rows = self.env["payment.bridge.statement.line"].sudo()
        if found := rows.search([("partner_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "The row %(entry)s of %(statement)s is booked for %(partner)s. Archive the partner instead.",
                    entry=found.entry_reference,
                    statement=found.statement_id.name,
                    partner=found.partner_id.display_name,
                )
            )
