"""Killing Odoo between any two steps of a payment and starting it again leads to the same end."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence

import pytest
import requests

from rpc import RpcError

from .world import ADMINISTRATOR, QUERY, TRANSFER, Bill, World

HELD_MS = 3000
Crash = Callable[[World, Sequence[Bill]], None]


def before_the_payments_are_committed(world: World, bills: Sequence[Bill]) -> None:
    world.start()
    wizard = world.open_wizard(bills)
    ids = ", ".join(str(bill.id) for bill in bills)
    with world.holding(f"SELECT id FROM account_move_line WHERE move_id IN ({ids}) FOR UPDATE") as waited_for:

        def confirm() -> None:
            with pytest.raises(requests.ConnectionError):
                world.confirm(wizard)

        clicking = threading.Thread(target=confirm)
        clicking.start()
        world.eventually(waited_for, "the wizard's transaction is under way")
        world.kill()
        clicking.join()
    world.eventually(lambda: not world.busy(), "the database has noticed")
    assert world.states() == [], "a payment that was never confirmed exists"
    world.start()
    world.pay(bills)


def before_sending(world: World, bills: Sequence[Bill]) -> None:
    world.start(cron_threads=0)
    world.pay(bills)
    assert world.all_in("queued", count=len(bills))
    world.kill()
    assert world.asked() == 0


def after_the_claim(world: World, bills: Sequence[Bill]) -> None:
    """The orders are lost with the one who sent them."""
    _die_before_anything_arrives(world, bills)
    world.relay.lose()


def _die_before_anything_arrives(world: World, bills: Sequence[Bill]) -> None:
    world.start()
    world.relay.hold()
    world.pay(bills)
    world.eventually(lambda: world.relay.held(TRANSFER) == len(bills), "every order is on its way")
    assert world.all_in("sending", count=len(bills)), "an order was sent before its claim was committed"
    world.kill()
    world.relay.flow()
    assert world.asked() == 0


def after_sending(world: World, bills: Sequence[Bill]) -> None:
    world.start()
    world.fault("delay", times=len(bills), method=TRANSFER, ms=HELD_MS, when="after")
    world.pay(bills)
    world.eventually(lambda: world.asked() == len(bills), "the platform has carried out every order")
    assert world.all_in("sending", count=len(bills))
    world.kill()


def after_the_answer(world: World, bills: Sequence[Bill]) -> None:
    _die_while_recording(world, bills, "SELECT id FROM payment_bridge_instruction FOR UPDATE")
    assert world.all_in("sending", count=len(bills))


def after_some_answers_are_recorded(world: World, bills: Sequence[Bill]) -> None:
    last = "SELECT id FROM payment_bridge_instruction ORDER BY id DESC LIMIT 1 FOR UPDATE"
    _die_while_recording(world, bills, last)


def _die_while_recording(world: World, bills: Sequence[Bill], lock: str) -> None:
    world.start()
    fault = world.fault("delay", times=len(bills), method=TRANSFER, ms=1500)
    world.pay(bills)
    world.eventually(lambda: world.struck(fault) == len(bills), "every order is on its way")
    with world.holding(lock) as waited_for:
        world.eventually(lambda: world.asked() == len(bills), "the platform has answered every order")
        world.eventually(waited_for, "the answers are being recorded")
        world.kill()
    world.eventually(lambda: not world.busy(), "the database has noticed")


def while_asking_for_unknown_results(world: World, bills: Sequence[Bill]) -> None:
    _make_uncertain(world, bills)
    fault = world.fault("delay", times=len(bills), method=QUERY, ms=HELD_MS)
    world.ask()
    world.eventually(lambda: world.struck(fault) == len(bills), "every question is on its way")
    world.kill()
    assert world.all_in("uncertain", count=len(bills))


def after_the_answers_to_questions(world: World, bills: Sequence[Bill]) -> None:
    _make_uncertain(world, bills)
    with world.holding("LOCK payment_bridge_exchange IN SHARE MODE") as waited_for:
        world.ask()
        world.eventually(waited_for, "an answer is being recorded")
        world.kill()
    world.eventually(lambda: not world.busy(), "the database has noticed")
    assert world.all_in("uncertain", count=len(bills))


def _make_uncertain(world: World, bills: Sequence[Bill]) -> None:
    """Let every answer get lost, and every message too."""
    world.start()
    world.fault("drop", on="notification")
    world.fault("timeout_after", times=len(bills), method=TRANSFER, seconds=0)
    world.pay(bills)
    world.eventually(lambda: world.all_in("uncertain", count=len(bills)), "every result is unknown")


def when_the_database_hangs_up(world: World, bills: Sequence[Bill]) -> None:
    """Odoo lives on, but loses every connection to its database while the orders are on their way."""
    world.start()
    world.fault("delay", times=len(bills), method=TRANSFER, ms=HELD_MS, when="after")
    world.pay(bills)
    world.eventually(lambda: world.asked() == len(bills), "the platform has carried out every order")
    world.hang_up()
    assert world.all_in("sending", count=len(bills))


CRASHES: tuple[Crash, ...] = (
    before_the_payments_are_committed,
    before_sending,
    after_the_claim,
    after_sending,
    after_the_answer,
    after_some_answers_are_recorded,
    while_asking_for_unknown_results,
    after_the_answers_to_questions,
    when_the_database_hangs_up,
)


@pytest.mark.parametrize("crash", CRASHES, ids=lambda crash: crash.__name__)
def test_a_crash_leads_to_the_same_end(world: World, crash: Crash) -> None:
    bills = world.mixture()
    crash(world, bills)
    if not world.running:
        world.start()
    world.settle(bills)


def test_orders_that_arrive_after_they_were_sent_again_are_carried_out_once(world: World) -> None:
    bills = world.mixture()
    _die_before_anything_arrives(world, bills)
    world.start()
    world.settle(bills)
    before = world.asked()
    world.relay.deliver()
    world.eventually(lambda: world.asked() == before + len(bills), "the first orders arrive as well")
    world.assert_in_order(bills)


def test_an_order_that_may_still_arrive_cannot_be_withdrawn(world: World) -> None:
    bills = world.bills("plain", count=2)
    _die_before_anything_arrives(world, bills)
    world.start()
    administrator, channel = world.person(ADMINISTRATOR), [world.channel_id]
    world.press("payment.bridge.channel", "action_pause", channel, administrator)
    world.pressing(lambda: world.all_in("queued", count=len(bills)), "the platform does not know the orders")
    with pytest.raises(RpcError):
        world.press("account.payment", "action_bridge_cancel", [one.payment_id for one in world.instructions()])
    world.relay.deliver()
    world.eventually(lambda: world.executed() == len(bills), "the orders arrive after all")
    world.eventually(lambda: world.all_in("succeeded", count=len(bills)), "the platform's messages tell of them")
    assert {one.send_count for one in world.instructions()} == {1}
    world.press("payment.bridge.channel", "action_activate", channel, administrator)
    world.settle(bills)


def test_crashes_at_any_moment_pay_each_bill_once(world: World) -> None:
    """Three kills while thirty payments flow, each after a random number of orders carried out."""
    moments = sorted(random.sample(range(1, 30), 3))
    print(f"killed after {moments} orders")
    bills = world.bills("plain", count=30)
    world.platform.post("settings", latency_ms=150)
    world.start()
    world.pay(bills)
    for moment in moments:
        world.pressing(lambda done=moment: world.executed() >= done, f"{moment} orders are carried out")
        world.kill()
        world.start()
    world.settle(bills)
