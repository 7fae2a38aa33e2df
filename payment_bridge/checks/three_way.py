"""Three-way match: a payment agrees with what was ordered, received and charged."""

from functools import reduce

from odoo.tools.translate import LazyTranslate

from ..connector.types import Bilingual
from .base import Check, Mode, Policy, Weight, register
from .three_way_match import NO_ORDER, Matcher, Tolerance

_lt = LazyTranslate(__name__)

SHOWN = 5


@register
class ThreeWayCheck(Check):
    """Line by line; what is within the tolerance passes, what was not ordered follows the rule's own policy."""

    code = "three_way"
    label = Bilingual("Three-way match", "三单匹配")
    purpose = Bilingual(
        "Order, receipt and bill agree in quantity, price, tax and currency.",
        "订单、收货与账单在数量、单价、税率和币种上一致。",
    )
    reads = frozenset({"percent", "amount", "without_order"})
    default = Policy(Mode.BLOCK, without_order=Mode.WARN)

    def load(self, cases):
        self._matcher = Matcher(self.batch.bills.filtered(lambda move: move.is_purchase_document(True)))

    def judge(self, case):
        documents = self.batch.bills_of(case.payment)
        bills = documents.filtered(lambda move: move.is_purchase_document(True))
        if documents and not bills:
            return self.fine(_lt("It settles no vendor bill, so there is no order to compare with."))
        matches = [(bill, self._matcher.match(bill, self._tolerance(case, bill))) for bill in bills]
        differences = [(bill, one) for bill, match in matches for one in match.all_differences]
        unordered = [bill for bill, match in matches if match.state == NO_ORDER or match.without_order]
        evidence = {"bills": {bill.name: match.state for bill, match in matches}}
        if differences:
            words = reduce(
                lambda before, after: _lt("%(before)s; %(after)s", before=before, after=after),
                [_lt("%(bill)s: %(what)s", bill=bill.name, what=one.sentence) for bill, one in differences[:SHOWN]],
            )
            hard = any(not one.soft for _bill, one in differences)
            return (self.fault if hard else self.doubt)(
                _lt("Order, receipt and bill differ: %s", words),
                **evidence,
                differences=[{"bill": bill.name, "column": one.column} for bill, one in differences],
            )
        if unordered or not bills:
            return self._without_order(case, unordered, evidence)
        return self.fine(_lt("Order, receipt and bill agree."), **evidence)

    def _without_order(self, case, bills, evidence):
        if not bills:
            words = _lt("It pays no bill, so there is nothing to compare it with.")
        else:
            words = _lt("Not everything on %s was ordered.", ", ".join(bill.name or "" for bill in bills[:SHOWN]))
        weight = {Mode.OFF: Weight.FINE, Mode.WARN: Weight.DOUBT, Mode.BLOCK: Weight.FAULT}[case.policy.without_order]
        say = {Weight.FINE: self.fine, Weight.DOUBT: self.doubt, Weight.FAULT: self.fault}[weight]
        return say(words, **evidence)

    def _tolerance(self, case, bill):
        company = bill.company_id
        rate = self.batch.rate(bill.currency_id, company, bill.invoice_date or bill.date)
        return Tolerance(case.policy.percent, case.policy.amount / rate if rate else 0.0)
