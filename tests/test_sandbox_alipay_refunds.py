"""Refunds, messages and bills of the sandbox's trades, as python-alipay-sdk and a stranger to it read them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.alipay.trade_books import fee_given_back, fee_of
from sandbox.control import Refused
from sandbox.server import Sandbox
from sandbox.testing import Inbox, Merchant, eventually, verified
from test_sandbox_alipay_trades import ask, charge, order_of, present, scan_and_pay, show_code
from test_sandbox_bills import bill_day, fetch, parse

pytest_plugins = ["sandbox.testing"]


@pytest.fixture(params=["certificate", "key"])
def seller(request: pytest.FixtureRequest, sandbox: Sandbox) -> Merchant:
    """A merchant with DCAliPay (certificate mode) or AliPay (key mode) in hand."""
    return Merchant(sandbox, mode=request.param)


def refund(merchant: Merchant, amount: str, request_no: str | None, number: str = "SO1") -> dict[str, Any]:
    more = {"out_request_no": request_no} if request_no else {}
    return merchant.sdk.api_alipay_trade_refund(amount, out_trade_no=number, refund_reason="部分退货", **more)


def ask_refund(merchant: Merchant, request_no: str, number: str = "SO1") -> dict[str, Any]:
    return merchant.sdk.api_alipay_trade_fastpay_refund_query(request_no, out_trade_no=number)


def test_a_trade_is_given_back_in_parts_each_once(seller: Merchant) -> None:
    scan_and_pay(seller, show_code(seller))
    first = refund(seller, "30.00", "RF1")
    assert (first["fund_change"], first["refund_fee"], first["send_back_fee"]) == ("Y", "30.00", "30.00")
    again = refund(seller, "30.00", "RF1")
    assert (again["code"], again["fund_change"], again["refund_fee"]) == ("10000", "N", "30.00")
    assert refund(seller, "31.00", "RF1")["sub_code"] == "ACQ.DISCORDANT_REPEAT_REQUEST"
    assert refund(seller, "70.01", "RF2")["sub_code"] == "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"
    assert refund(seller, "10.00", None)["sub_code"] == "ACQ.INVALID_PARAMETER"
    assert ask(seller)["trade_status"] == "TRADE_SUCCESS"
    last = refund(seller, "70.00", "RF3")
    assert (last["fund_change"], last["refund_fee"]) == ("Y", "100.00"), "refund_fee counts all parts"
    assert ask(seller)["trade_status"] == "TRADE_CLOSED"
    assert refund(seller, "70.00", "RF3")["fund_change"] == "N"
    assert refund(seller, "1.00", "RF4")["sub_code"] == "ACQ.TRADE_HAS_CLOSE"
    told = ask_refund(seller, "RF1")
    assert (told["refund_status"], told["refund_amount"], told["total_amount"]) == ("REFUND_SUCCESS", "30.00", "100.00")
    assert "refund_status" not in ask_refund(seller, "RF2")
    assert ask_refund(seller, "RF1", "SO9")["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    for key, total in (("RF1", "30.00"), ("RF3", "70.00")):
        order = order_of(seller, key)
        assert (order["operation"], order["executed_count"], order["executed_sum"]) == ("refund", 1, total)
    assert seller.ledger()["balance"] == "1000.00", "with the last part the whole fee has come back"


def test_a_whole_refund_without_a_number_goes_by_the_trades(seller: Merchant) -> None:
    scan_and_pay(seller, show_code(seller))
    assert refund(seller, "100.00", None)["fund_change"] == "Y"
    assert ask_refund(seller, "SO1")["refund_status"] == "REFUND_SUCCESS"


def test_refunds_that_the_trade_or_the_balance_does_not_allow(young: Sandbox) -> None:
    merchant = Merchant(young, opening_balance="0.00")
    assert refund(merchant, "1.00", "RF1")["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    waiting = show_code(merchant)
    young.admin.post("alipay/codes/scan", content=waiting["qr_code"])
    assert refund(merchant, "1.00", "RF1")["sub_code"] == "ACQ.TRADE_STATUS_ERROR"
    scan_and_pay(merchant, waiting)
    assert refund(merchant, "100.00", "RF1")["sub_code"] == "ACQ.SELLER_BALANCE_NOT_ENOUGH"
    assert "refund_status" not in ask_refund(merchant, "RF1")
    young.admin.patch(f"alipay/apps/{merchant.app_id}", top_up="1.00", trade_finishes_after_ms=1)
    assert refund(merchant, "100.00", "RF1")["fund_change"] == "Y"
    scan_and_pay(merchant, show_code(merchant, "SO2"))
    eventually(lambda: ask(merchant, "SO2")["trade_status"] == "TRADE_FINISHED")
    assert refund(merchant, "1.00", "RF2", "SO2")["sub_code"] == "ACQ.TRADE_HAS_FINISHED"


def test_a_refund_can_be_confirmed_later(young: Sandbox) -> None:
    merchant = Merchant(young, refund_confirmed_after_ms=3_600_000)
    scan_and_pay(merchant, show_code(merchant))
    assert refund(merchant, "30.00", "RF1")["fund_change"] == "N"
    assert "refund_status" not in ask_refund(merchant, "RF1")
    young.admin.post("clock", advance_seconds=3601)
    assert ask_refund(merchant, "RF1")["refund_status"] == "REFUND_SUCCESS"


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 10**10), st.lists(st.integers(1, 10**9), min_size=1, max_size=20))
def test_the_parts_of_a_whole_refund_give_back_the_whole_fee(last: int, earlier: list[int]) -> None:
    parts = [Decimal(part) / 100 for part in (*earlier, last)]
    amount = sum(parts, Decimal("0.00"))
    fee, refunded, given = fee_of(amount, Decimal("0.006")), Decimal("0.00"), Decimal("0.00")
    for part in parts:
        share = fee_given_back(fee, amount, refunded, part)
        assert share >= 0
        refunded, given = refunded + part, given + share
    assert given == fee


def test_fees_are_rounded_half_up_to_the_fen() -> None:
    rate = Decimal("0.006")
    assert [str(fee_of(Decimal(amount), rate)) for amount in ("0.83", "0.84", "2.50", "100.00")] == [
        "0.00",
        "0.01",
        "0.02",
        "0.60",
    ]


def test_trades_are_told_to_the_address_of_their_order(sandbox: Sandbox, inbox: Inbox) -> None:
    merchant = Merchant(sandbox, mode="certificate")
    code = show_code(merchant, notify_url=inbox.url, passback_params="a=b", body="两箱")
    scan_and_pay(merchant, code)
    eventually(lambda: len(inbox.messages) == 1)
    refund(merchant, "30.00", "RF1")
    eventually(lambda: len(inbox.messages) == 2)
    refund(merchant, "70.00", "RF2")
    eventually(lambda: len(inbox.messages) == 3)
    paid, part, rest = inbox.messages
    assert all(verified(merchant, dict(message)) for message in inbox.messages)
    assert (paid["notify_type"], paid["trade_status"], paid["out_trade_no"]) == (
        "trade_status_sync",
        "TRADE_SUCCESS",
        "SO1",
    )
    assert (paid["app_id"], paid["seller_id"]) == (merchant.app_id, merchant.pid)
    assert (paid["passback_params"], paid["body"], paid["total_amount"]) == ("a=b", "两箱", "100.00")
    assert "out_biz_no" not in paid and "refund_fee" not in paid
    assert (part["out_biz_no"], part["refund_fee"], part["trade_status"]) == ("RF1", "30.00", "TRADE_SUCCESS")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}", part["gmt_refund"])
    assert (rest["out_biz_no"], rest["refund_fee"], rest["trade_status"]) == ("RF2", "100.00", "TRADE_CLOSED")
    assert len({message["notify_id"] for message in inbox.messages}) == 3


def test_closing_and_charging_are_told_and_faults_strike_messages(sandbox: Sandbox, inbox: Inbox) -> None:
    merchant = Merchant(sandbox)
    code = show_code(merchant, notify_url=inbox.url)
    sandbox.admin.post("alipay/codes/scan", content=code["qr_code"])
    merchant.sdk.api_alipay_trade_close(out_trade_no="SO1")
    eventually(lambda: len(inbox.messages) == 1)
    assert inbox.messages[0]["trade_status"] == "TRADE_CLOSED" and inbox.messages[0]["gmt_close"]
    merchant.fault("duplicate", on="notification", status="TRADE_SUCCESS")
    merchant.sdk.api_alipay_trade_pay(
        "SO2", "bar_code", present(merchant), "零售", notify_url=inbox.url, total_amount="5.00"
    )
    eventually(lambda: len(inbox.messages) == 3)
    assert inbox.messages[1]["notify_id"] == inbox.messages[2]["notify_id"]
    sandbox.admin.post("alipay/settings", trade_messages="TRADE_SUCCESS")
    try:
        refund(merchant, "1.00", "RF1", "SO2")
        scan_and_pay(merchant, show_code(merchant, "SO3", notify_url=inbox.url))
        eventually(lambda: len(inbox.messages) == 4)
        assert inbox.messages[3]["out_trade_no"] == "SO3"
    finally:
        sandbox.admin.post("alipay/settings", trade_messages="TRADE_SUCCESS,TRADE_CLOSED,TRADE_FINISHED,REFUND")


def test_faults_of_the_gateway_leave_trades_as_they_say(merchant: Merchant) -> None:
    merchant.fault("system_error_after", method="alipay.trade.pay", out_biz_no="SO1")
    lost = charge(merchant, present(merchant))
    assert lost["code"] == "20000" and ask(merchant)["trade_status"] == "TRADE_SUCCESS"
    merchant.fault("system_error_before", method="alipay.trade.refund", out_biz_no="RF1")
    assert refund(merchant, "1.00", "RF1")["code"] == "20000"
    assert "refund_status" not in ask_refund(merchant, "RF1")


def test_another_amount_than_asked_plays_a_platform_gone_wrong(merchant: Merchant) -> None:
    scan_and_pay(merchant, show_code(merchant), amount="99.00")
    assert ask(merchant)["total_amount"] == "99.00"
    order = order_of(merchant, "SO1")
    assert (order["amount"], order["executed_sum"]) == ("100.00", "99.00")


def test_both_bills_explain_the_balance(young: Sandbox) -> None:
    merchant = Merchant(young, opening_balance="0.00")
    scan_and_pay(merchant, show_code(merchant))
    charge(merchant, present(merchant), "SO2", "33.33")
    refund(merchant, "30.00", "RF1")
    merchant.sdk.api_alipay_trade_cancel(out_trade_no="SO2")
    day = bill_day(merchant)
    _, rows, _ = parse(fetch(merchant, day))
    effects = [Decimal(row["收入金额（+元）"]) + Decimal(row["支出金额（-元）"]) for row in rows]
    assert sum(effects) == Decimal(merchant.ledger()["balance"])
    numbers = [(row["业务类型"], row["商户订单号"], row["业务订单号"][:2]) for row in rows]
    told = [(*number, str(effect)) for number, effect in zip(numbers, effects, strict=True)]
    assert told == [
        ("在线支付", "SO1", "M{", "100.00"),
        ("收费", "SO1", "", "-0.60"),
        ("在线支付", "SO2", "M{", "33.33"),
        ("收费", "SO2", "", "-0.20"),
        ("交易退款", "SO1", "O{", "-30.00"),
        ("收费", "SO1", "", "0.18"),
        ("交易退款", "SO2", "M{", "-33.33"),
        ("收费", "SO2", "", "0.20"),
    ]
    _, trades, _ = parse(fetch(merchant, day, "trade"))
    cash = sum(Decimal(row["商家实收（元）"]) + Decimal(row["服务费（元）"]) for row in trades)
    assert cash == Decimal(merchant.ledger()["balance"])
    assert [row["退款批次号/请求号"] for row in trades] == ["", "", "RF1", ""]


def test_orders_show_transfers_beside_trades(merchant: Merchant) -> None:
    merchant.pay("PO1", "12.00")
    order = order_of(merchant, "PO1")
    assert (order["operation"], order["status"], order["executed_count"]) == ("pay_out", "SUCCESS", 1)
    assert order["executed_sum"] == order["amount"] == "12.00"
    with pytest.raises(Refused, match="no merchant"):
        merchant.sandbox.admin.get("alipay/balances/2088999999999999")
    with pytest.raises(Refused, match="no platform knows"):
        merchant.sandbox.admin.post("persons/confirm", content="anything")
