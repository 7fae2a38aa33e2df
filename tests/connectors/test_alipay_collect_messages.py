"""Trade notifications: what they say of collections, charges and refunds; rows of bills that belong to them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from alipay_bills import ACCOUNT, account_bill, line
from alipay_shop import yuan
from alipay_world import connector, form, inbound
from test_alipay_notification import TRADE
from test_alipay_statement import read as read_bill

from odoo.addons.payment_bridge.connector.errors import NotificationRefused
from odoo.addons.payment_bridge.connector.statement_types import LineKind
from odoo.addons.payment_bridge.connector.types import Operation, OutcomeStatus

PAYMENT = {**TRADE, "gmt_payment": "2026-01-15 09:30:11", "buyer_logon_id": "159****5620"}
PART = {
    **PAYMENT,
    "out_biz_no": "RF202600007",
    "refund_fee": "30.00",
    "gmt_refund": "2026-01-15 14:15:55.482",
}


def event(fields: dict[str, str | None]):
    kept = {name: value for name, value in fields.items() if value is not None}
    return connector()[0].read_notification(inbound(form(kept)))


def test_a_payment_is_told():
    told = event(PAYMENT)
    assert (told.operation, told.event_type) == (Operation.COLLECT, "trade_status_sync")
    assert (told.event_id, told.occurred_at) == (TRADE["notify_id"], datetime(2026, 1, 15, 1, 30, 12, tzinfo=UTC))
    outcome = told.outcome
    assert (outcome.status, outcome.platform_status) == (OutcomeStatus.SUCCEEDED, "TRADE_SUCCESS")
    assert (outcome.key, outcome.platform_reference) == ("SO202600031", TRADE["trade_no"])
    assert (outcome.amount, outcome.counterparty) == (yuan("100.00"), "159****5620")
    assert outcome.executed_at == datetime(2026, 1, 15, 1, 30, 11, tzinfo=UTC)


def test_a_message_tells_whether_a_code_was_shown_or_presented():
    assert event({**PAYMENT, "passback_params": "charge"}).operation is Operation.CHARGE
    assert event({**PAYMENT, "passback_params": "collect"}).operation is Operation.COLLECT
    assert event({**PAYMENT, "passback_params": None}).operation is Operation.COLLECT


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"trade_status": "TRADE_FINISHED"}, OutcomeStatus.SUCCEEDED),
        ({"trade_status": "WAIT_BUYER_PAY", "gmt_payment": None}, OutcomeStatus.PROCESSING),
        ({"trade_status": "TRADE_CLOSED", "gmt_payment": None}, OutcomeStatus.CLOSED),
        ({"trade_status": "TRADE_CLOSED", "refund_fee": "100.00"}, OutcomeStatus.SUCCEEDED),
        (
            {"trade_status": "TRADE_CLOSED", "refund_fee": "100.00", "passback_params": "charge"},
            OutcomeStatus.CLOSED,
        ),
    ],
    ids=["finished", "waiting", "closed", "given back", "charge taken back"],
)
def test_the_other_states_are_told(change, status):
    assert event({**PAYMENT, **change}).outcome.status is status


@pytest.mark.parametrize("status", ["TRADE_SUCCESS", "TRADE_CLOSED"], ids=["part", "rest"])
def test_a_refund_shares_the_trades_number_and_is_told_under_its_own(status):
    told = event({**PART, "trade_status": status})
    assert told.operation is Operation.REFUND
    assert (told.outcome.status, told.outcome.key) == (OutcomeStatus.SUCCEEDED, "RF202600007")
    assert told.outcome.amount is None, "refund_fee counts all refunds so far"
    assert told.outcome.platform_reference is None
    assert told.outcome.executed_at == datetime(2026, 1, 15, 6, 15, 55, tzinfo=UTC)


def test_a_refund_without_a_number_of_ours_leaves_the_collection_as_it_is():
    told = event({**PART, "out_biz_no": None})
    assert (told.operation, told.outcome.status, told.outcome.key) == (
        Operation.COLLECT,
        OutcomeStatus.SUCCEEDED,
        "SO202600031",
    )
    without_time = event({**PART, "gmt_refund": None})
    assert without_time.operation is Operation.COLLECT, "nothing says that the refund has gone through"


@pytest.mark.parametrize(
    "change",
    [
        {"trade_status": "TRADE_PENDING"},
        {"trade_status": None},
        {"out_trade_no": None},
        {"out_trade_no": ""},
        {"total_amount": "1e2"},
        {"seller_id": "2088000000000009"},
        {"app_id": "2021000000000002"},
    ],
    ids=lambda change: f"{change}",
)
def test_what_is_not_understood_or_not_ours_is_refused(change):
    with pytest.raises(NotificationRefused) as caught:
        event({**PAYMENT, **change})
    assert not caught.value.forged


def test_a_changed_amount_is_forged():
    body = form(PAYMENT).replace(b"100.00", b"900.00")
    with pytest.raises(NotificationRefused) as caught:
        connector()[0].read_notification(inbound(body))
    assert caught.value.forged


# Bills


def test_a_collection_its_fee_and_its_refund_carry_our_numbers():
    _, lines = read_bill(ACCOUNT)
    assert [(one.kind, one.key) for one in lines if one.kind is not LineKind.PAY_OUT] == [
        (LineKind.COLLECTION, "SO202600031"),
        (LineKind.FEE, "SO202600031"),
        (LineKind.REFUND, "RF202600007"),
        (LineKind.FEE, "SO202600031"),
    ]
    assert {one.platform_reference for one in lines if one.kind is LineKind.COLLECTION} == {
        "2026011522001412345678900001"
    }


@pytest.mark.parametrize(
    ("number", "key"),
    [
        ("O{RF202600007}", "RF202600007"),
        ("M{2026011522001412345678900001}|S{x}|O{RF202600007}", "RF202600007"),
        ("M{2026011522001412345678900001}", "SO202600031"),
        ("O{}", "SO202600031"),
        ("O{no-key}", "SO202600031"),
        ("", "SO202600031"),
    ],
)
def test_the_refunds_own_number_is_found_where_the_bill_has_one(number, key):
    _, lines = read_bill(ACCOUNT.replace("O{RF202600007}", number))
    assert next(one.key for one in lines if one.kind is LineKind.REFUND) == key


def test_a_bill_without_that_column_gives_the_refund_the_trades_number():
    _, lines = read_bill(account_bill(line(1, "-30.00", "70.00", "交易退款", key="SO202600031")))
    assert (lines[0].kind, lines[0].key, lines[0].amount) == (LineKind.REFUND, "SO202600031", Decimal("-30.00"))
