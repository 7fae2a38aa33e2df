"""Several pay-outs sent as one order."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from odoo.addons.payment_bridge.connector.types import Money, Operation

from .kit import calls, verdict
from .kit.cases import PLATFORMS, case, declares, declaring
from .kit.channel import Channel

BATCH = Operation.PAY_OUT_BATCH


def sent(channel: Channel, batch) -> str:
    """What sending it says, in a word."""
    return verdict.of(lambda: channel.connector.pay_out_batch(batch)).word


def asked(channel: Channel, batch):
    """What became of it, by key."""
    outcome = channel.connector.query_batch(batch)
    return outcome.status.value, {key: one.status.value for key, one in outcome.outcomes.items()}


def in_batch(channel: Channel, batch):
    """What the books hold of its orders."""
    return {order.key: channel.booked(order).executed for order in batch.orders}


@pytest.mark.parametrize("platform", declaring(BATCH))
def test_the_orders_of_a_batch_are_paid_once(world, platform):
    channel = world.fresh(platform)
    batch = calls.a_batch(channel)
    assert sent(channel, batch) == "answered"
    platform.batch.settle(channel, batch)
    status, found = asked(channel, batch)
    assert status == "succeeded" and found == {order.key: "succeeded" for order in batch.orders}
    assert in_batch(channel, batch) == {order.key: 1 for order in batch.orders}


@pytest.mark.parametrize("platform", declaring(BATCH))
def test_a_batch_sent_again_is_paid_once(world, platform):
    channel = world.fresh(platform)
    batch = calls.a_batch(channel)
    sent(channel, batch)
    verdict.of(lambda: channel.connector.pay_out_batch(batch)).must("answered|uncertain")
    platform.batch.settle(channel, batch)
    verdict.of(lambda: channel.connector.pay_out_batch(batch)).must("answered|uncertain")
    assert in_batch(channel, batch) == {order.key: 1 for order in batch.orders}


@pytest.mark.parametrize("platform", declaring(BATCH))
def test_one_refused_order_stops_none_of_the_others(world, platform):
    channel = world.fresh(platform)
    batch = calls.a_batch(channel)
    bad = channel.with_persons(platform.batch.failing(channel, channel.new_key(), Decimal("10.00")))
    batch = replace(batch, orders=(*batch.orders, bad))
    sent(channel, batch)
    platform.batch.settle(channel, batch)
    _, found = asked(channel, batch)
    assert found.pop(bad.key) == "failed"
    assert set(found.values()) == {"succeeded"} and len(found) == 3


@pytest.mark.parametrize("platform", declaring(BATCH))
def test_a_batch_never_sent_is_absent(world, platform):
    channel = world.fresh(platform)
    batch = calls.a_batch(channel)
    if platform.batch.absent_after is not None:
        channel.stage.advance(platform.batch.absent_after)

    def ask():
        return channel.connector.query_batch(batch)

    said = verdict.of(ask)
    told = said.value.status.value if said.error is None else said.word
    assert told in platform.batch.absent.split("|")


@pytest.mark.parametrize(
    ("platform", "fault"),
    [
        case(platform, BATCH, fault)
        for platform in PLATFORMS.values()
        if declares(platform, BATCH)
        for fault in platform.faults
    ],
)
def test_after_a_fault_the_query_decides_and_nothing_is_paid_twice(world, platform, fault):
    channel = world.fresh(platform)
    batch = calls.a_batch(channel)
    channel.fault(fault.kind, BATCH, **fault.arguments)
    verdict.of(lambda: channel.connector.pay_out_batch(batch)).must(fault.expected)
    platform.batch.settle(channel, batch)
    if fault.acted:
        assert asked(channel, batch)[0] == "succeeded"
    assert in_batch(channel, batch) == {order.key: int(fault.acted) for order in batch.orders}


@pytest.mark.parametrize("platform", declaring(BATCH))
def test_a_batch_beyond_a_limit_does_not_leave(world, platform):
    channel = world.fresh(platform)
    batch = calls.a_batch(channel)
    one = batch.orders[0]
    channel.forget_requests()
    for orders in (
        (),
        (one, one),
        (replace(one, amount=Money(Decimal("-1.00"), "CNY")), *batch.orders[1:]),
        (replace(one, amount=Money(Decimal("1.00"), "USD")), *batch.orders[1:]),
        (replace(one, amount=Money(Decimal("1.001"), "CNY")), *batch.orders[1:]),
    ):
        bad = replace(batch, orders=orders)
        verdict.of(lambda bad=bad: channel.connector.pay_out_batch(bad)).must("invalid")
    assert channel.requests() == 0
