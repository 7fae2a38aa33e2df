"""What was collected is given back whole or in parts, at most once under one number."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from unionpay_sales import (
    collection,
    refund_order,
    without_signature,
)
from unionpay_world import (
    AMOUNT,
    MER_ID,
    NOTIFY,
    NOW,
    PLACED,
    QUERY_ID,
    Clock,
    connector,
    found,
    ok,
    reference,
    values,
)

from odoo.addons.payment_bridge.connector.errors import (
    InvalidOrder,
    Rejected,
    Uncertain,
)
from odoo.addons.payment_bridge.connector.types import Money, Operation, OutcomeStatus


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
