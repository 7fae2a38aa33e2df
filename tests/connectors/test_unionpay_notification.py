"""A message is believed only when UnionPay's signature proves it, and understood only when it is ours."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from unionpay_world import (
    MER_ID,
    NOW,
    PRODUCTION_CN,
    QUERY_ID,
    SECURE_KEY,
    TEST_CN,
    TXN_TIME,
    certificate,
    connector,
    form,
    inbound,
    keyed,
    leaf,
    merchant,
    pem,
    signature,
)

from odoo.addons.payment_bridge.connector.errors import NotificationRefused
from odoo.addons.payment_bridge.connector.types import Money, Operation, OutcomeStatus

MESSAGE = {
    "version": "5.1.0",
    "encoding": "UTF-8",
    "signMethod": "01",
    "txnType": "12",
    "txnSubType": "00",
    "bizType": "000401",
    "accessType": "0",
    "merId": MER_ID,
    "orderId": "PO20260115000031",
    "txnTime": TXN_TIME,
    "txnAmt": "250000",
    "currencyCode": "156",
    "respCode": "00",
    "respMsg": "成功[0000000]",
    "queryId": QUERY_ID,
    "traceNo": "100812",
    "traceTime": "0115160009",
    "settleDate": "0115",
    "accNo": "6222****0128",
    "reqReserved": "a=1&b=2+%",
}


def posted(signer="unionpay", chain=None, **change):
    fields = {**MESSAGE, **change}
    if fields["signMethod"] == "01":
        fields["signPubKeyCert"] = pem(chain or leaf())
    fields = {name: value for name, value in fields.items() if value is not None}
    return {**fields, "signature": signature(fields, signer)}


def told(fields, settings=None, **request):
    made, gateway = connector(settings=settings)
    event = made.read_notification(inbound(fields if isinstance(fields, bytes) else form(fields), **request))
    assert not gateway.requests
    return event


def refused(fields, forged, **request):
    with pytest.raises(NotificationRefused) as caught:
        told(fields, **request)
    assert caught.value.forged is forged
    assert "622" not in caught.value.message and "PO2026" not in caught.value.message
    return caught.value


def test_a_paid_pay_out_is_told():
    event = told(posted())
    assert (event.operation, event.event_type) == (Operation.PAY_OUT, "txnType 12")
    outcome = event.outcome
    assert (outcome.status, outcome.key, outcome.platform_reference) == (
        OutcomeStatus.SUCCEEDED,
        "PO20260115000031",
        QUERY_ID,
    )
    assert outcome.amount == Money(Decimal("2500.00"), "CNY")
    assert event.occurred_at == outcome.executed_at == datetime(2026, 1, 15, 8, 0, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("txn_type", "sub_type", "operation"),
    [
        ("12", "00", Operation.PAY_OUT),
        ("01", "01", Operation.COLLECT),
        ("01", "07", Operation.COLLECT),
        ("01", "06", Operation.CHARGE),
        ("04", "00", Operation.REFUND),
        ("31", "00", Operation.REFUND),
        ("79", "00", None),
        ("21", "03", None),
    ],
)
def test_messages_are_about_the_kind_of_order_they_name(txn_type, sub_type, operation):
    event = told(posted(txnType=txn_type, txnSubType=sub_type))
    assert event.operation is operation
    assert (event.outcome is None) == (operation is None)


@pytest.mark.parametrize("method", ["11", "12"])
def test_shared_key_channels_hear_messages_too(method):
    assert told(posted(signMethod=method), settings=keyed(method)).outcome.status is OutcomeStatus.SUCCEEDED
    wrong = {**posted(signMethod=method), "signature": "0" * 64}
    with pytest.raises(NotificationRefused):
        told(wrong, settings=keyed(method))
    with pytest.raises(NotificationRefused):
        told(posted(signMethod=method), settings=keyed("12" if method == "11" else "11"))
    assert SECURE_KEY not in repr(posted(signMethod=method))


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("00", OutcomeStatus.SUCCEEDED),
        ("A6", OutcomeStatus.SUCCEEDED),
        ("05", OutcomeStatus.PROCESSING),
        ("61", OutcomeStatus.PROCESSING),
        ("", OutcomeStatus.PROCESSING),
    ],
)
def test_only_success_is_told_by_a_message(code, status):
    """UnionPay sends none for failures: whatever else comes waits for the query."""
    assert told(posted(respCode=code)).outcome.status is status


def test_each_repeat_has_the_same_id_and_other_messages_others():
    first, again = told(posted()), told(posted(reqReserved="x"))
    others = [
        told(posted(**change)) for change in ({"orderId": "PO20260115000032"}, {"respCode": "A6"}, {"txnType": "01"})
    ]
    assert first.event_id == again.event_id
    assert len({first.event_id, *(other.event_id for other in others)}) == 4
    assert len(first.event_id) == 64


def test_a_query_string_of_our_own_address_is_no_part_of_the_message():
    assert told(posted(), query="token=abc&orderId=PO20260115000099").outcome.key == "PO20260115000031"


def test_a_late_message_is_still_believed_while_the_certificate_is_valid():
    assert told(posted(), received_at=NOW + timedelta(days=3))


FORGED = {
    "unsigned": lambda: {**posted(), "signature": ""},
    "without its signature": lambda: {name: value for name, value in posted().items() if name != "signature"},
    "without certificate": lambda: {name: value for name, value in posted().items() if name != "signPubKeyCert"},
    "changed amount": lambda: {**posted(), "txnAmt": "250001"},
    "changed order": lambda: {**posted(), "orderId": "PO20260115000032"},
    "added field": lambda: {**posted(), "more": "x"},
    "removed field": lambda: {name: value for name, value in posted().items() if name != "respCode"},
    "another's signature": lambda: posted(signer="merchant"),
    "our own certificate": lambda: posted(signer="merchant", chain=merchant()),
    "self-signed": lambda: posted(chain=certificate("unionpay", TEST_CN, subject=TEST_CN, signed_by="unionpay")),
    "wrong owner": lambda: posted(chain=certificate("unionpay", "CFCA TEST OCA1", subject=PRODUCTION_CN)),
    "expired": lambda: posted(
        chain=certificate("unionpay", "CFCA TEST OCA1", subject=TEST_CN, until=NOW - timedelta(days=1))
    ),
    "another method": lambda: posted(signMethod="11"),
    "no form": lambda: b"<xml/>",
    "empty": lambda: b"",
    "json": lambda: b'{"respCode":"00"}',
    "a field twice": lambda: form(posted()) + b"&respCode=00",
    "broken escapes": lambda: form(posted()) + b"&x=%zz",
    "not UTF-8": lambda: form(posted()) + b"&x=%ff",
    "too large": lambda: form(posted()) + b"&x=" + b"y" * (256 * 1024),
    "encoded twice": lambda: form({name: form({"x": value})[2:].decode() for name, value in posted().items()}),
}


@pytest.mark.parametrize("attack", FORGED)
def test_a_message_that_is_not_proved_is_forged(attack):
    refused(FORGED[attack](), True)


def test_a_message_comes_by_post():
    refused(posted(), True, method="GET")


@pytest.mark.parametrize(
    "change",
    [
        {"merId": "777290058110048"},
        {"merId": None},
        {"orderId": None},
        {"txnType": None},
        {"txnAmt": "2500.00"},
    ],
)
def test_a_message_that_is_anothers_or_says_nothing_is_not_forged_but_refused(change):
    refused(posted(**change), False)


def test_unionpay_hears_what_became_of_its_message():
    made, _gateway = connector()
    assert (made.acknowledge(True).status, made.acknowledge(True).body) == (200, b"ok")
    assert made.acknowledge(False).status == 400
