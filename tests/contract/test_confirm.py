"""Pay-outs that their payee has to confirm: what he is shown, and taking them back before he does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from odoo.addons.payment_bridge.connector.types import ActionKind, Operation

from .kit import verdict
from .kit.cases import CONNECTORS, PLATFORMS, case, declares
from .kit.channel import Channel
from .kit.stage import wait_until

PAY_OUT = Operation.PAY_OUT


def confirmed(row: Operation):
    """One case for each payee kind whose payees confirm."""
    return [
        case(platform, row, kind, name=f"{row}-{kind.code}")
        for platform in PLATFORMS.values()
        if declares(platform, PAY_OUT) and declares(platform, row)
        for kind in CONNECTORS[platform.code].capabilities.payee_kinds
        if kind.confirms_within is not None
    ]


def taken_back(channel: Channel, order) -> None:
    """Take it back until that is certain."""
    said = verdict.of(lambda: channel.connector.cancel(channel.about(order))).must("closed|processing")
    if said.fits("processing"):
        channel.stage.advance(timedelta(minutes=1))
        verdict.of(lambda: channel.connector.cancel(channel.about(order))).must("closed")


@pytest.mark.parametrize(("platform", "kind"), confirmed(PAY_OUT))
def test_the_payee_is_given_what_he_confirms_with(world, platform, kind):
    channel = world.channel(platform)
    order = channel.order(PAY_OUT, kind.code)
    action = channel.place(order).action
    assert action.kind is ActionKind.CONFIRM and action.content
    assert timedelta(0) < action.expires_at - channel.now() <= kind.confirms_within + timedelta(minutes=1)
    channel.admin.post("persons/confirm", content=action.content)
    wait_until(lambda: channel.try_query(order).fits("succeeded"), "the payee is paid")


@pytest.mark.parametrize(("platform", "kind"), confirmed(PAY_OUT))
def test_what_nobody_confirms_comes_back(world, platform, kind):
    channel = world.channel(platform)
    before = channel.balance()
    order = channel.order(PAY_OUT, kind.code)
    channel.place(order)
    channel.stage.advance(kind.confirms_within + timedelta(hours=1))
    channel.try_query(order).must("closed")
    assert channel.balance() == before


@pytest.mark.parametrize(("platform", "kind"), confirmed(Operation.CANCEL))
def test_what_is_not_confirmed_yet_is_taken_back(world, platform, kind):
    channel = world.channel(platform)
    before = channel.balance()
    order = channel.order(PAY_OUT, kind.code)
    channel.place(order)
    taken_back(channel, order)
    taken_back(channel, order)
    channel.try_query(order).must("closed")
    assert channel.balance() == before


@pytest.mark.parametrize(("platform", "kind"), confirmed(Operation.CANCEL))
def test_what_was_confirmed_is_not_taken_back(world, platform, kind):
    channel = world.channel(platform)
    order = channel.paid(PAY_OUT, kind.code)
    verdict.of(lambda: channel.connector.cancel(channel.about(order))).must("succeeded")
    assert channel.booked(order).returned == 0
