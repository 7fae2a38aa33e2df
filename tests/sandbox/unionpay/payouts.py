"""代付, txnType 12: the checks, the promise of money and how it goes on. Also for the orders of a batch."""

from __future__ import annotations

from collections.abc import Mapping

from .codes import IDENTITY, OVER_LIMIT, SHORT, WRONG_TYPE, Refusal
from .desk import Desk, held_for
from .merchants import Merchant, fen
from .orders import PAYOUT, Order, Orders, Trace
from .payees import KnownPayee, Payees
from .sensitive import Person, Sensitive


class Payouts:
    """Accepts pay-outs."""

    def __init__(self, orders: Orders, desk: Desk, payees: Payees, sensitive: Sensitive) -> None:
        self._orders = orders
        self._desk = desk
        self._payees = payees
        self._sensitive = sensitive

    def pay(self, merchant: Merchant, fields: dict[str, str]) -> dict[str, str]:
        """12/00: accepted; a query tells how it ends. Raises Refusal."""
        person = self._sensitive.payee(fields, merchant.terms.encryption_required)
        order = self.accept(merchant, fields, person)
        return {"queryId": order.trace.query_id}

    def accept(self, merchant: Merchant, fields: Mapping[str, str], person: Person, quiet: bool = False) -> Order:
        """Place one pay-out and let it run. Raises Refusal."""
        amount = int(fields["txnAmt"])
        payee = self._payees.find(person.account)
        with self._orders.placed(merchant, PAYOUT, fields, amount) as order:
            order.account, order.name, order.quiet = person.account, person.name, quiet
            order.cost = fen(merchant.terms.payout_fee)
            order.ends_with = payee.late_error or order.ends_with
            self._admit(merchant, amount, payee, person)
            if merchant.available < held_for(order):
                raise Refusal(SHORT)
            merchant.held += held_for(order)
        delay = merchant.terms.payout_dealing_ms if payee.delay_ms is None else payee.delay_ms
        self._desk.end_later(order, delay)
        return order

    def trace(self) -> Trace:
        """A number on the network for a batch as a whole."""
        with self._orders.lock:
            return self._orders.trace()

    @staticmethod
    def _admit(merchant: Merchant, amount: int, payee: KnownPayee, person: Person) -> None:
        limit = merchant.terms.single_limit
        if limit is not None and amount > fen(limit):
            raise Refusal(OVER_LIMIT)
        if payee.error:
            raise Refusal(payee.error)
        if payee.account_type and payee.account_type != person.account_type:
            raise Refusal(WRONG_TYPE)
        if payee.name and payee.name != person.name:
            raise Refusal(IDENTITY)
