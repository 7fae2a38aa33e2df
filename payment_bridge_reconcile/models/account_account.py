"""Accounts that rows of platforms' statements are booked to."""

from odoo import api, models
from odoo.exceptions import UserError


class AccountAccount(models.Model):
    _inherit = "account.account"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_chosen_for_rows(self):
        rows = self.env["payment.bridge.statement.line"].sudo()
        if found := rows.search([("account_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "The row %(entry)s of %(statement)s is to be booked to the account %(account)s. Undo that first.",
                    entry=found.entry_reference,
                    statement=found.statement_id.name,
                    account=found.account_id.display_name,
                )
            )
