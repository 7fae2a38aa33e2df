"""A refund gives back each part once, and is called done only when Alipay proves it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from alipay_shop import (
    NOTHING,
    PAID_AT,
    REFUND_FOUND,
    REFUNDED,
    collected,
    give_back,
    refunded,
    without_times,
    yuan,
)
from alipay_world import NOW, Clock, answer, connector, failure, values

from odoo.addons.payment_bridge.connector.errors import InvalidOrder, Misconfigured, Rejected, Uncertain, Untrusted
from odoo.addons.payment_bridge.connector.types import Money, Operation, OutcomeStatus

REFUND, QUERY = "alipay.trade.refund", "alipay.trade.fastpay.refund.query"
UNPROVED = {**REFUNDED, "fund_change": "N"}
LATER = Clock(NOW + timedelta(seconds=10))


def methods(gateway) -> list[str]:
    return [call["method"] for call in gateway.calls]


def test_a_refund_is_written_as_alipay_publishes_it():
    made, gateway = connector(REFUNDED)
    made.refund(give_back())
    assert methods(gateway) == [REFUND]
    assert gateway.content() == {
        "out_trade_no": "SO202600031",
        "refund_amount": "30.00",
        "out_request_no": "RF202600007",
        "refund_reason": "部分退货",
    }
    made, gateway = connector(REFUNDED)
    made.refund(give_back(reason=""))
    assert "refund_reason" not in gateway.content()


def test_money_that_moved_by_this_call_is_a_success():
    outcome = connector(REFUNDED)[0].refund(give_back())
    assert (outcome.status, outcome.key) == (OutcomeStatus.SUCCEEDED, "RF202600007")
    assert outcome.executed_at == PAID_AT
    assert outcome.platform_reference is None, "the trade's number names the collection, not the refund"


def test_the_sum_of_all_parts_is_never_taken_for_this_one():
    outcome = connector({**REFUNDED, "refund_fee": "90.00"})[0].refund(give_back())
    assert outcome.status is OutcomeStatus.SUCCEEDED and outcome.amount is None
    with pytest.raises(Uncertain):
        connector({**REFUNDED, "refund_fee": "29.99"})[0].refund(give_back())


@pytest.mark.parametrize("node", [UNPROVED, {k: v for k, v in REFUNDED.items() if k != "fund_change"}])
def test_an_answer_that_proves_nothing_is_confirmed_by_a_query(node):
    made, gateway = connector(node, REFUND_FOUND)
    outcome = made.refund(give_back())
    assert methods(gateway) == [REFUND, QUERY]
    assert (outcome.status, outcome.amount) == (OutcomeStatus.SUCCEEDED, yuan("30.00"))


@pytest.mark.parametrize(
    "reply",
    [NOTHING, failure("ACQ.SYSTEM_ERROR"), failure("ACQ.TRADE_NOT_EXIST"), answer("", 502), answer("{}")],
)
def test_an_accepted_refund_stays_accepted_whatever_the_query_says(reply):
    outcome = connector(UNPROVED, reply)[0].refund(give_back())
    assert (outcome.status, outcome.key) == (OutcomeStatus.PROCESSING, "RF202600007")
    assert outcome.advice.zh


@pytest.mark.parametrize(
    ("code", "error", "same_key"),
    [
        ("ACQ.SELLER_BALANCE_NOT_ENOUGH", Rejected, True),
        ("ACQ.REFUND_CHARGE_ERROR", Rejected, True),
        ("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", Rejected, False),
        ("ACQ.REASON_TRADE_REFUND_FEE_ERR", Rejected, False),
        ("ACQ.TRADE_HAS_FINISHED", Rejected, False),
        ("ACQ.TRADE_NOT_ALLOW_REFUND", Rejected, False),
        ("ACQ.TRADE_STATUS_ERROR", Rejected, False),
        ("ACQ.TRADE_NOT_EXIST", Rejected, False),
        ("ACQ.DISCORDANT_REPEAT_REQUEST", Uncertain, None),
        ("ACQ.SYSTEM_ERROR", Uncertain, None),
        ("ACQ.NEVER_SEEN", Uncertain, None),
        ("isv.insufficient-isv-permissions", Misconfigured, None),
    ],
)
def test_each_refusal_says_whether_the_same_number_may_be_sent_again(code, error, same_key):
    top = "40006" if error is Misconfigured else "40004"
    with pytest.raises(error) as caught:
        connector(failure(code, top))[0].refund(give_back())
    assert caught.value.code == code and caught.value.advice.zh
    if same_key is not None:
        assert caught.value.retry_same_key is same_key


def test_a_lost_answer_is_uncertain():
    for reply in (failure("isp.unknow-error", "20000"), answer("", 500), {**REFUNDED, "out_trade_no": "SO9"}):
        with pytest.raises(Uncertain):
            connector(reply)[0].refund(give_back())
    with pytest.raises(Untrusted):
        connector(answer('{"alipay_trade_refund_response":{"code":"10000","fund_change":"Y"}}'))[0].refund(give_back())


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": yuan("0.00")}, "amount"),
        ({"amount": yuan("100.01")}, "amount"),
        ({"amount": yuan("1.001")}, "amount"),
        ({"amount": Money(Decimal("1.00"), "USD")}, "currency"),
        ({"key": "RF-7"}, "key"),
        ({"key": "R" * 65}, "key"),
        ({"reason": "x" * 257}, "reason"),
        ({"reason": "two\nlines"}, "reason"),
        ({"original": collected(key="SO-1")}, "original"),
        ({"original": collected(Operation.PAY_OUT)}, "original"),
        ({"original": collected(placed_at=NOW - timedelta(days=366))}, "original"),
    ],
)
def test_a_refund_that_cannot_work_is_not_sent(change, field):
    made, gateway = connector()
    with pytest.raises(InvalidOrder) as caught:
        made.refund(give_back(**change))
    assert caught.value.field == field and caught.value.advice.zh
    with pytest.raises(InvalidOrder):
        made.check_refund(give_back(**change))
    assert gateway.requests == []


def test_how_long_refunds_are_possible_is_the_contracts():
    old = give_back(original=collected(placed_at=NOW - timedelta(days=100)))
    connector()[0].check_refund(old)
    with pytest.raises(InvalidOrder):
        connector(settings=values(refund_days="90"))[0].check_refund(old)
    with pytest.raises(Misconfigured):
        connector(settings=values(refund_days="a year"))


def test_a_charge_and_the_whole_amount_can_be_given_back():
    whole = give_back(amount=yuan("100.00"), original=collected(Operation.CHARGE), reason="x" * 256)
    connector()[0].check_refund(whole)


# Asking


def test_a_refund_is_asked_for_with_the_collection_it_gives_back():
    made, gateway = connector(REFUND_FOUND)
    outcome = made.query(refunded())
    assert methods(gateway) == [QUERY]
    assert gateway.content() == {
        "out_trade_no": "SO202600031",
        "out_request_no": "RF202600007",
        "query_options": ["gmt_refund_pay"],
    }
    assert (outcome.status, outcome.platform_status) == (OutcomeStatus.SUCCEEDED, "REFUND_SUCCESS")
    assert (outcome.key, outcome.amount, outcome.executed_at) == ("RF202600007", yuan("30.00"), PAID_AT)


def test_a_refund_whose_collection_is_unknown_cannot_be_asked_for():
    made, gateway = connector()
    with pytest.raises(InvalidOrder):
        made.query(replace(refunded(), original=None))
    assert gateway.requests == []


@pytest.mark.parametrize("reply", [NOTHING, failure("ACQ.TRADE_NOT_EXIST")], ids=["no status", "no trade"])
def test_silence_means_not_carried_out_but_only_after_a_while(reply):
    assert connector(reply, clock=LATER)[0].query(refunded()).status is OutcomeStatus.NOT_FOUND
    early = connector(reply, clock=Clock(NOW + timedelta(seconds=9)))[0].query(refunded())
    assert early.status is OutcomeStatus.PROCESSING
    assert connector(reply, clock=LATER)[0].query(without_times(refunded())).status is OutcomeStatus.PROCESSING


@pytest.mark.parametrize(
    "reply",
    [
        {**REFUND_FOUND, "refund_status": "REFUND_PROCESSING"},
        {**REFUND_FOUND, "out_request_no": "RF9"},
        {**REFUND_FOUND, "refund_amount": "x"},
        failure("ACQ.SYSTEM_ERROR"),
        failure("x", "20000"),
        answer("", 502),
    ],
)
def test_a_question_without_a_clear_answer_decides_nothing(reply):
    with pytest.raises(Uncertain):
        connector(reply, clock=LATER)[0].query(refunded())
