"""Charges: the customer who is asked, the one who is refused, and the charge that is taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from odoo.addons.payment_bridge.connector.types import Operation

from .kit import verdict
from .kit.cases import PLATFORMS, case, declares, declaring
from .kit.channel import Channel
from .kit.verdict import assert_advice

CHARGE = Operation.CHARGE
DOUBT_ENDS = timedelta(minutes=10)


def cancelling():
    return [
        case(one, Operation.CANCEL)
        for one in PLATFORMS.values()
        if declares(one, Operation.CANCEL) and declares(one, CHARGE)
    ]


def charged(channel: Channel, result: str):
    """A charge whose customer behaves so."""
    return replace(channel.order(CHARGE), auth_code=channel.present(result))


def cancelled(channel: Channel, order):
    """Take it back, again and again where the platform needs time, until it says what is certain."""
    said = verdict.of(lambda: channel.connector.cancel(channel.about(order))).must("closed|processing|uncertain")
    if not said.fits("closed"):
        assert_advice(said.advice, "taken back later")
        channel.stage.advance(DOUBT_ENDS)
        said = verdict.of(lambda: channel.connector.cancel(channel.about(order))).must("closed|not_found")
    return said


def moved(channel: Channel, order) -> Decimal:
    """What the charge took in the end."""
    booked = channel.booked(order)
    return booked.executed_sum - booked.returned_sum


@pytest.mark.parametrize("platform", declaring(CHARGE))
def test_a_customer_who_is_asked_is_waited_for(world, platform):
    channel = world.channel(platform)
    order = charged(channel, "asks")
    said = channel.try_place(order).must("processing")
    assert_advice(said.advice, "asked")
    channel.try_query(order).must("processing")
    assert channel.booked(order).executed == 0
    channel.pay(order.auth_code)
    channel.try_query(order).must("succeeded")
    assert channel.booked(order).executed == 1


@pytest.mark.parametrize("platform", declaring(CHARGE))
def test_a_customer_who_is_refused_has_not_paid(world, platform):
    channel = world.channel(platform)
    order = charged(channel, "refused")
    said = channel.try_place(order).must("rejected|failed|retry")
    assert_advice(said.advice, "refused")
    assert channel.booked(order).executed == 0


@pytest.mark.parametrize("platform", declaring(CHARGE))
def test_a_payment_code_works_once(world, platform):
    channel = world.channel(platform)
    first = channel.paid(CHARGE)
    second = replace(channel.order(CHARGE), auth_code=first.auth_code)
    channel.try_place(second).must("rejected|failed|retry|uncertain")
    assert channel.booked(second).executed == 0


@pytest.mark.parametrize("platform", cancelling())
def test_a_charge_that_waits_is_taken_back(world, platform):
    channel = world.channel(platform)
    order = charged(channel, "asks")
    channel.place(order)
    cancelled(channel, order)
    channel.try_query(order).must("closed|not_found|failed")
    assert moved(channel, order) == 0


@pytest.mark.parametrize("platform", cancelling())
def test_a_charge_that_was_paid_is_given_back(world, platform):
    channel = world.channel(platform)
    order = channel.paid(CHARGE)
    cancelled(channel, order)
    cancelled(channel, order)
    assert moved(channel, order) == 0
    assert channel.booked(order).returned == 1


@pytest.mark.parametrize("platform", cancelling())
@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after", "cut_answer", "system_error_after", "unsigned"])
def test_a_charge_in_doubt_is_taken_back(world, platform, kind):
    channel = world.channel(platform)
    order = channel.order(CHARGE)
    channel.fault(kind, CHARGE, **({"seconds": 0.2} if kind.startswith("timeout") else {}))
    channel.try_place(order).must("uncertain")
    cancelled(channel, order)
    assert moved(channel, order) == 0


@pytest.mark.parametrize("platform", cancelling())
def test_taking_back_under_a_fault_decides_nothing(world, platform):
    channel = world.channel(platform)
    order = channel.paid(CHARGE)
    for kind in ("refuse", "html", "system_error_before", "unsigned"):
        channel.fault(kind, Operation.CANCEL)
        verdict.of(lambda: channel.connector.cancel(channel.about(order))).must("uncertain|not sent|throttled")
        channel.admin.delete("faults")
    cancelled(channel, order)
    assert moved(channel, order) == 0 and channel.booked(order).returned == 1
