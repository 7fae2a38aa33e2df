"""Collections, charges and refunds: ordered as published, and never taken for more than WeChat Pay says."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from wechatpay_world import (
    APPID,
    MCHID,
    NOTIFY_URL,
    NOW,
    OPENID,
    REFUND,
    TRADE,
    charge_order,
    collect_order,
    connector,
    reference,
    refund_order,
    refused,
    signed,
    unsigned,
    yuan,
)

from odoo.addons.payment_bridge.connector.errors import (
    InvalidOrder,
    Misconfigured,
    Rejected,
    Throttled,
    Uncertain,
    Unsupported,
    Untrusted,
)
from odoo.addons.payment_bridge.connector.types import ActionKind, Money, Operation, OutcomeStatus

COLLECTED = reference(Operation.COLLECT)
CHARGED = reference(Operation.CHARGE)
REFUNDED = reference(Operation.REFUND, key="RF202600007", amount=yuan("30.00"), original=COLLECTED)
CODE = {"code_url": "weixin://wxpay/bizpayurl?pr=4v4abcd"}


def trade(state: str, **change):
    return {**TRADE, "trade_state": state, **change}


def test_a_collection_is_written_as_wechat_pay_publishes_it():
    made, gateway = connector(CODE)
    outcome = made.collect(collect_order(remark="合同7", payer_ip="203.0.113.7"))
    assert gateway.target() == "POST /v3/pay/transactions/native"
    assert gateway.content() == {
        "appid": APPID,
        "mchid": MCHID,
        "description": "打印纸A4",
        "out_trade_no": "SO202600031",
        "time_expire": "2026-01-16T12:30:00+08:00",
        "attach": "合同7",
        "notify_url": NOTIFY_URL,
        "amount": {"total": 10000, "currency": "CNY"},
        "scene_info": {"payer_client_ip": "203.0.113.7"},
    }
    assert outcome.status is OutcomeStatus.PROCESSING
    assert (outcome.action.kind, outcome.action.content) == (ActionKind.QR, CODE["code_url"])
    assert outcome.action.expires_at == NOW + timedelta(hours=2)


def test_absent_fields_of_a_collection_are_left_out_and_repeats_are_identical():
    made, gateway = connector(CODE, CODE)
    made.collect(collect_order())
    made.collect(collect_order())
    assert gateway.requests[0].body == gateway.requests[1].body
    assert b"null" not in gateway.requests[0].body
    assert not {"attach", "scene_info"} & set(gateway.content())


def test_a_collection_without_an_address_for_messages_is_not_sent():
    made, gateway = connector(notify_url="https://erp.example.cn/pay?x=1")
    with pytest.raises(Misconfigured):
        made.collect(collect_order())
    assert gateway.requests == []


@pytest.mark.parametrize("node", [{}, {"code_url": ""}, {"code_url": "x" * 600}, {"code_url": "a\nb"}, {"code_url": 7}])
def test_an_answer_without_a_code_opens_nothing_for_certain(node):
    with pytest.raises(Uncertain):
        connector(node)[0].collect(collect_order())


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refused("PARAM_ERROR"), Rejected),
        (refused("INVALID_REQUEST", request_id="X-268498688"), Uncertain),
        (refused("OUT_TRADE_NO_USED", 403), Uncertain),
        (refused("ORDERPAID"), Uncertain),
        (refused("SYSTEM_ERROR", 500), Uncertain),
        (refused("APPID_MCHID_NOT_MATCH"), Misconfigured),
        (refused("FREQUENCY_LIMITED", 429), Throttled),
        (unsigned(signed(json.dumps(CODE))), Untrusted),
    ],
)
def test_a_collection_that_is_refused_says_what_is_known(answer, error):
    with pytest.raises(error) as caught:
        connector(answer)[0].collect(collect_order())
    assert type(caught.value) is error


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"method": "page"}, "method"),
        ({"amount": yuan("0.00")}, "amount"),
        ({"amount": yuan("1.001")}, "amount"),
        ({"amount": Money(Decimal("1.00"), "HKD")}, "currency"),
        ({"key": "SO123"}, "key"),
        ({"key": "S" * 33}, "key"),
        ({"key": "SO-2026-1"}, "key"),
        ({"title": " "}, "title"),
        ({"title": "纸" * 43}, "title"),
        ({"title": "a\u2028b"}, "title"),
        ({"remark": "纸" * 43}, "remark"),
        ({"expires_at": NOW + timedelta(hours=2, seconds=1)}, "expires_at"),
        ({"expires_at": NOW}, "expires_at"),
    ],
)
def test_a_wrong_collection_is_refused_before_anything_is_sent(change, field):
    made, gateway = connector()
    for place in (made.check_collect, made.collect):
        with pytest.raises(InvalidOrder) as caught:
            place(collect_order(**change))
        assert caught.value.field == field and caught.value.advice.zh
    assert gateway.requests == []


def test_a_description_at_the_limit_in_bytes_is_sent():
    made, gateway = connector(CODE)
    made.collect(collect_order(title="纸" * 42, remark="r" * 128))
    assert len(gateway.content()["description"].encode()) == 126


STATES = [
    ("NOTPAY", OutcomeStatus.PROCESSING),
    ("USERPAYING", OutcomeStatus.PROCESSING),
    ("ACCEPT", OutcomeStatus.PROCESSING),
    ("SUCCESS", OutcomeStatus.SUCCEEDED),
    ("REFUND", OutcomeStatus.SUCCEEDED),
    ("CLOSED", OutcomeStatus.CLOSED),
    ("REVOKED", OutcomeStatus.CLOSED),
    ("PAYERROR", OutcomeStatus.FAILED),
]


@pytest.mark.parametrize(("state", "status"), STATES)
@pytest.mark.parametrize("asked", [COLLECTED, CHARGED], ids=["collect", "charge"])
def test_every_state_of_a_trade_is_told_in_the_ports_words(asked, state, status):
    made, gateway = connector(trade(state))
    outcome = made.query(asked)
    assert gateway.target() == f"GET /v3/pay/transactions/out-trade-no/SO202600031?mchid={MCHID}"
    assert (outcome.status, outcome.platform_status) == (status, state)
    assert outcome.amount == yuan("100.00")
    assert outcome.platform_reference == TRADE["transaction_id"]
    assert outcome.executed_at == datetime(2026, 1, 15, 1, 30, 11, tzinfo=UTC)


def test_who_paid_is_masked():
    outcome = connector(TRADE)[0].query(COLLECTED)
    assert outcome.counterparty and outcome.counterparty != OPENID and OPENID[8:20] not in repr(outcome)


@pytest.mark.parametrize(
    "change",
    [
        {"trade_state": "NEW"},
        {"trade_state": None},
        {"out_trade_no": "OTHER1"},
        {"mchid": "1900000110"},
        {"amount": {"total": 100.5, "currency": "CNY"}},
        {"amount": {"total": 10000, "currency": "USD"}},
        {"amount": {"total": "10000"}},
    ],
)
def test_an_answer_about_something_else_decides_nothing(change):
    for act in (lambda made: made.query(COLLECTED), lambda made: made.charge(charge_order())):
        with pytest.raises(Uncertain):
            act(connector({**TRADE, **change})[0])


def test_a_trade_without_amount_yet_tells_none():
    node = {name: value for name, value in trade("NOTPAY").items() if name not in ("amount", "payer", "success_time")}
    assert connector(node)[0].query(COLLECTED).amount is None


def test_a_trade_that_is_not_known_yet_may_still_arrive():
    answer = refused("ORDER_NOT_EXIST", 404)
    assert connector(answer)[0].query(COLLECTED).status is OutcomeStatus.NOT_FOUND
    with pytest.raises(Uncertain):
        connector(answer)[0].query(reference(Operation.COLLECT, sent_at=NOW))


def test_closing_is_certain_once_wechat_pay_has_said_so():
    made, gateway = connector(None)
    outcome = made.close(COLLECTED)
    assert (outcome.status, outcome.key) == (OutcomeStatus.CLOSED, "SO202600031")
    assert gateway.target() == "POST /v3/pay/transactions/out-trade-no/SO202600031/close"
    assert gateway.content() == {"mchid": MCHID}
    with pytest.raises(Untrusted):
        connector(unsigned(signed(b"", 204)))[0].close(COLLECTED)


@pytest.mark.parametrize("code", ["ORDERPAID", "ORDER_CLOSED", "INVALID_REQUEST", "TRADE_ERROR", "NEW_CODE"])
@pytest.mark.parametrize("state", ["SUCCESS", "CLOSED", "USERPAYING"])
def test_a_collection_that_cannot_be_closed_tells_what_it_is(code, state):
    made, gateway = connector(refused(code), trade(state))
    assert made.close(COLLECTED).status is dict(STATES)[state]
    assert len(gateway.requests) == 2


def test_a_close_that_is_not_answered_decides_nothing():
    for answer, error in (
        (refused("SYSTEM_ERROR", 500), Uncertain),
        (refused("FREQUENCY_LIMITED", 429), Throttled),
        (refused("SIGN_ERROR", 401), Misconfigured),
    ):
        with pytest.raises(error):
            connector(answer)[0].close(COLLECTED)
    with pytest.raises(Unsupported):
        connector()[0].close(CHARGED)


def test_a_charge_is_written_as_wechat_pay_publishes_it():
    made, gateway = connector(TRADE)
    outcome = made.charge(charge_order(terminal="POS-7", remark="柜台"))
    assert gateway.target() == "POST /v3/pay/transactions/codepay"
    assert gateway.content() == {
        "appid": APPID,
        "mchid": MCHID,
        "description": "打印纸A4",
        "out_trade_no": "SO202600031",
        "attach": "柜台",
        "payer": {"auth_code": "130061098828009406"},
        "amount": {"total": 10000, "currency": "CNY"},
        "scene_info": {"store_info": {"out_id": "0001"}, "device_id": "POS-7"},
    }
    assert (outcome.status, outcome.amount) == (OutcomeStatus.SUCCEEDED, yuan("100.00"))


@pytest.mark.parametrize(("state", "status"), STATES)
def test_every_state_that_a_charge_answers_is_told(state, status):
    assert connector(trade(state))[0].charge(charge_order()).status is status


@pytest.mark.parametrize(
    "answer",
    [
        refused("USERPAYING", 400),
        refused("AUTH_CODE_INVALID", 400),
        refused("TRADE_ERROR", 403),
        refused("SYSTEM_ERROR", 500),
        refused("A_NEW_CODE", 400),
        signed("", 202),
        unsigned(signed(json.dumps(TRADE))),
        Uncertain("no answer"),
    ],
)
def test_a_charge_without_a_told_state_is_in_doubt(answer):
    with pytest.raises(Uncertain):
        connector(answer)[0].charge(charge_order())


@pytest.mark.parametrize(
    "code", ["", "13006109882800940", "1300610988280094061", "160061098828009406", "28" * 9, "１" * 18]
)
def test_a_code_that_is_not_wechats_is_refused_without_repeating_it(code):
    made, gateway = connector()
    with pytest.raises(InvalidOrder) as caught:
        made.charge(charge_order(auth_code=code))
    assert caught.value.field == "auth_code"
    assert not code or code not in f"{caught.value} {caught.value.advice}"
    assert gateway.requests == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": yuan("0.00")}, "amount"),
        ({"key": "SO1"}, "key"),
        ({"title": ""}, "title"),
        ({"remark": "a\rb"}, "remark"),
        ({"terminal": "收银台"}, "terminal"),
    ],
)
def test_a_wrong_charge_is_refused_before_anything_is_sent(change, field):
    with pytest.raises(InvalidOrder) as caught:
        connector()[0].check_charge(charge_order(**change))
    assert caught.value.field == field


REVERSED = {"appid": APPID, "mchid": MCHID, "out_trade_no": "SO202600031"}


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("REVOKED", OutcomeStatus.CLOSED),
        ("CLOSED", OutcomeStatus.CLOSED),
        ("PAYERROR", OutcomeStatus.CLOSED),
        ("SUCCESS", OutcomeStatus.PROCESSING),
        ("USERPAYING", OutcomeStatus.PROCESSING),
        ("REFUND", OutcomeStatus.PROCESSING),
    ],
)
def test_a_reversal_is_done_only_when_the_order_says_so(state, status):
    made, gateway = connector(REVERSED, trade(state))
    outcome = made.cancel(CHARGED)
    assert (outcome.status, outcome.platform_status) == (status, state)
    assert gateway.target(0) == "POST /v3/pay/transactions/out-trade-no/SO202600031/reverse"
    assert gateway.content(0) == {"appid": APPID, "mchid": MCHID}


def test_a_refused_reversal_tells_what_the_charge_is():
    for state, status in (("SUCCESS", OutcomeStatus.SUCCEEDED), ("REVOKED", OutcomeStatus.CLOSED)):
        made, _ = connector(refused("INVALID_REQUEST"), trade(state))
        assert made.cancel(CHARGED).status is status
    made, _ = connector(refused("ORDER_NOT_EXIST", 404), refused("ORDER_NOT_EXIST", 404))
    assert made.cancel(CHARGED).status is OutcomeStatus.NOT_FOUND
    made, _ = connector(refused("ORDER_NOT_EXIST", 404), refused("ORDER_NOT_EXIST", 404))
    with pytest.raises(Uncertain):
        made.cancel(reference(Operation.CHARGE, sent_at=NOW - timedelta(seconds=45)))


def test_an_unsigned_or_foreign_reversal_is_not_believed():
    for answer in (unsigned(signed(json.dumps(REVERSED))), {**REVERSED, "out_trade_no": "OTHER1"}):
        with pytest.raises(Uncertain):
            connector(answer)[0].cancel(CHARGED)


def test_a_refund_is_written_as_wechat_pay_publishes_it():
    made, gateway = connector(REFUND)
    outcome = made.refund(refund_order())
    assert gateway.target() == "POST /v3/refund/domestic/refunds"
    assert gateway.content() == {
        "out_trade_no": "SO202600031",
        "out_refund_no": "RF202600007",
        "reason": "部分退货",
        "notify_url": NOTIFY_URL,
        "amount": {"refund": 3000, "total": 10000, "currency": "CNY"},
    }
    assert (outcome.status, outcome.amount) == (OutcomeStatus.PROCESSING, yuan("30.00"))
    assert (outcome.key, outcome.platform_reference) == ("RF202600007", REFUND["refund_id"])


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("SUCCESS", OutcomeStatus.SUCCEEDED),
        ("PROCESSING", OutcomeStatus.PROCESSING),
        ("ABNORMAL", OutcomeStatus.PROCESSING),
        ("CLOSED", OutcomeStatus.CLOSED),
    ],
)
def test_every_state_of_a_refund_is_told_in_the_ports_words(state, status):
    made, gateway = connector({**REFUND, "status": state})
    outcome = made.query(REFUNDED)
    assert gateway.target() == "GET /v3/refund/domestic/refunds/RF202600007"
    assert (outcome.status, outcome.platform_status) == (status, state)
    if state in ("ABNORMAL", "CLOSED"):
        assert outcome.advice.en and outcome.advice.zh


@pytest.mark.parametrize(
    "change",
    [{"out_refund_no": "RF1"}, {"out_trade_no": "OTHER1"}, {"status": "NEW"}, {"amount": {"refund": "3000"}}],
)
def test_an_answer_about_another_refund_decides_nothing(change):
    for act in (lambda made: made.refund(refund_order()), lambda made: made.query(REFUNDED)):
        with pytest.raises(Uncertain):
            act(connector({**REFUND, **change})[0])


@pytest.mark.parametrize("code", ["RESOURCE_NOT_EXISTS", "ORDER_NOT_EXIST", "NOT_ENOUGH"])
def test_a_refund_right_after_the_payment_is_repeated_under_its_number(code):
    with pytest.raises(Rejected) as caught:
        connector(refused(code, 404))[0].refund(refund_order())
    assert caught.value.retry_same_key


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refused("USER_ACCOUNT_ABNORMAL", 403), Rejected),
        (refused("INVALID_REQUEST"), Uncertain),
        (refused("SYSTEM_ERROR", 500), Uncertain),
        (unsigned(refused("USER_ACCOUNT_ABNORMAL", 403)), Untrusted),
        (unsigned(signed(json.dumps({**REFUND, "status": "SUCCESS"}))), Untrusted),
    ],
)
def test_a_refund_that_is_refused_says_what_is_known(answer, error):
    with pytest.raises(error) as caught:
        connector(answer)[0].refund(refund_order())
    assert type(caught.value) is error


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": yuan("100.01")}, "amount"),
        ({"amount": yuan("0.00")}, "amount"),
        ({"amount": Money(Decimal("1.00"), "USD")}, "currency"),
        ({"key": "RF|1"}, "key"),
        ({"reason": "货" * 27}, "reason"),
        ({"reason": "a\nb"}, "reason"),
        ({"original": reference(Operation.PAY_OUT)}, "original"),
        ({"original": reference(Operation.COLLECT, placed_at=NOW - timedelta(days=366))}, "original"),
    ],
)
def test_a_wrong_refund_is_refused_before_anything_is_sent(change, field):
    made, gateway = connector()
    for place in (made.check_refund, made.refund):
        with pytest.raises(InvalidOrder) as caught:
            place(refund_order(**change))
        assert caught.value.field == field
    assert gateway.requests == []


def test_the_connector_declares_what_it_can_do():
    capabilities = connector()[0].capabilities
    assert capabilities.collect_method("qr").lifetime == timedelta(hours=2)
    assert not capabilities.collect_method("qr").live_on_request
    assert (capabilities.refund.within_days, capabilities.refund.parts) == (365, 50)
    assert capabilities.charge.code_pattern == "1[0-5][0-9]{16}"
    assert (capabilities.key_max_length, capabilities.pay_out_minimum) == (32, Decimal("0.10"))
    assert [kind.code for kind in capabilities.statement_kinds if kind.covers_balance] == ["funds"]
    with pytest.raises(Unsupported):
        connector()[0].query(reference(Operation.STATEMENT))
