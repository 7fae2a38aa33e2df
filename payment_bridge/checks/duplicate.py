"""Duplicates: the same invoice paid twice, under another number, to another vendor, or by another company."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from ..connector.types import Bilingual
from .base import Check, Mode, Policy, register
from .batch import NOT_MOVED
from .references import keys, loose_key

_lt = LazyTranslate(__name__)


@dataclass(slots=True)
class Known:
    """A payment that is drafted, on its way or paid, in any company."""

    id: int
    name: str
    company_id: int
    vendor_id: int
    account: str
    amount: float
    currency_id: int
    day: object
    bills: set = field(default_factory=set)
    references: dict = field(default_factory=lambda: defaultdict(set))  # key -> bills that carry it

    def payees(self):
        """Under what it is looked up: its vendor and its account."""
        return [("vendor", self.vendor_id), *([("account", self.account)] if self.account else [])]


@register
class DuplicateCheck(Check):
    """Same vendor or account, like amount and like reference is a fault; like amount without any reference a doubt.

    A part payment is no duplicate of another part of the same bill. What another company has paid is never
    shown, only that it was.
    """

    code = "duplicate"
    label = Bilingual("Duplicate", "重复付款")
    purpose = Bilingual(
        "No other payment of the group has a like payee, amount and reference.",
        "集团内没有收款方、金额和单据号相近的其他付款。",
    )
    reads = frozenset({"percent", "days"})
    default = Policy(Mode.BLOCK, days=90)

    def load(self, cases):
        payments = self.batch.payments
        days = max((case.policy.days for case in cases), default=0)
        self._known = self._read_known(payments, days)
        self._read_references()
        self._by_reference = defaultdict(list)
        self._by_amount = defaultdict(list)
        self._currencies = {one.id: one for one in self.env["res.currency"].with_context(active_test=False).search([])}
        for known in self._known.values():
            for payee in known.payees():
                for key in known.references:
                    self._by_reference[payee, key].append(known)
                if not known.references:
                    self._by_amount[payee, known.currency_id, round(known.amount, 2)].append(known)

    def _read_known(self, payments, days):
        """Every outgoing payment of the same vendors or accounts within so many days of one of the checked."""
        dates = [payment.date for payment in payments]
        if not dates:
            return {}
        vendors = payments.partner_id.commercial_partner_id.ids
        accounts = [number for number in payments.partner_bank_id.mapped("sanitized_acc_number") if number]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT p.id, p.name, p.company_id, COALESCE(partner.commercial_partner_id, p.partner_id),
                       COALESCE(account.sanitized_acc_number, ''), p.amount, p.currency_id, p.date
                  FROM account_payment p
                  LEFT JOIN res_partner partner ON partner.id = p.partner_id
                  LEFT JOIN res_partner_bank account ON account.id = p.partner_bank_id
                 WHERE p.payment_type = 'outbound' AND p.state NOT IN ('canceled', 'rejected')
                   AND (p.bridge_state IS NULL OR p.bridge_state NOT IN %(ended)s)
                   AND p.date BETWEEN %(since)s AND %(until)s
                   AND (partner.commercial_partner_id = ANY(%(vendors)s)
                        OR account.sanitized_acc_number = ANY(%(accounts)s))
                """,
                ended=NOT_MOVED,
                since=min(dates) - timedelta(days=days),
                until=max(dates) + timedelta(days=days),
                vendors=vendors,
                accounts=accounts,
            )
        )
        return {row[0]: Known(*row) for row in rows}

    def _read_references(self):
        """The vendor's own numbers of the bills behind each payment; its memo where it pays no bill."""
        rows = self.env.execute_query(
            SQL(
                """
                WITH pays AS (
                    SELECT payment_id, bill_id FROM payment_bridge_reservation WHERE payment_id = ANY(%(ids)s)
                     UNION
                    SELECT payment_id, invoice_id FROM account_move__account_payment WHERE payment_id = ANY(%(ids)s)
                )
                SELECT p.id, pays.bill_id, CASE WHEN pays.bill_id IS NULL THEN p.memo ELSE bill.ref END
                  FROM account_payment p
                  LEFT JOIN pays ON pays.payment_id = p.id
                  LEFT JOIN account_move bill ON bill.id = pays.bill_id
                 WHERE p.id = ANY(%(ids)s)
                """,
                ids=list(self._known),
            )
        )
        for payment_id, bill_id, reference in rows:
            known = self._known[payment_id]
            if bill_id:
                known.bills.add(bill_id)
            if not bill_id and not loose_key(reference):
                continue  # words alone, such as "rent", name no document
            for key in keys(reference):
                known.references[key].add(bill_id)

    def judge(self, case):
        own = self._known.get(case.payment.id)
        if own is None:
            return self.fine(_lt("No other payment looks like it."))
        alike = {
            other.id: other
            for payee in own.payees()
            for key, bills in own.references.items()
            for other in self._by_reference.get((payee, key), ())
            if None in bills or None in other.references[key] or other.references[key] - own.bills
        }
        if found := self._near(case, own, alike.values()):
            return self._tell(own, found, reference=True)
        if not own.references:
            equal = [
                other
                for payee in own.payees()
                for other in self._by_amount.get((payee, own.currency_id, round(own.amount, 2)), ())[:20]
            ]
            if found := self._near(case, own, equal):
                return self._tell(own, found, reference=False)
        return self.fine(_lt("No other payment looks like it."))

    def _near(self, case, own, others):
        """Those within the window and of a like amount that do not pay another part of the same bill."""
        window = timedelta(days=case.policy.days)
        return [
            other
            for other in others
            if other.id != own.id
            and not other.bills & own.bills
            and abs(other.day - own.day) <= window
            and self._same_amount(case, own, other)
        ]

    def _same_amount(self, case, own, other):
        currency = self._currencies[own.currency_id]
        amount = other.amount
        if other.currency_id != own.currency_id:
            company, day = case.payment.company_id, own.day
            own_rate = self.batch.rate(currency, company, day)
            amount *= self.batch.rate(self._currencies[other.currency_id], company, day) / own_rate
        allowed = own.amount * case.policy.percent / 100
        if other.currency_id != own.currency_id:
            allowed = max(allowed, own.amount * 0.01)  # rates of two days are never quite the same
        return currency.compare_amounts(abs(amount - own.amount), allowed + currency.rounding / 10) <= 0

    def _tell(self, own, found, *, reference):
        here = [other for other in found if other.company_id == own.company_id]
        names = ", ".join(sorted(other.name or f"#{other.id}" for other in here)[:5])
        if here and reference:
            words = _lt("%s goes to the same payee with a like amount and reference.", names)
        elif here:
            words = _lt("%s goes to the same payee with the same amount, and neither has a reference.", names)
        elif reference:
            words = _lt(
                "The group has a payment to the same payee with a like amount and reference that you may not see."
            )
        else:
            words = _lt("The group has a payment to the same payee with the same amount that you may not see.")
        evidence = {"payments": sorted(other.id for other in here), "elsewhere": len(here) < len(found)}
        return (self.fault if reference else self.doubt)(words, **evidence)
