"""Keys and certificates as UnionPay and its certification authority (CFCA) give them.

Source: UnionPay ACP 5.1.0: PKCS#12 for the merchant's key, decimal serials as ``certId``, and
``signPubKeyCert`` proved by the configured middle and root certificates and by its subject.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID, SignatureAlgorithmOID

from odoo.addons.payment_bridge.connector.errors import Misconfigured
from odoo.addons.payment_bridge.connector.types import Bilingual

from ..whole_certificate import read_whole

MINIMUM_KEY_BITS = 2048
OWNER_PLACE = 2
"""UnionPay's subjects are ``code@serial@owner@number``: the owner stands third."""
_WEAK = frozenset({SignatureAlgorithmOID.RSA_WITH_MD5, SignatureAlgorithmOID.RSA_WITH_SHA1})
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


class UntrustedCertificate(ValueError):
    """A certificate that is not proved to be UnionPay's, or may not be used now."""


def misconfigured(setting: Bilingual, en: str, zh: str) -> Misconfigured:
    """The error for a setting that cannot work; ``setting`` is its label, never its value."""
    return Misconfigured(
        f"{setting.en}: {en}",
        code="settings",
        advice=Bilingual(f"{setting.en}: {en}.", f"{setting.zh}：{zh}。"),
    )


def load_pkcs12(text: str | None, password: str, label: Bilingual) -> tuple[RSAPrivateKey, x509.Certificate]:
    """Read the signing key and its certificate from the base64 of a .pfx or .p12 file.

    :raises Misconfigured: missing, no such file, another password, not RSA, too short, or no certificate.
    """
    if not (text or "").strip():
        raise misconfigured(label, "the file is missing", "缺少文件")
    try:
        raw = base64.b64decode("".join(text.split()), validate=True)
    except (ValueError, binascii.Error) as error:
        raise misconfigured(label, "the file is not valid base64", "文件不是有效的 base64") from error
    try:
        key, certificate, _others = pkcs12.load_key_and_certificates(raw, password.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise misconfigured(
            label, "it cannot be opened: no .pfx file, or another password", "无法打开：不是 .pfx 文件，或密码不正确"
        ) from error
    if not isinstance(key, RSAPrivateKey) or key.key_size < MINIMUM_KEY_BITS:
        raise misconfigured(
            label,
            f"it holds no RSA key of {MINIMUM_KEY_BITS} bits or more",
            f"其中没有 {MINIMUM_KEY_BITS} 位及以上的 RSA 私钥",
        )
    if certificate is None:
        raise misconfigured(label, "it holds no certificate for the key", "其中没有与私钥对应的证书")
    return key, certificate


def load_certificates(text: str | None, label: Bilingual) -> tuple[x509.Certificate, ...]:
    """Read every PEM certificate of a file, in its order.

    :raises Misconfigured: when there is none, or one cannot be read.
    """
    blocks = _PEM.findall(text or "")
    if not blocks:
        raise misconfigured(
            label,
            "no certificate found; give the .cer file as text (PEM)",
            "没有找到证书，请提供 PEM 文本格式的 .cer 文件",
        )
    try:
        return tuple(read_whole(block.encode()) for block in blocks)
    except ValueError as error:
        raise misconfigured(label, "a certificate in it cannot be read", "其中有无法读取的证书") from error


def read_certificate(text: str) -> x509.Certificate:
    """The one certificate that a message carries.

    :raises UntrustedCertificate: for anything else.
    """
    blocks = _PEM.findall(text)
    if len(blocks) != 1:
        raise UntrustedCertificate("the message carries no certificate, or several")
    try:
        return read_whole(blocks[0].encode())
    except ValueError as error:
        raise UntrustedCertificate("the message's certificate cannot be read") from error


def rsa_key(certificate: x509.Certificate) -> RSAPublicKey:
    """The RSA key that a certificate certifies.

    :raises UntrustedCertificate: when it is of another kind or too short.
    """
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UntrustedCertificate("the certificate's key is not an RSA key") from error
    if not isinstance(key, RSAPublicKey) or key.key_size < MINIMUM_KEY_BITS:
        raise UntrustedCertificate(f"the certificate's key is not an RSA key of {MINIMUM_KEY_BITS} bits or more")
    return key


def cert_id(certificate: x509.Certificate) -> str:
    """UnionPay's name for a certificate: its serial, in decimal."""
    return str(certificate.serial_number)


def owner(certificate: x509.Certificate) -> str | None:
    """Whose a certificate is: the third part of its common name; None where there is none, or several."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    parts = str(names[0].value).split("@") if len(names) == 1 else []
    return parts[OWNER_PLACE] if len(parts) > OWNER_PLACE else None


def prove_chain(
    leaf: x509.Certificate, middles: Sequence[x509.Certificate], roots: Sequence[x509.Certificate]
) -> tuple[x509.Certificate, ...]:
    """The way from ``leaf`` over a configured middle certificate to a configured root, each signature
    verified. Dates are not looked at; see :func:`check_dates`.

    :raises UntrustedCertificate: when there is none.
    """
    if leaf.signature_algorithm_oid in _WEAK:
        raise UntrustedCertificate("the certificate has a weak signature")
    for middle in middles:
        if _issued(middle, leaf):
            for root in roots:
                if _issued(root, middle):
                    return leaf, middle, root
    raise UntrustedCertificate("the certificate does not lead to the configured root")


def leads_to(middle: x509.Certificate, roots: Sequence[x509.Certificate]) -> bool:
    """Whether one of the roots issued this middle certificate."""
    return any(_issued(root, middle) for root in roots)


def check_dates(certificates: Iterable[x509.Certificate], moment: datetime) -> None:
    """Refuse a certificate outside its validity at ``moment`` (aware).

    :raises UntrustedCertificate: naming the day.
    """
    for certificate in certificates:
        if moment < certificate.not_valid_before_utc:
            raise UntrustedCertificate(f"a certificate is not valid before {certificate.not_valid_before_utc.date()}")
        if moment > certificate.not_valid_after_utc:
            raise UntrustedCertificate(f"a certificate ended on {certificate.not_valid_after_utc.date()}")


def earliest_end(certificates: Iterable[x509.Certificate]) -> date | None:
    """The first day on which one of them ends; None for none."""
    return min((certificate.not_valid_after_utc.date() for certificate in certificates), default=None)


def _issued(issuer: x509.Certificate, subject: x509.Certificate) -> bool:
    if issuer.subject != subject.issuer or not _may_sign(issuer):
        return False
    try:
        subject.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _may_sign(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False
