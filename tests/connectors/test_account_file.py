"""Statements of any account by file: the currency of the settings, and nothing of another account."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest

from odoo.addons.payment_bridge.connector.declarations import ChannelSettings
from odoo.addons.payment_bridge.connector.errors import Misconfigured, StatementError
from odoo.addons.payment_bridge.connector.statement_types import LineKind
from odoo.addons.payment_bridge.connector.transport import Transport
from odoo.addons.payment_bridge_channels.connectors.account_file import AccountFileConnector

ACCOUNT = "HK-7001-8842"
SETTINGS = {
    "account_number": ACCOUNT,
    "account_currency": "USD",
    "column_time": "Date",
    "amounts": "signed",
    "column_amount": "Amount",
    "column_reference": "Reference",
    "column_balance": "Balance",
    "column_summary": "Details",
    "column_wallet": "Account",
    "words_fee": "charge",
}
ROWS = (
    ("2026-01-15 09:30:11", ACCOUNT, "B1", "1100.00", "1200.00", "Invoice 24/7"),
    ("2026-01-16 10:00:00", ACCOUNT, "B2", "-$20.00", "1180.00", "Monthly charge"),
)


def connector(**changes: str) -> AccountFileConnector:
    settings = ChannelSettings("production", {**SETTINGS, **changes})
    return AccountFileConnector(settings, Transport(allowed_hosts=AccountFileConnector.allowed_hosts(settings)))


def read(rows=ROWS, **changes: str):
    lines = ["Date,Account,Reference,Amount,Balance,Details", *(",".join(row) for row in rows)]
    statement = connector(**changes).parse_statement(io.BytesIO("\n".join(lines).encode()), "a.csv")
    return statement, list(statement)


def test_a_file_is_in_the_currency_of_the_settings_and_of_their_account():
    statement, lines = read()
    assert (statement.header.currency, statement.header.account, statement.header.kind) == ("USD", ACCOUNT, "account")
    assert [(line.kind, line.amount, line.currency) for line in lines] == [
        (LineKind.COLLECTION, Decimal("1100.00"), "USD"),
        (LineKind.FEE, Decimal("-20.00"), "USD"),
    ]
    assert (statement.totals.opening, statement.totals.closing) == (Decimal("100.00"), Decimal("1180.00"))


def test_a_row_of_another_account_refuses_the_file():
    with pytest.raises(StatementError) as refused:
        read((ROWS[0], (ROWS[1][0], "HK-0000", *ROWS[1][2:])))
    assert refused.value.row == 3


@pytest.mark.parametrize(("name", "value"), [("account_number", "?"), ("account_currency", "JPY"), ("column_time", "")])
def test_a_wrong_setting_is_named(name, value):
    with pytest.raises(Misconfigured) as wrong:
        connector(**{name: value})
    assert wrong.value.code == f"setting:{name}"


EXCHANGED = {"column_arrived": "Arrived", "column_arrived_currency": "In", "words_withdrawal": "Withdrawal"}


def read_exchanged(arrived: str, currency: str):
    row = ("2026-01-15 09:30:11", ACCOUNT, "B1", "-100.00", "1100.00", "Withdrawal", f'"{arrived}"', currency)
    lines = ["Date,Account,Reference,Amount,Balance,Details,Arrived,In", ",".join(row)]
    statement = connector(**EXCHANGED).parse_statement(io.BytesIO("\n".join(lines).encode()), "a.csv")
    return list(statement)[0]


@pytest.mark.parametrize("arrived", ["715.25", "-715.25"])
def test_what_arrives_in_another_currency_has_the_sign_of_what_left(arrived):
    line = read_exchanged(arrived, "CNY")
    assert (line.kind, line.amount, line.currency) == (LineKind.WITHDRAWAL, Decimal("-100.00"), "USD")
    assert (line.settlement_currency, line.settlement_amount) == ("CNY", Decimal("-715.25"))
    assert line.settlement_rate == Decimal("7.1525")


@pytest.mark.parametrize(("arrived", "currency"), [("", ""), ("0.00", "CNY"), ("100.00", "USD")])
def test_a_row_that_was_not_exchanged_says_nothing_of_it(arrived, currency):
    line = read_exchanged(arrived, currency)
    assert (line.settlement_currency, line.settlement_amount, line.settlement_rate) == (None, None, None)


@pytest.mark.parametrize("currency", ["", "cny", "人民币", "=CNY", "CNYX"])
def test_an_amount_that_arrives_needs_its_currency(currency):
    with pytest.raises(StatementError) as refused:
        read_exchanged("715.25", currency)
    assert refused.value.row == 2


@pytest.mark.parametrize(("given", "missing"), [tuple(EXCHANGED)[:2], tuple(EXCHANGED)[1::-1]])
def test_both_columns_of_what_arrives_or_none(given, missing):
    with pytest.raises(Misconfigured) as wrong:
        connector(**{given: "Arrived"})
    assert wrong.value.code == f"setting:{missing}"
