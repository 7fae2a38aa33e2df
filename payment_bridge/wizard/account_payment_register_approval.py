"""Bills whose payment needs approval are not settled before it has it."""

from odoo import models


class AccountPaymentRegister(models.TransientModel):
    _inherit = "account.payment.register"

    def _reconcile_payments(self, to_process, edit_mode=False):
        """Leave the bills of payments that wait alone: their amounts stay held."""
        settled = []
        for values in to_process:
            payment = values["payment"]
            if payment.sudo().bridge_approval_state != "waiting":
                settled.append(values)
            elif "rate" in values:
                payment.sudo()._bridge_set_approval(bridge_forced_rate=values["rate"])
        return super()._reconcile_payments(settled, edit_mode=edit_mode)
