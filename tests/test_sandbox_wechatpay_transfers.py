"""Merchant transfers in the WeChat Pay sandbox: checked, locked once, confirmed by people, followed to their end."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.control import Refused
from sandbox.server import Sandbox
from sandbox.wechatpay.testing import OPENID, TRANSFERS, Shop, eventually

pytest_plugins = ["sandbox.wechatpay.testing"]


def payee(sandbox: Sandbox, openid: str, **behaviour: object) -> str:
    sandbox.admin.post("wechatpay/payees", openid=openid, **behaviour)
    return openid


def test_a_transfer_waits_for_its_payee_and_then_arrives(wechat: Sandbox, shop: Shop) -> None:
    slow = payee(wechat, "oSlow", auto_confirm_ms=None)
    answer = shop.pay("B1", 23000, openid=slow)
    assert answer.json["state"] == "WAIT_USER_CONFIRM" and answer.json["package_info"]
    assert answer.json["create_time"].endswith("+08:00")
    assert shop.balances()["OPERATION"] == "770.00"
    told = shop.transfer("B1").json
    assert (told["mch_id"], told["transfer_amount"], told["openid"]) == (shop.mchid, 23000, slow)
    assert "package_info" not in told and "user_name" not in told
    wechat.admin.post("persons/confirm", content=answer.json["package_info"])
    assert shop.ends("B1", "SUCCESS")["transfer_bill_no"] == answer.json["transfer_bill_no"]
    by_bill = shop.call("GET", f"{TRANSFERS}/transfer-bill-no/{answer.json['transfer_bill_no']}")
    assert by_bill.json["state"] == "SUCCESS" and shop.paid("B1") == (1, "230.00", 0, "0.00")
    history = wechat.admin.get("wechatpay/transfers", mchid=shop.mchid)["transfers"][0]["history"]
    walk = ["ACCEPTED", "PROCESSING", "WAIT_USER_CONFIRM", "TRANSFERING", "SUCCESS"]
    assert [state for state, _ in history] == walk
    with pytest.raises(Refused, match="409"):
        wechat.admin.post("persons/confirm", content=answer.json["package_info"])


def test_payees_confirm_by_themselves_unless_told_otherwise(shop: Shop) -> None:
    assert shop.pay("B1").json["state"] == "WAIT_USER_CONFIRM"
    shop.ends("B1", "SUCCESS")


def test_each_state_can_take_its_time(young_wechat: Sandbox) -> None:
    young_wechat.admin.post("wechatpay/settings", accepted_ms=3600_000, processing_ms=3600_000, query_blind_ms=60_000)
    shop = Shop(young_wechat)
    answer = shop.pay("B1")
    assert answer.json["state"] == "ACCEPTED" and "package_info" not in answer.json
    assert shop.transfer("B1").code == "NOT_FOUND"
    young_wechat.admin.post("clock", advance_seconds=61)
    assert shop.transfer("B1").json["state"] == "ACCEPTED"
    young_wechat.admin.post("clock", advance_seconds=3600)
    shop.ends("B1", "PROCESSING")
    young_wechat.admin.post("clock", advance_seconds=3600)
    shop.ends("B1", "SUCCESS")
    quick = payee(young_wechat, "oQuick", auto_confirm_ms=0)
    shop.pay("B2", openid=quick)
    for _ in range(2):
        young_wechat.admin.post("clock", advance_seconds=3601)
    shop.ends("B2", "SUCCESS")


def test_the_same_order_again_is_the_same_transfer_and_tells_how_it_stands(wechat: Sandbox, shop: Shop) -> None:
    slow = payee(wechat, "oSlow", auto_confirm_ms=None)
    first = shop.pay("B1", openid=slow, name="张三").json
    again = shop.pay("B1", openid=slow, name="张三").json
    assert first == again and shop.paid("B1") == (1, "10.00", 0, "0.00")
    for change in ({"transfer_amount": 1001}, {"transfer_remark": "改"}, {"name": "李四"}, {"name": ""}):
        answer = shop.pay("B1", **{"openid": slow, "name": "张三", **change})
        assert (answer.status, answer.code, answer.number) == (400, "INVALID_REQUEST", "268498688")
    wechat.admin.post("wechatpay/transfers/B1/confirm", mchid=shop.mchid)
    shop.ends("B1", "SUCCESS")
    assert shop.pay("B1", openid=slow, name="张三").json["state"] == "SUCCESS"


def test_the_same_order_sent_by_many_at_once_is_paid_once(shop: Shop) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: shop.pay("B1").json, range(32)))
    assert len({one["transfer_bill_no"] for one in answers}) == 1
    assert shop.paid("B1")[:2] == (1, "10.00")


def test_many_transfers_at_once_never_overdraw_the_purse(wechat: Sandbox) -> None:
    shop = Shop(wechat, opening_balance={"OPERATION": "55.00"})
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda number: shop.pay(f"B{number}"), range(16)))
    assert sorted(one.status for one in answers) == [200] * 5 + [403] * 11
    assert shop.balances() == {"BASIC": "0.00", "OPERATION": "5.00"}


@pytest.mark.parametrize(
    ("change", "code", "word"),
    [
        ({"out_bill_no": "B-1"}, "PARAM_ERROR", "out_bill_no"),
        ({"out_bill_no": "B" * 33}, "PARAM_ERROR", "out_bill_no"),
        ({"transfer_amount": "1000"}, "PARAM_ERROR", "transfer_amount"),
        ({"transfer_amount": 10.0}, "PARAM_ERROR", "transfer_amount"),
        ({"transfer_amount": True}, "PARAM_ERROR", "transfer_amount"),
        ({"transfer_amount": 9}, "PARAM_ERROR", "transfer_amount"),
        ({"transfer_amount": 200000}, "PARAM_ERROR", "user_name"),
        ({"transfer_remark": "注" * 33}, "PARAM_ERROR", "transfer_remark"),
        ({"transfer_remark": None}, "PARAM_ERROR", "transfer_remark"),
        ({"notify_url": "https://a.cn/x?y=1"}, "PARAM_ERROR", "notify_url"),
        ({"user_name": "AAAA"}, "PARAM_ERROR", "Wechatpay-Serial"),
        ({"transfer_scene_report_infos": []}, "PARAM_ERROR", "transfer_scene_report_infos"),
        (
            {"transfer_scene_report_infos": [{"info_type": "活动名称", "info_content": "x"}]},
            "PARAM_ERROR",
            "采购商品名称",
        ),
        (
            {"transfer_scene_report_infos": [{"info_type": "采购商品名称", "info_content": "x"}] * 2},
            "PARAM_ERROR",
            "重复",
        ),
        ({"transfer_scene_id": "7777"}, "INVALID_REQUEST", "场景"),
        ({"user_recv_perception": "现金奖励"}, "INVALID_REQUEST", "感知"),
        ({"user_recv_style": {"type": "OTHER"}}, "PARAM_ERROR", "type"),
        ({"appid": "wx0000000000000000"}, "INVALID_REQUEST", "appid"),
        ({"surprise": 1}, "PARAM_ERROR", "surprise"),
    ],
)
def test_orders_that_do_not_fit_are_refused(shop: Shop, change: dict, code: str, word: str) -> None:
    answer = shop.call(
        "POST", TRANSFERS, shop.order("B1") | change if None not in change.values() else shop.order("B1", **change)
    )
    assert answer.status == 400 and answer.code == code and word in answer.json["message"]
    assert shop.transfer("B1").code == "NOT_FOUND" and shop.balances()["OPERATION"] == "1000.00"


def test_names_are_encrypted_checked_and_told_back_encrypted(wechat: Sandbox) -> None:
    shop = Shop(wechat, opening_balance={"OPERATION": "9000.00"})
    payee(wechat, "oZhang", name="张三")
    assert shop.pay("B1", 29, name="张三").json["detail"]["field"] == "/user_name"
    shop.pay("B2", 200000, name="张三", openid="oZhang")
    assert shop.revealed(shop.transfer("B2").json["user_name"]) == "张三"
    shop.ends("B2", "SUCCESS")
    shop.pay("B3", 200000, name="李四", openid="oZhang")
    assert shop.ends("B3", "FAIL")["fail_reason"] == "NAME_NOT_CORRECT"
    assert shop.paid("B3") == (1, "2000.00", 1, "2000.00") and shop.balances()["OPERATION"] == "7000.00"
    cipher, _ = shop.hidden("张三")
    wrong = shop.call("POST", TRANSFERS, shop.order("B4", user_name=cipher), headers={"Wechatpay-Serial": "ABC"})
    assert wrong.code == "PARAM_ERROR"


def test_a_payee_can_refuse_at_once_or_fail_later(wechat: Sandbox, shop: Shop) -> None:
    payee(wechat, "oNobody", error="USER_ERROR")
    payee(wechat, "oFrozen", late_error="ACCOUNT_FROZEN")
    assert shop.pay("B1", openid="oNobody").code == "USER_ERROR" and shop.transfer("B1").status == 404
    shop.pay("B2", openid="oFrozen")
    assert shop.ends("B2", "FAIL")["fail_reason"] == "ACCOUNT_FROZEN"
    assert shop.balances()["OPERATION"] == "1000.00"


def test_openids_can_have_to_be_registered(young_wechat: Sandbox) -> None:
    young_wechat.admin.post("wechatpay/settings", unknown_payees="reject")
    shop = Shop(young_wechat)
    assert shop.pay("B1").code == "INVALID_REQUEST"
    payee(young_wechat, OPENID)
    assert shop.pay("B1").status == 200


def test_a_short_purse_refuses_and_the_number_can_be_used_again(wechat: Sandbox) -> None:
    shop = Shop(wechat, opening_balance={"BASIC": "100.00"})
    answer = shop.pay("B1")
    assert (answer.status, answer.code) == (403, "NOT_ENOUGH") and shop.transfer("B1").code == "NOT_FOUND"
    address = f"wechatpay/merchants/{shop.mchid}"
    wechat.admin.patch(address, move={"from": "BASIC", "to": "OPERATION", "amount": "10.00"})
    assert shop.pay("B1").json["state"] == "WAIT_USER_CONFIRM"
    assert shop.balances() == {"BASIC": "90.00", "OPERATION": "0.00"}
    with pytest.raises(Refused, match="409"):
        wechat.admin.patch(address, withdraw={"BASIC": "90.01"})


def test_a_short_purse_can_keep_the_transfer_waiting_for_a_day(young_wechat: Sandbox) -> None:
    young_wechat.admin.post("wechatpay/settings", shortage="wait")
    shop = Shop(young_wechat, opening_balance={})
    assert shop.pay("B1").json["state"] == shop.pay("B2").json["state"] == "PROCESSING"
    young_wechat.admin.patch(f"wechatpay/merchants/{shop.mchid}", top_up="10.00")
    shop.ends("B1", "SUCCESS")
    assert shop.transfer("B2").json["state"] == "PROCESSING"
    young_wechat.admin.post("clock", advance_seconds=24 * 3600)
    assert shop.ends("B2", "FAIL")["fail_reason"] == "OVERDUE_CLOSE"
    assert shop.paid("B2") == (0, "0.00", 0, "0.00") and shop.balances()["OPERATION"] == "0.00"


def test_what_nobody_confirms_in_a_day_is_closed_and_the_money_is_back(young_wechat: Sandbox) -> None:
    shop = Shop(young_wechat)
    slow = payee(young_wechat, "oSlow", auto_confirm_ms=None)
    package = shop.pay("B1", openid=slow).json["package_info"]
    young_wechat.admin.post("clock", advance_seconds=24 * 3600 + 1)
    assert shop.ends("B1", "FAIL")["fail_reason"] == "OVERDUE_CLOSE"
    assert shop.balances()["OPERATION"] == "1000.00" and shop.paid("B1") == (1, "10.00", 1, "10.00")
    with pytest.raises(Refused, match="409"):
        young_wechat.admin.post("persons/confirm", content=package)
    young_wechat.admin.post("clock", advance_seconds=30 * 86400)
    assert shop.transfer("B1").code == "NOT_FOUND"


def test_a_transfer_can_be_cancelled_until_the_payee_confirms(wechat: Sandbox, shop: Shop) -> None:
    slow = payee(wechat, "oSlow", auto_confirm_ms=None)
    shop.pay("B1", openid=slow)
    cancel = f"{TRANSFERS}/out-bill-no/B1/cancel"
    answer = shop.call("POST", cancel)
    assert answer.json["state"] == "CANCELING" and answer.json["update_time"]
    shop.ends("B1", "CANCELLED")
    assert shop.call("POST", cancel, {}).json["state"] == "CANCELLED"
    assert shop.balances()["OPERATION"] == "1000.00" and shop.paid("B1") == (1, "10.00", 1, "10.00")
    shop.pay("B2")
    shop.ends("B2", "SUCCESS")
    assert shop.call("POST", f"{TRANSFERS}/out-bill-no/B2/cancel").code == "INVALID_REQUEST"
    assert shop.call("POST", f"{TRANSFERS}/out-bill-no/B3/cancel").code == "NOT_FOUND"


def test_cancelling_and_confirming_at_once_ends_in_one_of_them(wechat: Sandbox, shop: Shop) -> None:
    slow = payee(wechat, "oSlow", auto_confirm_ms=None)
    for number in range(8):
        package = shop.pay(f"B{number}", openid=slow).json["package_info"]
        with ThreadPoolExecutor(2) as pool:
            cancelled = pool.submit(shop.call, "POST", f"{TRANSFERS}/out-bill-no/B{number}/cancel")
            confirmed = pool.submit(wechat.wechatpay.transfers.confirm, package)
        ended = eventually(
            lambda n=number: (s := shop.transfer(f"B{n}").json["state"]) in ("SUCCESS", "CANCELLED") and s
        )
        assert (cancelled.result().status == 200) is (ended == "CANCELLED") is (confirmed.exception() is not None)
    states = [one["state"] for one in wechat.admin.get("wechatpay/transfers", mchid=shop.mchid)["transfers"]]
    assert shop.balances()["OPERATION"] == str(Decimal(1000) - 10 * states.count("SUCCESS")) + ".00"


def test_contract_limits_and_scenes_hold(wechat: Sandbox) -> None:
    shop = Shop(wechat, single_limit="20.00", daily_limit="25.00", scenes="1009")
    assert shop.pay("B1", 2001).code == "INVALID_REQUEST"
    assert shop.pay("B1", 2000).status == 200
    assert shop.pay("B2", 501).code == "INVALID_REQUEST"
    infos = [{"info_type": "赔付原因", "info_content": "破损"}]
    assert shop.pay("B3", 10, transfer_scene_id="1011", transfer_scene_report_infos=infos).code == "INVALID_REQUEST"


def test_the_admin_api_can_end_a_transfer(wechat: Sandbox, shop: Shop) -> None:
    slow = payee(wechat, "oSlow", auto_confirm_ms=None)
    shop.pay("B1", openid=slow)
    wechat.admin.post("wechatpay/transfers/B1/finish", mchid=shop.mchid, fail_reason="TRANSFER_RISK")
    assert shop.transfer("B1").json["fail_reason"] == "TRANSFER_RISK"
    shop.pay("B2", openid=slow)
    wechat.admin.post("wechatpay/transfers/B2/finish", mchid=shop.mchid)
    assert shop.transfer("B2").json["state"] == "SUCCESS"
    with pytest.raises(Refused, match="409"):
        wechat.admin.post("wechatpay/transfers/B2/finish", mchid=shop.mchid, fail_reason="X")


def test_a_receipt_is_applied_for_made_and_downloaded(young_wechat: Sandbox) -> None:
    shop = Shop(young_wechat)
    young_wechat.admin.post("wechatpay/settings", receipt_ms=60_000)
    root = "/v3/fund-app/mch-transfer/elecsign"
    bill_no = shop.pay("B1", name="张三").json["transfer_bill_no"]
    assert shop.call("POST", f"{root}/out-bill-no", {"out_bill_no": "B1"}).code == "INVALID_REQUEST"
    shop.ends("B1", "SUCCESS")
    assert shop.call("GET", f"{root}/out-bill-no/B1").code == "NOT_FOUND"
    assert shop.call("POST", f"{root}/out-bill-no", {"out_bill_no": "B1"}).json["state"] == "GENERATING"
    assert shop.call("POST", f"{root}/transfer-bill-no", {"transfer_bill_no": bill_no}).status == 200
    assert shop.call("GET", f"{root}/out-bill-no/B1").json["state"] == "GENERATING"
    young_wechat.admin.post("clock", advance_seconds=61)
    told = shop.call("GET", f"{root}/transfer-bill-no/{bill_no}").json
    assert told["state"] == "FINISHED" and told["hash_type"] == "SHA256"
    file = shop.download(told["download_url"])
    assert file.body.startswith(b"%PDF") and hashlib.sha256(file.body).hexdigest() == told["hash_value"]
    assert "Wechatpay-Signature" not in file.headers
    young_wechat.admin.post("clock", advance_seconds=601)
    assert shop.download(told["download_url"]).code == "INVALID_REQUEST"
    shop.pay("B2")
    shop.ends("B2", "SUCCESS")
    assert shop.call("POST", f"{root}/out-bill-no", {"out_bill_no": "B2"}).code == "INVALID_REQUEST"


def test_balances_are_told_only_to_those_with_the_product(young_wechat: Sandbox) -> None:
    shop = Shop(young_wechat, balance_api=True, opening_balance={"BASIC": "7.00", "OPERATION": "12.34"})
    root = "/v3/merchant/fund"
    assert shop.call("GET", f"{root}/balance/OPERATION").json == {"available_amount": 1234, "pending_amount": 0}
    assert shop.call("GET", f"{root}/balance/FEES").code == "INVALID_REQUEST"
    assert shop.call("GET", f"{root}/balance/X").code == "PARAM_ERROR"
    assert Shop(young_wechat).call("GET", f"{root}/balance/BASIC").code == "NO_AUTH"
    today = young_wechat.core.clock.now().date().isoformat()
    assert shop.call("GET", f"{root}/dayendbalance/BASIC?date={today}").code == "INVALID_REQUEST"
    young_wechat.admin.post("clock", advance_seconds=2 * 86400)
    young_wechat.admin.patch(f"wechatpay/merchants/{shop.mchid}", top_up={"BASIC": "1.00"})
    assert shop.call("GET", f"{root}/dayendbalance/BASIC?date={today}").json["available_amount"] == 700
    assert shop.call("GET", f"{root}/balance/BASIC").json["available_amount"] == 800


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(30, 30000), st.sampled_from(["", "cancel", "fail", "confirm"])), max_size=10))
def test_whatever_is_paid_the_books_balance(wechat_running: Sandbox, orders: list[tuple[int, str]]) -> None:
    """Each row carries its running balance; all accounts and counter accounts of the platform sum to zero."""
    shop = Shop(wechat_running)
    slow = payee(wechat_running, "oSlow", auto_confirm_ms=None)
    for number, (fen, end) in enumerate(orders):
        if shop.pay(f"B{number}", fen, openid=slow).status != 200 or not end:
            continue
        if end == "cancel":
            shop.call("POST", f"{TRANSFERS}/out-bill-no/B{number}/cancel")
            shop.ends(f"B{number}", "CANCELLED")
        else:
            reason = {"fail_reason": "TRANSFER_RISK"} if end == "fail" else {}
            wechat_running.admin.post(f"wechatpay/transfers/B{number}/finish", mchid=shop.mchid, **reason)
    purse = wechat_running.admin.get("wechatpay/ledger", mchid=shop.mchid)["purses"]["OPERATION"]
    balance = Decimal("0.00")
    for row in purse["rows"]:
        balance += Decimal(row["amount"])
        assert Decimal(row["balance"]) == balance >= 0
    assert Decimal(purse["balance"]) == balance
    ledger = wechat_running.wechatpay.ledger
    assert sum(account.balance for account in ledger.accounts.values()) + sum(ledger.contra.values()) == 0
