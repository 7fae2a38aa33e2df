"""Bills of the WeChat Pay sandbox: real columns, totals that add up, links that expire, and what may be wrong."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zlib
from decimal import Decimal

import pytest

from sandbox.server import Sandbox
from sandbox.wechatpay.testing import Shop, eventually

pytest_plugins = ["sandbox.wechatpay.testing"]

DAY = 86400


def read(text: str) -> tuple[list[dict[str, str]], dict[str, str]]:
    """Rows and totals, by title; every cell must carry its back-tick."""
    lines = text.split("\r\n")
    assert lines.pop() == ""
    titles, *rows, sum_titles, totals = (line.split(",") for line in lines)
    assert all(cell[0] == "`" for row in [*rows, totals] for cell in row)
    assert all(len(row) == len(titles) for row in rows) and len(totals) == len(sum_titles)
    told = [dict(zip(titles, (cell[1:] for cell in row), strict=True)) for row in rows]
    return told, dict(zip(sum_titles, (cell[1:] for cell in totals), strict=True))


def fetch(shop: Shop, kind: str, day: str, **query: str) -> tuple[list[dict[str, str]], dict[str, str]]:
    told = shop.bill(kind, day, **query)
    assert told.status == 200, told.json
    file = shop.download(told.json["download_url"])
    body = gzip.decompress(file.body) if query.get("tar_type") else file.body
    assert hashlib.sha1(body).hexdigest() == told.json["hash_value"] and told.json["hash_type"] == "SHA1"
    assert "Wechatpay-Signature" not in file.headers and "Content-Encoding" not in file.headers
    return read(body.decode())


@pytest.fixture
def traded(young_wechat: Sandbox) -> Shop:
    """A merchant with one day of business, seen from noon of the next day."""
    young_wechat.admin.post("clock", advance_seconds=2 * DAY)
    noon = young_wechat.core.clock.now().replace(hour=12, minute=0, second=0, microsecond=0)
    young_wechat.admin.post("clock", set=noon.isoformat())
    shop = Shop(young_wechat)
    shop.day = noon.date().isoformat()
    shop.sell("ORDER0001", 10000, description="打印纸,A4", attach="甲\n乙")
    shop.sell("ORDER0002", 26000)
    shop.refund("R1", "ORDER0001", 3000, reason="部分退货")
    auth_code = young_wechat.admin.post("persons/present", platform="wechatpay")["auth_code"]
    shop.charge("CHARGE01", auth_code)
    numbers = {"appid": shop.appid, "mchid": shop.mchid}
    shop.call("POST", "/v3/pay/transactions/out-trade-no/CHARGE01/reverse", numbers)
    young_wechat.admin.post("wechatpay/payees", openid="oFrozen", late_error="ACCOUNT_FROZEN")
    shop.pay("B1", 2000)
    shop.pay("B2", 500, openid="oFrozen")
    shop.ends("B1", "SUCCESS")
    shop.ends("B2", "FAIL")
    eventually(lambda: shop.call("GET", "/v3/refund/domestic/refunds/R1").json["status"] == "SUCCESS")
    young_wechat.admin.post("clock", advance_seconds=DAY)
    return shop


def test_the_trade_bill_has_its_columns_rows_and_totals(traded: Shop) -> None:
    rows, totals = fetch(traded, "tradebill", traded.day, bill_type="ALL")
    assert len(rows[0]) == 27
    seen = [(r["商户订单号"], r["交易状态"], r["应结订单金额"], r["退款金额"], r["手续费"], r["费率"]) for r in rows]
    assert sorted(seen) == [
        ("CHARGE01", "REVOKED", "0.00", "50.00", "-0.30000", "0.60%"),
        ("CHARGE01", "SUCCESS", "50.00", "0.00", "0.30000", "0.60%"),
        ("ORDER0001", "REFUND", "0.00", "30.00", "-0.18000", "0.60%"),
        ("ORDER0001", "SUCCESS", "100.00", "0.00", "0.60000", "0.60%"),
        ("ORDER0002", "SUCCESS", "260.00", "0.00", "1.56000", "0.60%"),
    ]
    assert rows[0]["商品名称"] == "打印纸 A4" and rows[0]["商户数据包"] == "甲 乙"
    assert (rows[0]["微信退款单号"], rows[0]["退款状态"]) == ("0", "")
    (refund,) = (row for row in rows if row["交易状态"] == "REFUND")
    assert (refund["商户退款单号"], refund["退款状态"]) == ("R1", "SUCCESS")
    assert {row["交易类型"] for row in rows if row["商户订单号"] == "CHARGE01"} == {"MICROPAY"}
    assert totals == {
        "总交易单数": "5",
        "应结订单总金额": "410.00",
        "退款总金额": "80.00",
        "充值券退款总金额": "0.00",
        "手续费总金额": "1.98000",
        "订单总金额": "410.00",
        "申请退款总金额": "80.00",
    }


def test_other_trade_bills_have_other_columns(traded: Shop) -> None:
    paid, _ = fetch(traded, "tradebill", traded.day, bill_type="SUCCESS", tar_type="GZIP")
    assert len(paid[0]) == 20 and len(paid) == 3 and "退款金额" not in paid[0]
    back, _ = fetch(traded, "tradebill", traded.day, bill_type="REFUND")
    assert len(back[0]) == 29 and len(back) == 2 and back[0]["退款成功时间"]
    assert traded.bill("tradebill", traded.day, bill_type="RECHARGE_REFUND").code == "NO_STATEMENT_EXIST"


def test_the_fund_flow_bill_runs_to_the_purses_balance(traded: Shop) -> None:
    rows, totals = fetch(traded, "fundflowbill", traded.day)
    assert len(rows[0]) == 11
    names = [row["业务名称"] for row in rows]
    assert names[:3] == ["充值", "交易", "扣除交易手续费"] and "退还交易手续费" in names
    balance = Decimal(0)
    for row in rows:
        assert Decimal(row["收支金额(元)"]) > 0
        balance += Decimal(row["收支金额(元)"]) * (1 if row["收支类型"] == "收入" else -1)
        assert Decimal(row["账户结余(元)"]) == balance
    assert str(balance) == traded.balances()["BASIC"]
    refund = next(row for row in rows if row["业务名称"] == "退款")
    assert (refund["业务凭证号"], refund["备注"]) == ("R1", "部分退货")
    assert (
        totals["资金流水总笔数"] == f"{len(rows)}.0"
        and Decimal(totals["收入金额"]) - Decimal(totals["支出金额"]) == balance
    )


def test_payouts_are_in_the_operating_purses_bill_only(traded: Shop) -> None:
    rows, _ = fetch(traded, "fundflowbill", traded.day, account_type="OPERATION", tar_type="GZIP")
    seen = [(row["业务名称"], row["收支类型"], row["收支金额(元)"], row["业务凭证号"]) for row in rows[1:]]
    assert seen == [
        ("商家转账", "支出", "20.00", "B1"),
        ("商家转账", "支出", "5.00", "B2"),
        ("商家转账退回", "收入", "5.00", "B2"),
    ]
    assert traded.bill("fundflowbill", traded.day, account_type="FEES").code == "INVALID_REQUEST"
    assert traded.bill("fundflowbill", traded.day, account_type="X").code == "PARAM_ERROR"


def test_bills_come_at_ten_the_next_day_and_not_for_empty_days(young_wechat: Sandbox) -> None:
    shop = Shop(young_wechat)
    today = young_wechat.core.clock.now()
    day = today.date().isoformat()
    assert shop.bill("tradebill", day).code == "INVALID_REQUEST"
    assert shop.bill("tradebill", "2026/01/01").code == "INVALID_REQUEST"
    tomorrow = (today.replace(hour=9, minute=59, second=50, microsecond=0)).timestamp() + DAY
    young_wechat.admin.post("clock", advance_seconds=tomorrow - today.timestamp())
    assert shop.bill("fundflowbill", day).code == "STATEMENT_CREATING"
    young_wechat.admin.post("clock", advance_seconds=3600)
    assert shop.bill("fundflowbill", day).status == 200
    assert (shop.bill("tradebill", day).status, shop.bill("tradebill", day).code) == (400, "NO_STATEMENT_EXIST")
    young_wechat.admin.post("clock", advance_seconds=94 * DAY)
    assert shop.bill("fundflowbill", day).code == "NO_STATEMENT_EXIST"


def test_links_are_the_merchants_own_and_soon_expire(traded: Shop) -> None:
    url = traded.bill("tradebill", traded.day).json["download_url"]
    assert traded.download(url).status == 200
    assert Shop(traded.sandbox).download(url).code == "NO_AUTH"
    target = url.removeprefix(traded.made["base_url"])
    assert traded.call("GET", target, sign={"signature": "AAAA"}).code == "SIGN_ERROR"
    assert traded.download(url.replace("token=", "token=0")).code == "PARAM_ERROR"
    traded.sandbox.admin.post("clock", advance_seconds=301)
    assert traded.download(url).code == "INVALID_REQUEST"


@pytest.mark.parametrize(("kind", "code"), [("late", "STATEMENT_CREATING"), ("missing", "NO_STATEMENT_EXIST")])
def test_bills_can_be_late_or_missing(traded: Shop, kind: str, code: str) -> None:
    traded.fault(kind, bill_type="tradebill", bill_date=traded.day)
    assert traded.bill("fundflowbill", traded.day).status == 200
    assert traded.bill("tradebill", traded.day).code == code
    assert traded.bill("tradebill", traded.day).status == 200


def test_rows_can_be_wrong_behind_the_totals_back(traded: Shop) -> None:
    for kind, count, total in (("drop_row", 4, "100.00"), ("double_row", 6, "100.00"), ("alter_row", 5, "100.01")):
        traded.fault(kind, bill_type="tradebill")
        rows, totals = fetch(traded, "tradebill", traded.day)
        assert (len(rows), totals["总交易单数"], totals["应结订单总金额"]) == (count, "5", "410.00")
        assert rows[0]["应结订单金额"] == ("260.00" if kind == "drop_row" else total)
    traded.fault("drop_row", bill_type="BASIC", row=1, consistent=True)
    rows, totals = fetch(traded, "fundflowbill", traded.day)
    assert "100.00" not in [row["收支金额(元)"] for row in rows] and totals["资金流水总笔数"] == f"{len(rows)}.0"


def test_files_can_be_unreadable(traded: Shop) -> None:
    traded.fault("bad_encoding", bill_type="tradebill")
    told = traded.bill("tradebill", traded.day).json
    with pytest.raises(UnicodeDecodeError):
        traded.download(told["download_url"]).body.decode()
    traded.fault("truncated_zip", bill_type="tradebill")
    told = traded.bill("tradebill", traded.day, tar_type="GZIP").json
    with pytest.raises((EOFError, zlib.error)):
        gzip.decompress(traded.download(told["download_url"]).body)
    traded.fault("wrong_hash", bill_type="tradebill")
    told = traded.bill("tradebill", traded.day).json
    assert hashlib.sha1(traded.download(told["download_url"]).body).hexdigest() != told["hash_value"]
    traded.fault("wrong_host", bill_type="tradebill", host="http://elsewhere.invalid")
    assert traded.bill("tradebill", traded.day).json["download_url"].startswith("http://elsewhere.invalid/v3/")
    traded.fault("zip_bomb", bill_type="tradebill", megabytes=64)
    bomb = traded.download(traded.bill("tradebill", traded.day, tar_type="GZIP").json["download_url"]).body
    assert len(bomb) < 100_000
    with gzip.open(io.BytesIO(bomb)) as stream:
        size = 0
        while chunk := stream.read(1 << 20):
            size += len(chunk)
    assert size == 64 << 20


def test_a_bill_can_start_with_a_byte_order_mark(traded: Shop) -> None:
    traded.sandbox.admin.post("wechatpay/settings", bill_bom=True)
    url = traded.bill("tradebill", traded.day).json["download_url"]
    body = traded.download(url).body
    assert body.startswith(b"\xef\xbb\xbf")
    assert next(csv.reader(io.StringIO(body.decode("utf-8-sig"))))[0] == "交易时间"
