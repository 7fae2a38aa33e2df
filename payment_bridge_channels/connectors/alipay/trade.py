"""A collection or a charge in Alipay's words: what may be ordered, how it is written, what the answers mean.

Source: Alipay open platform, ``alipay.trade.precreate``, ``alipay.trade.pay`` (scene ``bar_code``),
``alipay.trade.query`` and the trade notification.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from odoo.addons.payment_bridge.connector.declarations import ChargeRules, CollectMethod
from odoo.addons.payment_bridge.connector.redaction import mask_account
from odoo.addons.payment_bridge.connector.types import (
    ActionKind,
    Bilingual,
    ChargeOrder,
    CollectOrder,
    Money,
    Operation,
    OrderReference,
    Outcome,
    OutcomeStatus,
)

from .clock import BEIJING, TIME_FORMAT, moment
from .payout import CURRENCY, KEY_ALPHABET, KEY_MAX, check_text, money, refuse, text
from .settings import AlipaySettings

MINIMUM = Decimal("0.01")
MAXIMUM = Decimal("100000000.00")
SUBJECT_MAX = 256
BODY_MAX = 128
TERMINAL_MAX = 32
CODE_LIFETIME = timedelta(hours=2)
SHORTEST = timedelta(minutes=1)
CHARGE_TIMEOUT = "5m"
QR = "qr"

COLLECT_METHODS = (
    CollectMethod(
        QR,
        Bilingual("Alipay QR code", "支付宝扫码"),
        Bilingual("The customer scans the code in the Alipay app.", "请客户用支付宝扫一扫付款。"),
        ActionKind.QR,
        CODE_LIFETIME,
        MINIMUM,
        MAXIMUM,
        live_on_request=True,
    ),
)
CHARGE_RULES = ChargeRules(r"(?:2[5-9]|30)[0-9]{14,22}", MINIMUM, MAXIMUM)

STATUSES: dict[str, OutcomeStatus] = {
    "WAIT_BUYER_PAY": OutcomeStatus.PROCESSING,
    "TRADE_SUCCESS": OutcomeStatus.SUCCEEDED,
    "TRADE_FINISHED": OutcomeStatus.SUCCEEDED,
    "TRADE_CLOSED": OutcomeStatus.CLOSED,
}
_WIDE = str.maketrans({"/": "\N{FULLWIDTH SOLIDUS}", "=": "\N{FULLWIDTH EQUALS SIGN}", "&": "\N{FULLWIDTH AMPERSAND}"})

NOT_SCANNED = Bilingual(
    "Nobody has scanned the code yet, so Alipay knows no trade. There is nothing to do.",
    "客户尚未扫码，支付宝端还没有交易，无需处理。",
)
NEVER_CHARGED = Bilingual(
    "Alipay knows no such charge; the customer has not paid.",
    "支付宝查无此笔收款，客户未付款。",
)
GIVEN_BACK = Bilingual(
    "The customer paid, and all of it has been given back since.",
    "客户已付款，且其后已全额退款。",
)
ASKED = Bilingual(
    "The customer has to confirm on his own phone. Wait; the result is being queried.",
    "请客户在手机上确认付款，系统将查询结果。",
)


def check_collect(order: CollectOrder) -> None:
    """Everything that is known before sending a collection.

    :raises InvalidOrder: naming the field.
    """
    check_amount(order.amount)
    check_key(order.key)
    check_text("title", subject(order.title), SUBJECT_MAX, "标题")
    check_text("remark", order.remark or "", BODY_MAX, "备注")
    if order.method != QR:
        refuse("method", "Alipay collects by QR code only", "支付宝通道仅支持扫码收款")
    if not SHORTEST <= order.expires_at - order.placed_at <= CODE_LIFETIME:
        refuse(
            "expires_at",
            "a code lives between one minute and two hours",
            "二维码有效期须在 1 分钟至 2 小时之间",
        )


def check_charge(order: ChargeOrder) -> None:
    """Everything that is known before sending a charge.

    :raises InvalidOrder: naming the field; its text never repeats the payment code.
    """
    check_amount(order.amount)
    check_key(order.key)
    check_text("title", subject(order.title), SUBJECT_MAX, "标题")
    check_text("remark", order.remark or "", BODY_MAX, "备注")
    check_text("terminal", order.terminal or "", TERMINAL_MAX, "终端号")
    if not re.fullmatch(CHARGE_RULES.code_pattern, order.auth_code):
        refuse(
            "auth_code",
            "this is no payment code of Alipay: 16 to 24 digits beginning with 25 to 30",
            "不是支付宝付款码：应为 25 至 30 开头的 16 至 24 位数字",
        )


def check_amount(amount: Money) -> None:
    """:raises InvalidOrder: for another currency, out of bounds or finer than a fen."""
    if amount.currency != CURRENCY:
        refuse("currency", "Alipay collects yuan (CNY) only", "支付宝收款仅支持人民币（CNY）")
    if not MINIMUM <= amount.amount <= MAXIMUM:
        refuse(
            "amount",
            f"an amount is between {MINIMUM} and {MAXIMUM} yuan",
            f"金额须在 {MINIMUM} 至 {MAXIMUM} 元之间",
        )
    if amount.amount != amount.amount.quantize(MINIMUM):
        refuse("amount", "an amount has at most two decimal places", "金额最多两位小数")


def check_key(key: str, field: str = "key") -> None:
    """:raises InvalidOrder: for a number that Alipay would refuse."""
    if not re.fullmatch(rf"[{KEY_ALPHABET}]{{1,{KEY_MAX}}}", key):
        refuse(
            field,
            f"the number may hold letters, digits and _ only, at most {KEY_MAX}",
            f"编号只能包含字母、数字和下划线，最长 {KEY_MAX} 位",
        )


def subject(title: str) -> str:
    """The title as the payer reads it: Alipay takes none of ``/ = &``, so they become their wide forms."""
    return title.translate(_WIDE)


def collect_content(order: CollectOrder, settings: AlipaySettings) -> dict[str, Any]:
    """``biz_content`` of ``alipay.trade.precreate``; the same order always gives the same content."""
    minutes = math.ceil((order.expires_at - order.placed_at) / SHORTEST)
    content = {
        "out_trade_no": order.key,
        "total_amount": f"{order.amount.amount:.2f}",
        "subject": subject(order.title),
        "product_code": settings.qr_product,
        "time_expire": order.expires_at.astimezone(BEIJING).strftime(TIME_FORMAT),
        "qr_code_timeout_express": f"{minutes}m",
        "passback_params": Operation.COLLECT.value,
    }
    if order.remark:
        content["body"] = order.remark
    return content


def charge_content(order: ChargeOrder) -> dict[str, Any]:
    """``biz_content`` of ``alipay.trade.pay``; the same order always gives the same content."""
    content = {
        "out_trade_no": order.key,
        "scene": "bar_code",
        "auth_code": order.auth_code,
        "total_amount": f"{order.amount.amount:.2f}",
        "subject": subject(order.title),
        "product_code": "FACE_TO_FACE_PAYMENT",
        "timeout_express": CHARGE_TIMEOUT,
        "passback_params": Operation.CHARGE.value,
    }
    if order.remark:
        content["body"] = order.remark
    if order.terminal:
        content["terminal_id"] = order.terminal
    return content


def translate(node: Mapping[str, Any], operation: Operation, key: str | None) -> Outcome | None:
    """A trade as a query or a message tells it; None for a status that we do not know.

    A trade also closes when all of it is given back. The collection has then succeeded all the same (its
    refund is an order of its own); a charge was taken back while it was in doubt.
    :raises ValueError: for an amount that is none.
    """
    told = text(node, "trade_status")
    status = STATUSES.get(told or "")
    if status is None:
        return None
    paid_at = moment(text(node, "send_pay_date") or text(node, "gmt_payment"))
    given_back = status is OutcomeStatus.CLOSED and paid_at is not None
    if given_back and operation is Operation.COLLECT:
        status = OutcomeStatus.SUCCEEDED
    return Outcome(
        status,
        key=text(node, "out_trade_no") or key,
        platform_reference=text(node, "trade_no"),
        platform_status=told,
        advice=GIVEN_BACK if given_back else None,
        amount=money(node.get("total_amount")),
        fee=money(node.get("charge_amount")),
        executed_at=paid_at,
        counterparty=buyer(node),
    )


def buyer(node: Mapping[str, Any]) -> str | None:
    """Who paid. Alipay masks the login itself; one that it did not is masked here."""
    login = text(node, "buyer_logon_id")
    return login if login is None or "*" in login else mask_account(login)


def code_ends(reference: OrderReference) -> datetime | None:
    """The last moment at which somebody may begin to pay a collection; None where nobody has noted it."""
    if reference.expires_at is not None:
        return reference.expires_at
    began = reference.placed_at or reference.sent_at
    return began + CODE_LIFETIME if began else None
