"""Limits: one run."""

from collections import defaultdict

from odoo.tools.translate import LazyTranslate

from ..connector.types import Bilingual
from .base import Check, Mode, Policy, register

_lt = LazyTranslate(__name__)


@register
class RunLimitCheck(Check):
    """What one company orders together stays within the rule's amount."""

    code = "limit_run"
    label = Bilingual("Limit per run", "单批限额")
    purpose = Bilingual("Payments ordered together stay within an amount.", "一批付款的合计不超过限额。")
    reads = frozenset({"amount"})
    needs_amount = True
    default = Policy(Mode.OFF)

    def load(self, cases):
        self._total = defaultdict(float)
        for payment in self.batch.payments:
            self._total[payment.company_id.id] += self.batch.company_amount(payment)

    def judge(self, case):
        currency = case.payment.company_id.currency_id
        total, limit = currency.round(self._total[case.payment.company_id.id]), case.policy.amount
        evidence = {"total": total, "limit": limit, "currency": currency.name}
        if currency.compare_amounts(total, limit) > 0:
            return self.fault(
                _lt(
                    "Together the payments make %(total)s, over the limit of %(limit)s a run.",
                    total=currency.format(total),
                    limit=currency.format(limit),
                ),
                **evidence,
            )
        return self.fine(_lt("It is within the limit."), **evidence)
