"""Signatures of the three methods. Pure functions.

Source: UnionPay ACP 5.1.0: signMethod 01 is RSA over the hex SHA-256 of the text (hashed twice), 11 and 12
are a hash over the text and the hash of a shared key.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from .message import SIGNATURE, link

RSA, SHA256, SM3 = "01", "11", "12"
_KEYED: dict[str, type[hashes.HashAlgorithm]] = {SHA256: hashes.SHA256, SM3: hashes.SM3}


def digest(text: str) -> str:
    """The first of the two hashes of method 01: lower-case hex SHA-256."""
    return _hex(hashes.SHA256(), text)


def rsa_signature(key: RSAPrivateKey, fields: Mapping[str, str]) -> str:
    """The signature of method 01, in base64."""
    signed = key.sign(digest(link(fields)).encode("ascii"), PKCS1v15(), hashes.SHA256())
    return base64.b64encode(signed).decode("ascii")


def rsa_verified(key: RSAPublicKey, fields: Mapping[str, str]) -> bool:
    """Whether the fields bear ``key``'s signature of method 01. Anything malformed is a no.

    An empty field may or may not be part of what was signed; it says nothing either way.
    """
    try:
        raw = base64.b64decode("".join(fields.get(SIGNATURE, "").split()), validate=True)
    except (ValueError, binascii.Error):
        return False
    return bool(raw) and any(_verified(key, raw, text) for text in _texts(fields))


def keyed_signature(method: str, secret: str, fields: Mapping[str, str]) -> str:
    """The signature of method 11 or 12: hash( text & hash(secret) ), lower-case hex."""
    return _keyed(method, secret, link(fields))


def keyed_verified(method: str, secret: str, fields: Mapping[str, str]) -> bool:
    """Whether the fields bear the shared key's signature of method 11 or 12."""
    given = fields.get(SIGNATURE, "").strip().encode()
    return any([hmac.compare_digest(_keyed(method, secret, text).encode(), given) for text in _texts(fields)])


def _texts(fields: Mapping[str, str]) -> set[str]:
    return {link(fields), link(fields, keep_empty=True)}


def _verified(key: RSAPublicKey, raw: bytes, text: str) -> bool:
    try:
        key.verify(raw, digest(text).encode("ascii"), PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def _keyed(method: str, secret: str, text: str) -> str:
    algorithm = _KEYED[method]
    return _hex(algorithm(), f"{text}&{_hex(algorithm(), secret)}")


def _hex(algorithm: hashes.HashAlgorithm, text: str) -> str:
    hasher = hashes.Hash(algorithm)
    hasher.update(text.encode())
    return hasher.finalize().hex()
