"""Signatures of messages: signMethod 01 (RSA over a digest in hex), 11 (SHA-256) and 12 (SM3) with a shared key."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

CERTIFICATE, SHARED_SHA256, SHARED_SM3 = "01", "11", "12"
METHODS = (CERTIFICATE, SHARED_SHA256, SHARED_SM3)


def link_string(fields: Mapping[str, str]) -> str:
    """The text that is signed: all fields but `signature` and empty ones, by name, `k=v` joined with `&`."""
    return "&".join(f"{name}={fields[name]}" for name in sorted(fields) if name != "signature" and fields[name])


def digest(text: bytes) -> bytes:
    """The first of the two digests: SHA-256 in lowercase hex, as ASCII."""
    return hashlib.sha256(text).hexdigest().encode()


def sign(key: RSAPrivateKey, text: bytes) -> str:
    """signMethod 01 of version 5.1.0, base64."""
    return base64.b64encode(key.sign(digest(text), padding.PKCS1v15(), hashes.SHA256())).decode()


def verified(key: RSAPublicKey, text: bytes, signature: str) -> bool:
    """Whether a signMethod 01 signature is over this text."""
    try:
        key.verify(base64.b64decode(signature, validate=True), digest(text), padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error):
        return False
    return True


def shared(method: str, secret: str, text: bytes) -> str:
    """signMethod 11 or 12: H(text & H(secret)) in hex."""
    return _hex(method, text + b"&" + _hex(method, secret.encode()).encode())


def shared_verified(method: str, secret: str, text: bytes, signature: str) -> bool:
    """Whether a signMethod 11 or 12 signature is over this text."""
    return hmac.compare_digest(shared(method, secret, text).encode(), signature.encode())


def _hex(method: str, data: bytes) -> str:
    if method == SHARED_SHA256:
        return hashlib.sha256(data).hexdigest()
    sm3 = hashes.Hash(hashes.SM3())
    sm3.update(data)
    return sm3.finalize().hex()
