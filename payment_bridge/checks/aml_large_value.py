"""Money laundering: what a payee gets in one day reaches the amount that banks report."""

from odoo.tools.translate import LazyTranslate

from ..connector.types import Bilingual
from .aml import ThresholdSignal
from .base import register

_lt = LazyTranslate(__name__)


class DaySum(ThresholdSignal):
    """The payments of one day to one payee, together, in one direction: so the order of the People's Bank of China
    (2016, number 3, article 5) counts them. Money in other currencies is counted apart from the local one."""

    ABROAD = False

    def window(self, policy):
        return 0

    def judge(self, case):
        payment = case.payment
        if self.is_abroad(payment) != self.ABROAD:
            return self.fine(_lt("It is judged by another check."))
        threshold = self.threshold(payment)
        if threshold is None:
            return self.fine(_lt("No reporting amount is set for such payments."))
        total, count = 0.0, 0
        own = self.value(threshold, payment.currency_id, payment.amount, payment.company_id, payment.date)
        for _id, currency, amount, day in self.paid_to(case):
            value, _limit, counted_in = self.value(threshold, currency, amount, payment.company_id, day)
            if counted_in == own[2]:
                total, count = total + value, count + 1
        limit, currency = own[1], own[2]
        evidence = {
            "total": currency.round(total),
            "limit": limit,
            "currency": currency.name,
            "payments": count,
            "source": threshold.source,
        }
        if limit and currency.compare_amounts(total, limit) >= 0:
            return self.fault(
                _lt(
                    "%(count)s payments of this day make %(total)s to this payee: from %(limit)s the bank reports it"
                    " (%(law)s).",
                    count=count,
                    total=currency.format(total),
                    limit=currency.format(limit),
                    law=threshold.source,
                ),
                **evidence,
            )
        return self.fine(_lt("What the payee gets this day is below the reporting amount."), **evidence)


@register
class LargeValueCheck(DaySum):
    """Inside the company's country."""

    code = "aml_large_value"
    label = Bilingual("Large value", "大额交易")
    purpose = Bilingual(
        "What a payee gets in one day inside the country is below the amount that banks report.",
        "当日境内向同一收款方付款合计低于大额交易报告标准。",
    )


@register
class CrossBorderCheck(DaySum):
    """Out of the company's country."""

    code = "aml_cross_border"
    label = Bilingual("Cross-border value", "跨境大额")
    purpose = Bilingual(
        "What a payee abroad gets in one day is below the amount that banks report.",
        "当日跨境向同一收款方付款合计低于大额交易报告标准。",
    )
    ABROAD = True
