"""Limits: one payment."""

from odoo.tools.translate import LazyTranslate

from ..connector.types import Bilingual
from .base import Check, Mode, Policy, register

_lt = LazyTranslate(__name__)


@register
class PaymentLimitCheck(Check):
    """No payment is larger than the rule's amount, in the company's currency at the day's rate."""

    code = "limit_payment"
    label = Bilingual("Limit per payment", "单笔限额")
    purpose = Bilingual("One payment stays within an amount.", "单笔付款不超过限额。")
    cheap = True
    reads = frozenset({"amount"})
    needs_amount = True
    default = Policy(Mode.OFF)

    def judge(self, case):
        currency = case.payment.company_id.currency_id
        amount, limit = self.batch.company_amount(case.payment), case.policy.amount
        evidence = {"amount": amount, "limit": limit, "currency": currency.name}
        if currency.compare_amounts(amount, limit) > 0:
            return self.fault(
                _lt(
                    "%(amount)s is over the limit of %(limit)s a payment.",
                    amount=currency.format(amount),
                    limit=currency.format(limit),
                ),
                **evidence,
            )
        return self.fine(_lt("It is within the limit."), **evidence)
