"""The sandbox's certificate authority, and Alipay's own serial number of a certificate."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

RSA_FAMILY = "1.2.840.113549.1.1."
YEARS = dt.timedelta(days=3650)

# A real bundle also holds an SM2 root, whose serial is left out of alipay_root_cert_sn. `cryptography` cannot make
# one, so this one (its key thrown away) was made by `openssl req -x509 -sm3` on an SM2 key.
SM2_ROOT = """-----BEGIN CERTIFICATE-----
MIICSzCCAfGgAwIBAgIEATUlEzAKBggqgRzPVQGDdTCBgjELMAkGA1UEBhMCQ04x
GDAWBgNVBAoMD1BheW1lbnQgU2FuZGJveDEgMB4GA1UECwwXQ2VydGlmaWNhdGlv
biBBdXRob3JpdHkxNzA1BgNVBAMMLlBheW1lbnQgU2FuZGJveCBTTTIgQ2VydGlm
aWNhdGlvbiBBdXRob3JpdHkgUjEwHhcNMjYxMTIzMDI1MDQ3WhcNNDYxMTE4MDI1
MDQ3WjCBgjELMAkGA1UEBhMCQ04xGDAWBgNVBAoMD1BheW1lbnQgU2FuZGJveDEg
MB4GA1UECwwXQ2VydGlmaWNhdGlvbiBBdXRob3JpdHkxNzA1BgNVBAMMLlBheW1l
bnQgU2FuZGJveCBTTTIgQ2VydGlmaWNhdGlvbiBBdXRob3JpdHkgUjEwWTATBgcq
hkjOPQIBBggqgRzPVQGCLQNCAARYIWGX7NyUHaWzyYUktR114oVxbVKWvqIXS0L+
Ct1Fyj49V5Nf8/DTr1H5BF2qeuDLfSwkaUKNF5tMYk2GZvc2o1MwUTAdBgNVHQ4E
FgQUJkrWnQWkDCGL+erFtqH/mFvfnh4wHwYDVR0jBBgwFoAUJkrWnQWkDCGL+erF
tqH/mFvfnh4wDwYDVR0TAQH/BAUwAwEB/zAKBggqgRzPVQGDdQNIADBFAiEA0nZH
jD0q4obyqzIiZJSqwF2gtEiUaCRJ+DLtwx3p47YCIAodlqczBmv3opZEo/HET6/m
f34hEuAFgCdHF0jx7i8i
-----END CERTIFICATE-----
"""


def new_key() -> rsa.RSAPrivateKey:
    """A new RSA key of the size that Alipay asks for."""
    return rsa.generate_private_key(65537, 2048)


def private_pem(key: rsa.RSAPrivateKey) -> str:
    """The key as PKCS#8 PEM."""
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return key.private_bytes(*form).decode()


def public_pem(key: rsa.RSAPublicKey) -> str:
    """The key as PEM."""
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def certificate_pem(certificate: x509.Certificate) -> str:
    """The certificate as PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def issuer_text(name: x509.Name) -> str:
    """A name with the most specific part first, as `CN=…,OU=…,O=…,C=…`."""
    parts = (part for rdn in reversed(name.rdns) for part in rdn)
    return ",".join(f"{part.rfc4514_attribute_name}={part.value!s}" for part in parts)


def serial_of(certificate: x509.Certificate) -> str:
    """Alipay's SN: the MD5 of issuer and decimal serial number, in hex."""
    text = issuer_text(certificate.issuer) + str(certificate.serial_number)
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def serial_of_roots(bundle: str) -> str:
    """alipay_root_cert_sn: the SNs of the RSA-signed certificates of a PEM bundle, joined with `_`."""
    roots = x509.load_pem_x509_certificates(bundle.encode())
    rsa_signed = (c for c in roots if c.signature_algorithm_oid.dotted_string.startswith(RSA_FAMILY))
    return "_".join(map(serial_of, rsa_signed))


def subject(
    common_name: str, organisation: str = "Payment Sandbox", unit: str = "Certification Authority"
) -> x509.Name:
    """A name in the order of a certificate: country first."""
    parts = (
        (NameOID.COUNTRY_NAME, "CN"),
        (NameOID.ORGANIZATION_NAME, organisation),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
        (NameOID.COMMON_NAME, common_name),
    )
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def issue(
    name: x509.Name,
    key: rsa.RSAPublicKey,
    issuer: x509.Name,
    issuer_key: rsa.RSAPrivateKey,
    authority: bool,
    serial: int | None = None,
) -> x509.Certificate:
    """A certificate over `key`, valid from yesterday on for ten years."""
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(serial or secrets.randbits(120) | 1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + YEARS)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    return builder.sign(issuer_key, hashes.SHA256())


@dataclass(frozen=True)
class Identity:
    """A key with the certificate over it."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @cached_property
    def sn(self) -> str:
        """Alipay's SN of the certificate."""
        return serial_of(self.certificate)


class Authority:
    """The root that signs every certificate of the sandbox, and the bundle that its clients trust."""

    def __init__(self) -> None:
        self._key, spare = new_key(), new_key()
        self._name = subject("Payment Sandbox Certification Authority Class 2 R1")
        other = subject("Payment Sandbox Certification Authority Class 1 R1")
        root = issue(self._name, self._key.public_key(), self._name, self._key, True)
        unused = issue(other, spare.public_key(), other, spare, True)
        # A blank line between the blocks: python-alipay-sdk splits there.
        self.bundle = "\n".join((certificate_pem(unused), SM2_ROOT, certificate_pem(root)))
        self.bundle_sn = serial_of_roots(self.bundle)

    def identity(self, common_name: str, organisation: str) -> Identity:
        """A new key with a certificate under the root."""
        key = new_key()
        name = subject(common_name, organisation, "Sandbox")
        return Identity(key, issue(name, key.public_key(), self._name, self._key, False))
