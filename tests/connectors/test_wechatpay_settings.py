"""Settings that cannot work are refused when they are read, and say which one and why."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from wechatpay_world import (
    API_KEY,
    NOW,
    certificate,
    certificate_mode,
    connector,
    key,
    pem,
    private_pem,
    public_pem,
    values,
)

from odoo.addons.payment_bridge.connector.declarations import ChannelSettings, SettingKind
from odoo.addons.payment_bridge.connector.errors import Misconfigured
from odoo.addons.payment_bridge_channels.connectors.wechatpay import WechatPayConnector
from odoo.addons.payment_bridge_channels.connectors.wechatpay import settings as reader

PKCS8 = private_pem(key("merchant"))
PKCS1 = private_pem(key("merchant"), PrivateFormat.TraditionalOpenSSL)
LOCKED = key("merchant").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")).decode()
EC_PEM = (
    ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
)
SHORT = private_pem(rsa.generate_private_key(65537, 1024))
OWN = certificate("merchant", 0x1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C)


def bare(text: str) -> str:
    return "".join(line for line in text.splitlines() if "-----" not in line)


def read(environment="sandbox", notify_url=None, **change):
    return reader.read(ChannelSettings(environment, values(**change), notify_url))


@pytest.mark.parametrize("text", [PKCS1, PKCS8, bare(PKCS8), PKCS8.replace("\n", "\r\n"), f"  {bare(PKCS1)} \n"])
def test_private_key_is_read_in_every_usual_form(text):
    assert read(merchant_private_key=text).private_key.key_size == 2048


REFUSED = {
    "no key": ({"merchant_private_key": None}, "missing"),
    "locked key": ({"merchant_private_key": LOCKED}, "encrypted"),
    "bare locked key": ({"merchant_private_key": bare(LOCKED)}, "encrypted"),
    "public key": ({"merchant_private_key": public_pem(key("merchant"))}, "not an RSA private key"),
    "certificate": ({"merchant_private_key": pem(OWN)}, "certificate"),
    "rubbish": ({"merchant_private_key": "rubbish!"}, "base64"),
    "elliptic": ({"merchant_private_key": EC_PEM}, "RSA"),
    "short": ({"merchant_private_key": SHORT}, "2048"),
    "no serial": ({"merchant_serial": None}, "serial or the certificate"),
    "serial": ({"merchant_serial": "PUB_KEY_ID_1"}, "hex"),
    "other serial": ({"merchant_certificate": pem(certificate("merchant", 77))}, "not the serial"),
    "other certificate": (
        {"merchant_serial": None, "merchant_certificate": pem(certificate("stranger", 78))},
        "does not belong",
    ),
    "no certificate": ({"merchant_serial": None, "merchant_certificate": "hello there"}, "no certificate"),
    "broken certificate": (
        {"merchant_certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"},
        "cannot be read",
    ),
    "short APIv3 key": ({"apiv3_key": API_KEY[:31]}, "32 characters"),
    "wide APIv3 key": ({"apiv3_key": "０" * 32}, "32 characters"),
    "no APIv3 key": ({"apiv3_key": None}, "32 characters"),
    "no platform key": ({"platform_public_key": None}, "missing"),
    "own key": ({"platform_public_key": public_pem(key("merchant"))}, "own key"),
    "no key id": ({"platform_public_key_id": None}, "PUB_KEY_ID"),
    "hex key id": ({"platform_public_key_id": "1DDE55AD"}, "PUB_KEY_ID"),
    "merchant": ({"mchid": "19000001"[:7]}, "8 to 10 digits"),
    "wide merchant": ({"mchid": "１９００００01"}, "8 to 10 digits"),
    "appid": ({"appid": "wx 1"}, "letters"),
    "mode": ({"verification": "md5"}, "choice"),
    "address": ({"base_url": "ftp://x/"}, "web address"),
    "purses": ({"purses": "FEES"}, "choice"),
    "scene": ({"transfer_scene_id": "goods"}, "digits"),
    "scene report": ({"transfer_scene_report": "打印纸"}, "type=text"),
    "scene report twice": ({"transfer_scene_report": "采购商品名称=a;采购商品名称=b"}, "exactly once"),
    "scene report of another": ({"transfer_scene_report": "赔付原因=a"}, "wants exactly"),
    "scene report too long": ({"transfer_scene_report": "采购商品名称=" + "纸" * 33}, "32"),
    "scene report template": ({"transfer_scene_report": "采购商品名称={key}"}, "title"),
    "store": ({"store_out_id": "门店"}, "characters"),
}


@pytest.mark.parametrize(("change", "reason"), REFUSED.values(), ids=REFUSED)
def test_wrong_settings_name_themselves_and_repeat_no_value(change, reason):
    with pytest.raises(Misconfigured) as caught:
        read(**change)
    error = caught.value
    assert reason in error.message
    assert any(reader.DECLARED.label(name).zh in error.advice.zh for name in (*change, "merchant_serial"))
    told = f"{error} {error.advice}"
    for value in filter(None, change.values()):
        assert len(value) < 24 or bare(value)[:24] not in told


def test_the_certificate_tells_the_serial_and_its_end():
    found = read(merchant_serial=None, merchant_certificate=pem(OWN))
    assert found.serial == "1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C"
    made, _ = connector(settings=values(merchant_certificate=pem(OWN)))
    assert made.certificate_expiry() == OWN.not_valid_after_utc.date()
    assert connector()[0].certificate_expiry() is None


def test_nothing_is_sent_under_an_expired_merchant_certificate():
    old = certificate("merchant", 0x1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C, until=NOW - timedelta(days=1))
    made, gateway = connector(settings=values(merchant_certificate=pem(old)))
    with pytest.raises(Misconfigured, match="2026-01-15"):
        made.statement(NOW.date() - timedelta(days=1), "trade")
    assert gateway.requests == []


def test_production_has_two_addresses_and_no_other():
    chosen = ChannelSettings("production", values(base_url="http://evil.example"))
    assert reader.read(chosen).base_url == "https://api.mch.weixin.qq.com"
    assert read("production", site="second").base_url == "https://api2.mch.weixin.qq.com"
    assert WechatPayConnector.allowed_hosts(chosen) == {"api.mch.weixin.qq.com", "api2.mch.weixin.qq.com"}
    assert WechatPayConnector.allowed_hosts(ChannelSettings("sandbox", values())) is None
    declared = {one.name: one for one in WechatPayConnector.setting_fields}
    assert declared["base_url"].environments == {"sandbox"}


@pytest.mark.parametrize(
    ("environment", "url", "kept"),
    [
        ("production", "https://erp.example.cn/pay/wx", True),
        ("production", "http://erp.example.cn/pay/wx", False),
        ("production", "https://erp.example.cn/pay/wx?a=1", False),
        ("production", "https://erp.example.cn/" + "x" * 250, False),
        ("production", None, False),
        ("sandbox", "http://127.0.0.1:8069/pay/wx", True),
    ],
)
def test_only_an_address_that_wechat_pay_accepts_is_given_to_it(environment, url, kept):
    assert read(environment, url).notify_url == (url if kept else None)


def test_secrets_are_declared_and_never_shown():
    secret = {one.name for one in WechatPayConnector.setting_fields if one.secret}
    assert secret == {"merchant_private_key", "apiv3_key"}
    shown = repr(read())
    assert API_KEY not in shown and "RSAPrivateKey" not in shown


def test_every_setting_speaks_both_languages_and_has_a_usable_default():
    for one in WechatPayConnector.setting_fields:
        assert one.label.en and one.label.zh and one.help.en and one.help.zh
        if one.kind is SettingKind.CHOICE:
            assert one.default in dict(one.choices)
    found = read()
    assert (found.scene_id, found.scene_report) == ("1009", (("采购商品名称", "{title}"),))
    assert (found.purses, found.balance_by_api) == (("BASIC", "OPERATION"), False)
    assert reader.read(ChannelSettings("production", certificate_mode())).platform_key is None


def test_a_scene_whose_report_is_not_published_takes_any():
    found = read(transfer_scene_id="1006", transfer_scene_report="报销类型=差旅；说明={title}")
    assert dict(found.scene_report) == {"报销类型": "差旅", "说明": "{title}"}
