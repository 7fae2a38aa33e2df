"""What gives a collection back: refund (退货 04), same-day void (消费撤销 31) and reversal (冲正 99)."""

from __future__ import annotations

from collections.abc import Mapping

from ..core import Core
from .codes import ALREADY, DIFFERS, FORMAT, ORIGINAL, REVERSED, SHORT, Refusal
from .desk import Desk, held_for
from .merchants import Merchant
from .orders import COLLECTIONS, REFUND, SUCCEEDED, VOID, Order, Orders, WrongState
from .orders import REVERSED as REVERSED_STATE


class Refunds:
    """Gives collections back."""

    def __init__(self, core: Core, orders: Orders, desk: Desk) -> None:
        self._core = core
        self._orders = orders
        self._desk = desk

    def refund(self, merchant: Merchant, fields: dict[str, str]) -> dict[str, str]:
        """04/00: accepted; a query or notification tells the result. Raises Refusal."""
        with self._orders.placed(merchant, REFUND, fields, int(fields["txnAmt"])) as order:
            original = self._original(merchant, fields)
            left = original.amount - original.given_back
            if left <= 0:
                raise Refusal(ALREADY)
            if order.amount > left:
                raise Refusal(DIFFERS, "txnAmt")
            self._promise(order, original)
        self._desk.end_later(order, merchant.terms.refund_dealing_ms)
        return _answer(order)

    def void(self, merchant: Merchant, fields: dict[str, str]) -> dict[str, str]:
        """31/00: the whole amount, on the settlement day of the payment. Raises Refusal."""
        with self._orders.placed(merchant, VOID, fields, int(fields["txnAmt"])) as order:
            original = self._original(merchant, fields)
            if original.given_back:
                raise Refusal(ALREADY)
            if order.amount != original.amount:
                raise Refusal(DIFFERS, "txnAmt")
            today = self._orders.settlement_day(self._core.clock.now())
            if original.booked is None or self._orders.settlement_day(original.booked) != today:
                raise Refusal(ORIGINAL, "not of this settlement day")
            self._promise(order, original)
        self._desk.end_later(order, 0)
        return _answer(order)

    def reverse(self, merchant: Merchant, fields: dict[str, str]) -> dict[str, str]:
        """99/01: undo the collection with this orderId and txnTime, whatever became of it. Raises Refusal."""
        with self._orders.lock:
            order = self._orders.find(merchant.mer_id, fields["orderId"], fields["txnTime"])
            if order is None or order.kind not in COLLECTIONS:
                raise Refusal(ORIGINAL)
            if order.state == REVERSED_STATE:
                raise Refusal(REVERSED)
            if order.given_back:
                raise Refusal(ALREADY)
            if fields.get("txnAmt") and fields["txnAmt"] != order.fields["txnAmt"]:
                raise Refusal(DIFFERS, "txnAmt")
            if order.state == SUCCEEDED and merchant.available < order.amount - order.cost:
                raise Refusal(SHORT)
            try:
                self._desk.reverse(order)
            except WrongState as error:
                raise Refusal(ORIGINAL) from error
        return {"queryId": order.trace.query_id}

    def _original(self, merchant: Merchant, fields: Mapping[str, str]) -> Order:
        """The paid collection that is meant, by origQryId or origOrderId and origTxnTime. Raises Refusal."""
        if fields.get("origQryId"):
            found = self._orders.by_query_id(fields["origQryId"])
        elif fields.get("origOrderId") and fields.get("origTxnTime"):
            found = self._orders.find(merchant.mer_id, fields["origOrderId"], fields["origTxnTime"])
        else:
            raise Refusal(FORMAT, "origQryId")
        if found is None or found.merchant is not merchant or found.kind not in COLLECTIONS:
            raise Refusal(ORIGINAL)
        if found.state != SUCCEEDED:
            raise Refusal(ORIGINAL)
        if found.fields["bizType"] != fields["bizType"]:
            raise Refusal(DIFFERS, "bizType")
        return found

    @staticmethod
    def _promise(order: Order, original: Order) -> None:
        """Take the money out of what may still be given back; the fee comes back in proportion."""
        merchant = order.merchant
        if merchant.terms.refund_fee_returned:
            given = original.given_back + order.amount
            due = (original.cost * given * 2 + original.amount) // (2 * original.amount)
            order.cost = -(due - original.cost_given_back)
        order.original, order.account = original, original.account
        if merchant.available < held_for(order):
            raise Refusal(SHORT)
        original.given_back += order.amount
        original.cost_given_back -= order.cost
        merchant.held += held_for(order)


def _answer(order: Order) -> dict[str, str]:
    return {"queryId": order.trace.query_id, "origQryId": order.original.trace.query_id if order.original else ""}
