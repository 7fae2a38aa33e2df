"""What screening found about a payee stays, though the payment that it was found for is refused."""

from functools import partial

from odoo import api, models

from ..checks.base import Stage
from ..checks.screening import holder_name
from .refusal import keep_anyway


class AccountPayment(models.Model):
    _inherit = "account.payment"

    @api.private
    def _bridge_keep_found(self, stage):
        """Screen the payees again once the refused attempt is over: its cases were undone with it."""
        result = super()._bridge_keep_found(stage)
        screened = self.sudo() if stage != Stage.SENDING else self.browse()
        for company, payments in screened.grouped("company_id").items():
            names = {payee.id: paid.mapped(holder_name) for payee, paid in payments.grouped("partner_id").items()}
            keep_anyway(self.env, ("screening", company.id, *names), partial(_screen_again, company.id, names))
        return result


def _screen_again(company_id, names, env):
    company = env["res.company"].browse(company_id).exists()
    partners = env["res.partner"].browse(names).exists()
    if company:
        env["payment.bridge.screening"]._screen_all(company, [(one, names[one.id]) for one in partners])
