"""A channel's settings in the connector's words: parsed, checked, and found to belong together."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from odoo.addons.payment_bridge.connector.declarations import ChannelSettings

from .. import rsa_keys
from ..certificate_trust import UntrustedCertificate
from ..declared_settings import DeclaredSettings
from . import certificates
from .setting_fields import PUBLIC_KEY_MODE, SETTING_FIELDS

PRODUCTION_GATEWAY = "https://openapi.alipay.com/gateway.do"
_AES_KEY_BYTES = 16
_HOST = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")

DECLARED = DeclaredSettings(SETTING_FIELDS)


@dataclass(frozen=True, slots=True)
class Identity:
    """The keys of a channel, parsed and found to belong together. ``repr`` shows no secret."""

    private_key: RSAPrivateKey = field(repr=False)
    aes_key: bytes | None = field(repr=False)
    alipay_key: RSAPublicKey | None = None
    app_certificate: x509.Certificate | None = None
    alipay_chain: tuple[x509.Certificate, ...] = ()
    intermediates: tuple[x509.Certificate, ...] = ()
    roots: tuple[x509.Certificate, ...] = ()


@dataclass(frozen=True, slots=True)
class AlipaySettings:
    """A channel's settings in the connector's words, checked once."""

    app_id: str
    pid: str
    sandbox: bool
    gateway: str
    identity: Identity
    order_title: str
    payer_alias: bool
    bank_timeliness: str
    scene_name: str | None
    scene_report: tuple[tuple[str, str], ...]
    balance_source: str
    notify_url: str | None
    qr_product: str
    refund_days: int


def read(settings: ChannelSettings) -> AlipaySettings:
    """Check a channel's settings.

    Validity dates are not looked at: they are checked when a certificate is used.
    :raises Misconfigured: naming the setting and what is wrong with it.
    """
    scene, report = _scene(settings)
    _check_hosts(settings)
    return AlipaySettings(
        app_id=DECLARED.matching(settings, "app_id", r"\d{16}", "16 digits", "16 位数字"),
        pid=DECLARED.matching(settings, "pid", r"2088\d{12}", "2088 and 12 digits", "2088 开头的 16 位数字"),
        sandbox=settings.environment == "sandbox",
        gateway=_gateway(settings),
        identity=_identity(settings),
        order_title=_title_template(settings),
        payer_alias=DECLARED.yes(settings, "payer_alias"),
        bank_timeliness=DECLARED.choice(settings, "bank_timeliness"),
        scene_name=scene,
        scene_report=report,
        balance_source=DECLARED.choice(settings, "balance_source"),
        notify_url=settings.notify_url,
        qr_product=DECLARED.choice(settings, "qr_product"),
        refund_days=int(DECLARED.matching(settings, "refund_days", r"[1-9]\d{0,3}", "a number of days", "天数")),
    )


def download_hosts(settings: ChannelSettings) -> frozenset[str]:
    """The hosts that files may come from; whatever is no plain public host name is left out."""
    return frozenset(host for host in _told_hosts(settings) if _HOST.fullmatch(host))


def _told_hosts(settings: ChannelSettings) -> list[str]:
    return list(filter(None, re.split(r"[,，;\s]+", DECLARED.text(settings, "download_hosts").lower())))


def _check_hosts(settings: ChannelSettings) -> None:
    hosts = download_hosts(settings)
    if not hosts or hosts != frozenset(_told_hosts(settings)):
        raise DECLARED.wrong("download_hosts", "give host names only, without https://", "只填写域名，不含 https://")


def _identity(settings: ChannelSettings) -> Identity:
    private_key = rsa_keys.load_private_key(settings.get("app_private_key"), DECLARED.label("app_private_key"))
    aes_key = _aes_key(settings)
    if DECLARED.choice(settings, "sign_mode") == PUBLIC_KEY_MODE:
        alipay_key = rsa_keys.load_public_key(settings.get("alipay_public_key"), DECLARED.label("alipay_public_key"))
        if rsa_keys.same_key(alipay_key, private_key.public_key()):
            raise DECLARED.wrong(
                "alipay_public_key",
                "this is the application's own public key; Alipay's is wanted",
                "这是应用自己的公钥，应填写支付宝公钥",
            )
        return Identity(private_key, aes_key, alipay_key=alipay_key)
    return _certificate_identity(settings, private_key, aes_key)


def _certificate_identity(settings: ChannelSettings, private_key: RSAPrivateKey, aes_key: bytes | None) -> Identity:
    app, alipay, roots = (
        certificates.load_certificates(settings.get(name), DECLARED.label(name))
        for name in ("app_certificate", "alipay_certificate", "alipay_root_certificates")
    )
    own = rsa_keys.public_key_of(app[0], DECLARED.label("app_certificate"))
    if not rsa_keys.same_key(own, private_key.public_key()):
        raise DECLARED.wrong(
            "app_certificate",
            "it does not belong to the application private key",
            "证书与应用私钥不匹配",
        )
    theirs = rsa_keys.public_key_of(alipay[0], DECLARED.label("alipay_certificate"))
    if rsa_keys.same_key(theirs, own):
        raise DECLARED.wrong(
            "alipay_certificate",
            "this is the application's own certificate; Alipay's is wanted",
            "这是应用公钥证书，应上传支付宝公钥证书",
        )
    if not certificates.root_sn(roots):
        raise DECLARED.wrong("alipay_root_certificates", "it holds no RSA root certificate", "其中没有 RSA 根证书")
    try:
        chain = certificates.chain_to_root(alipay[0], (*alipay[1:], *roots), roots)
    except UntrustedCertificate as error:
        raise DECLARED.wrong(
            "alipay_certificate",
            "it does not lead to the root certificates given beside it",
            "证书链无法追溯到所填的支付宝根证书",
        ) from error
    return Identity(
        private_key,
        aes_key,
        alipay_key=theirs,
        app_certificate=app[0],
        alipay_chain=tuple(chain),
        intermediates=tuple(alipay[1:]) + tuple(roots),
        roots=tuple(roots),
    )


def _aes_key(settings: ChannelSettings) -> bytes | None:
    text = settings.get("aes_key")
    if not text:
        return None
    try:
        key = base64.b64decode("".join(text.split()), validate=True)
    except (ValueError, binascii.Error) as error:
        raise DECLARED.wrong("aes_key", "it is not valid base64", "不是有效的 base64") from error
    if len(key) != _AES_KEY_BYTES:
        raise DECLARED.wrong("aes_key", "it must decode to 16 bytes", "解码后应为 16 字节")
    return key


def _gateway(settings: ChannelSettings) -> str:
    if settings.environment != "sandbox":
        return PRODUCTION_GATEWAY
    url = DECLARED.text(settings, "gateway_url")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise DECLARED.wrong("gateway_url", "it is not a web address", "不是有效的网址")
    return url


def _scene(settings: ChannelSettings) -> tuple[str | None, tuple[tuple[str, str], ...]]:
    if DECLARED.choice(settings, "send_transfer_scene") != "yes":
        return None, ()
    report = []
    for part in filter(None, re.split(r"[;；\n]", DECLARED.text(settings, "transfer_scene_report"))):
        kind, mark, content = part.strip().partition("=")
        if not (mark and kind.strip() and content.strip()):
            raise DECLARED.wrong("transfer_scene_report", "write type=text", "格式应为 类型=内容")
        report.append((kind.strip(), content.strip()))
    if not report or len({kind for kind, _ in report}) != len(report):
        raise DECLARED.wrong("transfer_scene_report", "each type may occur once only", "上报类型不得为空或重复")
    return DECLARED.text(settings, "transfer_scene_name").strip(), tuple(report)


def _title_template(settings: ChannelSettings) -> str:
    template = DECLARED.text(settings, "order_title")
    if re.search(r"[{}]", template.replace("{title}", "").replace("{key}", "")):
        raise DECLARED.wrong("order_title", "only {title} and {key} can be filled in", "只能使用 {title} 和 {key}")
    return template
