"""Money laundering: a payee who was not paid for long gets a large sum."""

from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from ..connector.types import Bilingual
from .aml import Signal
from .base import Mode, Policy, register

_lt = LazyTranslate(__name__)


@register
class DormantCheck(Signal):
    """The last payment is longer ago than so many days, and this one reaches the rule's amount; without an amount, it
    is larger than every payment before. A payee who was never paid is new, not dormant."""

    code = "aml_dormant"
    label = Bilingual("Dormant payee", "长期未付款方")
    purpose = Bilingual(
        "A payee who was not paid for long does not suddenly get a large sum.", "长期未付款的收款方未突然收到大额付款。"
    )
    reads = frozenset({"days", "amount"})
    default = Policy(Mode.WARN, days=180)

    def load(self, cases):
        self._last = {}
        for company, payees, _first, _last in self.by_company(cases):
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT partner.commercial_partner_id, p.currency_id, max(p.date), max(p.amount)
                      FROM account_payment p
                      JOIN res_partner partner ON partner.id = p.partner_id
                     WHERE p.company_id = %(company)s AND p.payment_type = 'outbound'
                       AND p.state IN ('in_process', 'paid') AND p.id != ALL(%(own)s)
                       AND partner.commercial_partner_id = ANY(%(payees)s)
                     GROUP BY 1, 2
                    """,
                    company=company.id,
                    own=self.batch.payments.ids,
                    payees=payees.ids,
                )
            )
            for payee, currency_id, day, amount in rows:
                rate = self.batch.rate(self.env["res.currency"].browse(currency_id), company, day)
                known = self._last.get((company.id, payee))
                value = float(amount) * rate
                self._last[company.id, payee] = (max(day, known[0]), max(value, known[1])) if known else (day, value)

    def judge(self, case):
        payment, policy = case.payment, case.policy
        currency = payment.company_id.currency_id
        known = self._last.get((payment.company_id.id, self.payee(payment).id))
        if known is None:
            return self.fine(_lt("This payee has never been paid before."))
        last, largest = known
        quiet = (payment.date - last).days
        amount = self.batch.company_amount(payment)
        large = (
            currency.compare_amounts(amount, policy.amount) >= 0
            if policy.amount
            else currency.compare_amounts(amount, largest) > 0
        )
        evidence = {"days": quiet, "largest_before": currency.round(largest)}
        if quiet > policy.days and large:
            return self.fault(
                _lt(
                    "This payee was not paid for %(days)s days, and now gets %(amount)s.",
                    days=quiet,
                    amount=currency.format(amount),
                ),
                **evidence,
            )
        return self.fine(_lt("It fits what this payee got before."), **evidence)
