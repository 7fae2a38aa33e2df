"""What WeChat Pay tells us by itself: verified over the raw body, decrypted, then translated.

Source: WeChat Pay APIv3, notifications: ``TRANSACTION.SUCCESS``, ``REFUND.*``, ``MCHTRANSFER.BILL.FINISHED``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from odoo.addons.payment_bridge.connector.errors import NotificationRefused
from odoo.addons.payment_bridge.connector.types import HttpAnswer, InboundRequest, NotificationEvent, Operation, Outcome

from ..strict_json import AmbiguousJson, loads_object
from . import payout, refund, signing, trades
from .answer import part, text
from .clock import moment, utc
from .proof import Unproved, prove
from .settings import WechatSettings
from .trust import SignerUnavailable, TrustStore

MAX_BYTES = 1024 * 1024
TRANSACTION = "TRANSACTION.SUCCESS"
TRANSFER = "MCHTRANSFER.BILL.FINISHED"
REFUNDS = frozenset({"REFUND.SUCCESS", "REFUND.ABNORMAL", "REFUND.CLOSED"})
_EVENT_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_EVENT_TYPE = re.compile(r"[0-9A-Za-z_.]{1,64}")


def read(request: InboundRequest, settings: WechatSettings, trust: TrustStore) -> NotificationEvent:
    """Verify one message and translate it.

    :raises NotificationRefused: ``forged`` for anything whose signature does not prove WeChat Pay, probes
        and messages that are too late among it; otherwise foreign, not understood, or signed with a
        certificate that cannot be looked up at the moment.
    """
    _verify(request, trust)
    envelope = _object(request.body)
    event_id, event_type = envelope.get("id"), envelope.get("event_type")
    if not isinstance(event_id, str) or not _EVENT_ID.fullmatch(event_id):
        raise _not_understood("the message has no id")
    if not isinstance(event_type, str) or not _EVENT_TYPE.fullmatch(event_type):
        raise _not_understood("the message has no type")
    occurred_at = moment(envelope.get("create_time"))
    operation, outcome = _meaning(event_type, envelope, settings)
    return NotificationEvent(event_id, event_type, operation, outcome, occurred_at)


def acknowledge(accepted: bool) -> HttpAnswer:
    """WeChat Pay repeats a message until it is answered 200; what is refused gets a 4xx."""
    if accepted:
        return HttpAnswer(200, b'{"code":"SUCCESS"}', "application/json")
    return HttpAnswer(400, b'{"code":"FAIL","message":"refused"}', "application/json")


def _verify(request: InboundRequest, trust: TrustStore) -> None:
    if request.method != "POST":
        raise _forged("the message is not posted")
    if len(request.body) > MAX_BYTES:
        raise _forged("the message is too large")
    at = utc(request.received_at)
    try:
        prove(request.headers, request.body, at, lambda serial: trust.signer(serial, at, unasked=True))
    except SignerUnavailable as error:
        raise _not_understood(f"the message: {error}") from error
    except Unproved as error:
        raise _forged(f"the message: {error}") from error


def _meaning(
    event_type: str, envelope: Mapping[str, Any], settings: WechatSettings
) -> tuple[Operation | None, Outcome | None]:
    """What the message says of which kind of order; nothing for other events and other AppIDs' orders."""
    readers: dict[str, tuple[Callable[[Mapping[str, Any]], Outcome | None], str]] = {
        TRANSACTION: (trades.translate, "mchid"),
        TRANSFER: (partial(payout.translate, settings=settings), "mch_id"),
        **dict.fromkeys(REFUNDS, (refund.translate, "mchid")),
    }
    if event_type not in readers:
        return None, None
    translate, merchant = readers[event_type]
    content = _opened(envelope, settings)
    if content.get(merchant) != settings.mchid:
        raise _not_understood("the message is for another merchant")
    if event_type == TRANSACTION and content.get("appid") != settings.appid:
        return None, None
    try:
        outcome = translate(content)
    except ValueError as error:
        raise _not_understood("an amount in the message is no amount") from error
    if outcome is None or not outcome.key or outcome.amount is None:
        raise _not_understood("the message names no order, no amount or no known state")
    if event_type == TRANSFER:
        return Operation.PAY_OUT, outcome
    if event_type in REFUNDS:
        return Operation.REFUND, outcome
    charged = text(content, "trade_type") == trades.CHARGED_TYPE
    return Operation.CHARGE if charged else Operation.COLLECT, outcome


def _opened(envelope: Mapping[str, Any], settings: WechatSettings) -> dict[str, Any]:
    """The resource in clear; decrypted only here, after verifying."""
    resource = part(envelope, "resource")
    if resource.get("algorithm") != signing.RESOURCE_ALGORITHM:
        raise _not_understood("the message is encrypted in another way")
    sealed = [resource.get("nonce"), resource.get("associated_data") or "", resource.get("ciphertext")]
    if not all(isinstance(told, str) for told in sealed):
        raise _not_understood("the message holds no resource")
    try:
        return _object(signing.open_resource(settings.api_key, *sealed))
    except signing.BrokenResource as error:
        raise _not_understood(f"the message: {error}") from error


def _object(body: bytes) -> dict[str, Any]:
    try:
        return loads_object(body.decode("utf-8"))
    except (UnicodeDecodeError, AmbiguousJson) as error:
        raise _not_understood("the message is not one JSON object") from error


def _forged(reason: str) -> NotificationRefused:
    return NotificationRefused(reason, forged=True)


def _not_understood(reason: str) -> NotificationRefused:
    return NotificationRefused(reason, forged=False)
