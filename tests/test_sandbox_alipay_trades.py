"""Trades of the sandbox as an independent client, python-alipay-sdk, sees them: collecting, closing, giving back."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from sandbox.control import Refused
from sandbox.server import Sandbox
from sandbox.testing import Merchant, eventually

pytest_plugins = ["sandbox.testing"]


@pytest.fixture(params=["certificate", "key"])
def seller(request: pytest.FixtureRequest, sandbox: Sandbox) -> Merchant:
    """A merchant with DCAliPay (certificate mode) or AliPay (key mode) in hand."""
    return Merchant(sandbox, mode=request.param)


def show_code(merchant: Merchant, number: str = "SO1", amount: str = "100.00", **more: Any) -> dict[str, Any]:
    return merchant.sdk.api_alipay_trade_precreate("打印纸A4", number, amount, **more)


def scan_and_pay(merchant: Merchant, answer: dict[str, Any], **more: Any) -> dict[str, Any]:
    return merchant.sandbox.admin.post("persons/pay", content=answer["qr_code"], **more)


def present(merchant: Merchant, **terms: Any) -> str:
    return merchant.sandbox.admin.post("persons/present", platform="alipay", **terms)["auth_code"]


def order_of(merchant: Merchant, key: str) -> dict[str, Any]:
    orders = merchant.sandbox.admin.get("alipay/orders")["orders"]
    found = [one for one in orders if one["key"] == key and one["merchant"] == merchant.app_id]
    assert len(found) == 1, found
    return found[0]


def ask(merchant: Merchant, number: str = "SO1") -> dict[str, Any]:
    return merchant.sdk.api_alipay_trade_query(out_trade_no=number)


def test_a_code_is_no_trade_until_somebody_pays_it(seller: Merchant) -> None:
    code = show_code(seller)
    assert code["code"] == "10000" and code["out_trade_no"] == "SO1"
    assert re.fullmatch(r"https://qr\.alipay\.com/[a-z0-9]+", code["qr_code"])
    unknown = ask(seller)
    assert (unknown["code"], unknown["sub_code"]) == ("40004", "ACQ.TRADE_NOT_EXIST")
    assert order_of(seller, "SO1")["status"] == "NOT_SCANNED"
    paid = scan_and_pay(seller, code)
    told = ask(seller)
    assert re.fullmatch(r"\d{28}", told["trade_no"]) and told["trade_no"] == paid["trade_no"]
    assert (told["trade_status"], told["total_amount"], told["receipt_amount"]) == ("TRADE_SUCCESS", "100.00", "100.00")
    assert "*" in told["buyer_logon_id"] and told["send_pay_date"]
    assert told["fund_bill_list"] == [{"amount": "100.00", "fund_channel": "ALIPAYACCOUNT"}]
    assert seller.sdk.api_alipay_trade_query(trade_no=told["trade_no"])["out_trade_no"] == "SO1"
    order = order_of(seller, "SO1")
    assert (order["operation"], order["executed_count"], order["executed_sum"]) == ("collect", 1, "100.00")
    assert seller.sandbox.admin.get(f"alipay/balances/{seller.pid}")["balance"] == "1099.40"
    assert seller.sandbox.admin.get(f"alipay/balances/{seller.app_id}")["balance"] == "1099.40"


def test_the_same_code_again_and_no_second_payment(seller: Merchant) -> None:
    code = show_code(seller)
    assert show_code(seller)["qr_code"] == code["qr_code"]
    assert show_code(seller, amount="99.00")["sub_code"] == "ACQ.CONTEXT_INCONSISTENT"
    scan_and_pay(seller, code)
    with pytest.raises(Refused, match="TRADE_SUCCESS"):
        scan_and_pay(seller, code)
    assert show_code(seller)["sub_code"] == "ACQ.TRADE_HAS_SUCCESS"
    assert order_of(seller, "SO1")["executed_count"] == 1


def test_codes_of_other_merchants_are_other_codes(sandbox: Sandbox) -> None:
    one, other = Merchant(sandbox), Merchant(sandbox)
    code = show_code(one)
    assert show_code(other)["qr_code"] != code["qr_code"]
    scan_and_pay(one, code)
    assert ask(other)["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    with pytest.raises(Refused, match="404"):
        scan_and_pay(one, {"qr_code": "https://qr.alipay.com/strange"})


@pytest.mark.parametrize(
    ("change", "sub_code"),
    [
        ({"amount": "0.00"}, "ACQ.INVALID_PARAMETER"),
        ({"amount": "1.001"}, "ACQ.INVALID_PARAMETER"),
        ({"amount": "-1"}, "ACQ.INVALID_PARAMETER"),
        ({"amount": "100000000.01"}, "ACQ.TOTAL_FEE_EXCEED"),
        ({"number": "SO-1"}, "ACQ.INVALID_PARAMETER"),
        ({"number": "S" * 65}, "ACQ.INVALID_PARAMETER"),
        ({"body": "x" * 129}, "ACQ.INVALID_PARAMETER"),
        ({"timeout_express": "30s"}, "ACQ.INVALID_PARAMETER"),
        ({"timeout_express": "16d"}, "ACQ.INVALID_PARAMETER"),
        ({"time_expire": "tomorrow"}, "ACQ.INVALID_PARAMETER"),
        ({"time_expire": "2020-01-01 00:00:00"}, "ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR"),
        ({"product_code": "FAST_INSTANT_TRADE_PAY"}, "ACQ.INVALID_PARAMETER"),
        ({"seller_id": "2088000000000009"}, "ACQ.INVALID_PARAMETER"),
    ],
)
def test_what_a_code_may_not_ask_for(merchant: Merchant, change: dict[str, str], sub_code: str) -> None:
    assert show_code(merchant, **change)["sub_code"] == sub_code


@pytest.mark.parametrize("subject", ["a/b", "a=b", "a&b", "x" * 257, ""])
def test_subjects_that_are_refused(merchant: Merchant, subject: str) -> None:
    answer = merchant.sdk.api_alipay_trade_precreate(subject, "SO1", "1.00")
    assert answer["sub_code"] == "ACQ.INVALID_PARAMETER"


def test_amounts_as_numbers_are_taken_too(merchant: Merchant) -> None:
    scan_and_pay(merchant, show_code(merchant, amount=20))  # type: ignore[arg-type]
    assert ask(merchant)["total_amount"] == "20.00"


def test_a_code_dies_after_two_hours_and_a_scanned_trade_at_its_time(young: Sandbox) -> None:
    merchant = Merchant(young)
    first, scanned = show_code(merchant, "SO1", timeout_express="15d"), show_code(merchant, "SO2")
    assert young.admin.post("alipay/codes/scan", content=scanned["qr_code"])["trade_status"] == "WAIT_BUYER_PAY"
    assert ask(merchant, "SO2")["trade_status"] == "WAIT_BUYER_PAY"
    young.admin.post("clock", advance_seconds=2 * 3600 + 1)
    with pytest.raises(Refused, match="no longer valid"):
        scan_and_pay(merchant, first)
    assert ask(merchant, "SO1")["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    assert ask(merchant, "SO2")["trade_status"] == "WAIT_BUYER_PAY"
    young.admin.post("clock", advance_seconds=3600)
    eventually(lambda: ask(merchant, "SO2")["trade_status"] == "TRADE_CLOSED")
    with pytest.raises(Refused, match="TRADE_CLOSED"):
        scan_and_pay(merchant, scanned)
    short = show_code(merchant, "SO3", timeout_express="1m")
    young.admin.post("clock", advance_seconds=61)
    with pytest.raises(Refused, match="no longer valid"):
        scan_and_pay(merchant, short)


def test_closing_ends_what_nobody_has_paid(seller: Merchant) -> None:
    code = show_code(seller)
    assert seller.sdk.api_alipay_trade_close(out_trade_no="SO1")["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    seller.sandbox.admin.post("alipay/codes/scan", content=code["qr_code"])
    closed = seller.sdk.api_alipay_trade_close(out_trade_no="SO1")
    assert (closed["code"], closed["out_trade_no"]) == ("10000", "SO1")
    assert ask(seller)["trade_status"] == "TRADE_CLOSED" and "send_pay_date" not in ask(seller)
    assert show_code(seller)["sub_code"] == "ACQ.TRADE_HAS_CLOSE"
    scan_and_pay(seller, show_code(seller, "SO2"))
    assert seller.sdk.api_alipay_trade_close(out_trade_no="SO2")["sub_code"] == "ACQ.TRADE_STATUS_ERROR"
    assert order_of(seller, "SO1")["executed_count"] == 0


def test_cancelling_closes_gives_back_or_finds_nothing(seller: Merchant) -> None:
    cancel = seller.sdk.api_alipay_trade_cancel
    code = show_code(seller)
    nothing = cancel(out_trade_no="SO1")
    assert nothing["retry_flag"] == "N" and "action" not in nothing
    scan_and_pay(seller, code)  # no source says that cancelling voids a code nobody has scanned
    assert cancel(out_trade_no="SO1")["action"] == cancel(out_trade_no="SO1")["action"] == "refund"
    told = ask(seller)
    assert told["trade_status"] == "TRADE_CLOSED" and told["send_pay_date"]
    waiting = show_code(seller, "SO2")
    seller.sandbox.admin.post("alipay/codes/scan", content=waiting["qr_code"])
    assert cancel(out_trade_no="SO2")["action"] == "close"
    assert seller.ledger()["balance"] == "1000.00"
    order = order_of(seller, "SO1")
    assert (order["executed_count"], order["returned_count"], order["returned_sum"]) == (1, 1, "100.00")


def test_cancelling_has_its_limits(young: Sandbox) -> None:
    merchant = Merchant(young, cancel_retries=1)
    cancel = merchant.sdk.api_alipay_trade_cancel
    scan_and_pay(merchant, show_code(merchant))
    assert cancel(out_trade_no="SO1")["retry_flag"] == "Y"
    assert ask(merchant)["trade_status"] == "TRADE_SUCCESS"
    merchant.sdk.api_alipay_trade_refund("30.00", out_trade_no="SO1", out_request_no="RF1")
    assert cancel(out_trade_no="SO1")["sub_code"] == "ACQ.REASON_TRADE_REFUND_FEE_ERR"
    young.admin.patch(f"alipay/apps/{merchant.app_id}", cancel_retries=0)
    scan_and_pay(merchant, show_code(merchant, "SO2"))
    young.admin.post("clock", advance_seconds=86400)
    assert cancel(out_trade_no="SO2")["sub_code"] == "ACQ.TRADE_CANCEL_TIME_OUT"
    young.admin.post("alipay/settings", cancel_voids_codes=True)
    voided = show_code(merchant, "SO3")
    cancel(out_trade_no="SO3")
    with pytest.raises(Refused, match="no longer valid"):
        scan_and_pay(merchant, voided)


def charge(merchant: Merchant, auth_code: str, number: str = "SO1", amount: str = "20.00") -> dict[str, Any]:
    return merchant.sdk.api_alipay_trade_pay(number, "bar_code", auth_code, "零售", total_amount=amount)


def test_a_presented_code_is_charged_once(seller: Merchant) -> None:
    auth_code = present(seller)
    assert re.fullmatch(r"(2[5-9]|30)\d{14,22}", auth_code)
    paid = charge(seller, auth_code)
    assert (paid["code"], paid["total_amount"], paid["receipt_amount"]) == ("10000", "20.00", "20.00")
    assert paid["gmt_payment"] and ask(seller)["trade_status"] == "TRADE_SUCCESS"
    assert charge(seller, auth_code)["sub_code"] == "ACQ.TRADE_HAS_SUCCESS"
    assert charge(seller, auth_code, "SO2")["sub_code"] == "ACQ.PAYMENT_AUTH_CODE_INVALID"
    assert ask(seller, "SO2")["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    order = order_of(seller, "SO1")
    assert (order["operation"], order["executed_count"], order["executed_sum"]) == ("charge", 1, "20.00")


def test_a_customer_who_is_asked_pays_on_his_own_device_or_not(seller: Merchant) -> None:
    auth_code = present(seller, result="asks")
    asked = charge(seller, auth_code)
    assert asked["code"] == "10003" and asked["receipt_amount"] == "0.00"
    assert ask(seller)["trade_status"] == "WAIT_BUYER_PAY"
    assert charge(seller, auth_code)["code"] == "10003"
    seller.sandbox.admin.post("persons/pay", content=auth_code)
    assert ask(seller)["trade_status"] == "TRADE_SUCCESS"
    charge(seller, present(seller, result="asks"), "SO2")
    assert seller.sdk.api_alipay_trade_cancel(out_trade_no="SO2")["action"] == "close"
    charge(seller, present(seller, result="asks", confirms_after_ms=20), "SO3")
    eventually(lambda: ask(seller, "SO3")["trade_status"] == "TRADE_SUCCESS")


def test_a_refused_charge_says_why_and_leaves_no_trade(young: Sandbox) -> None:
    merchant = Merchant(young)
    refused = charge(merchant, present(merchant, result="refused"))
    assert (refused["code"], refused["sub_code"]) == ("40004", "ACQ.BUYER_BALANCE_NOT_ENOUGH")
    assert refused["receipt_amount"] == "0.00"
    other = present(merchant, result="refused", error="ACQ.PAYMENT_REQUEST_HAS_RISK")
    assert charge(merchant, other)["sub_code"] == "ACQ.PAYMENT_REQUEST_HAS_RISK"
    assert ask(merchant)["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    late = present(merchant)
    young.admin.post("clock", advance_seconds=61)
    assert charge(merchant, late)["sub_code"] == "ACQ.PAYMENT_AUTH_CODE_INVALID"
    with pytest.raises(Refused, match="result is one of"):
        present(merchant, result="perhaps")
    with pytest.raises(Refused, match="nobody was asked"):
        young.admin.post("persons/pay", content=late)


def test_the_same_charge_many_times_at_once_is_one_payment(merchant: Merchant) -> None:
    auth_code = present(merchant)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: charge(merchant, auth_code), range(16)))
    assert {a.get("sub_code", a["code"]) for a in answers} <= {"10000", "10003", "ACQ.TRADE_HAS_SUCCESS"}
    order = order_of(merchant, "SO1")
    assert (order["executed_count"], order["executed_sum"]) == (1, "20.00")
