"""The faults of the UnionPay sandbox: lost and false answers, notifications that come late, twice, wrongly or never."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
import requests

from sandbox.server import Sandbox
from sandbox.testing import Inbox, eventually
from sandbox.testing_unionpay import CARD, Shop, parsed

pytest_plugins = ["sandbox.testing", "sandbox.testing_unionpay"]


@pytest.fixture
def quick(sandbox: Sandbox, inbox: Inbox) -> Shop:
    """A merchant whose pay-outs succeed at once and who is told of it."""
    return Shop(sandbox, payout_dealing_ms=0, notify_url=inbox.url)


def send(shop: Shop, order_id: str = "PO20260115001", **more: str) -> requests.Response:
    return shop.post("backTransReq.do", shop.signed(shop.payout_fields(order_id, **more)))


@pytest.mark.parametrize(
    ("kind", "arguments", "count"),
    [
        ("refuse", {}, 0),
        ("timeout_before", {"seconds": 0.05}, 0),
        ("timeout_after", {"seconds": 0.05}, 1),
        ("cut_answer", {}, 1),
    ],
)
def test_an_answer_is_lost_before_or_after_the_payout(quick: Shop, kind: str, arguments: dict, count: int) -> None:
    quick.fault(kind, method="12/00", **arguments)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        send(quick)
    assert quick.paid("PO20260115001")[0] == count
    told = quick.query("PO20260115001")
    assert told["respCode"] == ("00" if count else "34")


@pytest.mark.parametrize(
    ("kind", "arguments", "code", "count"),
    [
        ("system_error_before", {}, "06", 0),
        ("system_error_after", {}, "03", 1),
        ("system_error_after", {"code": "99"}, "99", 1),
        ("sub_code:38", {}, "38", 0),
        ("sub_code:05", {}, "05", 0),
        ("unknown_code", {}, "Q7", 0),
    ],
)
def test_an_answer_says_otherwise(quick: Shop, kind: str, arguments: dict, code: str, count: int) -> None:
    quick.fault(kind, out_biz_no="PO20260115001", **arguments)
    assert quick.pay("PO20260115001")["respCode"] == code
    assert quick.paid("PO20260115001")[0] == count
    assert quick.pay("PO20260115001")["respCode"] == ("12" if count else "00")


@pytest.mark.parametrize("method", ["01", "11", "12"])
@pytest.mark.parametrize(
    ("kind", "arguments"),
    [("wrong_signature", {}), ("unsigned", {}), ("unsigned", {"empty": True}), ("unknown_cert_sn", {})],
)
def test_an_answer_cannot_be_believed(sandbox: Sandbox, kind: str, arguments: dict, method: str) -> None:
    shop = Shop(sandbox, sign_method=method, payout_dealing_ms=0)
    shop.fault(kind, payee=CARD, **arguments)
    answer = parsed(send(shop).content.decode())
    assert answer["respCode"] == "00" and not shop.believes(answer)
    assert ("signature" in answer) == (kind != "unsigned" or bool(arguments))
    assert shop.paid("PO20260115001")[0] == 1
    assert shop.query("PO20260115001")["origRespCode"] == "00"


@pytest.mark.parametrize(("act", "count"), [(False, 0), (True, 1)])
def test_a_page_comes_instead_of_an_answer(quick: Shop, act: bool, count: int) -> None:
    quick.fault("html", act=act, status=200)
    response = send(quick)
    assert response.status_code == 200 and response.text.startswith("<html>")
    assert quick.paid("PO20260115001")[0] == count


def test_a_delay_only_waits_and_a_fault_strikes_whom_it_names(quick: Shop) -> None:
    quick.fault("delay", on="gateway", ms=30, when="after", nth=2, method="12/00")
    assert send(quick).elapsed.total_seconds() < send(quick, "PO20260115002").elapsed.total_seconds()
    quick.fault("refuse", payee="6222020000000001")
    assert quick.pay("PO20260115003")["respCode"] == "00"
    requests_seen = quick.sandbox.admin.get("requests")["last"]
    struck = [seen for seen in requests_seen if seen["app_id"] == quick.mer_id and seen["faults"]]
    assert [(seen["platform"], seen["method"], seen["faults"]) for seen in struck] == [("unionpay", "12/00", "delay")]


def test_encrypted_payees_can_be_named_too(sandbox: Sandbox) -> None:
    shop = Shop(sandbox, encryption_required=True)
    shop.fault("sub_code:38", payee=CARD)
    secret = {"accNo": shop.encrypted(CARD), "encryptCertId": shop.made["encrypt_cert_id"]}
    assert shop.pay("PO20260115001", **secret)["respCode"] == "38"


# Notifications


def test_success_is_notified_and_nothing_else(quick: Shop, inbox: Inbox) -> None:
    quick.sandbox.admin.post("unionpay/payees", account="6222020000000063", late_error="63", delay_ms=0)
    quick.pay("PO20260115001", account="6222020000000063", reqReserved="x")
    quick.pay("PO20260115002", reqReserved="x/y+z=")
    eventually(lambda: inbox.messages)
    (message,) = inbox.messages
    assert (message["orderId"], message["respCode"], message["reqReserved"]) == ("PO20260115002", "00", "x/y+z=")
    assert quick.believes(message)
    assert message["settleDate"] == quick.query("PO20260115002")["settleDate"]
    about = [n for n in quick.sandbox.admin.get("notifications") if n["app_id"] == quick.mer_id]
    assert [n["state"] for n in about] == ["delivered"]


def test_back_url_goes_before_the_merchants_own(sandbox: Sandbox, inbox: Inbox) -> None:
    shop = Shop(sandbox, payout_dealing_ms=0, notify_url="http://127.0.0.1:9/never")
    shop.pay("PO20260115001", backUrl=inbox.url)
    eventually(lambda: inbox.messages)


def test_a_receiver_that_fails_is_told_five_times(young: Sandbox) -> None:
    shop = Shop(young, payout_dealing_ms=0, notify_url=young.url + "/nobody/is/here")
    shop.pay("PO20260115001")

    def deliveries() -> list[dict]:
        return [d for n in young.admin.get("notifications") for d in n["deliveries"]]

    for number, gap in enumerate((60, 120, 240, 300), 1):
        eventually(lambda n=number: len(deliveries()) == n)
        assert young.admin.get("notifications")[0]["state"] == "waiting"
        young.admin.post("clock", advance_seconds=gap)
    eventually(lambda: young.admin.get("notifications")[0]["state"] == "given_up")
    assert [d["status"] for d in deliveries()] == [404] * 5


@pytest.mark.parametrize("method", ["01", "11"])
def test_a_notification_can_be_false(sandbox: Sandbox, inbox: Inbox, method: str) -> None:
    shop = Shop(sandbox, payout_dealing_ms=0, notify_url=inbox.url, sign_method=method)
    shop.fault("wrong_signature", on="notification", status="00")
    shop.pay("PO20260115001")
    eventually(lambda: inbox.messages)
    assert not shop.believes(inbox.messages[0])


def test_a_notification_can_be_lost_doubled_delayed_or_come_out_of_order(young: Sandbox, inbox: Inbox) -> None:
    shop = Shop(young, payout_dealing_ms=0, notify_url=inbox.url)
    shop.fault("drop", out_biz_no="PO20260115001")
    shop.fault("duplicate", out_biz_no="PO20260115002", copies=2)
    shop.fault("delay", on="notification", out_biz_no="PO20260115003", ms=3600_000)
    shop.fault("reorder", out_biz_no="PO20260115004", hold_ms=3600_000)

    def seen() -> list[str]:
        return [m["orderId"][-1] for m in list(inbox.messages)]

    for number in range(1, 4):
        shop.pay(f"PO2026011500{number}")
    eventually(lambda: seen() == ["2", "2", "2"])
    for number in range(4, 6):
        shop.pay(f"PO2026011500{number}")
    eventually(lambda: seen()[3:] == ["5", "4"])
    young.admin.post("clock", advance_seconds=3600)
    eventually(lambda: "3" in seen())
    assert young.admin.get("notifications")[0]["state"] == "dropped"


def test_a_notification_can_come_before_the_answer(quick: Shop, inbox: Inbox) -> None:
    quick.fault("early", method="12/00")
    assert quick.pay("PO20260115001")["respCode"] == "00"
    assert [message["orderId"] for message in inbox.messages] == ["PO20260115001"]


def test_any_notification_can_be_signed_by_hand(shop: Shop) -> None:
    for spoil, believed in (({}, True), ({"wrong_signature": True}, False), ({"unknown_cert_sn": True}, False)):
        params = {"orderId": "PO20260115001", "respCode": "00", "encoding": "UTF-8", "respMsg": "成功"}
        made = shop.sandbox.admin.post("unionpay/sign_notification", mer_id=shop.mer_id, params=params, **spoil)
        fields = dict(parse_qsl(made["body"], strict_parsing=True))
        assert fields["respMsg"] == "成功" and shop.believes(fields) is believed
