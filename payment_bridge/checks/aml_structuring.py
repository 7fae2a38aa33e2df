"""Money laundering: a sum cut into pieces just below the amount that banks report."""

from odoo.tools.translate import LazyTranslate

from ..connector.types import Bilingual
from .aml import ThresholdSignal
from .base import Mode, Policy, register

_lt = LazyTranslate(__name__)

SEVERAL = 3


@register
class StructuringCheck(ThresholdSignal):
    """Three or more payments to one payee within some days, each below the reporting amount by no more than some per
    cent. The payment that is checked is one of them."""

    code = "aml_structuring"
    label = Bilingual("Structuring", "化整为零")
    purpose = Bilingual(
        "Payments are not cut to stay just below the amount that banks report.",
        "未将付款拆分至略低于大额交易报告标准。",
    )
    reads = frozenset({"percent", "days"})
    default = Policy(Mode.WARN, percent=10.0, days=7)

    def judge(self, case):
        payment = case.payment
        threshold = self.threshold(payment)
        if threshold is None:
            return self.fine(_lt("No reporting amount is set for such payments."))
        if not self._is_just_below(threshold, payment.currency_id, payment.amount, case):
            return self.fine(_lt("It is not just below the reporting amount."))
        near = [one for one in self.paid_to(case) if self._is_just_below(threshold, one[1], one[2], case)]
        evidence = {"payments": sorted(one[0] for one in near), "days": case.policy.days, "source": threshold.source}
        if len(near) >= SEVERAL:
            return self.fault(
                _lt(
                    "%(count)s payments to this payee within %(days)s days are each just below the amount that banks"
                    " report (%(law)s).",
                    count=len(near),
                    days=case.policy.days,
                    law=threshold.source,
                ),
                **evidence,
            )
        return self.fine(_lt("Not several payments are just below the reporting amount."), **evidence)

    def _is_just_below(self, threshold, currency, amount, case):
        payment = case.payment
        value, limit, _currency = self.value(threshold, currency, amount, payment.company_id, payment.date)
        return limit * (1 - case.policy.percent / 100) <= value < limit
