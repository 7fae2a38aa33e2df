"""One ordinary call of each operation, made ready so that nothing but that call is left to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from odoo.addons.payment_bridge.connector.types import Operation, PayOutBatch

from .channel import Channel
from .model import MONEY
from .stage import wait_until

READING = (Operation.QUERY, Operation.BALANCE, Operation.STATEMENT, Operation.RECEIPT)
"""The operations that only ask."""


def ready(channel: Channel, operation: Operation) -> Callable[[], Any]:
    """The call, with whatever it speaks of in place."""
    if operation in MONEY:
        order = channel.order(operation)
        return lambda: channel.place(order)
    return _READY[operation](channel)


def _query(channel: Channel) -> Callable[[], Any]:
    kind = next(one for one in MONEY if channel.offers(one))
    order = channel.paid(kind)
    return lambda: channel.query(order)


def _balance(channel: Channel) -> Callable[[], Any]:
    return channel.connector.balance


def _statement(channel: Channel) -> Callable[[], Any]:
    day = channel.day_with_movement()
    kind = channel.platform.statements[0].kind
    return lambda: channel.connector.statement(day, kind)


def _receipt(channel: Channel) -> Callable[[], Any]:
    order = channel.paid(Operation.PAY_OUT, channel.platform.receipt_for)
    return lambda: channel.connector.receipt(channel.about(order))


def _close(channel: Channel) -> Callable[[], Any]:
    order = channel.order(Operation.COLLECT)
    channel.place(order)
    return lambda: channel.connector.close(channel.about(order))


def _cancel(channel: Channel) -> Callable[[], Any]:
    kind = next(one for one in (Operation.CHARGE, Operation.PAY_OUT) if channel.offers(one))
    order = channel.order(kind)
    channel.place(order)
    return lambda: channel.connector.cancel(channel.about(order))


def _batch(channel: Channel) -> Callable[[], Any]:
    batch = a_batch(channel)
    return lambda: channel.connector.pay_out_batch(batch)


def a_batch(channel: Channel, number: int = 1, size: int = 3) -> PayOutBatch:
    """A batch of good orders."""
    orders = tuple(channel.order(Operation.PAY_OUT, amount=f"{10 + place}.00") for place in range(size))
    return PayOutBatch(channel.new_key(), number, orders, channel.now())


_READY: dict[Operation, Callable[[Channel], Callable[[], Any]]] = {
    Operation.QUERY: _query,
    Operation.BALANCE: _balance,
    Operation.STATEMENT: _statement,
    Operation.RECEIPT: _receipt,
    Operation.CLOSE: _close,
    Operation.CANCEL: _cancel,
    Operation.PAY_OUT_BATCH: _batch,
}


def fetched_receipt(channel: Channel, order: Any) -> Any:
    """The receipt of an order, once it is made."""
    found = [channel.connector.receipt(channel.about(order))]

    def made() -> bool:
        if found[-1].content is None:
            found.append(channel.connector.receipt(channel.about(order), found[-1].handle))
        return found[-1].content is not None

    wait_until(made, "the receipt")
    return found[-1]
