"""Signatures over lines, AEAD of resources and certificates, OAEP of sensitive fields."""

from __future__ import annotations

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SCHEME = "WECHATPAY2-SHA256-RSA2048"
ALGORITHM = "AEAD_AES_256_GCM"
_OAEP = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)  # noqa: S303 (the platform's choice)


def lines(*parts: bytes) -> bytes:
    """The text that is signed: each part ended by a line feed, the last one too."""
    return b"".join(part + b"\n" for part in parts)


def sign(key: RSAPrivateKey, text: bytes) -> str:
    """The base64 signature over `text`."""
    return base64.b64encode(key.sign(text, padding.PKCS1v15(), hashes.SHA256())).decode()


def verified(key: RSAPublicKey, text: bytes, signature: str) -> bool:
    """Whether the base64 `signature` over `text` was made with the private half of `key`."""
    try:
        key.verify(base64.b64decode(signature, validate=True), text, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def sealed(apiv3_key: str, nonce: str, associated: str, text: bytes) -> str:
    """AEAD_AES_256_GCM, base64; the tag ends the ciphertext. `nonce` has 12 characters."""
    return base64.b64encode(AESGCM(apiv3_key.encode()).encrypt(nonce.encode(), text, associated.encode())).decode()


def hidden(key: RSAPublicKey, text: str) -> str:
    """A sensitive field under somebody's public key."""
    return base64.b64encode(key.encrypt(text.encode(), _OAEP)).decode()


def revealed(key: RSAPrivateKey, cipher: str) -> str:
    """The reverse of `hidden`. Raises ValueError when it was not made for this key."""
    return key.decrypt(base64.b64decode(cipher, validate=True), _OAEP).decode()
