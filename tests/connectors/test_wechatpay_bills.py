"""Bills, receipts and the balance: fetched at once, proved by their hash, and never confused with nothing."""

import hashlib
import io
import json
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest
from wechatpay_bills import BASIC, OPERATION, gzipped, trade_bill
from wechatpay_world import (
    BASE,
    NOW,
    Clock,
    connector,
    reference,
    refused,
    signed,
    unsigned,
    values,
    yuan,
)

from odoo.addons.payment_bridge.connector.declarations import ChannelSettings
from odoo.addons.payment_bridge.connector.errors import (
    Misconfigured,
    NotSent,
    Rejected,
    Throttled,
    Uncertain,
    Unsupported,
    Untrusted,
)
from odoo.addons.payment_bridge.connector.transport import HttpResponse, Transport
from odoo.addons.payment_bridge.connector.types import Operation
from odoo.addons.payment_bridge_channels.connectors.wechatpay import WechatPayConnector

DAY = date(2026, 1, 15)
NOON = Clock(datetime(2026, 1, 16, 4, 0, tzinfo=UTC))
URL = f"{BASE}/v3/billdownload/file?token=6XIv5TUPto7pByrTQKhd6kwvyKLG2uY2wMMR8cNXqaA_Cv_isgaUtBzp4QtiozLO&tartype=gzip"


def link(content: bytes, url: str = URL, **change):
    hashed = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    return {"hash_type": "SHA1", "hash_value": hashed, "download_url": url, **change}


def file(content: bytes, status: int = 200):
    return HttpResponse(status, {}, content)


def at_noon(*replies, **change):
    """A connector whose clock shows 12:00 in Beijing; answers are signed at that time."""
    return connector(*(_at(reply) for reply in replies), clock=NOON, **change)


def _at(reply):
    if isinstance(reply, dict):
        return signed(json.dumps(reply), at=NOON.at)
    return reply


def test_a_trade_bill_is_asked_for_downloaded_and_proved():
    made, gateway = connector(link(trade_bill()), file(gzipped(trade_bill())))
    found = made.statement(DAY, "trade")
    assert gateway.target(0) == "GET /v3/bill/tradebill?bill_date=2026-01-15&bill_type=ALL&tar_type=GZIP"
    assert gateway.requests[1].url == URL and not gateway.requests[1].keep_answer
    assert (found.content, found.name, found.empty) == (trade_bill(), "wechatpay_trade_20260115.csv", False)
    assert [one.key for one in made.parse_statement(io.BytesIO(found.content), found.name)][0] == "SO202600031"


def test_a_file_that_arrives_unpacked_is_the_same_file():
    made, _ = connector(link(trade_bill()), file(trade_bill()))
    assert made.statement(DAY, "trade").content == trade_bill()


def test_the_fund_bill_of_two_accounts_is_one_archive():
    made, gateway = connector(link(BASIC), file(gzipped(BASIC)), link(OPERATION), file(gzipped(OPERATION)))
    found = made.statement(DAY, "funds")
    assert [gateway.target(at) for at in (0, 2)] == [
        f"GET /v3/bill/fundflowbill?bill_date=2026-01-15&account_type={purse}&tar_type=GZIP"
        for purse in ("BASIC", "OPERATION")
    ]
    archive = zipfile.ZipFile(io.BytesIO(found.content))
    assert {name: archive.read(name) for name in archive.namelist()} == {
        "wechatpay_funds_20260115_BASIC.csv": BASIC,
        "wechatpay_funds_20260115_OPERATION.csv": OPERATION,
    }
    statement = made.parse_statement(io.BytesIO(found.content), found.name)
    assert len(list(statement)) == 7 and statement.totals.closing == yuan("4279.58").amount
    again = connector(link(BASIC), file(BASIC), link(OPERATION), file(OPERATION))[0].statement(DAY, "funds")
    assert again.content == found.content


@pytest.mark.parametrize("purse", ["BASIC", "OPERATION"])
def test_the_fund_bill_of_one_account_is_its_file(purse):
    made, gateway = connector(link(BASIC), file(gzipped(BASIC)), settings=values(purses=purse))
    assert made.statement(DAY, "funds").content == BASIC
    assert f"account_type={purse}&" in gateway.target(0) and len(gateway.requests) == 2


def no_bill(at=NOW):
    return refused("NO_STATEMENT_EXIST", at=at)


def test_no_bill_means_no_movement_only_from_noon_on():
    early = connector(no_bill())[0].statement(DAY, "trade")
    assert (early.empty, early.content, early.retry_at) == (False, None, NOW + timedelta(minutes=30))
    late = at_noon(no_bill(NOON.at))[0].statement(DAY, "trade")
    assert (late.empty, late.content, late.retry_at) == (True, None, None)
    both = at_noon(no_bill(NOON.at), no_bill(NOON.at))[0].statement(DAY, "funds")
    assert both.empty


def test_an_account_without_movement_is_absent_from_the_archive():
    made, _ = at_noon(link(BASIC), file(BASIC), no_bill(NOON.at))
    found = made.statement(DAY, "funds")
    assert zipfile.ZipFile(io.BytesIO(found.content)).namelist() == ["wechatpay_funds_20260115_BASIC.csv"]
    early = connector(link(BASIC), file(BASIC), no_bill())[0].statement(DAY, "funds")
    assert early.content is None and early.retry_at


def test_a_bill_that_is_being_made_is_asked_for_in_half_an_hour():
    made, _ = connector(link(BASIC), file(BASIC), refused("STATEMENT_CREATING"))
    assert made.statement(DAY, "funds").retry_at == NOW + timedelta(minutes=30)
    morning = Clock(datetime(2026, 1, 15, 23, 0, tzinfo=UTC))
    made, _ = connector(refused("STATEMENT_CREATING", at=morning.at), clock=morning)
    assert made.statement(DAY, "trade").retry_at == datetime(2026, 1, 16, 2, 0, tzinfo=UTC)


def test_a_day_that_is_not_over_is_not_asked_for():
    made, gateway = connector()
    assert made.statement(date(2026, 1, 16), "funds").retry_at == datetime(2026, 1, 17, 2, 0, tzinfo=UTC)
    assert gateway.requests == []


def test_a_day_that_wechat_pay_no_longer_keeps_is_never_called_empty():
    with pytest.raises(Rejected) as caught:
        connector()[0].statement(DAY - timedelta(days=120), "funds")
    assert "three months" in caught.value.advice.en


def test_an_unsigned_no_bill_does_not_make_a_day_empty():
    with pytest.raises(Untrusted):
        at_noon(unsigned(no_bill()))[0].statement(DAY, "trade")


def test_an_expired_address_is_asked_for_once_more():
    made, gateway = connector(
        link(BASIC), file(b"expired", 404), link(BASIC), file(BASIC), settings=values(purses="BASIC")
    )
    assert made.statement(DAY, "funds").content == BASIC
    with pytest.raises(NotSent):
        connector(*[link(BASIC), file(b"expired", 403)] * 2)[0].statement(DAY, "trade")


@pytest.mark.parametrize("content", [BASIC + b" ", b"", b"<html>", gzipped(BASIC)[:-9], gzipped(b"0" * 200_000_000)])
def test_a_file_that_is_not_the_promised_one_is_not_used(content):
    made, gateway = connector(*[link(BASIC), file(content)] * 2)
    with pytest.raises(Untrusted):
        made.statement(DAY, "funds")
    assert len(gateway.requests) == 4


@pytest.mark.parametrize(
    "change", [{"hash_value": None}, {"hash_type": "MD5"}, {"download_url": None}, {"download_url": ["x"]}]
)
def test_an_answer_without_address_or_hash_gives_no_bill(change):
    with pytest.raises(Uncertain):
        connector(link(BASIC, **change))[0].statement(DAY, "trade")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refused("PARAM_ERROR"), Rejected),
        (refused("INVALID_REQUEST"), Rejected),
        (refused("NO_AUTH", 403), Misconfigured),
        (refused("FREQUENCY_LIMITED", 429), Throttled),
        (refused("SYSTEM_ERROR", 500), Uncertain),
        (unsigned(signed("{}")), Untrusted),
    ],
)
def test_a_refused_bill_says_why(answer, error):
    with pytest.raises(error) as caught:
        connector(answer)[0].statement(DAY, "funds")
    assert type(caught.value) is error


def test_an_account_that_is_not_open_is_told_as_such():
    with pytest.raises(Rejected) as caught:
        connector(link(BASIC), file(BASIC), refused("INVALID_REQUEST"))[0].statement(DAY, "funds")
    assert "basic account" in caught.value.advice.en


@pytest.mark.parametrize("url", ["https://evil.example/x", "http://api.mch.weixin.qq.com/x", "file:///etc/passwd"])
def test_in_production_a_strange_host_is_never_called(url):
    chosen = ChannelSettings("production", values())

    class Half(Transport):
        """The first answer is canned; everything else goes the real way."""

        def send(self, request):
            return signed(_body(url)) if "fundflowbill" in request.url else super().send(request)

    made = WechatPayConnector(chosen, Half(allowed_hosts=WechatPayConnector.allowed_hosts(chosen)), now=Clock())
    with pytest.raises(Misconfigured):
        made.statement(DAY, "funds")


def _body(url: str) -> str:
    return json.dumps(link(BASIC, url))


def test_a_kind_that_is_not_offered_is_refused():
    with pytest.raises(Unsupported):
        connector()[0].statement(DAY, "signcustomer")


PDF = b"%PDF-1.7 receipt"
RECEIPT_URL = f"{BASE}/v3/transferdownload/elecvoucherfile?token=abc"


def finished(content: bytes = PDF, **change):
    hashed = hashlib.sha256(content).hexdigest()
    return {"state": "FINISHED", "hash_type": "SHA256", "hash_value": hashed, "download_url": RECEIPT_URL, **change}


def test_a_receipt_is_applied_for_then_fetched_and_proved():
    made, gateway = connector(
        {"state": "GENERATING", "create_time": "2026-01-16T10:30:00+08:00"},
        {"state": "GENERATING"},
        finished(),
        file(PDF),
    )
    applied = made.receipt(reference())
    assert gateway.target() == "POST /v3/fund-app/mch-transfer/elecsign/out-bill-no"
    assert gateway.content() == {"out_bill_no": "PO202600013"}
    assert (applied.handle, applied.content) == ("PO202600013", None)
    assert made.receipt(reference(), applied.handle).content is None
    found = made.receipt(reference(), applied.handle)
    assert (found.content, found.name) == (PDF, "wechatpay-receipt-PO202600013.pdf")
    assert gateway.target(1) == "GET /v3/fund-app/mch-transfer/elecsign/out-bill-no/PO202600013"


def test_a_receipt_applied_for_before_is_on_its_way():
    made, _ = connector(refused("INVALID_REQUEST"), finished())
    assert made.receipt(reference()).handle == "PO202600013"
    with pytest.raises(Rejected):
        connector(refused("INVALID_REQUEST"), refused("NOT_FOUND", 404))[0].receipt(reference())


@pytest.mark.parametrize(
    ("replies", "error"),
    [
        ((finished(hash_value="0" * 64), file(PDF)), Untrusted),
        ((finished(b"<html>"), file(b"<html>")), Untrusted),
        ((finished(), file(PDF, 404)), NotSent),
        ((finished(hash_type="MD5"),), Uncertain),
        (({"state": "NEW"},), Uncertain),
        (({"state": "FAILED", "fail_reason": "x"},), Rejected),
        ((refused("NOT_FOUND", 404),), Rejected),
        ((refused("NO_AUTH", 403),), Misconfigured),
    ],
)
def test_a_receipt_that_cannot_be_had_says_why(replies, error):
    with pytest.raises(error) as caught:
        connector(*replies)[0].receipt(reference(), "PO202600013")
    assert type(caught.value) is error


def test_a_receipt_hashed_the_national_way_is_proved_too():
    sm3 = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"  # of "abc", GB/T 32905
    with pytest.raises(Untrusted, match="hash"):
        connector(finished(hash_type="SM3", hash_value=sm3), file(b"abc"))[0].receipt(reference(), "x")


def test_only_transfers_have_receipts():
    with pytest.raises(Unsupported):
        connector()[0].receipt(reference(Operation.COLLECT))


BY_API = values(balance_source="api")


def test_the_balance_is_the_sum_of_the_accounts():
    replies = [{"available_amount": 106958, "pending_amount": 100}, {"available_amount": 321000, "pending_amount": 0}]
    made, gateway = connector(*replies, settings=BY_API)
    found = made.balance()
    assert (found.available, found.frozen, found.total) == (yuan("4279.58"), yuan("1.00"), yuan("4280.58"))
    assert gateway.target(0) == "GET /v3/merchant/fund/balance/BASIC" and found.at == NOW


def test_a_balance_that_the_merchant_does_not_have_is_explained():
    for made in (connector()[0], connector(refused("NO_AUTH", 403), settings=BY_API)[0]):
        with pytest.raises(Unsupported) as caught:
            made.balance()
        assert "fund bill" in caught.value.advice.en and "资金账单" in caught.value.advice.zh


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"available_amount": "1"}, Uncertain),
        ({}, Uncertain),
        (refused("INVALID_REQUEST"), Rejected),
        (refused("SYSTEM_ERROR", 500), Uncertain),
    ],
)
def test_a_balance_that_cannot_be_read_is_an_error(answer, error):
    with pytest.raises(error):
        connector(answer, settings=BY_API)[0].balance()


def test_the_connection_test_tries_everything_without_changing_anything():
    made, gateway = connector(
        refused("ORDER_NOT_EXIST", 404),
        refused("NOT_FOUND", 404),
        no_bill(),
        {"available_amount": 1},
        {"available_amount": 1},
        settings=BY_API,
    )
    reports = made.test_connection()
    assert [one.ok for one in reports] == [True] * 6
    assert {request.method for request in gateway.requests} == {"GET"}
    assert all(one.step.zh and one.detail.en and one.detail.zh for one in reports)


def test_the_connection_test_explains_each_failure_and_goes_on():
    made, gateway = connector(
        refused("SIGN_ERROR", 401),
        refused("NO_AUTH", 403),
        NotSent("unreachable"),
        notify_url="http://localhost/x?y",
        settings=values(),
    )
    reports = made.test_connection()
    assert [one.ok for one in reports] == [True, False, False, False, False]
    assert "SIGN_ERROR" in reports[2].detail.zh and "NO_AUTH" in reports[3].detail.en
    assert len(gateway.requests) == 3
