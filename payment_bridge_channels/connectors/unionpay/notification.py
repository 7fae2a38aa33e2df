"""What UnionPay tells us by itself: verified over exactly the posted fields, then translated.

Source: UnionPay ACP 5.1.0, backUrl notifications: a form with the fields of an answer, sent for success
only, up to five times. A query is the source of truth.
"""

from __future__ import annotations

import hashlib

from odoo.addons.payment_bridge.connector.errors import NotificationRefused, Uncertain
from odoo.addons.payment_bridge.connector.types import InboundRequest, NotificationEvent, Operation, OutcomeStatus

from . import codes, orders
from .answer import Answer
from .clock import moment
from .codes import Effect
from .message import BrokenMessage, parse_form
from .settings import UnionPaySettings
from .trust import TrustStore, Unbelievable

MAX_BYTES = 256 * 1024
CHARGED_CODE = "06"
OPERATIONS: dict[str, Operation] = {
    "01": Operation.COLLECT,
    "04": Operation.REFUND,
    "12": Operation.PAY_OUT,
    "31": Operation.REFUND,
}
"""The kind of order that a message of each ``txnType`` speaks of."""
_IDENTITY = ("txnType", "txnSubType", "orderId", "batchNo", "txnTime", "queryId", "respCode")


def read(request: InboundRequest, settings: UnionPaySettings, trust: TrustStore) -> NotificationEvent:
    """Verify one message and translate it. A query string of our own address is no part of it.

    :raises NotificationRefused: ``forged`` for anything that is not proved to be UnionPay's; otherwise
        foreign or not understood.
    """
    if request.method != "POST" or len(request.body) > MAX_BYTES:
        raise NotificationRefused("the message is not a form, or too large", forged=True)
    try:
        answer = Answer(parse_form(request.body))
        trust.believe(answer.fields)
    except (BrokenMessage, Unbelievable) as error:
        raise NotificationRefused(str(error), forged=True) from error
    if answer.text("merId") != settings.mer_id:
        raise NotificationRefused("the message is for another merchant", forged=False)
    return _translated(answer)


def _translated(answer: Answer) -> NotificationEvent:
    txn_type = answer.text("txnType") or ""
    operation = OPERATIONS.get(txn_type)
    if operation is Operation.COLLECT and answer.text("txnSubType") == CHARGED_CODE:
        operation = Operation.CHARGE
    key = answer.text("orderId")
    if not txn_type or (operation is not None and key is None):
        raise NotificationRefused("the message names no order", forged=False)
    event_id = hashlib.sha256("\n".join(answer.text(name) or "" for name in _IDENTITY).encode()).hexdigest()
    told_at = moment(answer.text("txnTime"))
    if operation is None:
        return NotificationEvent(event_id, f"txnType {txn_type}", None, None, told_at)
    status = OutcomeStatus.PROCESSING
    if codes.asked(answer.code, pay_out=operation is Operation.PAY_OUT) is Effect.SUCCEEDED:
        status = OutcomeStatus.SUCCEEDED
    try:
        outcome = orders.told_outcome(answer, status, operation, key, answer.code, answer.told)
    except Uncertain as error:
        raise NotificationRefused(error.message, forged=False) from error
    return NotificationEvent(event_id, f"txnType {txn_type}", operation, outcome, outcome.executed_at or told_at)
