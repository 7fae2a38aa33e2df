"""An e-CNY channel declares what exists, and nothing else works."""

import re

import pytest
from ecny_files import SETTINGS, connector

from odoo.addons.payment_bridge.connector.errors import Misconfigured, NotSent, Unsupported
from odoo.addons.payment_bridge.connector.transport import HttpRequest
from odoo.addons.payment_bridge.connector.types import Operation


def test_nothing_is_offered_online():
    channel = connector()
    assert channel.capabilities.operations == frozenset()
    assert [kind.code for kind in channel.capabilities.payee_kinds] == ["ecny_wallet"]
    for call in (channel.balance, lambda: channel.pay_out(None), lambda: channel.statement(None, "wallet")):
        with pytest.raises(Unsupported):
            call()


@pytest.mark.parametrize("environment", ["production", "sandbox"])
def test_nobody_can_be_called(environment):
    channel = connector(environment)
    with pytest.raises(NotSent):
        channel.transport.send(HttpRequest("GET", "https://ecny.example/", "any"))


@pytest.mark.parametrize("number", ["0022000000123456", "1234567890123456"])
def test_a_wallet_number_has_16_digits(number):
    (kind,) = connector().capabilities.payee_kinds
    assert re.fullmatch(kind.account_pattern, number)
    for wrong in (number[:-1], number + "0", number[:-1] + "x", "０" + number[1:]):
        assert not re.fullmatch(kind.account_pattern, wrong)
    assert not kind.persons_only, "a company's wallet is a wallet too"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("wallet_id", "123"),
        ("wallet_id", None),
        ("column_time", None),
        ("column_reference", None),
        ("column_in", None),
        ("column_out", None),
        ("amounts", "by magic"),
        ("encoding", "latin-1"),
        ("separator", "|"),
        ("time_format", "HH:mm"),
        ("time_format", "YYYY-MM-DD HH"),
        ("time_format", "YYYY-MM-DD ss"),
        ("time_format", "YYYY-MM-DD MM"),
        ("time_format", "YYYY-MM-DD" + "." * 40),
    ],
)
def test_settings_that_cannot_work_are_refused_by_name(setting, value):
    with pytest.raises(Misconfigured) as caught:
        connector(**{setting: value})
    assert caught.value.code == f"setting:{setting}"
    assert caught.value.advice.zh and caught.value.advice.en


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"amounts": "signed", "column_amount": None}, "column_amount"),
        ({"amounts": "direction", "column_amount": "金额", "column_direction": None}, "column_direction"),
        ({"column_out": SETTINGS["column_in"]}, "column_out"),
        ({"column_clock": "时间", "time_format": "YYYY-MM-DD"}, "time_format"),
    ],
)
def test_settings_must_belong_together(change, named):
    with pytest.raises(Misconfigured) as caught:
        connector(**change)
    assert caught.value.code == f"setting:{named}"


def test_columns_have_no_invented_titles():
    fields = {field.name: field for field in connector().setting_fields}
    assert not [name for name, field in fields.items() if name.startswith("column_") and field.default]
    assert not [field for field in fields.values() if field.secret]
    assert Operation.STATEMENT not in connector().capabilities.operations
