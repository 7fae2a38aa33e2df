"""What a money-laundering check finds goes to an officer, whatever becomes of the payment."""

from odoo import api, models

from ..checks.aml import Signal
from ..checks.base import Verdict
from ..tools.languages import in_each_language
from .refusal import keep_anyway


class PaymentBridgeCheck(models.Model):
    _inherit = "payment.bridge.check"

    def _keep(self, batch, found):
        """Raise signals for what was found, beside its results."""
        result = super()._keep(batch, found)
        findings = [
            {
                "payment_id": payment.id,
                "company_id": payment.company_id.id,
                "partner_id": payment.partner_id.commercial_partner_id.id,
                "currency_id": payment.currency_id.id,
                "code": check_class.code,
                "amount": payment.amount,
                "sentence_texts": in_each_language(self.env, finding.sentence),
                "figures": dict(finding.evidence),
                "found_at": batch.now,
            }
            for payment in batch.payments
            for verdict, check_class, finding in found[payment.id]
            if verdict != Verdict.PASS and issubclass(check_class, Signal)
        ]
        if findings:
            self.env["payment.bridge.aml.signal"]._raise(findings)
        return result


class AccountPayment(models.Model):
    _inherit = "account.payment"

    @api.private
    def _bridge_keep_found(self, stage):
        """Signals outlive the refusal of their payment, and the payment itself where it was made for the attempt."""
        result = super()._bridge_keep_found(stage)
        values = self.env["payment.bridge.aml.signal"].sudo().search([("payment_id", "in", self.ids)])._values()
        if values:
            keep_anyway(self.env, ("aml", stage, *self.ids), lambda env: _raise_again(env, values))
        return result


def _raise_again(env, values):
    """Raise what was undone with a refused attempt, about the payments that are still there and about their payees."""
    payments = set(env["account.payment"].browse(one["payment_id"] for one in values if one["payment_id"]).exists().ids)
    partners = set(env["res.partner"].browse(one["partner_id"] for one in values).exists().ids)
    env["payment.bridge.aml.signal"]._raise(
        [
            one | {"payment_id": one["payment_id"] if one["payment_id"] in payments else False}
            for one in values
            if one["partner_id"] in partners
        ]
    )
