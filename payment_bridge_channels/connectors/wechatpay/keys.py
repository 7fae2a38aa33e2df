"""Keys and certificates as WeChat Pay's merchant console gives them.

Source: WeChat Pay merchant platform: ``apiclient_key.pem``, ``apiclient_cert.pem``, the WeChat Pay public
key; APIv3 platform certificates.
"""

from __future__ import annotations

import base64
import binascii
import re

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from odoo.addons.payment_bridge.connector.errors import Misconfigured
from odoo.addons.payment_bridge.connector.types import Bilingual

from ..whole_certificate import read_whole

MINIMUM_KEY_BITS = 2048
_ARMOUR = re.compile(r"-----(?:BEGIN|END)[A-Z0-9 ]*-----")
_PEM_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


def misconfigured(setting: Bilingual, en: str, zh: str) -> Misconfigured:
    """The error for a setting that cannot work; ``setting`` is its label, never its value."""
    return Misconfigured(
        f"{setting.en}: {en}",
        code="settings",
        advice=Bilingual(f"{setting.en}: {en}.", f"{setting.zh}：{zh}。"),
    )


def load_private_key(text: str | None, label: Bilingual) -> RSAPrivateKey:
    """Read the merchant's private key: PKCS#8 or PKCS#1, PEM or bare base64.

    :raises Misconfigured: when it is missing, encrypted, no RSA key, or too short.
    """
    der = _der(text, label, "private key", "私钥")
    try:
        key = serialization.load_der_private_key(der, password=None)
    except TypeError as error:
        raise misconfigured(label, "the key is encrypted; store it without a passphrase", "私钥带有口令加密") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise misconfigured(label, "this is not an RSA private key", "不是 RSA 私钥") from error
    if not isinstance(key, RSAPrivateKey):
        raise misconfigured(label, "an RSA key is needed", "需要 RSA 私钥")
    _check_size(key.key_size, label)
    return key


def load_public_key(text: str | None, label: Bilingual) -> RSAPublicKey:
    """Read the WeChat Pay public key: PEM or bare base64.

    :raises Misconfigured: when it is missing, no RSA public key, or too short.
    """
    der = _der(text, label, "public key", "公钥")
    try:
        key = serialization.load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise misconfigured(label, "this is not an RSA public key", "不是 RSA 公钥") from error
    if not isinstance(key, RSAPublicKey):
        raise misconfigured(label, "an RSA key is needed", "需要 RSA 公钥")
    _check_size(key.key_size, label)
    return key


def load_certificate(text: str, label: Bilingual) -> x509.Certificate:
    """Read one PEM certificate with an RSA key.

    :raises Misconfigured: when there is none or it cannot be read.
    """
    found = _PEM_CERTIFICATE.search(text)
    if found is None:
        raise misconfigured(
            label, "no certificate found; paste apiclient_cert.pem", "没有找到证书，请粘贴 apiclient_cert.pem"
        )
    try:
        certificate = read_whole(found.group().encode())
    except ValueError as error:
        raise misconfigured(label, "the certificate cannot be read", "证书无法读取") from error
    public_key_of(certificate, label)
    return certificate


def public_key_of(certificate: x509.Certificate, label: Bilingual) -> RSAPublicKey:
    """The RSA key a certificate certifies.

    :raises Misconfigured: when it is of another kind or too short.
    """
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise misconfigured(label, "its key is not an RSA key", "证书公钥不是 RSA") from error
    if not isinstance(key, RSAPublicKey):
        raise misconfigured(label, "its key is not an RSA key", "证书公钥不是 RSA")
    _check_size(key.key_size, label)
    return key


def same_key(one: RSAPublicKey, other: RSAPublicKey) -> bool:
    """Whether two public keys are one."""
    return one.public_numbers() == other.public_numbers()


def serial_of(certificate: x509.Certificate) -> str:
    """A certificate's serial as WeChat Pay writes it: upper-case hex, whole bytes."""
    number = certificate.serial_number
    return number.to_bytes(max(1, (number.bit_length() + 7) // 8), "big").hex().upper()


def comparable(serial: str) -> str:
    """A serial or key id in the one form in which they are compared."""
    return serial if serial.startswith("PUB_KEY_ID_") else serial.upper().lstrip("0")


def _der(text: str | None, label: Bilingual, en: str, zh: str) -> bytes:
    stripped = (text or "").strip()
    if not stripped:
        raise misconfigured(label, f"the {en} is missing", f"缺少{zh}")
    if "ENCRYPTED" in stripped:
        raise misconfigured(label, "the key is encrypted; store it without a passphrase", f"{zh}带有口令加密")
    if "CERTIFICATE" in stripped:
        raise misconfigured(label, f"this is a certificate, not a {en}", f"这里是证书，不是{zh}")
    try:
        return base64.b64decode("".join(_ARMOUR.sub("", stripped).split()), validate=True)
    except (ValueError, binascii.Error) as error:
        raise misconfigured(label, f"the {en} is not valid base64", f"{zh}不是有效的 base64") from error


def _check_size(bits: int, label: Bilingual) -> None:
    if bits < MINIMUM_KEY_BITS:
        raise misconfigured(
            label,
            f"a key of at least {MINIMUM_KEY_BITS} bits is needed, this one has {bits}",
            f"密钥至少 {MINIMUM_KEY_BITS} 位，当前为 {bits} 位",
        )
