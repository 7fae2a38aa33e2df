"""Whatever happens to an answer: it is uncertain, the query then tells the truth, and the money moves at most once."""

from __future__ import annotations

import pytest

from odoo.addons.payment_bridge.connector.types import Operation

from .kit import calls, verdict
from .kit.cases import PLATFORMS, case, crossed, declares
from .kit.model import MONEY
from .kit.verdict import assert_advice

DECIDES_NOTHING = "uncertain|not sent|throttled"


@pytest.mark.parametrize(("platform", "operation", "variety", "fault"), crossed(MONEY, lambda one: one.faults))
def test_after_a_fault_the_query_decides_and_nothing_happens_twice(world, platform, operation, variety, fault):
    channel = world.channel(platform)
    order = channel.order(operation, variety.name)
    channel.fault(fault.kind, operation, **fault.arguments)
    said = channel.try_place(order).must(fault.expected)
    assert_advice(said.advice, fault.name)
    assert channel.booked(order).known == fault.acted
    if fault.acted:
        found = channel.try_query(order).must(variety.before or variety.at_once)
        if operation is Operation.COLLECT:
            found = channel.try_place(order).must(variety.repeat or variety.at_once)
            if found.value is None:
                assert channel.booked(order).executed == 0  # nobody was shown how to pay it
                return
    else:
        found = channel.try_absent(order)
        if not found.fits("not_found") or (operation is Operation.CHARGE and variety.absent_after):
            assert channel.booked(order).executed == 0  # a payment code does not live so long
            return
        found = channel.try_place(order).must(variety.at_once)
    channel.settle(order, found.value, variety.name)
    channel.try_query(order).must("succeeded")
    booked = channel.booked(order)
    assert (booked.executed, booked.executed_sum) == (1, order.amount.amount)


def _asking():
    return [
        case(platform, operation, operation, fault, name=f"{operation}-{fault}")
        for platform in PLATFORMS.values()
        for operation in calls.READING
        if declares(platform, operation)
        for fault in platform.faults
        if fault.name != "hangs-before"
    ]


@pytest.mark.parametrize(("platform", "operation", "fault"), _asking())
def test_asking_under_a_fault_decides_nothing(world, platform, operation, fault):
    channel = world.channel(platform)
    call = calls.ready(channel, operation)
    channel.fault(fault.kind, operation, **fault.arguments)
    said = verdict.of(call).must(DECIDES_NOTHING)
    assert_advice(said.advice, fault.name)


@pytest.mark.parametrize(
    ("platform", "operation", "variety"),
    [
        case(platform, operation, operation, variety, name=str(operation))
        for platform in PLATFORMS.values()
        for operation in MONEY
        if declares(platform, operation)
        for variety in platform.varieties.get(operation, ())[:1]
    ],
)
def test_a_slow_answer_is_still_an_answer(world, platform, operation, variety):
    channel = world.channel(platform)
    order = channel.order(operation, variety.name)
    channel.fault("delay", operation, on="gateway", ms=300, when="after")
    channel.try_place(order).must(variety.at_once)
