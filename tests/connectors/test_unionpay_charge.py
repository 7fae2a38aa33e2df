"""A presented code is charged once, and a charge in doubt is taken back once however often it is asked for."""

from datetime import timedelta
from decimal import Decimal

import pytest
from unionpay_sales import (
    COMMON,
    KEY,
    charge_order,
    charged,
    without_signature,
)
from unionpay_world import (
    NOW,
    PLACED,
    QUERY_ID,
    TXN_TIME,
    Clock,
    connector,
    found,
    ok,
    values,
)

from odoo.addons.payment_bridge.connector.errors import (
    InvalidOrder,
    Rejected,
    Uncertain,
)
from odoo.addons.payment_bridge.connector.types import Money, OutcomeStatus


def test_a_presented_code_is_charged():
    made, gateway = connector(ok(queryId=QUERY_ID))
    outcome = made.charge(charge_order(terminal="A0000001"))
    assert without_signature(gateway.calls[0]) == {
        **COMMON,
        "txnType": "01",
        "txnSubType": "06",
        "bizType": "000000",
        "channelType": "07",
        "qrNo": "6220485073630469936",
        "termId": "A0000001",
    }
    assert (outcome.status, outcome.platform_reference) == (OutcomeStatus.PROCESSING, QUERY_ID)


def test_the_channels_terminal_stands_in():
    made, gateway = connector(ok(), settings=values(terminal="T0000009"))
    made.charge(charge_order())
    assert gateway.calls[0]["termId"] == "T0000009"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"auth_code": "2820485073630469936"}, "auth_code"),
        ({"auth_code": "622048507363046993"}, "auth_code"),
        ({"auth_code": "62204850736304699361"}, "auth_code"),
        ({"terminal": "1"}, "terminal"),
        ({"key": "x"}, "key"),
        ({"title": " "}, "title"),
        ({"amount": Money(Decimal("0.001"), "CNY")}, "amount"),
    ],
)
def test_a_charge_that_breaks_a_rule_is_refused_and_its_code_not_repeated(change, field):
    made, gateway = connector()
    with pytest.raises(InvalidOrder) as caught:
        made.charge(charge_order(**change))
    assert caught.value.field == field
    assert not gateway.requests
    assert "622048" not in str(caught.value) and "282048" not in str(caught.value)


@pytest.mark.parametrize("code", ["85", "86", "87", "88", "89", "64", "60", "01"])
def test_a_refused_code_is_certainly_not_charged(code):
    made, _gateway = connector(ok(code))
    with pytest.raises(Rejected):
        made.charge(charge_order())


def test_a_charges_result_is_asked_for():
    made, _gateway = connector(found(), found("64"), found("05"), ok("34"), clock=Clock(NOW))
    assert made.query(charged()).status is OutcomeStatus.SUCCEEDED
    assert made.query(charged()).status is OutcomeStatus.FAILED
    assert made.query(charged()).status is OutcomeStatus.PROCESSING
    with pytest.raises(Uncertain):
        made.query(charged())


def test_a_reversal_takes_a_doubtful_charge_back_by_its_own_number():
    made, gateway = connector(ok(), settings=values(reversal="yes"))
    assert made.cancel(charged()).status is OutcomeStatus.CLOSED
    sent = without_signature(gateway.calls[0])
    assert {name: sent[name] for name in ("txnType", "txnSubType", "orderId", "txnTime", "bizType")} == {
        "txnType": "99",
        "txnSubType": "01",
        "orderId": KEY,
        "txnTime": TXN_TIME,
        "bizType": "000000",
    }
    assert "txnAmt" not in sent


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("45", OutcomeStatus.CLOSED),
        ("46", OutcomeStatus.CLOSED),
        ("03", OutcomeStatus.PROCESSING),
        ("05", OutcomeStatus.PROCESSING),
        ("06", OutcomeStatus.PROCESSING),
        ("99", OutcomeStatus.PROCESSING),
    ],
)
def test_a_reversal_says_what_is_known(code, expected):
    made, _gateway = connector(ok(code), settings=values(reversal="yes"))
    assert made.cancel(charged()).status is expected


def test_where_a_reversal_is_refused_the_charge_is_voided():
    made, gateway = connector(ok("32"), found(), ok("34"), ok(), settings=values(reversal="yes"))
    assert made.cancel(charged()).status is OutcomeStatus.PROCESSING
    assert [call["txnType"] for call in gateway.calls] == ["99", "00", "00", "31"]


def test_a_reversal_belongs_to_its_settlement_day():
    """16:00 in Beijing is the day until 23:00; from then on it is the next."""
    clock = Clock(PLACED + timedelta(hours=7))
    made, gateway = connector(found("61"), settings=values(reversal="yes"), clock=clock)
    assert made.cancel(charged()).status is OutcomeStatus.CLOSED
    assert [call["txnType"] for call in gateway.calls] == ["00"]


def test_a_paid_charge_is_voided_once_however_often_it_is_taken_back():
    made, gateway = connector(found(), ok("34"), ok())
    assert made.cancel(charged()).status is OutcomeStatus.PROCESSING
    void = without_signature(gateway.calls[2])
    assert void["txnType"] == "31" and void["txnAmt"] == "250000"
    assert (void["orderId"], void["txnTime"], void["origQryId"]) == (f"{KEY}V", TXN_TIME, QUERY_ID)

    for reply, expected in (
        (found(), OutcomeStatus.CLOSED),
        (found("05"), OutcomeStatus.PROCESSING),
        (found("61"), OutcomeStatus.SUCCEEDED),
    ):
        made, gateway = connector(found(), reply)
        outcome = made.cancel(charged())
        assert outcome.status is expected
        assert [call["orderId"] for call in gateway.calls] == [KEY, f"{KEY}V"]
        if expected is OutcomeStatus.SUCCEEDED:
            assert "退款" in outcome.advice.zh


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("00", OutcomeStatus.PROCESSING),
        ("12", OutcomeStatus.PROCESSING),
        ("03", OutcomeStatus.PROCESSING),
        ("45", OutcomeStatus.CLOSED),
        ("36", OutcomeStatus.SUCCEEDED),
        ("32", OutcomeStatus.SUCCEEDED),
    ],
)
def test_what_becomes_of_a_void_is_said_honestly(code, expected):
    made, _gateway = connector(found(), ok("34"), ok(code))
    assert made.cancel(charged()).status is expected


def test_after_its_settlement_day_a_paid_charge_is_refunded_whole():
    made, gateway = connector(found(), ok("34"), ok(), clock=Clock(PLACED + timedelta(hours=7)))
    assert made.cancel(charged()).status is OutcomeStatus.PROCESSING
    assert gateway.calls[2]["txnType"] == "04" and gateway.calls[2]["txnAmt"] == "250000"


@pytest.mark.parametrize(
    ("reply", "after", "expected"),
    [
        (found("64"), timedelta(minutes=1), OutcomeStatus.CLOSED),
        (found("05"), timedelta(minutes=1), OutcomeStatus.PROCESSING),
        (ok("34"), timedelta(minutes=10), OutcomeStatus.CLOSED),
    ],
)
def test_an_unpaid_charge_needs_nothing_taken_back(reply, after, expected):
    made, _gateway = connector(reply, clock=Clock(PLACED + after))
    assert made.cancel(charged()).status is expected


def test_an_unknown_charge_may_still_arrive():
    made, _gateway = connector(ok("34"), clock=Clock(PLACED + timedelta(minutes=1)))
    with pytest.raises(Uncertain):
        made.cancel(charged())


def test_a_long_number_is_still_given_back_under_one_of_its_own():
    long = "A" * 31 + "B"
    made, gateway = connector(found(), ok("34"), ok())
    made.cancel(charged(key=long))
    number = gateway.calls[2]["orderId"]
    assert len(number) == 32 and number != long and number.endswith("V")


@pytest.mark.parametrize("change", [{"queryId": None}, {"txnAmt": None}])
def test_a_paid_charge_without_number_or_amount_is_not_given_back_blindly(change):
    made, _gateway = connector(found(**change), ok("34"))
    with pytest.raises(Uncertain):
        made.cancel(charged())
