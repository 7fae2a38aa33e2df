"""Reading a certificate that somebody else sent: whole, or not at all."""

from __future__ import annotations

import re

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from odoo.addons.payment_bridge.connector.types import Bilingual

from .rsa_keys import misconfigured

BROKEN = (x509.DuplicateExtension, x509.InvalidVersion, x509.UnsupportedGeneralNameType, UnsupportedAlgorithm)
"""What the library raises beside ValueError for a certificate that it cannot read."""

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


def pem_blocks(text: str | None) -> list[bytes]:
    """The PEM blocks of a file's certificates, in their order."""
    return [block.encode() for block in _PEM.findall(text or "")]


def read_whole(pem: bytes) -> x509.Certificate:
    """The certificate of one PEM block, with every part that is looked at later already read.

    The library reads the parts when they are asked for, so that a broken certificate would raise in the middle of
    some comparison.
    :raises ValueError: when any of them is broken.
    """
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        _ = (
            certificate.issuer,
            certificate.subject,
            certificate.serial_number,
            certificate.not_valid_before_utc,
            certificate.not_valid_after_utc,
            certificate.signature_algorithm_oid,
            certificate.extensions,
        )
    except BROKEN as error:
        raise ValueError("a part of the certificate cannot be read") from error
    return certificate


def load_certificates(text: str | None, label: Bilingual, missing: Bilingual) -> tuple[x509.Certificate, ...]:
    """Read every PEM certificate of a setting, in its order; ``missing`` says what to give where there is none.

    :raises Misconfigured: when there is none, or one cannot be read.
    """
    blocks = pem_blocks(text)
    if not blocks:
        raise misconfigured(label, missing.en, missing.zh)
    try:
        return tuple(read_whole(block) for block in blocks)
    except ValueError as error:
        raise misconfigured(label, "a certificate in it cannot be read", "其中有无法读取的证书") from error
