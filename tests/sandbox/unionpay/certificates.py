"""Keys and certificates: a test root, a middle one under it, and what they sign; beside them a chain nobody trusts."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

YEARS = dt.timedelta(days=3650)
PFX_PASSWORD = "000000"


@dataclass(frozen=True)
class Identity:
    """A key with the certificate over it."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @cached_property
    def serial(self) -> str:
        """certId and encryptCertId: the serial number in decimal."""
        return str(self.certificate.serial_number)

    @cached_property
    def pem(self) -> str:
        """The certificate as PEM with LF, without one at the end."""
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode().strip()

    def pfx(self, password: str) -> bytes:
        """Key and certificate as PKCS#12."""
        sealed = serialization.BestAvailableEncryption(password.encode())
        return pkcs12.serialize_key_and_certificates(b"sandbox", self.key, self.certificate, None, sealed)


class Chain:
    """A root and a middle certificate, and the identities under them."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.root = _issued(_subject(f"{name} TEST CS CA"), None, authority=True)
        self.middle = _issued(_subject(f"{name} TEST OCA1"), self.root, authority=True)

    def signer(self, organisation: str) -> Identity:
        """A key that signs UnionPay's answers: `organisation` is the third part of the CN."""
        return self.identity(f"041@Z12@{organisation}@00000001")

    def identity(self, common_name: str) -> Identity:
        """A new key with a certificate under the middle one."""
        return _issued(_subject(common_name), self.middle, authority=False)


class Authority:
    """Every certificate on UnionPay's side. `stranger` signs what should not be believed."""

    def __init__(self) -> None:
        self.chain = Chain("Payment Sandbox")
        self.encryption = self.chain.identity("041@Z12@00040000:ENC@00000001")
        self._signers: dict[str, Identity] = {}

    def signer(self, organisation: str) -> Identity:
        """Who signs for UnionPay under that name."""
        if organisation not in self._signers:
            self._signers[organisation] = self.chain.signer(organisation)
        return self._signers[organisation]

    @cached_property
    def stranger(self) -> Identity:
        """A signer with the right name under another root."""
        return Chain("Somebody Else").signer("00040000:SIGN")


def _subject(common_name: str) -> x509.Name:
    parts = (
        (NameOID.COUNTRY_NAME, "CN"),
        (NameOID.ORGANIZATION_NAME, "Payment Sandbox UnionPay"),
        (NameOID.COMMON_NAME, common_name),
    )
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def _issued(name: x509.Name, issuer: Identity | None, authority: bool) -> Identity:
    """A new key with a certificate by `issuer` (None: by itself), valid from yesterday on for ten years."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    signer = issuer.key if issuer else key
    now = dt.datetime.now(dt.UTC)
    usage = x509.KeyUsage(not authority, not authority, not authority, False, False, authority, authority, False, False)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.certificate.subject if issuer else name)
        .public_key(key.public_key())
        .serial_number(secrets.randbits(64) | 1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + YEARS)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    return Identity(key, builder.sign(signer, hashes.SHA256()))
