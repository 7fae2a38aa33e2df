"""Messages repeated, late, early, in the wrong order and forged change nothing but what is true."""

from __future__ import annotations

from . import company
from .world import World


def test_disordered_messages_under_load_lead_to_the_same_end(world: World) -> None:
    bills = list(dict.fromkeys(world.bills(company.PLAIN, count=24) + world.mixture()))
    world.platform.post("settings", latency_ms=50, notification_attempts=4)
    for kind, chosen in (
        ("duplicate", {"copies": 2}),
        ("early", {"times": 8}),
        ("delay", {"nth": 5, "times": 8, "ms": 1500}),
        ("reorder", {"nth": 10, "times": 8, "hold_ms": 1000}),
        ("wrong_signature", {"nth": 20, "times": 3}),
        ("drop", {"nth": 25, "times": 3}),
    ):
        world.fault(kind, on="notification", **chosen)
    world.start()
    world.pay(bills)
    world.settle(bills)
    repeated = world.repeats()
    assert repeated, "no message was repeated: the faults did not strike"
    world.eventually(lambda: world.asked() >= len(bills), "the platform has answered what an early message told before")
    assert world.asked() <= len(bills), "a message made Odoo send something again"
