"""How orders end: money, state, what follows later, and who is told."""

from __future__ import annotations

from ..core import Core
from .books import Books
from .codes import SUCCESS_CODES
from .messages import Messages
from .orders import FAILED, OPEN, PAYOUT, REFUND, RETURN, REVERSAL, REVERSED, SUCCEEDED, VOID, Order, Orders, WrongState
from .payees import Payees
from .settings import UnionPaySettings


class Desk:
    """Ends orders. What an open pay-out or refund needs is held back from the merchant's balance until then."""

    def __init__(
        self, core: Core, settings: UnionPaySettings, orders: Orders, books: Books, payees: Payees, messages: Messages
    ) -> None:
        self._core = core
        self._settings = settings
        self._orders = orders
        self._books = books
        self._payees = payees
        self._messages = messages

    def end_later(self, order: Order, delay_ms: int | None) -> None:
        """End an order that was just accepted after a delay: 0 before it is answered, None never by itself."""
        if delay_ms == 0:
            self.finish(order, order.ends_with, in_request=True)
        elif delay_ms is not None:
            self._core.scheduler.after(delay_ms / 1000, lambda: self.finish(order, order.ends_with))

    def finish(self, order: Order, code: str, in_request: bool = False) -> bool:
        """End an open order with a respCode; says whether it was still open."""
        with self._orders.lock:
            if order.state != OPEN:
                return False
            if order.kind in (PAYOUT, REFUND, VOID):
                order.merchant.held -= held_for(order)
            order.waits_for_payer = False
            if code in SUCCESS_CODES:
                order.booked = self._books.book(order, order.kind, order.trace, order.cost, order.original).time
                self._orders.enter(order, SUCCEEDED, code)
            else:
                self._take_back(order)
                self._orders.enter(order, FAILED, code)
            self._plan_return(order)
        self._messages.announce(order, in_request)
        return True

    def send_back(self, order: Order) -> None:
        """The bank returns a paid pay-out (退票): money comes back, the order stays what it is. Raises WrongState."""
        with self._orders.lock:
            if order.kind is not PAYOUT or order.state != SUCCEEDED or order.given_back:
                raise WrongState(f"{order.order_id} is no pay-out that succeeded and was not returned")
            cost = -order.cost if order.merchant.terms.payout_fee_returned else 0
            self._books.book(order, RETURN, self._orders.trace(), cost, order)
            order.given_back = order.amount

    def reverse(self, order: Order) -> None:
        """Undo a collection (冲正), paid or not. Raises WrongState."""
        with self._orders.lock:
            if order.state == SUCCEEDED:
                self._books.book(order, REVERSAL, self._orders.trace(), -order.cost, order)
                order.given_back = order.amount
            self._orders.enter(order, REVERSED, self._settings.reversed_code)
            order.waits_for_payer = False

    def _take_back(self, order: Order) -> None:
        """A failed refund or void gives nothing back after all."""
        if order.original is not None:
            order.original.given_back -= order.amount
            order.original.cost_given_back += order.cost

    def _plan_return(self, order: Order) -> None:
        if order.kind is not PAYOUT or order.state != SUCCEEDED:
            return
        after = self._payees.find(order.account).returns_after_ms
        after = order.merchant.terms.payout_returns_after_ms if after is None else after
        if after is not None:
            self._core.scheduler.after(after / 1000, lambda: self._come_back(order))

    def _come_back(self, order: Order) -> None:
        with self._orders.lock:
            if not order.given_back:
                self.send_back(order)


def held_for(order: Order) -> int:
    """What an order needs of the merchant's balance, in fen: a fee that is given back does not shorten it."""
    return order.amount + max(order.cost, 0)
