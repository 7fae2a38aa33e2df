"""Every published code says what is known about the money, in both languages, for each kind of order."""

import pytest
from unionpay_world import connector, found, ok, order, reference

from odoo.addons.payment_bridge.connector.errors import (
    Misconfigured,
    NotSent,
    Rejected,
    Throttled,
    Uncertain,
)
from odoo.addons.payment_bridge.connector.types import Operation, OutcomeStatus
from odoo.addons.payment_bridge_channels.connectors.unionpay import UnionPayConnector
from odoo.addons.payment_bridge_channels.connectors.unionpay.codes import ALL_CODES, UNKNOWN, Effect, explain

PUBLISHED = (
    "00 A6 01 02 03 04 05 06 10 11 12 13 14 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 60 61 62 63 64 65 66 "
    "67 68 69 70 71 72 73 74 75 76 77 78 79 80 81 82 83 85 86 87 88 89 90 91 92 93 98 99"
).split()

ACCEPTED = {"00", "A6", "05", "70", "42"}
CONFIGURATION = {"10", "11", "13", "31", "32", "43"}
OPEN_FOR_PAY_OUTS = {"01", "02", "03", "04", "06", "12", "34", "37", "39", "41", "60", "74", "90", "99"}
NOT_FINAL_WHEN_ASKED = {"01", "03", "04", "05", "12", "34", "37", "41", "42", "60", "70", "74", "99"}


def test_every_published_code_is_there_once():
    assert sorted(row.code for row in ALL_CODES) == sorted(PUBLISHED)


@pytest.mark.parametrize("row", ALL_CODES, ids=lambda row: row.code)
def test_every_code_is_explained_in_both_languages(row):
    meaning = UnionPayConnector.explain(row.code)
    assert meaning.en.strip() and meaning.zh.strip()
    assert not any("\u4e00" <= character <= "\u9fff" for character in meaning.en)
    assert any("\u4e00" <= character <= "\u9fff" for character in meaning.zh)


def test_an_unknown_code_is_explained_as_open():
    assert explain("Z9") is None and explain(None) is None
    made, _gateway = connector(ok("Z9"))
    with pytest.raises(Uncertain) as caught:
        made.pay_out(order())
    assert caught.value.advice == UNKNOWN and caught.value.code == "Z9"


@pytest.mark.parametrize("code", [*PUBLISHED, "84", "ZZ", "0"])
def test_the_direct_answer_to_a_pay_out_never_says_paid(code):
    made, _gateway = connector(ok(code, queryId="202601151600071008128"))
    if code in ACCEPTED:
        outcome = made.pay_out(order())
        assert outcome.status is OutcomeStatus.PROCESSING
        assert (outcome.platform_reference, outcome.platform_code) == ("202601151600071008128", code)
        return
    with pytest.raises((Rejected, Uncertain, NotSent)) as caught:
        made.pay_out(order())
    expected = Rejected
    if code in CONFIGURATION:
        expected = Misconfigured
    elif code in OPEN_FOR_PAY_OUTS or code not in PUBLISHED:
        expected = Uncertain
    assert type(caught.value) is expected
    assert caught.value.code == code and caught.value.advice.en and caught.value.advice.zh
    assert not getattr(caught.value, "retry_same_key", False)


@pytest.mark.parametrize("code", [*PUBLISHED, "ZZ"])
def test_a_query_reads_the_orders_own_code(code):
    made, _gateway = connector(found(code))
    outcome = made.query(reference())
    expected = OutcomeStatus.FAILED
    if code in ("00", "A6"):
        expected = OutcomeStatus.SUCCEEDED
    elif code in NOT_FINAL_WHEN_ASKED or code == "ZZ":
        expected = OutcomeStatus.PROCESSING
    assert outcome.status is expected
    assert outcome.platform_status == code
    assert (outcome.advice is None) == (code == "00")


@pytest.mark.parametrize("code", ["01", "60"])
def test_what_leaves_a_pay_out_open_ends_a_refund(code):
    made, _gateway = connector(found(code))
    assert made.query(reference(operation=Operation.REFUND)).status is OutcomeStatus.FAILED


@pytest.mark.parametrize("code", sorted(set(PUBLISHED) - {"00", "34"}))
def test_a_question_that_was_not_answered_decides_nothing(code):
    made, _gateway = connector(ok(code))
    with pytest.raises((Uncertain, Misconfigured, Throttled)) as caught:
        made.query(reference())
    if code == "37":
        assert isinstance(caught.value, Throttled) and caught.value.retry_after == 60
    else:
        assert isinstance(caught.value, Misconfigured) == (code in CONFIGURATION)


def test_effects_are_those_of_the_table():
    effects = {row.code: row.effect for row in ALL_CODES}
    assert effects["01"] is Effect.FINAL and effects["12"] is Effect.QUERY and effects["34"] is Effect.NOT_FOUND
