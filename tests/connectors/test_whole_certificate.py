"""A broken certificate is refused when it is read, not in the middle of a comparison."""

import base64

import pytest
from alipay_world import certificate, pem
from cryptography import x509

from odoo.addons.payment_bridge_channels.connectors.whole_certificate import read_whole

PARTS = (
    "issuer",
    "subject",
    "serial_number",
    "not_valid_before_utc",
    "not_valid_after_utc",
    "signature_algorithm_oid",
    "extensions",
)


def _pem(der: bytes) -> bytes:
    body = base64.encodebytes(der)
    return b"-----BEGIN CERTIFICATE-----\n" + body + b"-----END CERTIFICATE-----\n"


def _der() -> bytes:
    text = pem(certificate("whole", "Root", serial=5))
    return base64.b64decode("".join(text.strip().splitlines()[1:-1]))


def test_a_whole_certificate_is_read():
    read = read_whole(_pem(_der()))
    assert isinstance(read, x509.Certificate) and read.serial_number == 5


def test_whatever_byte_is_changed_it_is_read_whole_or_refused():
    der = _der()
    refused = 0
    for place in range(len(der)):
        broken = der[:place] + bytes([der[place] ^ 0x55]) + der[place + 1 :]
        try:
            read = read_whole(_pem(broken))
        except ValueError:
            refused += 1
            continue
        for part in PARTS:
            getattr(read, part)
    assert refused > 50


@pytest.mark.parametrize("pem_text", [b"", b"-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n"])
def test_what_is_no_certificate_is_refused(pem_text):
    with pytest.raises(ValueError):
        read_whole(pem_text)
