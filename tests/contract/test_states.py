"""Each documented state of an order, as the platform shows it, in the port's words."""

from __future__ import annotations

import pytest

from odoo.addons.payment_bridge.connector.types import FINAL_STATUSES, Operation, OutcomeStatus

from .kit.cases import each


@pytest.mark.parametrize(("platform", "state"), each(lambda one: Operation.QUERY, lambda one: one.states))
def test_a_state_is_translated(world, platform, state):
    outcome = state.reach(world.channel(platform))
    assert outcome.status.value in state.expected.split("|")
    assert state.platform_status in (outcome.platform_status, outcome.platform_code)
    if outcome.status in FINAL_STATUSES - {OutcomeStatus.SUCCEEDED} and outcome.platform_code:
        assert outcome.advice is not None and outcome.advice.zh
