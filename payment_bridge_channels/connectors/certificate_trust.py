"""Which certificate may be believed: who issued it, and whether it is valid at a moment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.oid import SignatureAlgorithmOID

WEAK_SIGNATURES = frozenset({SignatureAlgorithmOID.RSA_WITH_MD5, SignatureAlgorithmOID.RSA_WITH_SHA1})


class UntrustedCertificate(ValueError):
    """A certificate that is not proved to be the platform's, or may not be used now."""


def has_issued(issuer: x509.Certificate, subject: x509.Certificate) -> bool:
    """Whether ``issuer`` may sign certificates, and its signature is on ``subject``. Dates are not looked at."""
    if issuer.subject != subject.issuer or not _may_sign(issuer):
        return False
    try:
        subject.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


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


def _may_sign(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False
