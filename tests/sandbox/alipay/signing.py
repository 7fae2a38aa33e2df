"""RSA signatures over sorted parameters (RSA2 = SHA-256, RSA = SHA-1) and AES of contents."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

DIGESTS: dict[str, type[hashes.HashAlgorithm]] = {"RSA2": hashes.SHA256, "RSA": hashes.SHA1}
AES_BLOCK_BITS = 128


def joined(params: Mapping[str, str], without: tuple[str, ...] = ("sign",), keep_empty: bool = False) -> str:
    """The text that is signed: `key=value` sorted by key, joined with `&`, values not URL-encoded.

    Requests drop `sign` and empty values; notifications drop `sign` (and `sign_type`) and keep empty ones.
    """
    names = sorted((n for n in params if n not in without and (keep_empty or params[n])), key=str.encode)
    return "&".join(f"{name}={params[name]}" for name in names)


def sign(key: RSAPrivateKey, data: bytes, sign_type: str = "RSA2") -> str:
    """The base64 signature of `data`."""
    return base64.b64encode(key.sign(data, padding.PKCS1v15(), DIGESTS[sign_type]())).decode()


def verified(key: RSAPublicKey, data: bytes, signature: str, sign_type: str = "RSA2") -> bool:
    """Whether the base64 `signature` over `data` was made with the private half of `key`."""
    try:
        key.verify(base64.b64decode(signature, validate=True), data, padding.PKCS1v15(), DIGESTS[sign_type]())
    except (InvalidSignature, binascii.Error):
        return False
    return True


def _cipher(key: str) -> Cipher[modes.CBC]:
    return Cipher(algorithms.AES(base64.b64decode(key)), modes.CBC(bytes(AES_BLOCK_BITS // 8)))


def encrypt(key: str, text: bytes) -> str:
    """AES-128-CBC with a zero IV and PKCS#7 padding, base64; `key` is base64 too."""
    padder = PKCS7(AES_BLOCK_BITS).padder()
    encryptor = _cipher(key).encryptor()
    return base64.b64encode(encryptor.update(padder.update(text) + padder.finalize()) + encryptor.finalize()).decode()


def decrypt(key: str, text: str) -> bytes:
    """The reverse of `encrypt`. Raises ValueError when the text is no ciphertext under this key."""
    decryptor = _cipher(key).decryptor()
    unpadder = PKCS7(AES_BLOCK_BITS).unpadder()
    padded = decryptor.update(base64.b64decode(text, validate=True)) + decryptor.finalize()
    return unpadder.update(padded) + unpadder.finalize()
