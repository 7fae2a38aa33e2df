"""Reconciliations that stand for money on its way."""

from odoo import api, models
from odoo.exceptions import UserError

from ..connector.types import Operation


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        """An invoice that was paid otherwise is not offered any longer."""
        partials = super().create(vals_list)
        items = partials.debit_move_id.filtered(lambda item: item.account_type == "asset_receivable")
        offers = items.move_id.sudo().bridge_instruction_ids.filtered(
            lambda one: (
                one.operation == Operation.COLLECT
                and one.state in ("queued", "sending", "uncertain", "processing")
                and one.currency_id.compare_amounts(one.amount, one.invoice_id.amount_residual) > 0
            )
        )
        if offers:
            offers._end_soon()
        return partials

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
