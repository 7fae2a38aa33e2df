"""A message is believed only when it is WeChat Pay's, ours, in time, and understood."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from wechatpay_world import (
    FIRST,
    KEY_ID,
    MCHID,
    NOW,
    REFUND,
    TRADE,
    Clock,
    certificate_mode,
    certificates_body,
    connector,
    headers,
    hex_serial,
    inbound,
    message,
    platform_encrypt,
    signed,
    yuan,
)

from odoo.addons.payment_bridge.connector.errors import NotificationRefused, NotSent
from odoo.addons.payment_bridge.connector.types import Operation, OutcomeStatus

JSON = Path(__file__).parents[3] / "shared/testdata/json/test_parsing"
PAID = message("TRANSACTION.SUCCESS", TRADE)
TRANSFER = {
    "out_bill_no": "PO202600013",
    "transfer_bill_no": "1330000071100999991182026011500019480001",
    "state": "SUCCESS",
    "mch_id": MCHID,
    "transfer_amount": 230000,
    "openid": "oUpF8uMuAJOM2pxb1Q9zNjWeS6o0",
    "create_time": "2026-01-15T10:20:35+08:00",
    "update_time": "2026-01-15T10:25:35+08:00",
}
REFUND_TOLD = {**{name: value for name, value in REFUND.items() if name != "status"}, "mchid": MCHID}


def read(body: bytes, *replies, settings=None, clock=None, **change):
    return connector(*replies, settings=settings, clock=clock)[0].read_notification(inbound(body, **change))


def refused(body: bytes, *replies, settings=None, **change) -> NotificationRefused:
    with pytest.raises(NotificationRefused) as caught:
        read(body, *replies, settings=settings, **change)
    return caught.value


def test_a_paid_collection_becomes_an_event():
    event = read(PAID)
    assert event.event_id == "EV-2018022511223320873"
    assert (event.event_type, event.operation) == ("TRANSACTION.SUCCESS", Operation.COLLECT)
    assert event.occurred_at == datetime(2026, 1, 16, 2, 29, 58, tzinfo=UTC)
    assert (event.outcome.status, event.outcome.key) == (OutcomeStatus.SUCCEEDED, "SO202600031")
    assert event.outcome.amount == yuan("100.00")


def test_a_charged_code_is_told_apart_from_a_collection():
    assert read(message("TRANSACTION.SUCCESS", {**TRADE, "trade_type": "MICROPAY"})).operation is Operation.CHARGE


@pytest.mark.parametrize(
    ("state", "reason", "status"),
    [
        ("SUCCESS", None, OutcomeStatus.SUCCEEDED),
        ("FAIL", "NAME_NOT_CORRECT", OutcomeStatus.FAILED),
        ("FAIL", "OVERDUE_CLOSE", OutcomeStatus.CLOSED),
        ("CANCELLED", "MCH_CANCEL", OutcomeStatus.CLOSED),
    ],
)
def test_the_end_of_a_transfer_becomes_an_event(state, reason, status):
    told = {**TRANSFER, "state": state, "fail_reason": reason}
    event = read(message("MCHTRANSFER.BILL.FINISHED", told, "mch_payment"))
    assert (event.operation, event.outcome.status) == (Operation.PAY_OUT, status)
    assert (event.outcome.amount, event.outcome.key) == (yuan("2300.00"), "PO202600013")
    assert event.outcome.platform_code == reason


@pytest.mark.parametrize(
    ("event_type", "state", "status"),
    [
        ("REFUND.SUCCESS", "SUCCESS", OutcomeStatus.SUCCEEDED),
        ("REFUND.ABNORMAL", "ABNORMAL", OutcomeStatus.PROCESSING),
        ("REFUND.CLOSED", "CLOSED", OutcomeStatus.CLOSED),
    ],
)
def test_the_end_of_a_refund_becomes_an_event(event_type, state, status):
    event = read(message(event_type, {**REFUND_TOLD, "refund_status": state}, "refund"))
    assert (event.operation, event.outcome.status) == (Operation.REFUND, status)
    assert (event.outcome.key, event.outcome.amount) == ("RF202600007", yuan("30.00"))


def test_a_message_of_another_kind_is_verified_and_left_alone():
    event = read(message("COUPON.USE", {"mchid": "x"}, "coupon"))
    assert (event.operation, event.outcome, event.event_type) == (None, None, "COUPON.USE")
    other = read(message("TRANSACTION.SUCCESS", {**TRADE, "appid": "wxother1234567"}))
    assert (other.operation, other.outcome) == (None, None)


def test_a_repeat_of_a_message_is_the_same_event():
    made, _ = connector()
    events = [
        made.read_notification(inbound(PAID, sent=headers(PAID, at=at), received_at=at))
        for at in (NOW, NOW + timedelta(hours=3))
    ]
    assert events[0] == events[1]


def test_a_kept_message_is_believed_again_by_when_it_came():
    clock = Clock(NOW + timedelta(days=400))
    assert read(PAID, clock=clock).outcome.key == "SO202600031"
    assert read(PAID, clock=clock, received_at=NOW.replace(tzinfo=None)).outcome.key == "SO202600031"


@pytest.mark.parametrize(
    "late", [timedelta(minutes=5, seconds=1), timedelta(minutes=-5, seconds=-1), timedelta(days=2)]
)
def test_a_message_out_of_time_is_refused(late):
    assert refused(PAID, received_at=NOW + late).forged


@pytest.mark.parametrize("late", [timedelta(minutes=5), timedelta(minutes=-5)])
def test_a_message_within_five_minutes_is_in_time(late):
    assert read(PAID, received_at=NOW + late).outcome


def test_a_signature_probe_is_refused_quietly():
    probe = headers(PAID, wechatpay_signature="WECHATPAY/SIGNTEST/" + headers(PAID)["wechatpay-signature"][19:])
    error = refused(PAID, sent=probe)
    assert error.forged and "probe" in error.message
    assert connector()[0].acknowledge(False).status == 400


def without(name: str) -> dict[str, str]:
    return {header: value for header, value in headers(PAID).items() if header != name}


FORGED = {
    "no headers": {},
    "no signature": without("wechatpay-signature"),
    "no serial": without("wechatpay-serial"),
    "no time": without("wechatpay-timestamp"),
    "no nonce": without("wechatpay-nonce"),
    "stranger": headers(PAID, signer="stranger"),
    "merchant's own key": headers(PAID, signer="merchant"),
    "other body": headers(PAID + b" "),
    "other nonce": headers(PAID, wechatpay_nonce="abc"),
    "other time": headers(PAID, wechatpay_timestamp=str(int(NOW.timestamp()) + 1)),
    "time is text": headers(PAID, wechatpay_timestamp="now"),
    "wide time": headers(PAID, wechatpay_timestamp="１７６８５３０６００"),
    "huge time": headers(PAID, wechatpay_timestamp="9" * 40),
    "line break in nonce": headers(PAID, wechatpay_nonce="a\nb"),
    "other serial": headers(PAID, wechatpay_serial="PUB_KEY_ID_0119000001092026011500000001"),
    "certificate serial": headers(PAID, wechatpay_serial=hex_serial(FIRST())),
    "serial is rubbish": headers(PAID, wechatpay_serial="../../etc/passwd"),
    "signature is rubbish": headers(PAID, wechatpay_signature="é=="),
    "other scheme": headers(PAID, wechatpay_signature_type="WECHATPAY2-SM2-WITH-SM3"),
}


@pytest.mark.parametrize("sent", FORGED.values(), ids=FORGED)
def test_what_is_not_proved_is_refused_as_forged(sent):
    assert refused(PAID, sent=sent).forged


def test_a_message_by_get_or_too_large_is_refused():
    assert refused(PAID, method="GET").forged
    large = PAID + b" " * 1024 * 1024
    assert refused(large, sent=headers(large)).forged


@pytest.mark.parametrize("at", range(0, len(PAID), 97))
def test_one_changed_byte_is_noticed(at):
    changed = PAID[:at] + bytes([PAID[at] ^ 1]) + PAID[at + 1 :]
    assert refused(changed, sent=headers(PAID)).forged


def resource(**change):
    made = {
        "algorithm": "AEAD_AES_256_GCM",
        "nonce": "fdasflkja484",
        "associated_data": "transaction",
        "ciphertext": platform_encrypt(json.dumps(TRADE).encode(), "fdasflkja484", "transaction"),
    }
    return {"resource": {name: value for name, value in (made | change).items() if value is not None}}


OTHER_KEY = platform_encrypt(json.dumps(TRADE).encode(), "fdasflkja484", "transaction", "f" * 32)
NOT_OURS = {
    "not json": b"hello",
    "array": b"[]",
    "no id": message("TRANSACTION.SUCCESS", TRADE, id=None),
    "hostile id": message("TRANSACTION.SUCCESS", TRADE, id="1'; DROP TABLE x;--"),
    "long id": message("TRANSACTION.SUCCESS", TRADE, id="1" * 65),
    "no type": message("TRANSACTION.SUCCESS", TRADE, event_type=None),
    "hostile type": message("<script>", TRADE),
    "no resource": message("TRANSACTION.SUCCESS", TRADE, resource=None),
    "resource is text": message("TRANSACTION.SUCCESS", TRADE, resource="x"),
    "other algorithm": message("TRANSACTION.SUCCESS", TRADE, **resource(algorithm="AEAD_SM4_GCM")),
    "no nonce": message("TRANSACTION.SUCCESS", TRADE, **resource(nonce=None)),
    "no ciphertext": message("TRANSACTION.SUCCESS", TRADE, **resource(ciphertext=None)),
    "other associated data": message("TRANSACTION.SUCCESS", TRADE, **resource(associated_data="refund")),
    "other APIv3 key": message("TRANSACTION.SUCCESS", TRADE, **resource(ciphertext=OTHER_KEY)),
    "another merchant": message("TRANSACTION.SUCCESS", {**TRADE, "mchid": "1900000110"}),
    "another merchant's transfer": message("MCHTRANSFER.BILL.FINISHED", {**TRANSFER, "mch_id": "1900000110"}),
    "no merchant": message("TRANSACTION.SUCCESS", {**TRADE, "mchid": None}),
    "no number": message("TRANSACTION.SUCCESS", {**TRADE, "out_trade_no": ""}),
    "number is a list": message("TRANSACTION.SUCCESS", {**TRADE, "out_trade_no": ["a"]}),
    "no amount": message("TRANSACTION.SUCCESS", {**TRADE, "amount": None}),
    "amount is text": message("TRANSACTION.SUCCESS", {**TRADE, "amount": {"total": "10000"}}),
    "amount is a float": message("TRANSACTION.SUCCESS", {**TRADE, "amount": {"total": 10000.0}}),
    "negative amount": message("TRANSACTION.SUCCESS", {**TRADE, "amount": {"total": -1}}),
    "new state": message("TRANSACTION.SUCCESS", {**TRADE, "trade_state": "NEW"}),
    "duplicate key": message("TRANSACTION.SUCCESS", b'{"mchid":"1900000109","mchid":"1"}'),
    "not an object": message("TRANSACTION.SUCCESS", b'["mchid"]'),
    "not utf-8": message("TRANSACTION.SUCCESS", b"\xff\xfe"),
}


@pytest.mark.parametrize("body", NOT_OURS.values(), ids=NOT_OURS)
def test_what_is_proved_but_not_ours_or_not_understood_is_refused_as_such(body):
    assert not refused(body).forged


@pytest.mark.skipif(not JSON.exists(), reason="the shared test data is not beside the checkout")
def test_hostile_json_in_a_genuine_message_never_becomes_an_outcome():
    files = sorted(JSON.glob("*.json"))
    assert len(files) > 300
    made, _ = connector()
    for file in files:
        for body in (file.read_bytes(), message("TRANSACTION.SUCCESS", file.read_bytes())):
            with pytest.raises(NotificationRefused) as caught:
                made.read_notification(inbound(body))
            assert not caught.value.forged, file.name


def test_what_is_answered_tells_the_sender_nothing():
    made, _ = connector()
    assert (made.acknowledge(True).status, json.loads(made.acknowledge(True).body)["code"]) == (200, "SUCCESS")
    assert json.loads(made.acknowledge(False).body)["code"] == "FAIL"


def by_certificate(body: bytes, signer: str = "platform-1", found=FIRST) -> dict[str, str]:
    return headers(body, signer=signer, serial=hex_serial(found()))


def test_a_message_under_a_certificate_not_met_before_is_looked_up_and_believed():
    answer = signed(certificates_body(FIRST()), signer="platform-1", serial=hex_serial(FIRST()))
    made, gateway = connector(answer, settings=certificate_mode())
    for _ in range(2):
        assert made.read_notification(inbound(PAID, sent=by_certificate(PAID))).outcome
    assert [gateway.target(0), len(gateway.requests)] == ["GET /v3/certificates", 1]
    assert refused(PAID, settings=certificate_mode(), sent=headers(PAID, serial=KEY_ID)).forged


def test_a_flood_of_unknown_serials_reaches_wechat_pay_only_now_and_then():
    clock = Clock()
    made, gateway = connector(settings=certificate_mode(), clock=clock)
    gateway.replies = [NotSent("unreachable")] * 100
    for number in range(50):
        with pytest.raises(NotificationRefused) as caught:
            made.read_notification(inbound(PAID, sent=headers(PAID, serial=f"{number:040X}")))
        assert not caught.value.forged or number == 0
    assert len(gateway.requests) == 1
    clock.at = NOW + timedelta(minutes=2)
    with pytest.raises(NotificationRefused):
        made.read_notification(inbound(PAID, sent=headers(PAID, serial="F" * 40)))
    assert len(gateway.requests) == 2


def test_a_certificate_that_cannot_be_looked_up_now_does_not_make_a_message_forged():
    clock = Clock()
    answer = signed(certificates_body(FIRST()), signer="platform-1", serial=hex_serial(FIRST()), at=NOW)
    made, _ = connector(NotSent("unreachable"), answer, settings=certificate_mode(), clock=clock)
    with pytest.raises(NotificationRefused) as caught:
        made.read_notification(inbound(PAID, sent=by_certificate(PAID)))
    assert not caught.value.forged
    clock.at = NOW + timedelta(minutes=2)
    assert made.read_notification(inbound(PAID, sent=by_certificate(PAID))).outcome.key == "SO202600031"
