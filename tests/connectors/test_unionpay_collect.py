"""Customers pay by code, page or presented code; what is unpaid stays open until its time is certainly over."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from unionpay_world import (
    AMOUNT,
    GATEWAY,
    MER_ID,
    NOTIFY,
    NOW,
    PLACED,
    QUERY_ID,
    TXN_TIME,
    Clock,
    check_ours,
    connector,
    found,
    keyed,
    ok,
    reference,
    values,
)

from odoo.addons.payment_bridge.connector.errors import (
    InvalidOrder,
    Misconfigured,
    Rejected,
    Uncertain,
    Unsupported,
    Untrusted,
)
from odoo.addons.payment_bridge.connector.types import (
    ActionKind,
    ChargeOrder,
    CollectOrder,
    Money,
    Operation,
    OutcomeStatus,
    RefundOrder,
)
from odoo.addons.payment_bridge_channels.connectors.unionpay import UnionPayConnector

KEY = "SO20260115000001"
ENDS = PLACED + timedelta(minutes=15)
QR_CODE = "https://qr.95516.com/00010000/62001234567890"


def collect_order(**change):
    made = {
        "key": KEY,
        "amount": AMOUNT,
        "method": "qr",
        "title": "打印纸",
        "placed_at": PLACED,
        "expires_at": ENDS,
        **change,
    }
    return CollectOrder(**made)


def charge_order(**change):
    made = {
        "key": KEY,
        "amount": AMOUNT,
        "auth_code": "6220485073630469936",
        "title": "打印纸",
        "placed_at": PLACED,
        **change,
    }
    return ChargeOrder(**made)


def collection(**change):
    made = {"key": KEY, "operation": Operation.COLLECT, "method": "qr", "expires_at": ENDS, **change}
    return reference(**made)


def charged(**change):
    return reference(**{"key": KEY, "operation": Operation.CHARGE, **change})


def refund_order(**change):
    made = {
        "key": "RF20260115000007",
        "amount": Money(Decimal("30.00"), "CNY"),
        "original": collection(platform_reference=QUERY_ID),
        "reason": "质量问题",
        "placed_at": NOW,
        **change,
    }
    return RefundOrder(**made)


def without_signature(fields):
    return {name: value for name, value in fields.items() if name not in ("signature", "certId")}


COMMON = {
    "version": "5.1.0",
    "encoding": "UTF-8",
    "signMethod": "01",
    "accessType": "0",
    "merId": MER_ID,
    "orderId": KEY,
    "txnTime": TXN_TIME,
    "txnAmt": "250000",
    "currencyCode": "156",
    "backUrl": NOTIFY,
}


def test_a_code_to_scan_is_asked_for_and_shown():
    made, gateway = connector(ok(qrCode=QR_CODE))
    outcome = made.collect(collect_order())
    assert without_signature(gateway.calls[0]) == {
        **COMMON,
        "txnType": "01",
        "txnSubType": "07",
        "bizType": "000000",
        "channelType": "08",
        "payTimeout": "20260115161507",
    }
    assert gateway.requests[0].url == f"{GATEWAY}/backTransReq.do"
    assert outcome.status is OutcomeStatus.PROCESSING
    assert (outcome.action.kind, outcome.action.content, outcome.action.expires_at) == (ActionKind.QR, QR_CODE, ENDS)


@pytest.mark.parametrize("code", [None, "", "x" * 1025, "a\x01b"])
def test_an_answer_without_a_code_to_scan_is_uncertain(code):
    made, _gateway = connector(ok(qrCode=code))
    with pytest.raises(Uncertain):
        made.collect(collect_order())


@pytest.mark.parametrize("settings", [values(), keyed("11"), keyed("12")], ids=["01", "11", "12"])
def test_a_page_is_a_signed_form_and_no_call(settings):
    made, gateway = connector(settings=settings)
    outcome = made.collect(collect_order(method="page", return_url="https://shop.example.cn/back"))
    assert not gateway.requests
    assert outcome.status is OutcomeStatus.PROCESSING
    action = outcome.action
    assert (action.kind, action.content, action.expires_at) == (
        ActionKind.FORM,
        f"{GATEWAY}/frontTransReq.do",
        ENDS,
    )
    check_ours(action.fields)
    assert without_signature(action.fields) == {
        **COMMON,
        "signMethod": settings["sign_method"],
        "txnType": "01",
        "txnSubType": "01",
        "bizType": "000201",
        "channelType": "07",
        "payTimeout": "20260115161507",
        "frontUrl": "https://shop.example.cn/back",
    }
    assert made.collect(collect_order(method="page", return_url="https://shop.example.cn/back")) == outcome


def test_a_page_for_companies_is_a_setting_and_comes_back_to_the_door_at_least():
    made, _gateway = connector(settings=values(page_product="000202"))
    fields = made.collect(collect_order(method="page")).action.fields
    assert (fields["bizType"], fields["frontUrl"]) == ("000202", NOTIFY)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"method": "wallet"}, "method"),
        ({"key": "short"}, "key"),
        ({"amount": Money(Decimal("0"), "CNY")}, "amount"),
        ({"amount": Money(Decimal("1"), "EUR")}, "currency"),
        ({"title": ""}, "title"),
        ({"expires_at": PLACED}, "expires_at"),
        ({"expires_at": PLACED + timedelta(hours=2, seconds=1)}, "expires_at"),
        ({"return_url": "javascript:alert(1)"}, "return_url"),
        ({"return_url": "https://shop.example.cn/" + "x" * 256}, "return_url"),
        ({"return_url": "https://shop.example.cn/回"}, "return_url"),
    ],
)
def test_a_collection_that_breaks_a_rule_is_refused_before_sending(change, field):
    made, gateway = connector()
    for method in ("qr", "page"):
        with pytest.raises(InvalidOrder) as caught:
            made.collect(collect_order(**{"method": method, **change}))
        assert caught.value.field == field
    assert not gateway.requests


def test_a_page_without_any_address_to_come_back_to_is_refused():
    made, _gateway = connector(notify_url=None)
    with pytest.raises(InvalidOrder, match="return_url"):
        made.collect(collect_order(method="page"))


@pytest.mark.parametrize(
    ("code", "error"), [("33", Rejected), ("32", Misconfigured), ("99", Uncertain), ("12", Uncertain)]
)
def test_a_collection_that_was_not_opened_says_so(code, error):
    made, _gateway = connector(ok(code))
    with pytest.raises(error):
        made.collect(collect_order())


@pytest.mark.parametrize("ask", ["query", "close"])
@pytest.mark.parametrize(
    ("reply", "after_end", "expected"),
    [
        (found(), timedelta(minutes=-1), OutcomeStatus.SUCCEEDED),
        (found("A6"), timedelta(days=1), OutcomeStatus.SUCCEEDED),
        (ok("34"), timedelta(seconds=119), None),
        (ok("34"), timedelta(seconds=120), OutcomeStatus.CLOSED),
        (found("64"), timedelta(minutes=-1), OutcomeStatus.PROCESSING),
        (found("64"), timedelta(seconds=119), OutcomeStatus.PROCESSING),
        (found("64"), timedelta(seconds=120), OutcomeStatus.CLOSED),
        (found("05"), timedelta(minutes=59), OutcomeStatus.PROCESSING),
        (found("05"), timedelta(minutes=60), OutcomeStatus.CLOSED),
        (found("42"), timedelta(minutes=59), OutcomeStatus.PROCESSING),
        (found("ZZ"), timedelta(minutes=59), OutcomeStatus.PROCESSING),
    ],
)
def test_a_collection_is_closed_by_its_time_alone(ask, reply, after_end, expected):
    made, gateway = connector(reply, clock=Clock(ENDS + after_end))
    outcome = getattr(made, ask)(collection())
    unknown = OutcomeStatus.NOT_FOUND if ask == "query" else OutcomeStatus.PROCESSING
    assert outcome.status is (expected or unknown)
    assert [call["txnType"] for call in gateway.calls] == ["00"]


def test_a_collection_whose_end_is_not_told_ends_as_late_as_one_can():
    made, _gateway = connector(ok("34"), ok("34"), clock=Clock(PLACED + timedelta(hours=2, seconds=119)))
    assert made.close(collection(expires_at=None)).status is OutcomeStatus.PROCESSING
    made, _gateway = connector(ok("34"), clock=Clock(PLACED + timedelta(hours=2, minutes=2)))
    assert made.close(collection(expires_at=None)).status is OutcomeStatus.CLOSED


def test_a_failed_attempt_before_the_end_does_not_read_as_failed():
    made, _gateway = connector(found("61"))
    outcome = made.query(collection())
    assert outcome.status is OutcomeStatus.PROCESSING
    assert "can still pay" in outcome.advice.en


@pytest.mark.parametrize("reply", [found(signature="x"), ok("34", signature="x")])
def test_closing_trusts_no_unsigned_word(reply):
    made, _gateway = connector(reply, clock=Clock(ENDS + timedelta(days=1)))
    with pytest.raises(Untrusted):
        made.close(collection())


def test_only_collections_close_and_only_charges_are_taken_back():
    made, gateway = connector()
    with pytest.raises(Unsupported):
        made.close(charged())
    for operation in (Operation.PAY_OUT, Operation.COLLECT, Operation.REFUND):
        with pytest.raises(Unsupported):
            made.cancel(reference(operation=operation))
    assert not gateway.requests


def test_a_payer_is_named_only_masked():
    made, _gateway = connector(found(accNo="6222021234567890128"))
    assert made.query(collection()).counterparty == "622202*********0128"


# Charges


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


# Refunds


def test_a_part_is_given_back_by_the_originals_number():
    made, gateway = connector(ok(queryId="202601151415551004558"))
    outcome = made.refund(refund_order())
    assert without_signature(gateway.calls[0]) == {
        "version": "5.1.0",
        "encoding": "UTF-8",
        "signMethod": "01",
        "accessType": "0",
        "merId": MER_ID,
        "txnType": "04",
        "txnSubType": "00",
        "bizType": "000000",
        "channelType": "07",
        "orderId": "RF20260115000007",
        "txnTime": "20260115160307",
        "txnAmt": "3000",
        "origQryId": QUERY_ID,
        "backUrl": NOTIFY,
    }
    assert (outcome.status, outcome.platform_reference) == (OutcomeStatus.PROCESSING, "202601151415551004558")


def test_a_page_is_refunded_as_the_product_it_was():
    made, gateway = connector(ok(), settings=values(page_product="000202"))
    made.refund(refund_order(original=collection(method="page", platform_reference=QUERY_ID)))
    assert gateway.calls[0]["bizType"] == "000202"


@pytest.mark.parametrize(
    ("chosen", "amount", "after", "expected"),
    [
        ("yes", AMOUNT, timedelta(minutes=5), "31"),
        ("no", AMOUNT, timedelta(minutes=5), "04"),
        ("yes", Money(Decimal("2499.99"), "CNY"), timedelta(minutes=5), "04"),
        ("yes", AMOUNT, timedelta(hours=6, minutes=59), "31"),
        ("yes", AMOUNT, timedelta(hours=7), "04"),
    ],
)
def test_the_whole_on_the_same_settlement_day_is_voided_where_chosen(chosen, amount, after, expected):
    clock = Clock(PLACED + timedelta(days=3))
    made, gateway = connector(ok(), ok(), settings=values(same_day_void=chosen), clock=clock)
    for _ in range(2):
        made.refund(refund_order(amount=amount, placed_at=PLACED + after))
    assert [call["txnType"] for call in gateway.calls] == [expected, expected]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"original": collection()}, "original"),
        ({"original": reference(platform_reference=QUERY_ID)}, "original"),
        ({"amount": Money(Decimal("2500.01"), "CNY")}, "amount"),
        ({"amount": Money(Decimal("0"), "CNY")}, "amount"),
        ({"reason": ""}, "reason"),
        ({"key": "RF-1"}, "key"),
    ],
)
def test_a_refund_that_breaks_a_rule_is_refused_before_sending(change, field):
    made, gateway = connector()
    with pytest.raises(InvalidOrder) as caught:
        made.refund(refund_order(**change))
    assert caught.value.field == field
    assert not gateway.requests


@pytest.mark.parametrize(
    ("code", "error"), [("35", Rejected), ("36", Rejected), ("45", Rejected), ("03", Uncertain), ("12", Uncertain)]
)
def test_a_refund_that_was_not_accepted_says_what_is_known(code, error):
    made, _gateway = connector(ok(code))
    with pytest.raises(error):
        made.refund(refund_order())


def test_a_refund_has_a_result_of_its_own():
    asked = replace(refund_order().original, key="RF20260115000007", operation=Operation.REFUND, placed_at=NOW)
    made, gateway = connector(found(txnAmt="3000"), found("01"), ok("34"), clock=Clock(NOW + timedelta(minutes=11)))
    assert made.query(asked).amount == Money(Decimal("30.00"), "CNY")
    assert gateway.calls[0]["txnTime"] == "20260115160307"
    assert made.query(asked).status is OutcomeStatus.FAILED
    assert made.query(asked).status is OutcomeStatus.NOT_FOUND


def test_capabilities_tell_how_customers_pay():
    offered = UnionPayConnector.capabilities
    assert {method.code: method.action for method in offered.collect_methods} == {
        "qr": ActionKind.QR,
        "page": ActionKind.FORM,
    }
    assert all(method.live_on_request for method in offered.collect_methods)
    assert offered.refund.partial and offered.refund.within_days == 365
