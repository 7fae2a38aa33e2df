"""Rows taken as text say what they say read line by line, and nothing passes as text that is refused as a line."""

from __future__ import annotations

import functools
import io
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

import alipay_bills
import alipay_world
import pytest
import unionpay_bills
import unionpay_world
import wechatpay_bills
import wechatpay_world
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.payment_bridge.connector.errors import StatementError
from odoo.addons.payment_bridge.connector.statement_types import TEXT_COLUMNS
from odoo.addons.payment_bridge.connector.text_lines import fields_of

WECHAT_PURSES = {"wechatpay-basic": "BASIC", "wechatpay-both": "BOTH", "wechatpay-trade": "BASIC"}
BILLS = {
    "alipay-account": (alipay_bills.csv_bytes(alipay_bills.ACCOUNT), alipay_bills.NAME),
    "alipay-trade": (alipay_bills.csv_bytes(alipay_bills.TRADE), alipay_bills.NAME),
    "wechatpay-basic": (wechatpay_bills.BASIC, "bill.csv"),
    "wechatpay-both": (wechatpay_bills.BOTH, "bill.zip"),
    "wechatpay-trade": (wechatpay_bills.trade_bill(), "bill.csv"),
    "unionpay": (
        unionpay_bills.lines(
            unionpay_bills.zm(), unionpay_bills.paid_out(), unionpay_bills.refund(), unionpay_bills.zm(f10="2" * 21)
        ),
        unionpay_bills.ZM_NAME,
    ),
    "unionpay-with-exceptions": (
        unionpay_bills.archive(
            {
                unionpay_bills.ZM_NAME: unionpay_bills.lines(unionpay_bills.zm(), unionpay_bills.refund()),
                unionpay_bills.ZME_NAME: unionpay_bills.lines(unionpay_bills.zme()),
            }
        ),
        "bill.zip",
    ),
}
PLAIN = ("alipay-account", "alipay-trade", "wechatpay-basic", "wechatpay-trade", "unionpay")
"""The bills that are not packed, and can be spoiled letter by letter."""
SPOILS = ("", "0", "7", "-", "+", "=", ",", "`", '"', " ", "\t", ".", "\u3000", "退", "D", "\x00", "#", "\r\n", "e")
MONEY = ("amount", "gross", "fee", "balance", "settlement_amount", "settlement_rate")


@functools.cache
def connector(bill: str):
    platform = bill.partition("-")[0]
    if platform == "wechatpay":
        return wechatpay_world.connector(settings=wechatpay_world.values(purses=WECHAT_PURSES[bill]))[0]
    return {"alipay": alipay_world, "unionpay": unionpay_world}[platform].connector()[0]


def as_lines(bill: str, content: bytes, name: str):
    reader = connector(bill).parse_statement(io.BytesIO(content), name)
    rows = [(understood(fields_of(line)), told(line.raw)) for line in reader]
    return reader.header, rows, reader.totals


def as_text(bill: str, content: bytes, name: str):
    """Also what who takes text has to look for is looked for here.

    :raises ValueError: a field is not what its column holds, or an entry occurs twice.
    """
    reader = connector(bill).parse_statement(io.BytesIO(content), name)
    rows = []
    for fields, cells in reader.text_rows():
        titled = cells if isinstance(cells, dict) else dict(zip(reader.titles, cells, strict=True))
        rows.append((understood(fields), told(titled)))
    entries = [row["entry_reference"] for row, _raw in rows]
    if len(set(entries)) != len(entries):
        raise ValueError("an entry occurs twice")
    return reader.header, rows, reader.totals


def told(raw):
    """The cells that are not empty."""
    return {title: cell for title, cell in raw.items() if cell}


def understood(fields):
    """The fields of a row by name, each as its value."""
    row = dict(zip(TEXT_COLUMNS, fields, strict=True))
    row |= {name: Decimal(row[name]) if row[name] else None for name in MONEY}
    row["row"] = int(row["row"])
    row["occurred_at"] = datetime.fromisoformat(row["occurred_at"]).astimezone(UTC)
    row["settled_on"] = date.fromisoformat(row["settled_on"])
    return row


@pytest.mark.parametrize("bill", BILLS)
def test_both_ways_give_the_same_rows_and_totals(bill):
    content, name = BILLS[bill]
    header, rows, totals = as_lines(bill, content, name)
    assert rows and as_text(bill, content, name) == (header, rows, totals)


@pytest.mark.parametrize("bill", PLAIN)
def test_an_ordinary_row_is_written_without_a_closer_look(bill, monkeypatch):
    """Otherwise the short way is none: the first row of each bill is an ordinary one."""
    content, name = BILLS[bill]
    reader = connector(bill).parse_statement(io.BytesIO(content), name)
    target = reader._tables[0] if bill.startswith("wechatpay") else reader
    monkeypatch.setattr(target, "_read", lambda *_args: pytest.fail("the row was read closely"))
    assert next(iter(reader.text_rows()))


@pytest.mark.parametrize("bill", PLAIN)
@given(data=st.data())
def test_a_spoiled_file_is_refused_either_way_or_says_the_same(bill, data):
    content, name = BILLS[bill]
    codec = "utf-8" if bill.startswith("wechatpay") else "gb18030"
    text = content.decode(codec)
    for _change in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text) - 1))
        width = data.draw(st.integers(0, 2))
        put = data.draw(st.sampled_from(SPOILS))
        text = text[:at] + put + text[at + width :]
    spoiled = text.encode(codec)
    try:
        by_line = as_lines(bill, spoiled, name)
    except StatementError:
        by_line = None
    try:
        by_text = as_text(bill, spoiled, name)
    except (StatementError, ValueError, InvalidOperation):
        by_text = None
    assert by_text == by_line
