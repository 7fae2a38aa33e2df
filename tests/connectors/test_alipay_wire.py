"""An answer is believed only when its signature proves it; anything else says nothing about the money."""

import json
import threading
from base64 import b64encode
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from alipay_world import (
    AES_KEY,
    CARD,
    NOW,
    SUCCESS,
    Clock,
    alipay_certificate,
    answer,
    app_certificate,
    b64,
    certificate,
    connector,
    failure,
    intermediate,
    key_mode,
    order,
    pem,
    reference,
    values,
)
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.payment_bridge.connector.errors import (
    Misconfigured,
    NotSent,
    Throttled,
    Uncertain,
    Untrusted,
)
from odoo.addons.payment_bridge.connector.redaction import redact_text
from odoo.addons.payment_bridge.connector.types import OutcomeStatus
from odoo.addons.payment_bridge_channels.connectors.alipay import client as wire
from odoo.addons.payment_bridge_channels.connectors.alipay import signing
from odoo.addons.payment_bridge_channels.connectors.alipay.certificates import certificate_sn

TRANSFER = "alipay.fund.trans.uni.transfer"
NODE = json.dumps(SUCCESS)


def signed(node: str = NODE, signer: str = "alipay", method: str = TRANSFER, **more: str):
    """A whole answer as the test wants it."""
    _, gateway = connector()
    gateway.signer = signer
    return answer(gateway.signed(method, node, **more))


def body(text: str = "") -> bytes:
    return signed().body if not text else text.encode()


BROKEN = {
    "empty": b"",
    "page": b"<html><body>502 Bad Gateway</body></html>",
    "text": b"OK",
    "array": b"[]",
    "string": b'"x"',
    "null": b"null",
    "no node": b'{"sign":"x"}',
    "other node": b'{"alipay_trade_query_response":{"code":"10000"},"sign":"x"}',
    "truncated": body()[:-30],
    "cut in node": body()[:60],
    "trailing": body() + b"x",
    "two answers": body() + body(),
    "duplicate key": b'{"alipay_fund_trans_uni_transfer_response":{"code":"10000","code":"40004"},"sign":"x"}',
    "duplicate node": body().replace(b"{", b'{"alipay_fund_trans_uni_transfer_response":{},', 1),
    "bom": b"\xef\xbb\xbf" + body(),
    "utf16": body().decode().encode("utf-16"),
    "gbk": body().decode().encode() + "货款".encode("gbk"),
    "nan": b'{"alipay_fund_trans_uni_transfer_response":{"code":"10000","amount":NaN},"sign":"x"}',
    "huge number": b'{"alipay_fund_trans_uni_transfer_response":{"code":1e999},"sign":"x"}',
    "deep": b'{"alipay_fund_trans_uni_transfer_response":' + b"[" * 5000 + b"]" * 5000 + b"}",
    "node is null": b'{"alipay_fund_trans_uni_transfer_response":null,"sign":"x"}',
}


@pytest.mark.parametrize("raw", BROKEN.values(), ids=BROKEN)
def test_an_answer_that_is_no_answer_leaves_the_order_uncertain(raw):
    made, gateway = connector(answer(raw), answer(raw))
    with pytest.raises(Uncertain) as caught:
        made.pay_out(order())
    assert len(gateway.requests) == 1, "an order is never repeated by the connector"
    assert caught.value.advice.zh
    with pytest.raises(Uncertain):
        made.query(reference())


@pytest.mark.parametrize("status", [201, 204, 301, 302, 400, 403, 404, 429, 500, 502, 503, 504])
def test_any_http_status_but_200_leaves_the_order_uncertain(status):
    made, _ = connector(answer(signed().body, status, location="https://evil.example/"))
    with pytest.raises(Uncertain):
        made.pay_out(order())


def test_429_and_call_limits_ask_reads_to_pause():
    made, _ = connector(answer("", 429, **{"retry-after": "7"}), answer("", 429), failure("isv.call-limited", "40005"))
    with pytest.raises(Throttled) as caught:
        made.query(reference())
    assert caught.value.retry_after == 7
    for _ in range(2):
        with pytest.raises(Throttled) as caught:
            made.query(reference())
        assert caught.value.retry_after > 0


@pytest.mark.parametrize("error", [NotSent("refused"), Uncertain("timeout"), Misconfigured("host")])
def test_what_the_transport_knows_is_passed_on(error):
    with pytest.raises(type(error)):
        connector(error)[0].pay_out(order())


@pytest.mark.parametrize(
    "reply",
    [
        signed(signer="stranger"),
        signed(NODE.replace("SUCCESS", "FAIL"), "stranger"),
        answer(signed().body.replace(b'"SUCCESS"', b'"FAIL"')),
        answer(signed().body.replace(b"5202345678", b"5202345679").replace(b"Success", b"success")),
        answer(json.dumps({"alipay_fund_trans_uni_transfer_response": SUCCESS})),
        answer(json.dumps({"alipay_fund_trans_uni_transfer_response": SUCCESS, "sign": ""})),
        answer(json.dumps({"alipay_fund_trans_uni_transfer_response": SUCCESS, "sign": None})),
        answer(json.dumps({"alipay_fund_trans_uni_transfer_response": SUCCESS, "sign": 1})),
        answer(json.dumps({"error_response": failure("PAYEE_NOT_EXIST")})),
        answer(json.dumps({"error_response": failure("isv.invalid-signature", "40002")})),
    ],
)
def test_an_unsigned_or_wrongly_signed_answer_decides_nothing(reply):
    made, _ = connector(reply)
    with pytest.raises(Untrusted) as caught:
        made.pay_out(order())
    assert caught.value.advice.en and caught.value.advice.zh


def test_an_unsigned_refusal_tells_the_administrator_what_to_check():
    refusal = answer(json.dumps({"error_response": failure("isv.invalid-signature", "40002")}))
    made, _ = connector(refusal, refusal)
    with pytest.raises(Untrusted) as caught:
        made.pay_out(order())
    assert "私钥" in caught.value.advice.zh
    with pytest.raises(Misconfigured) as caught:
        made.balance()
    assert "private key" in caught.value.advice.en


@pytest.mark.parametrize("code", ["10000", "40004", "20000"])
def test_an_unsigned_answer_is_never_taken_for_data(code):
    node = {**SUCCESS, "code": code, "sub_code": "ORDER_NOT_EXIST"}
    made, _ = connector(answer(json.dumps({"alipay_fund_trans_common_query_response": node})))
    with pytest.raises(Untrusted):
        made.query(reference())


def test_the_signature_covers_the_raw_text():
    raw = NODE.replace('"Success"', '"Suc } \\" { \\/ 货款"')
    assert connector(signed(raw))[0].pay_out(order()).status is OutcomeStatus.SUCCEEDED
    spaced = "{ " + NODE[1:-1].replace(",", " ,\n") + " }"
    assert connector(signed(spaced))[0].pay_out(order()).status is OutcomeStatus.SUCCEEDED


def test_a_sign_inside_the_node_is_only_data():
    raw = NODE[:-1] + ',"note":"\\"sign\\":\\"x\\"}","sign":"inner"}'
    assert connector(signed(raw))[0].pay_out(order()).status is OutcomeStatus.SUCCEEDED


def test_encrypted_requests_are_signed_as_sent_and_answers_verified_before_decrypting():
    def reply(sent):
        assert sent["encrypt_type"] == "AES"
        content = json.loads(signing.decrypt(b"0123456789abcdef", sent["biz_content"]))
        assert content["out_biz_no"] == "PO202600012"
        return signed(json.dumps(signing.encrypt(b"0123456789abcdef", NODE)))

    made, _ = connector(reply, settings=values(aes_key=AES_KEY))
    assert made.pay_out(order()).status is OutcomeStatus.SUCCEEDED


@pytest.mark.parametrize("cipher", ["AAAA", "not base64", CARD.account, b64("x" * 16)])
def test_a_signed_answer_that_cannot_be_decrypted_is_uncertain(cipher):
    made, _ = connector(signed(json.dumps(cipher)), settings=values(aes_key=AES_KEY))
    with pytest.raises(Uncertain):
        made.pay_out(order())


def test_an_encrypted_answer_without_key_is_uncertain_for_money_and_a_setting_for_reads():
    cipher = json.dumps(signing.encrypt(b"0123456789abcdef", NODE))
    with pytest.raises(Uncertain):
        connector(signed(cipher))[0].pay_out(order())
    with pytest.raises(Misconfigured):
        connector(signed(cipher, method="alipay.fund.trans.common.query"))[0].query(reference())


def test_a_wrong_signature_is_found_before_anything_is_decrypted():
    cipher = json.dumps(signing.encrypt(b"0123456789abcdef", NODE))
    with pytest.raises(Untrusted):
        connector(signed(cipher, "stranger"), settings=values(aes_key=AES_KEY))[0].pay_out(order())


def test_key_mode_sends_no_certificate_numbers():
    made, gateway = connector(SUCCESS, settings=key_mode())
    assert made.pay_out(order()).status is OutcomeStatus.SUCCEEDED
    assert not {"app_cert_sn", "alipay_root_cert_sn"} & gateway.calls[0].keys()


# Rotation of Alipay's certificate


NEW = certificate("alipay-2", "Class 2", serial=21)


def rotated(with_certificate=NEW, chain=None, signer="alipay-2", vouched_by=None, content=None):
    """Replies of a platform that signs with a certificate not met before, and hands it out."""
    sn = certificate_sn(with_certificate)
    text = content if content is not None else b64(pem(*(chain or (with_certificate, intermediate()))))

    def transfer(sent):
        return signed(NODE, signer, sent["method"], alipay_cert_sn=sn)

    def download(sent):
        assert sent["method"] == "alipay.open.app.alipaycert.download"
        assert json.loads(sent["biz_content"]) == {"alipay_cert_sn": sn}
        node = json.dumps({"code": "10000", "msg": "Success", "alipay_cert_content": text})
        return signed(node, vouched_by or signer, sent["method"], alipay_cert_sn=sn)

    return transfer, download


def test_a_rotated_certificate_is_fetched_verified_and_remembered():
    transfer, download = rotated()
    made, gateway = connector(transfer, download, transfer)
    assert made.pay_out(order()).status is OutcomeStatus.SUCCEEDED
    assert made.pay_out(order()).status is OutcomeStatus.SUCCEEDED
    assert [call["method"].rsplit(".", 1)[1] for call in gateway.calls] == ["transfer", "download", "transfer"]


def test_the_intermediate_of_the_configured_file_completes_the_chain():
    transfer, download = rotated(chain=(NEW,))
    assert connector(transfer, download)[0].pay_out(order()).status is OutcomeStatus.SUCCEEDED


STRANGE_ROOT = certificate("Strange", "Strange", ca=True, serial=30)
UNPROVED = {
    "other root": (certificate("alipay-2", "Strange", serial=31), STRANGE_ROOT),
    "name of the root, key of another": (
        certificate("alipay-2", "Class 2", serial=32, signed_by="Strange"),
        intermediate(),
    ),
    "a merchant's own certificate": (
        certificate("alipay-2", "Class 2", organisation="Some Merchant", serial=33),
        intermediate(),
    ),
    "expired": (certificate("alipay-2", "Class 2", serial=34, until=NOW - timedelta(days=1)), intermediate()),
    "not yet valid": (certificate("alipay-2", "Class 2", serial=35, since=NOW + timedelta(days=1)), intermediate()),
    "issued by an end certificate": (
        certificate("alipay-2", "alipay", serial=36),
        alipay_certificate(),
        intermediate(),
    ),
    "our own certificate": (certificate("app", "Class 2", serial=37), intermediate()),
}


@pytest.mark.parametrize("chain", UNPROVED.values(), ids=UNPROVED)
def test_a_downloaded_certificate_that_proves_nothing_is_not_believed(chain):
    signer = "app" if chain is UNPROVED["our own certificate"] else "alipay-2"
    transfer, download = rotated(chain[0], chain, signer)
    made, gateway = connector(transfer, download, transfer)
    for _ in range(2):
        with pytest.raises(Untrusted):
            made.pay_out(order())
    assert len(gateway.calls) == 3, "what proved nothing is not fetched again at once"


@pytest.mark.parametrize("content", ["", "?", b64("no certificate"), b64(pem(alipay_certificate()))])
def test_a_download_without_the_certificate_asked_for_is_not_believed(content):
    transfer, download = rotated(content=content)
    with pytest.raises(Untrusted):
        connector(transfer, download)[0].pay_out(order())


def test_the_download_itself_must_be_signed_by_the_certificate_it_brings():
    transfer, download = rotated(vouched_by="stranger")
    with pytest.raises(Untrusted):
        connector(transfer, download)[0].pay_out(order())


def test_a_failed_download_is_not_believed_and_tried_again_next_time():
    transfer, download = rotated()
    made, _ = connector(transfer, NotSent("unreachable"), transfer, download)
    with pytest.raises(Untrusted):
        made.pay_out(order())
    assert made.pay_out(order()).status is OutcomeStatus.SUCCEEDED


def test_many_threads_fetch_a_rotated_certificate_once():
    sn = certificate_sn(NEW)
    made, gateway = connector()
    transfer, download = rotated()
    lock = threading.Lock()

    def send(request):
        with lock:
            method = request.label
            gateway.calls.append({"method": method})
        reply = download if method.endswith("download") else transfer
        sent = {"method": method, "biz_content": json.dumps({"alipay_cert_sn": sn})}
        return reply(sent)

    gateway.send = send
    found = []
    threads = [threading.Thread(target=lambda: found.append(made.pay_out(order()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert sum(call["method"].endswith("download") for call in gateway.calls) == 1


# Validity


@pytest.mark.parametrize(("days", "word"), [(400, "ended"), (-100, "not valid before")], ids=["expired", "not-yet"])
def test_nothing_is_sent_with_a_certificate_outside_its_validity(days, word):
    clock = Clock(NOW + timedelta(days=days))
    made, gateway = connector(clock=clock)
    for call in (lambda: made.pay_out(order()), made.balance):
        with pytest.raises(Misconfigured) as caught:
            call()
        assert word in caught.value.message and caught.value.advice.zh
    assert gateway.requests == []
    steps = made.test_connection()
    assert [step.ok for step in steps] == [True, False, False, True, False]


def test_the_connection_test_tells_each_step_in_both_languages():
    balance = {
        "code": "10000",
        "msg": "Success",
        "available_amount": "10.00",
        "freeze_amount": "0.00",
        "total_amount": "10.00",
    }
    for settings in (values(), key_mode(), values(aes_key=AES_KEY)):
        made, _ = connector(balance, settings=settings)
        steps = made.test_connection()
        assert all(step.ok and step.step.zh and step.detail.zh and step.detail.en for step in steps)
    refused, _ = connector(answer(json.dumps({"error_response": failure("isv.invalid-app-id", "40002")})))
    last = refused.test_connection()[-1]
    assert not last.ok and "application id" in last.detail.en and "isv.invalid-app-id" in last.detail.en


def test_expiry_is_the_earliest_of_all_certificates():
    assert connector()[0].certificate_expiry() == app_certificate().not_valid_after_utc.date()
    assert connector(settings=key_mode())[0].certificate_expiry() is None


# What is kept of it


@given(
    st.text(st.characters(categories=["L", "N"]), min_size=3, max_size=20),
    st.integers(10**15, 10**19 - 1),
)
def test_the_wire_log_holds_no_account_no_name_and_no_signature(name, card):
    signature = b64encode(name.encode() * 20).decode()
    content = json.dumps(
        {"payee_info": {"identity": str(card), "name": name, "cert_no": str(card)}}, ensure_ascii=False
    )
    kept = redact_text(urlencode({"method": TRANSFER, "sign": signature, "biz_content": content}), wire.SENSITIVE)
    assert str(card) not in kept and signature not in kept
    assert f'"name":"{name}"' not in kept.replace(" ", "") or set(name) <= {"*"}
    assert TRANSFER in kept


def test_every_request_and_download_carries_the_sensitive_names():
    made, gateway = connector(SUCCESS)
    made.pay_out(order())
    assert {"sign", "identity", "name", "token"} <= set(gateway.requests[0].sensitive)
    assert gateway.requests[0].label == TRANSFER
