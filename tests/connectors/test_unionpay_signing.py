"""Signatures agree with published vectors, and answers are cut apart exactly as they were joined."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sm3 import sm3
from unionpay_world import key, keyed, merchant, signature, values

from odoo.addons.payment_bridge_channels.connectors.unionpay import message, signing

FIELDS = {
    "transType": "01",
    "sysReserved": "{aaa=a&bbb=b}",
    "merId": "888888888888888",
    "version": "5.1.0",
    "signMethod": "01",
}
LINK = "certId=68759663125&merId=888888888888888&signMethod=01&sysReserved={aaa=a&bbb=b}&transType=01&version=5.1.0"


def test_the_text_that_is_signed_and_its_first_digest_are_the_published_ones():
    text = message.link({**FIELDS, "certId": "68759663125", "signature": "x", "empty": ""})
    assert text == LINK
    assert signing.digest(text) == "5b9536c5babc539ddcaf1672972b196c510b6397e6f5820eee37c8c69e85741d"


@pytest.mark.parametrize(
    ("method", "secret", "expected"),
    [
        ("11", "88888888", "2c82a5c882de816b7909191ce319fffb401bf6b64b975a9be59d289213729703"),
        ("12", "88888888", "927634bc246f2621717f780755234907dd7e86ac244519bd31092e48b8e94c3a"),
        ("11", "", "bda8e705fe9d67022f71e8ca14752abc402368ed142b3bc71837ac9dec99c18e"),
        ("12", "", "e3d147d4d1b835a3453c7f900acf8ad4370ebea0e750452a4a02db43c398af81"),
    ],
)
def test_shared_key_signatures_are_the_published_ones(method, secret, expected):
    fields = {**FIELDS, "signMethod": method}
    assert signing.keyed_signature(method, secret, fields) == expected
    assert signing.keyed_verified(method, secret, {**fields, "signature": expected})
    assert not signing.keyed_verified(method, secret, {**fields, "transType": "02", "signature": expected})
    assert not signing.keyed_verified(method, "another", {**fields, "signature": expected})


def test_the_tests_own_sm3_gives_the_standards_vectors():
    assert sm3(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert sm3(b"abcd" * 16) == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"


def test_an_rsa_signature_is_the_same_as_another_implementations():
    fields = {**FIELDS, "certId": str(merchant().serial_number)}
    ours = signing.rsa_signature(key("merchant"), fields)
    assert ours == signature(fields, "merchant")
    assert signing.rsa_verified(key("merchant").public_key(), {**fields, "signature": ours})


@pytest.mark.parametrize("wrong", ["", "===", "x", base64.b64encode(b"y" * 256).decode(), "签名"])
def test_a_broken_signature_is_a_no_and_never_an_error(wrong):
    fields = {**FIELDS, "signature": wrong}
    assert not signing.rsa_verified(key("merchant").public_key(), fields)
    assert not signing.keyed_verified("11", "88888888", fields)


def test_the_digest_is_signed_as_text_and_not_the_text_itself():
    fields = {**FIELDS, "certId": "1"}
    once = key("merchant").public_key()
    hashed = hashlib.sha256(message.link(fields).encode()).hexdigest()
    assert signing.digest(message.link(fields)) == hashed
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

    raw = base64.b64decode(signing.rsa_signature(key("merchant"), fields))
    once.verify(raw, hashed.encode(), PKCS1v15(), hashes.SHA256())
    with pytest.raises(InvalidSignature):
        once.verify(raw, message.link(fields).encode(), PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize("settings", [values(), keyed("11"), keyed("12")], ids=["01", "11", "12"])
def test_a_changed_added_or_removed_field_breaks_every_method(settings):
    method = settings["sign_method"]
    fields = {**FIELDS, "signMethod": method, "signPubKeyCert": "c"}
    signed = {**fields, "signature": signature(fields)}

    def right(changed):
        if method == "01":
            return signing.rsa_verified(key("unionpay").public_key(), changed)
        return signing.keyed_verified(method, "88888888", changed)

    assert right(signed)
    assert right({**signed, "blank": ""}), "an empty field says nothing"
    assert not right({**signed, "transType": "02"})
    assert not right({**signed, "more": "x"})
    assert not right({name: value for name, value in signed.items() if name != "signPubKeyCert"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a=1&b=2", {"a": "1", "b": "2"}),
        ("a=x=y==&b=2", {"a": "x=y==", "b": "2"}),
        ("a={k=1&m=2}&b=[c&d]&e=", {"a": "{k=1&m=2}", "b": "[c&d]", "e": ""}),
        ("a={k={n=1}&m=2}&b=3", {"a": "{k={n=1}&m=2}", "b": "3"}),
        ("a=x{1&2}y&b=3", {"a": "x{1&2}y", "b": "3"}),
        ("a=[{]&b=3", {"a": "[{]", "b": "3"}),
        ("a={]}&b=3", {"a": "{]}", "b": "3"}),
        ("respMsg=成功[0000000]&b=+%20", {"respMsg": "成功[0000000]", "b": "+%20"}),
        (
            "a=-----BEGIN-----\nMII+/=\n-----END-----\n&b=1\r\n",
            {"a": "-----BEGIN-----\nMII+/=\n-----END-----\n", "b": "1"},
        ),
        ("a=}&b=]", {"a": "}", "b": "]"}),
    ],
)
def test_answers_are_cut_at_the_right_places(text, expected):
    assert message.parse(text.encode()) == expected


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"a",
        b"&",
        b"a=1&",
        b"a=1&&b=2",
        b"=1",
        b"a=1&a=2",
        b"a={1&b=2",
        b"a=[1&b=2",
        b"<html>a=1</html>",
        b"a b=1",
        b"a=\xff",
        "名=1".encode(),
        "a=1".encode("utf-16"),
        b"&".join(b"f%d=1" % at for at in range(201)),
    ],
)
def test_a_text_that_is_no_message_is_refused(body):
    with pytest.raises(message.BrokenMessage):
        message.parse(body)
    with pytest.raises(message.BrokenMessage):
        message.parse_form(body.replace(b"{", b"%zz").replace(b"[", b"%zz"))


NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,9}", fullmatch=True)
PLAIN = st.text(st.characters(exclude_characters="&{}[]\r\n", exclude_categories=["Cs"]), max_size=20)
GROUPS = st.tuples(st.sampled_from(["{}", "[]"]), PLAIN, PLAIN).map(lambda it: f"{it[0][0]}{it[1]}&{it[2]}{it[0][1]}")


@given(st.dictionaries(NAMES, PLAIN | GROUPS, min_size=1, max_size=8))
def test_any_fields_survive_the_answers_form(fields):
    assert message.parse("&".join(f"{name}={value}" for name, value in fields.items()).encode()) == fields


@given(st.dictionaries(NAMES, st.text(st.characters(exclude_categories=["Cs"]), max_size=20), min_size=1, max_size=8))
def test_any_fields_survive_the_posted_form(fields):
    assert message.parse_form(message.encode(fields)) == fields


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_refused(body):
    for read in (message.parse, message.parse_form):
        try:
            assert all(isinstance(value, str) for value in read(body).values())
        except message.BrokenMessage as error:
            assert str(error)
