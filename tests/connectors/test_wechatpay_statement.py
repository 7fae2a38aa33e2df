"""Bills are read exactly, or refused with the row and the reason."""

import functools
import io
import tracemalloc
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpay_bills import (
    BASIC,
    BASIC_ROWS,
    BOTH,
    FUND_TITLES,
    FUND_TOTALS,
    OPERATION,
    TRADE_ROWS,
    TRADE_TITLES,
    TRADE_TOTALS,
    flow,
    fund_bill,
    given_back,
    gzipped,
    lines,
    marked,
    packed,
    paid,
    trade_bill,
)
from wechatpay_world import MCHID, OPENID, connector, values

from odoo.addons.payment_bridge.connector.errors import StatementError
from odoo.addons.payment_bridge.connector.statement_types import LineKind

OFFICIAL = Path(__file__).parents[3] / "shared/testdata/wechatpay/bill.ALL.csv"
DAY = date(2026, 1, 15)


@functools.cache
def reader(purses="BOTH", mchid=MCHID):
    return connector(settings=values(purses=purses, mchid=mchid))[0]


def read(content: bytes, name="bill.csv", **settings):
    statement = reader(**settings).parse_statement(io.BytesIO(content), name)
    return statement, list(statement)


def refused(content: bytes, **settings) -> StatementError:
    with pytest.raises(StatementError) as caught:
        read(content, **settings)
    assert caught.value.advice.zh and caught.value.advice.en
    return caught.value


@pytest.mark.skipif(not OFFICIAL.exists(), reason="the shared test data is not beside the checkout")
def test_wechat_pays_own_bill_adds_up():
    statement, found = read(OFFICIAL.read_bytes(), mchid="1921000401")
    assert (len(found), statement.header.account, statement.header.kind) == (45, "1921000401", "trade")
    assert statement.header.first_day == statement.header.last_day == date(2019, 2, 19)
    paid_in = [one for one in found if one.kind is LineKind.COLLECTION]
    back = [one for one in found if one.kind is LineKind.REFUND]
    assert (sum(one.gross for one in paid_in), sum(one.gross for one in back)) == (Decimal("0.47"), Decimal("-0.14"))
    assert sum(one.fee for one in found) == Decimal("0.08")
    assert (statement.totals.count_out, statement.totals.sum_out) == (14, Decimal("0.14"))
    assert len({one.entry_reference for one in found}) == 45
    assert refused(
        OFFICIAL.read_bytes().replace(b"`0.47,`0.14,`0.0,`0.08", b"`0.48,`0.14,`0.0,`0.08"), mchid="1921000401"
    )


@pytest.mark.parametrize("content", [trade_bill(), gzipped(trade_bill()), packed(("bill.csv", trade_bill()))])
def test_a_trade_bill_nets_the_fee_of_each_trade(content):
    statement, found = read(content)
    assert (statement.header.account, statement.header.kind, statement.header.first_day) == (MCHID, "trade", DAY)
    assert [(one.kind, one.amount, one.gross, one.fee, one.key) for one in found] == [
        (LineKind.COLLECTION, Decimal("99.40"), Decimal("100.00"), Decimal("0.60"), "SO202600031"),
        (LineKind.COLLECTION, Decimal("258.44"), Decimal("260.00"), Decimal("1.56"), "SO202600032"),
        (LineKind.REFUND, Decimal("-29.82"), Decimal("-30.00"), Decimal("-0.18"), "RF20260031"),
    ]
    assert all(one.amount == one.gross - one.fee for one in found)
    assert found[0].occurred_at == datetime(2026, 1, 15, 1, 30, 11, tzinfo=UTC)
    assert (statement.totals.opening, statement.totals.closing) == (None, None)
    assert (statement.totals.count_in, statement.totals.sum_out) == (2, Decimal("29.82"))


def test_who_paid_is_kept_masked():
    found = read(trade_bill())[1][0]
    assert OPENID not in repr(found) and found.counterparty


def test_columns_are_found_by_title_and_early_titles_are_known():
    early = trade_bill().decode().replace("应结订单金额", "总金额").replace("应结订单总金额", "总交易额")
    assert [one.amount for one in read(early.encode())[1]] == [one.amount for one in read(trade_bill())[1]]
    order = list(reversed(range(27)))
    moved = lines(
        ",".join(TRADE_TITLES.split(",")[at] for at in order),
        *(",".join(row.split(",")[at] for at in order) for row in TRADE_ROWS),
        TRADE_TOTALS,
        "`3,`360.00,`30.00,`0.00,`1.98000,`360.00,`30.00",
    )
    assert [one.key for one in read(moved)[1]] == [one.key for one in read(trade_bill())[1]]


def test_a_bill_of_payments_alone_has_fewer_columns():
    dropped = {14, 15, 16, 17, 18, 19, 25}
    keep = [at for at in range(27) if at not in dropped]
    made = lines(
        *(",".join(row.split(",")[at] for at in keep) for row in (TRADE_TITLES, *TRADE_ROWS[:2])),
        "总交易单数,应结订单总金额,手续费总金额,订单总金额",
        "`2,`360.00,`2.16000,`360.00",
    )
    assert [one.amount for one in read(made)[1]] == [Decimal("99.40"), Decimal("258.44")]


def test_a_reversed_charge_is_told_from_its_payment():
    rows = (
        paid(31, "100.00", "0.60000", type="MICROPAY"),
        paid(31, "0.00", "-0.60000", type="MICROPAY", state="REVOKED", refunded="100.00"),
    )
    found = read(trade_bill(*rows, totals="`2,`100.00,`100.00,`0.00,`0.00000,`100.00,`0.00"))[1]
    assert [(one.kind, one.amount) for one in found] == [
        (LineKind.COLLECTION, Decimal("99.40")),
        (LineKind.REFUND, Decimal("-99.40")),
    ]
    assert found[0].entry_reference != found[1].entry_reference


def test_a_fund_bill_of_one_account_explains_its_balance():
    statement, found = read(BASIC, purses="BASIC")
    assert [(one.kind, one.amount, one.balance, one.key) for one in found] == [
        (LineKind.COLLECTION, Decimal("100.00"), Decimal("1100.00"), "SO202600031"),
        (LineKind.FEE, Decimal("-0.60"), Decimal("1099.40"), "4200002345202601150123456732"),
        (LineKind.REFUND, Decimal("-30.00"), Decimal("1069.40"), "RF202600007"),
        (LineKind.FEE, Decimal("0.18"), Decimal("1069.58"), "RF202600007"),
    ]
    totals = statement.totals
    assert (totals.count_in, totals.sum_in) == (2, Decimal("100.18"))
    assert (totals.count_out, totals.sum_out) == (2, Decimal("30.60"))
    assert (totals.opening, totals.closing) == (Decimal("1000.00"), Decimal("1069.58"))
    assert (statement.header.kind, statement.header.account) == ("funds", None)
    assert read(gzipped(BASIC), purses="BASIC")[1] == found


def test_both_accounts_are_one_statement_whose_balances_are_sums():
    statement, found = read(BOTH)
    assert [one.kind for one in found[4:]] == [LineKind.DEPOSIT, LineKind.PAY_OUT, LineKind.RETURN]
    assert (found[5].key, found[5].amount) == ("PO202600013", Decimal("-2300.00"))
    assert {one.balance for one in found} == {None}
    assert len({one.row for one in found}) == len(found) == 7
    totals = statement.totals
    assert (totals.opening, totals.closing) == (Decimal("1500.00"), Decimal("4279.58"))
    assert totals.opening + totals.sum_in - totals.sum_out == totals.closing
    turned = packed(("x_OPERATION.csv", OPERATION), ("x_BASIC.csv", BASIC))
    assert read(turned)[1] == found


def test_of_one_account_of_two_the_balance_is_not_known():
    for content in (BASIC, packed(("x_BASIC.csv", BASIC))):
        statement, found = read(content)
        assert {one.balance for one in found} == {None}
        assert (statement.totals.opening, statement.totals.closing) == (None, None)


def test_one_movement_told_by_both_accounts_stays_two_entries():
    out = fund_bill(flow(1, "-50.00", "950.00", "提现"))
    into = fund_bill(flow(1, "50.00", "550.00", "充值"))
    found = read(packed(("a_BASIC.csv", out), ("a_OPERATION.csv", into)))[1]
    assert [(one.kind, one.amount) for one in found] == [
        (LineKind.WITHDRAWAL, Decimal("-50.00")),
        (LineKind.DEPOSIT, Decimal("50.00")),
    ]
    assert found[1].entry_reference == f"{found[0].entry_reference}:OPERATION"


@pytest.mark.parametrize(
    ("kind", "amount", "expected"),
    [
        ("商家转账", "-5.00", LineKind.PAY_OUT),
        ("企业付款", "-5.00", LineKind.PAY_OUT),
        ("商家转账到零钱", "-5.00", LineKind.PAY_OUT),
        ("提现", "-5.00", LineKind.WITHDRAWAL),
        ("提现", "5.00", LineKind.WITHDRAWAL),
        ("充值/提现", "-5.00", LineKind.WITHDRAWAL),
        ("充值", "5.00", LineKind.DEPOSIT),
        ("退款关闭", "5.00", LineKind.ADJUSTMENT),
        ("分账", "-5.00", LineKind.ADJUSTMENT),
        ("从未见过", "-5.00", LineKind.ADJUSTMENT),
        ("交易", "-5.00", LineKind.ADJUSTMENT),
    ],
)
def test_kinds_follow_the_table(kind, amount, expected):
    found = read(fund_bill(flow(1, amount, "9.00", kind)))[1]
    assert (found[0].kind, found[0].platform_kind) == (expected, kind)


def test_a_descending_file_gives_the_same_balances():
    rows = (flow(1, "-5.00", "95.00"), flow(2, "1.00", "96.00"), flow(3, "4.00", "100.00"))
    for way in (rows, rows[::-1]):
        totals = read(fund_bill(*way), purses="BASIC")[0].totals
        assert (totals.opening, totals.closing) == (Decimal("100.00"), Decimal("100.00"))


def test_a_day_without_rows_is_known_by_its_name():
    statement, found = read(fund_bill(), "wechatpay_funds_20260115.csv")
    assert (found, statement.header.first_day, statement.totals.count_in) == ([], DAY, 0)
    assert read(fund_bill(), "bill-2026-01-15.csv")[0].header.last_day == DAY
    with pytest.raises(StatementError):
        read(fund_bill(), "bill.csv")


def test_formulas_and_commas_are_text():
    row = flow(1, "-5.00", "95.00", remark="=cmd|' /C calc'!A0", voucher="@SUM(A1)")
    found = read(fund_bill(row, totals="`1.0,`0.0,`0.00,`1.0,`5.00"))[1][0]
    assert found.key == "@SUM(A1)" and found.description.endswith("=cmd|' /C calc'!A0")
    comma = flow(1, "-5.00", "95.00", remark="纸,A4")
    found = read(fund_bill(comma, totals="`1.0,`0.0,`0.00,`1.0,`5.00"))[1][0]
    assert found.raw["备注"] == "纸,A4"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("`100.18", "`100.17"), "add up"),
        (("`4.0,`2.0", "`5.0,`2.0"), "add up"),
        (("`4.0,`2.0", "`4.0,`3.0"), "add up"),
        (("`30.60\r\n", "`30.61\r\n"), "add up"),
        (("`30.60\r\n", "`30.60\r\n`x\r\n"), "follows the totals"),
        (("`4.0,", "`4.5,"), "number of rows"),
        (("`100.18,", "`=1,"), "an amount"),
        (("`1099.40", "`1099.41"), "running balance"),
        ((FUND_TOTALS, "合计"), "no row"),
        (("收支类型,", "收支方向,"), "missing"),
        (("备注,", "业务类型,"), "one title"),
        (("记账时间", "时间"), "not a bill"),
        (("`收入,`100.00", "`入,`100.00"), "neither income"),
        (("`收入,`100.00", "`收入,`-100.00"), "an amount"),
        (("`2026-01-15 14:15:55", "`2026-02-30 14:15:55"), "a time"),
        ((f"`{MCHID}260115093011000032", "`"), "order number"),
        ((f"`{MCHID}260115093011000032", f"`{MCHID}260115093011000031"), "twice"),
        (("`system,`SO202600031", "`SO202600031"), "columns"),
        (("`system,`SO202600031", "`system,`x,`SO202600031"), "columns"),
        (("`退款,`退款", "退款,退款"), ""),
    ],
)
def test_a_changed_file_is_refused_with_its_reason(change, reason):
    text = BASIC.decode()
    text = text.replace(
        "`2026-01-15 09:30:11,`4200002345202601150123456733", "`2026-01-15 14:15:55,`4200002345202601150123456733"
    )
    assert change[0] in text
    changed = text.replace(*change, 1)
    if reason:
        assert reason in refused(changed.encode(), purses="BASIC").message
    else:
        assert len(read(changed.encode(), purses="BASIC")[1]) == 4


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (paid(31, "100.00", "0.60000", mchid="1900000110"), "another merchant"),
        (paid(31, "100.00", "0.60000", currency="HKD"), "yuan"),
        (paid(31, "100.00", "0.60000", state="NOTPAY"), "neither payment"),
        (paid(31, "100.00", "0.6000000"), "an amount"),
        (paid(31, "1,00.00", "0.60000"), "amount"),
        (paid(31, "１00.00", "0.60000"), "an amount"),
        (paid(31, "NaN", "0.60000"), "an amount"),
        (paid(31, "", "0.60000"), "an amount"),
        (paid(31, "100.00", "0.60000", trade="0"), "order number"),
        (paid(31, "100.00", "0.60000", trade="4200\x07"), "order number"),
        (given_back(31, "100.00", "0.60000", refund="0"), "order number"),
        ("hello", "no row"),
        ("`hello", "columns"),
    ],
)
def test_a_wrong_row_is_refused_by_its_number(row, reason):
    error = refused(trade_bill(row, totals="`1,`100.00,`0.00,`0.00,`0.60000,`100.00,`0.00"))
    assert (error.row, reason in error.message) == (2, True)


@pytest.mark.parametrize("title", TRADE_TOTALS.split(","))
def test_every_total_of_a_trade_bill_is_compared(title):
    told = dict(zip(TRADE_TOTALS.split(","), "3,360.00,30.00,0.00,1.98000,360.00,30.00".split(","), strict=True))
    told[title] = "4" if title == "总交易单数" else "77.00"
    assert title in refused(trade_bill(totals=marked(*told.values()))).message


@pytest.mark.parametrize("cut", range(30, len(BASIC) - 12, 61))
def test_a_cut_file_is_refused(cut):
    assert refused(BASIC[:cut], purses="BASIC")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"PK",
        b"PK\x03\x04rubbish",
        b"PK\x05\x06" + bytes(18),
        b"\x1f\x8b",
        b"\x1f\x8b\x08\x00rubbish",
        gzipped(BASIC)[:-20],
        b"<html></html>",
        "不是账单".encode("gbk"),
        BASIC.decode().encode("utf-16"),
        b"%PDF-1.4",
        b"`" * 200_000,
        lines(FUND_TITLES),
        lines(FUND_TITLES, *BASIC_ROWS),
        lines(FUND_TITLES, *BASIC_ROWS, FUND_TOTALS),
        trade_bill()[:200] + b"\xff\xfe" + trade_bill()[200:],
    ],
)
def test_a_file_that_is_no_bill_is_refused(content):
    refused(content)


@pytest.mark.parametrize(
    ("archive", "reason"),
    [
        (packed(("BASIC.csv", b"0" * 3_000_000)), "packed more than"),
        (packed(("a_BASIC.csv", BASIC), ("b_BASIC.csv", BASIC)), "one bill for each"),
        (packed(("a_BASIC.csv", BASIC), ("b.csv", OPERATION)), "one bill for each"),
        (packed(("../a_BASIC.csv", BASIC)), "path"),
        (packed(("a_BASIC.csv.gz", gzipped(BASIC))), "another archive"),
        (packed(("a_BASIC.csv", BASIC), ("a_OPERATION.csv", trade_bill())), "two kinds"),
        (packed(("a_BASIC.csv", trade_bill()), ("a_OPERATION.csv", trade_bill())), "two kinds"),
        (gzipped(lines(FUND_TITLES) + b"\r\n" * 3_000_000), "packed more than"),
    ],
)
def test_an_archive_that_must_not_be_unpacked_is_refused(archive, reason):
    assert reason in refused(archive).message


def test_an_account_that_the_channel_does_not_keep_is_refused():
    assert "does not keep" in refused(BOTH, purses="BASIC").message


def test_an_error_names_the_account_it_is_in():
    broken = packed(("a_BASIC.csv", BASIC), ("a_OPERATION.csv", OPERATION.replace(b"3200.00", b"3200.01")))
    error = refused(broken)
    assert error.advice.en.startswith("OPERATION: Line") and error.row == 3


def test_totals_are_known_only_after_reading():
    statement = reader().parse_statement(io.BytesIO(BOTH), "x.zip")
    with pytest.raises(ValueError, match="read every line"):
        _ = statement.totals


@given(st.lists(st.integers(-10_000, 10_000).filter(bool), min_size=1, max_size=30))
def test_any_day_that_adds_up_is_read_to_the_fen(moves):
    balance, rows = Decimal("1000.00"), []
    for number, move in enumerate(moves):
        amount = Decimal(move).scaleb(-2)
        balance += amount
        rows.append(flow(number, f"{amount:.2f}", f"{balance:.2f}"))
    statement, found = read(fund_bill(*rows), purses="BASIC")
    assert [one.amount for one in found] == [Decimal(move).scaleb(-2) for move in moves]
    assert (statement.totals.opening, statement.totals.closing) == (Decimal("1000.00"), balance)


def test_memory_does_not_grow_with_the_rows():
    rows = [flow(number, "1.00", f"{number + 1}.00") for number in range(20_000)]
    content = io.BytesIO(fund_bill(*rows))
    tracemalloc.start()
    count = sum(1 for _ in reader("BASIC").parse_statement(content, "x.csv"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_000 and peak < 8_000_000


def test_a_payment_from_an_e_cny_wallet_is_a_collection_like_any():
    row = paid(1, "100.00", "0.60", bank="数字人民币")
    _, found = read(trade_bill(row, totals="`1,`100.00,`0.00,`0.00,`0.60000,`100.00,`0.00"))
    assert [(one.kind, one.amount, one.key) for one in found] == [(LineKind.COLLECTION, Decimal("99.40"), "SO20260001")]
    assert found[0].raw["付款银行"] == "数字人民币"
