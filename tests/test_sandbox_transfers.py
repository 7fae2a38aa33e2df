"""Transfers in the sandbox: checked, paid once, and followed to their end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.server import Sandbox
from sandbox.testing import TRANSFER, WALLET, Merchant, eventually, register_wallet, wallet_order

pytest_plugins = ["sandbox.testing"]


def test_the_same_order_again_is_the_same_payout(merchant: Merchant) -> None:
    first, again = merchant.pay("PO1", "100.00"), merchant.pay("PO1", "100.00")
    assert first == again
    assert merchant.paid("PO1") == (1, "100.00") and merchant.balance() == "900.00"


def test_the_same_order_sent_by_many_at_once_is_paid_once(merchant: Merchant) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: merchant.raw(TRANSFER, wallet_order("PO1")).json(), range(32)))
    assert len({a["alipay_fund_trans_uni_transfer_response"]["order_id"] for a in answers}) == 1
    assert merchant.paid("PO1") == (1, "10.00")


def test_another_order_under_a_used_key_is_refused(merchant: Merchant) -> None:
    merchant.pay("PO1", "100.00")
    for change in ({"amount": "100.01"}, {"remark": "改"}):
        assert merchant.pay("PO1", **{"amount": "100.00", **change})["sub_code"] == "PAYMENT_INFO_INCONSISTENCY"
    assert merchant.paid("PO1") == (1, "100.00")


def test_an_order_that_was_refused_is_unknown_to_the_query(merchant: Merchant) -> None:
    assert merchant.pay("PO1", "1000.01")["sub_code"] == "PAYER_BALANCE_NOT_ENOUGH"
    assert merchant.query("PO1")["sub_code"] == "ORDER_NOT_EXIST"
    merchant.sandbox.admin.patch(f"alipay/apps/{merchant.app_id}", top_up="0.01")
    assert merchant.pay("PO1", "1000.01")["status"] == "SUCCESS"


@pytest.mark.parametrize(
    ("change", "sub_code"),
    [
        ({"trans_amount": "10"}, "INVALID_PARAMETER"),
        ({"trans_amount": "10.001"}, "INVALID_PARAMETER"),
        ({"trans_amount": 10.0}, "INVALID_PARAMETER"),
        ({"trans_amount": "-10.00"}, "INVALID_PARAMETER"),
        ({"trans_amount": "0.09"}, "EXCEED_LIMIT_SM_MIN_AMOUNT"),
        ({"trans_amount": "100000000.01", "remark": "x"}, "EXCEED_LIMIT_SM_AMOUNT"),
        ({"trans_amount": "50000.00"}, "MEMO_REQUIRED_IN_TRANSFER_ERROR"),
        ({"out_biz_no": "PO-1"}, "INVALID_PARAMETER"),
        ({"out_biz_no": "P" * 65}, "INVALID_PARAMETER"),
        ({"product_code": "OTHER"}, "INVALID_PARAMETER"),
        ({"payee_info": None}, "INVALID_PARAMETER"),
        ({"remark": "x" * 201}, "INVALID_PARAMETER"),
        ({"business_params": "{"}, "INVALID_PARAMETER"),
        ({"payee_info": {"identity_type": "ALIPAY_LOGON_ID", "identity": "a@b.cn"}}, "INVALID_PARAMETER"),
        ({"payee_info": {"identity_type": "ALIPAY_USER_ID", "identity": "2088999999999999"}}, "PAYEE_NOT_EXIST"),
        (
            {"payee_info": {"identity_type": "ALIPAY_USER_ID", "identity": WALLET, "name": "别人"}},
            "PAYEE_USERINFO_ERROR",
        ),
        ({"transfer_scene_name": "别的"}, "TRANSFER_SCENE_NAME_ILLEGAL"),
        ({"transfer_scene_name": "业务结算"}, "TRANSFER_SCENE_REPORT_INFO_ILLEGAL"),
    ],
)
def test_orders_that_do_not_fit_are_refused_by_name(merchant: Merchant, change: dict, sub_code: str) -> None:
    node = merchant.raw(TRANSFER, wallet_order(**change)).json()["alipay_fund_trans_uni_transfer_response"]
    assert node["sub_code"] == sub_code
    assert merchant.ledger()["balance"] == "1000.00"


def test_fields_nobody_knows_are_ignored_and_a_declared_scene_is_taken(merchant: Merchant) -> None:
    scene = {
        "transfer_scene_name": "业务结算",
        "transfer_scene_report_infos": [{"info_type": "结算款项名称", "info_content": "打印纸货款"}],
    }
    merchant.sandbox.admin.patch(f"alipay/apps/{merchant.app_id}", transfer_scene="required")
    assert merchant.call(TRANSFER, **wallet_order())["sub_code"] == "TRANSFER_SCENE_NAME_BLANK"
    assert merchant.call(TRANSFER, **wallet_order(**scene, something_new="1"))["status"] == "SUCCESS"


def test_a_payee_can_be_made_to_fail_with_any_sub_code(merchant: Merchant) -> None:
    for code in ("PAYEE_ACCOUNT_STATUS_ERROR", "SOMETHING_ELSE"):
        merchant.sandbox.admin.post("alipay/payees", identity_type="ALIPAY_LOGON_ID", identity="x@y.cn", error=code)
        payee = {"identity_type": "ALIPAY_LOGON_ID", "identity": "x@y.cn", "name": "任何人"}
        assert merchant.call(TRANSFER, **wallet_order(payee_info=payee))["sub_code"] == code


def test_contract_limits_hold(merchant: Merchant) -> None:
    merchant.sandbox.admin.patch(f"alipay/apps/{merchant.app_id}", daily_limit="25.00", personal_limit="20.00")
    assert merchant.pay("PO1", "20.01")["sub_code"] == "EXCEED_LIMIT_PERSONAL_SM_AMOUNT"
    assert merchant.pay("PO2", "20.00")["status"] == "SUCCESS"
    assert merchant.pay("PO3", "5.01")["sub_code"] == "EXCEED_LIMIT_DM_AMOUNT"


def test_a_wallet_transfer_can_take_its_time(sandbox: Sandbox) -> None:
    merchant = Merchant(sandbox, wallet_dealing_ms=200)
    answer = merchant.pay("PO1")
    assert answer["status"] == "DEALING" and "trans_date" not in answer
    assert eventually(lambda: merchant.query("PO1")["status"] == "SUCCESS")


def test_a_bank_transfer_is_dealing_then_paid_then_returned_with_the_money(sandbox: Sandbox) -> None:
    merchant = Merchant(sandbox, bank_dealing_ms=150, fee={"bank": "2.00"})
    assert merchant.pay_card("PO1", "100.00")["status"] == "DEALING"
    told = merchant.query("PO1", "TRANS_BANKCARD_NO_PWD")
    assert (told["status"], told["order_fee"]) == ("DEALING", "2.00") and "pay_date" not in told
    eventually(lambda: merchant.query("PO1", "TRANS_BANKCARD_NO_PWD")["status"] == "SUCCESS")
    assert merchant.balance() == "898.00"
    sandbox.admin.post("alipay/transfers/PO1/return", app_id=merchant.app_id, reason="账号已销户")
    told = merchant.query("PO1", "TRANS_BANKCARD_NO_PWD")
    assert (told["status"], told["fail_inst_reason"]) == ("REFUND", "账号已销户")
    assert told["fail_inst_name"] == "中国工商银行" and told["fail_inst_error_code"]
    assert merchant.balance() == "998.00"
    kinds = [(row["business_type"], row["amount"]) for row in merchant.ledger()["rows"]]
    assert kinds == [("充值", "1000.00"), ("转账", "-100.00"), ("收费", "-2.00"), ("转账", "100.00")]


def test_a_bank_transfer_can_come_back_by_itself_when_days_have_passed(young: Sandbox) -> None:
    merchant = Merchant(young, bank_dealing_ms=50, bank_returns_after_ms=3 * 86400 * 1000)
    merchant.pay_card("PO1")
    eventually(lambda: merchant.query("PO1", "TRANS_BANKCARD_NO_PWD")["status"] == "SUCCESS")
    young.admin.post("clock", advance_seconds=3 * 86400)
    eventually(lambda: merchant.query("PO1", "TRANS_BANKCARD_NO_PWD")["status"] == "REFUND")


def test_an_accepted_transfer_can_fail_later_and_the_money_is_back(sandbox: Sandbox) -> None:
    merchant = Merchant(sandbox, bank_dealing_ms=50)
    sandbox.admin.post(
        "alipay/payees",
        identity_type="BANKCARD_ACCOUNT",
        identity="6217000000000001",
        late_error="PAYEE_CARD_INFO_ERROR",
    )
    assert merchant.pay_card("PO1", card="6217000000000001")["status"] == "DEALING"
    told = eventually(lambda: (t := merchant.query("PO1", "TRANS_BANKCARD_NO_PWD"))["status"] == "FAIL" and t)
    assert told["error_code"] == "PAYEE_CARD_INFO_ERROR"
    assert merchant.balance() == "1000.00"


def test_corporate_cards_need_the_name_of_the_bank(merchant: Merchant) -> None:
    payee = {
        "identity_type": "BANKCARD_ACCOUNT",
        "identity": "6222",
        "name": "甲",
        "bankcard_ext_info": {"account_type": "1"},
    }
    order = wallet_order(product_code="TRANS_BANKCARD_NO_PWD", payee_info=payee)
    assert merchant.call(TRANSFER, **order)["sub_code"] == "INVALID_PARAMETER"
    payee["bankcard_ext_info"]["account_type"] = "2"
    assert merchant.call(TRANSFER, **order)["status"] == "DEALING"


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(10, 30000), st.booleans()), max_size=12))
def test_whatever_is_paid_the_books_balance(running: Sandbox, orders: list[tuple[int, bool]]) -> None:
    """Opening plus all rows is the balance; all accounts and counter accounts together are zero."""
    register_wallet(running)
    merchant = Merchant(running, fee={"wallet": "0.10", "bank": "1.00"}, bank_dealing_ms=None)
    for number, (fen, bank) in enumerate(orders):
        pay = merchant.pay_card if bank else merchant.pay
        pay(f"PO{number}", f"{Decimal(fen) / 100:.2f}")
    ledger = merchant.ledger()
    balance = Decimal("0.00")
    for row in ledger["rows"]:
        balance += Decimal(row["amount"])
        assert Decimal(row["balance"]) == balance >= 0
    assert Decimal(ledger["balance"]) == balance
    accounts = sum(account.balance for account in running.alipay.ledger.accounts.values())
    assert accounts + sum(running.alipay.ledger.contra.values()) == 0
