"""Signatures, sealed fields and encrypted resources. Pure functions over bytes.

Source: WeChat Pay APIv3: WECHATPAY2-SHA256-RSA2048 request and answer signatures, RSAES-OAEP (SHA-1,
MGF1-SHA-1) for sensitive fields, AEAD_AES_256_GCM for resources.
"""

from __future__ import annotations

import base64
import binascii

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SCHEME = "WECHATPAY2-SHA256-RSA2048"
RESOURCE_ALGORITHM = "AEAD_AES_256_GCM"
RESOURCE_NONCE_BYTES = 12
OAEP_OVERHEAD_BYTES = 42
_OAEP = OAEP(mgf=MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None)  # what the platform prescribes


class BrokenResource(ValueError):
    """A resource that was not encrypted with this channel's APIv3 key, or was changed."""


def request_text(method: str, target: str, timestamp: str, nonce: str, body: bytes) -> bytes:
    """What a request's signature covers: five lines, each ended; ``target`` is path and query as sent."""
    return f"{method}\n{target}\n{timestamp}\n{nonce}\n".encode() + body + b"\n"


def answer_text(timestamp: str, nonce: str, body: bytes) -> bytes:
    """What the signature of an answer or a notification covers; ``body`` as it came."""
    return f"{timestamp}\n{nonce}\n".encode() + body + b"\n"


def authorization(mchid: str, serial: str, timestamp: str, nonce: str, signature: str) -> str:
    """The ``Authorization`` header of a signed request."""
    return (
        f'{SCHEME} mchid="{mchid}",nonce_str="{nonce}",signature="{signature}",'
        f'timestamp="{timestamp}",serial_no="{serial}"'
    )


def sign(key: RSAPrivateKey, text: bytes) -> str:
    """RSASSA-PKCS1-v1_5 with SHA-256, in base64."""
    return base64.b64encode(key.sign(text, PKCS1v15(), hashes.SHA256())).decode("ascii")


def verified(key: RSAPublicKey, text: bytes, signature: str) -> bool:
    """Whether ``signature`` (base64) is ``key``'s over ``text``. Anything malformed is a no."""
    try:
        raw = base64.b64decode(signature, validate=True)
        key.verify(raw, text, PKCS1v15(), hashes.SHA256())
    except (ValueError, binascii.Error, InvalidSignature):
        return False
    return True


def longest_sealed(key: RSAPublicKey) -> int:
    """How many bytes of plain text one sealed field holds (214 for 2048 bits)."""
    return key.key_size // 8 - OAEP_OVERHEAD_BYTES


def seal(key: RSAPublicKey, text: str) -> str:
    """A sensitive field for the platform's eyes only, in base64."""
    return base64.b64encode(key.encrypt(text.encode(), _OAEP)).decode("ascii")


def open_resource(api_key: bytes, nonce: str, associated_data: str, ciphertext: str) -> bytes:
    """Decrypt a resource; its tag proves that it was encrypted with the channel's APIv3 key.

    :raises BrokenResource: for anything else.
    """
    try:
        raw = base64.b64decode(ciphertext, validate=True)
        number = nonce.encode("ascii")
    except (ValueError, binascii.Error) as error:
        raise BrokenResource("a resource is not base64") from error
    if len(number) != RESOURCE_NONCE_BYTES:
        raise BrokenResource("a resource's nonce has the wrong length")
    try:
        return AESGCM(api_key).decrypt(number, raw, associated_data.encode())
    except (InvalidTag, ValueError) as error:
        raise BrokenResource("a resource cannot be decrypted with the APIv3 key") from error
