"""A presented payment code in UnionPay's words: charged, and taken back when in doubt.

Source: UnionPay ACP 5.1.0, 消费 被扫 (txnType 01, txnSubType 06, ``qrNo``); 冲正 (txnType 99) where the
product has it, within the settlement day and by the original's own number and time; else 消费撤销 (31) on
the same settlement day, or 退货 (04).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import datetime

from odoo.addons.payment_bridge.connector.declarations import ChargeRules
from odoo.addons.payment_bridge.connector.errors import Uncertain
from odoo.addons.payment_bridge.connector.types import Bilingual, ChargeOrder, OrderReference, Outcome, OutcomeStatus

from . import codes, orders, rules
from .answer import UNCERTAIN_ADVICE, Answer
from .client import BACK, UnionPayClient
from .clock import settlement_day, txn_time
from .codes import Effect
from .collect import QR_PRODUCT
from .money import CURRENCY_CODE, MAXIMUM, MINIMUM, fen
from .settings import UnionPaySettings

RULES = ChargeRules(code_pattern=r"62[0-9]{17}", minimum=MINIMUM, maximum=MAXIMUM)
GIVEN_BACK = frozenset({"00", "45", "46"})
"""Answers to a reversal or void after which the money is back: done now, refunded, reversed before."""
REFUND_IT = Bilingual(
    "The customer has paid and UnionPay does not take it back by itself. Hand over the goods, or refund it.",
    "客户已付款，且银联未接受撤销；请交付商品，或办理退款。",
)


def check(order: ChargeOrder) -> None:
    """Everything that is known before sending.

    :raises InvalidOrder: naming the field; its text never repeats the code.
    """
    rules.check_amount(order.amount)
    rules.check_key(order.key)
    rules.check_title(order.title)
    if not re.fullmatch(RULES.code_pattern, order.auth_code, re.ASCII):
        rules.refuse("auth_code", "this is no payment code of UnionPay's", "不是银联付款码")
    if order.terminal is not None and not re.fullmatch(r"[0-9A-Za-z]{8}", order.terminal, re.ASCII):
        rules.refuse("terminal", "a terminal has 8 letters and digits", "终端号须为 8 位字母或数字")


def content(order: ChargeOrder, settings: UnionPaySettings) -> dict[str, str]:
    """The fields of one charge."""
    return {
        "txnType": "01",
        "txnSubType": "06",
        "bizType": QR_PRODUCT,
        "channelType": "07",
        "orderId": order.key,
        "txnTime": txn_time(order.placed_at),
        "txnAmt": fen(order.amount.amount),
        "currencyCode": CURRENCY_CODE,
        "qrNo": order.auth_code,
        "termId": order.terminal or settings.terminal or "",
        "backUrl": settings.back_url,
    }


def cancel(client: UnionPayClient, settings: UnionPaySettings, reference: OrderReference, now: datetime) -> Outcome:
    """Take back a charge in doubt. Harmless to repeat: a reversal is the original's own, and what is given
    back otherwise has one number and time."""
    placed_at = rules.placed(reference.placed_at)
    same_day = settlement_day(placed_at) == settlement_day(now)
    if settings.reversal and same_day:
        found = _reversed(client, reference)
        if found is not None:
            return found
    answer = orders.ask(client, reference.key, placed_at)
    if answer.code == orders.NOT_FOUND:
        return _ended(orders.never_arrived(answer, reference, settings.not_found_after, now))
    original = orders.outcome(answer, reference)
    if original.status is OutcomeStatus.FAILED:
        return _ended(original)
    if original.status is not OutcomeStatus.SUCCEEDED:
        return original
    return _give_back(client, settings, reference, original, same_day)


def back_key(key: str) -> str:
    """The number under which a charge is given back."""
    whole = key if len(key) < rules.KEY_MAX else hashlib.sha256(key.encode()).hexdigest()
    return f"{whole[: rules.KEY_MAX - 1]}V"


def _reversed(client: UnionPayClient, reference: OrderReference) -> Outcome | None:
    """The reversal's outcome; None where there is nothing to reverse, or it is refused."""
    answer = client.call(
        BACK,
        {
            "txnType": "99",
            "txnSubType": "01",
            "bizType": QR_PRODUCT,
            "channelType": "07",
            "orderId": reference.key,
            "txnTime": txn_time(rules.placed(reference.placed_at)),
        },
    )
    _require_echo(answer, reference.key)
    if answer.code in GIVEN_BACK:
        return _ended(orders.under_way(answer, reference.key))
    effect = codes.answered(answer.code, pay_out=False)
    if effect in (Effect.NOT_FOUND, Effect.FINAL, Effect.MISCONFIGURED):
        return None
    return orders.under_way(answer, reference.key)


def _give_back(
    client: UnionPayClient,
    settings: UnionPaySettings,
    reference: OrderReference,
    original: Outcome,
    same_day: bool,
) -> Outcome:
    """Void the charge, or refund it whole, once: an earlier attempt is looked for first."""
    key = back_key(reference.key)
    placed_at = rules.placed(reference.placed_at)
    answer = orders.ask(client, key, placed_at)
    if answer.code == orders.NOT_FOUND:
        return _sent_back(client, settings, reference, original, same_day)
    found = orders.outcome(answer, replace(reference, key=key))
    if found.status is OutcomeStatus.SUCCEEDED:
        return _ended(replace(original, platform_code=found.platform_code))
    if found.status is OutcomeStatus.FAILED:
        return replace(original, advice=REFUND_IT)
    return replace(original, status=OutcomeStatus.PROCESSING, advice=found.advice)


def _sent_back(
    client: UnionPayClient,
    settings: UnionPaySettings,
    reference: OrderReference,
    original: Outcome,
    same_day: bool,
) -> Outcome:
    if original.platform_reference is None or original.amount is None:
        raise Uncertain("the paid charge has no number or amount", code="queryId", advice=UNCERTAIN_ADVICE)
    key = back_key(reference.key)
    answer = client.call(
        BACK,
        {
            "txnType": "31" if same_day else "04",
            "txnSubType": "00",
            "bizType": QR_PRODUCT,
            "channelType": "07",
            "orderId": key,
            "txnTime": txn_time(rules.placed(reference.placed_at)),
            "txnAmt": fen(original.amount.amount),
            "origQryId": original.platform_reference,
            "backUrl": settings.back_url,
        },
    )
    _require_echo(answer, key)
    if answer.code in GIVEN_BACK - {orders.SUCCESS}:
        return _ended(original)
    effect = codes.answered(answer.code, pay_out=False)
    if effect in (Effect.FINAL, Effect.MISCONFIGURED):
        return replace(original, platform_code=answer.code, platform_message=answer.told or None, advice=REFUND_IT)
    return replace(original, status=OutcomeStatus.PROCESSING, platform_code=answer.code, advice=codes.explain("05"))


def _ended(found: Outcome) -> Outcome:
    return replace(found, status=OutcomeStatus.CLOSED, executed_at=None, counterparty=None)


def _require_echo(answer: Answer, key: str) -> None:
    if answer.text("orderId") != key:
        raise Uncertain("the answer names no order", code=answer.code, advice=UNCERTAIN_ADVICE)
