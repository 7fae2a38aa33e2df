"""Bills are read exactly, or refused with the row and the reason."""

import functools
import io
import tracemalloc
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from alipay_bills import (
    ACCOUNT,
    NAME,
    SUMMARY,
    TRADE,
    account_bill,
    csv_bytes,
    line,
    packed,
    zipped,
)
from alipay_world import PID, connector
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.payment_bridge.connector.errors import StatementError
from odoo.addons.payment_bridge.connector.statement_types import LineKind


@functools.cache
def reader():
    return connector()[0]


def read(content: bytes | str):
    raw = csv_bytes(content) if isinstance(content, str) else content
    statement = reader().parse_statement(io.BytesIO(raw), "bill.zip")
    return statement, list(statement)


def refused(content: bytes | str) -> StatementError:
    with pytest.raises(StatementError) as caught:
        read(content)
    assert caught.value.advice.zh and caught.value.advice.en
    return caught.value


@pytest.mark.parametrize("content", [ACCOUNT, zipped()], ids=["csv", "zip"])
def test_account_bill_becomes_lines_that_explain_the_balance(content):
    statement, lines = read(content)
    assert statement.header.account == f"{PID}0156"
    assert (statement.header.first_day, statement.header.last_day) == (date(2026, 1, 15),) * 2
    assert [(one.kind, one.amount) for one in lines] == [
        (LineKind.COLLECTION, Decimal("100.00")),
        (LineKind.FEE, Decimal("-0.60")),
        (LineKind.PAY_OUT, Decimal("-5000.00")),
        (LineKind.REFUND, Decimal("-30.00")),
        (LineKind.FEE, Decimal("0.18")),
    ]
    totals = statement.totals
    assert (totals.count_in, totals.sum_in) == (2, Decimal("100.18"))
    assert (totals.count_out, totals.sum_out) == (3, Decimal("5030.60"))
    assert (totals.opening, totals.closing) == (Decimal("10000.00"), Decimal("5069.58"))
    assert totals.opening + totals.sum_in - totals.sum_out == totals.closing


def test_a_pay_out_row_carries_its_key_and_fund_order():
    _, lines = read(ACCOUNT)
    paid = lines[2]
    assert paid.row == 8
    assert paid.key == "PO202600012"
    assert paid.platform_reference == "20260115110070001506520012345678"
    assert paid.entry_reference == "20260115101502000003"
    assert paid.occurred_at == datetime(2026, 1, 15, 2, 15, 2, tzinfo=UTC)
    assert (paid.settled_on, paid.gross, paid.fee) == (date(2026, 1, 15), paid.amount, Decimal(0))
    assert paid.balance == Decimal("5099.40")
    assert paid.raw["对方账号"] == "某某纸业有限公司(pay***@example.cn)"


def test_trade_bill_nets_the_fee_of_each_trade():
    statement, lines = read(TRADE)
    assert [(one.kind, one.amount, one.gross, one.fee) for one in lines] == [
        (LineKind.COLLECTION, Decimal("99.40"), Decimal("100.00"), Decimal("0.60")),
        (LineKind.COLLECTION, Decimal("258.44"), Decimal("260.00"), Decimal("1.56")),
        (LineKind.REFUND, Decimal("-29.82"), Decimal("-30.00"), Decimal("-0.18")),
    ]
    assert all(one.amount == one.gross - one.fee for one in lines)
    assert lines[2].key == "RF202600007"
    assert len({one.entry_reference for one in lines}) == 3
    assert statement.totals.opening is None


def test_twelve_columns_and_other_orders_of_the_last_four_are_read_by_title():
    _, lines = read(account_bill(line(1, "-5.00", "95.00"), line(2, "1.00", "96.00", "充值")))
    assert [one.kind for one in lines] == [LineKind.PAY_OUT, LineKind.DEPOSIT]
    swapped = "\n".join(
        ",".join([*row.split(",")[:12], *reversed(row.split(",")[12:])]) if not row.startswith("#") and row else row
        for row in ACCOUNT.split("\n")
    )
    assert [(one.key, one.amount) for one in read(swapped)[1]] == [(one.key, one.amount) for one in read(ACCOUNT)[1]]


def test_twenty_nine_columns_of_a_trade_bill_are_read():
    wide = "\n".join(
        row
        if row.startswith("#") or not row
        else row + (",实收净额（元）,商户识别号,交易方式,备用" if row.startswith("支付宝") else ",1.00,x,y,z")
        for row in TRADE.split("\n")
    )
    assert [one.amount for one in read(wide)[1]] == [one.amount for one in read(TRADE)[1]]


@pytest.mark.parametrize(
    ("kind", "amount", "remark", "expected"),
    [
        ("转账", "5.00", "银行退票", LineKind.RETURN),
        ("转账", "5.00", "转账退回", LineKind.RETURN),
        ("转账", "5.00", "往来款", LineKind.ADJUSTMENT),
        ("提现", "-5.00", "", LineKind.WITHDRAWAL),
        ("保证金", "-5.00", "", LineKind.ADJUSTMENT),
        ("交易分账", "-5.00", "", LineKind.ADJUSTMENT),
        ("退款(交易退款)", "-5.00", "", LineKind.REFUND),
        ("交易付款", "5.00", "", LineKind.COLLECTION),
        ("在线支付", "-5.00", "", LineKind.ADJUSTMENT),
        ("其它", "5.00", "", LineKind.ADJUSTMENT),
        ("从未见过", "5.00", "", LineKind.ADJUSTMENT),
    ],
)
def test_kinds_follow_the_table(kind, amount, remark, expected):
    _, lines = read(account_bill(line(1, amount, "9.00", kind, remark=remark)))
    assert lines[0].kind is expected
    assert lines[0].platform_kind == kind


def test_a_fee_without_our_number_is_linked_by_its_base_order():
    changed = ACCOUNT.replace("SO202600031\t,打印纸A4\t,2026-01-15 09:30:12", "\t,打印纸A4\t,2026-01-15 09:30:12")
    assert read(changed)[1][1].key == "2026011522001412345678900001"


def test_empty_day_has_framing_and_no_lines():
    statement, lines = read(account_bill())
    assert lines == []
    assert statement.totals.count_in == statement.totals.count_out == 0
    assert statement.totals.closing is None


def test_positive_expenses_and_blank_amounts_mean_the_same():
    changed = ACCOUNT.replace(",0.00,-5000.00,", ",,5000.00,")
    assert [one.amount for one in read(changed)[1]] == [one.amount for one in read(ACCOUNT)[1]]
    assert read(ACCOUNT.replace("共5030.60元", "共-5030.60元"))[0].totals is not None


def test_descending_file_gives_the_same_balances():
    rows = [
        line(1, "-5.00", "95.00", time="2026-01-15 08:00:00"),
        line(2, "1.00", "96.00", "充值", time="2026-01-15 09:00:00"),
    ]
    for way in (rows, rows[::-1]):
        totals = read(account_bill(*way))[0].totals
        assert (totals.opening, totals.closing) == (Decimal("100.00"), Decimal("96.00"))


def test_quotes_and_commas_in_cells():
    quoted = line(1, "-5.00", "95.00", remark='"部分,退货 ""A4"""')
    assert read(account_bill(quoted))[1][0].description == '货款 · 部分,退货 "A4"'
    several = line(1, "-5.00", "95.00", remark='"第一行\n第二行"')
    statement, lines = read(account_bill(several, line(2, "-1.00", "94.00")))
    assert [one.row for one in lines] == [6, 8]
    literal = line(1, "-5.00", "95.00", goods='"A4" 纸')
    assert read(account_bill(literal))[1][0].description == '"A4" 纸'


def test_formula_in_a_text_cell_stays_text():
    harmless = line(1, "-5.00", "95.00", goods="=cmd|' /C calc'!A0", remark="@SUM(A1)")
    assert read(account_bill(harmless))[1][0].description == "=cmd|' /C calc'!A0 · @SUM(A1)"


@pytest.mark.parametrize("column", ["entry", "fund", "key"])
@pytest.mark.parametrize("formula", ["=1+1", "+1", "-cmd|x", "@SUM(A1)", '="2026"'])
def test_formula_in_an_identifier_is_refused(column, formula):
    assert refused(account_bill(line(1, "-5.00", "95.00", **{column: formula}))).row == 6


@pytest.mark.parametrize(
    "amount",
    [
        "=5.00",
        "5.000",
        "5",
        "5.0",
        "1,5.00",
        "5,00",
        "５.００",
        "1e2",
        "NaN",
        "0x5.00",
        "- 5.00",
        "--5.00",
        "12345678901234.00",
        "五.00",
        "5.00元",
        "+-5.00",
    ],
)
def test_amount_that_is_no_amount_is_refused(amount):
    row = line(1, "-5.00", "95.00").replace("-5.00", amount)
    assert refused(account_bill(row, totals="#支出合计：1笔，共5.00元\n#收入合计：0笔，共0.00元")).row == 6


@pytest.mark.parametrize(
    "time",
    [
        "",
        "2026-02-29 10:00:00",
        "2026-13-01 10:00:00",
        "2026/01/15 10:00:00",
        "45000.1",
        "２０２６-01-15 10:15:02",
        "=NOW()",
    ],
)
def test_time_that_is_no_time_is_refused(time):
    assert refused(account_bill(line(1, "-5.00", "95.00", time=time))).row == 6


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("共5030.60元", "共5030.61元"), "add up"),
        (("共100.18元", "共100.17元"), "add up"),
        (("支出合计：3笔", "支出合计：4笔"), "add up"),
        (("#收入合计：2笔，共100.18元\n", ""), "total is missing"),
        (("#支出合计：3笔，共5030.60元", "#支出合计：3笔，共5030.60元\n#支出合计：1笔，共1.00元"), "different"),
        (("账务明细列表结束", "账务明细"), "comment"),
        (("账务明细列表--", "--"), "not a bill"),
        ((f"#账号：[{PID}0156]\n", ""), "no account"),
        ((PID, "2088999999999999"), "another Alipay account"),
        (("2026年01月15日 00:00:00]   终", "2026年02月30日 00:00:00]   终"), "no period"),
        (("2026年01月16日 00:00:00]\n#--", "2026年01月14日 00:00:00]\n#--"), "before it begins"),
        (("账户余额（元）,交易渠道", "余额,交易渠道"), "missing"),
        (("交易渠道,业务类型", "备注,业务类型"), "one title"),
        (("账务明细查询", "账务汇总查询"), "summary"),
        (("账务明细查询", "营销明细查询"), "not a detail bill"),
        (("某某纸业有限公司(pay", "某某,纸业有限公司(pay"), "columns"),
        (("转账,货款PO202600012,", "转账,"), "columns"),
        (("20260115141555000004", "20260115141556000005"), "twice"),
        (("100.00,0.00,10100.00", "100.00,-100.00,10100.00"), "at once"),
        (("#导出", "20260115141556000006,,,,,,,,,,,,,,,\n#导出"), "follows the end"),
        (("20260115101502000003\t,", "\t,"), "order number"),
    ],
)
def test_changed_file_is_refused_with_its_reason(change, reason):
    assert change[0] in ACCOUNT
    assert reason in refused(ACCOUNT.replace(*change)).message


def test_two_rows_with_one_id_are_refused_even_when_the_totals_agree():
    rows = (line(1, "-5.00", "95.00"), line(2, "-1.00", "94.00"), line(1, "-2.00", "92.00"))
    error = refused(account_bill(*rows))
    assert (error.row, "twice" in error.message) == (8, True)


@pytest.mark.parametrize("cut", range(40, len(ACCOUNT) - 25, 97))
def test_cut_file_is_refused(cut):
    assert refused(ACCOUNT[:cut])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"PK",
        b"PK\x03\x04rubbish",
        b"PK\x05\x06" + bytes(18),
        b"<html><body>\xe4\xb8\x8b\xe8\xbd\xbd\xe8\xb6\x85\xe6\x97\xb6</body></html>",
        csv_bytes(ACCOUNT).replace(b"\r\n", b"\r"),
        b"\xef\xbb\xbf" + ACCOUNT.encode(),
        ACCOUNT.encode("utf-16"),
        ACCOUNT.encode(),
        csv_bytes(SUMMARY),
        b"%PDF-1.4",
        b"\x1f\x8b\x08\x00",
        b"#" * 200_000,
    ],
    ids=[
        "empty",
        "blank",
        "pk",
        "broken-zip",
        "empty-zip",
        "page",
        "cr-only",
        "utf8-bom",
        "utf16",
        "utf8",
        "summary",
        "pdf",
        "gzip",
        "long-line",
    ],
)
def test_file_that_is_no_bill_is_refused(content):
    refused(content)


def test_broken_gbk_is_refused_with_its_row():
    raw = csv_bytes(ACCOUNT).split(b"\r\n")
    raw[7] = raw[7].replace("货款".encode("gb18030"), b"\xff\xff", 1)
    assert refused(b"\r\n".join(raw)).row == 8


def _special(flag: int = 0, mode: int = 0, name: str = NAME, text: str = ACCOUNT) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        archive.writestr(info, csv_bytes(text))
    raw = bytearray(made.getvalue())
    if flag:
        for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            raw[raw.index(signature) + offset] |= flag
    return bytes(raw)


@pytest.mark.parametrize(
    ("archive", "reason"),
    [
        (packed((NAME, b"0" * 3_000_000)), "packed more than"),
        (packed((NAME, csv_bytes(ACCOUNT)), ("inner.zip", zipped())), "another archive"),
        (packed(("../" + NAME, csv_bytes(ACCOUNT))), "path"),
        (packed(("/etc/" + NAME, csv_bytes(ACCOUNT))), "path"),
        (packed(("C:\\" + NAME, csv_bytes(ACCOUNT))), "path"),
        (packed(("folder/", b"")), "path"),
        (packed(*((f"{n}.csv", b"") for n in range(30))), "more than 20"),
        (packed((NAME, b""), (NAME + ".csv", b"")), "more than one"),
        (packed(("readme.txt", b"")), "no detail"),
        (packed((NAME, csv_bytes(ACCOUNT)), method=zipfile.ZIP_LZMA), "unusual"),
        (_special(flag=1), "encrypted"),
        (_special(mode=0o120777), "link"),
        (zipped()[:-40], "broken"),
        (zipped().replace(b"\x00" * 4, b"\x01" * 4), ""),
    ],
    ids=[
        "bomb",
        "nested",
        "dotdot",
        "absolute",
        "drive",
        "folder",
        "many",
        "two",
        "none",
        "lzma",
        "encrypted",
        "link",
        "cut",
        "spoiled",
    ],
)
def test_unsafe_archive_is_refused(archive, reason):
    assert reason in refused(archive).message


def test_spoiled_content_of_an_archive_is_refused():
    raw = bytearray(packed((NAME, csv_bytes(ACCOUNT)), method=zipfile.ZIP_STORED))
    place = raw.index(b"5099.40")
    raw[place : place + 7] = b"5099.41"
    assert "broken" in refused(bytes(raw)).message


def test_totals_are_known_only_after_reading():
    statement = reader().parse_statement(io.BytesIO(csv_bytes(ACCOUNT)), "x.csv")
    with pytest.raises(ValueError, match="every line"):
        _ = statement.totals


def test_memory_does_not_grow_with_the_rows():
    rows = [line(n, "-0.01", "1.00") for n in range(15_000)]
    raw = packed((NAME, csv_bytes(account_bill(*rows))))
    del rows
    tracemalloc.start()
    statement = reader().parse_statement(io.BytesIO(raw), "x.zip")
    count = sum(1 for _ in statement)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == statement.totals.count_out == 15_000
    assert peak < 12 * 1024 * 1024


@given(st.lists(st.integers(-(10**12), 10**12).filter(bool), min_size=1, max_size=20))
def test_every_amount_survives_to_the_fen(fen):
    amounts = [Decimal(one).scaleb(-2) for one in fen]
    rows = [line(n, f"{amount:.2f}", "1.00") for n, amount in enumerate(amounts)]
    statement, lines = read(account_bill(*rows))
    assert [one.amount for one in lines] == amounts
    assert statement.totals.sum_in - statement.totals.sum_out == sum(amounts)


@pytest.mark.parametrize(
    ("kind", "amount", "expected"),
    [
        ("在线支付（数字人民币）", "10.00", LineKind.COLLECTION),
        ("数字人民币支付-在线支付", "10.00", LineKind.COLLECTION),
        ("数字人民币", "10.00", LineKind.COLLECTION),
        ("数字人民币-退款", "-10.00", LineKind.REFUND),
        ("数字人民币", "-10.00", LineKind.ADJUSTMENT),
    ],
)
def test_a_row_that_names_an_e_cny_wallet_is_the_movement_that_it_is(kind, amount, expected):
    _, lines = read(account_bill(line(1, amount, kind=kind)))
    assert (lines[0].kind, lines[0].key, lines[0].platform_kind) == (expected, "PO1", kind)


def test_money_without_our_number_from_an_e_cny_wallet_is_looked_at():
    _, lines = read(account_bill(line(1, "10.00", kind="数字人民币", key="")))
    assert lines[0].kind is LineKind.ADJUSTMENT
