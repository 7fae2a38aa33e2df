"""Keys and certificates as Alipay's console gives them.

Source: Alipay open platform, certificate mode (``app_cert_sn``, ``alipay_root_cert_sn``,
``alipay_cert_sn``), as in the official SDK's ``antcertutil``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.x509.oid import NameOID, SignatureAlgorithmOID

from odoo.addons.payment_bridge.connector.errors import Misconfigured
from odoo.addons.payment_bridge.connector.types import Bilingual

from ..whole_certificate import read_whole

MINIMUM_KEY_BITS = 2048
MAXIMUM_CHAIN = 5
RSA_SIGNATURE_FAMILY = "1.2.840.113549.1.1."
WEAK_SIGNATURES = frozenset({SignatureAlgorithmOID.RSA_WITH_MD5, SignatureAlgorithmOID.RSA_WITH_SHA1})
_PEM_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_SHORT_NAMES = {
    NameOID.COMMON_NAME: "CN",
    NameOID.ORGANIZATIONAL_UNIT_NAME: "OU",
    NameOID.ORGANIZATION_NAME: "O",
    NameOID.COUNTRY_NAME: "C",
    NameOID.STATE_OR_PROVINCE_NAME: "ST",
    NameOID.LOCALITY_NAME: "L",
    NameOID.EMAIL_ADDRESS: "emailAddress",
}


class UntrustedCertificate(ValueError):
    """A certificate that does not lead to the configured root, or may not be used now."""


def misconfigured(setting: Bilingual, en: str, zh: str) -> Misconfigured:
    """The error for a setting that cannot work; ``setting`` is its label, never its value."""
    return Misconfigured(
        f"{setting.en}: {en}",
        code="settings",
        advice=Bilingual(f"{setting.en}: {en}.", f"{setting.zh}：{zh}。"),
    )


def load_private_key(text: str | None, label: Bilingual) -> RSAPrivateKey:
    """Read the application's private key: PKCS#1 or PKCS#8, PEM or bare base64, line breaks ignored.

    :raises Misconfigured: when it is missing, encrypted, not an RSA key, or too short for RSA2.
    """
    der = _der(text, label, "private key", "私钥")
    try:
        key = serialization.load_der_private_key(der, password=None)
    except TypeError as error:
        raise misconfigured(
            label,
            "the private key is encrypted; store it without a passphrase",
            "私钥带有口令加密，请使用未加密的私钥",
        ) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise misconfigured(
            label,
            "this is not an RSA private key in PKCS#1 or PKCS#8 form",
            "不是 PKCS#1 或 PKCS#8 格式的 RSA 私钥",
        ) from error
    if not isinstance(key, RSAPrivateKey):
        raise misconfigured(label, "RSA2 needs an RSA key", "RSA2 签名需要 RSA 私钥")
    _check_size(key.key_size, label)
    return key


def load_public_key(text: str | None, label: Bilingual) -> RSAPublicKey:
    """Read the Alipay public key of key mode: PEM or bare base64.

    :raises Misconfigured: when it is missing, not an RSA public key, or too short for RSA2.
    """
    der = _der(text, label, "public key", "公钥")
    try:
        key = serialization.load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise misconfigured(label, "this is not an RSA public key", "不是 RSA 公钥") from error
    if not isinstance(key, RSAPublicKey):
        raise misconfigured(label, "RSA2 needs an RSA key", "RSA2 验签需要 RSA 公钥")
    _check_size(key.key_size, label)
    return key


def load_certificates(text: str | None, label: Bilingual) -> list[x509.Certificate]:
    """Read every PEM certificate of a file, in its order.

    :raises Misconfigured: when there is none, or one cannot be read.
    """
    blocks = _PEM_CERTIFICATE.findall(text or "")
    if not blocks:
        raise misconfigured(
            label,
            "no certificate found; upload the .crt file as Alipay gave it",
            "没有找到证书，请上传支付宝提供的 .crt 文件原文",
        )
    try:
        return [read_whole(block.encode()) for block in blocks]
    except ValueError as error:
        raise misconfigured(label, "a certificate in it cannot be read", "其中有无法读取的证书") from error


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


def certificate_sn(certificate: x509.Certificate) -> str:
    """Alipay's name for a certificate: MD5, in hex, of the issuer's name and the decimal serial."""
    issuer = ",".join(
        f"{_SHORT_NAMES.get(attribute.oid, attribute.oid.dotted_string)}={attribute.value}"
        for attribute in reversed(list(certificate.issuer))
    )
    text = f"{issuer}{certificate.serial_number}"
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def root_sn(bundle: Iterable[x509.Certificate]) -> str:
    """``alipay_root_cert_sn``: the SNs of the bundle's RSA-signed certificates, joined with ``_``."""
    return "_".join(certificate_sn(root) for root in bundle if is_rsa_signed(root))


def is_rsa_signed(certificate: x509.Certificate) -> bool:
    """Whether an RSA signature is on it; the bundle's SM2 roots are not."""
    return certificate.signature_algorithm_oid.dotted_string.startswith(RSA_SIGNATURE_FAMILY)


def chain_to_root(
    leaf: x509.Certificate,
    intermediates: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
) -> list[x509.Certificate]:
    """The certificates from ``leaf`` up to one of ``roots``, each signature on the way verified.

    Dates are not looked at; see :func:`check_dates`.
    :raises UntrustedCertificate: when there is no such way.
    """
    anchors = [root for root in roots if is_rsa_signed(root)]
    chain = [leaf]
    while chain[-1] not in anchors:
        if len(chain) >= MAXIMUM_CHAIN:
            raise UntrustedCertificate("the certificate chain is too long")
        if chain[-1].signature_algorithm_oid in WEAK_SIGNATURES:
            raise UntrustedCertificate("a certificate of the chain has a weak signature")
        issuer = next(
            (
                candidate
                for candidate in (*anchors, *intermediates)
                if candidate not in chain and _issued(candidate, chain[-1])
            ),
            None,
        )
        if issuer is None:
            raise UntrustedCertificate("the certificate does not lead to the configured root")
        chain.append(issuer)
    return chain


def check_dates(chain: Iterable[x509.Certificate], moment: datetime) -> None:
    """Refuse a certificate outside its validity at ``moment`` (aware).

    :raises UntrustedCertificate: naming the day.
    """
    for certificate in chain:
        if moment < certificate.not_valid_before_utc:
            starts = certificate.not_valid_before_utc.date()
            raise UntrustedCertificate(f"a certificate is not valid before {starts}")
        if moment > certificate.not_valid_after_utc:
            ends = certificate.not_valid_after_utc.date()
            raise UntrustedCertificate(f"a certificate ended on {ends}")


def earliest_end(certificates: Iterable[x509.Certificate]) -> date | None:
    """The first day on which one of them ends; None for none."""
    ends = [certificate.not_valid_after_utc.date() for certificate in certificates]
    return min(ends, default=None)


def organisation(certificate: x509.Certificate) -> tuple[str, ...]:
    """The organisation names in its subject."""
    found = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return tuple(str(attribute.value) for attribute in found)


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
        basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except (x509.ExtensionNotFound, ValueError):
        return False
    return basic.value.ca


def _der(text: str | None, label: Bilingual, en: str, zh: str) -> bytes:
    stripped = (text or "").strip()
    if not stripped:
        raise misconfigured(label, f"the {en} is missing", f"缺少{zh}")
    if "ENCRYPTED" in stripped:
        raise misconfigured(
            label,
            f"the {en} is encrypted; store it without a passphrase",
            f"{zh}带有口令加密，请使用未加密的{zh}",
        )
    if "CERTIFICATE" in stripped:
        raise misconfigured(label, f"this is a certificate, not a {en}", f"这里是证书，不是{zh}")
    body = re.sub(r"-----(?:BEGIN|END)[A-Z0-9 ]*-----", "", stripped)
    try:
        return base64.b64decode("".join(body.split()), validate=True)
    except (ValueError, binascii.Error) as error:
        raise misconfigured(label, f"the {en} is not valid base64", f"{zh}不是有效的 base64") from error


def _check_size(bits: int, label: Bilingual) -> None:
    if bits < MINIMUM_KEY_BITS:
        raise misconfigured(
            label,
            f"RSA2 needs a key of at least {MINIMUM_KEY_BITS} bits, this one has {bits}",
            f"RSA2 要求密钥至少 {MINIMUM_KEY_BITS} 位，当前为 {bits} 位",
        )
