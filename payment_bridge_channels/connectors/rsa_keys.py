"""Reading the RSA keys that a platform's console gives: in whatever form they are pasted, or a clear refusal."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from odoo.addons.payment_bridge.connector.errors import Misconfigured
from odoo.addons.payment_bridge.connector.types import Bilingual

MINIMUM_KEY_BITS = 2048
RsaKey = TypeVar("RsaKey", RSAPrivateKey, RSAPublicKey)
_ARMOUR = re.compile(r"-----(?:BEGIN|END)[A-Z0-9 ]*-----")


def misconfigured(setting: Bilingual, en: str, zh: str) -> Misconfigured:
    """The error for a setting that cannot work; ``setting`` is its label, never its value."""
    return Misconfigured(
        f"{setting.en}: {en}",
        code="settings",
        advice=Bilingual(f"{setting.en}: {en}.", f"{setting.zh}：{zh}。"),
    )


def load_private_key(text: str | None, label: Bilingual) -> RSAPrivateKey:
    """Read the merchant's private key: PKCS#1 or PKCS#8, PEM or bare base64, line breaks ignored.

    :raises Misconfigured: when it is missing, encrypted, no RSA key, or too short.
    """
    der = _der(text, label, "private key", "私钥")
    try:
        key = serialization.load_der_private_key(der, password=None)
    except TypeError as error:
        raise _encrypted(label, "private key", "私钥") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise misconfigured(
            label, "this is not an RSA private key in PKCS#1 or PKCS#8 form", "不是 PKCS#1 或 PKCS#8 格式的 RSA 私钥"
        ) from error
    return _long_enough(key, RSAPrivateKey, label, "an RSA key is needed", "需要 RSA 私钥")


def load_public_key(text: str | None, label: Bilingual) -> RSAPublicKey:
    """Read the platform's public key: PEM or bare base64.

    :raises Misconfigured: when it is missing, no RSA public key, or too short.
    """
    der = _der(text, label, "public key", "公钥")
    try:
        key = serialization.load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise misconfigured(label, "this is not an RSA public key", "不是 RSA 公钥") from error
    return _long_enough(key, RSAPublicKey, label, "an RSA key is needed", "需要 RSA 公钥")


def public_key_of(certificate: x509.Certificate, label: Bilingual) -> RSAPublicKey:
    """The RSA key a certificate certifies.

    :raises Misconfigured: when it is of another kind or too short.
    """
    other = ("its key is not an RSA key", "证书公钥不是 RSA")
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise misconfigured(label, *other) from error
    return _long_enough(key, RSAPublicKey, label, *other)


def same_key(one: RSAPublicKey, other: RSAPublicKey) -> bool:
    """Whether two public keys are one."""
    return one.public_numbers() == other.public_numbers()


def _der(text: str | None, label: Bilingual, en: str, zh: str) -> bytes:
    stripped = (text or "").strip()
    if not stripped:
        raise misconfigured(label, f"the {en} is missing", f"缺少{zh}")
    if "ENCRYPTED" in stripped:
        raise _encrypted(label, en, zh)
    if "CERTIFICATE" in stripped:
        raise misconfigured(label, f"this is a certificate, not a {en}", f"这里是证书，不是{zh}")
    try:
        return base64.b64decode("".join(_ARMOUR.sub("", stripped).split()), validate=True)
    except (ValueError, binascii.Error) as error:
        raise misconfigured(label, f"the {en} is not valid base64", f"{zh}不是有效的 base64") from error


def _encrypted(label: Bilingual, en: str, zh: str) -> Misconfigured:
    return misconfigured(
        label, f"the {en} is encrypted; store it without a passphrase", f"{zh}带有口令加密，请使用未加密的{zh}"
    )


def _long_enough(key: object, kind: type[RsaKey], label: Bilingual, en: str, zh: str) -> RsaKey:
    """The key, if it is of that kind (``en``, ``zh`` say that it is not) and not too short."""
    if not isinstance(key, kind):
        raise misconfigured(label, en, zh)
    if key.key_size < MINIMUM_KEY_BITS:
        raise misconfigured(
            label,
            f"a key of at least {MINIMUM_KEY_BITS} bits is needed, this one has {key.key_size}",
            f"密钥至少 {MINIMUM_KEY_BITS} 位，当前为 {key.key_size} 位",
        )
    return key
