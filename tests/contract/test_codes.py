"""Each documented code: what it says about the money, and what people are told to do."""

from __future__ import annotations

import pytest

from odoo.addons.payment_bridge.connector.types import BatchOutcome

from .kit import calls, verdict
from .kit.cases import CONNECTORS, PLATFORMS, case, declares, each
from .kit.model import MONEY
from .kit.verdict import assert_advice


@pytest.mark.parametrize(("platform", "code"), each(lambda one: one.operation, lambda one: one.codes))
def test_a_code_says_what_is_known_about_the_money(world, platform, code):
    channel = world.channel(platform)
    call = calls.ready(channel, code.operation)
    platform.strike(channel, code.operation, code.code)
    said = verdict.of(call).must(code.expected)
    if not isinstance(said.value, BatchOutcome):
        assert_advice(said.advice, code.code)
    assert said.code is None or code.code.endswith(said.code) or said.code.endswith(code.code)


@pytest.mark.parametrize(("platform", "code"), each(lambda one: one.operation, lambda one: one.codes))
def test_a_code_is_explained_in_both_languages(platform, code):
    assert_advice(CONNECTORS[platform.code].explain(code.code), code.code)


@pytest.mark.parametrize(
    ("platform", "operation"),
    [case(one, kind, kind) for one in PLATFORMS.values() for kind in MONEY if declares(one, kind)],
)
def test_an_order_refused_for_now_is_carried_out_under_the_same_key(world, platform, operation):
    channel = world.channel(platform)
    curable = [one for one in platform.codes if one.operation is operation and "retry" in one.expected.split("|")]
    for code in curable[:2]:
        order = channel.order(operation)
        platform.strike(channel, operation, code.code)
        channel.try_place(order).must(code.expected)
        assert channel.booked(order).executed == 0
        placed = channel.place(order)
        channel.settle(order, placed)
        channel.try_query(order).must("succeeded")
        assert channel.booked(order).executed == 1


@pytest.mark.parametrize("platform", [case(one, "connection") for one in PLATFORMS.values()])
def test_an_unknown_code_is_not_explained(platform):
    kind = CONNECTORS[platform.code]
    assert kind.explain("SANDBOX_NEVER_SEEN_BEFORE") is None
    assert kind.explain(None) is None and kind.explain("") is None
