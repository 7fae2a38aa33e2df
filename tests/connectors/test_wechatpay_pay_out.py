"""A transfer leaves as ordered, and every answer says exactly what is known about the money."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wechatpay_world import (
    APPID,
    BILL,
    KEY_ID,
    MCHID,
    NOTIFY_URL,
    NOW,
    OPENID,
    PAYEE,
    Clock,
    connector,
    order,
    platform_unseal,
    reference,
    refused,
    signed,
    unsigned,
    values,
    yuan,
)

from odoo.addons.payment_bridge.connector.errors import (
    InvalidOrder,
    Misconfigured,
    NotSent,
    Rejected,
    Throttled,
    Uncertain,
    Unsupported,
    Untrusted,
)
from odoo.addons.payment_bridge.connector.types import ActionKind, Money, Operation, OutcomeStatus, Payee
from odoo.addons.payment_bridge_channels.connectors.wechatpay.absence import NOT_FOUND_AFTER
from odoo.addons.payment_bridge_channels.connectors.wechatpay.codes import FAIL_REASONS, HTTP_CODES, Effect

NAUGHTY = Path(__file__).parents[3] / "shared/testdata/strings/blns.json"
NAMELESS = replace(PAYEE, name=None)


def test_a_transfer_is_written_as_wechat_pay_publishes_it():
    made, gateway = connector(BILL)
    made.pay_out(order())
    body = gateway.content()
    assert platform_unseal(body.pop("user_name")) == "张三丰"
    assert gateway.requests[0].headers["Wechatpay-Serial"] == KEY_ID
    assert gateway.target() == "POST /v3/fund-app/mch-transfer/transfer-bills"
    assert body == {
        "appid": APPID,
        "out_bill_no": "PO202600013",
        "transfer_scene_id": "1009",
        "openid": OPENID,
        "transfer_amount": 230000,
        "transfer_remark": "货款PO202600013",
        "notify_url": NOTIFY_URL,
        "transfer_scene_report_infos": [{"info_type": "采购商品名称", "info_content": "货款PO202600013"}],
    }


def test_scene_perception_and_report_come_from_the_settings():
    change = {
        "transfer_scene_id": "1005",
        "transfer_scene_report": "岗位类型=送货员;报酬说明=一月劳务",
        "user_recv_perception": "劳务报酬",
    }
    made, gateway = connector(BILL, settings=values(**change), notify_url=None)
    made.pay_out(order(payee=NAMELESS, amount=yuan("10.00")))
    body = gateway.content()
    assert body["transfer_scene_report_infos"] == [
        {"info_type": "岗位类型", "info_content": "送货员"},
        {"info_type": "报酬说明", "info_content": "一月劳务"},
    ]
    assert body["user_recv_perception"] == "劳务报酬"
    assert not {"user_name", "notify_url"} & set(body)


def test_the_same_order_is_written_the_same_way_every_time():
    made, gateway = connector(BILL, BILL)
    small = order(payee=NAMELESS, amount=yuan("10.00"))
    made.pay_out(small)
    made.pay_out(small)
    assert gateway.requests[0].body == gateway.requests[1].body


def test_a_transfer_that_waits_for_the_payee_hands_out_what_he_confirms_with():
    outcome = connector(BILL)[0].pay_out(order())
    assert outcome.status is OutcomeStatus.PROCESSING
    assert (outcome.key, outcome.platform_reference) == (BILL["out_bill_no"], BILL["transfer_bill_no"])
    assert outcome.action.kind is ActionKind.CONFIRM
    assert outcome.action.content == BILL["package_info"]
    assert outcome.action.fields == {"app": "wechat", "mchId": MCHID, "appId": APPID}
    assert outcome.action.expires_at == datetime(2026, 1, 17, 2, 20, 35, tzinfo=UTC)
    assert "24" in outcome.advice.zh
    [kind] = connector()[0].capabilities.payee_kinds
    assert (kind.persons_only, kind.confirms_within) == (True, timedelta(hours=24))
    assert kind.confirms_in.zh == "微信"


@pytest.mark.parametrize(
    ("state", "reason", "status"),
    [
        ("ACCEPTED", None, OutcomeStatus.PROCESSING),
        ("PROCESSING", None, OutcomeStatus.PROCESSING),
        ("WAIT_USER_CONFIRM", None, OutcomeStatus.PROCESSING),
        ("TRANSFERING", None, OutcomeStatus.PROCESSING),
        ("SUCCESS", None, OutcomeStatus.SUCCEEDED),
        ("FAIL", "ACCOUNT_FROZEN", OutcomeStatus.FAILED),
        ("FAIL", "A_REASON_OF_TOMORROW", OutcomeStatus.FAILED),
        ("FAIL", None, OutcomeStatus.FAILED),
        ("FAIL", "OVERDUE_CLOSE", OutcomeStatus.CLOSED),
        ("CANCELING", None, OutcomeStatus.PROCESSING),
        ("CANCELLED", None, OutcomeStatus.CLOSED),
    ],
)
def test_every_state_is_told_in_the_ports_words(state, reason, status):
    node = {
        "mch_id": "1900000109",
        "out_bill_no": "PO202600013",
        "transfer_bill_no": "1",
        "state": state,
        "fail_reason": reason,
        "transfer_amount": 230000,
        "update_time": "2026-01-15T10:20:35+08:00",
    }
    for call in ("pay_out", "query"):
        made, _ = connector(node)
        outcome = made.pay_out(order()) if call == "pay_out" else made.query(reference())
        assert (outcome.status, outcome.platform_status) == (status, state)
        assert outcome.amount == yuan("2300.00")
        assert outcome.platform_code == reason
        assert (outcome.executed_at is not None) is (status is OutcomeStatus.SUCCEEDED)
        if status in (OutcomeStatus.FAILED, OutcomeStatus.CLOSED):
            assert outcome.advice.en and outcome.advice.zh


@pytest.mark.parametrize("row", FAIL_REASONS, ids=lambda row: row.code)
def test_every_reason_of_a_failed_transfer_is_explained(row):
    outcome = connector({**BILL, "state": "FAIL", "fail_reason": row.code})[0].query(reference())
    closed = row.code == "OVERDUE_CLOSE"
    assert outcome.status is (OutcomeStatus.CLOSED if closed else OutcomeStatus.FAILED)
    assert outcome.advice == row.meaning


EXPECTED = {
    Effect.FINAL: (Rejected, False),
    Effect.RETRY_SAME_KEY: (Rejected, True),
    Effect.QUERY: (Uncertain, None),
    Effect.REFUSED_OR_KNOWN: (Uncertain, None),
    Effect.NOT_FOUND: (Uncertain, None),
    Effect.THROTTLED: (Throttled, None),
    Effect.MISCONFIGURED: (Misconfigured, None),
}


@pytest.mark.parametrize("row", HTTP_CODES, ids=lambda row: row.code)
@pytest.mark.parametrize("status", [400, 403, 404])
def test_every_code_says_what_is_known_about_the_money(row, status):
    with pytest.raises(EXPECTED[row.effect][0]) as caught:
        connector(refused(row.code, status))[0].pay_out(order())
    error = caught.value
    assert type(error) is EXPECTED[row.effect][0]
    assert (error.code, error.advice) == (row.code, row.meaning)
    if EXPECTED[row.effect][1] is not None:
        assert error.retry_same_key is EXPECTED[row.effect][1]


@pytest.mark.parametrize(
    "answer",
    [
        refused("A_CODE_OF_TOMORROW"),
        refused("PARAM_ERROR", 500),
        refused("SYSTEM_ERROR", 500),
        signed("<html>", 502),
        unsigned(signed("<html>", 404)),
        unsigned(signed("", 403)),
        signed("{", 200),
        signed("[]", 200),
        signed('{"out_bill_no":"A","out_bill_no":"PO202600013","state":"FAIL"}', 200),
        signed("", 302),
        signed("", 204),
        signed("", 429),
    ],
)
def test_an_answer_that_tells_nothing_certain_leaves_the_order_uncertain(answer):
    with pytest.raises(Uncertain):
        connector(answer)[0].pay_out(order())


@pytest.mark.parametrize("node", [BILL, {**BILL, "state": "FAIL"}, {**BILL, "state": "CANCELLED"}])
def test_an_unsigned_success_is_not_believed(node):
    with pytest.raises(Untrusted):
        connector(unsigned(signed(json.dumps(node))))[0].pay_out(order())


def test_an_unsigned_refusal_never_ends_a_key():
    with pytest.raises(Untrusted):
        connector(unsigned(refused("PARAM_ERROR")))[0].pay_out(order())
    with pytest.raises(Rejected) as caught:
        connector(unsigned(refused("NOT_ENOUGH", 403)))[0].pay_out(order())
    assert caught.value.retry_same_key


@pytest.mark.parametrize(
    "change",
    [
        {"state": "NEW"},
        {"state": None},
        {"state": ["SUCCESS"]},
        {"out_bill_no": "OTHER"},
        {"out_bill_no": None},
        {"transfer_amount": "230000"},
        {"transfer_amount": 1.5},
        {"transfer_amount": -1},
        {"transfer_amount": True},
    ],
)
def test_an_answer_that_is_not_about_this_order_decides_nothing(change):
    for act in (lambda made: made.pay_out(order()), lambda made: made.query(reference())):
        with pytest.raises(Uncertain):
            act(connector({**BILL, **change})[0])


def test_a_throttled_order_waits_as_long_as_it_is_told():
    with pytest.raises(Throttled) as caught:
        connector(refused("FREQUENCY_LIMITED", 429, retry_after="120"))[0].pay_out(order())
    assert caught.value.retry_after == 120
    with pytest.raises(Throttled) as caught:
        connector(refused("RATELIMIT_EXCEEDED", 429))[0].pay_out(order())
    assert caught.value.retry_after == 30


def test_the_number_that_names_an_error_is_kept():
    answer = refused("INVALID_REQUEST", 400, request_id="08F78BB5AF06-268498688")
    with pytest.raises(Uncertain, match=r"\[268498688\]"):
        connector(answer)[0].pay_out(order())


@pytest.mark.parametrize("lost", [NotSent("refused"), Uncertain("no answer")])
def test_a_lost_answer_says_whether_it_may_have_been_sent(lost):
    with pytest.raises(type(lost)):
        connector(lost)[0].pay_out(order())


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": yuan("0.09"), "payee": NAMELESS}, "amount"),
        ({"amount": yuan("0.105"), "payee": NAMELESS}, "amount"),
        ({"amount": yuan("-5.00")}, "amount"),
        ({"amount": yuan("1000000000000.00")}, "amount"),
        ({"amount": Money(Decimal("5.00"), "USD")}, "currency"),
        ({"amount": yuan("2000.00"), "payee": NAMELESS}, "payee_name"),
        ({"amount": yuan("2000.00"), "payee": replace(PAYEE, name="  ")}, "payee_name"),
        ({"amount": yuan("0.29")}, "payee_name"),
        ({"payee": replace(PAYEE, name="名" * 72)}, "payee_name"),
        ({"payee": replace(PAYEE, name="张\n三")}, "payee_name"),
        ({"key": ""}, "key"),
        ({"key": "PO-1"}, "key"),
        ({"key": "PO_1"}, "key"),
        ({"key": "ＰＯ1"}, "key"),
        ({"key": "P" * 33}, "key"),
        ({"title": ""}, "title"),
        ({"title": "款" * 33}, "title"),
        ({"title": "a\nb"}, "title"),
        ({"title": "a\u202eb"}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"payee": Payee("alipay_user_id", "2088000000000001")}, "payee_kind"),
        ({"payee": replace(PAYEE, account="张三")}, "payee_account"),
        ({"payee": replace(PAYEE, account="o" * 65)}, "payee_account"),
        ({"payee": replace(PAYEE, account="")}, "payee_account"),
    ],
)
def test_a_wrong_order_is_refused_before_anything_is_sent(change, field):
    made, gateway = connector()
    for place in (made.check_pay_out, made.pay_out):
        with pytest.raises(InvalidOrder) as caught:
            place(order(**change))
        assert caught.value.field == field
        assert caught.value.advice.en and caught.value.advice.zh
        told = f"{caught.value} {caught.value.advice}"
        assert PAYEE.name not in told and PAYEE.account not in told
    assert gateway.requests == []


@pytest.mark.parametrize(
    "change",
    [
        {"amount": yuan("1999.99"), "payee": NAMELESS},
        {"amount": yuan("0.30")},
        {"amount": yuan("0.10"), "payee": NAMELESS},
        {"title": "款" * 32},
        {"key": "P" * 32},
        {"payee": replace(PAYEE, name="名" * 71)},
    ],
)
def test_an_order_at_the_edge_of_the_rules_leaves(change):
    made, gateway = connector({**BILL, "out_bill_no": change.get("key", "PO202600013")})
    made.pay_out(order(**change))
    assert len(gateway.requests) == 1


def test_a_title_that_the_report_makes_too_long_is_refused():
    made, _ = connector(settings=values(transfer_scene_report="采购商品名称=采购 {title}"))
    with pytest.raises(InvalidOrder) as caught:
        made.check_pay_out(order(title="款" * 30))
    assert caught.value.field == "title"


@settings(max_examples=40)
@given(st.integers(30, 10_000_000_000))
def test_every_amount_is_sent_and_read_back_to_the_fen(fen):
    amount = Money(Decimal(fen).scaleb(-2), "CNY")
    made, _ = connector(
        lambda request: signed(json.dumps({**BILL, "transfer_amount": json.loads(request.body)["transfer_amount"]}))
    )
    assert made.pay_out(order(amount=amount)).amount == amount


@pytest.mark.skipif(not NAUGHTY.exists(), reason="the shared test data is not beside the checkout")
def test_hostile_text_is_refused_or_sent_exactly():
    strings = json.loads(NAUGHTY.read_text(encoding="utf-8"))
    sent = 0
    made, gateway = connector()
    for text in strings:
        gateway.requests.clear()
        gateway.replies[:] = [BILL]
        try:
            made.pay_out(order(title=text, payee=replace(PAYEE, name=text or None)))
        except InvalidOrder:
            assert gateway.requests == []
            continue
        content = gateway.content()
        assert content["transfer_remark"] == text
        assert content["transfer_scene_report_infos"][0]["info_content"] == text
        assert platform_unseal(content["user_name"]) == text
        sent += 1
    assert sent > 100


def test_a_query_goes_by_our_number():
    made, gateway = connector({**BILL, "state": "SUCCESS", "transfer_amount": 230000})
    assert made.query(reference()).status is OutcomeStatus.SUCCEEDED
    assert gateway.target() == "GET /v3/fund-app/mch-transfer/transfer-bills/out-bill-no/PO202600013"


@pytest.mark.parametrize("code", ["NOT_FOUND", "ORDER_NOT_EXIST", "RESOURCE_NOT_EXISTS"])
def test_not_found_is_believed_only_some_minutes_after_the_last_sending(code):
    answer = refused(code, 404)
    found = connector(answer)[0].query(reference())
    assert found.status is OutcomeStatus.NOT_FOUND and found.platform_code == code
    sent = NOW - NOT_FOUND_AFTER + timedelta(seconds=1)
    for change in ({"sent_at": sent}, {"sent_at": None, "placed_at": sent}, {"sent_at": None, "placed_at": None}):
        with pytest.raises(Uncertain):
            connector(answer)[0].query(reference(**change))
    naive = (NOW - NOT_FOUND_AFTER).replace(tzinfo=None)
    assert connector(answer)[0].query(reference(sent_at=naive)).status is OutcomeStatus.NOT_FOUND


def test_not_found_has_to_be_signed():
    with pytest.raises(Untrusted):
        connector(unsigned(refused("NOT_FOUND", 404)))[0].query(reference())


def test_a_transfer_older_than_wechat_pay_remembers_is_not_called_lost():
    old = NOW - timedelta(days=31)
    with pytest.raises(Uncertain, match="30 days"):
        connector(refused("NOT_FOUND", 404))[0].query(reference(sent_at=old, placed_at=old))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refused("SYSTEM_ERROR", 500), Uncertain),
        (refused("PARAM_ERROR"), Uncertain),
        (refused("INVALID_REQUEST"), Uncertain),
        (refused("NOT_FOUND", 500), Uncertain),
        (refused("FREQUENCY_LIMITED", 429), Throttled),
        (refused("SIGN_ERROR", 401), Misconfigured),
        (refused("NO_AUTH", 403), Misconfigured),
    ],
)
def test_a_query_that_is_not_answered_decides_nothing(answer, error):
    with pytest.raises(error) as caught:
        connector(answer)[0].query(reference())
    assert type(caught.value) is error


@pytest.mark.parametrize(
    ("state", "status"), [("CANCELING", OutcomeStatus.PROCESSING), ("CANCELLED", OutcomeStatus.CLOSED)]
)
def test_a_transfer_can_be_taken_back_until_it_is_confirmed(state, status):
    node = {"out_bill_no": "PO202600013", "transfer_bill_no": "1", "state": state}
    made, gateway = connector(node)
    assert made.cancel(reference()).status is status
    path = "/v3/fund-app/mch-transfer/transfer-bills/out-bill-no/PO202600013/cancel"
    assert gateway.target() == f"POST {path}" and gateway.requests[0].body is None


def test_a_transfer_that_can_no_longer_be_taken_back_tells_what_it_is():
    made, gateway = connector(refused("INVALID_REQUEST"), {**BILL, "state": "SUCCESS"})
    assert made.cancel(reference()).status is OutcomeStatus.SUCCEEDED
    assert gateway.requests[1].method == "GET"
    with pytest.raises(Uncertain):
        connector(refused("SYSTEM_ERROR", 500))[0].cancel(reference())
    with pytest.raises(Misconfigured):
        connector(refused("NO_AUTH", 403))[0].cancel(reference())
    with pytest.raises(Unsupported):
        connector()[0].cancel(reference(Operation.REFUND))


def test_the_clock_of_the_request_is_the_connectors():
    made, gateway = connector(
        lambda request: signed(json.dumps(BILL), at=NOW + timedelta(days=1)),
        clock=Clock(NOW + timedelta(days=1)),
    )
    made.pay_out(order())
    assert f'timestamp="{int((NOW + timedelta(days=1)).timestamp())}"' in gateway.requests[0].headers["Authorization"]
