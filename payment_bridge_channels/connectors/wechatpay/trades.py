"""Money from customers in WeChat Pay's words: native QR collections and charged payment codes.

Source: WeChat Pay APIv3, basic payment: ``/v3/pay/transactions/native``, ``…/codepay``, queries,
``…/close`` and ``…/reverse``, and the message ``TRANSACTION.SUCCESS``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from odoo.addons.payment_bridge.connector.declarations import ChargeRules, CollectMethod
from odoo.addons.payment_bridge.connector.redaction import mask_account
from odoo.addons.payment_bridge.connector.types import (
    ActionKind,
    Bilingual,
    ChargeOrder,
    CollectOrder,
    Outcome,
    OutcomeStatus,
)

from .answer import part, text, words
from .checks import check_amount, check_key, check_text, refuse
from .clock import moment, utc, wire
from .money import CURRENCY, FEN, from_fen, to_fen
from .settings import WechatSettings

NATIVE = "/v3/pay/transactions/native"
CODEPAY = "/v3/pay/transactions/codepay"
BY_KEY = "/v3/pay/transactions/out-trade-no/{out_trade_no}"
CLOSE = BY_KEY + "/close"
REVERSE = BY_KEY + "/reverse"
KEY_MIN = 6
DESCRIPTION_MAX_BYTES = 127
ATTACH_MAX_BYTES = 128
DEVICE_MAX = 32
LIFETIME = timedelta(hours=2)
CODE_URL_MAX = 512
CHARGED_TYPE = "MICROPAY"

QR = CollectMethod(
    "qr",
    Bilingual("WeChat QR code", "微信收款二维码"),
    Bilingual("The customer scans it in WeChat.", "顾客用微信扫一扫付款。"),
    ActionKind.QR,
    LIFETIME,
    minimum=FEN,
)
CHARGE_RULES = ChargeRules(code_pattern=r"1[0-5][0-9]{16}", minimum=FEN)

STATES: dict[str, OutcomeStatus] = {
    "NOTPAY": OutcomeStatus.PROCESSING,
    "USERPAYING": OutcomeStatus.PROCESSING,
    "ACCEPT": OutcomeStatus.PROCESSING,
    "SUCCESS": OutcomeStatus.SUCCEEDED,
    "REFUND": OutcomeStatus.SUCCEEDED,  # it was paid; what went back since is each refund's own order
    "CLOSED": OutcomeStatus.CLOSED,
    "REVOKED": OutcomeStatus.CLOSED,
    "PAYERROR": OutcomeStatus.FAILED,
}

_ADVICE: dict[str, Bilingual] = {
    "USERPAYING": Bilingual("The customer is entering the password.", "顾客正在输入支付密码。"),
    "PAYERROR": Bilingual(
        "The payment failed and no money has moved. Ask the customer for another payment code.",
        "支付失败，未扣款；请顾客刷新付款码重新支付。",
    ),
    "REVOKED": Bilingual("The sale was taken back.", "交易已撤销。"),
}


def check_collect(order: CollectOrder) -> None:
    """Everything that is known of a collection before sending.

    :raises InvalidOrder: naming the field.
    """
    if order.method != QR.code:
        refuse("method", "WeChat Pay does not offer this way of paying here", "不支持该收款方式")
    check_amount(order.amount, Decimal(QR.minimum))
    check_key(order.key, KEY_MIN)
    check_text("title", order.title, octets=DESCRIPTION_MAX_BYTES, required=True)
    check_text("remark", order.remark, octets=ATTACH_MAX_BYTES)
    life = utc(order.expires_at) - utc(order.placed_at)
    if not timedelta(0) < life <= LIFETIME:
        refuse("expires_at", "a QR code lives for at most 2 hours", "收款二维码有效期最长 2 小时")


def collect_content(order: CollectOrder, settings: WechatSettings) -> dict[str, Any]:
    """The body of a native order; the same order always gives the same content, which WeChat Pay demands.
    Absent fields are left out, never null: null breaks the cashier."""
    body: dict[str, Any] = {
        "appid": settings.appid,
        "mchid": settings.mchid,
        "description": order.title,
        "out_trade_no": order.key,
        "time_expire": wire(order.expires_at),
    }
    if order.remark:
        body["attach"] = order.remark
    body["notify_url"] = settings.notify_url
    body["amount"] = {"total": to_fen(order.amount), "currency": CURRENCY}
    if order.payer_ip:
        body["scene_info"] = {"payer_client_ip": order.payer_ip}
    return body


def check_charge(order: ChargeOrder) -> None:
    """Everything that is known of a charge before sending; no error repeats the payment code.

    :raises InvalidOrder: naming the field.
    """
    check_amount(order.amount, Decimal(CHARGE_RULES.minimum))
    check_key(order.key, KEY_MIN)
    check_text("title", order.title, octets=DESCRIPTION_MAX_BYTES, required=True)
    check_text("remark", order.remark, octets=ATTACH_MAX_BYTES)
    if not re.fullmatch(CHARGE_RULES.code_pattern, order.auth_code, re.ASCII):
        refuse(
            "auth_code",
            "this is not a WeChat payment code (18 digits that begin with 10 to 15)",
            "不是微信付款码（10 至 15 开头的 18 位数字）",
        )
    if order.terminal and not re.fullmatch(rf"[!-~]{{1,{DEVICE_MAX}}}", order.terminal):
        refuse("terminal", f"a terminal has at most {DEVICE_MAX} plain characters", f"终端号最长 {DEVICE_MAX} 位字符")


def charge_content(order: ChargeOrder, settings: WechatSettings) -> dict[str, Any]:
    """The body of a charged payment code (付款码支付)."""
    scene: dict[str, Any] = {"store_info": {"out_id": settings.store_out_id}}
    if order.terminal:
        scene["device_id"] = order.terminal
    body: dict[str, Any] = {
        "appid": settings.appid,
        "mchid": settings.mchid,
        "description": order.title,
        "out_trade_no": order.key,
    }
    if order.remark:
        body["attach"] = order.remark
    body["payer"] = {"auth_code": order.auth_code}
    body["amount"] = {"total": to_fen(order.amount), "currency": CURRENCY}
    body["scene_info"] = scene
    return body


def translate(node: Mapping[str, Any]) -> Outcome | None:
    """What an answer or message says about a collection or charge; None when its state is unknown.

    :raises ValueError: when an amount in it is no amount in yuan.
    """
    state = text(node, "trade_state")
    status = STATES.get(state or "")
    if status is None:
        return None
    amount = part(node, "amount")
    if amount.get("currency", CURRENCY) != CURRENCY:
        raise ValueError("an amount is in another currency")
    failed = status is OutcomeStatus.FAILED
    return Outcome(
        status,
        key=text(node, "out_trade_no"),
        platform_reference=text(node, "transaction_id"),
        platform_status=state,
        platform_code=state if failed else None,
        platform_message=words(node.get("trade_state_desc")) or None,
        advice=_ADVICE.get(state or ""),
        amount=from_fen(amount.get("total")),
        executed_at=moment(node.get("success_time")),
        counterparty=mask_account(text(part(node, "payer"), "openid")) or None,
    )
