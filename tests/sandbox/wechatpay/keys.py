"""The platform's certificates, each merchant's keys, and how both are written."""

from __future__ import annotations

import datetime as dt
import secrets
import threading
from dataclasses import dataclass
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

LIFE = dt.timedelta(days=5 * 365)
SERIAL_BITS = 158


def new_key() -> rsa.RSAPrivateKey:
    """A new RSA key of the platform's size."""
    return rsa.generate_private_key(65537, 2048)


def private_pem(key: rsa.RSAPrivateKey) -> str:
    """PKCS#8, as in apiclient_key.pem."""
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return key.private_bytes(*form).decode()


def public_pem(key: rsa.RSAPublicKey) -> str:
    """As in pub_key.pem."""
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


@dataclass(frozen=True)
class Identity:
    """A key with a certificate over it."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @cached_property
    def serial(self) -> str:
        """The certificate's serial number in upper-case hex, as headers carry it."""
        return f"{self.certificate.serial_number:040X}"

    @cached_property
    def pem(self) -> str:
        """The certificate as PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()


class Authority:
    """The root under which certificates of merchants and of the platform are issued."""

    def __init__(self) -> None:
        self._key = new_key()
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Payment Sandbox Tenpay Root CA")])

    def identity(self, common_name: str) -> Identity:
        """A new key with a certificate."""
        key, now = new_key(), dt.datetime.now(dt.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)]))
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(secrets.randbits(SERIAL_BITS) | 1 << (SERIAL_BITS - 1))
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + LIFE)
        )
        return Identity(key, builder.sign(self._key, hashes.SHA256()))


class PlatformCertificates:
    """The platform's certificates: several may be valid at once, one signs."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority
        self._lock = threading.Lock()
        first = authority.identity("Tenpay.com sign")
        self._valid: dict[str, Identity] = {first.serial: first}
        self._signing = first

    @property
    def signing(self) -> Identity:
        """The one that signs now."""
        return self._signing

    def get(self, serial: str) -> Identity | None:
        """A valid certificate by its serial number."""
        return self._valid.get(serial)

    def all(self) -> list[Identity]:
        """Every valid certificate, oldest first."""
        with self._lock:
            return list(self._valid.values())

    def add(self, sign_with_it: bool) -> Identity:
        """A further certificate; the older ones stay valid."""
        identity = self._authority.identity("Tenpay.com sign")
        with self._lock:
            self._valid[identity.serial] = identity
            if sign_with_it:
                self._signing = identity
        return identity

    def retire(self, serial: str) -> bool:
        """Take a certificate that does not sign out of the list."""
        with self._lock:
            return serial != self._signing.serial and self._valid.pop(serial, None) is not None
