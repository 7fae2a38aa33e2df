"""Collections: what the payer is shown, paying, closing and expiry."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from odoo.addons.payment_bridge.connector.types import ActionKind, Operation, OutcomeStatus

from sandbox.control import Refused

from .kit import verdict
from .kit.cases import PLATFORMS, case, declares, varieties

COLLECT = Operation.COLLECT


def closing():
    return [
        case(platform, Operation.CLOSE, variety)
        for platform in PLATFORMS.values()
        if declares(platform, Operation.CLOSE)
        for variety in platform.varieties[COLLECT]
    ]


@pytest.mark.parametrize(("platform", "operation", "variety"), varieties(COLLECT))
def test_the_payer_is_shown_what_the_method_promises(world, platform, operation, variety):
    channel = world.channel(platform)
    order = channel.order(COLLECT, variety.name)
    action = channel.place(order).action
    method = channel.capabilities.collect_method(variety.name)
    assert action is not None and action.kind is method.action and action.content
    assert bool(action.fields) == (action.kind is ActionKind.FORM)
    assert action.expires_at is None or channel.now() < action.expires_at <= order.expires_at + timedelta(minutes=1)
    secrets = channel.merchant.secrets
    assert not any(secret in action.content or secret in action.fields.values() for secret in secrets)


@pytest.mark.parametrize(("platform", "operation", "variety"), varieties(COLLECT))
def test_an_unpaid_collection_is_not_paid(world, platform, operation, variety):
    channel = world.channel(platform)
    order = channel.order(COLLECT, variety.name)
    channel.place(order)
    method = channel.capabilities.collect_method(variety.name)
    channel.try_query(order).must("processing|not_found" if method.live_on_request else "processing")
    assert channel.booked(order).executed == 0


@pytest.mark.parametrize(("platform", "operation", "variety"), varieties(COLLECT))
def test_another_amount_paid_is_told_as_it_is(world, platform, operation, variety):
    channel = world.channel(platform)
    order = channel.order(COLLECT, variety.name)
    outcome = channel.place(order)
    channel.pays_instead = Decimal("9.00")
    try:
        variety.settle(channel, order, outcome)
    finally:
        channel.pays_instead = None
    found = channel.try_query(order).must("succeeded|uncertain")
    if found.value is not None:
        assert found.value.amount.amount == channel.booked(order).executed_sum == Decimal("9.00")


@pytest.mark.parametrize(("platform", "variety"), closing())
def test_a_closed_collection_cannot_be_paid(world, platform, variety):
    channel = world.channel(platform)
    order = channel.order(COLLECT, variety.name)
    outcome = channel.place(order)
    said = verdict.of(lambda: channel.connector.close(channel.about(order))).must(variety.closes)
    if not said.fits("closed"):
        channel.stage.advance_to(order.expires_at + timedelta(minutes=5))
        verdict.of(lambda: channel.connector.close(channel.about(order))).must("closed")
    with pytest.raises(Refused):
        variety.settle(channel, order, outcome)
    channel.try_query(order).must("closed|not_found|failed")
    verdict.of(lambda: channel.connector.close(channel.about(order))).must("closed")
    assert channel.booked(order).executed == 0


@pytest.mark.parametrize(("platform", "variety"), closing())
def test_a_paid_collection_is_told_when_it_is_closed(world, platform, variety):
    channel = world.channel(platform)
    order = channel.paid(COLLECT, variety.name)
    said = verdict.of(lambda: channel.connector.close(channel.about(order))).must("succeeded").value
    assert said.status is OutcomeStatus.SUCCEEDED and said.key == order.key
    assert channel.booked(order).executed == 1


@pytest.mark.parametrize(("platform", "operation", "variety"), varieties(COLLECT))
def test_an_expired_collection_cannot_be_paid(world, platform, operation, variety):
    channel = world.channel(platform)
    order = channel.order(COLLECT, variety.name)
    outcome = channel.place(order)
    channel.stage.advance_to(order.expires_at + timedelta(minutes=10))
    with pytest.raises(Refused):
        variety.settle(channel, order, outcome)
    found = channel.try_query(order)
    assert not found.fits("succeeded") and channel.booked(order).executed == 0
    if channel.offers(Operation.CLOSE):
        verdict.of(lambda: channel.connector.close(channel.about(order))).must("closed")


@pytest.mark.parametrize(("platform", "variety"), closing())
def test_closing_under_a_fault_decides_nothing(world, platform, variety):
    channel = world.channel(platform)
    for kind in ("refuse", "html", "system_error_before"):
        order = channel.order(COLLECT, variety.name)
        outcome = channel.place(order)
        channel.fault(kind, Operation.CLOSE)
        verdict.of(lambda order=order: channel.connector.close(channel.about(order))).must(
            "uncertain|not sent|throttled"
        )
        variety.settle(channel, order, outcome)
        channel.try_query(order).must("succeeded")
        channel.admin.delete("faults")
