"""A refund in Alipay's words: what may be ordered, how it is written, what the answers mean.

Source: Alipay open platform, ``alipay.trade.refund``, ``alipay.trade.fastpay.refund.query`` and the trade
notification, which comes once more for each refund.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from odoo.addons.payment_bridge.connector.declarations import RefundRules
from odoo.addons.payment_bridge.connector.types import (
    Bilingual,
    Operation,
    OrderReference,
    Outcome,
    OutcomeStatus,
    RefundOrder,
)

from . import trade
from .clock import moment
from .payout import check_text, money, refuse, text
from .settings import AlipaySettings

REASON_MAX = 256
RULES = RefundRules()
ANSWERED_AFTER = timedelta(seconds=10)
"""Alipay asks for so long a pause between a refund and the first query of it."""
REFUND_QUERY_OPTIONS = ("gmt_refund_pay",)
SUCCESS = "REFUND_SUCCESS"

UNDER_WAY = Bilingual(
    "Alipay has accepted the refund and does not confirm it yet; it is being queried. Do not refund by another way.",
    "支付宝已受理退款，尚未确认到账，系统将查询结果；请勿另行退款。",
)
NOT_THERE = Bilingual(
    "Alipay has not carried out this refund. The identical refund may be sent again; it is paid at most once.",
    "支付宝未执行该笔退款，可用原退款单号、原内容重发，不会重复退款。",
)
NO_TRADE = Bilingual(
    "Alipay knows no trade with the number of the collection; nothing was given back. Check which merchant "
    "account took the money.",
    "支付宝查无原收款交易，未退款；请核对收款的商户账户。",
)


def check(order: RefundOrder, settings: AlipaySettings) -> None:
    """Everything that is known before sending.

    :raises InvalidOrder: naming the field.
    """
    original = order.original
    trade.check_amount(order.amount)
    trade.check_key(order.key)
    trade.check_key(original.key, "original")
    check_text("reason", order.reason, REASON_MAX, "退款原因")
    if original.operation not in (Operation.COLLECT, Operation.CHARGE):
        refuse("original", "only collections can be refunded", "只能对收款退款")
    if order.amount.currency != original.amount.currency or order.amount.amount > original.amount.amount:
        refuse("amount", "the refund is more than was collected", "退款金额超过原收款金额")
    if original.placed_at and order.placed_at - original.placed_at > timedelta(days=settings.refund_days):
        refuse(
            "original",
            f"the collection is more than {settings.refund_days} days old: pay the money out instead",
            f"原收款已超过 {settings.refund_days} 天，不能原路退款，请改用转账",
        )


def content(order: RefundOrder) -> dict[str, Any]:
    """``biz_content`` of the refund; the same order always gives the same content."""
    body = {
        "out_trade_no": order.original.key,
        "refund_amount": f"{order.amount.amount:.2f}",
        "out_request_no": order.key,
    }
    if order.reason:
        body["refund_reason"] = order.reason
    return body


def query_content(reference: OrderReference, original: OrderReference) -> dict[str, Any]:
    """``biz_content`` of the question for one part."""
    return {
        "out_trade_no": original.key,
        "out_request_no": reference.key,
        "query_options": list(REFUND_QUERY_OPTIONS),
    }


def gone(node: Mapping[str, Any], order: RefundOrder) -> Outcome | None:
    """The answer to a refund, where it proves that this call moved money; None where only a query can.

    ``refund_fee`` counts all parts so far: it proves nothing about this one but cannot be less.
    :raises ValueError: for an amount that is none, or less than was ordered.
    """
    total = money(node.get("refund_fee"))
    if text(node, "fund_change") != "Y":
        return None
    if total is not None and total.amount < order.amount.amount:
        raise ValueError("less has been given back than was ordered")
    return Outcome(
        OutcomeStatus.SUCCEEDED,
        key=order.key,
        executed_at=moment(text(node, "gmt_refund_pay")),
        counterparty=trade.buyer(node),
    )


def translate(node: Mapping[str, Any], key: str) -> Outcome | None:
    """The answer to a question for one part; None where it tells of none.

    :raises ValueError: for an amount that is none, or another status than the one that is published.
    """
    status = text(node, "refund_status")
    if status is None:
        return None
    if status != SUCCESS:
        raise ValueError(f"the refund has the unknown status {status[:40]}")
    return Outcome(
        OutcomeStatus.SUCCEEDED,
        key=text(node, "out_request_no") or key,
        platform_status=status,
        amount=money(node.get("refund_amount")),
        executed_at=moment(text(node, "gmt_refund_pay")),
    )
