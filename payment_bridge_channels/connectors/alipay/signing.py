"""RSA2 signatures, AES content encryption and the raw answer envelope. Pure functions.

Source: Alipay open platform v2, request and answer signing, content encryption; vectors made with
the official Node SDK and python-alipay-sdk.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

_ZERO_IV = bytes(16)
_AES_BLOCK_BITS = 128
_JSON_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"')
_JSON_SPACE = re.compile(r"[ \t\r\n]*")
_JSON_SCALAR = re.compile(r"[^\s,\]}\"{\[]+")


class BrokenEnvelope(ValueError):
    """An answer that is not one JSON object with distinct keys."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """The top level of an answer: each key with the exact text of its value."""

    members: Mapping[str, str]

    def text(self, name: str) -> str:
        """The value of a top-level string, empty where absent or of another type."""
        raw = self.members.get(name, '""')
        return json.loads(raw) if raw.startswith('"') else ""


def string_to_sign(parameters: Mapping[str, str]) -> bytes:
    """What a request's signature covers: everything sent but ``sign``, sorted, joined, not encoded."""
    return "&".join(
        f"{name}={parameters[name]}" for name in sorted(parameters) if name != "sign" and parameters[name] != ""
    ).encode()


def notification_text(pairs: Iterable[tuple[bytes, bytes]], without: frozenset[bytes]) -> bytes:
    """What a notification's signature covers: the decoded pairs, sorted, empty values kept."""
    kept = sorted(pair for pair in pairs if pair[0] not in without)
    return b"&".join(name + b"=" + value for name, value in kept)


def sign(key: RSAPrivateKey, text: bytes) -> str:
    """RSA2: RSASSA-PKCS1-v1_5 with SHA-256, in base64."""
    return base64.b64encode(key.sign(text, PKCS1v15(), hashes.SHA256())).decode("ascii")


def verified(key: RSAPublicKey, text: bytes, signature: str) -> bool:
    """Whether ``signature`` (base64) is ``key``'s over ``text``. Anything malformed is a no."""
    try:
        raw = base64.b64decode(signature, validate=True)
    except (ValueError, binascii.Error):
        return False
    if not raw:
        return False
    try:
        key.verify(raw, text, PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def encrypt(key: bytes, text: str) -> str:
    """AES-128-CBC, zero IV, PKCS#7, base64. Whole texts are signed as well, which a fixed IV needs."""
    padder = padding.PKCS7(_AES_BLOCK_BITS).padder()
    padded = padder.update(text.encode()) + padder.finalize()
    encryptor = Cipher(AES(key), CBC(_ZERO_IV)).encryptor()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode("ascii")


def decrypt(key: bytes, text: str, charset: str = "utf-8") -> str:
    """Undo :func:`encrypt`; only ever called on text whose signature has been verified.

    :raises ValueError: when it was not encrypted with this key.
    """
    raw = base64.b64decode(text, validate=True)
    decryptor = Cipher(AES(key), CBC(_ZERO_IV)).decryptor()
    padded = decryptor.update(raw) + decryptor.finalize()
    unpadder = padding.PKCS7(_AES_BLOCK_BITS).unpadder()
    return (unpadder.update(padded) + unpadder.finalize()).decode(charset)


def open_envelope(text: str) -> Envelope:
    """Cut an answer into its top-level members without re-serialising anything.

    Aware of strings: braces, quotes and ``\\/`` inside of values do not end them.
    :raises BrokenEnvelope: for anything but one object with distinct keys.
    """
    members: dict[str, str] = {}
    at = _expect(text, _skip_space(text, 0), "{")
    at = _skip_space(text, at)
    while True:
        end = _string_end(text, at)
        try:
            name = json.loads(text[at:end])
        except ValueError as error:
            raise BrokenEnvelope("a key of the answer is broken") from error
        at = _skip_space(text, _expect(text, _skip_space(text, end), ":"))
        end = _value_end(text, at)
        if name in members:
            raise BrokenEnvelope("a key occurs twice in the answer")
        members[name] = text[at:end]
        at = _skip_space(text, end)
        if text[at : at + 1] == "}":
            break
        at = _skip_space(text, _expect(text, at, ","))
    if _skip_space(text, at + 1) != len(text):
        raise BrokenEnvelope("something follows the answer")
    return Envelope(members)


def _skip_space(text: str, at: int) -> int:
    return _JSON_SPACE.match(text, at).end()


def _expect(text: str, at: int, character: str) -> int:
    if text[at : at + 1] != character:
        raise BrokenEnvelope("the answer is not a JSON object, or was cut")
    return at + 1


def _string_end(text: str, at: int) -> int:
    found = _JSON_STRING.match(text, at)
    if found is None:
        raise BrokenEnvelope("the answer is not a JSON object, or was cut")
    return found.end()


def _value_end(text: str, at: int) -> int:
    """Where the value that begins at ``at`` ends; brackets inside of strings do not count."""
    if text[at : at + 1] == '"':
        return _string_end(text, at)
    if text[at : at + 1] not in ("{", "["):
        found = _JSON_SCALAR.match(text, at)
        if found is None:
            raise BrokenEnvelope("a value of the answer is missing")
        return found.end()
    depth = 0
    while at < len(text):
        character = text[at]
        if character == '"':
            at = _string_end(text, at)
            continue
        if character in "{[":
            depth += 1
        elif character in "}]":
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    raise BrokenEnvelope("the answer was cut")
