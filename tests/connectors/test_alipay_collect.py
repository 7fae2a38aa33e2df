"""A collection leaves as ordered, and every answer says what is known about the money."""

from datetime import timedelta
from decimal import Decimal

import pytest
from alipay_shop import (
    CHARGED,
    CLOSED_PAID,
    CLOSED_UNPAID,
    CODE,
    PAID,
    PAID_AT,
    PRECREATED,
    TRADE_NO,
    WAITING,
    collected,
    collection,
    sale,
    without_times,
    yuan,
)
from alipay_world import NOW, Clock, Gateway, answer, connector, failure, values
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.payment_bridge.connector.declarations import ChannelSettings
from odoo.addons.payment_bridge.connector.errors import (
    InvalidOrder,
    Misconfigured,
    Rejected,
    Throttled,
    Uncertain,
)
from odoo.addons.payment_bridge.connector.types import ActionKind, Money, Operation, OutcomeStatus
from odoo.addons.payment_bridge_channels.connectors.alipay import AlipayConnector, settings, trade
from odoo.addons.payment_bridge_channels.connectors.alipay.codes import ALL_CODES, Effect

SETTINGS = settings.read(ChannelSettings("sandbox", values()))
NOTIFY = "https://erp.example.cn/payment_bridge/notify/token"


def told_at(*replies) -> tuple[AlipayConnector, Gateway]:
    gateway = Gateway(list(replies))
    return AlipayConnector(ChannelSettings("sandbox", values(), NOTIFY), gateway, now=Clock()), gateway


# Collecting


def test_a_collection_is_written_as_alipay_publishes_it():
    made, gateway = told_at(PRECREATED)
    made.collect(collection(remark="两箱"))
    assert (gateway.calls[0]["method"], gateway.calls[0]["notify_url"]) == ("alipay.trade.precreate", NOTIFY)
    assert gateway.content() == {
        "out_trade_no": "SO202600031",
        "total_amount": "100.00",
        "subject": "打印纸A4",
        "product_code": "FACE_TO_FACE_PAYMENT",
        "time_expire": "2026-01-16 11:00:00",
        "qr_code_timeout_express": "30m",
        "passback_params": "collect",
        "body": "两箱",
    }


def test_without_an_address_for_messages_none_is_sent():
    made, gateway = connector(PRECREATED)
    made.collect(collection())
    assert "notify_url" not in gateway.calls[0]


def test_the_same_collection_is_written_the_same_way_whenever_it_is_sent():
    clock = Clock()
    made, gateway = connector(PRECREATED, PRECREATED, clock=clock)
    made.collect(collection())
    clock.at += timedelta(minutes=9)
    made.collect(collection())
    assert gateway.content(0) == gateway.content(1)


def test_the_product_is_the_contracts():
    made, gateway = connector(PRECREATED, settings=values(qr_product="QR_CODE_OFFLINE"))
    made.collect(collection())
    assert gateway.content()["product_code"] == "QR_CODE_OFFLINE"
    with pytest.raises(Misconfigured):
        connector(settings=values(qr_product="FAST_INSTANT_TRADE_PAY"))


def test_marks_that_alipay_takes_in_no_title_become_their_wide_forms():
    made, gateway = connector(PRECREATED)
    made.collect(collection(title="INV/2026/00031 a=b&c"))
    assert gateway.content()["subject"] == "INV／2026／00031 a＝b＆c"


def test_an_opened_collection_shows_a_code_that_ends():
    outcome = connector(PRECREATED)[0].collect(collection())
    assert outcome.status is OutcomeStatus.PROCESSING and outcome.key == "SO202600031"
    assert (outcome.action.kind, outcome.action.content) == (ActionKind.QR, CODE)
    assert outcome.action.expires_at == NOW + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": Money(Decimal("1.00"), "USD")}, "currency"),
        ({"amount": yuan("0.00")}, "amount"),
        ({"amount": yuan("100000000.01")}, "amount"),
        ({"amount": yuan("1.001")}, "amount"),
        ({"key": "SO-31"}, "key"),
        ({"key": "S" * 65}, "key"),
        ({"key": ""}, "key"),
        ({"title": " "}, "title"),
        ({"title": "x" * 257}, "title"),
        ({"title": "two\nlines"}, "title"),
        ({"remark": "x" * 129}, "remark"),
        ({"method": "page"}, "method"),
        ({"expires_at": NOW + timedelta(hours=2, seconds=1)}, "expires_at"),
        ({"expires_at": NOW + timedelta(seconds=59)}, "expires_at"),
    ],
)
def test_a_collection_that_cannot_work_is_not_sent(change, field):
    made, gateway = connector()
    with pytest.raises(InvalidOrder) as caught:
        made.collect(collection(**change))
    assert caught.value.field == field and caught.value.advice.zh
    with pytest.raises(InvalidOrder):
        made.check_collect(collection(**change))
    assert gateway.requests == []


def test_collections_at_the_limits_are_sent():
    for change in (
        {"amount": yuan("0.01")},
        {"amount": yuan("100000000.00")},
        {"title": "x" * 256, "remark": "y" * 128, "key": "S" * 64},
        {"expires_at": NOW + timedelta(hours=2)},
        {"expires_at": NOW + timedelta(minutes=1)},
    ):
        connector()[0].check_collect(collection(**change))


@given(st.text(max_size=300), st.text(max_size=140))
def test_whatever_is_written_is_refused_or_one_line_without_forbidden_marks(title, remark):
    order = collection(title=title, remark=remark)
    try:
        trade.check_collect(order)
    except InvalidOrder:
        return
    content = trade.collect_content(order, SETTINGS)
    assert 0 < len(content["subject"]) <= 256 and not set("/=&\n\r") & set(content["subject"])
    assert len(content.get("body", "")) <= 128


@pytest.mark.parametrize(
    "node",
    [
        {"code": "10000", "msg": "Success", "out_trade_no": "SO202600031"},
        {**PRECREATED, "qr_code": "x" * 2000},
        {**PRECREATED, "qr_code": "https://qr.alipay.com/\n"},
        {**PRECREATED, "out_trade_no": "SO9"},
    ],
    ids=["no code", "too long", "not printable", "another order"],
)
def test_an_answer_that_shows_no_code_of_this_order_is_uncertain(node):
    with pytest.raises(Uncertain):
        connector(node)[0].collect(collection())


# Codes


REFUSED = [row for row in ALL_CODES if row.code.startswith(("ACQ.", "AQC."))]
EXPECTED = {
    Effect.FINAL: Rejected,
    Effect.RETRY_SAME_KEY: Rejected,
    Effect.QUERY: Uncertain,
    Effect.NOT_FOUND: Uncertain,
}


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row.code)
def test_each_published_code_says_what_is_known_about_the_money(row):
    for place in (
        lambda made: made.collect(collection()),
        lambda made: made.charge(sale()),
    ):
        with pytest.raises(EXPECTED[row.effect]) as caught:
            place(connector(failure(row.code))[0])
        assert caught.value.code == row.code and caught.value.advice == row.meaning
        if isinstance(caught.value, Rejected):
            assert caught.value.retry_same_key is (row.effect is Effect.RETRY_SAME_KEY)


@pytest.mark.parametrize("code", ["ACQ.TRADE_HAS_SUCCESS", "ACQ.CONTEXT_INCONSISTENT", "ACQ.TRADE_BUYER_NOT_MATCH"])
def test_a_number_that_alipay_knows_already_is_never_taken_for_failed(code):
    with pytest.raises(Uncertain):
        connector(failure(code))[0].collect(collection())
    with pytest.raises(Uncertain):
        connector(failure(code))[0].charge(sale())


@pytest.mark.parametrize("place", ["collect", "charge"])
def test_faults_and_unknown_codes_are_uncertain(place):
    order = collection() if place == "collect" else sale()
    for reply in (
        failure("isp.unknow-error", "20000"),
        failure("ACQ.NEVER_SEEN"),
        answer("<html>", 502),
        {**CHARGED, "code": ""},
    ):
        with pytest.raises(Uncertain) as caught:
            getattr(connector(reply)[0], place)(order)
        assert caught.value.advice.zh


def test_a_pause_that_alipay_asks_for_is_certain_only_where_no_money_moves():
    limited = failure("isv.app-call-limited", "40005")
    with pytest.raises(Throttled):
        connector(limited)[0].collect(collection())
    with pytest.raises(Uncertain):
        connector(limited)[0].charge(sale())


def test_a_missing_contract_is_for_the_administrator():
    with pytest.raises(Misconfigured):
        connector(failure("isv.insufficient-isv-permissions", "40006"))[0].collect(collection())


# Asking


@pytest.mark.parametrize("operation", [Operation.COLLECT, Operation.CHARGE])
@pytest.mark.parametrize(
    ("node", "status"),
    [
        (WAITING, OutcomeStatus.PROCESSING),
        (PAID, OutcomeStatus.SUCCEEDED),
        ({**PAID, "trade_status": "TRADE_FINISHED"}, OutcomeStatus.SUCCEEDED),
        (CLOSED_UNPAID, OutcomeStatus.CLOSED),
    ],
    ids=["waiting", "paid", "finished", "closed"],
)
def test_a_trade_is_asked_for_by_our_number(node, status, operation):
    made, gateway = connector(node)
    outcome = made.query(collected(operation))
    assert gateway.calls[0]["method"] == "alipay.trade.query"
    assert gateway.content() == {"out_trade_no": "SO202600031"}
    assert (outcome.status, outcome.platform_status) == (status, node["trade_status"])
    assert (outcome.key, outcome.platform_reference) == ("SO202600031", TRADE_NO)
    assert outcome.amount == yuan("100.00")
    assert outcome.executed_at == (PAID_AT if status is OutcomeStatus.SUCCEEDED else None)


def test_a_collection_given_back_whole_has_succeeded_and_a_charge_was_taken_back():
    assert connector(CLOSED_PAID)[0].query(collected()).status is OutcomeStatus.SUCCEEDED
    taken_back = connector(CLOSED_PAID)[0].query(collected(Operation.CHARGE))
    assert taken_back.status is OutcomeStatus.CLOSED and taken_back.advice


@pytest.mark.parametrize("operation", [Operation.COLLECT, Operation.CHARGE])
def test_a_trade_that_does_not_exist_is_not_found(operation):
    outcome = connector(failure("ACQ.TRADE_NOT_EXIST"))[0].query(collected(operation))
    assert (outcome.status, outcome.platform_code) == (OutcomeStatus.NOT_FOUND, "ACQ.TRADE_NOT_EXIST")
    assert outcome.advice.zh


@pytest.mark.parametrize(
    "reply",
    [
        {**PAID, "trade_status": "TRADE_PENDING"},
        {name: PAID[name] for name in PAID if name != "trade_status"},
        {**PAID, "out_trade_no": "SO9"},
        {**PAID, "total_amount": "-1.00"},
        failure("ACQ.SYSTEM_ERROR"),
        failure("isp.unknow-error", "20000"),
        failure("ACQ.TRADE_NOT_EXIST", "20000"),
        answer("{}", 500),
    ],
)
def test_a_question_without_a_clear_answer_decides_nothing(reply):
    with pytest.raises(Uncertain):
        connector(reply)[0].query(collected())


# Closing


def test_a_trade_nobody_has_paid_is_closed():
    closed = {"code": "10000", "msg": "Success", "trade_no": TRADE_NO, "out_trade_no": "SO202600031"}
    made, gateway = connector(closed)
    outcome = made.close(collected())
    assert outcome.status is OutcomeStatus.CLOSED
    assert gateway.calls[0]["method"] == "alipay.trade.close"
    assert gateway.content() == {"out_trade_no": "SO202600031"}


@pytest.mark.parametrize(
    ("passed", "change", "status"),
    [
        (timedelta(minutes=10), {}, OutcomeStatus.PROCESSING),
        (timedelta(hours=2, minutes=1), {}, OutcomeStatus.PROCESSING),
        (timedelta(hours=2, minutes=2), {}, OutcomeStatus.CLOSED),
        (timedelta(hours=2, minutes=2), {"placed_at": None}, OutcomeStatus.CLOSED),
        (timedelta(minutes=31), {"expires_at": NOW + timedelta(minutes=30)}, OutcomeStatus.PROCESSING),
        (timedelta(minutes=32), {"expires_at": NOW + timedelta(minutes=30)}, OutcomeStatus.CLOSED),
    ],
)
def test_a_code_nobody_scanned_is_closed_only_when_it_can_no_longer_be_scanned(passed, change, status):
    made, gateway = connector(failure("ACQ.TRADE_NOT_EXIST"), clock=Clock(NOW + passed))
    outcome = made.close(collected(**change))
    assert outcome.status is status
    assert [call["method"] for call in gateway.calls] == ["alipay.trade.close"], "nothing is given back by this way"
    if status is OutcomeStatus.PROCESSING:
        assert outcome.advice.zh and outcome.expected_at > NOW + passed


def test_a_code_of_which_no_time_is_known_is_never_called_closed():
    made, _ = connector(failure("ACQ.TRADE_NOT_EXIST"), clock=Clock(NOW + timedelta(days=1)))
    assert made.close(without_times(collected())).status is OutcomeStatus.PROCESSING


@pytest.mark.parametrize(
    "code",
    [
        "ACQ.TRADE_STATUS_ERROR",
        "ACQ.REASON_TRADE_STATUS_INVALID",
        "ACQ.REASON_ILLEGAL_STATUS",
        "ACQ.TRADE_HAS_CLOSE",
        "ACQ.TRADE_HAS_SUCCESS",
    ],
)
@pytest.mark.parametrize(
    ("node", "status"), [(PAID, OutcomeStatus.SUCCEEDED), (CLOSED_UNPAID, OutcomeStatus.CLOSED)], ids=["paid", "closed"]
)
def test_what_cannot_be_closed_is_asked_about(code, node, status):
    made, gateway = connector(failure(code), node)
    assert made.close(collected()).status is status
    assert [call["method"] for call in gateway.calls] == ["alipay.trade.close", "alipay.trade.query"]


@pytest.mark.parametrize("reply", [failure("ACQ.SYSTEM_ERROR"), failure("x", "20000"), failure("ACQ.NEW")])
def test_closing_that_is_not_answered_is_uncertain(reply):
    with pytest.raises(Uncertain):
        connector(reply)[0].close(collected())
    with pytest.raises(Uncertain):
        connector({"code": "10000", "msg": "Success", "out_trade_no": "SO9"})[0].close(collected())


def test_capabilities_tell_screens_what_can_be_collected():
    told = AlipayConnector.capabilities
    qr = told.collect_method("qr")
    assert (qr.action, qr.lifetime, qr.live_on_request) == (ActionKind.QR, timedelta(hours=2), True)
    assert (qr.minimum, qr.maximum) == (Decimal("0.01"), Decimal("100000000.00"))
    assert told.charge is not None and told.refund.partial and told.refund.parts is None
    assert {
        Operation.COLLECT,
        Operation.CHARGE,
        Operation.CLOSE,
        Operation.CANCEL,
        Operation.REFUND,
    } <= told.operations
    assert min(told.query_schedule[Operation.REFUND]) >= timedelta(seconds=10)
