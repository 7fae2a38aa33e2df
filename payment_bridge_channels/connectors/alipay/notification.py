"""What Alipay tells us by itself: verified over the raw form, then translated.

Source: Alipay open platform, message service (``alipay.fund.trans.order.changed``) and asynchronous
trade notifications. Both are forms; the signature covers the decoded pairs without ``sign`` and, in one
family, without ``sign_type``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import unquote_to_bytes

from odoo.addons.payment_bridge.connector.errors import NotificationRefused
from odoo.addons.payment_bridge.connector.types import InboundRequest, NotificationEvent, Operation

from ..strict_json import AmbiguousJson, loads_object
from . import payout, signing, trade_message
from .clock import moment
from .settings import AlipaySettings
from .trust import SignerUnavailable, TrustStore, UnknownSigner

MAX_BYTES = 1024 * 1024
MAX_FIELDS = 200
PAYOUT_CHANGED = "alipay.fund.trans.order.changed"
SIGN_TYPE = b"RSA2"
CODECS = {
    "": "utf-8",
    "utf-8": "utf-8",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "gb18030": "gb18030",
}
_SIGNED_WITHOUT = (frozenset({b"sign", b"sign_type"}), frozenset({b"sign"}))
_NAME = re.compile(rb"[A-Za-z0-9_.\[\]-]{1,64}")
_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def read(request: InboundRequest, settings: AlipaySettings, trust: TrustStore) -> NotificationEvent:
    """Verify one message and translate it.

    :raises NotificationRefused: ``forged`` for anything whose signature does not prove Alipay; otherwise
        foreign, not understood, or signed with a certificate that cannot be looked up at the moment.
    """
    pairs = _pairs(request)
    _verify(pairs, trust)
    fields = _decoded(pairs)
    if fields.get("app_id") != settings.app_id:
        raise _not_understood("the message is for another application")
    if fields.get("seller_id", settings.pid) != settings.pid:
        raise _not_understood("the message is for another account")
    event_id = fields.get("notify_id", "")
    if not re.fullmatch(r"[0-9A-Za-z_-]{1,128}", event_id):
        raise _not_understood("the message has no id")
    event_type = fields.get("msg_method") or fields.get("notify_type") or "unknown"
    if event_type == trade_message.KIND:
        return _trade_changed(event_id, fields)
    if event_type != PAYOUT_CHANGED:
        return NotificationEvent(event_id, event_type[:128], None, None, moment(fields.get("notify_time")))
    return _payout_changed(event_id, fields, settings)


def _payout_changed(event_id: str, fields: dict[str, str], settings: AlipaySettings) -> NotificationEvent:
    try:
        outcome = payout.translate(loads_object(_content(fields, settings)), None)
    except AmbiguousJson as error:
        raise _not_understood(str(error)) from error
    except ValueError as error:
        raise _not_understood("an amount in the message is no amount") from error
    if outcome is None or not outcome.key:
        raise _not_understood("the message names no order or no known status")
    return NotificationEvent(
        event_id,
        PAYOUT_CHANGED,
        Operation.PAY_OUT,
        outcome,
        _from_milliseconds(fields.get("utc_timestamp", "")),
    )


def _trade_changed(event_id: str, fields: dict[str, str]) -> NotificationEvent:
    try:
        told = trade_message.translate(fields)
    except ValueError as error:
        raise _not_understood("an amount in the message is no amount") from error
    if told is None:
        raise _not_understood("the message names no trade or no known status")
    operation, outcome = told
    return NotificationEvent(event_id, trade_message.KIND, operation, outcome, moment(fields.get("notify_time")))


def _pairs(request: InboundRequest) -> dict[bytes, bytes]:
    """The form, percent-decoded once, as bytes: what the signature covers."""
    if request.method != "POST":
        raise _forged("the message is not a form")
    if len(request.body) > MAX_BYTES:
        raise _forged("the message is too large")
    pairs: dict[bytes, bytes] = {}
    for name, value in _split(request.body):
        if name in pairs:
            raise _forged("a field occurs twice in the message")
        pairs[name] = value
    return pairs


def _split(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    parts = body.strip(b"\r\n").split(b"&")
    if len(parts) > MAX_FIELDS:
        raise _forged("the message has too many fields")
    for part in parts:
        name, mark, value = part.partition(b"=")
        name = unquote_to_bytes(name)
        if not mark or not _NAME.fullmatch(name) or _BROKEN_ESCAPE.search(value):
            raise _forged("the message is not a form")
        yield name, unquote_to_bytes(value.replace(b"+", b" "))


def _verify(pairs: dict[bytes, bytes], trust: TrustStore) -> None:
    if pairs.get(b"sign_type") != SIGN_TYPE:
        raise _forged("the message is not signed with RSA2")
    signature = pairs.get(b"sign", b"")
    if not signature:
        raise _forged("the message is not signed")
    try:
        key = trust.signer(pairs.get(b"alipay_cert_sn", b"").decode("ascii"), unasked=True)
    except UnicodeDecodeError as error:
        raise _forged("the message's certificate number is none") from error
    except SignerUnavailable as error:
        raise _not_understood(str(error)) from error
    except UnknownSigner as error:
        raise _forged(str(error)) from error
    text = signature.decode("ascii", "replace")
    if not any(
        signing.verified(key, signing.notification_text(pairs.items(), without), text) for without in _SIGNED_WITHOUT
    ):
        raise _forged("the signature of the message is wrong")


def _decoded(pairs: dict[bytes, bytes]) -> dict[str, str]:
    charset = pairs.get(b"charset", b"").decode("ascii", "replace").strip().lower()
    codec = CODECS.get(charset)
    if codec is None:
        raise _not_understood("the message is in an unknown charset")
    try:
        return {name.decode("ascii"): value.decode(codec) for name, value in pairs.items()}
    except UnicodeDecodeError as error:
        raise _not_understood("the message is not in the charset it names") from error


def _content(fields: dict[str, str], settings: AlipaySettings) -> str:
    """``biz_content`` in clear; decrypted only here, after verifying."""
    content = fields.get("biz_content", "")
    key = settings.identity.aes_key
    if fields.get("encrypt_type") != "AES" and (key is None or content.lstrip().startswith("{")):
        return content
    if key is None:
        raise _not_understood("the message is encrypted and the channel has no AES key")
    try:
        return signing.decrypt(key, content)
    except ValueError as error:
        raise _not_understood("the message cannot be decrypted with the channel's key") from error


def _from_milliseconds(text: str) -> datetime | None:
    if not re.fullmatch(r"[0-9]{13}", text, re.ASCII):
        return None
    return datetime.fromtimestamp(int(text) / 1000, UTC)


def _forged(reason: str) -> NotificationRefused:
    return NotificationRefused(reason, forged=True)


def _not_understood(reason: str) -> NotificationRefused:
    return NotificationRefused(reason, forged=False)
