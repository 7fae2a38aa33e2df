"""The protocol's arithmetic against published vectors and an independent implementation."""

import json
from datetime import UTC, datetime

import pytest
from alipay import DCAliPay
from alipay_world import (
    AES_KEY,
    alipay_certificate,
    app_certificate,
    b64,
    intermediate,
    key,
    pem,
    platform,
    private_pem,
    root,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.payment_bridge_channels.connectors.alipay import certificates, signing

AES = b"0123456789abcdef"
TEXT = '{"out_biz_no":"B1","order_title":"货款"}'
CIPHER = "QuxBVGA+JK5JrakpsGs5H7D7POyAG4eOpUFyA2WRfPhqw0iN9Rg/MEgU7VcfJ4Ii"


def test_content_encryption_gives_the_published_vector():
    assert b64("0123456789abcdef") == AES_KEY
    assert signing.encrypt(AES, TEXT) == CIPHER
    assert signing.decrypt(AES, CIPHER) == TEXT


@given(st.text())
def test_whatever_is_encrypted_is_decrypted_again(text):
    assert signing.decrypt(AES, signing.encrypt(AES, text)) == text


def test_certificate_number_gives_the_published_vector():
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Sim Financial"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Certification Authority"),
            x509.NameAttribute(NameOID.COMMON_NAME, "Sim Class 2 R1"),
        ]
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key("app").public_key())
        .serial_number(123456789)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2027, 1, 1, tzinfo=UTC))
        .sign(key("app"), hashes.SHA256())
    )
    assert certificates.certificate_sn(made) == "cf9c332d810c4c43c3494198a907008f"


def test_certificate_numbers_agree_with_the_independent_client():
    bundle = pem(root(), intermediate())
    client = DCAliPay("2021", private_pem(key("app")), pem(app_certificate()), pem(alipay_certificate()), bundle)
    assert certificates.certificate_sn(app_certificate()) == client.app_cert_sn
    assert certificates.root_sn([root(), intermediate()]) == client.alipay_root_cert_sn


def test_independent_client_believes_our_signature_and_we_its():
    text = signing.string_to_sign({"b": "货/款 &=", "a": "1", "sign": "no", "empty": ""})
    assert text == "a=1&b=货/款 &=".encode()
    assert platform()._verify(text.decode(), signing.sign(key("app"), text))
    public = key("alipay").public_key()
    assert signing.verified(public, text, platform()._sign(text.decode()))


@pytest.mark.parametrize("signature", ["", "=", "AAAA", "not base64!", "A" * 344, "ä"])
def test_malformed_signature_is_a_plain_no(signature):
    assert not signing.verified(key("alipay").public_key(), b"text", signature)


@pytest.mark.parametrize(
    "node",
    [
        '{"code":"10000","msg":"a } b { \\" c"}',
        '{"code":"10000","url":"https:\\/\\/x\\/y","nested":{"a":[{"b":"]}"}]}}',
        '{ "code" : "10000" , "msg":"货款 \\\\" }',
        '"QuxBVGA+JK5J"',
    ],
)
def test_node_is_cut_out_of_the_raw_text_aware_of_strings(node):
    for text in (
        f'{{"x_response":{node},"alipay_cert_sn":"ab","sign":"c\\/d"}}',
        f'{{"sign":"c\\/d", "alipay_cert_sn":"ab", "x_response" :\n{node}}}',
    ):
        envelope = signing.open_envelope(text)
        assert envelope.members["x_response"] == node
        assert envelope.text("sign") == "c/d"
        assert envelope.text("missing") == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "{}",
        '{"a":}',
        '{"a":1,}',
        '{"a":1 "b":2}',
        '{"a":{"b":1}',
        '{"a":"b}',
        '{"a":1}x',
        '{"a":1,"a":2}',
        '{"a":1,"\\u0061":2}',
        '{"a":"b\n"}',
        "<html></html>",
    ],
)
def test_broken_answer_is_refused(text):
    with pytest.raises(signing.BrokenEnvelope):
        signing.open_envelope(text)


@given(st.dictionaries(st.text(), st.recursive(st.text() | st.integers(), st.lists), min_size=1))
def test_every_answer_is_cut_as_json_reads_it(value):
    envelope = signing.open_envelope(json.dumps(value, ensure_ascii=False))
    assert {name: json.loads(raw) for name, raw in envelope.members.items()} == value
