"""Settings that cannot work are refused when they are read, and say which one and why."""

from datetime import timedelta

import pytest
from alipay_world import (
    NOW,
    PID,
    alipay_certificate,
    app_certificate,
    certificate,
    intermediate,
    key,
    key_mode,
    pem,
    private_pem,
    public_pem,
    root,
    values,
)
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from odoo.addons.payment_bridge.connector.declarations import ChannelSettings, SettingKind
from odoo.addons.payment_bridge.connector.errors import Misconfigured
from odoo.addons.payment_bridge_channels.connectors.alipay import AlipayConnector
from odoo.addons.payment_bridge_channels.connectors.alipay import settings as reader

EC_KEY = ec.generate_private_key(ec.SECP256R1())
SHORT = rsa.generate_private_key(65537, 1024)
PKCS8 = private_pem(key("app"), PrivateFormat.PKCS8)
PKCS1 = private_pem(key("app"))
LOCKED = key("app").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")).decode()
LOCKED_OLD = (
    key("app")
    .private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, BestAvailableEncryption(b"secret"))
    .decode()
)


def bare(text: str) -> str:
    return "".join(line for line in text.splitlines() if "-----" not in line)


def read(**change):
    return reader.read(ChannelSettings("sandbox", values(**change)))


@pytest.mark.parametrize(
    "text",
    [
        PKCS1,
        PKCS8,
        bare(PKCS1),
        bare(PKCS8),
        PKCS1.replace("\n", "\r\n"),
        PKCS8.replace("\n", " "),
        f"  {bare(PKCS8)[:100]}\n\n{bare(PKCS8)[100:]}  ",
    ],
)
def test_private_key_is_read_in_every_usual_form(text):
    assert read(app_private_key=text).identity.private_key.key_size == 2048


@pytest.mark.parametrize("text", [public_pem(key("alipay")), bare(public_pem(key("alipay")))])
def test_public_key_is_read_with_and_without_header(text):
    made = reader.read(ChannelSettings("sandbox", key_mode() | {"alipay_public_key": text}))
    assert made.identity.alipay_key.key_size == 2048


LATER = certificate("alipay", "Class 2", serial=40, signed_by="Strange")
REFUSED = {
    "no key": ({"app_private_key": None}, "missing"),
    "blank key": ({"app_private_key": "  \n"}, "missing"),
    "locked key": ({"app_private_key": LOCKED}, "encrypted"),
    "locked old key": ({"app_private_key": LOCKED_OLD}, "encrypted"),
    "bare locked key": ({"app_private_key": bare(LOCKED)}, "encrypted"),
    "public key": ({"app_private_key": public_pem(key("app"))}, "not an RSA private key"),
    "certificate": ({"app_private_key": pem(app_certificate())}, "certificate"),
    "rubbish": ({"app_private_key": "rubbish!"}, "base64"),
    "cut key": ({"app_private_key": bare(PKCS1)[:400]}, ""),
    "elliptic": (
        {"app_private_key": EC_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()},
        "RSA",
    ),
    "short": ({"app_private_key": private_pem(SHORT)}, "2048"),
    "other key": ({"app_private_key": private_pem(key("stranger"))}, "does not belong"),
    "no app certificate": ({"app_certificate": None}, "no certificate"),
    "key for certificate": ({"app_certificate": PKCS1}, "no certificate"),
    "broken certificate": (
        {"app_certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"},
        "cannot be read",
    ),
    "own certificate twice": ({"alipay_certificate": pem(app_certificate())}, "own certificate"),
    "no root": ({"alipay_root_certificates": None}, "no certificate"),
    "no intermediate": ({"alipay_certificate": pem(alipay_certificate())}, "lead to the root"),
    "other root": ({"alipay_root_certificates": pem(certificate("Strange", "Strange", ca=True))}, "lead to the root"),
    "forged": ({"alipay_certificate": pem(LATER, intermediate())}, "lead to the root"),
    "short AES": ({"aes_key": "c2hvcnQ="}, "16 bytes"),
    "no base64 AES": ({"aes_key": "hello"}, "base64"),
    "app id": ({"app_id": "2021"}, "16 digits"),
    "wide app id": ({"app_id": "２０２１000000000001"}, "16 digits"),
    "pid": ({"pid": "1" + PID[1:]}, "2088"),
    "mode": ({"sign_mode": "md5"}, "choice"),
    "gateway": ({"gateway_url": "ftp://x/"}, "web address"),
    "hosts": ({"download_hosts": "https://x.alipay.com"}, "host names"),
    "local host": ({"download_hosts": "localhost"}, "host names"),
    "address": ({"download_hosts": "169.254.169.254"}, "host names"),
    "template": ({"order_title": "{name}"}, "title"),
    "scene": ({"send_transfer_scene": "yes", "transfer_scene_report": "货款"}, "type=text"),
    "scene twice": ({"send_transfer_scene": "yes", "transfer_scene_report": "a=b;a=c"}, "once"),
}


@pytest.mark.parametrize(("change", "reason"), REFUSED.values(), ids=REFUSED)
def test_wrong_settings_name_themselves_and_repeat_no_value(change, reason):
    with pytest.raises(Misconfigured) as caught:
        read(**change)
    error = caught.value
    assert reason in error.message
    assert any(reader.DECLARED.label(name).zh in error.advice.zh for name in change)
    told = f"{error} {error.advice}"
    for value in filter(None, change.values()):
        assert len(value) < 8 or bare(value)[:40] not in told or value in ("hello",)


def test_own_public_key_in_place_of_alipays_is_noticed():
    with pytest.raises(Misconfigured, match="own public key"):
        reader.read(ChannelSettings("sandbox", key_mode() | {"alipay_public_key": public_pem(key("app"))}))


def test_production_has_one_gateway_and_only_named_hosts():
    chosen = ChannelSettings("production", values(gateway_url="http://evil.example/gateway.do"))
    assert reader.read(chosen).gateway == "https://openapi.alipay.com/gateway.do"
    assert AlipayConnector.allowed_hosts(chosen) == {"openapi.alipay.com", "dwbillcenter.alipay.com"}
    assert AlipayConnector.allowed_hosts(ChannelSettings("sandbox", values())) is None
    spoiled = ChannelSettings("production", values(download_hosts="10.0.0.1, localhost, files.alipay.com"))
    assert AlipayConnector.allowed_hosts(spoiled) == {"openapi.alipay.com", "files.alipay.com"}
    gateway = next(one for one in AlipayConnector.setting_fields if one.name == "gateway_url")
    assert gateway.environments == {"sandbox"}


def test_secrets_are_declared_and_never_shown():
    secret = {one.name for one in AlipayConnector.setting_fields if one.secret}
    assert secret == {"app_private_key", "aes_key"}
    shown = repr(read(aes_key="MDEyMzQ1Njc4OWFiY2RlZg=="))
    assert "0123456789abcdef" not in shown and "RSAPrivateKey" not in shown


def test_every_setting_speaks_both_languages_and_has_a_usable_default():
    for one in AlipayConnector.setting_fields:
        assert one.label.en and one.label.zh and one.help.en and one.help.zh
        if one.kind is SettingKind.CHOICE:
            assert one.default in dict(one.choices)
    minimum = {
        one.name: values()[one.name] for one in AlipayConnector.setting_fields if one.required and one.default is None
    }
    certificates = {name: values()[name] for name in values() if "certificate" in name}
    assert reader.read(ChannelSettings("production", {**minimum, **certificates})).scene_name is None


def test_a_root_bundle_may_hold_more_than_the_root_that_is_needed():
    bundle = pem(certificate("Other", "Other", ca=True, serial=50), root())
    assert read(alipay_root_certificates=bundle).identity.alipay_chain[-1] == root()


def test_validity_is_not_a_matter_of_reading():
    old = certificate("app", "Class 2", serial=60, until=NOW - timedelta(days=1))
    assert read(app_certificate=pem(old))
