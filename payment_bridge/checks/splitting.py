"""Limits: a sum cut into pieces that each stay below a limit."""

from collections import defaultdict

from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from ..connector.types import Bilingual
from .base import Check, Mode, Policy, register
from .batch import NOT_MOVED

_lt = LazyTranslate(__name__)


@register
class SplittingCheck(Check):
    """Several payments to one payee within some days, each below the amount from which more people must agree,
    together at or above it. Drafts count: they are how a split is prepared."""

    code = "splitting"
    label = Bilingual("Splitting", "拆分付款")
    purpose = Bilingual(
        "Payments to one payee are not cut to stay below an approval limit.", "未将付款拆分以规避审批限额。"
    )
    reads = frozenset({"amount", "days"})
    needs_amount = True
    default = Policy(Mode.OFF, days=3)

    def load(self, cases):
        windows = {(case.payment.company_id, case.policy.days, case.policy.amount) for case in cases}
        self._pieces = {
            (company.id, days, amount): self._read_pieces(company, days, amount) for company, days, amount in windows
        }

    def _read_pieces(self, company, days, limit):
        """By payee the ids and amounts (company currency) of payments below the limit that were made since then."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner.commercial_partner_id, p.id, p.currency_id, p.amount
                  FROM account_payment p
                  JOIN res_partner partner ON partner.id = p.partner_id
                 WHERE p.company_id = %(company)s AND p.payment_type = 'outbound'
                   AND p.bridge_channel_id IS NOT NULL AND p.state NOT IN ('canceled', 'rejected')
                   AND (p.bridge_state IS NULL OR p.bridge_state NOT IN %(ended)s)
                   AND p.create_date >= %(since)s AND partner.commercial_partner_id = ANY(%(payees)s)
                """,
                company=company.id,
                ended=NOT_MOVED,
                since=self.batch.day_start(company, days),
                payees=self.batch.payments.partner_id.commercial_partner_id.ids,
            )
        )
        pieces = defaultdict(dict)
        today = self.batch.today(company)
        for payee, payment_id, currency_id, amount in rows:
            rate = self.batch.rate(self.env["res.currency"].browse(currency_id), company, today)
            value = company.currency_id.round(float(amount) * rate)
            if company.currency_id.compare_amounts(value, limit) < 0:
                pieces[payee][payment_id] = value
        return {payee: (len(of_payee), sum(of_payee.values())) for payee, of_payee in pieces.items()}

    def judge(self, case):
        payment, company = case.payment, case.payment.company_id
        currency = company.currency_id
        amount = self.batch.company_amount(payment)
        pieces = self._pieces[company.id, case.policy.days, case.policy.amount]
        count, total = pieces.get(payment.partner_id.commercial_partner_id.id, (0, 0.0))
        below = currency.compare_amounts(amount, case.policy.amount) < 0
        if below and count > 1 and currency.compare_amounts(total, case.policy.amount) >= 0:
            return self.fault(
                _lt(
                    "%(count)s payments to this payee within %(days)s days make %(total)s, each below %(limit)s.",
                    count=count,
                    days=case.policy.days,
                    total=currency.format(total),
                    limit=currency.format(case.policy.amount),
                ),
                count=count,
                total=currency.round(total),
                limit=case.policy.amount,
            )
        return self.fine(_lt("It is no part of a sum cut to stay below a limit."))
