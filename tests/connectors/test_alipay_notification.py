"""A message is believed only when Alipay's signature proves it, and understood only when it is ours."""

import base64
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_plus

import pytest
from alipay import AliPay
from alipay_world import (
    AES_KEY,
    APP_ID,
    NOW,
    PID,
    Clock,
    Gateway,
    alipay_certificate,
    answer,
    b64,
    certificate,
    connector,
    form,
    inbound,
    intermediate,
    key,
    key_mode,
    pem,
    private_pem,
    public_pem,
    values,
)
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

from odoo.addons.payment_bridge.connector.errors import NotificationRefused, NotSent
from odoo.addons.payment_bridge.connector.types import Money, Operation, OutcomeStatus
from odoo.addons.payment_bridge_channels.connectors.alipay import signing
from odoo.addons.payment_bridge_channels.connectors.alipay.certificates import certificate_sn
from odoo.addons.payment_bridge_channels.connectors.strict_json import AmbiguousJson, loads

JSON = Path(__file__).parents[3] / "shared/testdata/json/test_parsing"

CHANGED = {
    "out_biz_no": "PO202600012",
    "order_id": "20260115110070000006520012345678",
    "pay_fund_order_id": "20260115110070001506520012345678",
    "status": "SUCCESS",
    "product_code": "TRANS_ACCOUNT_NO_PWD",
    "biz_scene": "DIRECT_TRANSFER",
    "trans_amount": "5000.00",
    "pay_date": "2026-01-15 10:15:02",
    "action_type": "FINISH",
}


def message(**change: str | None) -> dict[str, str]:
    """A transfer message; None takes a field out."""
    made = {
        "notify_id": "2026011500222101502000006520012345",
        "utc_timestamp": "1768443303000",
        "msg_method": "alipay.fund.trans.order.changed",
        "app_id": APP_ID,
        "version": "1.1",
        "biz_content": json.dumps(CHANGED, ensure_ascii=False),
        "sign_type": "RSA2",
        "charset": "UTF-8",
        **change,
    }
    return {name: value for name, value in made.items() if value is not None}


TRADE = {
    "notify_time": "2026-01-15 09:30:12",
    "notify_type": "trade_status_sync",
    "notify_id": "2026011500222093011000001",
    "app_id": APP_ID,
    "charset": "utf-8",
    "version": "1.0",
    "sign_type": "RSA2",
    "trade_no": "2026011522001412345678900001",
    "out_trade_no": "SO202600031",
    "seller_id": PID,
    "trade_status": "TRADE_SUCCESS",
    "total_amount": "100.00",
    "subject": "打印纸 A4 & 硒鼓",
    "body": "",
    "passback_params": "a%3Db",
}


def read(body: bytes, settings=None, *replies, clock=None, **change):
    made, _ = connector(*replies, settings=settings, clock=clock)
    return made.read_notification(inbound(body, **change))


def raw_form(fields: dict[str, bytes]) -> bytes:
    """A signed message whose values are bytes of any charset, or of none."""
    covered = sorted((name, value) for name, value in fields.items() if name != "sign_type")
    text = b"&".join(name.encode() + b"=" + value for name, value in covered)
    signature = base64.b64encode(key("alipay").sign(text, PKCS1v15(), hashes.SHA256()))
    sent = {**fields, "sign": signature}
    return "&".join(f"{name}={quote_from_bytes(value)}" for name, value in sent.items()).encode()


def refused(body: bytes, settings=None, *replies, **change) -> NotificationRefused:
    with pytest.raises(NotificationRefused) as caught:
        read(body, settings, *replies, **change)
    return caught.value


@pytest.mark.parametrize("keep_sign_type", [False, True])
@pytest.mark.parametrize("settings", [values, key_mode], ids=["certificate", "key"])
def test_a_transfer_message_becomes_an_event(settings, keep_sign_type):
    event = read(form(message(), keep_sign_type=keep_sign_type), settings())
    assert event.event_id == "2026011500222101502000006520012345"
    assert event.event_type == "alipay.fund.trans.order.changed"
    assert event.operation is Operation.PAY_OUT
    assert event.outcome.status is OutcomeStatus.SUCCEEDED
    assert event.outcome.key == "PO202600012"
    assert event.outcome.fund_reference == CHANGED["pay_fund_order_id"]
    assert event.outcome.amount == Money(Decimal("5000.00"), "CNY")
    assert event.occurred_at == datetime(2026, 1, 15, 2, 15, 3, tzinfo=UTC)


def test_a_message_of_another_kind_is_verified_and_left_for_others():
    event = read(form({**TRADE, "notify_type": "dut_user_sign"}))
    assert (event.operation, event.outcome) == (None, None)
    assert event.event_type == "dut_user_sign"
    assert event.occurred_at == datetime(2026, 1, 15, 1, 30, 12, tzinfo=UTC)


def test_the_independent_clients_check_agrees():
    fields = message()
    text = form(fields).decode()
    signature = dict(part.split("=", 1) for part in text.split("&"))["sign"]
    merchant = AliPay(APP_ID, None, private_pem(key("app")), public_pem(key("alipay")), "RSA2")
    assert merchant.verify(dict(fields), unquote_plus(signature))
    assert read(form(fields))


def test_empty_values_are_part_of_what_is_signed():
    assert read(form({**TRADE, "refund_fee": "", "gmt_close": ""}))


def test_gbk_messages_are_verified_over_their_own_bytes():
    changed = json.dumps({**CHANGED, "fail_reason": "余额不足"}, ensure_ascii=False)
    fields = message(charset="GBK", biz_content=changed)
    event = read(raw_form({name: value.encode("gbk") for name, value in fields.items()}))
    assert event.outcome.platform_message == "余额不足"


def test_an_encrypted_message_is_decrypted_after_verifying():
    cipher = signing.encrypt(b"0123456789abcdef", json.dumps(CHANGED))
    for extra in ({}, {"encrypt_type": "AES"}):
        fields = message(biz_content=cipher, **extra)
        assert read(form(fields), values(aes_key=AES_KEY)).outcome.key == "PO202600012"
    assert not refused(form(message(biz_content=cipher))).forged
    assert not refused(form(message(biz_content="AAAA")), values(aes_key=AES_KEY)).forged


GOOD = next(
    body
    for body in (form(message(notify_id=str(number))) for number in range(1000))
    if b"%2B" in body[body.index(b"&sign=") :]
)
FORGED = {
    "empty": b"",
    "not a form": b"hello",
    "json": json.dumps(CHANGED).encode(),
    "no sign": GOOD[: GOOD.index(b"&sign=")],
    "empty sign": GOOD[: GOOD.index(b"&sign=")] + b"&sign=",
    "stranger": form(message(), "stranger"),
    "the app's own key": form(message(), "app"),
    "changed amount": GOOD.replace(b"5000.00", b"9000.00"),
    "changed app": GOOD.replace(APP_ID.encode(), b"2021000000000002"),
    "added field": GOOD + b"&extra=1",
    "added empty field": GOOD + b"&extra=",
    "duplicate field": GOOD + b"&app_id=" + APP_ID.encode(),
    "duplicate in front": b"app_id=2021000000000002&" + GOOD,
    "duplicate sign": GOOD + b"&sign=x",
    "sign with spaces": GOOD.replace(b"%2B", b"+"),
    "no sign type": form(message(sign_type=None)),
    "RSA": form(message(sign_type="RSA")),
    "lower case type": form(message(sign_type="rsa2")),
    "broken escape": GOOD.replace(b"%7B", b"%7", 1),
    "encoded twice": GOOD.replace(b"%7B", b"%257B", 1),
    "null in name": GOOD + b"&a%00b=1",
    "many fields": GOOD + b"".join(b"&f%d=1" % n for n in range(300)),
    "large": GOOD + b"&pad=" + b"x" * 1024 * 1024,
    "key in the message": GOOD + b"&alipay_public_key=x",
    "strange certificate": GOOD + b"&alipay_cert_sn=../../x",
    "certificate not ascii": GOOD + b"&alipay_cert_sn=%E4%BD%A0",
}


@pytest.mark.parametrize("body", FORGED.values(), ids=FORGED)
def test_what_is_not_proved_is_refused_as_forged(body):
    assert body != GOOD
    assert refused(body).forged


def test_a_message_by_get_is_refused():
    assert refused(GOOD, method="GET").forged


def test_wrong_signature_of_a_message_with_the_same_shape_tells_nothing_to_the_sender():
    made, _ = connector()
    accepted, turned_away = made.acknowledge(True), made.acknowledge(False)
    assert (accepted.status, accepted.body) == (200, b"success")
    assert (turned_away.status, turned_away.body) == (200, b"fail")


NOT_OURS = {
    "another application": message(app_id="2021000000000002"),
    "no application": message(app_id=None),
    "another account": {**TRADE, "seller_id": "2088000000000009"},
    "no id": message(notify_id=None),
    "empty id": message(notify_id=""),
    "hostile id": message(notify_id="1'; DROP TABLE x;--\u202e"),
    "long id": message(notify_id="1" * 200),
    "no content": message(biz_content=None),
    "array": message(biz_content="[]"),
    "text": message(biz_content="SUCCESS"),
    "no number": message(biz_content=json.dumps({**CHANGED, "out_biz_no": ""})),
    "number is a list": message(biz_content=json.dumps({**CHANGED, "out_biz_no": ["a"]})),
    "no status": message(biz_content=json.dumps({**CHANGED, "status": None})),
    "new status": message(biz_content=json.dumps({**CHANGED, "status": "NEW"})),
    "duplicate key": message(biz_content='{"out_biz_no":"A","status":"FAIL","status":"SUCCESS"}'),
    "NaN": message(biz_content='{"out_biz_no":"A","status":"SUCCESS","trans_amount":NaN}'),
    "1e400": message(biz_content='{"out_biz_no":"A","status":"SUCCESS","trans_amount":1e400}'),
    "five decimals": message(biz_content='{"out_biz_no":"A","status":"SUCCESS","trans_amount":0.30000004}'),
    "negative": message(biz_content='{"out_biz_no":"A","status":"SUCCESS","trans_amount":"-1.00"}'),
    "deep": message(biz_content='{"a":' * 500 + "1" + "}" * 500),
    "bom": message(biz_content="\ufeff" + json.dumps(CHANGED)),
    "unknown charset": message(charset="utf-7"),
}


@pytest.mark.parametrize("fields", NOT_OURS.values(), ids=NOT_OURS)
def test_what_is_proved_but_not_ours_or_not_understood_is_refused_as_such(fields):
    assert not refused(form(fields)).forged


@pytest.mark.skipif(not JSON.exists(), reason="the shared test data is not beside the checkout")
def test_hostile_json_in_a_genuine_message_never_becomes_an_outcome():
    files = sorted(JSON.glob("*.json"))
    assert len(files) > 300
    made, _ = connector()
    fields = {name: value.encode() for name, value in message().items() if name != "biz_content"}
    for file in files:
        body = raw_form({**fields, "biz_content": file.read_bytes()})
        with pytest.raises(NotificationRefused) as caught:
            made.read_notification(inbound(body))
        assert not caught.value.forged, file.name


@pytest.mark.skipif(not JSON.exists(), reason="the shared test data is not beside the checkout")
def test_the_reader_of_json_accepts_what_is_valid_and_refuses_what_is_not():
    ambiguous = {"y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"}
    for file in sorted(JSON.glob("*.json")):
        try:
            loads(file.read_bytes().decode("utf-8"))
            accepted = True
        except (AmbiguousJson, UnicodeDecodeError):
            accepted = False
        if file.name[0] == "n" or file.name in ambiguous:
            assert not accepted, file.name
        elif file.name[0] == "y":
            assert accepted, file.name


NEW = certificate("alipay-2", "Class 2", serial=21)


def _download(content: str, signer: str = "alipay-2"):
    def reply(sent):
        node = json.dumps({"code": "10000", "msg": "Success", "alipay_cert_content": content})
        made = Gateway(signer=signer, sn=certificate_sn(NEW))
        return answer(made.signed(sent["method"], node))

    return reply


def test_a_message_under_a_rotated_certificate_is_believed_once_its_chain_is():
    body = form(message(alipay_cert_sn=certificate_sn(NEW)), "alipay-2")
    made, gateway = connector(_download(b64(pem(NEW, intermediate()))))
    for _ in range(2):
        assert made.read_notification(inbound(body)).outcome.key == "PO202600012"
    assert len(gateway.calls) == 1


def test_a_certificate_known_already_needs_no_download():
    sn = certificate_sn(alipay_certificate())
    assert read(form(message(alipay_cert_sn=sn)))


def test_a_merchants_own_certificate_under_the_same_root_proves_nothing():
    stranger = certificate("alipay-2", "Class 2", organisation="Some Merchant", serial=23)
    body = form(message(alipay_cert_sn=certificate_sn(stranger)), "alipay-2")
    assert refused(body, None, _download(b64(pem(stranger, intermediate())))).forged


def test_a_flood_of_unknown_certificates_reaches_alipay_only_now_and_then():
    clock = Clock()
    made, gateway = connector(clock=clock)
    gateway.replies = [NotSent("unreachable")] * 100
    for number in range(50):
        with pytest.raises(NotificationRefused):
            made.read_notification(inbound(form(message(alipay_cert_sn=f"{number:032x}"), "stranger")))
    assert len(gateway.calls) <= 6
    clock.at = NOW + timedelta(minutes=2)
    with pytest.raises(NotificationRefused):
        made.read_notification(inbound(form(message(alipay_cert_sn="f" * 32), "stranger")))
    assert len(gateway.calls) == 7


def test_a_message_under_an_expired_certificate_is_refused():
    with pytest.raises(NotificationRefused) as caught:
        read(GOOD, clock=Clock(NOW + timedelta(days=400)))
    assert caught.value.forged


def test_a_certificate_that_cannot_be_looked_up_now_does_not_make_a_message_forged():
    sn = certificate_sn(NEW)
    made, gateway = connector(NotSent("unreachable"), _download(b64(pem(NEW, intermediate()))))
    body = form(message(alipay_cert_sn=sn), "alipay-2")
    with pytest.raises(NotificationRefused) as caught:
        made.read_notification(inbound(body))
    assert not caught.value.forged
    assert made.read_notification(inbound(body)).outcome.key == "PO202600012"
