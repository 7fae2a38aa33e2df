"""Each fault of the sandbox does what its name says, and no more."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests
from alipay import DCAliPay
from alipay.exceptions import AliPayException, AliPayValidationError

from sandbox.server import Sandbox
from sandbox.testing import QUERY, TRANSFER, WALLET, Merchant, wallet_order

pytest_plugins = ["sandbox.testing"]


LOST = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)


@pytest.mark.parametrize(
    ("kind", "args", "executed"),
    [
        ("refuse", {}, 0),
        ("timeout_before", {"seconds": 0.05}, 0),
        ("timeout_after", {"seconds": 0.05}, 1),
        ("cut_answer", {}, 1),
    ],
)
def test_lost_answers_leave_the_money_as_their_name_says(
    merchant: Merchant, kind: str, args: dict[str, Any], executed: int
) -> None:
    merchant.fault(kind, method=TRANSFER, out_biz_no="PO1", **args)
    with pytest.raises(LOST):
        merchant.raw(TRANSFER, wallet_order())
    assert merchant.paid("PO1")[0] == executed
    assert merchant.query("PO1").get("sub_code") == (None if executed else "ORDER_NOT_EXIST")
    assert merchant.pay("PO1")["status"] == "SUCCESS"
    assert merchant.paid("PO1") == (1, "10.00")


def test_system_errors_before_and_after_look_the_same_and_are_not(merchant: Merchant) -> None:
    for kind, executed in (("system_error_before", 0), ("system_error_after", 1)):
        merchant.fault(kind, method=TRANSFER)
        answer = merchant.pay(kind)
        assert (answer["code"], answer["sub_code"]) == ("20000", "isp.unknow-error")
        assert merchant.paid(kind)[0] == executed


def test_signature_faults_are_noticed_by_the_sdk(merchant: Merchant) -> None:
    merchant.fault("wrong_signature")
    with pytest.raises(AliPayValidationError):
        merchant.pay("PO1")
    merchant.fault("unsigned")
    with pytest.raises(AliPayException):
        merchant.pay("PO2")
    assert merchant.paid("PO1")[0] == merchant.paid("PO2")[0] == 1
    merchant.fault("unknown_cert_sn")
    assert merchant.raw(TRANSFER, wallet_order("PO3")).json()["alipay_cert_sn"] != DCAliPay.get_cert_sn(
        merchant.made["alipay_cert"]
    )


def test_html_and_strange_codes_come_without_acting(merchant: Merchant) -> None:
    merchant.fault("html")
    merchant.fault("html", nth=2, status=200)
    answers = [merchant.raw(TRANSFER, wallet_order()) for _ in range(2)]
    assert [(a.status_code, a.text[:6]) for a in answers] == [(502, "<html>"), (200, "<html>")]
    merchant.fault("unknown_code")
    assert merchant.pay("PO1")["sub_code"] == "SANDBOX_NEVER_SEEN_BEFORE"
    merchant.fault("sub_code:SECURITY_CHECK_FAILED", payee=WALLET)
    assert merchant.pay("PO1")["sub_code"] == "SECURITY_CHECK_FAILED"
    assert merchant.paid("PO1")[0] == 0


def test_a_delay_delays(merchant: Merchant) -> None:
    merchant.fault("delay", ms=150)
    began = time.monotonic()
    merchant.pay("PO1")
    assert time.monotonic() - began >= 0.15


def test_a_fault_strikes_the_nth_call_and_so_many_times(merchant: Merchant) -> None:
    fault = merchant.fault("sub_code:SYSTEM_ERROR", method=QUERY, nth=2, times=2)
    merchant.pay("PO1")
    codes = [merchant.query("PO1").get("sub_code") for _ in range(4)]
    assert codes == [None, "SYSTEM_ERROR", "SYSTEM_ERROR", None]
    shown = next(f for f in merchant.sandbox.admin.get("faults") if f["id"] == fault["id"])
    assert (shown["seen"], shown["struck"]) == (4, 2)


def test_requests_are_counted_by_method(young: Sandbox) -> None:
    merchant = Merchant(young)
    merchant.pay("PO1")
    merchant.query("PO1")
    merchant.query("PO1")
    told = young.admin.get("requests")
    assert told["methods"] == {"alipay": {QUERY: 2, TRANSFER: 1}}
    assert told["last"][0]["out_biz_no"] == "PO1" and told["last"][0]["answer"] == "10000"
