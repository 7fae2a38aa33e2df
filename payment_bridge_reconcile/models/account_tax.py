"""Taxes that rows of platforms' statements are booked with."""

from odoo import api, models
from odoo.exceptions import UserError


class AccountTax(models.Model):
    _inherit = "account.tax"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_chosen_for_rows(self):
        rows = self.env["payment.bridge.statement.line"].sudo()
        if found := rows.search([("tax_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "The row %(entry)s of %(statement)s is booked with the tax %(tax)s. Archive the tax instead.",
                    entry=found.entry_reference,
                    statement=found.statement_id.name,
                    tax=found.tax_id.display_name,
                )
            )
