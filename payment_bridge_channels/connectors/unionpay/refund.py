"""Giving back a collection or a charge.

Source: UnionPay ACP 5.1.0, 退货 (txnType 04) by the original's ``queryId``, in parts and for about a year;
消费撤销 (txnType 31) for the whole amount on the same settlement day. Both are accepted first and have a
result of their own.
"""

from __future__ import annotations

from odoo.addons.payment_bridge.connector.declarations import RefundRules
from odoo.addons.payment_bridge.connector.types import Operation, RefundOrder

from . import collect, rules
from .clock import settlement_day, txn_time
from .money import fen
from .settings import UnionPaySettings

RULES = RefundRules(within_days=365)
ORIGINALS = frozenset({Operation.COLLECT, Operation.CHARGE})


def check(order: RefundOrder) -> None:
    """Everything that is known before sending.

    :raises InvalidOrder: naming the field.
    """
    rules.check_amount(order.amount)
    rules.check_key(order.key)
    original = order.original
    if original.operation not in ORIGINALS or not original.platform_reference:
        rules.refuse("original", "the original's number at UnionPay is not known", "缺少原交易的银联查询流水号")
    if order.amount.currency != original.amount.currency or order.amount.amount > original.amount.amount:
        rules.refuse("amount", "it is more than was collected", "退款金额超过原交易金额")
    if not order.reason.strip():
        rules.refuse("reason", "the reason is empty", "退款原因不能为空")


def content(order: RefundOrder, settings: UnionPaySettings) -> dict[str, str]:
    """The fields of one refund or void; repeats are always the same."""
    return {
        "txnType": "31" if is_void(order, settings) else "04",
        "txnSubType": "00",
        "bizType": collect.product(order.original, settings),
        "channelType": "07",
        "orderId": order.key,
        "txnTime": txn_time(order.placed_at),
        "txnAmt": fen(order.amount.amount),
        "origQryId": order.original.platform_reference or "",
        "backUrl": settings.back_url,
    }


def is_void(order: RefundOrder, settings: UnionPaySettings) -> bool:
    """Whether the whole is given back on the settlement day on which it was ordered, as a void."""
    original = order.original
    return (
        settings.same_day_void
        and original.placed_at is not None
        and order.amount == original.amount
        and settlement_day(original.placed_at) == settlement_day(order.placed_at)
    )
