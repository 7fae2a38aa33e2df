"""A channel's settings in the connector's words: parsed, checked, and found to belong together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from odoo.addons.payment_bridge.connector.declarations import ChannelSettings
from odoo.addons.payment_bridge.connector.errors import Misconfigured
from odoo.addons.payment_bridge.connector.statement_types import LineKind
from odoo.addons.payment_bridge.connector.types import Bilingual

from ..certificate_trust import UntrustedCertificate
from ..declared_settings import DeclaredSettings
from . import certificates, signing
from .batch_layout import KNOWN_COLUMNS, NEEDED_COLUMNS
from .setting_fields import SETTING_FIELDS

GATEWAY_HOST = "gateway.95516.com"
FILE_HOST = "filedownload.95516.com"
PRODUCTION_GATEWAY = f"https://{GATEWAY_HOST}/gateway/api"
PRODUCTION_FILES = f"https://{FILE_HOST}/"
PRODUCTION_SIGNER = "中国银联股份有限公司"
NO_NOTIFICATION = "http://www.specialUrl.com"
"""The backUrl with which UnionPay sends no notification."""
BACK_URL_MAX = 256

DECLARED = DeclaredSettings(SETTING_FIELDS)


@dataclass(frozen=True, slots=True)
class Identity:
    """The keys of a channel, parsed and found to belong together. ``repr`` shows no secret."""

    method: str
    signer: str
    private_key: RSAPrivateKey | None = field(default=None, repr=False)
    certificate: x509.Certificate | None = None
    secure_key: str = field(default="", repr=False)
    middles: tuple[x509.Certificate, ...] = ()
    roots: tuple[x509.Certificate, ...] = ()


@dataclass(frozen=True, slots=True)
class UnionPaySettings:
    """A channel's settings in the connector's words, checked once."""

    mer_id: str
    identity: Identity
    gateway: str
    files: str
    back_url: str
    encrypt_sensitive: bool
    encrypt_certificate: x509.Certificate | None
    encrypt_refresh: bool
    not_found_after: timedelta
    send_postscript: bool
    page_product: str
    terminal: str | None
    reversal: bool
    same_day_void: bool
    batch_columns: tuple[str, ...]
    batch_charset: str
    transaction_codes: Mapping[str, LineKind]


def read(settings: ChannelSettings) -> UnionPaySettings:
    """Check a channel's settings.

    Validity dates are not looked at: they are checked when a certificate is used.
    :raises Misconfigured: naming the setting and what is wrong with it.
    """
    encrypt = DECLARED.yes(settings, "encrypt_sensitive")
    return UnionPaySettings(
        mer_id=DECLARED.matching(settings, "mer_id", r"[0-9A-Za-z]{15}", "15 letters and digits", "15 位字母或数字"),
        identity=_identity(settings),
        gateway=_address(settings, "gateway_url", PRODUCTION_GATEWAY).rstrip("/"),
        files=_address(settings, "file_url", PRODUCTION_FILES),
        back_url=_back_url(settings),
        encrypt_sensitive=encrypt,
        encrypt_certificate=_encryption(settings) if encrypt else None,
        encrypt_refresh=DECLARED.yes(settings, "encrypt_refresh"),
        not_found_after=_minutes(settings),
        send_postscript=DECLARED.yes(settings, "send_postscript"),
        page_product=DECLARED.choice(settings, "page_product"),
        terminal=DECLARED.matching(settings, "terminal", r"[0-9A-Za-z]{8}|", "8 letters and digits", "8 位字母或数字")
        or None,
        reversal=DECLARED.yes(settings, "reversal"),
        same_day_void=DECLARED.yes(settings, "same_day_void"),
        batch_columns=_columns(settings),
        batch_charset=DECLARED.choice(settings, "batch_charset"),
        transaction_codes=_codes(settings),
    )


def _identity(settings: ChannelSettings) -> Identity:
    method = DECLARED.choice(settings, "sign_method")
    signer = PRODUCTION_SIGNER
    if settings.environment == "sandbox":
        signer = DECLARED.matching(settings, "signer_name", r"[^@]{1,64}", "a name without @", "不含 @ 的名称")
    if method != signing.RSA:
        secret = settings.get("secure_key") or ""
        if not secret.strip():
            raise DECLARED.wrong("secure_key", "the shared key is missing", "缺少共享密钥")
        return Identity(method, signer, secure_key=secret)
    key, certificate = certificates.load_pkcs12(
        settings.get("sign_pkcs12"), settings.get("sign_password") or "", DECLARED.label("sign_pkcs12")
    )
    if certificate.public_key().public_numbers() != key.public_key().public_numbers():
        raise DECLARED.wrong("sign_pkcs12", "its certificate is not that of its key", "其中的证书与私钥不匹配")
    middles, roots = (
        certificates.load_certificates(settings.get(name), DECLARED.label(name))
        for name in ("middle_certificates", "root_certificates")
    )
    if not all(certificates.leads_to(middle, roots) for middle in middles):
        raise DECLARED.wrong(
            "middle_certificates",
            "a certificate in it was not issued by the root certificates given beside it",
            "其中有证书不是由所填根证书签发的",
        )
    return Identity(method, signer, key, certificate, middles=middles, roots=roots)


def _encryption(settings: ChannelSettings) -> x509.Certificate:
    found = certificates.load_certificates(settings.get("encrypt_certificate"), DECLARED.label("encrypt_certificate"))
    try:
        certificates.rsa_key(found[0])
    except UntrustedCertificate as error:
        raise DECLARED.wrong("encrypt_certificate", str(error), "证书公钥不是 2048 位及以上的 RSA") from error
    return found[0]


def _address(settings: ChannelSettings, name: str, production: str) -> str:
    if settings.environment != "sandbox":
        return production
    url = DECLARED.text(settings, name)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise DECLARED.wrong(name, "it is not a web address", "不是有效的网址")
    return url


def _back_url(settings: ChannelSettings) -> str:
    url = settings.notify_url or NO_NOTIFICATION
    if len(url) > BACK_URL_MAX:
        raise Misconfigured(
            f"the notification address is longer than {BACK_URL_MAX} characters",
            code="settings",
            advice=Bilingual(
                f"The notification address is longer than UnionPay's {BACK_URL_MAX} characters.",
                f"通知地址超过银联限制的 {BACK_URL_MAX} 个字符。",
            ),
        )
    return url


def _minutes(settings: ChannelSettings) -> timedelta:
    text = DECLARED.matching(settings, "not_found_minutes", r"[0-9]{1,4}", "minutes", "分钟数")
    if not 5 <= int(text) <= 1440:
        raise DECLARED.wrong("not_found_minutes", "it is between 5 and 1440", "应在 5 至 1440 之间")
    return timedelta(minutes=int(text))


def _columns(settings: ChannelSettings) -> tuple[str, ...]:
    names = tuple(name.strip() for name in DECLARED.text(settings, "batch_columns").split("|"))
    unknown = [name for name in names if name not in KNOWN_COLUMNS]
    missing = NEEDED_COLUMNS - set(names)
    if unknown or missing or len(set(names)) != len(names):
        told = "、".join((*unknown, *sorted(missing)))
        raise DECLARED.wrong("batch_columns", f"unknown, missing or repeated: {told}", f"字段未知、缺失或重复：{told}")
    return names


def _codes(settings: ChannelSettings) -> dict[str, LineKind]:
    found: dict[str, LineKind] = {}
    for part in filter(None, re.split(r"[,，;；\s]+", DECLARED.text(settings, "transaction_codes"))):
        code, _mark, kind = part.partition("=")
        if not re.fullmatch(r"[0-9A-Z]{3}", code) or kind not in set(LineKind) or code in found:
            raise DECLARED.wrong(
                "transaction_codes", "write code=kind, each code once", "格式应为 交易代码=类型，代码不可重复"
            )
        found[code] = LineKind(kind)
    return found
