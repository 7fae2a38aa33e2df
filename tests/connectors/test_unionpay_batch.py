"""A batch is one file that adds up; its result is believed only when it is about exactly these orders."""

import base64
import zlib
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from unionpay_world import (
    CARD,
    COMPANY,
    GATEWAY,
    MER_ID,
    NOW,
    PLACED,
    TXN_TIME,
    Clock,
    connector,
    ok,
    order,
    values,
)

from odoo.addons.payment_bridge.connector.errors import (
    InvalidOrder,
    Misconfigured,
    Rejected,
    Uncertain,
    Untrusted,
)
from odoo.addons.payment_bridge.connector.types import Money, OutcomeStatus, PayOutBatch
from odoo.addons.payment_bridge_channels.connectors.unionpay import UnionPayConnector

FIRST = order(key="PO20260115000031", amount=Money(Decimal("1.00"), "CNY"), placed_at=None)
SECOND = order(key="PO20260115000032", amount=Money(Decimal("2500.50"), "CNY"), payee=COMPANY, placed_at=None)
TITLES = "orderId|currencyCode|txnAmt|accType|accNo|customerNm|respCode|respMsg|queryId|sysTraNo"


def batch(**change):
    return PayOutBatch(**{"key": "B1", "number": 2, "orders": (FIRST, SECOND), "placed_at": PLACED, **change})


def line(of, code, query="202601151600071008128", **change):
    made = {
        "orderId": of.key,
        "currencyCode": "156",
        "txnAmt": str(int(of.amount.amount * 100)),
        "accType": "01",
        "accNo": of.payee.account,
        "customerNm": of.payee.name,
        "respCode": code,
        "respMsg": "说明",
        "queryId": query,
        "sysTraNo": "100812",
        **change,
    }
    return "|".join(made[title] for title in TITLES.split("|"))


def packed(text, charset="utf-8"):
    return base64.b64encode(zlib.compress(text.encode(charset))).decode()


def result(*lines, head="5.0.0|250150|2|||250050|1||", titles=TITLES, charset="utf-8"):
    return packed("\r\n".join((head, titles, *lines)), charset)


def test_a_batch_is_written_as_the_vendors_sample():
    made, gateway = connector(ok(), settings=values(send_postscript="yes"))
    assert made.pay_out_batch(batch()).status is OutcomeStatus.PROCESSING
    sent = dict(gateway.calls[0])
    text = zlib.decompress(base64.b64decode(sent.pop("fileContent"))).decode()
    assert text == (
        "5.0.0|250150|2||\r\n"
        "orderId|currencyCode|txnAmt|accType|accNo|customerNm|bizType|comDebitCardAccName|businessLicenseRegNo|postscript"
        "\r\nPO20260115000031|156|100|01|6222021234567890128|张三|000401|||打印纸货款"
        "\r\nPO20260115000032|156|250050|04|110060149018800012345||000401|某某纸业有限公司|91310000MA1K35W1X4|打印纸货款"
    )
    for name in ("signature", "certId"):
        sent.pop(name)
    assert sent == {
        "version": "5.1.0",
        "encoding": "UTF-8",
        "signMethod": "01",
        "accessType": "0",
        "merId": MER_ID,
        "txnType": "21",
        "txnSubType": "03",
        "bizType": "000401",
        "channelType": "07",
        "batchNo": "0002",
        "txnTime": TXN_TIME,
        "totalQty": "2",
        "totalAmt": "250150",
    }
    assert gateway.requests[0].url == f"{GATEWAY}/batchTrans.do"


def test_columns_and_characters_are_what_the_contract_says():
    settings = values(batch_columns="orderId|accNo|accType|txnAmt|issInsName|phoneNo", batch_charset="GBK")
    made, gateway = connector(ok(), settings=settings)
    made.pay_out_batch(batch(orders=(SECOND,)))
    text = zlib.decompress(base64.b64decode(gateway.calls[0]["fileContent"])).decode("gbk")
    assert text.split("\r\n")[1:] == [
        "orderId|accNo|accType|txnAmt|issInsName|phoneNo",
        "PO20260115000032|110060149018800012345|04|250050|交通银行|",
    ]


@pytest.mark.parametrize(
    "columns", ["orderId|txnAmt", "orderId|orderId|txnAmt|accType|accNo", "x|orderId|txnAmt|accType|accNo"]
)
def test_columns_that_cannot_work_are_refused(columns):
    with pytest.raises(Misconfigured, match="batch"):
        connector(settings=values(batch_columns=columns))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number": 0}, "number"),
        ({"number": 10000}, "number"),
        ({"orders": ()}, "orders"),
        ({"orders": (FIRST, FIRST)}, "orders"),
        ({"orders": (FIRST, replace(SECOND, payee=replace(CARD, name="a|b")))}, "payee_name"),
        (
            {
                "orders": tuple(
                    replace(FIRST, key=f"PO{at:08d}", amount=Money(Decimal("9999999999"), "CNY")) for at in (1, 2)
                )
            },
            "amount",
        ),
    ],
)
def test_a_batch_that_breaks_a_rule_is_refused_before_sending(change, field):
    made, gateway = connector()
    with pytest.raises(InvalidOrder) as caught:
        made.pay_out_batch(batch(**change))
    assert caught.value.field == field
    assert not gateway.requests
    assert UnionPayConnector.capabilities.batch_maximum == 10_000


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("03", Uncertain),
        ("12", Uncertain),
        ("99", Uncertain),
        ("14", Rejected),
        ("11", Misconfigured),
        ("ZZ", Uncertain),
    ],
)
def test_a_batch_that_was_not_accepted_says_what_is_known(code, error):
    made, _gateway = connector(ok(code))
    with pytest.raises(error) as caught:
        made.pay_out_batch(batch())
    assert type(caught.value) is error
    made, _gateway = connector(ok(code, batchNo=None))
    with pytest.raises(Uncertain):
        made.pay_out_batch(batch())


def test_an_unsigned_answer_to_a_batch_decides_nothing():
    made, _gateway = connector(ok(signature="x"))
    with pytest.raises(Untrusted):
        made.pay_out_batch(batch())


def test_a_result_tells_of_each_order_by_its_key():
    content = result(line(FIRST, "61", ""), line(SECOND, "00"))
    made, gateway = connector(ok(fileContent=content))
    found = made.query_batch(batch())
    assert gateway.calls[0]["txnType"] == "22" and gateway.calls[0]["batchNo"] == "0002"
    assert gateway.calls[0]["txnTime"] == TXN_TIME
    assert found.status is OutcomeStatus.SUCCEEDED
    first, second = found.outcomes[FIRST.key], found.outcomes[SECOND.key]
    assert (first.status, first.platform_code, first.platform_reference) == (OutcomeStatus.FAILED, "61", None)
    assert (second.status, second.platform_reference) == (OutcomeStatus.SUCCEEDED, "202601151600071008128")
    assert second.amount == SECOND.amount and first.advice.zh and second.advice is None


@pytest.mark.parametrize("code", ["01", "03", "04", "05", "12", "34", "60", "ZZ"])
def test_an_order_whose_line_is_open_stays_open(code):
    made, _gateway = connector(ok(fileContent=result(line(FIRST, code))))
    outcomes = made.query_batch(batch()).outcomes
    assert outcomes[FIRST.key].status is OutcomeStatus.PROCESSING
    assert SECOND.key not in outcomes, "an order that is not named is as uncertain as before"


def test_a_result_may_be_written_in_gbk():
    made, _gateway = connector(
        ok(fileContent=result(line(FIRST, "00"), charset="gbk")), settings=values(batch_charset="GBK")
    )
    assert made.query_batch(batch()).outcomes[FIRST.key].platform_message == "说明"


@pytest.mark.parametrize(
    "content",
    [
        "%%%",
        base64.b64encode(b"not deflated").decode(),
        base64.b64encode(zlib.compress(b"x" * 100)[:-4]).decode(),
        base64.b64encode(zlib.compress(b"x") + b"more").decode(),
        base64.b64encode(zlib.compress(bytes(20 * 1024 * 1024))).decode(),
        base64.b64encode(zlib.compress(bytes(2 * 1024 * 1024))).decode(),
        packed(""),
        result(line(FIRST, "00"), titles="orderId|txnAmt"),
        result(line(FIRST, "00"), titles=TITLES.replace("accType", "orderId")),
        result(line(FIRST, "00"), head="5.0.0|250151|2|||0|0||"),
        result(line(FIRST, "00"), head="5.0.0|250150|3|||0|0||"),
        result(line(FIRST, "00"), head="x"),
        result(line(FIRST, "00"), line(FIRST, "61")),
        result(line(FIRST, "00", txnAmt="101")),
        result(line(FIRST, "00", txnAmt="1.00")),
        result(line(FIRST, "00", orderId="PO20260115000099")),
        result(line(FIRST, "00") + "|more"),
        result("x"),
        result(line(FIRST, "00"), charset="gbk"),
    ],
)
def test_a_result_that_is_not_about_this_batch_decides_nothing(content):
    made, _gateway = connector(ok(fileContent=content))
    with pytest.raises(Uncertain):
        made.query_batch(batch())


def test_a_batch_without_its_result_is_still_under_way():
    made, _gateway = connector(ok(), ok("05"), ok("41"))
    for _ in range(3):
        assert made.query_batch(batch()).status is OutcomeStatus.PROCESSING


@pytest.mark.parametrize("reply", [ok("00", batchNo=None), ok(batchNo="0003"), ok("99"), ok("03")])
def test_an_answer_that_is_not_about_the_batch_decides_nothing(reply):
    made, _gateway = connector(reply)
    with pytest.raises(Uncertain):
        made.query_batch(batch())


def test_a_batch_is_not_found_only_after_some_minutes():
    clock = Clock(NOW)
    made, _gateway = connector(ok("34"), ok("34"), clock=clock)
    with pytest.raises(Uncertain):
        made.query_batch(batch())
    clock.at = PLACED + timedelta(minutes=10)
    assert made.query_batch(batch()).status is OutcomeStatus.NOT_FOUND
