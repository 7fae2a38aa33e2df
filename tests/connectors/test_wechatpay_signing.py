"""Signatures and encryption agree with an independent implementation and the published vectors."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpay_world import API_KEY, key, platform_encrypt, platform_sign, platform_unseal

from odoo.addons.payment_bridge_channels.connectors.wechatpay import signing

GOLDEN = "Eu6myr+6GaECeJdOZPZ6BX5lij2Vohspf9pbw6Eor54J6prefQGx4A8pw4JzQ/lkgFh/UIp8nXF6h6aOBw=="


def test_the_golden_resource_is_opened():
    found = signing.open_resource(API_KEY.encode(), "abcdefghijkl", "transaction", GOLDEN)
    assert json.loads(found) == {"out_trade_no": "T1", "trade_state": "SUCCESS"}
    assert platform_encrypt(found, "abcdefghijkl", "transaction") == GOLDEN


@pytest.mark.parametrize(
    ("api_key", "nonce", "associated", "ciphertext"),
    [
        (b"1" * 32, "abcdefghijkl", "transaction", GOLDEN),
        (API_KEY.encode(), "abcdefghijkm", "transaction", GOLDEN),
        (API_KEY.encode(), "abcdefghijkl", "refund", GOLDEN),
        (API_KEY.encode(), "abcdefghijkl", "transaction", GOLDEN[:-8]),
        (API_KEY.encode(), "abcdefghijkl", "transaction", "F" + GOLDEN[1:]),
        (API_KEY.encode(), "abcdefghijkl", "transaction", ""),
        (API_KEY.encode(), "abcdefghijkl", "transaction", "not base64"),
        (API_KEY.encode(), "short", "transaction", GOLDEN),
        (API_KEY.encode(), "微信支付", "transaction", GOLDEN),
    ],
)
def test_a_changed_resource_is_refused(api_key, nonce, associated, ciphertext):
    with pytest.raises(signing.BrokenResource):
        signing.open_resource(api_key, nonce, associated, ciphertext)


@given(st.binary(max_size=200))
def test_any_resource_of_the_platform_is_opened_exactly(text):
    sealed = platform_encrypt(text, "0123456789ab", "")
    assert signing.open_resource(API_KEY.encode(), "0123456789ab", "", sealed) == text


def test_what_is_signed_ends_every_line():
    body = b'{"a":"\xe8\xb4\xa7"}'
    assert signing.request_text("POST", "/v3/x?a=1", "1", "n", body) == b"POST\n/v3/x?a=1\n1\nn\n" + body + b"\n"
    assert signing.request_text("GET", "/v3/x", "1", "n", b"") == b"GET\n/v3/x\n1\nn\n\n"
    assert signing.answer_text("1", "n", b"") == b"1\nn\n\n"


def test_signatures_are_those_of_the_independent_implementation():
    text = signing.request_text("GET", "/v3/certificates", "1554208460", "593BEC0C930BF1AFEB40B4A08C8FB242", b"")
    assert signing.sign(key("wechat"), text) == platform_sign(text)
    assert signing.verified(key("wechat").public_key(), text, platform_sign(text))


@pytest.mark.parametrize("signature", ["", "AAAA", "not base64", "签名", platform_sign(b"other")])
def test_a_wrong_signature_is_a_no(signature):
    assert not signing.verified(key("wechat").public_key(), b"text", signature)


def test_a_sealed_name_is_read_by_the_platform_alone():
    sealed = signing.seal(key("wechat").public_key(), "张三丰")
    assert platform_unseal(sealed) == "张三丰" and "张" not in sealed
    assert sealed != signing.seal(key("wechat").public_key(), "张三丰")
    with pytest.raises(ValueError, match="."):
        platform_unseal(sealed, "merchant")
    assert signing.longest_sealed(key("wechat").public_key()) == 214
