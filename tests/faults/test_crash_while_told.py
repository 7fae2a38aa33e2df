"""Whatever a platform says is kept before it is acted on: killing Odoo at any step loses no message."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from . import company
from .world import QUERY, Bill, Instruction, World

LATE_ERROR = "PAYEE_CARD_INFO_ERROR"
Crash = Callable[[World, int], None]


def before_the_message_arrives(world: World, count: int) -> None:
    world.kill()
    tell(world)
    world.eventually(lambda: world.deliveries() >= count, "the platform has tried to tell")
    assert world.messages() == []


def before_the_message_is_kept(world: World, count: int) -> None:
    with world.holding("LOCK payment_bridge_notification IN SHARE MODE") as waited_for:
        tell(world)
        world.eventually(waited_for, "a message is being kept")
        world.kill()
    world.eventually(lambda: not world.busy(), "the database has noticed")
    assert world.messages() == []


def before_the_message_is_understood(world: World, count: int) -> None:
    world.kill()
    world.start(cron_threads=0)
    tell(world)
    world.eventually(lambda: len(world.messages()) == count, "every message is kept and acknowledged")
    world.kill()
    assert set(world.messages()) == {"new"} and world.all_in("processing", count=count)


def before_its_effect_is_committed(world: World, count: int) -> None:
    with world.holding("SELECT id FROM payment_bridge_instruction FOR UPDATE") as waited_for:
        tell(world)
        world.eventually(waited_for, "a message is being applied")
        world.eventually(lambda: len(world.messages()) == count, "every message is kept and acknowledged")
        world.kill()
    world.eventually(lambda: not world.busy(), "the database has noticed")
    assert set(world.messages()) == {"new"} and world.all_in("processing", count=count)


CRASHES: tuple[Crash, ...] = (
    before_the_message_arrives,
    before_the_message_is_kept,
    before_the_message_is_understood,
    before_its_effect_is_committed,
)


def tell(world: World, instructions: Sequence[Instruction] | None = None) -> None:
    """Let the platform end what it has accepted, or some of it, and say so."""
    failing = {bill.amount for bill in world.bills(company.FAILS_LATE)}
    for one in instructions or world.instructions():
        error = {"error_code": LATE_ERROR} if one.amount in failing else {}
        world.platform.post(f"alipay/transfers/{one.key}/finish", app_id=world.app_id, **error)


def accepted(world: World, bills: Sequence[Bill]) -> None:
    """Pay bills that the platform then holds, and let nothing but its messages tell the result."""
    world.platform.patch(f"alipay/apps/{world.app_id}", bank_dealing_ms=None)
    world.fault("refuse", method=QUERY)
    world.start()
    world.pay(bills)
    world.eventually(lambda: world.all_in("processing", count=len(bills)), "the platform has accepted every order")


@pytest.mark.parametrize("crash", CRASHES, ids=lambda crash: crash.__name__)
def test_a_message_survives_a_crash(world: World, crash: Crash) -> None:
    bills = world.bank_bills()
    accepted(world, bills)
    crash(world, len(bills))
    world.start()
    ended = {bill.id: bill.end for bill in bills}
    world.pressing(lambda: world.ends(bills) == ended, "the messages do their work", press=world.wake)
    assert world.messages() == ["applied"] * len(bills)
    world.assert_in_order(bills)


def test_a_message_that_comes_during_the_last_look_wakes_the_inbox_again(world: World) -> None:
    """A run that has begun may be past its last look: it must not count as the one that takes a new message."""
    bills = world.bank_bills()
    accepted(world, bills)
    with world.holding("SELECT id FROM payment_bridge_instruction FOR UPDATE") as waited_for:
        first, second, third = world.instructions()
        tell(world, [first])
        world.eventually(waited_for, "a run of the inbox is under way")
        before = world.inbox_triggers()
        tell(world, [second])
        world.eventually(lambda: len(world.messages()) == 2, "another message is kept")
        assert world.inbox_triggers() == before + 1, "nobody will look for the second message"
        tell(world, [third])
        world.eventually(lambda: len(world.messages()) == 3, "a third message is kept")
        assert world.inbox_triggers() == before + 1, "one trigger is enough for many messages"
    ended = {bill.id: bill.end for bill in bills}
    world.eventually(lambda: world.ends(bills) == ended, "the messages do their work by themselves")
