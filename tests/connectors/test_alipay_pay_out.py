"""A pay-out leaves as ordered, and every answer says exactly what is known about the money."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from alipay_world import (
    APP_ID,
    CARD,
    COMPANY,
    LOGIN,
    SUCCESS,
    alipay_certificate,
    answer,
    app_certificate,
    connector,
    failure,
    order,
    reference,
    root,
    values,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.payment_bridge.connector.errors import (
    InvalidOrder,
    Misconfigured,
    NotSent,
    Rejected,
    Uncertain,
    Unsupported,
)
from odoo.addons.payment_bridge.connector.types import Money, Operation, OutcomeStatus, Payee
from odoo.addons.payment_bridge_channels.connectors.alipay import certificates, payout
from odoo.addons.payment_bridge_channels.connectors.alipay.codes import ALL_CODES, Effect
from odoo.addons.payment_bridge_channels.connectors.alipay.codes.payee import PAYEE_CODES
from odoo.addons.payment_bridge_channels.connectors.alipay.codes.payer import PAYER_CODES

NAUGHTY = Path(__file__).parents[3] / "shared/testdata/strings/blns.json"


def test_a_transfer_is_written_as_alipay_publishes_it():
    scene = {
        "send_transfer_scene": "yes",
        "transfer_scene_report": "结算款项名称=打印纸货款",
    }
    made, gateway = connector(SUCCESS, settings=values(**scene))
    made.pay_out(order())
    call = gateway.calls[0]
    assert {name: call[name] for name in call if name != "biz_content"} == {
        "app_id": APP_ID,
        "method": "alipay.fund.trans.uni.transfer",
        "format": "JSON",
        "charset": "utf-8",
        "sign_type": "RSA2",
        "timestamp": "2026-01-16 10:30:00",
        "version": "1.0",
        "app_cert_sn": certificates.certificate_sn(app_certificate()),
        "alipay_root_cert_sn": certificates.certificate_sn(root()),
    }
    assert call["biz_content"] == (
        '{"out_biz_no":"PO202600012","trans_amount":"5000.00",'
        '"product_code":"TRANS_ACCOUNT_NO_PWD","biz_scene":"DIRECT_TRANSFER",'
        '"order_title":"货款PO202600012","payee_info":{"identity":"pay@example.cn",'
        '"identity_type":"ALIPAY_LOGON_ID","name":"某某纸业有限公司"},"remark":"PO202600012",'
        '"transfer_scene_name":"业务结算","transfer_scene_report_infos":'
        '[{"info_type":"结算款项名称","info_content":"打印纸货款"}]}'
    )


def test_the_same_order_is_written_the_same_way_every_time():
    made, gateway = connector(SUCCESS, SUCCESS)
    made.pay_out(order())
    made.pay_out(order())
    assert gateway.calls[0] == gateway.calls[1]


@pytest.mark.parametrize(
    ("payee", "product", "info"),
    [
        (
            Payee("alipay_user_id", "2088000000000001"),
            "TRANS_ACCOUNT_NO_PWD",
            {"identity": "2088000000000001", "identity_type": "ALIPAY_USER_ID"},
        ),
        (
            Payee("alipay_open_id", "074a1CcTG1LelxKe4xQC0zgNdId0nxi95b5lsNpazWYoCo5"),
            "TRANS_ACCOUNT_NO_PWD",
            {
                "identity": "074a1CcTG1LelxKe4xQC0zgNdId0nxi95b5lsNpazWYoCo5",
                "identity_type": "ALIPAY_OPEN_ID",
            },
        ),
        (
            CARD,
            "TRANS_BANKCARD_NO_PWD",
            {
                "identity": "6222021234567890123",
                "identity_type": "BANKCARD_ACCOUNT",
                "name": "张三",
                "bankcard_ext_info": {"account_type": "2"},
            },
        ),
        (
            replace(COMPANY, bank_code="301290000007", bank_city="上海市"),
            "TRANS_BANKCARD_NO_PWD",
            {
                "identity": "110060149018800012345",
                "identity_type": "BANKCARD_ACCOUNT",
                "name": "某某纸业有限公司",
                "bankcard_ext_info": {
                    "account_type": "1",
                    "inst_name": "交通银行",
                    "inst_city": "上海市",
                    "bank_code": "301290000007",
                },
            },
        ),
    ],
    ids=["user-id", "open-id", "card", "company"],
)
def test_each_payee_kind_is_written_in_its_own_way(payee, product, info):
    settings = values(bank_timeliness="T1", payer_alias="yes")
    made, gateway = connector(SUCCESS, settings=settings)
    made.pay_out(order(payee=payee))
    content = gateway.content()
    assert (content["product_code"], content["payee_info"]) == (product, info)
    told = {"payer_show_name_use_alias": "true"}
    if product == "TRANS_BANKCARD_NO_PWD":
        told["withdraw_timeliness"] = "T1"
    assert json.loads(content["business_params"]) == told


def test_success_carries_both_numbers_of_alipay_and_utc_time():
    outcome = connector(SUCCESS)[0].pay_out(order())
    assert outcome.status is OutcomeStatus.SUCCEEDED
    assert outcome.key == "PO202600012"
    assert outcome.platform_reference == SUCCESS["order_id"]
    assert outcome.fund_reference == SUCCESS["pay_fund_order_id"]
    assert outcome.platform_status == "SUCCESS"
    assert outcome.executed_at == datetime(2026, 1, 15, 2, 15, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("SUCCESS", OutcomeStatus.SUCCEEDED),
        ("FAIL", OutcomeStatus.FAILED),
        ("DEALING", OutcomeStatus.PROCESSING),
        ("WAIT_PAY", OutcomeStatus.PROCESSING),
        ("REFUND", OutcomeStatus.RETURNED),
        ("CLOSED", OutcomeStatus.CLOSED),
    ],
)
def test_statuses_follow_the_table_for_orders_and_queries(status, expected):
    made, _ = connector({**SUCCESS, "status": status}, {**SUCCESS, "status": status})
    assert made.pay_out(order()).status is expected
    assert made.query(reference()).status is expected


@pytest.mark.parametrize(
    "node",
    [
        {key: value for key, value in SUCCESS.items() if key != "status"},
        {**SUCCESS, "status": ""},
        {**SUCCESS, "status": "NEW_STATUS"},
        {**SUCCESS, "status": ["SUCCESS"]},
        {**SUCCESS, "out_biz_no": "PO202600013"},
        {**SUCCESS, "amount": "a lot"},
        {"code": "10003", "msg": "waiting"},
        {"code": "20000", "msg": "Service Currently Unavailable", "sub_code": "isp.unknow-error"},
        {"code": "20000", "msg": "Service Currently Unavailable", "sub_code": "PAYEE_NOT_EXIST"},
        {"code": "40003", "msg": "?"},
        {"code": "40005", "msg": "Call Limited"},
        {"code": "99999", "msg": "?"},
        failure("A_CODE_OF_TOMORROW"),
        failure(""),
        {"code": "40004", "msg": "Business Failed"},
        failure("ORDER_NOT_EXIST"),
    ],
)
def test_an_answer_that_does_not_decide_leaves_the_order_uncertain(node):
    made, _ = connector(node)
    with pytest.raises(Uncertain) as caught:
        made.pay_out(order())
    assert caught.value.advice


@pytest.mark.parametrize("row", [*PAYER_CODES, *PAYEE_CODES], ids=lambda row: row.code)
def test_each_published_code_has_its_effect_on_a_pay_out(row):
    made, _ = connector(failure(row.code))
    if row.effect is Effect.PROCESSING:
        outcome = made.pay_out(order())
        assert (outcome.status, outcome.platform_code) == (OutcomeStatus.PROCESSING, row.code)
        return
    expected = {
        Effect.FINAL: Rejected,
        Effect.RETRY_SAME_KEY: Rejected,
        Effect.QUERY: Uncertain,
        Effect.MISCONFIGURED: Misconfigured,
    }[row.effect]
    with pytest.raises(expected) as caught:
        made.pay_out(order())
    assert (caught.value.code, caught.value.advice) == (row.code, row.meaning)
    if expected is Rejected:
        assert caught.value.retry_same_key is (row.effect is Effect.RETRY_SAME_KEY)


@pytest.mark.parametrize("code", ["SYSTEM_ERROR", "BIZ_UNIQUE_EXCEPTION", "PAYMENT_INFO_INCONSISTENCY"])
def test_codes_that_may_hide_a_payment_are_never_a_failure(code):
    with pytest.raises(Uncertain):
        connector(failure(code))[0].pay_out(order())


@pytest.mark.parametrize(
    ("code", "sub_code"),
    [
        ("40001", "isv.missing-method"),
        ("40002", "isv.invalid-app-id"),
        ("40006", "isv.insufficient-isv-permissions"),
        ("20001", "aop.invalid-auth-token"),
    ],
)
def test_a_signed_refusal_of_the_caller_is_a_matter_of_settings(code, sub_code):
    made, _ = connector(failure(sub_code, code))
    with pytest.raises(Misconfigured) as caught:
        made.pay_out(order())
    assert caught.value.code == sub_code and caught.value.advice.zh


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": Money(Decimal("0.09"), "CNY")}, "amount"),
        ({"amount": Money(Decimal("0"), "CNY")}, "amount"),
        ({"amount": Money(Decimal("-5"), "CNY")}, "amount"),
        ({"amount": Money(Decimal("100000000.01"), "CNY")}, "amount"),
        ({"amount": Money(Decimal("10.005"), "CNY")}, "amount"),
        ({"amount": Money(Decimal("1E-30"), "CNY")}, "amount"),
        ({"amount": Money(Decimal("1E+30"), "CNY")}, "amount"),
        ({"amount": Money(Decimal("10"), "USD")}, "currency"),
        ({"amount": Money(Decimal("10"), "cny")}, "currency"),
        ({"key": ""}, "key"),
        ({"key": "A" * 65}, "key"),
        ({"key": "PO-1"}, "key"),
        ({"key": "PO1\n"}, "key"),
        ({"key": "付款1"}, "key"),
        ({"key": "PO１"}, "key"),
        ({"title": "x" * 129}, "title"),
        ({"title": "  "}, "title"),
        ({"title": "a\nb"}, "title"),
        ({"title": "a\u202eb"}, "title"),
        ({"title": "a\ud800"}, "title"),
        ({"remark": "x" * 201}, "remark"),
        ({"remark": "a\x00b"}, "remark"),
        ({"amount": Money(Decimal("50000"), "CNY"), "remark": None}, "remark"),
        ({"amount": Money(Decimal("50000"), "CNY"), "remark": "  "}, "remark"),
        ({"payee": replace(LOGIN, name=None)}, "payee_name"),
        ({"payee": replace(LOGIN, name=" ")}, "payee_name"),
        ({"payee": replace(LOGIN, name="a\u200bb")}, "payee_name"),
        ({"payee": replace(LOGIN, account="not a login")}, "payee_account"),
        ({"payee": replace(LOGIN, account="pay@example.cn\n")}, "payee_account"),
        ({"payee": replace(LOGIN, kind="wechat_openid")}, "payee_kind"),
        ({"payee": Payee("alipay_user_id", "2089000000000001")}, "payee_account"),
        ({"payee": Payee("alipay_user_id", "２０８８000000000001")}, "payee_account"),
        ({"payee": replace(CARD, account="6222 0212 3456 7890")}, "payee_account"),
        ({"payee": replace(CARD, name=None)}, "payee_name"),
        ({"payee": replace(COMPANY, bank_name=None)}, "bank_name"),
        ({"payee": replace(COMPANY, bank_branch="a\tb")}, "bank_branch"),
    ],
)
def test_a_wrong_order_is_refused_before_anything_is_sent(change, field):
    made, gateway = connector()
    for place in (made.check_pay_out, made.pay_out):
        with pytest.raises(InvalidOrder) as caught:
            place(order(**change))
        assert caught.value.field == field
        assert caught.value.advice.en and caught.value.advice.zh
        assert isinstance(caught.value, NotSent)
    assert gateway.requests == []


@pytest.mark.parametrize("payee", [LOGIN, CARD, COMPANY])
def test_a_refusal_repeats_no_account_and_no_name(payee):
    made, _ = connector()
    with pytest.raises(InvalidOrder) as caught:
        made.check_pay_out(order(payee=replace(payee, account=payee.account + "?! ")))
    told = f"{caught.value} {caught.value.advice}"
    assert payee.account not in told and payee.name not in told


@settings(max_examples=40)
@given(st.integers(10, 10_000_000_000))
def test_every_amount_is_sent_and_read_back_to_the_fen(fen):
    amount = Money(Decimal(fen).scaleb(-2), "CNY")
    made, gateway = connector(
        lambda sent: answer(
            gateway.signed(
                sent["method"],
                json.dumps({**SUCCESS, "amount": json.loads(sent["biz_content"])["trans_amount"]}),
            )
        )
    )
    assert made.pay_out(order(amount=amount)).amount == amount


@pytest.mark.skipif(not NAUGHTY.exists(), reason="the shared test data is not beside the checkout")
def test_hostile_text_is_refused_or_sent_exactly():
    strings = json.loads(NAUGHTY.read_text(encoding="utf-8"))
    assert len(strings) > 400
    sent = 0
    made, gateway = connector()
    for text in strings:
        gateway.requests.clear()
        gateway.replies[:] = [SUCCESS]
        hostile = order(title=text, remark=text, payee=replace(LOGIN, name=text))
        try:
            made.pay_out(hostile)
        except InvalidOrder:
            assert gateway.requests == []
            continue
        content = gateway.content()
        assert (content["order_title"], content["remark"]) == (text, text)
        assert content["payee_info"]["name"] == text
        sent += 1
    assert sent > 200


def test_the_title_template_is_filled_without_being_evaluated():
    made, gateway = connector(SUCCESS, settings=values(order_title="某公司 {title} #{key}"))
    made.pay_out(order(title="{key}{0.__class__}"))
    assert gateway.content()["order_title"] == "某公司 {key}{0.__class__} #PO202600012"


def test_a_query_goes_by_key_and_product():
    node = {
        **SUCCESS,
        "trans_amount": "5000.00",
        "pay_date": "2026-01-15 10:15:02",
        "arrival_time_end": "2026-01-15 12:15:02",
        "order_fee": "0.10",
    }
    made, gateway = connector(node)
    outcome = made.query(reference(payee_kind="bank_card"))
    assert gateway.content() == {
        "out_biz_no": "PO202600012",
        "product_code": "TRANS_BANKCARD_NO_PWD",
        "biz_scene": "DIRECT_TRANSFER",
    }
    assert outcome.amount == Money(Decimal("5000.00"), "CNY")
    assert outcome.fee == Money(Decimal("0.10"), "CNY")
    assert outcome.expected_at == datetime(2026, 1, 15, 4, 15, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "content"),
    [
        ({"platform_reference": "1", "fund_reference": "2"}, {"order_id": "1"}),
        ({"fund_reference": "2"}, {"pay_fund_order_id": "2"}),
    ],
)
def test_a_query_without_product_goes_by_alipays_numbers(change, content):
    made, gateway = connector(SUCCESS)
    made.query(reference(payee_kind=None, **change))
    assert gateway.content() == content


def test_a_query_that_could_miss_the_order_is_not_sent():
    made, gateway = connector()
    with pytest.raises(InvalidOrder):
        made.query(reference(payee_kind=None))
    with pytest.raises(InvalidOrder):
        made.query(reference(operation=Operation.REFUND))
    with pytest.raises(Unsupported):
        made.query(reference(operation=Operation.BALANCE))
    assert gateway.requests == []


def test_order_not_exist_is_not_found():
    outcome = connector(failure("ORDER_NOT_EXIST"))[0].query(reference())
    assert outcome.status is OutcomeStatus.NOT_FOUND and outcome.advice


@pytest.mark.parametrize(
    "node",
    [
        failure("SYSTEM_ERROR"),
        failure("INVALID_PARAMETER"),
        failure("PAYEE_NOT_EXIST"),
        failure("A_CODE_OF_TOMORROW"),
        failure("ORDER_NOT_EXIST", "20000"),
        {"code": "20000", "msg": "?"},
        {**SUCCESS, "out_biz_no": "OTHER"},
        {**SUCCESS, "status": None},
    ],
)
def test_a_query_that_is_not_answered_decides_nothing(node):
    with pytest.raises(Uncertain):
        connector(node)[0].query(reference())


def test_a_failed_order_says_why():
    node = {**SUCCESS, "status": "FAIL", "error_code": "PAYEE_CARD_INFO_ERROR", "fail_reason": "卡号错误"}
    outcome = connector(node)[0].query(reference())
    assert (outcome.platform_code, outcome.platform_message) == ("PAYEE_CARD_INFO_ERROR", "卡号错误")
    assert outcome.advice == next(r for r in ALL_CODES if r.code == "PAYEE_CARD_INFO_ERROR").meaning


def test_a_returned_order_carries_the_banks_words():
    node = {
        **SUCCESS,
        "status": "REFUND",
        "fail_inst_name": "交通银行",
        "fail_inst_reason": "账户已销户",
        "fail_inst_error_code": "ACCOUNT_CLOSED",
    }
    outcome = connector(node)[0].query(reference())
    assert outcome.status is OutcomeStatus.RETURNED
    assert outcome.platform_message == "交通银行：账户已销户"
    assert outcome.platform_code == "ACCOUNT_CLOSED" and "退票" in outcome.advice.zh


@pytest.mark.parametrize(
    ("value", "amount"),
    [("5000.00", "5000.00"), ("5000", "5000.00"), (5000, "5000.00"), (Decimal("0.3"), "0.30")],
)
def test_amounts_may_be_text_or_numbers(value, amount):
    assert payout.money(value).amount == Decimal(amount)


@pytest.mark.parametrize(
    "value", ["1,000.00", "1.005", "-1.00", "１.00", "NaN", " 1", "1e3", True, [], Decimal("0.301"), "9" * 20]
)
def test_an_amount_that_is_not_exact_is_no_amount(value):
    with pytest.raises(ValueError, match="amount"):
        payout.money(value)


def test_numbers_in_the_answer_are_read_without_floats():
    made, gateway = connector()
    raw = json.dumps(SUCCESS)[:-1] + ',"trans_amount":0.30}'
    gateway.replies.append(lambda sent: answer(gateway.signed(sent["method"], raw)))
    assert made.query(reference()).amount == Money(Decimal("0.30"), "CNY")


def test_the_connector_declares_what_it_can_do():
    made, _ = connector()
    capabilities = made.capabilities
    assert [kind.code for kind in capabilities.payee_kinds] == [
        "alipay_logon_id",
        "alipay_user_id",
        "alipay_open_id",
        "bank_card",
        "bank_account",
    ]
    assert [kind.code for kind in capabilities.statement_kinds if kind.covers_balance] == ["signcustomer"]
    assert (capabilities.key_max_length, capabilities.pay_out_minimum) == (64, Decimal("0.10"))
    assert alipay_certificate().not_valid_after_utc.date() >= made.certificate_expiry()
