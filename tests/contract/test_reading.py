"""Balance, receipt, and what a connector says of itself and its settings."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from odoo.addons.payment_bridge.connector.declarations import ChannelSettings
from odoo.addons.payment_bridge.connector.types import Operation

from .kit import calls, verdict
from .kit.cases import CONNECTORS, PLATFORMS, case, declaring, platforms
from .kit.channel import OPENING
from .kit.model import MONEY
from .kit.verdict import assert_advice


@pytest.mark.parametrize("platform", declaring(Operation.BALANCE))
def test_the_balance_is_what_the_platform_s_books_say(world, platform):
    channel = world.fresh(platform)
    before = channel.connector.balance()
    assert before.available.currency == "CNY"
    assert before.total.amount == channel.balance() == OPENING
    channel.paid(Operation.PAY_OUT, amount="12.34")
    after = channel.connector.balance()
    assert before.available.amount - after.available.amount == Decimal("12.34")
    assert after.total.amount == after.available.amount + after.frozen.amount == channel.balance()
    assert abs(after.at - channel.now()) < timedelta(minutes=10)


@pytest.mark.parametrize("platform", declaring(Operation.RECEIPT))
def test_a_receipt_is_made_and_fetched(world, platform):
    channel = world.channel(platform)
    found = calls.fetched_receipt(channel, channel.paid(Operation.PAY_OUT, platform.receipt_for))
    assert found.content.startswith(b"%PDF-") and found.media_type == "application/pdf"
    assert found.name and "/" not in found.name


@pytest.mark.parametrize("platform", declaring(Operation.RECEIPT))
def test_there_is_no_receipt_of_an_order_never_placed(world, platform):
    channel = world.channel(platform)
    order = channel.order(Operation.PAY_OUT, platform.receipt_for)
    said = verdict.of(lambda: channel.connector.receipt(channel.about(order)))
    said.must("invalid|rejected|retry|not sent|uncertain")
    assert_advice(said.advice, "no receipt")


# Settings


@pytest.mark.parametrize("platform", platforms("connection"))
def test_good_settings_pass_the_connection_test(world, platform):
    reports = world.channel(platform).connector.test_connection()
    assert reports and all(report.ok for report in reports), reports
    for report in reports:
        assert_advice(report.step, "step")
        assert_advice(report.detail, "detail")


def _bad():
    return [
        case(platform, "connection", change, name=name)
        for platform in PLATFORMS.values()
        for name, change in platform.bad_settings.items()
    ]


@pytest.mark.parametrize(("platform", "change"), _bad())
def test_bad_settings_are_told_and_move_nothing(world, platform, change):
    channel = world.channel(platform)
    bad = channel.connect(**change(channel, world.fresh(platform)))
    reports = bad.test_connection()
    assert not all(report.ok for report in reports)
    for report in reports:
        assert_advice(report.detail, "detail")
    operation = next(one for one in MONEY if one in channel.capabilities.operations)
    order = channel.order(operation)
    good, channel.connector = channel.connector, bad
    try:
        channel.try_place(order).must("misconfigured|uncertain")
    finally:
        channel.connector = good
    assert channel.booked(order).executed == 0


def _modes():
    return [case(platform, "connection", mode) for platform in PLATFORMS.values() for mode in platform.modes]


@pytest.mark.parametrize(("platform", "mode"), _modes())
def test_every_kind_of_credentials_works(world, platform, mode):
    channel = world.fresh(platform, notified=True, mode=mode)
    assert all(report.ok for report in channel.connector.test_connection())
    for operation in MONEY:
        if channel.offers(operation):
            order = channel.paid(operation)
            assert channel.booked(order).executed == 1
            if platform.notices is not None and operation in platform.notices.operations:
                read = [channel.connector.read_notification(one) for one in channel.messages()]
                assert all(event.operation in MONEY for event in read)
    if channel.offers(Operation.STATEMENT):
        kind = platform.statements[0].kind
        file = channel.connector.statement(channel.end_day(), kind)
        assert list(channel.connector.parse_statement(io.BytesIO(file.content), file.name))


@pytest.mark.parametrize("platform", platforms("connection"))
def test_a_gateway_that_is_not_there_was_certainly_not_reached(world, platform):
    channel = world.channel(platform)
    operation = next(one for one in MONEY if one in channel.capabilities.operations)
    order = channel.order(operation)
    urls = {name: "http://127.0.0.1:9" for name, value in channel.merchant.settings.items() if value.startswith("http")}
    good, channel.connector = channel.connector, channel.connect(**urls)
    try:
        said = channel.try_place(order).must("not sent")
    finally:
        channel.connector = good
    assert_advice(said.advice, "unreachable")


@pytest.mark.parametrize("platform", platforms("connection"))
def test_each_required_setting_is_missed(world, platform):
    channel = world.channel(platform)
    required = [one for one in channel.kind.setting_fields if one.required and one.name in channel.merchant.settings]
    for field in required:
        if field.default is None and "sandbox" in field.environments:
            said = verdict.of(lambda name=field.name: channel.connect(**{name: ""})).must("misconfigured")
            assert_advice(said.advice, field.name)


@pytest.mark.parametrize("platform", platforms("connection"))
def test_each_key_and_certificate_is_read_or_refused(world, platform):
    channel = world.channel(platform)
    for name, value in channel.merchant.settings.items():
        if "-----BEGIN" in value:
            for broken in ("garbage", value[: len(value) // 2], value.replace("-----BEGIN", "-----BEGAN")):
                said = verdict.of(lambda name=name, broken=broken: channel.connect(**{name: broken}))
                said.must("misconfigured")
                assert_advice(said.advice, name)


@pytest.mark.parametrize("platform", platforms("connection"))
def test_settings_show_no_value(world, platform):
    settings = ChannelSettings("sandbox", world.channel(platform).merchant.settings)
    assert not any(secret in repr(settings) for secret in world.channel(platform).merchant.secrets)


@pytest.mark.parametrize("platform", platforms("connection"))
def test_production_calls_known_hosts_only(world, platform):
    channel = world.channel(platform)
    settings = ChannelSettings("production", channel.merchant.settings)
    hosts = CONNECTORS[platform.code].allowed_hosts(settings)
    assert hosts and all("." in host and "/" not in host for host in hosts)
    assert not any(host.startswith("127.") or host == "localhost" for host in hosts)


@pytest.mark.parametrize("platform", platforms("connection"))
def test_the_end_of_a_certificate_is_known(world, platform):
    channel = world.channel(platform)
    ends = channel.connector.certificate_expiry()
    has_certificate = any("BEGIN CERTIFICATE" in value for value in channel.merchant.settings.values())
    assert ends is not None if has_certificate else True
    if ends is not None:
        assert ends > datetime.now(UTC).date()
