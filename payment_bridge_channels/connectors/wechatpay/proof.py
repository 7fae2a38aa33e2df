"""What an answer or a notification must show before it is believed: signer, time, signature.

Source: WeChat Pay APIv3, ``Wechatpay-Timestamp``, ``-Nonce``, ``-Signature``, ``-Serial``,
``-Signature-Type``; signature probes that begin with ``WECHATPAY/SIGNTEST/``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from . import signing

REPLAY_WINDOW = timedelta(minutes=5)
PROBE = "WECHATPAY/SIGNTEST/"
_HEADERS = ("wechatpay-timestamp", "wechatpay-nonce", "wechatpay-signature", "wechatpay-serial")
_TIMESTAMP = re.compile(r"[0-9]{9,11}")
_NONCE = re.compile(r"[!-~]{1,64}")


class Unproved(ValueError):
    """The signature does not prove the sender. Its text is a short English reason."""


def is_signed(headers: Mapping[str, str]) -> bool:
    """Whether a signature came at all; header names are lower case."""
    return bool(headers.get("wechatpay-signature"))


def prove(
    headers: Mapping[str, str],
    body: bytes,
    at: datetime,
    key_of: Callable[[str], RSAPublicKey],
) -> None:
    """Check one message over its raw ``body``; ``at`` (aware) is when it came.

    The serial is looked at first: exactly the key that it names decides, never another.
    :raises Unproved: when it is not proved; errors of ``key_of`` pass through.
    """
    timestamp, nonce, signature, serial = (headers.get(name, "") for name in _HEADERS)
    if not signature:
        raise Unproved("it is not signed")
    if signature.startswith(PROBE):
        raise Unproved("it is a signature probe")
    if headers.get("wechatpay-signature-type", signing.SCHEME) != signing.SCHEME:
        raise Unproved("it is signed in another scheme")
    if not _TIMESTAMP.fullmatch(timestamp) or not _NONCE.fullmatch(nonce):
        raise Unproved("its time or nonce is none")
    if abs(at - datetime.fromtimestamp(int(timestamp), UTC)) > REPLAY_WINDOW:
        raise Unproved("its time is more than 5 minutes away from ours")
    key = key_of(serial)
    if not signing.verified(key, signing.answer_text(timestamp, nonce, body), signature):
        raise Unproved("its signature is wrong")
