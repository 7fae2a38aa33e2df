"""What the money-laundering signals share: which threshold a payment meets, and what other payments there were.

They are advice for an officer and never stop a payment unless a company wants it so.
"""

from collections import defaultdict
from datetime import timedelta

from odoo.tools import SQL

from .base import Check, Mode, Policy
from .batch import NOT_MOVED

ORGANISATION, PERSON, PERSON_ABROAD = "organisation", "person", "person_abroad"


class Signal(Check):
    """A check whose findings become cases for an officer."""

    default = Policy(Mode.WARN)

    def payee(self, payment):
        """Whom a payment goes to: all contacts of a partner are one."""
        return payment.partner_id.commercial_partner_id

    def payments_to(self, company, payees, since, until):
        """What is paid to payees from one day to another, as {payee id: [(id, currency, amount, day), …]}.

        Everything that has not certainly failed counts, drafts as well: they are how a sum is prepared.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner.commercial_partner_id, p.id, p.currency_id, p.amount, p.date
                  FROM account_payment p
                  JOIN res_partner partner ON partner.id = p.partner_id
                 WHERE p.company_id = %(company)s AND p.payment_type = 'outbound'
                   AND p.state NOT IN ('canceled', 'rejected')
                   AND (p.bridge_state IS NULL OR p.bridge_state NOT IN %(ended)s)
                   AND p.date BETWEEN %(since)s AND %(until)s AND partner.commercial_partner_id = ANY(%(payees)s)
                """,
                company=company.id,
                ended=NOT_MOVED,
                since=since,
                until=until,
                payees=payees.ids,
            )
        )
        found = defaultdict(list)
        for payee, payment_id, currency_id, amount, day in rows:
            found[payee].append((payment_id, self.env["res.currency"].browse(currency_id), float(amount), day))
        return found

    def by_company(self, cases):
        """The payments of the cases by company, with their payees and first and last day."""
        payments = self.env["account.payment"].union(*(case.payment for case in cases))
        for company, of_company in payments.grouped("company_id").items():
            days = of_company.mapped("date")
            yield company, of_company.partner_id.commercial_partner_id, min(days), max(days)


class ThresholdSignal(Signal):
    """A signal about the amounts from which banks have to report transfers."""

    WINDOW_DAYS = 0  # how many days before a payment are looked at; 0: its own day

    def load(self, cases):
        self._thresholds, self._paid = {}, {}
        longest = max(self.window(case.policy) for case in cases)
        for company, payees, first, last in self.by_company(cases):
            self._thresholds[company.id] = self.env["payment.bridge.aml.threshold"]._in_force(company)
            since = first - timedelta(days=longest)
            self._paid[company.id] = (
                self.payments_to(company, payees, since, last) if self._thresholds[company.id] else {}
            )

    def window(self, policy):
        """How many days before a payment count."""
        return policy.days

    def paid_to(self, case):
        """What the payee of a case gets in its window: [(id, currency, amount, day), …]."""
        payment = case.payment
        first = payment.date - timedelta(days=self.window(case.policy))
        paid = self._paid[payment.company_id.id].get(self.payee(payment).id, ())
        return [one for one in paid if first <= one[3] <= payment.date]

    def threshold(self, payment):
        """The threshold that holds for a payment; None where none does."""
        scope = self.scope(payment)
        return next(
            (
                one
                for one in self._thresholds[payment.company_id.id]
                if one.scope == scope and one._holds_on(payment.date)
            ),
            None,
        )

    def scope(self, payment):
        """Whose transfer it is, in the words of the thresholds."""
        if self.payee(payment).is_company:
            return ORGANISATION
        return PERSON_ABROAD if self.is_abroad(payment) else PERSON

    def is_abroad(self, payment):
        """Whether the money leaves the company's country; an account of unknown country is at home."""
        account, home = payment.partner_bank_id, payment.company_id.country_id
        country = account.bank_id.country or self.payee(payment).country_id
        return bool(home and country and country != home)

    def value(self, threshold, currency, amount, company, day):
        """An amount in the threshold's words: (value, limit, currency of both).

        Money in the threshold's own currency is compared with its amount; other money with its foreign amount, in that
        currency, and where no rate of it is known with the first, at the rate of the day.
        """
        own, foreign = threshold.currency_id, threshold.foreign_currency_id
        if currency == own:
            return amount, threshold.amount, own
        if currency == foreign:
            return amount, threshold.foreign_amount, foreign
        in_company = amount * self.batch.rate(currency, company, day)
        if foreign and threshold.foreign_amount and foreign.with_context(active_test=False).rate_ids:
            return in_company / self.batch.rate(foreign, company, day), threshold.foreign_amount, foreign
        return in_company / self.batch.rate(own, company, day), threshold.amount, own
