"""What is not declared is refused, not half done."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from odoo.addons.payment_bridge.connector.types import (
    ChargeOrder,
    CollectOrder,
    Money,
    Operation,
    OrderReference,
    Payee,
    PayOutBatch,
    PayOutOrder,
    RefundOrder,
)

from .kit import verdict
from .kit.cases import CONNECTORS, PLATFORMS, case
from .kit.channel import Channel

TEN = Money(Decimal("10.00"), "CNY")


def _call(channel: Channel, operation: Operation) -> Any:
    key, now, port = channel.new_key(), channel.now(), channel.connector
    reference = OrderReference(key, Operation.COLLECT, TEN, sent_at=now, placed_at=now)
    pay_out = PayOutOrder(key, TEN, Payee("bank_card", "6222021234567890", "张三丰"), "货款", placed_at=now)
    tries = {
        Operation.PAY_OUT: lambda: port.pay_out(pay_out),
        Operation.PAY_OUT_BATCH: lambda: port.pay_out_batch(PayOutBatch(key, 1, (pay_out,), now)),
        Operation.QUERY: lambda: port.query(reference),
        Operation.COLLECT: lambda: port.collect(CollectOrder(key, TEN, "qr", "货款", now, now + timedelta(hours=1))),
        Operation.CHARGE: lambda: port.charge(ChargeOrder(key, TEN, "281234567890123456", "货款", now)),
        Operation.CLOSE: lambda: port.close(reference),
        Operation.CANCEL: lambda: port.cancel(reference),
        Operation.REFUND: lambda: port.refund(RefundOrder(key, TEN, reference, "退货", now)),
        Operation.BALANCE: port.balance,
        Operation.STATEMENT: lambda: port.statement(now.date() - timedelta(days=1), "any"),
        Operation.RECEIPT: lambda: port.receipt(reference),
        Operation.NOTIFICATION: lambda: port.read_notification(None),
    }
    return tries[operation]()


def _undeclared():
    return [
        case(platform, "undeclared", operation)
        for platform in PLATFORMS.values()
        if platform.code in CONNECTORS
        for operation in Operation
        if operation not in CONNECTORS[platform.code].capabilities.operations
    ]


@pytest.mark.parametrize(("platform", "operation"), _undeclared())
def test_what_is_not_declared_is_refused(world, platform, operation):
    channel = world.channel(platform)
    channel.forget_requests()
    verdict.of(lambda: _call(channel, operation)).must("unsupported")
    assert channel.requests() == 0
