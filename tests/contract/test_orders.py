"""Placing an order: it is carried out once, found again, and the platform's own books agree."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from odoo.addons.payment_bridge.connector.types import Money, Operation, OutcomeStatus

from .kit import verdict
from .kit.cases import each, varieties
from .kit.limits import edges, with_amount
from .kit.model import MONEY
from .kit.verdict import assert_advice

FINAL = "succeeded"


@pytest.mark.parametrize(("platform", "operation", "variety"), varieties(*MONEY))
def test_an_order_is_carried_out_and_found(world, platform, operation, variety):
    channel = world.channel(platform)
    order = channel.order(operation, variety.name, "12.34")
    placed = channel.try_place(order).must(variety.at_once).value
    assert placed.key == order.key
    channel.settle(order, placed, variety.name)
    found = channel.try_query(order).must(FINAL).value
    assert found.key == order.key and found.amount == order.amount
    assert found.platform_status or found.platform_code
    assert found.platform_reference or found.fund_reference or operation is Operation.REFUND
    booked = channel.booked(order)
    assert (booked.executed, booked.executed_sum, booked.returned) == (1, Decimal("12.34"), 0)


@pytest.mark.parametrize(("platform", "operation", "variety"), varieties(*MONEY))
def test_the_same_order_again_is_carried_out_once(world, platform, operation, variety):
    channel = world.channel(platform)
    order = channel.order(operation, variety.name)
    placed = channel.try_place(order).must(variety.at_once).value
    again = channel.try_place(order).must(variety.repeat or variety.at_once)
    channel.settle(order, again.value or placed, variety.name)
    channel.try_query(order).must(FINAL)
    channel.try_place(order).must(f"{FINAL}|processing|uncertain")
    channel.try_query(order).must(FINAL)
    booked = channel.booked(order)
    assert (booked.executed, booked.executed_sum) == (1, order.amount.amount)


@pytest.mark.parametrize(("platform", "operation", "variety"), varieties(*MONEY))
def test_the_same_key_with_another_amount_is_not_carried_out(world, platform, operation, variety):
    channel = world.channel(platform)
    order = channel.order(operation, variety.name)
    placed = channel.place(order)
    changed = replace(order, amount=Money(Decimal("9.99"), "CNY"))
    said = verdict.of(lambda: _place_changed(channel, changed)).must(variety.changed)
    if said.error is not None:
        assert_advice(said.advice, f"{operation} repeated with another amount")
    channel.settle(order, placed, variety.name)
    assert channel.try_query(order).must(FINAL).value.amount == order.amount
    booked = channel.booked(order)
    assert (booked.executed, booked.executed_sum) == (1, order.amount.amount)


def _place_changed(channel, order):
    """Send it without remembering what was said of the first."""
    kept = channel.last[order.key]
    try:
        return channel.place(order)
    finally:
        channel.last[order.key] = kept


@pytest.mark.parametrize(("platform", "operation", "variety"), varieties(*MONEY))
def test_an_order_never_placed_is_absent(world, platform, operation, variety):
    channel = world.channel(platform)
    order = channel.order(operation, variety.name)
    channel.try_absent(order, variety.name)
    assert not channel.booked(order).known


@pytest.mark.parametrize(("platform", "operation", "variety"), varieties(*MONEY))
def test_the_edges_of_an_amount_pass_the_check_without_a_call(world, platform, operation, variety):
    channel = world.channel(platform)
    found = (amount for amount in edges(channel.capabilities, operation, variety) if amount is not None)
    orders = [with_amount(amount)(variety.make(channel, channel.new_key(), amount)) for amount in found]
    channel.forget_requests()
    for order in orders:
        channel.check(order)
    assert channel.requests() == 0


@pytest.mark.parametrize(
    ("platform", "operation", "variety"), [one for one in varieties(*MONEY) if one.values[1] is not Operation.COLLECT]
)
def test_orders_at_the_same_moment_keep_apart(world, platform, operation, variety):
    channel = world.channel(platform)
    orders = [channel.order(operation, variety.name, f"1{place}.00") for place in range(3)]
    for order in orders:
        channel.settle(order, channel.place(order), variety.name)
    for order in orders:
        found = channel.try_query(order).must(FINAL).value
        assert (found.key, found.amount) == (order.key, order.amount)


@pytest.mark.parametrize(("platform", "fate"), each(lambda one: Operation.PAY_OUT, lambda one: one.fates))
def test_a_payee_s_fate_is_told(world, platform, fate):
    channel = world.channel(platform)
    before = channel.balance()
    order = channel.with_persons(fate.make(channel, channel.new_key(), Decimal("10.00")))
    said = channel.try_place(order).must(fate.at_once)
    if said.error is not None:
        assert fate.code is None or said.code == fate.code
        assert_advice(said.advice, fate.name)
    if fate.finally_:
        fate.pass_(channel, order, said.value)
        found = channel.try_query(order).must(fate.finally_).value
        if found.status in (OutcomeStatus.FAILED, OutcomeStatus.RETURNED):
            assert_advice(found.advice, fate.name)
    booked = channel.booked(order)
    assert (booked.executed, booked.returned) == (fate.executed, fate.returned)
    assert channel.balance() == before - order.amount.amount * (fate.executed - fate.returned)
