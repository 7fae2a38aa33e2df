"""Keys and certificates as WeChat Pay's merchant console gives them.

Source: WeChat Pay merchant platform: ``apiclient_key.pem``, ``apiclient_cert.pem``, the WeChat Pay public
key; APIv3 platform certificates.
"""

from __future__ import annotations

from cryptography import x509

from odoo.addons.payment_bridge.connector.types import Bilingual

from ..rsa_keys import misconfigured, public_key_of
from ..whole_certificate import pem_blocks, read_whole


def load_certificate(text: str, label: Bilingual) -> x509.Certificate:
    """Read one PEM certificate with an RSA key.

    :raises Misconfigured: when there is none or it cannot be read.
    """
    blocks = pem_blocks(text)
    if not blocks:
        raise misconfigured(
            label, "no certificate found; paste apiclient_cert.pem", "没有找到证书，请粘贴 apiclient_cert.pem"
        )
    try:
        certificate = read_whole(blocks[0])
    except ValueError as error:
        raise misconfigured(label, "the certificate cannot be read", "证书无法读取") from error
    public_key_of(certificate, label)
    return certificate


def serial_of(certificate: x509.Certificate) -> str:
    """A certificate's serial as WeChat Pay writes it: upper-case hex, whole bytes."""
    number = certificate.serial_number
    return number.to_bytes(max(1, (number.bit_length() + 7) // 8), "big").hex().upper()


def comparable(serial: str) -> str:
    """A serial or key id in the one form in which they are compared."""
    return serial if serial.startswith("PUB_KEY_ID_") else serial.upper().lstrip("0")
