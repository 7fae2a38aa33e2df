"""Two of everything at once: servers, dispatchers, users. Each bill is paid once."""

from __future__ import annotations

import threading
from collections.abc import Callable

from rpc import Person, RpcError

from . import company
from .dispatchers import dispatch_twice_at_once
from .world import CLERK, SECOND_CLERK, TRANSFER, World

MANY = 36


def at_once(*actions: Callable[[], None]) -> None:
    """Do things at the same moment and wait for all; what one of them raises is raised."""
    barrier, errors = threading.Barrier(len(actions)), []

    def run(action: Callable[[], None]) -> None:
        barrier.wait()
        try:
            action()
        except (RpcError, AssertionError) as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def test_two_servers_on_one_database_send_each_payment_once(world: World) -> None:
    bills = world.bills(company.PLAIN, count=MANY)
    world.platform.post("settings", latency_ms=100)
    first, second = world.start(), world.start_second()
    clerks = world.person(CLERK, first), world.person(SECOND_CLERK, second)
    at_once(
        lambda: world.pay(bills[::2], clerks[0]),
        lambda: world.pay(bills[1::2], clerks[1]),
    )
    world.settle(bills)
    assert world.asked() == MANY, "an order was sent twice"


def test_when_one_server_dies_the_other_finishes_its_work(world: World) -> None:
    bills = world.mixture()
    first = world.start()
    world.fault("delay", times=len(bills), method=TRANSFER, ms=3000, when="after")
    world.pay(bills)
    world.eventually(lambda: world.asked() == len(bills), "the platform has carried out every order")
    second = world.start_second()
    first.kill()
    world.forget(first)
    assert world.person(CLERK, second)
    world.settle(bills)


def test_two_dispatchers_at_the_same_moment_send_each_payment_once(world: World) -> None:
    bills = world.bills(company.PLAIN, count=MANY)
    world.platform.post("settings", latency_ms=100)
    world.start(cron_threads=0)
    world.pay(bills)
    dispatch_twice_at_once(world)
    assert world.states() == ["succeeded"] * MANY
    assert world.asked() == MANY, "an order was sent twice"
    world.kill()
    world.start()
    world.settle(bills)


def test_of_two_users_who_pay_the_same_bill_one_is_told_that_it_is_paid(world: World) -> None:
    bills = world.bills(company.PLAIN, count=4)
    servers = world.start(), world.start_second()
    people = world.person(CLERK, servers[0]), world.person(SECOND_CLERK, servers[1])
    for bill in bills:
        refusals: list[str] = []
        wizards = [world.open_wizard([bill], person) for person in people]

        def click(person: Person, wizard: int, refusals: list[str] = refusals) -> None:
            try:
                world.confirm(wizard, person)
            except RpcError as refusal:
                refusals.append(str(refusal))

        at_once(*(lambda pair=pair: click(*pair) for pair in zip(people, wizards, strict=True)))
        assert len(refusals) == 1, f"{bill}: {refusals}"
        assert bill.number in refusals[0], "the refusal does not name the bill"
    world.settle(bills)
    assert len(world.instructions()) == len(bills) == world.asked()
