"""Signatures that must not be believed, in the manner of Project Wycheproof: each breaks one thing about a good one."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from odoo.addons.payment_bridge.connector.transport import HttpRequest, HttpResponse

Sign = Callable[[bytes], str]
"""From the text that is signed to what stands in the signature's place on the wire."""
_SHA1_INFO = bytes.fromhex("3021300906052b0e03021a05000414")
_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")  # SHA-256, RFC 8017 9.2
BITS = 2048


@dataclass(frozen=True)
class Trust:
    """Keys of a platform, of its merchant and of somebody else; ``secret`` is shared by the first two."""

    platform: rsa.RSAPrivateKey
    merchant: rsa.RSAPrivateKey
    stranger: rsa.RSAPrivateKey
    secret: str = "0123456789abcdef0123456789abcdef"


@functools.cache
def trust() -> Trust:
    """The keys of a run."""
    return Trust(*(rsa.generate_private_key(65537, BITS) for _ in range(3)))


def private_pem(key: rsa.RSAPrivateKey) -> str:
    """PKCS#8 text of a private key."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public_pem(key: rsa.RSAPrivateKey) -> str:
    """Text of its public key."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


class Scripted:
    """Stands in for the transport: each request is answered by a function, nothing leaves."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self._answer = answer

    def send(self, request: HttpRequest) -> HttpResponse:
        """The function's answer."""
        return self._answer(request)

    @contextmanager
    def recorded(self) -> Iterator[list[Any]]:
        """Nothing is recorded."""
        yield []


@dataclass(frozen=True)
class Forgery:
    """One signature that must not be believed."""

    name: str
    sign: Callable[[Trust], Sign]

    def __str__(self) -> str:
        return self.name


def good(keys: Trust) -> Sign:
    """The signature as it should be: RSASSA-PKCS1-v1_5 with SHA-256, base64."""
    return lambda text: _text(_signed(keys.platform, text))


def good_digest(keys: Trust) -> Sign:
    """The keyed digest of UnionPay's signMethod 11: hex SHA-256 of the text, ``&`` and the secret's own digest."""
    secret = hashlib.sha256(keys.secret.encode()).hexdigest()
    return lambda text: hashlib.sha256(text + b"&" + secret.encode()).hexdigest()


def _signed(key: rsa.RSAPrivateKey, text: bytes, algorithm: hashes.HashAlgorithm | None = None) -> bytes:
    return key.sign(text, padding.PKCS1v15(), algorithm or hashes.SHA256())


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bent(bend: Callable[[bytes], bytes]) -> Callable[[Trust], Sign]:
    """A good signature with its bytes changed."""
    return lambda keys: lambda text: _text(bend(_signed(keys.platform, text)))


def _respelled(bend: Callable[[str], str]) -> Callable[[Trust], Sign]:
    """A good signature with its base64 text changed."""
    return lambda keys: lambda text: bend(good(keys)(text))


def _over(other: Callable[[bytes], bytes]) -> Callable[[Trust], Sign]:
    """A good signature over another text."""
    return lambda keys: lambda text: good(keys)(other(text))


def _hashed(algorithm: hashes.HashAlgorithm) -> Callable[[Trust], Sign]:
    return lambda keys: lambda text: _text(_signed(keys.platform, text, algorithm))


def _pss(keys: Trust) -> Sign:
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    return lambda text: _text(keys.platform.sign(text, scheme, hashes.SHA256()))


def _block(build: Callable[[bytes], bytes]) -> Callable[[Trust], Sign]:
    """The private key applied to a padded block that is built wrongly around the digest."""

    def sign(keys: Trust) -> Sign:
        numbers = keys.platform.private_numbers()

        def signed(text: bytes) -> str:
            block = build(hashlib.sha256(text).digest())
            assert len(block) == BITS // 8
            raised = pow(int.from_bytes(block, "big"), numbers.d, numbers.public_numbers.n)
            return _text(raised.to_bytes(BITS // 8, "big"))

        return signed

    return sign


def _padded(content: bytes, kind: bytes = b"\x01", filler: bytes = b"\xff", tail: bytes = b"") -> bytes:
    length = BITS // 8 - 3 - len(content) - len(tail)
    return b"\x00" + kind + filler * length + b"\x00" + content + tail


def _short_padding(digest: bytes) -> bytes:
    """Eight bytes of padding, the digest, and anything behind it (Bleichenbacher's forgery of 2006)."""
    head = b"\x00\x01" + b"\xff" * 8 + b"\x00" + _DIGEST_INFO + digest
    return head + b"\x5a" * (BITS // 8 - len(head))


def _flip(bit: int) -> Callable[[bytes], bytes]:
    def flipped(raw: bytes) -> bytes:
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        return bytes(changed)

    return flipped


RSA_FORGERIES = (
    *(Forgery(f"bit-{bit}-flipped", _bent(_flip(bit))) for bit in (0, 7, 1024, BITS - 1)),
    Forgery("last-byte-missing", _bent(lambda raw: raw[:-1])),
    Forgery("first-byte-missing", _bent(lambda raw: raw[1:])),
    Forgery("half", _bent(lambda raw: raw[: len(raw) // 2])),
    Forgery("zero-appended", _bent(lambda raw: raw + b"\x00")),
    Forgery("zero-prepended", _bent(lambda raw: b"\x00" + raw)),
    Forgery("reversed", _bent(lambda raw: raw[::-1])),
    Forgery("twice", _bent(lambda raw: raw + raw)),
    Forgery("all-zero", _bent(lambda raw: bytes(len(raw)))),
    Forgery("one", _bent(lambda raw: bytes(len(raw) - 1) + b"\x01")),
    Forgery("all-ones", _bent(lambda raw: b"\xff" * len(raw))),
    Forgery("modulus", lambda keys: lambda text: _text(keys.platform.public_key().public_numbers().n.to_bytes(256))),
    Forgery("of-another-key", lambda keys: lambda text: _text(_signed(keys.stranger, text))),
    Forgery("of-the-merchant-itself", lambda keys: lambda text: _text(_signed(keys.merchant, text))),
    Forgery("over-more", _over(lambda text: text + b" ")),
    Forgery("over-less", _over(lambda text: text[:-1])),
    Forgery("over-nothing", _over(lambda text: b"")),
    Forgery("over-the-digest", _over(lambda text: hashlib.sha256(text).digest())),
    Forgery("sha-1", _hashed(hashes.SHA1())),
    Forgery("sha-512", _hashed(hashes.SHA512())),
    Forgery("md5", _hashed(hashes.MD5())),
    Forgery("pss", _pss),
    Forgery("no-digest-info", _block(lambda digest: _padded(digest))),
    Forgery("sha-1-digest-info", _block(lambda digest: _padded(_SHA1_INFO + digest))),
    Forgery("encryption-padding", _block(lambda digest: _padded(_DIGEST_INFO + digest, b"\x02", b"\x41"))),
    Forgery("zero-padding", _block(lambda digest: _padded(_DIGEST_INFO + digest, b"\x00", b"\x00"))),
    Forgery("something-behind-the-digest", _block(lambda digest: _padded(_DIGEST_INFO + digest, tail=b"\x00"))),
    Forgery("short-padding", _block(_short_padding)),
    Forgery("empty", lambda keys: lambda text: ""),
    Forgery("blank", lambda keys: lambda text: " "),
    Forgery("padding-only", lambda keys: lambda text: "===="),
    Forgery("no-base64", lambda keys: lambda text: "not base64, é"),
    Forgery("hex", lambda keys: lambda text: _signed(keys.platform, text).hex()),
    Forgery("foreign-character-inside", _respelled(lambda text: f"{text[:10]}!{text[10:]}")),
    Forgery("something-behind", _respelled(lambda text: f"{text}AAAA")),
    Forgery("lower-case", _respelled(str.lower)),
    Forgery("probe", _respelled(lambda text: f"WECHATPAY/SIGNTEST/{text[19:]}")),
    Forgery("null", lambda keys: lambda text: "null"),
)
DIGEST_FORGERIES = (
    Forgery("digit-changed", lambda keys: lambda text: _other_digit(good_digest(keys)(text))),
    Forgery("last-digit-missing", lambda keys: lambda text: good_digest(keys)(text)[:-1]),
    Forgery("digit-appended", lambda keys: lambda text: good_digest(keys)(text) + "0"),
    Forgery("empty", lambda keys: lambda text: ""),
    Forgery("all-zero", lambda keys: lambda text: "0" * 64),
    Forgery("without-the-secret", lambda keys: lambda text: hashlib.sha256(text).hexdigest()),
    Forgery("secret-not-hashed", lambda keys: lambda text: _keyed(text, keys.secret)),
    Forgery("empty-secret", lambda keys: lambda text: _keyed(text, hashlib.sha256(b"").hexdigest())),
    Forgery("over-more", lambda keys: lambda text: good_digest(keys)(text + b"0")),
    Forgery("base64", lambda keys: lambda text: _text(bytes.fromhex(good_digest(keys)(text)))),
    Forgery("not-ascii", lambda keys: lambda text: "é" * 64),
)
FORGERIES = {"rsa": RSA_FORGERIES, "digest": DIGEST_FORGERIES}
GOOD = {"rsa": good, "digest": good_digest}


def _other_digit(digest: str) -> str:
    return ("1" if digest[0] == "0" else "0") + digest[1:]


def _keyed(text: bytes, secret: str) -> str:
    return hashlib.sha256(text + b"&" + secret.encode()).hexdigest()
