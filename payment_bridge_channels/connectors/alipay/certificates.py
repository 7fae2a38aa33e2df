"""Keys and certificates as Alipay's console gives them.

Source: Alipay open platform, certificate mode (``app_cert_sn``, ``alipay_root_cert_sn``,
``alipay_cert_sn``), as in the official SDK's ``antcertutil``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from cryptography import x509
from cryptography.x509.oid import NameOID

from odoo.addons.payment_bridge.connector.types import Bilingual

from .. import whole_certificate
from ..certificate_trust import WEAK_SIGNATURES, UntrustedCertificate, has_issued

MISSING = Bilingual(
    "no certificate found; upload the .crt file as Alipay gave it", "没有找到证书，请上传支付宝提供的 .crt 文件原文"
)
MAXIMUM_CHAIN = 5
RSA_SIGNATURE_FAMILY = "1.2.840.113549.1.1."
_SHORT_NAMES = {
    NameOID.COMMON_NAME: "CN",
    NameOID.ORGANIZATIONAL_UNIT_NAME: "OU",
    NameOID.ORGANIZATION_NAME: "O",
    NameOID.COUNTRY_NAME: "C",
    NameOID.STATE_OR_PROVINCE_NAME: "ST",
    NameOID.LOCALITY_NAME: "L",
    NameOID.EMAIL_ADDRESS: "emailAddress",
}


def load_certificates(text: str | None, label: Bilingual) -> tuple[x509.Certificate, ...]:
    """Read every PEM certificate of a file, in its order.

    :raises Misconfigured: when there is none, or one cannot be read.
    """
    return whole_certificate.load_certificates(text, label, MISSING)


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

    Dates are not looked at; see :func:`.certificate_trust.check_dates`.
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
                if candidate not in chain and has_issued(candidate, chain[-1])
            ),
            None,
        )
        if issuer is None:
            raise UntrustedCertificate("the certificate does not lead to the configured root")
        chain.append(issuer)
    return chain


def organisation(certificate: x509.Certificate) -> tuple[str, ...]:
    """The organisation names in its subject."""
    found = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return tuple(str(attribute.value) for attribute in found)
