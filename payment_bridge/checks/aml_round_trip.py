"""Money laundering: money that came in goes back to where it came from."""

from collections import defaultdict
from datetime import timedelta

from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from ..connector.types import Bilingual
from .aml import Signal
from .base import Mode, Policy, register

_lt = LazyTranslate(__name__)


@register
class RoundTripCheck(Signal):
    """The payee, or another partner with the payee's account, paid in nearly the same amount within some days before.
    Refunds of a receipt go another way and are not judged here."""

    code = "aml_round_trip"
    label = Bilingual("Round trip", "资金回流")
    purpose = Bilingual(
        "Money does not go back to a partner who paid in nearly the same lately.",
        "近期未收到该收款方相近金额后又付回。",
    )
    reads = frozenset({"percent", "days", "amount"})
    default = Policy(Mode.WARN, percent=2.0, days=30)

    def load(self, cases):
        self._came_in = {}
        longest = max(case.policy.days for case in cases)
        for company, payees, first, last in self.by_company(cases):
            self._came_in[company.id] = self._read(company, payees, first - timedelta(days=longest), last)

    def _read(self, company, payees, since, until):
        """What came in from payees, and from who shares an account with them: {payee id: [(id, currency, amount,
        day), …]}."""
        rows = self.env.execute_query(
            SQL(
                """
                WITH payee AS (
                    SELECT DISTINCT wanted.id, same.partner_id
                      FROM unnest(%(payees)s) AS wanted(id)
                      JOIN res_partner own ON own.commercial_partner_id = wanted.id
                      JOIN res_partner_bank account ON account.partner_id = own.id AND account.active
                      JOIN res_partner_bank same ON same.sanitized_acc_number = account.sanitized_acc_number
                     UNION
                    SELECT wanted.id, own.id
                      FROM unnest(%(payees)s) AS wanted(id)
                      JOIN res_partner own ON own.commercial_partner_id = wanted.id
                )
                SELECT payee.id, p.id, p.currency_id, p.amount, p.date
                  FROM account_payment p
                  JOIN payee ON payee.partner_id = p.partner_id
                 WHERE p.company_id = %(company)s AND p.payment_type = 'inbound'
                   AND p.state IN ('in_process', 'paid') AND p.date BETWEEN %(since)s AND %(until)s
                """,
                company=company.id,
                since=since,
                until=until,
                payees=payees.ids,
            )
        )
        found = defaultdict(list)
        for payee, payment_id, currency_id, amount, day in rows:
            rate = self.batch.rate(self.env["res.currency"].browse(currency_id), company, day)
            found[payee].append((payment_id, float(amount) * rate, day))
        return found

    def judge(self, case):
        payment, policy = case.payment, case.policy
        currency = payment.company_id.currency_id
        amount = self.batch.company_amount(payment)
        if currency.compare_amounts(amount, policy.amount) < 0:
            return self.fine(_lt("It is too small to be looked at."))
        first = payment.date - timedelta(days=policy.days)
        near = [
            (receipt, value)
            for receipt, value, day in self._came_in[payment.company_id.id].get(self.payee(payment).id, ())
            if first <= day <= payment.date and abs(value - amount) <= amount * policy.percent / 100
        ]
        if near:
            return self.fault(
                _lt(
                    "This payee, or somebody with the same account, paid in %(amount)s within %(days)s days before:"
                    " nearly the same now goes back.",
                    amount=currency.format(near[-1][1]),
                    days=policy.days,
                ),
                receipts=sorted(receipt for receipt, _value in near),
                days=policy.days,
            )
        return self.fine(_lt("Nothing like it came in from this payee lately."))
