"""The payments of one run, and what several checks want to know about them, read once for all."""

from collections import defaultdict
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from odoo import fields
from odoo.tools import SQL

NOT_MOVED = ("failed", "closed", "cancelled", "returned")
"""States of an instruction in which the money certainly is where it was."""


class Batch:
    """Payments that are checked together, as superuser."""

    def __init__(self, payments, stage):
        self.payments = payments.sudo()
        self.env = self.payments.env
        self.stage = stage
        self.now = fields.Datetime.now()
        self._rates = {}
        self._amounts = {}
        self.env.flush_all()

    @cached_property
    def _bill_ids(self):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT payment_id, bill_id FROM payment_bridge_reservation
                 WHERE payment_id = ANY(%(ids)s) AND bill_id IS NOT NULL
                 UNION
                SELECT payment_id, invoice_id FROM account_move__account_payment WHERE payment_id = ANY(%(ids)s)
                """,
                ids=self.payments.ids,
            )
        )
        found = defaultdict(list)
        for payment_id, bill_id in rows:
            found[payment_id].append(bill_id)
        return found

    @cached_property
    def bills(self):
        """Every document that one of the payments settles."""
        return self.env["account.move"].browse(sorted({bill for bills in self._bill_ids.values() for bill in bills}))

    def bills_of(self, payment):
        """The documents that a payment settles; what is read of one is read of all."""
        return self.env["account.move"].browse(self._bill_ids.get(payment.id, ())).with_prefetch(self.bills.ids)

    def rate(self, currency, company, day):
        """Units of the company's currency for one of ``currency`` on a day."""
        key = (currency.id, company.id, day)
        if key not in self._rates:
            self._rates[key] = self.env["res.currency"]._get_conversion_rate(
                currency, company.currency_id, company, day
            )
        return self._rates[key]

    def company_amount(self, payment):
        """A payment's amount in its company's currency, at the rate of its day."""
        if payment.id not in self._amounts:
            company = payment.company_id
            rate = self.rate(payment.currency_id, company, payment.date)
            self._amounts[payment.id] = company.currency_id.round(payment.amount * rate)
        return self._amounts[payment.id]

    def today(self, company):
        """The day at the company."""
        return self.now.replace(tzinfo=ZoneInfo("UTC")).astimezone(company_zone(company)).date()

    def day_start(self, company, days=1):
        """The beginning (UTC, naive) of the company's day; with ``days`` of the first of so many, today the last."""
        first = self.today(company) - timedelta(days=max(days, 1) - 1)
        start = datetime.combine(first, datetime.min.time(), tzinfo=company_zone(company))
        return start.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)


def company_zone(company):
    """The time zone in which a company's days begin."""
    return ZoneInfo(company.partner_id.tz or ("Asia/Shanghai" if company.country_code == "CN" else "UTC"))
