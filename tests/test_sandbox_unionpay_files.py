"""The UnionPay sandbox's settlement files: layout, settlement days, sums that agree with the ledger, faults."""

from __future__ import annotations

import base64
import io
import zipfile
import zlib
from decimal import Decimal
from typing import Any

import pytest

from sandbox.server import Sandbox
from sandbox.testing import eventually
from sandbox.testing_unionpay import CARD, Shop

pytest_plugins = ["sandbox.testing", "sandbox.testing_unionpay"]

# Field number: (first byte, width), from the widths of the reference.
ZM_WIDTHS = (
    *(3, 11, 11, 6, 10, 19, 12, 4, 2, 21, 2, 32, 2, 6, 10, 13, 13, 4, 15, 2, 2, 6, 2, 4, 32, 1, 21, 15, 1, 15, 32, 13),
    *(13, 8, 32, 13, 13, 12, 2, 1, 32, 98),
)
ZME_WIDTHS = (3, 11, 11, 6, 10, 19, 12, 4, 2, 2, 6, 10, 4, 12, 13, 13, 15, 15, 1, 12, 2, 135)


def cells(line: bytes, widths: tuple[int, ...] = ZM_WIDTHS) -> list[str]:
    """The fields of a line, first one at 1; nothing but a space between them."""
    assert len(line) == sum(widths) + len(widths) - 1
    found, at = [""], 0
    for width in widths:
        found.append(line[at : at + width].decode("gbk").strip(" "))
        assert line[at + width : at + width + 1] in (b" ", b"")
        at += width + 1
    return found


def signed(text: str) -> int:
    assert text[0] in "CD" and len(text) == 13
    return int(text[1:]) * (1 if text[0] == "C" else -1)


def at(sandbox: Sandbox, moment: str) -> None:
    sandbox.admin.post("clock", set=moment)


def busy_day(sandbox: Sandbox, **spec: Any) -> Shop:
    """A merchant with one of everything on settlement day 15 January 2030."""
    shop = Shop(sandbox, **{"fee": {"payout": "1.00"}, "payout_dealing_ms": 0, **spec})
    at(sandbox, "2030-01-15T10:00:00")
    shop.sell("SO20260115001", 10000, reqReserved="某某纸业有限公司某某纸业有限公司x")
    query_id = shop.sell("SO20260115002", 5000)
    shop.trade("04/00", "RF20260115001", 3000, origQryId=query_id)
    shop.trade("31/00", "VO20260115001", 700, origQryId=shop.sell("SO20260115003", 700))
    shop.pay("PO20260115001", 250000 // 10)
    at(sandbox, "2030-01-16T10:00:00")
    return shop


def test_lines_have_every_field_at_its_place(young: Sandbox) -> None:
    shop = busy_day(young)
    files = shop.file("0115")
    assert set(files) == {"ZM", "ZME"} and files["ZME"] == []
    rows = {row[12]: row for row in map(cells, files["ZM"])}
    assert {len(line) for line in files["ZM"]} == {607}
    sale = rows["SO20260115001"]
    assert [sale[n] for n in (1, 7, 16, 17, 20, 21, 22, 28)] == [
        *("S22", "000000010000", "D000000000060", "C000000009940", "01", "07", "000000", shop.mer_id),
    ]
    assert (sale[5], sale[6], sale[10][14:20]) == ("0115100000", "621226******1234", sale[4])
    assert sale[35] == "某某纸业有限公司某某纸业有限公司", "cut at a whole character"
    refund, original = rows["RF20260115001"], rows["SO20260115002"]
    assert [refund[n] for n in (1, 16, 17, 20)] == ["S30", "C000000000018", "D000000002982", "04"]
    assert [refund[n] for n in (14, 15, 27, 41)] == [original[4], original[5], original[10], "SO20260115002"]
    payout = rows["PO20260115001"]
    assert [payout[n] for n in (1, 6, 7, 16, 17, 20, 22, 23)] == [
        *("S56", "622202******7890", "000000025000", "D000000000100", "D000000025100", "12", "000401", "01"),
    ]
    assert rows["VO20260115001"][17] == "D000000000696"
    answer = shop.download("0115")
    assert answer["fileName"].endswith(".zip") and answer["settleDate"] == "0115"


def test_the_net_of_the_rows_is_what_the_ledger_moved(young: Sandbox) -> None:
    shop = busy_day(young)
    rows = [cells(line) for line in shop.file("0115")["ZM"]]
    for row in rows:
        sign = 1 if row[20] == "01" else -1
        assert signed(row[17]) == sign * int(row[7]) + signed(row[16])
    net = Decimal(sum(signed(row[17]) for row in rows)) / 100
    ledger = shop.ledger()
    moved = sum(Decimal(row["amount"]) for row in ledger["rows"] if row["business_type"] != "充值")
    assert net == moved == Decimal(ledger["settlement_days"]["2030-01-15"])
    assert Decimal(ledger["balance"]) == 1000 + net


def test_a_settlement_day_ends_at_23_and_its_file_comes_the_next_morning(young: Sandbox) -> None:
    shop = Shop(young)
    for moment, order_id in (
        ("2030-01-14T22:59:00", "SO20260115001"),
        ("2030-01-14T23:00:00", "SO20260115002"),
        ("2030-01-15T22:59:00", "SO20260115003"),
        ("2030-01-15T23:30:00", "SO20260115004"),
    ):
        at(young, moment)
        shop.sell(order_id)
    assert shop.query("SO20260115004")["settleDate"] == "0116"
    assert [cells(line)[12] for line in shop.file("0114")["ZM"]] == ["SO20260115001"]
    assert shop.download("0115")["respCode"] == "98"
    at(young, "2030-01-16T08:59:00")
    assert shop.download("0115")["respCode"] == "98", "not yet"
    at(young, "2030-01-16T09:00:00")
    assert [cells(line)[12] for line in shop.file("0115")["ZM"]] == ["SO20260115002", "SO20260115003"]
    assert shop.download("0113")["respCode"] == "98", "nothing happened"
    assert shop.download("0230")["respCode"] == "10"


@pytest.mark.parametrize("file", ["ZME", "ZM"])
def test_a_returned_payout_is_a_credit_of_a_later_day(young: Sandbox, file: str) -> None:
    young.admin.post("unionpay/settings", returns_in=file)
    shop = busy_day(young)
    young.admin.post("unionpay/transfers/PO20260115001/return", mer_id=shop.mer_id)
    original = next(row for row in map(cells, shop.file("0115")["ZM"]) if row[12] == "PO20260115001")
    at(young, "2030-01-17T10:00:00")
    files = shop.file("0116")
    other = {"ZM": "ZME", "ZME": "ZM"}[file]
    assert files[other] == [] and len(files[file]) == 1
    if file == "ZM":
        row = cells(files["ZM"][0])
        assert [row[n] for n in (1, 16, 17, 20, 27, 41)] == [
            *("S57", "C000000000000", "C000000025000", "12", original[10], "PO20260115001"),
        ]
    else:
        assert len(files["ZME"][0]) == 339
        row = cells(files["ZME"][0], ZME_WIDTHS)
        assert [row[n] for n in (1, 7, 11, 12, 13, 14, 15, 16, 18)] == [
            *("S57", "000000025000", original[4], original[5], "0115", "000000025000", "C000000000000"),
            *("C000000025000", shop.mer_id),
        ]
    assert shop.ledger()["settlement_days"]["2030-01-16"] == "250.00"


def test_daily_settlement_pays_the_net_to_the_bank_once(young: Sandbox) -> None:
    shop = Shop(young, opening_balance="0.00", settlement="daily")
    at(young, "2030-01-15T10:00:00")
    shop.sell("SO20260115001", 10000)
    at(young, "2030-01-15T23:30:00")
    shop.sell("SO20260115002", 5000)
    assert shop.balance() == "149.10"
    at(young, "2030-01-16T10:00:02")
    eventually(lambda: shop.balance() == "49.70")
    again = young.admin.post("unionpay/settle", mer_id=shop.mer_id, settle_date="2030-01-15")
    assert again["paid"] == "99.40" and shop.balance() == "49.70"
    at(young, "2030-01-19T12:00:00")
    eventually(lambda: shop.balance() == "0.00")
    rows = [row for row in shop.ledger()["rows"] if row["business_type"] == "结算划款"]
    assert [(row["amount"], row["memo"]) for row in rows] == [("-99.40", "20300115"), ("-49.70", "20300116")]


def test_without_settlement_the_balance_stays_until_somebody_pays_it_out(young: Sandbox) -> None:
    shop = busy_day(young)
    before = Decimal(shop.balance())
    net = Decimal(shop.ledger()["settlement_days"]["2030-01-15"])
    assert net < 0
    assert young.admin.post("unionpay/settle", mer_id=shop.mer_id, settle_date="2030-01-15")["paid"] == "0.00"
    assert Decimal(shop.balance()) == before


# Faults


def test_a_file_can_be_missing_or_late(young: Sandbox) -> None:
    shop = busy_day(young)
    shop.fault("missing", bill_date="2030-01-15")
    shop.fault("late", nth=2, times=2)
    assert [shop.download("0115")["respCode"] for _ in range(4)] == ["98", "98", "98", "00"]


def test_rows_can_be_dropped_doubled_and_altered(young: Sandbox) -> None:
    shop = busy_day(young)
    right = shop.file("0115")["ZM"]
    shop.fault("drop_row", row=1)
    assert shop.file("0115")["ZM"] == [right[0], *right[2:]]
    shop.fault("double_row", row=0)
    assert shop.file("0115")["ZM"] == [right[0], *right]
    for consistent in (False, True):
        shop.fault("alter_row", row=0, by="0.10", consistent=consistent)
        first, *others = shop.file("0115")["ZM"]
        assert others == right[1:]
        assert cells(first)[7] == "000000010010"
        assert cells(first)[17] == ("C000000009950" if consistent else "C000000009940")
    assert shop.file("0115")["ZM"] == right


def test_files_can_be_unreadable(young: Sandbox) -> None:
    shop = busy_day(young)
    shop.fault("bad_encoding")
    first = shop.file("0115")["ZM"][0]
    assert len(first) == 607
    with pytest.raises(UnicodeDecodeError):
        first.decode("gb18030")
    shop.fault("truncated_zip")
    cut = zlib.decompress(base64.b64decode(shop.download("0115")["fileContent"]))
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(cut))
    shop.fault("zip_bomb", megabytes=3)
    bomb = zipfile.ZipFile(io.BytesIO(zlib.decompress(base64.b64decode(shop.download("0115")["fileContent"]))))
    assert bomb.infolist()[0].file_size == 3 * 1024 * 1024


def test_another_merchants_day_is_his_own(young: Sandbox) -> None:
    shop = busy_day(young)
    assert Shop(young).download("0115")["respCode"] == "98"
    assert CARD not in b"".join(shop.file("0115")["ZM"]).decode("gbk")
