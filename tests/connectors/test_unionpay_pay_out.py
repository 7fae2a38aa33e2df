"""A pay-out leaves as ordered, and every answer says exactly what is known about the money."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unionpay_world import (
    AMOUNT,
    CARD,
    COMPANY,
    GATEWAY,
    MER_ID,
    NOTIFY,
    NOW,
    PLACED,
    QUERY_ID,
    TXN_TIME,
    Clock,
    answer,
    connector,
    encryption,
    found,
    key,
    keyed,
    ok,
    order,
    pem,
    reference,
    values,
)

from odoo.addons.payment_bridge.connector.errors import (
    InvalidOrder,
    Misconfigured,
    NotSent,
    Uncertain,
    Unsupported,
)
from odoo.addons.payment_bridge.connector.types import Money, Operation, OutcomeStatus
from odoo.addons.payment_bridge_channels.connectors.alipay import AlipayConnector
from odoo.addons.payment_bridge_channels.connectors.unionpay import UnionPayConnector, money

NAUGHTY = Path(__file__).parents[3] / "shared/testdata/strings/blns.json"


def test_a_pay_out_to_a_card_is_written_as_unionpay_publishes_it():
    made, gateway = connector(ok())
    made.pay_out(order())
    sent = dict(gateway.calls[0])
    assert sent.pop("signature")
    assert sent == {
        "version": "5.1.0",
        "encoding": "UTF-8",
        "signMethod": "01",
        "certId": "68759663125",
        "txnType": "12",
        "txnSubType": "00",
        "bizType": "000401",
        "channelType": "07",
        "accessType": "0",
        "merId": MER_ID,
        "orderId": "PO20260115000031",
        "txnTime": TXN_TIME,
        "txnAmt": "250000",
        "currencyCode": "156",
        "accType": "01",
        "accNo": "6222021234567890128",
        "customerInfo": base64.b64encode("{customerNm=张三}".encode()).decode(),
        "backUrl": NOTIFY,
    }
    assert gateway.requests[0].url == f"{GATEWAY}/backTransReq.do"
    assert gateway.requests[0].headers == {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}


def test_a_pay_out_to_a_company_names_it_and_its_registration():
    made, gateway = connector(ok(), ok())
    made.pay_out(order(payee=COMPANY))
    sent = gateway.calls[0]
    assert sent["accType"] == "04" and "customerInfo" not in sent
    assert sent["reserved"] == "{comDebitCardAccName=某某纸业有限公司&businessLicenseRegNo=91310000MA1K35W1X4}"
    made.pay_out(order(payee=replace(COMPANY, registration=None)))
    assert gateway.calls[1]["reserved"] == "{comDebitCardAccName=某某纸业有限公司}"


def test_the_same_order_is_written_the_same_way_every_time_however_late():
    clock = Clock()
    made, gateway = connector(ok(), ok(), clock=clock)
    made.pay_out(order())
    clock.at = NOW + timedelta(hours=9)
    made.pay_out(order())
    assert gateway.calls[0] == gateway.calls[1]


def test_the_remark_is_printed_only_where_the_channel_says_so():
    made, gateway = connector(ok(), ok(), settings=values(send_postscript="yes"))
    made.pay_out(order())
    assert gateway.calls[0]["billNo"] == "打印纸货款"
    made.pay_out(order(remark=None))
    assert "billNo" not in gateway.calls[1]
    with pytest.raises(InvalidOrder, match="remark"):
        made.pay_out(order(remark="货" * 21))
    made, _gateway = connector(ok())
    assert made.pay_out(order(remark="a & b\n" * 50))


def test_without_a_notification_address_unionpay_is_told_to_send_none():
    made, gateway = connector(ok(), notify_url=None)
    made.pay_out(order())
    assert gateway.calls[0]["backUrl"] == "http://www.specialUrl.com"


def test_card_numbers_are_encrypted_where_the_console_demands_it():
    settings = values(encrypt_sensitive="yes", encrypt_certificate=pem(encryption()))
    made, gateway = connector(ok(), ok(), settings=settings)
    made.pay_out(order())
    sent = gateway.calls[0]
    assert sent["encryptCertId"] == "68759622183"
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

    assert key("encryption").decrypt(base64.b64decode(sent["accNo"]), PKCS1v15()).decode() == CARD.account
    made.pay_out(order(payee=COMPANY))
    assert (
        key("encryption").decrypt(base64.b64decode(gateway.calls[1]["accNo"]), PKCS1v15()) == COMPANY.account.encode()
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"key": "1234567"}, "key"),
        ({"key": "x" * 33}, "key"),
        ({"key": "PO_20260115"}, "key"),
        ({"key": "PO-20260115"}, "key"),
        ({"key": "１２３４５６７８"}, "key"),
        ({"amount": Money(Decimal("0.00"), "CNY")}, "amount"),
        ({"amount": Money(Decimal("-1"), "CNY")}, "amount"),
        ({"amount": Money(Decimal("0.001"), "CNY")}, "amount"),
        ({"amount": Money(Decimal("1.005"), "CNY")}, "amount"),
        ({"amount": Money(Decimal("10000000000.00"), "CNY")}, "amount"),
        ({"amount": Money(Decimal("1"), "USD")}, "currency"),
        ({"title": " "}, "title"),
        ({"payee": replace(CARD, kind="alipay_logon_id")}, "payee_kind"),
        ({"payee": replace(CARD, account="12345678901")}, "payee_account"),
        ({"payee": replace(CARD, account="6222 0212 3456 7890")}, "payee_account"),
        ({"payee": replace(CARD, name=None)}, "payee_name"),
        ({"payee": replace(CARD, name=" ")}, "payee_name"),
        ({"payee": replace(CARD, name="张" * 16)}, "payee_name"),
        ({"payee": replace(CARD, name="张三&certifId=1")}, "payee_name"),
        ({"payee": replace(CARD, name="张三}")}, "payee_name"),
        ({"payee": replace(CARD, name="张\u200b三")}, "payee_name"),
        ({"payee": replace(CARD, name="a\ud800")}, "payee_name"),
        ({"payee": replace(COMPANY, name="某" * 61)}, "payee_name"),
        ({"payee": replace(COMPANY, bank_name=None)}, "bank_name"),
        ({"payee": replace(COMPANY, bank_branch="x\ny")}, "bank_branch"),
        ({"payee": replace(COMPANY, registration="9" * 21)}, "payee_registration"),
        ({"payee": replace(COMPANY, registration="9}&a=b")}, "payee_registration"),
    ],
)
def test_an_order_that_breaks_a_rule_is_refused_before_sending(change, field):
    made, gateway = connector()
    with pytest.raises(InvalidOrder) as caught:
        made.pay_out(order(**change))
    assert caught.value.field == field and caught.value.code == f"invalid:{field}"
    assert caught.value.advice.en and caught.value.advice.zh
    assert not gateway.requests
    for secret in ("6222 0212", "12345678901", "张三", "1234567890128"):
        assert secret not in f"{caught.value.message}{caught.value.advice}"
    with pytest.raises(InvalidOrder):
        made.check_pay_out(order(**change))


def test_an_order_without_its_moment_can_be_checked_but_not_sent():
    made, gateway = connector()
    made.check_pay_out(order(placed_at=None))
    with pytest.raises(InvalidOrder, match="placed_at"):
        made.pay_out(order(placed_at=None))
    assert not gateway.requests


@given(st.decimals(min_value="0.01", max_value="9999999999.99", places=2))
def test_every_amount_is_exact_both_ways(amount):
    assert money.yuan(money.fen(amount)) == amount
    assert money.fen(amount).isdigit()


@pytest.mark.parametrize("text", ["", "-1", "1.00", "1e3", " 1", "１", "1234567890123", "x"])
def test_an_amount_that_is_no_number_of_fen_is_refused(text):
    with pytest.raises(ValueError, match="fen"):
        money.yuan(text)


@pytest.mark.parametrize("text", ["", "000000000001", "X000000000001", "C1", "C00000000000１", "C0000000000010"])
def test_a_signed_amount_has_its_letter_and_twelve_digits(text):
    with pytest.raises(ValueError, match="digits"):
        money.signed_yuan(text)
    assert money.signed_yuan("C000000000001") == Decimal("0.01")
    assert money.signed_yuan("D000000000100") == Decimal("-1.00")


@pytest.mark.skipif(not NAUGHTY.exists(), reason="the shared strings are not there")
def test_naughty_names_are_sent_whole_or_refused():
    import json

    made, gateway = connector(*[ok()] * 1000)
    for text in json.loads(NAUGHTY.read_text()):
        try:
            made.pay_out(order(payee=replace(CARD, name=text)))
        except InvalidOrder:
            continue
        told = base64.b64decode(gateway.calls[-1]["customerInfo"]).decode()
        assert told == f"{{customerNm={text}}}"


@pytest.mark.parametrize("settings", [values(), keyed("11"), keyed("12")], ids=["01", "11", "12"])
def test_a_query_finds_the_order_by_its_own_moment(settings):
    clock = Clock(NOW + timedelta(days=2))
    made, gateway = connector(found(), settings=settings, clock=clock)
    outcome = made.query(reference())
    sent = {name: value for name, value in gateway.calls[0].items() if name not in ("signature", "certId")}
    assert sent == {
        "version": "5.1.0",
        "encoding": "UTF-8",
        "signMethod": settings["sign_method"],
        "accessType": "0",
        "merId": MER_ID,
        "txnType": "00",
        "txnSubType": "00",
        "bizType": "000000",
        "orderId": "PO20260115000031",
        "txnTime": TXN_TIME,
    }
    assert gateway.requests[0].url == f"{GATEWAY}/queryTrans.do"
    assert outcome.status is OutcomeStatus.SUCCEEDED
    assert outcome.platform_reference == QUERY_ID
    assert outcome.amount == AMOUNT
    assert outcome.executed_at == datetime(2026, 1, 15, 8, 0, 7, tzinfo=UTC)
    assert outcome.key == "PO20260115000031"
    assert outcome.platform_message == "说明[0000000]"
    assert outcome.counterparty is None


def test_beijings_day_begins_before_that_of_utc():
    made, gateway = connector(ok())
    made.pay_out(order(placed_at=datetime(2025, 12, 31, 17, 30, 1, tzinfo=UTC)))
    assert gateway.calls[0]["txnTime"] == "20260101013001"


def test_not_found_proves_nothing_until_some_minutes_have_passed():
    clock = Clock(PLACED + timedelta(minutes=9, seconds=59))
    made, _gateway = connector(ok("34"), ok("34"), ok("34"), clock=clock)
    with pytest.raises(Uncertain) as caught:
        made.query(reference())
    assert caught.value.code == "34"
    clock.at = PLACED + timedelta(minutes=10)
    assert made.query(reference()).status is OutcomeStatus.NOT_FOUND
    with pytest.raises(Uncertain):
        made.query(reference(sent_at=PLACED + timedelta(minutes=5)))


def test_how_long_that_takes_is_a_setting():
    made, _gateway = connector(
        ok("34"), settings=values(not_found_minutes="60"), clock=Clock(PLACED + timedelta(minutes=59))
    )
    with pytest.raises(Uncertain):
        made.query(reference())


def test_a_query_without_the_orders_moment_is_not_asked():
    made, gateway = connector()
    with pytest.raises(InvalidOrder, match="placed_at"):
        made.query(reference(placed_at=None))
    assert not gateway.requests


@pytest.mark.parametrize(
    "change",
    [
        {"orderId": "PO20260115000032"},
        {"txnTime": "20260114160007"},
        {"merId": "777290058110048"},
        {"txnType": "01"},
        {"origRespCode": None},
        {"orderId": None},
        {"txnAmt": "2500.00"},
        {"txnAmt": "-250000"},
        {"respCode": None},
        {"respCode": ""},
    ],
)
def test_an_answer_about_something_else_decides_nothing(change):
    made, _gateway = connector(found(**change))
    with pytest.raises(Uncertain):
        made.query(reference())


@pytest.mark.parametrize("code", ["00", "61", "10", "05"])
@pytest.mark.parametrize("change", [{"orderId": None}, {"orderId": "PO20260115000032"}, {"txnTime": "20260114160007"}])
def test_a_pay_out_is_concluded_from_an_answer_about_itself_only(code, change):
    made, _gateway = connector(ok(code, **change))
    with pytest.raises(Uncertain):
        made.pay_out(order())


@pytest.mark.parametrize(
    "reply",
    [
        answer("", 200),
        answer("<html>busy</html>"),
        answer("respCode=00&orderId=PO20260115000031"),
        answer("respCode=00", 500),
        answer("respCode=00", 302),
        answer(b"\xff\xfe"),
    ],
)
def test_an_answer_that_is_no_answer_leaves_the_order_uncertain(reply):
    made, _gateway = connector(reply)
    with pytest.raises(Uncertain):
        made.pay_out(order())


@pytest.mark.parametrize("error", [NotSent("unreachable"), Uncertain("broken"), Misconfigured("address")])
def test_what_the_transport_knows_is_passed_on(error):
    made, _gateway = connector(error)
    with pytest.raises(type(error), match=error.message):
        made.pay_out(order())


def test_capabilities_say_how_and_how_often_to_ask():
    waits = UnionPayConnector.capabilities.query_schedule[Operation.PAY_OUT]
    assert len(waits) == 6
    assert [wait.total_seconds() for wait in waits] == [180, 2, 4, 8, 16, 32]
    assert Operation.BALANCE not in UnionPayConnector.capabilities.operations
    made, _gateway = connector()
    with pytest.raises(Unsupported):
        made.balance()


def test_bank_kinds_have_one_meaning_on_every_platform():
    ours = {kind.code: kind for kind in UnionPayConnector.capabilities.payee_kinds}
    theirs = {kind.code: kind for kind in AlipayConnector.capabilities.payee_kinds}
    assert ours == {code: theirs[code] for code in ("bank_card", "bank_account")}


def test_money_that_comes_from_unionpay_names_no_payee_in_errors():
    made, _gateway = connector(ok("61", respMsg="卡号6222021234567890128无效，身份证310101199001011234"))
    with pytest.raises(Exception, match="61") as caught:
        made.pay_out(order())
    assert "6222021234567890128" not in caught.value.message
    assert "310101199001011234" not in caught.value.message
