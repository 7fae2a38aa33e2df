"""Collections and refunds in the WeChat Pay sandbox: QR codes, payment codes, closing, reversing, fees."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest

from sandbox.control import Refused
from sandbox.server import Sandbox
from sandbox.wechatpay.testing import REFUNDS, Shop, eventually

pytest_plugins = ["sandbox.wechatpay.testing"]


def close(shop: Shop, number: str):
    return shop.call("POST", f"/v3/pay/transactions/out-trade-no/{number}/close", {"mchid": shop.mchid})


def reverse(shop: Shop, number: str):
    numbers = {"appid": shop.appid, "mchid": shop.mchid}
    return shop.call("POST", f"/v3/pay/transactions/out-trade-no/{number}/reverse", numbers)


def code(sandbox: Sandbox, result: str = "paid", **terms: object) -> str:
    return sandbox.admin.post("persons/present", platform="wechatpay", result=result, **terms)["auth_code"]


def state(shop: Shop, number: str) -> str:
    return shop.trade(number).json["trade_state"]


def test_a_qr_code_is_paid_and_the_fee_is_taken(wechat: Sandbox, shop: Shop) -> None:
    code_url = shop.collect("ORDER0001", 26000, attach="x").json["code_url"]
    told = shop.trade("ORDER0001").json
    assert told["trade_state"] == "NOTPAY" and "transaction_id" not in told
    wechat.admin.post("persons/pay", content=code_url)
    told = shop.trade("ORDER0001").json
    assert (told["trade_state"], told["trade_type"], told["attach"]) == ("SUCCESS", "NATIVE", "x")
    assert told["amount"] == {"total": 26000, "payer_total": 26000, "currency": "CNY", "payer_currency": "CNY"}
    assert told["payer"]["openid"] and told["success_time"].endswith("+08:00")
    by_id = shop.call("GET", f"/v3/pay/transactions/id/{told['transaction_id']}?mchid={shop.mchid}").json
    assert by_id == told
    assert shop.balances()["BASIC"] == "1258.44"
    with pytest.raises(Refused, match="409"):
        wechat.admin.post("persons/pay", content=code_url)
    with pytest.raises(Refused, match="404"):
        wechat.admin.post("persons/pay", content="weixin://wxpay/bizpayurl?pr=nothing")


@pytest.mark.parametrize(("fen", "fee"), [(83, "0.00"), (84, "0.01"), (250, "0.02"), (249, "0.01"), (1, "0.00")])
def test_fees_are_rounded_half_up_on_each_trade(shop: Shop, fen: int, fee: str) -> None:
    assert shop.sell("ORDER0001", fen)["fee"] == fee


def test_the_same_order_again_has_a_fresh_code_and_the_former_one_is_void(wechat: Sandbox, shop: Shop) -> None:
    first, second = (shop.collect("ORDER0001").json["code_url"] for _ in range(2))
    assert first != second
    with pytest.raises(Refused, match="404"):
        wechat.admin.post("persons/pay", content=first)
    changed = shop.collect("ORDER0001", 10001)
    assert (changed.status, changed.number) == (400, "268498688")
    wechat.admin.post("persons/pay", content=second)
    assert shop.collect("ORDER0001").code == "ORDERPAID"


def test_a_payer_can_be_made_to_pay_another_amount(wechat: Sandbox, shop: Shop) -> None:
    code_url = shop.collect("ORDER0001", 10000).json["code_url"]
    wechat.admin.post("persons/pay", content=code_url, amount="99.99")
    assert shop.trade("ORDER0001").json["amount"]["total"] == 9999
    with pytest.raises(Refused, match="400"):
        wechat.admin.post("persons/pay", content=shop.collect("ORDER0002").json["code_url"], amount="0.00")


def test_a_code_lives_two_hours_and_an_order_seven_days(young_wechat: Sandbox) -> None:
    shop = Shop(young_wechat)
    code_url = shop.collect("ORDER0001").json["code_url"]
    soon = (young_wechat.core.clock.now() + timedelta(hours=3)).isoformat(timespec="seconds")
    shop.collect("ORDER0002", time_expire=soon)
    young_wechat.admin.post("clock", advance_seconds=2 * 3600 + 1)
    with pytest.raises(Refused, match="expired"):
        young_wechat.admin.post("persons/pay", content=code_url)
    young_wechat.admin.post("clock", advance_seconds=3600)
    eventually(lambda: state(shop, "ORDER0002") == "CLOSED")
    assert state(shop, "ORDER0001") == "NOTPAY" and shop.collect("ORDER0001").status == 200
    young_wechat.admin.post("clock", advance_seconds=7 * 86400)
    eventually(lambda: state(shop, "ORDER0001") == "CLOSED")
    assert shop.collect("ORDER0001").code == "ORDER_CLOSED"


def test_closing_is_repeatable_and_refused_once_paid(wechat: Sandbox, shop: Shop) -> None:
    code_url = shop.collect("ORDER0001").json["code_url"]
    assert [close(shop, "ORDER0001").status for _ in range(2)] == [204, 204]
    assert state(shop, "ORDER0001") == "CLOSED"
    with pytest.raises(Refused, match="409"):
        wechat.admin.post("persons/pay", content=code_url)
    shop.sell("ORDER0002")
    assert close(shop, "ORDER0002").code == "ORDERPAID" and close(shop, "ORDER0003").code == "ORDER_NOT_EXIST"


@pytest.mark.parametrize(
    "change",
    [
        {"out_trade_no": "ABC12"},
        {"out_trade_no": "A" * 33},
        {"out_trade_no": "单号0001"},
        {"description": "商" * 43},
        {"description": None},
        {"notify_url": None},
        {"notify_url": "https://a.cn/?x=1"},
        {"amount": {"total": 0}},
        {"amount": {"total": 1.5}},
        {"amount": {"total": 1, "currency": "USD"}},
        {"attach": "x" * 129},
        {"time_expire": "2026-01-01 00:00:00"},
        {"time_expire": "2020-01-01T00:00:00+08:00"},
        {"scene_info": {}},
        {"goods_tag": ""} | {"limit_pay": "no_credit"},
        {"mchid": "1900000001"},
    ],
)
def test_orders_that_do_not_fit_are_refused(shop: Shop, change: dict) -> None:
    answer = shop.collect("ORDER0001", **change)
    assert (answer.status, answer.code) == (400, "PARAM_ERROR") and shop.trade("ORDER0001").status == 404


def test_null_is_no_value(shop: Shop) -> None:
    body = {**shop.collection("ORDER0001"), "attach": None}
    answer = shop.call("POST", "/v3/pay/transactions/native", body)
    assert answer.json["detail"]["field"] == "/attach"


def test_a_payment_code_is_charged_at_once(wechat: Sandbox, shop: Shop) -> None:
    auth_code = code(wechat, openid="oPayer1")
    told = shop.charge("CHARGE01", auth_code).json
    assert (told["trade_state"], told["trade_type"]) == ("SUCCESS", "MICROPAY")
    assert told["payer"]["openid"] == "oPayer1" and shop.balances()["BASIC"] == "1049.70"
    assert shop.charge("CHARGE01", auth_code).code == "ORDERPAID"
    assert shop.charge("CHARGE02", auth_code).code == "AUTH_CODE_INVALID"
    assert shop.charge("CHARGE03", "12345").code == "PARAM_ERROR"
    assert close(shop, "CHARGE01").number == "268449641"


def test_a_payer_can_be_asked_and_pay_late(wechat: Sandbox, shop: Shop) -> None:
    auth_code = code(wechat, "asks")
    assert shop.charge("CHARGE01", auth_code).json["trade_state"] == "USERPAYING"
    assert shop.charge("CHARGE01", auth_code).json["trade_state"] == state(shop, "CHARGE01") == "USERPAYING"
    wechat.admin.post("persons/pay", content=auth_code)
    assert state(shop, "CHARGE01") == "SUCCESS"
    shop.charge("CHARGE02", code(wechat, "asks", pays_after_ms=1))
    eventually(lambda: state(shop, "CHARGE02") == "SUCCESS")


def test_a_payer_who_never_answers_is_let_go(young_wechat: Sandbox) -> None:
    shop = Shop(young_wechat)
    shop.charge("CHARGE01", code(young_wechat, "asks"))
    old = code(young_wechat)
    young_wechat.admin.post("clock", advance_seconds=61)
    eventually(lambda: state(shop, "CHARGE01") == "REVOKED")
    assert shop.charge("CHARGE02", old).code == "AUTH_CODE_INVALID"
    young_wechat.admin.post("wechatpay/settings", asking_answer="error")
    answer = shop.charge("CHARGE03", code(young_wechat, "asks"))
    assert (answer.status, answer.code, state(shop, "CHARGE03")) == (400, "USERPAYING", "USERPAYING")
    young_wechat.admin.post("wechatpay/settings", reverse_while_asking="refuse")
    assert reverse(shop, "CHARGE03").code == "USERPAYING"


def test_a_payer_without_money_fails_the_charge(wechat: Sandbox, shop: Shop) -> None:
    assert shop.charge("CHARGE01", code(wechat, "refused")).code == "NOT_ENOUGH"
    assert state(shop, "CHARGE01") == "PAYERROR"
    with pytest.raises(Refused, match="result"):
        code(wechat, "perhaps")


def test_reversing_revokes_the_unpaid_and_gives_back_the_paid(wechat: Sandbox, shop: Shop) -> None:
    asking = code(wechat, "asks")
    shop.charge("CHARGE01", asking)
    assert reverse(shop, "CHARGE01").json["out_trade_no"] == "CHARGE01" and state(shop, "CHARGE01") == "REVOKED"
    with pytest.raises(Refused, match="409"):
        wechat.admin.post("persons/pay", content=asking)
    shop.charge("CHARGE02", code(wechat))
    assert [reverse(shop, "CHARGE02").status for _ in range(2)] == [200, 200]
    assert state(shop, "CHARGE02") == "REVOKED" and shop.balances()["BASIC"] == "1000.00"
    shop.collect("ORDER0001")
    assert reverse(shop, "ORDER0001").code == "INVALID_REQUEST" and reverse(shop, "NONE01").code == "ORDER_NOT_EXIST"


def test_refunds_give_back_money_and_their_share_of_the_fee(shop: Shop) -> None:
    trade = shop.sell("ORDER0001")
    first = shop.refund("R1", "ORDER0001", 3000, reason="部分退货")
    assert first.json["status"] == "PROCESSING" and first.json["transaction_id"] == trade["transaction_id"]
    assert first.json["amount"]["refund"] == 3000 and first.json["amount"]["refund_fee"] == 18
    assert shop.balances()["BASIC"] == "1069.58" and state(shop, "ORDER0001") == "REFUND"
    told = eventually(lambda: (t := shop.call("GET", f"{REFUNDS}/R1").json)["status"] == "SUCCESS" and t)
    assert told["success_time"] and told["channel"] == "ORIGINAL"
    assert shop.refund("R1", "ORDER0001", 3000, reason="部分退货").json["refund_id"] == told["refund_id"]
    assert shop.refund("R1", "ORDER0001", 3001, reason="部分退货").number == "268498688"
    assert shop.refund("R2", "ORDER0001", 7001).code == "INVALID_REQUEST"
    assert shop.refund("R2", "ORDER0001", 7000).status == 200 and shop.balances()["BASIC"] == "1000.00"
    assert shop.refund("R3", "ORDER0001", 1).code == "INVALID_REQUEST"
    assert shop.call("GET", f"{REFUNDS}/R3").code == "RESOURCE_NOT_EXISTS"


def test_refunds_that_do_not_fit_are_refused(shop: Shop) -> None:
    shop.collect("ORDER0001")
    assert shop.refund("R1", "ORDER0001", 1).code == "INVALID_REQUEST"
    assert shop.refund("R1", "ORDER0002", 1).code == "RESOURCE_NOT_EXISTS"
    shop.sell("ORDER0003")
    assert shop.refund("R1", "ORDER0003", 1, total=9999).code == "INVALID_REQUEST"
    assert shop.refund("R1", "ORDER0003", 10001).code == "PARAM_ERROR"
    assert shop.refund("R1", "ORDER0003", 1, transaction_id="1").code == "PARAM_ERROR"
    amount = {"refund": 1, "total": 10000}
    body = {"out_trade_no": "ORDER0003", "out_refund_no": "R1", "amount": amount}
    assert shop.call("POST", REFUNDS, body).json["detail"]["field"] == "/amount/currency"
    trade = shop.trade("ORDER0003").json["transaction_id"]
    body = {"transaction_id": trade, "out_refund_no": "R1", "amount": {**amount, "currency": "CNY"}}
    assert shop.call("POST", REFUNDS, body).json["out_trade_no"] == "ORDER0003"


def test_a_purse_that_is_too_short_refuses_refunds_until_topped_up(wechat: Sandbox, shop: Shop) -> None:
    shop.sell("ORDER0001")
    wechat.admin.patch(f"wechatpay/merchants/{shop.mchid}", withdraw={"BASIC": "1050.00"})
    assert (shop.refund("R1", "ORDER0001", 10000).code, shop.balances()["BASIC"]) == ("NOT_ENOUGH", "49.40")
    wechat.admin.patch(f"wechatpay/merchants/{shop.mchid}", top_up={"BASIC": "50.60"})
    assert shop.refund("R1", "ORDER0001", 10000).status == 200


def test_refunds_sent_by_many_at_once_are_made_once(shop: Shop) -> None:
    shop.sell("ORDER0001")
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: shop.refund("R1", "ORDER0001", 3000).json, range(16)))
        pool.map(lambda number: shop.refund(f"R{number}", "ORDER0001", 3000), range(2, 10))
    assert len({one["refund_id"] for one in answers}) == 1
    refunds = shop.sandbox.admin.get("wechatpay/trades", mchid=shop.mchid)["refunds"]
    assert sum(Decimal(one["amount"]) for one in refunds) == 90


@pytest.mark.parametrize(("outcome", "balance"), [("ABNORMAL", "1000.00"), ("CLOSED", "1099.40")])
def test_refunds_can_end_badly(wechat: Sandbox, outcome: str, balance: str) -> None:
    shop = Shop(wechat, refund_outcome=outcome)
    shop.sell("ORDER0001")
    shop.refund("R1", "ORDER0001", 10000)
    eventually(lambda: shop.call("GET", f"{REFUNDS}/R1").json["status"] == outcome)
    assert shop.balances()["BASIC"] == balance
    assert shop.refund("R2", "ORDER0001", 10000).status == (200 if outcome == "CLOSED" else 400)


def test_refunds_can_wait_for_the_admin_api(young_wechat: Sandbox) -> None:
    young_wechat.admin.post("wechatpay/settings", refund_ms=None)
    shop = Shop(young_wechat)
    shop.sell("ORDER0001")
    shop.refund("R1", "ORDER0001", 100)
    young_wechat.admin.post("clock", advance_seconds=86400)
    assert shop.call("GET", f"{REFUNDS}/R1").json["status"] == "PROCESSING"
    young_wechat.admin.post("wechatpay/refunds/R1/finish", mchid=shop.mchid)
    assert shop.call("GET", f"{REFUNDS}/R1").json["status"] == "SUCCESS"
    young_wechat.admin.post("clock", advance_seconds=365 * 86400)
    assert shop.refund("R2", "ORDER0001", 100).code == "INVALID_REQUEST"


def test_auditors_see_every_order_with_what_the_ledger_says(young_wechat: Sandbox) -> None:
    shop = Shop(young_wechat)
    shop.pay("B1")
    shop.sell("ORDER0001")
    shop.collect("ORDER0002")
    shop.refund("R1", "ORDER0001", 3000)
    shop.charge("CHARGE01", code(young_wechat))
    reverse(shop, "CHARGE01")
    orders = {one["key"]: one for one in young_wechat.admin.get("wechatpay/orders")["orders"]}
    seen = {
        key: (one["operation"], one["executed_count"], one["executed_sum"], one["returned_sum"])
        for key, one in orders.items()
    }
    assert seen == {
        "B1": ("pay_out", 1, "10.00", "0.00"),
        "ORDER0001": ("collect", 1, "100.00", "0.00"),
        "ORDER0002": ("collect", 0, "0.00", "0.00"),
        "R1": ("refund", 1, "30.00", "0.00"),
        "CHARGE01": ("charge", 1, "50.00", "50.00"),
    }
    assert all(one["merchant"] == shop.mchid for one in orders.values())
    assert young_wechat.admin.get(f"wechatpay/balances/{shop.mchid}") == {"balance": "2059.58"}
