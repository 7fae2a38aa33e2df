"""A presented code is charged as ordered, and one in doubt is taken back for certain."""

from datetime import timedelta

import pytest
from alipay_shop import (
    ASKED,
    AUTH_CODE,
    CHARGED,
    PAID,
    PAID_AT,
    TRADE_NO,
    collected,
    sale,
    without_times,
    yuan,
)
from alipay_world import NOW, Clock, answer, connector, failure
from test_alipay_collect import NOTIFY, told_at

from odoo.addons.payment_bridge.connector.errors import (
    InvalidOrder,
    Uncertain,
    Unsupported,
    Untrusted,
)
from odoo.addons.payment_bridge.connector.transport import HttpRequest, Transport
from odoo.addons.payment_bridge.connector.types import Operation, OutcomeStatus
from odoo.addons.payment_bridge_channels.connectors.alipay.client import SENSITIVE


def test_a_charge_is_written_as_alipay_publishes_it():
    made, gateway = told_at(CHARGED)
    made.charge(sale(remark="两箱", terminal="T01"))
    assert (gateway.calls[0]["method"], gateway.calls[0]["notify_url"]) == ("alipay.trade.pay", NOTIFY)
    assert gateway.content() == {
        "out_trade_no": "SO202600031",
        "scene": "bar_code",
        "auth_code": AUTH_CODE,
        "total_amount": "100.00",
        "subject": "打印纸A4",
        "product_code": "FACE_TO_FACE_PAYMENT",
        "timeout_express": "5m",
        "passback_params": "charge",
        "body": "两箱",
        "terminal_id": "T01",
    }


def test_a_paid_charge_tells_who_paid_what_and_when():
    outcome = connector(CHARGED)[0].charge(sale())
    assert outcome.status is OutcomeStatus.SUCCEEDED
    assert (outcome.platform_reference, outcome.amount, outcome.executed_at) == (TRADE_NO, yuan("100.00"), PAID_AT)
    assert outcome.counterparty == "159****5620"
    unmasked = connector({**CHARGED, "buyer_logon_id": "zhangsan@example.cn"})[0].charge(sale())
    assert unmasked.counterparty == "zha***@example.cn"


def test_a_customer_who_is_asked_has_not_paid_yet():
    outcome = connector(ASKED)[0].charge(sale())
    assert (outcome.status, outcome.platform_code) == (OutcomeStatus.PROCESSING, "10003")
    assert outcome.advice.zh and outcome.executed_at is None


@pytest.mark.parametrize(
    "node",
    [
        {**CHARGED, "out_trade_no": "SO9"},
        {**ASKED, "out_trade_no": "SO9"},
        {**CHARGED, "total_amount": "lots"},
        {name: CHARGED[name] for name in CHARGED if name != "trade_no"},
    ],
    ids=["another", "another asked", "no amount", "no trade"],
)
def test_a_charge_answered_beside_the_point_is_uncertain(node):
    with pytest.raises(Uncertain):
        connector(node)[0].charge(sale())


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": yuan("0.00")}, "amount"),
        ({"key": "SO-31"}, "key"),
        ({"title": ""}, "title"),
        ({"remark": "x" * 129}, "remark"),
        ({"terminal": "T" * 33}, "terminal"),
        ({"auth_code": "134567890123456789"}, "auth_code"),
        ({"auth_code": "244567890123456789"}, "auth_code"),
        ({"auth_code": "314567890123456789"}, "auth_code"),
        ({"auth_code": "28456789012345"}, "auth_code"),
        ({"auth_code": "28" * 13}, "auth_code"),
        ({"auth_code": AUTH_CODE + "\n"}, "auth_code"),
    ],
)
def test_a_charge_that_cannot_work_is_not_sent_and_never_repeats_the_code(change, field):
    made, gateway = connector()
    with pytest.raises(InvalidOrder) as caught:
        made.charge(sale(**change))
    assert caught.value.field == field
    assert change.get("auth_code", AUTH_CODE).strip() not in f"{caught.value}{caught.value.advice}"
    with pytest.raises(InvalidOrder):
        made.check_charge(sale(**change))
    assert gateway.requests == []


@pytest.mark.parametrize("start", ["25", "26", "27", "28", "29", "30"])
@pytest.mark.parametrize("length", [16, 24])
def test_payment_codes_of_alipay_are_told_from_others(start, length):
    connector()[0].check_charge(sale(auth_code=start.ljust(length, "7")))


def test_the_wire_log_keeps_no_payment_code_no_buyer_and_no_address_for_messages(monkeypatch):
    made, gateway = told_at(CHARGED)
    transport = Transport(allowed_hosts=None)
    monkeypatch.setattr(Transport, "_perform", lambda self, request: gateway.send(request))
    made._client._transport = transport
    with transport.recorded() as exchanges:
        made.charge(sale(auth_code="285556667778889990"))
    kept = f"{exchanges[0].request}{exchanges[0].response}"
    assert isinstance(gateway.requests[0], HttpRequest) and "SO202600031" in kept
    for secret in ("285556667778889990", "666777888", "159****5620", "notify/token"):
        assert secret not in kept
    assert {"auth_code", "notify_url", "buyer_logon_id"} <= SENSITIVE


# Taking back


def cancelled(**change):
    return {"code": "10000", "msg": "Success", "out_trade_no": "SO202600031", "retry_flag": "N", **change}


@pytest.mark.parametrize("action", ["close", "refund"])
def test_a_charge_in_doubt_is_taken_back(action):
    made, gateway = connector(cancelled(action=action, trade_no=TRADE_NO))
    outcome = made.cancel(collected(Operation.CHARGE))
    assert (outcome.status, outcome.platform_status) == (OutcomeStatus.CLOSED, action)
    assert gateway.calls[0]["method"] == "alipay.trade.cancel"
    assert gateway.content() == {"out_trade_no": "SO202600031"}


def test_alipay_may_want_to_be_asked_again():
    for change in ({"retry_flag": "Y"}, {"retry_flag": "Y", "action": "refund"}):
        outcome = connector(cancelled(**change))[0].cancel(collected(Operation.CHARGE))
        assert outcome.status is OutcomeStatus.PROCESSING and outcome.advice


@pytest.mark.parametrize("reply", [cancelled(), failure("ACQ.TRADE_NOT_EXIST")], ids=["no action", "no trade"])
def test_a_charge_that_alipay_never_saw_is_closed_once_it_can_no_longer_arrive(reply):
    for passed, status in (
        (45, OutcomeStatus.PROCESSING),
        (119, OutcomeStatus.PROCESSING),
        (120, OutcomeStatus.CLOSED),
    ):
        made, _ = connector(reply, clock=Clock(NOW + timedelta(seconds=passed)))
        assert made.cancel(collected(Operation.CHARGE)).status is status
    made, _ = connector(reply, clock=Clock(NOW + timedelta(days=1)))
    assert made.cancel(without_times(collected(Operation.CHARGE))).status is OutcomeStatus.PROCESSING


def test_an_account_too_poor_to_give_back_waits_for_money():
    outcome = connector(failure("ACQ.SELLER_BALANCE_NOT_ENOUGH"))[0].cancel(collected(Operation.CHARGE))
    assert outcome.status is OutcomeStatus.PROCESSING
    assert outcome.platform_code == "ACQ.SELLER_BALANCE_NOT_ENOUGH" and "充值" in outcome.advice.zh


@pytest.mark.parametrize(
    "code", ["ACQ.TRADE_HAS_FINISHED", "ACQ.TRADE_CANCEL_TIME_OUT", "ACQ.CANCEL_NOT_ALLOWED", "ACQ.TRADE_STATUS_ERROR"]
)
def test_a_charge_that_cannot_be_taken_back_is_what_it_has_become(code):
    made, gateway = connector(failure(code), PAID)
    assert made.cancel(collected(Operation.CHARGE)).status is OutcomeStatus.SUCCEEDED
    assert [call["method"] for call in gateway.calls] == ["alipay.trade.cancel", "alipay.trade.query"]


@pytest.mark.parametrize(
    "reply", [failure("AQC.SYSTEM_ERROR"), failure("ACQ.SYSTEM_ERROR"), failure("x", "20000"), answer("", 502)]
)
def test_taking_back_that_is_not_answered_is_uncertain(reply):
    with pytest.raises(Uncertain):
        connector(reply)[0].cancel(collected(Operation.CHARGE))


def test_an_unsigned_answer_takes_nothing_back():
    unsigned = answer('{"alipay_trade_cancel_response":{"code":"10000","action":"refund","retry_flag":"N"}}')
    with pytest.raises(Untrusted):
        connector(unsigned)[0].cancel(collected(Operation.CHARGE))


def test_each_order_is_ended_in_its_own_way():
    made, gateway = connector()
    for end, operation in (
        (made.close, Operation.CHARGE),
        (made.close, Operation.PAY_OUT),
        (made.cancel, Operation.COLLECT),
        (made.cancel, Operation.PAY_OUT),
    ):
        with pytest.raises(Unsupported):
            end(collected(operation))
    assert gateway.requests == []
