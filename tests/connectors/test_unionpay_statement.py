"""A bill is believed row by row only where every row adds up."""

import functools
import io
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unionpay_bills import (
    ZM_NAME,
    ZM_WIDTHS,
    ZME_NAME,
    ZME_WIDTHS,
    archive,
    lines,
    paid_out,
    refund,
    zm,
    zme,
)
from unionpay_world import MER_ID, connector, values

from odoo.addons.payment_bridge.connector.errors import (
    Misconfigured,
    StatementError,
)
from odoo.addons.payment_bridge.connector.statement_types import LineKind
from odoo.addons.payment_bridge_channels.connectors.unionpay import UnionPayConnector, clock, columns

DAY = date(2026, 1, 15)


@functools.cache
def reading():
    """One connector for the files that need no settings of their own."""
    return connector()[0]


def read(raw, name=ZM_NAME, settings=None):
    made = reading() if settings is None else connector(settings=settings)[0]
    reader = made.parse_statement(io.BytesIO(raw), name)
    return list(reader), reader


def refused(raw, name=ZM_NAME):
    with pytest.raises(StatementError) as caught:
        read(raw, name)
    assert caught.value.advice.en and caught.value.advice.zh
    return caught.value


def test_the_layout_is_the_published_one():
    assert [width for _title, width in columns.ZM] == ZM_WIDTHS
    assert [width for _title, width in columns.ZME] == ZME_WIDTHS
    assert (columns.length(columns.ZM), len(zm())) == (607, 607)
    assert (columns.length(columns.ZME), len(zme())) == (339, 339)
    for layout in (columns.ZM, columns.ZME):
        assert len({title for title, _width in layout}) == len(layout)


def test_purchase_refund_and_pay_out_become_lines():
    (sale, back, paid), reader = read(lines(zm(), refund(), paid_out()))
    assert (sale.kind, sale.gross, sale.fee, sale.amount) == (
        LineKind.COLLECTION,
        Decimal("100.00"),
        Decimal("0.60"),
        Decimal("99.40"),
    )
    assert (back.kind, back.gross, back.fee, back.amount) == (
        LineKind.REFUND,
        Decimal("-30.00"),
        Decimal("-0.18"),
        Decimal("-29.82"),
    )
    assert (paid.kind, paid.gross, paid.fee, paid.amount) == (
        LineKind.PAY_OUT,
        Decimal("-2500.00"),
        Decimal("1.00"),
        Decimal("-2501.00"),
    )
    assert [line.key for line in (sale, back, paid)] == ["SO20260115000001", "RF20260115000007", "PO20260115000031"]
    assert paid.entry_reference == paid.platform_reference == "202601151600071008128"
    assert paid.occurred_at == datetime(2026, 1, 15, 8, 0, 7, tzinfo=UTC)
    assert {line.settled_on for line in (sale, back, paid)} == {DAY}
    assert [line.row for line in (sale, back, paid)] == [1, 2, 3]
    assert (sale.currency, sale.balance, sale.counterparty) == ("CNY", None, "621226******1234")
    assert sale.platform_kind == "S22/01"
    assert sale.raw["交易金额"] == "000000010000" and "保留" not in sale.raw
    totals = reader.totals
    assert (totals.count_in, totals.sum_in) == (1, Decimal("99.40"))
    assert (totals.count_out, totals.sum_out) == (2, Decimal("2530.82"))
    assert totals.opening is None and totals.closing is None
    header = reader.header
    assert (header.account, header.first_day, header.last_day, header.kind) == (MER_ID, DAY, DAY, "settlement")


@pytest.mark.parametrize(
    ("change", "key", "reference"),
    [
        ({}, "PO20260115000031", "202601151600071008128"),
        ({"f20": "12", "f22": ""}, "PO20260115000031", "202601151600071008128"),
        ({"f20": "", "f22": "000401"}, "PO20260115000031", "202601151600071008128"),
        ({"f41": "PO20260112000009", "f27": "202601121600071008128"}, "PO20260112000009", "202601121600071008128"),
    ],
)
def test_a_credit_of_a_pay_out_is_its_return(change, key, reference):
    made = {"f16": "C000000000000", "f17": "C000000250000", **change}
    (line,), _reader = read(lines(paid_out(**made)))
    assert (line.kind, line.amount) == (LineKind.RETURN, Decimal("2500.00"))
    assert (line.key, line.platform_reference) == (key, reference)
    assert line.entry_reference.endswith(":return")


@pytest.mark.parametrize("named", ["f12", "f41", "f27"])
def test_a_credit_that_names_a_pay_out_of_the_same_day_is_its_return(named):
    value = "202601151600071008128" if named == "f27" else "PO20260115000031"
    credit = zm(**{"f10": "202601151700071009998", "f20": "", "f12": "", "f1": "X01", named: value})
    (_paid, line), _reader = read(lines(paid_out(), credit))
    assert line.kind is LineKind.RETURN and line.amount == Decimal("99.40")
    if named != "f27":
        assert line.key == "PO20260115000031"


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        (zm(f20="31", f16="C000000000060", f17="D000000009940"), LineKind.REFUND),
        (zm(f20="99", f16="C000000000060", f17="D000000009940"), LineKind.REFUND),
        (paid_out(f20="21"), LineKind.PAY_OUT),
        (zm(f20=""), LineKind.COLLECTION),
        (zm(f20="77"), LineKind.COLLECTION),
        (zm(f20="", f1="S30"), LineKind.ADJUSTMENT),
        (zm(f20="", f1="X99"), LineKind.ADJUSTMENT),
        (zm(f20="04"), LineKind.ADJUSTMENT),
        (refund(f20="01"), LineKind.ADJUSTMENT),
        (zm(f7="000000000000", f16="D000000000000", f17="C000000000000"), LineKind.COLLECTION),
        (zm(f7="000000000000", f16="D000000000000", f17="D000000000000", f20="77"), LineKind.ADJUSTMENT),
        (zm(f7="000000000001", f16="D000000000002", f17="D000000000001"), LineKind.COLLECTION),
    ],
)
def test_the_kind_comes_from_type_sign_and_code(made, kind):
    (line,), _reader = read(lines(made))
    assert line.kind is kind


def test_codes_that_are_not_published_are_a_setting():
    settings = values(transaction_codes="X99=fee, E74=chargeback;E75=return")
    fee = zm(f20="", f1="X99", f7="000000000100", f16="C000000000000", f17="D000000000100")
    (line,), _reader = read(lines(fee), settings=settings)
    assert line.kind is LineKind.FEE
    raw = archive(
        {ZM_NAME: b"", ZME_NAME: lines(zme(f17="D000000250000", f16="D000000250000"), zme(f1="E75", f4="200002"))}
    )
    (chargeback, returned), _reader = read(raw, "x.zip", settings=settings)
    assert (chargeback.kind, chargeback.amount) == (LineKind.CHARGEBACK, Decimal("-2500.00"))
    assert returned.kind is LineKind.RETURN
    for wrong in ("X99", "x99=fee", "X99=money", "X99=fee,X99=fee"):
        with pytest.raises(Misconfigured, match="code"):
            connector(settings=values(transaction_codes=wrong))


def test_exceptions_are_lines_that_tell_which_transaction_they_speak_of():
    raw = archive({ZME_NAME: lines(zme()), ZM_NAME: lines(zm()), "RNM20260115": b"?" * 40, "readme.txt": b"\xff"})
    (sale, credit), reader = read(raw, "202601.zip")
    assert (sale.row, credit.row) == (1, 2)
    assert (credit.kind, credit.amount, credit.fee) == (LineKind.ADJUSTMENT, Decimal("2500.00"), Decimal("0.00"))
    assert credit.key is None and credit.description == "100812 0112160007 0112"
    assert credit.entry_reference == "ZME:260115:00010000:200001:0115101010:E74"
    assert reader.totals.count_in == 2


def test_fees_for_instalments_and_discounts_may_lie_between():
    (line,), _reader = read(lines(zm(f38="000000000100", f17="C000000009840")))
    assert (line.fee, line.gross) == (Decimal("1.60"), Decimal("100.00"))
    (line,), _reader = read(lines(zm(f36="C000000000500", f17="C000000009440")))
    assert (line.gross, line.amount) == (Decimal("100.00"), Decimal("94.40"))


def test_chinese_text_is_cut_by_bytes():
    (line,), _reader = read(lines(zm(f31="某某纸业第一分店", f35="合同二〇二六")))
    assert line.raw["二级商户简称"] == "某某纸业第一分店"
    assert line.description == "合同二〇二六"


@pytest.mark.parametrize(
    ("text", "day", "expected"),
    [
        ("1231233000", date(2026, 1, 1), datetime(2025, 12, 31, 15, 30, tzinfo=UTC)),
        ("0101000001", date(2026, 1, 1), datetime(2025, 12, 31, 16, 0, 1, tzinfo=UTC)),
        ("0229120000", date(2026, 1, 1), datetime(2024, 2, 29, 4, tzinfo=UTC)),
        ("0115235959", date(2026, 1, 15), datetime(2026, 1, 15, 15, 59, 59, tzinfo=UTC)),
        ("0116000000", date(2026, 1, 15), datetime(2025, 1, 15, 16, tzinfo=UTC)),
        ("0230120000", date(2026, 1, 1), None),
        ("", date(2026, 1, 1), None),
    ],
)
def test_a_time_without_a_year_is_the_last_one_before_its_settlement(text, day, expected):
    assert clock.short_moment(text, day) == expected


def test_the_settlement_day_begins_at_eleven_in_the_evening():
    assert UnionPayConnector.capabilities.day_starts_at == time(23)
    before, after = datetime(2026, 1, 15, 14, 59, 59, tzinfo=UTC), datetime(2026, 1, 15, 15, tzinfo=UTC)
    assert (clock.settlement_day(before), clock.settlement_day(after)) == (DAY, date(2026, 1, 16))


def test_a_new_years_payment_settles_in_the_new_year():
    made = zm(f5="1231233000", f10="202512312330001002318")
    (line,), _reader = read(lines(made), f"INN26010100ZM_{MER_ID}")
    assert (line.settled_on, line.occurred_at) == (date(2026, 1, 1), datetime(2025, 12, 31, 15, 30, tzinfo=UTC))


def test_an_empty_file_is_a_day_without_movement():
    found, reader = read(b"")
    assert found == [] and reader.totals.count_in == reader.totals.count_out == 0
    found, reader = read(archive({ZM_NAME: b"\r\n\x1a"}), "x.zip")
    assert found == []


def test_totals_are_known_only_at_the_end():
    made, _gateway = connector()
    reader = made.parse_statement(io.BytesIO(lines(zm())), ZM_NAME)
    with pytest.raises(ValueError, match="totals"):
        _ = reader.totals


@pytest.mark.parametrize("cut", ["00", "01", "88"])
@pytest.mark.parametrize(
    "name", ["INN260115{}ZM_" + MER_ID, "inn260115{}zm_" + MER_ID + ".TXT", "C:\\x\\INN260115{}ZM_" + MER_ID]
)
def test_a_file_is_known_by_its_name(cut, name):
    found, reader = read(lines(zm()), name.format(cut))
    assert len(found) == 1 and reader.header.first_day == DAY


@pytest.mark.parametrize(
    ("raw", "row", "word"),
    [
        (lines(zm()[:-1]), 1, "bytes"),
        (lines(zm() + b" "), 1, "bytes"),
        (lines(zm(), zm()), 2, "twice"),
        (lines(zm(), b"x" * 607), 2, "space"),
        (lines(zm(f28="777290058110048")), 1, "merchant"),
        (lines(zm(f28="")), 1, "merchant"),
        (lines(zm(f17="C000000009941")), 1, "add up"),
        (lines(zm(f16="C000000000060")), 1, "add up"),
        (lines(zm(f17="D000000009940")), 1, "add up"),
        (lines(zm(f17="")), 1, "结算金额"),
        (lines(zm(f17="X000000009940")), 1, "结算金额"),
        (lines(zm(f7="00000001000x")), 1, "交易金额"),
        (lines(zm(f7="-00000010000")), 1, "交易金额"),
        (lines(zm(f5="0230093012")), 1, "交易传输时间"),
        (lines(zm(f5="")), 1, "交易传输时间"),
        (lines(zm(f10="=cmd|x")), 1, "查询流水号"),
        (lines(zm().replace(b"SO20260115000001", b"SO2026011500000\x07")), 1, "control"),
        (lines(zm().replace(b"S22", b"S\xff2")), 1, "GBK"),
        (lines(zm()).replace(b"\r\n", b"") + b"y" * 5000, 1, "too long"),
    ],
)
def test_a_row_that_must_not_be_believed_is_refused_by_its_number(raw, row, word):
    error = refused(raw)
    assert error.row == row and word in f"{error.advice.en}"
    assert f"第 {row} 行" in error.advice.zh


def test_a_repeat_is_found_even_without_a_number():
    refused(lines(zm(f10=""), zm(f10="")))
    (first, second), _reader = read(lines(zm(f10=""), zm(f10="", f4="100232")))
    assert first.entry_reference == "ZM:260115:00010000:100231:0115093012:S22" != second.entry_reference
    assert first.platform_reference is None


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (lines(zm()), "bill.csv"),
        (lines(zm()), f"INN26011500ZM_{MER_ID}.exe"),
        (lines(zm()), f"INN26013200ZM_{MER_ID}"),
        (lines(zm()), "INN26011500ZM_777290058110048"),
        (b"PK\x03\x04broken", "x.zip"),
        (archive({"readme.txt": b"x"}), "x.zip"),
        (archive({ZM_NAME: b"", ZM_NAME.replace("00ZM", "88ZM"): b""}), "x.zip"),
        (archive({ZM_NAME: b"", ZME_NAME.replace("0115", "0116"): b""}), "x.zip"),
        (archive({f"../{ZM_NAME}": b""}), "x.zip"),
        (archive({ZM_NAME: b"", "more.zip": b""}), "x.zip"),
        (archive({ZM_NAME: bytes(3 * 1024 * 1024)}), "x.zip"),
    ],
)
def test_a_file_that_is_no_bill_of_ours_is_refused(raw, name):
    assert refused(raw, name).row is None


@given(st.binary(max_size=700))
def test_any_bytes_are_read_or_refused(raw):
    try:
        read(raw)
    except StatementError as error:
        assert error.advice.zh


@given(
    st.integers(0, 999_999_999_999),
    st.integers(0, 10_000_000),
    st.sampled_from("CD"),
    st.sampled_from([1, -1]),
)
def test_whatever_adds_up_is_read_exactly(gross, fee, letter, way):
    settled = way * gross + (fee if letter == "C" else -fee)
    if abs(settled) > 999_999_999_999:
        return
    made = zm(
        f7=f"{gross:012d}",
        f16=f"{letter}{fee:012d}",
        f17=f"{'C' if settled >= 0 else 'D'}{abs(settled):012d}",
    )
    (line,), _reader = read(lines(made))
    assert line.amount == Decimal(settled).scaleb(-2)
    assert line.amount == line.gross - line.fee
    assert abs(line.gross) == Decimal(gross).scaleb(-2)


# Fetching
