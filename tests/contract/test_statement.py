"""Statements: every row belongs to an order, the rows add up to the books, and a spoiled file is not believed."""

from __future__ import annotations

import io
from datetime import date, datetime, time
from decimal import Decimal

import pytest

from odoo.addons.payment_bridge.connector.statement_types import TEXT_COLUMNS, LineKind, StatementFile
from odoo.addons.payment_bridge.connector.text_lines import fields_of
from odoo.addons.payment_bridge.connector.types import Operation

from .kit import verdict
from .kit.cases import PLATFORMS, case, declares
from .kit.channel import AFTERNOON, Channel, operation_of
from .kit.model import MONEY, Order, Statement
from .kit.verdict import Verdict, assert_advice

KINDS = {
    Operation.PAY_OUT: (LineKind.PAY_OUT, -1),
    Operation.COLLECT: (LineKind.COLLECTION, 1),
    Operation.CHARGE: (LineKind.COLLECTION, 1),
    Operation.REFUND: (LineKind.REFUND, -1),
}


def kinds():
    return [
        case(platform, Operation.STATEMENT, one)
        for platform in PLATFORMS.values()
        if declares(platform, Operation.STATEMENT)
        for one in platform.statements
    ]


def spoils():
    return [
        case(platform, Operation.STATEMENT, one, spoil)
        for platform in PLATFORMS.values()
        if declares(platform, Operation.STATEMENT)
        for one in platform.statements
        for spoil in platform.spoils
        if one.tells
    ]


def a_day(channel: Channel) -> tuple[date, list[Order]]:
    """A day on which everything happened that the connector can do, and the orders of it."""
    orders = [
        channel.paid(operation, variety.name, f"{10 + place}.5{place % 10}")
        for operation in MONEY
        if operation in channel.capabilities.operations
        for place, variety in enumerate(channel.platform.varieties[operation])
    ]
    return channel.end_day(), orders


def read(channel: Channel, file: StatementFile):
    """The rows of a file and the reader, read to its end."""
    reader = channel.connector.parse_statement(io.BytesIO(file.content), file.name)
    return list(reader), reader


def fetched(channel: Channel, day: date, kind: str) -> Verdict:
    """What came of fetching and reading a statement: ``empty`` and ``later`` beside the usual words."""

    def call():
        file = channel.connector.statement(day, kind)
        if file.content is not None:
            read(channel, file)
        return file

    said = verdict.of(call)
    if said.error is None and said.value.content is None:
        return Verdict("empty" if said.value.empty else "later", said.value)
    return said


@pytest.mark.parametrize(("platform", "statement"), kinds())
def test_each_order_of_the_day_is_one_row(world, platform, statement: Statement):
    channel = world.fresh(platform)
    day, orders = a_day(channel)
    file = channel.connector.statement(day, statement.kind)
    lines, reader = read(channel, file) if file.content else ([], None)
    told = [order for order in orders if operation_of(order) in statement.tells]
    assert told or not statement.tells
    for order in told:
        kind, sign = KINDS[operation_of(order)]
        said = channel.last[order.key]
        references = {said.platform_reference, said.fund_reference} - {None}
        mine = [
            line
            for line in lines
            if line.kind is kind and (line.key == order.key or (not line.key and line.platform_reference in references))
        ]
        assert [line.gross for line in mine] == [sign * order.amount.amount], f"{order.key} in {lines}"
        assert mine[0].platform_reference in references or mine[0].key == order.key
        assert mine[0].settled_on == day and mine[0].occurred_at.tzinfo is not None
    if reader is not None:
        _check_totals(lines, reader, day)
    known = [line for line in lines if line.kind in (LineKind.PAY_OUT, LineKind.COLLECTION, LineKind.REFUND)]
    assert len(known) == channel.executed(statement.tells)
    if statement.adds_up_to is not None:
        assert sum(line.amount for line in lines) == statement.adds_up_to(channel)


def _check_totals(lines, reader, day: date) -> None:
    totals = reader.totals
    assert (totals.count_in, totals.sum_in) == _summed(lines, 1)
    assert (totals.count_out, abs(totals.sum_out)) == _summed(lines, -1)
    if totals.opening is not None and totals.closing is not None:
        assert totals.closing - totals.opening == sum(line.amount for line in lines)
    assert reader.header.first_day <= day <= reader.header.last_day
    assert all(line.amount == line.gross - line.fee for line in lines)
    assert len({line.entry_reference for line in lines}) == len(lines), "an entry reference occurs twice"
    assert all(line.currency == reader.header.currency == "CNY" for line in lines)


def _summed(lines, sign: int) -> tuple[int, Decimal]:
    amounts = [abs(line.amount) for line in lines if line.amount * sign > 0]
    return len(amounts), sum(amounts, Decimal(0))


@pytest.mark.parametrize(("platform", "statement"), kinds())
def test_the_same_file_read_again_says_the_same(world, platform, statement):
    channel = world.channel(platform)
    day = channel.day_with_movement()
    file = channel.connector.statement(day, statement.kind)
    if file.content is not None:
        first, _ = read(channel, file)
        uploaded = channel.connector.parse_statement(io.BytesIO(file.content), "uploaded.bin")
        assert list(uploaded) == first
    else:
        assert file.empty and not statement.tells


@pytest.mark.parametrize(("platform", "statement"), kinds())
def test_rows_taken_as_text_say_the_same(world, platform, statement):
    channel = world.channel(platform)
    file = channel.connector.statement(channel.day_with_movement(), statement.kind)
    if file.content is None:
        assert file.empty and not statement.tells
        return
    lines, reader = read(channel, file)
    as_text = channel.connector.parse_statement(io.BytesIO(file.content), file.name)
    if not hasattr(as_text, "text_rows"):
        return
    rows = list(as_text.text_rows())
    assert [_values(fields) for fields, _cells in rows] == [_values(fields_of(line)) for line in lines]
    assert as_text.totals == reader.totals
    for (_fields, cells), line in zip(rows, lines, strict=True):
        titled = cells if isinstance(cells, dict) else dict(zip(as_text.titles, cells, strict=True))
        assert {title: cell for title, cell in titled.items() if cell} == dict(line.raw)


def _values(fields: tuple[str, ...]) -> list:
    """The fields of a row, times and amounts as what they are."""
    row = dict(zip(TEXT_COLUMNS, fields, strict=True))
    row["occurred_at"] = datetime.fromisoformat(row["occurred_at"])
    for name in ("amount", "gross", "fee", "balance"):
        row[name] = Decimal(row[name]) if row[name] else None
    return list(row.values())


@pytest.mark.parametrize(("platform", "statement"), kinds())
def test_a_quiet_day_is_empty(world, platform, statement):
    channel = world.fresh(platform)
    channel.day_with_movement()
    quiet = channel.end_day()
    said = fetched(channel, quiet, statement.kind).must("empty|answered")
    if said.value.content is not None:
        lines, reader = read(channel, said.value)
        assert not lines and not reader.totals.count_in and not reader.totals.count_out


@pytest.mark.parametrize(("platform", "statement"), kinds())
def test_today_is_not_there_yet(world, platform, statement):
    channel = world.channel(platform)
    file = channel.connector.statement(channel.today(), statement.kind)
    assert file.content is None and not file.empty and file.retry_at > channel.now()


@pytest.mark.parametrize(("platform", "statement", "spoil"), spoils())
def test_a_spoiled_statement_is_not_believed(world, platform, statement, spoil):
    channel, day = _moved(world, platform, statement, spoil.asked_at)
    channel.fault(spoil.kind, on="bill", times=None, **{**statement.aim, **spoil.arguments})
    said = fetched(channel, day, statement.kind).must(spoil.expected)
    if said.error is not None:
        assert_advice(said.advice, spoil.kind)
    channel.admin.delete("faults")
    fetched(channel, day, statement.kind).must("answered")


def _moved(world, platform, statement: Statement, at: time):
    """A channel with movement on a day, and the clock at that time of the next one."""
    if at == AFTERNOON:
        channel = world.channel(platform)
        return channel, channel.day_with_movement()
    channel = world.fresh(platform)
    channel.paid(next(one for one in MONEY if one in statement.tells and declares(platform, one)))
    return channel, channel.end_day(at)


def _uploads():
    return [
        case(platform, Operation.STATEMENT, content, name=name)
        for platform in PLATFORMS.values()
        if declares(platform, Operation.STATEMENT)
        for name, content in {
            "nothing": b"",
            "a-page": b"<html><body>404</body></html>",
            "zip-magic": b"PK\x03\x04" + b"\x00" * 60,
            "gzip-magic": b"\x1f\x8b\x08" + b"\x00" * 60,
            "another-table": "日期,金额\r\n2026-01-01,1.00\r\n".encode("gb18030"),
            "nul-bytes": b"\x00" * 4096,
        }.items()
    ]


@pytest.mark.parametrize(("platform", "content"), _uploads())
def test_what_is_no_statement_is_refused(world, platform, content):
    channel = world.channel(platform)
    said = verdict.of(lambda: list(channel.connector.parse_statement(io.BytesIO(content), "upload"))).must("statement")
    assert_advice(said.advice, "upload")


@pytest.mark.parametrize(("platform", "statement"), [one for one in kinds() if one.values[1].tells])
def test_a_truncated_file_is_refused(world, platform, statement):
    channel = world.channel(platform)
    file = channel.connector.statement(channel.day_with_movement(), statement.kind)
    for length in (len(file.content) - 20, len(file.content) // 2, 10):
        cut = io.BytesIO(file.content[:length])
        verdict.of(lambda cut=cut: list(channel.connector.parse_statement(cut, file.name))).must("statement")


@pytest.mark.parametrize(("platform", "statement"), [one for one in kinds() if one.values[1].tells])
def test_another_merchant_s_file_is_refused(world, platform, statement):
    channel, other = world.channel(platform), world.fresh(platform)
    file = channel.connector.statement(channel.day_with_movement(), statement.kind)
    said = verdict.of(lambda: list(other.connector.parse_statement(io.BytesIO(file.content), file.name)))
    said.must("statement" if statement.names_account else "answered")
    if not statement.names_account:
        assert other.connector.parse_statement(io.BytesIO(file.content), file.name).header.account is None
