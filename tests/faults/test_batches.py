"""A batch leaves once, whoever dies on the way: its orders are committed before, and asked about together after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from demo_people import UNIONPAY
from rpc import RpcError
from workbench import Workbench

from . import stage
from .batch_world import ASK, SEND, BatchWorld
from .dispatchers import dispatch_twice_at_once
from .world import ADMINISTRATOR, Bill

VENDORS = 12
HELD_MS = 3000
OLD_ENOUGH = 11
"""Minutes: the channel's setting believes after ten that an unknown batch never arrived."""


@pytest.fixture(scope="module")
def connected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stage.Stage]:
    """UnionPay's sandbox, and a database whose channel is connected to it and sends batches."""
    bench = Workbench.from_environment()
    with bench.postgres:
        base = bench.databases.addons_template()
        template = stage.company_template(bench, base, "batches", VENDORS, UNIONPAY)
        with stage.set_up(bench, template, tmp_path_factory.mktemp("unionpay"), platform=UNIONPAY) as made:
            yield made


@pytest.fixture
def world(connected: stage.Stage, tmp_path: Path) -> Iterator[BatchWorld]:
    """A fresh copy of the company; its Odoo is not started yet."""
    with connected.bench.databases.run_copy(connected.template, "world") as database:
        world = BatchWorld(connected, database, tmp_path)
        try:
            yield world
        finally:
            world.close()


def assert_taken_as_sent(world: BatchWorld) -> None:
    """The platform has each batch once, exactly as Odoo keeps it."""
    kept = [(batch.number, batch.txn_time, batch.orders) for batch in world.batches()]
    assert sorted(world.taken()) == sorted(kept)


def test_payments_leave_in_one_batch_and_are_paid_once(world: BatchWorld) -> None:
    bills = world.bills(count=5)
    world.start()
    world.pay(bills)
    world.settle(bills)
    assert world.asked() == 1
    assert world.asked("12/00") == world.asked("00/00") == 0, "an order of a batch was sent or asked about alone"
    assert_taken_as_sent(world)


def test_a_crash_after_sending_is_resolved_by_asking_for_the_batch(world: BatchWorld) -> None:
    bills = world.bills(count=5)
    world.start()
    world.fault("delay", times=1, method=SEND, ms=HELD_MS, when="after")
    world.pay(bills)
    world.eventually(lambda: world.asked() == 1, "the platform has taken the batch")
    assert world.all_in("sending", count=len(bills))
    world.kill()
    world.start()
    world.settle(bills)
    assert world.asked() == 1, "the batch was sent twice"
    assert world.asked("00/00") == 0, "an order of a batch was asked about alone"
    assert_taken_as_sent(world)


def die_before_anything_arrives(world: BatchWorld, bills: Sequence[Bill]) -> None:
    world.start()
    world.relay.hold()
    world.pay(bills)
    world.eventually(lambda: world.relay.held("batchNo"), "the batch is on its way")
    assert world.all_in("sending", count=len(bills)), "a batch was sent before its claim was committed"
    assert [len(batch.orders) for batch in world.batches()] == [len(bills)]
    world.kill()
    world.relay.flow()
    assert world.asked() == 0


def test_a_batch_that_never_arrived_leaves_again_as_it_was(world: BatchWorld) -> None:
    bills = world.bills(count=5)
    die_before_anything_arrives(world, bills)
    world.relay.lose()
    world.make_older(OLD_ENOUGH)
    before = world.batches()
    world.start()
    world.settle(bills)
    assert world.batches() == before
    assert world.asked() == 1
    assert_taken_as_sent(world)


def test_a_batch_that_arrives_after_it_was_sent_again_pays_nobody_twice(world: BatchWorld) -> None:
    bills = world.bills(count=5)
    die_before_anything_arrives(world, bills)
    world.make_older(OLD_ENOUGH)
    world.start()
    world.settle(bills)
    world.relay.deliver()
    world.eventually(lambda: world.asked() == 2, "the first batch arrives as well")
    world.assert_in_order(bills)


def test_no_member_can_be_withdrawn_while_its_batch_may_still_arrive(world: BatchWorld) -> None:
    bills = world.bills(count=3)
    die_before_anything_arrives(world, bills)
    world.make_older(OLD_ENOUGH)
    world.start()
    administrator, channel = world.person(ADMINISTRATOR), [world.channel_id]
    world.press("payment.bridge.channel", "action_pause", channel, administrator)
    world.pressing(lambda: world.all_in("queued", count=len(bills)), "the platform does not know the batch")
    with pytest.raises(RpcError):
        world.press("account.payment", "action_bridge_cancel", [world.instructions()[0].payment_id])
    world.press("payment.bridge.channel", "action_activate", channel, administrator)
    world.settle(bills)


def test_a_lost_answer_is_found_by_asking(world: BatchWorld) -> None:
    bills = world.bills(count=5)
    world.start()
    world.fault("timeout_after", times=1, method=SEND, seconds=0)
    world.pay(bills)
    world.eventually(lambda: world.all_in("uncertain", count=len(bills)), "every result is unknown")
    world.settle(bills)
    assert world.asked() == 1
    assert world.asked(ASK) >= 1


def test_two_dispatchers_at_the_same_moment_send_each_payment_once(world: BatchWorld) -> None:
    bills = world.bills(count=VENDORS)
    world.start(cron_threads=0)
    world.platform.post("settings", latency_ms=100)
    world.pay(bills)
    dispatch_twice_at_once(world)
    assert sum(len(batch.orders) for batch in world.batches()) + world.asked("12/00") == VENDORS
    assert_taken_as_sent(world)
    world.kill()
    world.start()
    world.settle(bills)
