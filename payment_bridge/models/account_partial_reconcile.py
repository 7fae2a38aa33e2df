"""Reconciliations that stand for money on its way."""

from odoo import api, models
from odoo.exceptions import UserError


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_live_payment(self):
        """Refuse to part a bill from a payment whose money may be moving: the bill would read as open
        and could be paid again."""
        items = self.debit_move_id | self.credit_move_id
        payable = items.filtered(lambda item: item.account_type in ("liability_payable", "asset_receivable"))
        live = payable.move_id.origin_payment_id.filtered("bridge_is_live")
        if live:
            raise UserError(
                self.env._(
                    "%(payments)s is on its way at the platform: its bill cannot be opened again before"
                    " the platform has said that it failed or came back.",
                    payments=", ".join(live.mapped("display_name")),
                )
            )
