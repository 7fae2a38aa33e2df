"""Keys and certificates as UnionPay and its certification authority (CFCA) give them.

Source: UnionPay ACP 5.1.0: PKCS#12 for the merchant's key, decimal serials as ``certId``, and
``signPubKeyCert`` proved by the configured middle and root certificates and by its subject.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from odoo.addons.payment_bridge.connector.types import Bilingual

from .. import whole_certificate
from ..certificate_trust import WEAK_SIGNATURES, UntrustedCertificate, has_issued
from ..rsa_keys import MINIMUM_KEY_BITS, misconfigured
from ..whole_certificate import pem_blocks, read_whole

MISSING = Bilingual(
    "no certificate found; give the .cer file as text (PEM)", "没有找到证书，请提供 PEM 文本格式的 .cer 文件"
)
OWNER_PLACE = 2
"""UnionPay's subjects are ``code@serial@owner@number``: the owner stands third."""


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
    return whole_certificate.load_certificates(text, label, MISSING)


def read_certificate(text: str) -> x509.Certificate:
    """The one certificate that a message carries.

    :raises UntrustedCertificate: for anything else.
    """
    blocks = pem_blocks(text)
    if len(blocks) != 1:
        raise UntrustedCertificate("the message carries no certificate, or several")
    try:
        return read_whole(blocks[0])
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
    verified. Dates are not looked at; see :func:`.certificate_trust.check_dates`.

    :raises UntrustedCertificate: when there is none.
    """
    if leaf.signature_algorithm_oid in WEAK_SIGNATURES:
        raise UntrustedCertificate("the certificate has a weak signature")
    for middle in middles:
        if has_issued(middle, leaf):
            for root in roots:
                if has_issued(root, middle):
                    return leaf, middle, root
    raise UntrustedCertificate("the certificate does not lead to the configured root")


def leads_to(middle: x509.Certificate, roots: Sequence[x509.Certificate]) -> bool:
    """Whether one of the roots issued this middle certificate."""
    return any(has_issued(root, middle) for root in roots)
