"""An order that breaks a known limit never leaves: the check refuses it, naming the field, and nothing is asked."""

from __future__ import annotations

import pytest

from .kit import verdict
from .kit.cases import CONNECTORS, each
from .kit.limits import limits
from .kit.verdict import assert_advice

LIMITS = each(
    lambda one: one.operation,
    lambda platform: limits(platform, CONNECTORS[platform.code].capabilities) if platform.code in CONNECTORS else (),
)


@pytest.mark.parametrize(("platform", "limit"), LIMITS)
def test_an_order_beyond_a_limit_does_not_leave(world, platform, limit):
    channel = world.channel(platform)
    order = limit.spoil(channel.order(limit.operation))
    channel.forget_requests()
    checked = verdict.of(lambda: channel.check(order)).must("invalid")
    placed = channel.try_place(order).must("invalid")
    assert channel.requests() == 0
    for said in (checked, placed):
        assert_advice(said.advice, limit.name)
        assert any(part in said.error.field for part in limit.field.split("|")), said.error.field
        assert said.code == f"invalid:{said.error.field}"
