"""A wallet's statement is read as the channel's settings describe it, or refused with the row and the reason."""

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from ecny_files import OTHER_WALLET, ROWS, TITLES, WALLET, changed, connector, read, text
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.payment_bridge.connector.errors import StatementError
from odoo.addons.payment_bridge.connector.statement_types import LineKind


def refused(content: bytes | str, **settings: str | None) -> StatementError:
    with pytest.raises(StatementError) as caught:
        read(content, connector(**settings))
    assert caught.value.advice.zh and caught.value.advice.en
    return caught.value


def test_the_rows_become_lines_that_explain_the_balance():
    statement, lines = read(text())
    assert (statement.header.first_day, statement.header.last_day) == (date(2026, 1, 15), date(2026, 1, 16))
    assert (statement.header.account, statement.header.kind, statement.header.currency) == (WALLET, "wallet", "CNY")
    assert [(line.kind, line.amount) for line in lines] == [
        (LineKind.COLLECTION, Decimal("1100.00")),
        (LineKind.PAY_OUT, Decimal("-200.00")),
        (LineKind.REFUND, Decimal("-30.50")),
        (LineKind.WITHDRAWAL, Decimal("-500.00")),
        (LineKind.DEPOSIT, Decimal("50.00")),
        (LineKind.FEE, Decimal("-1.00")),
    ]
    totals = statement.totals
    assert (totals.count_in, totals.sum_in, totals.count_out, totals.sum_out) == (
        2,
        Decimal("1150.00"),
        4,
        Decimal("731.50"),
    )
    assert (totals.opening, totals.closing) == (Decimal("100.00"), Decimal("518.50"))


def test_a_row_carries_our_number_the_institution_s_and_the_time_in_beijing():
    _, lines = read(text())
    first = lines[0]
    assert (first.row, first.key, first.entry_reference, first.platform_reference) == (2, "SO1", "EC0001", "EC0001")
    assert (first.occurred_at, first.settled_on) == (datetime(2026, 1, 15, 1, 30, 11, tzinfo=UTC), date(2026, 1, 15))
    assert (first.counterparty, first.description, first.platform_kind) == ("张三", "消费", "消费")
    assert (first.gross, first.fee, first.balance) == (first.amount, Decimal(0), Decimal("1200.00"))
    assert lines[3].settled_on == date(2026, 1, 16) and lines[3].occurred_at.date() == date(2026, 1, 15)


def test_wallet_numbers_are_kept_by_their_ends():
    _, lines = read(text())
    kept = str([dict(line.raw) for line in lines])
    assert WALLET not in kept and OTHER_WALLET not in kept
    assert lines[1].raw["对方"] == "某某纸业(002200******9999)"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_encoding_is_found(encoding):
    _, lines = read(text().encode(encoding))
    assert [line.description for line in lines][:2] == ["消费", "货款"]


def test_an_encoding_that_is_set_is_not_guessed():
    error = refused(text().encode("gb18030"), encoding="utf-8")
    assert error.row == 1


def test_a_utf8_file_cut_inside_a_character_is_no_utf8():
    error = refused(text().encode("utf-8")[:-4])
    assert "表头" in error.advice.zh or error.row


@pytest.mark.parametrize(
    ("amounts", "columns", "rows"),
    [
        ("signed", ("金额",), [("10.00",), ("-3.00",)]),
        ("reversed", ("金额",), [("-10.00",), ("3.00",)]),
        ("direction", ("金额", "收支"), [("10.00", "收入"), ("3.00", "支出")]),
        ("two_columns", ("收", "支"), [("10.00", ""), ("0.00", "-3.00")]),
    ],
)
def test_each_way_to_write_amounts(amounts, columns, rows):
    settings = dict.fromkeys(("column_key", "column_balance", "column_counterparty", "column_wallet"))
    names = {"direction": ("column_amount", "column_direction"), "two_columns": ("column_in", "column_out")}
    settings |= {"amounts": amounts, "column_in": None, "column_out": None, "column_summary": None}
    settings |= dict(zip(names.get(amounts, ("column_amount",)), columns, strict=True))
    made = [("2026-01-15 10:00:00", f"E{number}", *row) for number, row in enumerate(rows)]
    _, lines = read(text(made, ("交易时间", "流水号", *columns)), connector(**settings))
    assert [line.amount for line in lines] == [Decimal("10.00"), Decimal("-3.00")]
    assert [line.kind for line in lines] == [LineKind.COLLECTION, LineKind.PAY_OUT]


@pytest.mark.parametrize(
    ("time_format", "cell"),
    [
        ("YYYY/M/D H:mm", "2026/1/5 9:05"),
        ("YYYYMMDDHHmmss", "20260105090500"),
        ("YYYY年MM月DD日 HH:mm:ss", "2026年01月05日 09:05:00"),
    ],
)
def test_times_are_read_by_the_format_that_is_set(time_format, cell):
    _, lines = read(text([(cell, *ROWS[0][1:])]), connector(time_format=time_format))
    assert lines[0].occurred_at == datetime(2026, 1, 5, 1, 5, tzinfo=UTC)


def test_a_day_and_a_time_of_day_in_two_columns():
    rows = [("2026-01-15", *ROWS[0][1:], "09:30:11")]
    _, lines = read(text(rows, (*TITLES, "时间")), connector(column_clock="时间"))
    assert lines[0].occurred_at == datetime(2026, 1, 15, 1, 30, 11, tzinfo=UTC)


def test_what_stands_before_the_titles_and_after_the_end_is_no_row():
    before = ("某某银行 数字人民币对公钱包交易明细", "起始日期,2026-01-15", "")
    after = ("", "合计,6", "注：本明细,仅供参考")
    _, lines = read(text(before=before, after=after))
    assert [line.row for line in lines] == [5, 6, 7, 8, 9, 10]


def test_a_row_after_the_end_is_refused():
    error = refused(text(after=("合计,6", ",".join(cell.replace(",", "") for cell in ROWS[0]))))
    assert error.row == 9


def test_a_file_sorted_the_other_way_has_the_same_ends():
    statement, _ = read(text(tuple(reversed(ROWS))))
    assert (statement.totals.opening, statement.totals.closing) == (Decimal("100.00"), Decimal("518.50"))


def test_spreadsheet_guards_around_numbers_are_taken_off():
    rows = changed(0, 流水号='"=""EC0001"""', 商户订单号="'SO1", 收入="1100.0", 余额="\t1200")
    _, lines = read(text(rows))
    assert (lines[0].entry_reference, lines[0].key, lines[0].amount) == ("EC0001", "SO1", Decimal("1100.00"))


def test_a_quoted_cell_may_have_a_line_end_and_rows_keep_their_lines():
    rows = changed(0, 摘要='"消费\r\n两行"')
    _, lines = read(text(rows))
    assert lines[0].description == "消费 两行"
    assert [line.row for line in lines][:2] == [2, 4]


def test_other_separators():
    rows = [tuple(cell.replace(",", "") for cell in row) for row in ROWS]
    for name, separator in (("tab", "\t"), ("semicolon", ";")):
        assert len(read(text(rows, separator=separator), connector(separator=name))[1]) == len(ROWS)


@pytest.mark.parametrize(
    ("rows", "row", "said"),
    [
        (changed(2, 余额="970.00"), 4, "running balance"),
        (changed(2, 余额=""), 4, "余额"),
        (changed(2, 流水号="EC0001"), 4, "line 2"),
        (changed(2, 流水号=""), 4, "流水号"),
        (changed(2, 流水号="6.21E+15"), 4, "spreadsheet"),
        (changed(2, 流水号="@SUM(A1)"), 4, "流水号"),
        (changed(2, 商户订单号="=cmd|' /C calc'!A0"), 4, "商户订单号"),
        (changed(2, 钱包编号=OTHER_WALLET), 4, "another wallet"),
        (changed(2, 交易时间="2026-02-30 10:00:00"), 4, "交易时间"),
        (changed(2, 交易时间="15/01/2026"), 4, "交易时间"),
        (changed(2, 支出="30.505"), 4, "支出"),
        (changed(2, 支出="3,0.50"), 4, "支出"),
        (changed(2, 支出="NaN"), 4, "支出"),
        (changed(2, 支出="３０.50"), 4, "支出"),
        (changed(2, 支出=""), 4, "moves no money"),
        (changed(2, 收入="1.00"), 4, "at once"),
        (changed(2, 收入="-30.50", 支出=""), 4, "at once"),
        ([*ROWS[:2], (*ROWS[2], "more"), *ROWS[3:]], 4, "10 columns"),
        ([*ROWS[:2], ROWS[2][:-2], *ROWS[3:]], 4, "7 columns"),
        (changed(2, 摘要='"no end'), 4, "quotes"),
    ],
)
def test_a_row_that_cannot_be_right_refuses_the_file(rows, row, said):
    error = refused(text(rows))
    assert error.row == row
    assert said in error.message


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><body>404</body></html>",
        b"\x00" * 4096,
        b"\x1f\x8b\x08" + b"\x00" * 60,
        text().encode("utf-16"),
        text(rows=()).encode(),
        text(titles=("日期", *TITLES[1:])).encode(),
        text(titles=(*TITLES[:-1], "对方")).encode(),
        ("x" * 70_000).encode(),
        ('"' + "x\n" * 200_000).encode(),
        b"\n" * 100 + text().encode(),
    ],
    ids=["nothing", "page", "nul", "gzip", "utf-16", "no-rows", "title", "twice", "long", "quote", "late-titles"],
)
def test_what_is_no_statement_is_refused(content):
    refused(content)


def test_a_workbook_is_refused_with_what_to_do():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    assert "CSV" in refused(packed.getvalue()).advice.zh


def test_missing_titles_are_named():
    error = refused(text(titles=("日期", *TITLES[1:])))
    assert "交易时间" in error.message and "流水号" not in error.message


def test_without_a_balance_column_nothing_is_said_of_balances():
    statement, lines = read(text(), connector(column_balance=None))
    assert (statement.totals.opening, statement.totals.closing) == (None, None)
    assert {line.balance for line in lines} == {None}


def test_without_a_wallet_column_the_file_names_no_account():
    statement, _ = read(text(), connector(column_wallet=None))
    assert statement.header.account is None


def test_a_wallet_s_own_words_tell_the_kinds():
    rows = changed(1, 摘要="代发工资手续")
    _, lines = read(text(rows), connector(words_fee="手续"))
    assert lines[1].kind is LineKind.FEE


def test_money_of_ours_that_comes_back_is_a_return():
    rows = [("2026-01-15 09:30:11", WALLET, "EC1", "PO1", "200.00", "", "200.00", "某某纸业", "付款退回")]
    _, lines = read(text(rows))
    assert lines[0].kind is LineKind.RETURN


def test_totals_are_told_only_after_the_rows():
    statement = connector().parse_statement(io.BytesIO(text().encode()), "wallet.csv")
    with pytest.raises(ValueError, match="every line"):
        _ = statement.totals


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(garbage):
    for content in (garbage, text().encode() + garbage, text(rows=()).encode() + garbage):
        try:
            _, lines = read(content)
        except StatementError:
            continue
        assert lines


@given(st.lists(st.integers(-99_999, 99_999).filter(bool), min_size=1, max_size=30), st.integers(0, 10**6))
def test_whatever_the_amounts_the_totals_explain_the_balance(cents, opening):
    balance, rows = opening, []
    for number, moved in enumerate(cents):
        balance += moved
        came_in, went_out = (f"{moved / 100:.2f}", "") if moved > 0 else ("", f"{-moved / 100:.2f}")
        told = f"{Decimal(balance) / 100:.2f}"
        rows.append(("2026-01-15 09:30:11", WALLET, f"E{number}", "", came_in, went_out, told, "", ""))
    statement, lines = read(text(rows))
    totals = statement.totals
    assert totals.closing - totals.opening == totals.sum_in - totals.sum_out == Decimal(sum(cents)) / 100
    assert sum(line.amount for line in lines) == Decimal(sum(cents)) / 100
