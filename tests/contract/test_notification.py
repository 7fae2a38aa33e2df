"""Messages: believed when they are the platform's and ours, whatever their order; refused otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from odoo.addons.payment_bridge.connector.types import InboundRequest, Operation, OutcomeStatus

from .kit import verdict
from .kit.cases import PLATFORMS, case, declares, declaring
from .kit.channel import Channel
from .kit.model import MONEY, Order
from .kit.stage import wait_until

ROW = Operation.NOTIFICATION
POSITIONS = 40
LATE = timedelta(minutes=1)


def notified():
    return [
        case(platform, ROW, operation, variety)
        for platform in PLATFORMS.values()
        if declares(platform, ROW)
        for operation in MONEY
        if declares(platform, operation) and operation in platform.notices.operations
        for variety in platform.varieties[operation]
    ]


def told(world, platform, operation: Operation | None = None, name: str | None = None) -> tuple[Channel, Order]:
    """A channel with the message of one paid order."""
    channel = world.fresh(platform, notified=True)
    operation = operation or next(one for one in MONEY if one in platform.notices.operations)
    return channel, channel.paid(operation, name)


def events_of(channel: Channel, order: Order, count: int = 1):
    """What the messages about an order say, once there are so many."""

    def read():
        messages = channel.messages()
        events = [channel.connector.read_notification(one) for one in messages]
        mine = [one for one in events if one.outcome and one.outcome.key == order.key]
        return mine if len(mine) >= count else None

    return wait_until(read, f"{count} messages about {order.key}")


def test_every_platform_tells_of_what_it_declares():
    for platform in PLATFORMS.values():
        if declares(platform, ROW):
            assert platform.notices and platform.notices.operations


@pytest.mark.parametrize(("platform", "operation", "variety"), notified())
def test_a_message_tells_what_became_of_an_order(world, platform, operation, variety):
    channel, order = told(world, platform, operation, variety.name)
    event = events_of(channel, order)[0]
    assert event.operation is operation and event.event_id and event.event_type
    assert event.outcome.status is OutcomeStatus.SUCCEEDED
    assert event.outcome.amount in (order.amount, None)
    assert event.outcome.platform_reference in (channel.last[order.key].platform_reference, None)


@pytest.mark.parametrize("platform", declaring(ROW))
def test_the_acknowledgement_ends_the_repeats(world, platform):
    channel, order = told(world, platform)
    events_of(channel, order)

    def delivered():
        mine = [one for one in channel.admin.get("notifications") if one["url"] == channel.notify_url]
        return mine and all(one["state"] == "delivered" for one in mine)

    wait_until(delivered, "the platform takes the acknowledgement")


@pytest.mark.parametrize("platform", declaring(ROW))
def test_a_message_that_was_not_kept_comes_again(world, platform):
    channel = world.fresh(platform, notified=True)
    answers = [channel.connector.acknowledge(False), channel.connector.acknowledge(True)]
    assert platform.notices.refused_answer(answers[0].status, answers[0].body)
    assert not platform.notices.refused_answer(answers[1].status, answers[1].body)
    channel.stage.inbox.answers[channel.path] = lambda: answers.pop(0) if len(answers) > 1 else answers[0]
    order = channel.paid(next(one for one in MONEY if one in platform.notices.operations))
    first, second = events_of(channel, order, 2)[:2]
    assert first.event_id == second.event_id and first.outcome.status is second.outcome.status


@pytest.mark.parametrize("platform", declaring(ROW))
def test_a_doubled_message_has_one_id(world, platform):
    channel = world.fresh(platform, notified=True)
    channel.fault("duplicate", on="notification")
    order = channel.paid(next(one for one in MONEY if one in platform.notices.operations))
    assert len({event.event_id for event in events_of(channel, order, 2)}) == 1


@pytest.mark.parametrize("platform", declaring(ROW))
def test_two_orders_have_two_ids_in_any_order(world, platform):
    channel = world.fresh(platform, notified=True)
    operation = next(one for one in MONEY if one in platform.notices.operations)
    channel.fault("reorder", on="notification", hold_ms=5000)
    first, second = channel.paid(operation), channel.paid(operation)
    late, early = events_of(channel, first)[0], events_of(channel, second)[0]
    assert late.event_id != early.event_id
    keys = [channel.connector.read_notification(one).outcome.key for one in channel.messages(2)]
    assert keys.index(second.key) < keys.index(first.key)


@pytest.mark.parametrize("platform", declaring(ROW))
def test_a_late_message_is_still_believed(world, platform):
    channel = world.fresh(platform, notified=True)
    channel.fault("delay", on="notification", ms=LATE.total_seconds() * 1000)
    order = channel.paid(next(one for one in MONEY if one in platform.notices.operations))
    assert channel.stage.inbox.messages(channel.path) == []
    channel.stage.advance(LATE * 2)
    assert events_of(channel, order)[0].outcome.status is OutcomeStatus.SUCCEEDED


@pytest.mark.parametrize("platform", declaring(ROW))
def test_a_message_that_overtakes_the_answer_is_believed(world, platform):
    channel = world.fresh(platform, notified=True)
    channel.fault("early", on="notification", times=None)
    order = channel.paid(next(one for one in MONEY if one in platform.notices.operations))
    assert events_of(channel, order)[0].outcome.status is OutcomeStatus.SUCCEEDED


@pytest.mark.parametrize("platform", declaring(ROW))
def test_without_a_message_the_query_tells(world, platform):
    channel = world.fresh(platform, notified=True)
    channel.fault("drop", on="notification", times=None)
    order = channel.paid(next(one for one in MONEY if one in platform.notices.operations))
    channel.try_query(order).must("succeeded")
    assert channel.stage.inbox.messages(channel.path) == []


@pytest.mark.parametrize("platform", declaring(ROW))
def test_a_message_signed_wrongly_is_forged(world, platform):
    channel = world.fresh(platform, notified=True)
    channel.fault("wrong_signature", on="notification", times=None)
    channel.paid(next(one for one in MONEY if one in platform.notices.operations))
    for message in channel.messages():
        assert _refused(channel, message).forged


@pytest.mark.parametrize("platform", declaring(ROW))
def test_another_merchant_s_message_is_refused(world, platform):
    channel, order = told(world, platform)
    events_of(channel, order)
    other = world.fresh(platform, notified=True)
    for message in channel.messages():
        _refused(other, message)


@pytest.mark.parametrize("platform", declaring(ROW))
def test_a_tampered_body_is_forged(world, platform):
    channel, order = told(world, platform)
    events_of(channel, order)
    message = channel.messages()[0]
    body = message.body
    places = [place for place in range(len(body)) if _plain(body, place)]
    for place in places[:: max(1, len(places) // POSITIONS)]:
        other = b"7" if body[place : place + 1] != b"7" else b"3"
        changed = replace(message, body=body[:place] + other + body[place + 1 :])
        said = verdict.of(lambda changed=changed: channel.connector.read_notification(changed))
        said.must("refused")


def _plain(body: bytes, place: int) -> bool:
    """Whether the byte is a letter or digit that stands for itself, not a part of an escape."""
    return body[place : place + 1].isalnum() and b"%" not in body[max(0, place - 2) : place] and body[place] < 128


@pytest.mark.parametrize("platform", declaring(ROW))
def test_each_signed_header_counts(world, platform):
    channel, order = told(world, platform)
    events_of(channel, order)
    message = channel.messages()[0]
    for name in platform.notices.signed_headers:
        value = message.headers[name]
        without = {key: kept for key, kept in message.headers.items() if key != name}
        changes = {"missing": without, "empty": {**without, name: ""}, "other": {**without, name: _other(value)}}
        for headers in changes.values():
            changed = replace(message, headers=headers)
            verdict.of(lambda changed=changed: channel.connector.read_notification(changed)).must("refused")


def _other(value: str) -> str:
    return ("1" if value[-1] != "1" else "2") if len(value) == 1 else value[:-1] + ("1" if value[-1] != "1" else "2")


@pytest.mark.parametrize("platform", declaring(ROW))
def test_an_old_message_is_refused_where_the_platform_says_so(world, platform):
    channel, order = told(world, platform)
    events_of(channel, order)
    message = channel.messages()[0]
    age = platform.notices.stale_after
    late = replace(message, received_at=message.received_at + (age or timedelta(days=2)) + timedelta(minutes=1))
    said = verdict.of(lambda: channel.connector.read_notification(late))
    said.must("answered" if age is None else "refused")


@pytest.mark.parametrize("platform", declaring(ROW))
def test_what_is_no_message_is_refused(world, platform):
    channel, order = told(world, platform)
    events_of(channel, order)
    message = channel.messages()[0]
    nonsense = [
        replace(message, body=b""),
        replace(message, body=b"{}"),
        replace(message, body=b"a=b"),
        replace(message, body=b"\xff\xfe\x00"),
        replace(message, body=message.body[: len(message.body) // 2]),
        replace(message, body=message.body + b"&status=SUCCESS"),
        replace(message, body=message.body * 2),
        replace(message, body=b"[" * 100_000),
        replace(message, body=message.body + b" " * (2 * 1024 * 1024)),
        replace(message, headers={}, body=b"{" * 10),
        *(make(message) for make in platform.notices.unread.values()),
    ]
    for changed in nonsense:
        _refused(channel, changed)


def _refused(channel: Channel, message: InboundRequest):
    return verdict.of(lambda: channel.connector.read_notification(message)).must("refused").error
