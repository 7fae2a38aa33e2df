"""Bills, ledger and receipts of the sandbox: read as a stranger would, they add up."""

from __future__ import annotations

import csv
import io
import zipfile
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from sandbox.server import Sandbox
from sandbox.testing import PATIENCE, Merchant, eventually

pytest_plugins = ["sandbox.testing"]

BILL_URL = "alipay.data.dataservice.bill.downloadurl.query"


def bill_day(merchant: Merchant) -> str:
    """Let a day pass and say which it was."""
    day = merchant.sandbox.admin.get("clock")["now"][:10]
    merchant.sandbox.admin.post("clock", advance_seconds=86400)
    return day


def fetch(merchant: Merchant, day: str, kind: str = "signcustomer") -> bytes:
    answer = merchant.call(BILL_URL, bill_type=kind, bill_date=day)
    return requests.get(answer["bill_download_url"], timeout=60).content


def parse(data: bytes) -> tuple[list[str], list[dict[str, str]], dict[str, bytes]]:
    """Names, detail rows by title, and raw files: read as a stranger would."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert all(not info.flag_bits & 0x800 for info in archive.infolist())
        files = {i.filename.encode("cp437").decode("gbk"): archive.read(i) for i in archive.infolist()}
    detail = next(text for name, text in files.items() if "汇总" not in name)
    lines = [line for line in detail.decode("gb18030").split("\r\n") if line and not line.startswith("#")]
    rows = [{k: v.strip() for k, v in row.items()} for row in csv.DictReader(lines)]
    return list(files), rows, files


def test_the_account_bill_adds_up_from_opening_to_closing(young: Sandbox) -> None:
    merchant = Merchant(young, fee={"wallet": "0.10", "bank": "2.00"}, bank_dealing_ms=50)
    day_one = bill_day(merchant)
    merchant.pay("PO1", "100.00", remark='含,逗号和"引号"', order_title="货款")
    merchant.pay_card("PO2", "200.00")
    eventually(lambda: merchant.query("PO2", "TRANS_BANKCARD_NO_PWD")["status"] == "SUCCESS")
    young.admin.post("alipay/trades", app_id=merchant.app_id, out_trade_no="SO1", amount="260.00", rate="0.006")
    young.admin.post("alipay/trades/SO1/refund", app_id=merchant.app_id, amount="60.00", request_no="RF1")
    young.admin.post("alipay/transfers/PO2/return", app_id=merchant.app_id)
    day_two = bill_day(merchant)
    names, rows, files = parse(fetch(merchant, day_two))
    stamp = day_two.replace("-", "")
    assert names == [f"{merchant.pid}0156_{stamp}_账务明细.csv", f"{merchant.pid}0156_{stamp}_账务明细(汇总).csv"]
    history = merchant.call("alipay.data.bill.balancehis.query", biz_date=day_two)
    balance = Decimal(history["beginning_balance"])
    assert balance == Decimal("1000.00")
    for row in rows:
        balance += Decimal(row["收入金额（+元）"]) + Decimal(row["支出金额（-元）"])
        assert Decimal(row["账户余额（元）"]) == balance
    assert balance == Decimal(history["ending_balance"]) == Decimal(merchant.ledger()["balance"])
    kinds = ["转账", "收费", "转账", "收费", "在线支付", "收费", "交易退款", "收费", "转账"]
    assert [r["业务类型"] for r in rows] == kinds
    assert rows[0]["商户订单号"] == "PO1" and rows[0]["备注"] == '含,逗号和"引号"'
    assert rows[0]["业务流水号"] == merchant.query("PO1")["pay_fund_order_id"]
    text = files[names[0]].decode("gb18030")
    outgo = [-Decimal(r["支出金额（-元）"]) for r in rows if r["支出金额（-元）"] != "0.00"]
    income = [Decimal(r["收入金额（+元）"]) for r in rows if r["收入金额（+元）"] != "0.00"]
    assert f"#支出合计：{len(outgo)}笔，共{sum(outgo)}元\r\n#收入合计：{len(income)}笔，共{sum(income)}元\r\n" in text
    assert text.startswith(f"#支付宝账务明细查询\r\n#账号：[{merchant.pid}0156]\r\n#起始日期：[")
    assert f"{rows[0]['账务流水号']}\t,{rows[0]['业务流水号']}\t,PO1\t,货款\t," in text
    summary = files[names[1]].decode("gb18030")
    assert summary.startswith("#支付宝账务汇总查询\r\n")
    assert f"合计,{len(income)},{sum(income)},{len(outgo)}," in summary
    assert [r["业务类型"] for r in parse(fetch(merchant, day_one))[1]] == ["充值"]


def test_the_trade_bill_carries_receipts_refunds_and_fees(young: Sandbox) -> None:
    merchant = Merchant(young)
    for number, amount in (("SO1", "100.00"), ("SO2", "260.00")):
        young.admin.post("alipay/trades", app_id=merchant.app_id, out_trade_no=number, amount=amount, rate="0.006")
    young.admin.post("alipay/trades/SO1/refund", app_id=merchant.app_id, amount="30.00", request_no="RF1")
    _, rows, files = parse(fetch(merchant, bill_day(merchant), "trade"))
    assert len(rows[0]) == 25
    told = [(r["业务类型"], r["商户订单号"], r["商家实收（元）"], r["服务费（元）"]) for r in rows]
    assert told == [
        ("交易", "SO1", "100.00", "-0.60"),
        ("交易", "SO2", "260.00", "-1.56"),
        ("退款", "SO1", "-30.00", "0.18"),
    ]
    assert rows[2]["退款批次号/请求号"] == "RF1" and rows[2]["支付宝交易号"] == rows[0]["支付宝交易号"]
    text = next(iter(files.values())).decode("gb18030")
    assert "#交易合计：2笔，商家实收共360.00元" in text and "#退款合计：1笔，商家实收退款共-30.00元" in text
    cash = sum(Decimal(r["商家实收（元）"]) + Decimal(r["服务费（元）"]) for r in rows)
    assert Decimal("1000.00") + cash == Decimal(merchant.ledger()["balance"])


def test_bills_are_not_to_be_had_for_today_and_not_before_they_are_ready(young: Sandbox) -> None:
    merchant = Merchant(young)
    young.admin.post("clock", set="2027-03-01T12:00:00+08:00")
    merchant.pay("PO1")
    ask = lambda day: merchant.call(BILL_URL, bill_type="signcustomer", bill_date=day)  # noqa: E731
    assert ask("2027-03-01")["sub_code"] == "INVAILID_ARGUMENTS"
    young.admin.post("alipay/settings", bill_ready_hour=9)
    young.admin.post("clock", set="2027-03-02T08:59:00+08:00")
    assert ask("2027-03-01")["sub_code"] == "BILL_NOT_EXIST"
    young.admin.post("clock", set="2027-03-02T09:00:01+08:00")
    assert "bill_download_url" in ask("2027-03-01")
    assert ask("2015-12-31")["sub_code"] == "INVAILID_ARGUMENTS"
    assert ask("2016-01-02")["sub_code"] == "BILL_DATE_BEFORE_REGISTRATION"
    young.admin.post("clock", set="2027-04-03T10:00:00+08:00")
    assert len(parse(fetch(merchant, "2027-03"))[1]) == 1


def test_an_empty_day_is_no_bill_or_an_empty_file(young: Sandbox) -> None:
    merchant = Merchant(young)
    bill_day(merchant)
    empty = bill_day(merchant)
    assert merchant.call(BILL_URL, bill_type="signcustomer", bill_date=empty)["sub_code"] == "NO_BILL_DATA"
    young.admin.post("alipay/settings", empty_bill="EMPTY_DATA_WITH_BILL_FILE")
    answer = merchant.call(BILL_URL, bill_type="signcustomer", bill_date=empty)
    assert answer["bill_file_code"] == "EMPTY_DATA_WITH_BILL_FILE"
    _, rows, files = parse(requests.get(answer["bill_download_url"], timeout=PATIENCE).content)
    assert rows == [] and "#支出合计：0笔，共0.00元" in next(iter(files.values())).decode("gb18030")


def test_a_download_link_dies_after_thirty_seconds(young: Sandbox) -> None:
    merchant = Merchant(young)
    url = merchant.call(BILL_URL, bill_type="signcustomer", bill_date=bill_day(merchant))["bill_download_url"]
    assert parse_qs(urlsplit(url).query)["bizType"] == ["fnd"] and urlsplit(url).path == "/downloadBillFile.resource"
    assert requests.get(url, timeout=PATIENCE).content.startswith(b"PK")
    young.admin.post("clock", advance_seconds=31)
    late = requests.get(url, timeout=PATIENCE)
    assert late.status_code == 200 and late.text.startswith("<html>")


def test_bill_faults_do_what_they_are_called(young: Sandbox) -> None:
    merchant = Merchant(young)
    for number in range(3):
        merchant.pay(f"PO{number}")
    day = bill_day(merchant)
    ask = lambda: merchant.call(BILL_URL, bill_type="signcustomer", bill_date=day)  # noqa: E731
    true = parse(fetch(merchant, day))[1]
    merchant.fault("missing")
    assert ask()["sub_code"] == "NO_BILL_DATA"
    merchant.fault("late", times=2)
    assert [ask().get("sub_code") for _ in range(3)] == ["BILL_NOT_EXIST", "BILL_NOT_EXIST", None]
    merchant.fault("drop_row", row=1)
    assert parse(fetch(merchant, day))[1] == [true[0], *true[2:]]
    merchant.fault("double_row", row=1)
    assert parse(fetch(merchant, day))[1] == [*true[:2], true[1], *true[2:]]
    merchant.fault("alter_row", row=1, by="-0.01")
    assert parse(fetch(merchant, day))[1][1]["支出金额（-元）"] == "-10.01"
    merchant.fault("bad_encoding")
    with pytest.raises(UnicodeDecodeError):
        parse(fetch(merchant, day))
    merchant.fault("truncated_zip")
    with pytest.raises(zipfile.BadZipFile):
        parse(fetch(merchant, day))
    merchant.fault("wrong_host", host="http://bills.example.invalid")
    assert ask()["bill_download_url"].startswith("http://bills.example.invalid/")
    merchant.fault("zip_bomb", megabytes=64)
    data = fetch(merchant, day)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.infolist()[0].file_size == 64 * 1024 * 1024 > 500 * len(data)
    assert parse(fetch(merchant, day))[1] == true, "and then all is well again"


def test_the_account_log_tells_the_same_as_the_bill(young: Sandbox) -> None:
    merchant = Merchant(young)
    merchant.pay("PO1", "12.00")
    day = bill_day(merchant)
    log = merchant.call("alipay.data.bill.accountlog.query", start_time=f"{day} 00:00:00", end_time=f"{day} 23:59:59")
    rows = parse(fetch(merchant, day))[1]
    assert [r["account_log_id"] for r in log["detail_list"]] == [r["账务流水号"] for r in rows]
    assert [r["trans_amount"] for r in log["detail_list"]] == ["1000.00", "-12.00"]
    one = merchant.call(
        "alipay.data.bill.accountlog.query",
        start_time=f"{day} 00:00:00",
        end_time=f"{day} 23:59:59",
        merchant_order_no="PO1",
    )
    assert one["total_size"] == "1"


def test_a_receipt_is_applied_for_awaited_and_a_real_pdf(sandbox: Sandbox) -> None:
    merchant = Merchant(sandbox)
    fund = merchant.pay("PO1")["pay_fund_order_id"]
    file_id = merchant.call("alipay.data.bill.ereceipt.apply", type="FUND_DETAIL", key=fund)["file_id"]
    ask = lambda: merchant.call("alipay.data.bill.ereceipt.query", file_id=file_id)  # noqa: E731
    assert ask()["status"] == "PROCESS"
    ready = eventually(lambda: (a := ask())["status"] == "SUCCESS" and a)
    document = requests.get(ready["download_url"], timeout=PATIENCE).content
    assert document.startswith(b"%PDF-1.4") and document.rstrip().endswith(b"%%EOF")
    assert "PO1".encode("utf-16-be").hex().encode() in document
    start = int(document.rsplit(b"startxref", 1)[1].split()[0])
    assert document[start:].startswith(b"xref")
    unknown = merchant.call("alipay.data.bill.ereceipt.apply", type="FUND_DETAIL", key="2" * 32)
    assert unknown["sub_code"] == "INVALID_PARAMETER"
