"""Bills, receipts and the balance: fetched at once, from known hosts, and never confused with a page."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from alipay_bills import zipped
from alipay_world import NOW, PID, Clock, answer, connector, failure, reference, values

from odoo.addons.payment_bridge.connector.declarations import ChannelSettings
from odoo.addons.payment_bridge.connector.errors import (
    InvalidOrder,
    Misconfigured,
    NotSent,
    Rejected,
    Throttled,
    Uncertain,
    Unsupported,
)
from odoo.addons.payment_bridge.connector.transport import Transport
from odoo.addons.payment_bridge_channels.connectors.alipay import AlipayConnector

DAY = date(2026, 1, 15)
URL = (
    "http://dwbillcenter.alipay.com/downloadBillFile.resource?bizType=fnd&userId=20885012345678900156"
    "&fileType=csv.zip&downloadFileName=20885012345678900156_20260115.csv.zip&fileId=x&token=t"
)
LINK = {"code": "10000", "msg": "Success", "bill_download_url": URL}
PAGE = answer("<html>下载超时</html>")
ZIP = answer(zipped())


def test_a_bill_is_asked_for_and_downloaded_at_once():
    made, gateway = connector(LINK, ZIP)
    found = made.statement(DAY, "signcustomer")
    assert gateway.content() == {"bill_type": "signcustomer", "bill_date": "2026-01-15"}
    assert (found.day, found.kind, found.content) == (DAY, "signcustomer", zipped())
    assert found.name == "20885012345678900156_20260115.csv.zip" and not found.empty
    request = gateway.requests[1]
    assert (request.method, request.url, request.keep_answer) == ("GET", URL, False)


def test_in_production_a_download_goes_over_tls():
    made, gateway = connector(LINK, ZIP, environment="production")
    made.statement(DAY, "trade")
    assert gateway.requests[0].url.startswith("https://openapi.alipay.com/gateway.do?")
    assert gateway.requests[1].url == URL.replace("http:", "https:")


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x",
        "https://127.0.0.1/x",
        "file:///etc/passwd",
        "https://dwbillcenter.alipay.com.evil.example/x",
        "https://[::1]/",
    ],
)
def test_in_production_a_strange_host_is_never_called(url):
    chosen = ChannelSettings("production", values())
    transport = Transport(allowed_hosts=AlipayConnector.allowed_hosts(chosen))
    made, gateway = connector({**LINK, "bill_download_url": url}, environment="production")
    scripted = gateway.send
    gateway.send = lambda request: transport.send(request) if request.method == "GET" else scripted(request)
    with pytest.raises(Misconfigured) as caught:
        made.statement(DAY, "signcustomer")
    assert "download host" in caught.value.message and caught.value.advice.zh


def test_an_expired_address_is_replaced_once():
    made, gateway = connector(LINK, PAGE, LINK, ZIP)
    assert made.statement(DAY, "signcustomer").content == zipped()
    assert len(gateway.requests) == 4


@pytest.mark.parametrize("reply", [PAGE, answer(zipped(), 404), answer(b"")])
def test_two_pages_are_not_a_bill(reply):
    with pytest.raises(NotSent) as caught:
        connector(LINK, reply, LINK, reply)[0].statement(DAY, "signcustomer")
    assert caught.value.advice.zh


@pytest.mark.parametrize("code", ["NO_BILL_DATA", "BILL_NOT_EXIST"])
@pytest.mark.parametrize(
    ("hour", "empty", "retry_at"),
    [
        (0, False, datetime(2026, 1, 16, 2, 0, tzinfo=UTC)),
        (10, False, datetime(2026, 1, 16, 3, 0, tzinfo=UTC)),
        (11, False, datetime(2026, 1, 16, 4, 0, tzinfo=UTC)),
        (12, True, None),
        (20, True, None),
    ],
)
def test_no_bill_means_no_movement_only_from_noon(code, hour, empty, retry_at):
    clock = Clock(
        datetime(2026, 1, 15, 16, 0, tzinfo=UTC).replace(hour=16)
        if hour == 0
        else datetime(2026, 1, 16, hour - 8, 0, tzinfo=UTC)
    )
    found = connector(failure(code), clock=clock)[0].statement(DAY, "signcustomer")
    assert (found.content, found.empty, found.retry_at) == (None, empty, retry_at)


@pytest.mark.parametrize("day", [date(2026, 1, 16), date(2026, 1, 17)])
def test_today_is_not_asked_for(day):
    made, gateway = connector()
    found = made.statement(day, "signcustomer")
    assert found.content is None and not found.empty and found.retry_at > NOW
    assert gateway.requests == []


def test_an_empty_bill_that_can_be_downloaded_is_downloaded():
    node = {**LINK, "bill_file_code": "EMPTY_DATA_WITH_BILL_FILE"}
    assert connector(node, ZIP)[0].statement(DAY, "signcustomer").content


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (failure("TYPE_NOT_SUPPORTED"), Rejected),
        (failure("INVAILID_ARGUMENTS"), Rejected),
        (failure("isv.invalid-arguments", "40002"), Rejected),
        (failure("BILL_DATE_BEFORE_REGISTRATION"), Rejected),
        (failure("SYSTEM_RATE_LIMIT"), Throttled),
        (failure("USER_RATE_LIMIT"), Throttled),
        (failure("SYSTEM_ERROR"), Uncertain),
        (failure("UNKNOWN_ERROR"), Uncertain),
        (failure("A_CODE_OF_TOMORROW"), Uncertain),
        (failure("isv.insufficient-isv-permissions", "40006"), Misconfigured),
        ({"code": "10000", "msg": "Success"}, Uncertain),
    ],
)
def test_a_refused_bill_says_why(reply, error):
    with pytest.raises(error):
        connector(reply)[0].statement(DAY, "signcustomer")


def test_only_declared_kinds_are_fetched():
    with pytest.raises(Unsupported):
        connector()[0].statement(DAY, "settlementMerge")


PDF = answer(b"%PDF-1.4 ...")


def test_a_receipt_is_applied_for_and_fetched_with_its_handle():
    made, gateway = connector(
        {"code": "10000", "msg": "Success", "file_id": "F1"},
        {"code": "10000", "msg": "Success", "status": "PROCESS"},
        {"code": "10000", "msg": "Success", "status": "SUCCESS", "download_url": "http://x.test/r"},
        PDF,
    )
    paid = reference(fund_reference="20260115110070001506520012345678")
    first = made.receipt(paid)
    assert (first.handle, first.content) == ("F1", None)
    assert gateway.content() == {"type": "FUND_DETAIL", "key": paid.fund_reference}
    second = made.receipt(paid, first.handle)
    assert (second.handle, second.content) == ("F1", None)
    assert gateway.content() == {"file_id": "F1"}
    third = made.receipt(paid, second.handle)
    assert third.content.startswith(b"%PDF-") and third.name == "alipay-receipt-PO202600012.pdf"


def test_a_receipt_that_cannot_be_had_says_so():
    paid = reference(fund_reference="1")
    with pytest.raises(InvalidOrder):
        connector()[0].receipt(reference())
    with pytest.raises(Rejected):
        node = {"code": "10000", "msg": "Success", "status": "FAIL", "error_message": "x"}
        connector(node)[0].receipt(paid, "F1")
    link = {"code": "10000", "msg": "Success", "status": "SUCCESS", "download_url": "http://x.test/r"}
    with pytest.raises(NotSent):
        connector(link, PAGE, link, PAGE)[0].receipt(paid, "F1")


FOUND = {
    "code": "10000",
    "msg": "Success",
    "available_amount": "90.00",
    "freeze_amount": "10.00",
    "total_amount": "100.00",
}


def _amounts(found):
    return [str(one.amount) for one in (found.available, found.frozen, found.total)]


def test_the_balance_is_read_from_the_bill_interface():
    made, gateway = connector(FOUND)
    found = made.balance()
    assert _amounts(found) == ["90.00", "10.00", "100.00"] and found.at == NOW
    assert gateway.calls[0]["method"] == "alipay.data.bill.balance.query"


def test_without_permission_the_fund_account_is_asked():
    refusal = failure("isv.insufficient-isv-permissions", "40006")
    made, gateway = connector(refusal, {k: v for k, v in FOUND.items() if k != "total_amount"})
    assert _amounts(made.balance()) == ["90.00", "10.00", "100.00"]
    assert gateway.content() == {"account_type": "ACCTRANS_ACCOUNT", "alipay_user_id": PID}
    with pytest.raises(Misconfigured):
        connector(refusal, settings=values(balance_source="bill"))[0].balance()


def test_the_fund_account_can_be_chosen():
    made, gateway = connector(FOUND, settings=values(balance_source="fund"))
    assert made.balance().available.amount == Decimal("90.00")
    assert gateway.calls[0]["method"] == "alipay.fund.account.query"


@pytest.mark.parametrize(
    "node", [{"code": "10000", "msg": "x"}, {**FOUND, "available_amount": "much"}, failure("SYSTEM_ERROR")]
)
def test_a_balance_that_cannot_be_read_is_none(node):
    with pytest.raises(Uncertain):
        connector(node)[0].balance()
