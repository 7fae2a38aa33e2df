"""Giving back in WeChat Pay's words.

Source: WeChat Pay APIv3, ``/v3/refund/domestic/refunds`` and its query; messages ``REFUND.SUCCESS``,
``REFUND.ABNORMAL`` and ``REFUND.CLOSED``. The answer to a request is only that it was accepted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from odoo.addons.payment_bridge.connector.declarations import RefundRules
from odoo.addons.payment_bridge.connector.types import Bilingual, Operation, Outcome, OutcomeStatus, RefundOrder

from .answer import part, text
from .checks import check_amount, check_key, check_text, refuse
from .clock import moment, utc
from .money import CURRENCY, FEN, from_fen, to_fen
from .settings import WechatSettings

REFUNDS = "/v3/refund/domestic/refunds"
BY_KEY = REFUNDS + "/{out_refund_no}"
RULES = RefundRules(within_days=365, parts=50)
REASON_MAX_BYTES = 80
REFUNDABLE = frozenset({Operation.COLLECT, Operation.CHARGE})

STATES: dict[str, OutcomeStatus] = {
    "SUCCESS": OutcomeStatus.SUCCEEDED,
    "CLOSED": OutcomeStatus.CLOSED,
    "PROCESSING": OutcomeStatus.PROCESSING,
    "ABNORMAL": OutcomeStatus.PROCESSING,
}
_ADVICE: dict[str, Bilingual] = {
    "ABNORMAL": Bilingual(
        "The refund cannot reach the customer's card or account. Handle it in the merchant platform: to another "
        "card of the customer, or back to the company's own.",
        "退款无法退回用户原卡或账户，请在商户平台“退款异常”中处理（退至用户其他银行卡或商户账户）。",
    ),
    "CLOSED": Bilingual("The refund was closed; nothing was given back.", "退款已关闭，款项未退出。"),
}


def check(order: RefundOrder) -> None:
    """Everything that is known before sending.

    :raises InvalidOrder: naming the field.
    """
    original = order.original
    if original.operation not in REFUNDABLE:
        refuse("original", "only collections and charges can be given back", "只能对收款或付款码交易退款")
    check_amount(order.amount, FEN)
    check_amount(original.amount, FEN)
    if order.amount.amount > original.amount.amount:
        refuse("amount", "the refund is larger than what was paid", "退款金额大于原交易金额")
    check_key(order.key)
    check_key(original.key)
    check_text("reason", order.reason, octets=REASON_MAX_BYTES)
    paid = original.placed_at or original.sent_at
    if paid is not None and utc(order.placed_at) - utc(paid) > timedelta(days=RULES.within_days or 0):
        refuse(
            "original",
            f"refunds are possible for {RULES.within_days} days after the payment",
            f"交易已超过 {RULES.within_days} 天，不支持退款",
        )


def content(order: RefundOrder, settings: WechatSettings) -> dict[str, Any]:
    """The request's body. The original goes by our own number, which never changes between repeats."""
    body: dict[str, Any] = {"out_trade_no": order.original.key, "out_refund_no": order.key}
    if order.reason:
        body["reason"] = order.reason
    if settings.notify_url:
        body["notify_url"] = settings.notify_url
    body["amount"] = {
        "refund": to_fen(order.amount),
        "total": to_fen(order.original.amount),
        "currency": CURRENCY,
    }
    return body


def translate(node: Mapping[str, Any]) -> Outcome | None:
    """What an answer (``status``) or message (``refund_status``) says about a refund; None when unknown.

    :raises ValueError: when an amount in it is no amount in yuan.
    """
    state = text(node, "status") or text(node, "refund_status")
    status = STATES.get(state or "")
    if status is None:
        return None
    amount = part(node, "amount")
    if amount.get("currency", CURRENCY) != CURRENCY:
        raise ValueError("an amount is in another currency")
    return Outcome(
        status,
        key=text(node, "out_refund_no"),
        platform_reference=text(node, "refund_id"),
        fund_reference=text(node, "transaction_id"),
        platform_status=state,
        platform_code=state if state in _ADVICE else None,
        advice=_ADVICE.get(state or ""),
        amount=from_fen(amount.get("refund")),
        executed_at=moment(node.get("success_time")),
    )
