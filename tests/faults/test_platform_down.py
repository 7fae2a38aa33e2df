"""A platform that cannot be reached stops nothing but its own payments, and those only for a while."""

from __future__ import annotations

from . import company
from .world import ADMINISTRATOR, World


def test_payments_wait_while_the_platform_is_down_and_leave_when_it_is_back(world: World) -> None:
    bills = world.bills(company.PLAIN, count=8)
    world.start()
    world.relay.cut()
    world.pay(bills[:7])
    world.eventually(lambda: world.circuit_open(), "the circuit opens")
    assert world.all_in("queued", count=7) and world.asked() == 0
    [seen] = world.person(ADMINISTRATOR).search_read("payment.bridge.channel", [], ["health", "health_note"])
    assert seen["health"] == "down" and seen["health_note"]

    world.pay(bills[7:])  # the ERP goes on; this one waits as well
    world.wake()
    assert {state for state, _ in world.ends(bills).values()} == {"queued"}
    assert {paid for _, paid in world.ends(bills).values()} == {"in_payment"}

    world.relay.mend()
    world.settle(bills)
    assert not world.circuit_open()
    assert world.asked() == len(bills)
