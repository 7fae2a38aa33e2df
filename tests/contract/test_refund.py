"""Refunds: in parts, never more than was paid, and never of what was not paid."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from odoo.addons.payment_bridge.connector.types import Money, Operation, RefundOrder

from .kit.cases import varieties
from .kit.channel import Channel
from .kit.verdict import assert_advice

REFUND = Operation.REFUND


def part(channel: Channel, whole: RefundOrder, amount: str) -> RefundOrder:
    """Another refund of the same original."""
    return replace(whole, key=channel.new_key(), amount=Money(Decimal(amount), "CNY"))


def given_back(channel: Channel, order: RefundOrder, name: str) -> RefundOrder:
    """A refund that has gone through."""
    channel.settle(order, channel.place(order), name)
    channel.try_query(order).must("succeeded")
    return order


@pytest.mark.parametrize(("platform", "operation", "variety"), varieties(REFUND))
def test_a_collection_is_given_back_in_parts_and_no_more(world, platform, operation, variety):
    channel = world.channel(platform)
    first = channel.order(REFUND, variety.name, "10.00")
    whole = first.original.amount.amount
    rest = whole - Decimal("10.00")
    given_back(channel, first, variety.name)
    beyond = part(channel, first, str(rest + Decimal("0.01")))
    said = channel.try_place(beyond).must("rejected|invalid|uncertain")
    assert_advice(said.advice, "too much")
    second = given_back(channel, part(channel, first, str(rest)), variety.name)
    third = part(channel, first, "0.01")
    said = channel.try_place(third).must("rejected|invalid|uncertain")
    assert_advice(said.advice, "nothing left")
    done = [channel.booked(one) for one in (first, second, beyond, third)]
    assert [one.executed for one in done] == [1, 1, 0, 0]
    assert sum(one.executed_sum for one in done) == whole


@pytest.mark.parametrize(("platform", "operation", "variety"), varieties(REFUND))
def test_the_balance_falls_by_what_was_given_back(world, platform, operation, variety):
    channel = world.channel(platform)
    order = channel.order(REFUND, variety.name, "10.00")
    before = channel.balance()
    given_back(channel, order, variety.name)
    lost = before - channel.balance()
    assert Decimal("9.90") <= lost <= Decimal("10.00"), "what was given back, less the fee for it"


@pytest.mark.parametrize(("platform", "operation", "variety"), varieties(REFUND))
def test_what_was_not_paid_is_not_given_back(world, platform, operation, variety):
    channel = world.channel(platform)
    order = channel.order(REFUND, variety.name)
    unpaid = replace(order.original, key=channel.new_key(), platform_reference=None, fund_reference=None)
    said = channel.try_place(replace(order, original=unpaid)).must("rejected|retry|invalid|uncertain")
    assert_advice(said.advice, "unpaid")
    assert channel.booked(order).executed == 0
