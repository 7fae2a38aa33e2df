"""Customers pay by code or page; what is unpaid stays open until its time is certainly over."""

from datetime import timedelta
from decimal import Decimal

import pytest
from unionpay_sales import (
    COMMON,
    ENDS,
    QR_CODE,
    charged,
    collect_order,
    collection,
    without_signature,
)
from unionpay_world import (
    GATEWAY,
    NOTIFY,
    PLACED,
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
from odoo.addons.payment_bridge.connector.types import ActionKind, Money, Operation, OutcomeStatus
from odoo.addons.payment_bridge_channels.connectors.unionpay import UnionPayConnector


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


def test_capabilities_tell_how_customers_pay():
    offered = UnionPayConnector.capabilities
    assert {method.code: method.action for method in offered.collect_methods} == {
        "qr": ActionKind.QR,
        "page": ActionKind.FORM,
    }
    assert all(method.live_on_request for method in offered.collect_methods)
    assert offered.refund.partial and offered.refund.within_days == 365
