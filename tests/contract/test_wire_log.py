"""What is kept of the wire: readable, and without anything secret or personal."""

from __future__ import annotations

import pytest

from odoo.addons.payment_bridge.connector.types import Operation

from .kit import calls
from .kit.cases import PLATFORMS, case, declares, platforms, varieties
from .kit.leaks import leaked
from .kit.model import MONEY
from .kit.verdict import of

ROW = "wire log"


@pytest.mark.parametrize(
    ("platform", "operation", "variety"),
    [case(one.values[0], ROW, *one.values[1:]) for one in varieties(*MONEY)],
)
def test_an_order_is_recorded_without_persons_and_secrets(world, platform, operation, variety):
    channel = world.channel(platform)
    order = channel.order(operation, variety.name)
    with channel.transport.recorded() as kept:
        outcome = channel.place(order)
        channel.query(order)
    assert kept and any(order.key in one.request for one in kept)
    assert all(one.label and one.status for one in kept)
    assert not leaked(kept, channel.merchant.secrets | channel.personal)
    assert not [one for one in channel.personal if one in repr(outcome)]


@pytest.mark.parametrize(
    ("platform", "operation", "fault"),
    [
        case(platform, ROW, operation, fault)
        for platform in PLATFORMS.values()
        for operation in MONEY
        if declares(platform, operation)
        for fault in platform.faults
    ],
)
def test_a_failure_is_recorded_without_persons_and_secrets(world, platform, operation, fault):
    channel = world.channel(platform)
    order = channel.order(operation)
    channel.fault(fault.kind, operation, **fault.arguments)
    with channel.transport.recorded() as kept:
        said = channel.try_place(order)
    assert kept and not leaked(kept, channel.merchant.secrets | channel.personal)
    shown = f"{said.error!r} {said.error.code} {said.error.advice}"
    assert not [one for one in channel.merchant.secrets | channel.personal if one in shown]


@pytest.mark.parametrize(
    ("platform", "operation"),
    [
        case(platform, ROW, operation)
        for platform in PLATFORMS.values()
        for operation in (*calls.READING, Operation.CLOSE, Operation.CANCEL)
        if declares(platform, operation)
    ],
)
def test_asking_is_recorded_without_persons_and_secrets(world, platform, operation):
    channel = world.channel(platform)
    call = calls.ready(channel, operation)
    with channel.transport.recorded() as kept:
        of(call)
    assert kept and not leaked(kept, channel.merchant.secrets | channel.personal)


@pytest.mark.parametrize("platform", platforms(ROW))
def test_the_connection_test_is_recorded_without_secrets(world, platform):
    channel = world.channel(platform)
    with channel.transport.recorded() as kept:
        channel.connector.test_connection()
    assert kept and not leaked(kept, channel.merchant.secrets)


@pytest.mark.parametrize("platform", platforms(ROW))
def test_every_secret_is_known_to_the_test(world, platform):
    channel = world.channel(platform)
    secret = {field.name for field in channel.kind.setting_fields if field.secret}
    values = {value for name, value in channel.merchant.settings.items() if name in secret and value}
    assert values and values <= channel.merchant.secrets


@pytest.mark.parametrize("platform", platforms(ROW))
def test_a_leak_would_be_found(world, platform):
    """The test of the test: what is not masked is noticed, encoded or not."""
    channel = world.channel(platform)
    order = channel.order(next(one for one in MONEY if declares(platform, one)))
    with channel.transport.recorded() as kept:
        channel.place(order)
    assert leaked(kept, {order.key})
