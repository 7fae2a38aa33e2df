"""What the limits over a time share: a sum by some key, of what was ordered and of what is checked now."""

from collections import defaultdict
from typing import ClassVar

from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from .base import Check, Mode, Policy
from .batch import NOT_MOVED

_lt = LazyTranslate(__name__)


class RollingLimit(Check):
    """The sum of a company's pay-outs for one key within the last days, this payment included.

    What certainly has not moved does not count. Payments of one run count one after the other. Run again at
    the moment of sending, it also sees what two clerks have ordered at the same time.
    """

    KEY: ClassVar[SQL]  # the key in SQL, over payment p, its partner and its instruction i
    cheap = True
    reads = frozenset({"amount"})
    needs_amount = True
    default = Policy(Mode.OFF, days=1)

    def key_of(self, payment):
        """The key of a payment: an id."""
        raise NotImplementedError

    def say_over(self, words):
        """The sentence of a fault; ``words`` holds total, limit and days."""
        raise NotImplementedError

    def load(self, cases):
        windows = {(case.payment.company_id, case.policy.days) for case in cases}
        self._spent = {
            (company.id, days): self._read_spent(company, self.batch.day_start(company, days))
            for company, days in windows
        }

    def _read_spent(self, company, since):
        """By key, what was ordered since then, in the company's currency at today's rate."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT %(key)s, i.currency_id, SUM(i.amount)
                  FROM payment_bridge_instruction i
                  JOIN account_payment p ON p.id = i.payment_id
                  JOIN res_partner partner ON partner.id = p.partner_id
                 WHERE i.operation = 'pay_out' AND i.company_id = %(company)s AND i.create_date >= %(since)s
                   AND i.state NOT IN %(ended)s AND p.id != ALL(%(own)s)
                 GROUP BY 1, 2
                """,
                key=self.KEY,
                company=company.id,
                since=since,
                ended=NOT_MOVED,
                own=self.batch.payments.ids,
            )
        )
        spent = defaultdict(float)
        today = self.batch.today(company)
        for key, currency_id, amount in rows:
            currency = self.env["res.currency"].browse(currency_id)
            spent[key] += float(amount) * self.batch.rate(currency, company, today)
        return spent

    def judge(self, case):
        company = case.payment.company_id
        currency = company.currency_id
        spent = self._spent[company.id, case.policy.days]
        key = self.key_of(case.payment)
        total = currency.round(spent[key] + self.batch.company_amount(case.payment))
        spent[key] = total
        evidence = {"total": total, "limit": case.policy.amount, "days": case.policy.days, "currency": currency.name}
        if currency.compare_amounts(total, case.policy.amount) > 0:
            words = {"total": currency.format(total), "limit": currency.format(case.policy.amount)}
            return self.fault(self.say_over({**words, "days": max(case.policy.days, 1)}), **evidence)
        return self.fine(_lt("It is within the limit."), **evidence)
