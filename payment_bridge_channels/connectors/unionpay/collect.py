"""A collection in UnionPay's words: a code that the payer scans, or a page that he is sent to.

Source: UnionPay ACP 5.1.0, 消费 (txnType 01): 主扫 is txnSubType 07 and answers with ``qrCode``; the payment
page is a signed form for frontTransReq.do. ``payTimeout`` ends both; there is no call that closes one, and
before the end a failed attempt is not the last one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from odoo.addons.payment_bridge.connector.declarations import CollectMethod
from odoo.addons.payment_bridge.connector.errors import Uncertain
from odoo.addons.payment_bridge.connector.types import (
    Action,
    ActionKind,
    Bilingual,
    CollectOrder,
    OrderReference,
    Outcome,
    OutcomeStatus,
)

from . import codes, orders, rules
from .answer import UNCERTAIN_ADVICE, Answer
from .client import BACK, UnionPayClient
from .clock import txn_time
from .money import CURRENCY_CODE, MAXIMUM, MINIMUM, fen
from .settings import NO_NOTIFICATION, UnionPaySettings

QR, PAGE = "qr", "page"
QR_PRODUCT = "000000"
LIFETIME = timedelta(hours=2)
SETTLES_WITHIN = timedelta(minutes=2)
"""After the end, until UnionPay's word about an unpaid order is taken as the last."""
UNCLEAR_UNTIL = timedelta(hours=1)
"""The same for a code that leaves the order open: UnionPay calls anything but success final at the end."""
QR_CODE_MAX = 1024

METHODS: tuple[CollectMethod, ...] = (
    CollectMethod(
        QR,
        Bilingual("UnionPay QR code", "银联二维码"),
        Bilingual(
            "The customer scans it in a bank's app or in UnionPay's (云闪付).", "客户使用银行 App 或云闪付扫码。"
        ),
        ActionKind.QR,
        LIFETIME,
        minimum=MINIMUM,
        maximum=MAXIMUM,
        live_on_request=True,
    ),
    CollectMethod(
        PAGE,
        Bilingual("UnionPay payment page", "银联网关支付"),
        Bilingual("The customer pays in the browser, by card or online banking.", "客户在浏览器中用银行卡或网银付款。"),
        ActionKind.FORM,
        LIFETIME,
        minimum=MINIMUM,
        maximum=MAXIMUM,
        live_on_request=True,
    ),
)
CLOSED_ADVICE = Bilingual("Its time is over and nobody has paid.", "已超过支付时限，未付款。")
TRY_AGAIN = Bilingual(
    "One attempt to pay failed; the customer can still pay until the time is over.",
    "一次付款尝试失败；在支付时限内客户仍可付款。",
)


def check(order: CollectOrder, settings: UnionPaySettings) -> None:
    """Everything that is known before sending.

    :raises InvalidOrder: naming the field.
    """
    if order.method not in {method.code for method in METHODS}:
        rules.refuse("method", "UnionPay does not offer this way to pay", "银联不支持该收款方式")
    rules.check_amount(order.amount)
    rules.check_key(order.key)
    rules.check_title(order.title)
    if not order.placed_at < order.expires_at <= order.placed_at + LIFETIME:
        rules.refuse("expires_at", "it must end within two hours", "支付时限须在两小时以内")
    if order.return_url is not None:
        rules.check_url("return_url", order.return_url)
    elif order.method == PAGE and settings.back_url == NO_NOTIFICATION:
        rules.refuse("return_url", "a payment page needs an address to come back to", "网关支付必须有返回地址")


def place(client: UnionPayClient, settings: UnionPaySettings, order: CollectOrder) -> Outcome:
    """Open one collection; a page needs no call, since the payer's browser brings the order."""
    if order.method == PAGE:
        url, fields = client.form(_content(order, settings))
        return _waiting(order, Action(ActionKind.FORM, url, fields, order.expires_at))
    answer = client.call(BACK, _content(order, settings))
    found = orders.answered(answer, order.key)
    code = answer.text("qrCode") or ""
    if not code.isprintable() or not 0 < len(code) <= QR_CODE_MAX:
        raise Uncertain("the answer holds no code to scan", code="qrCode", advice=UNCERTAIN_ADVICE)
    action = Action(ActionKind.QR, code, expires_at=order.expires_at)
    return replace(_waiting(order, action), platform_reference=found.platform_reference, platform_code=answer.code)


def told(answer: Answer, reference: OrderReference, now: datetime) -> Outcome:
    """What UnionPay says of a collection. Unpaid it is ``NOT_FOUND`` or ``PROCESSING`` until its time is
    over, and ``CLOSED`` then."""
    over = now - ends_at(reference)
    if answer.code == orders.NOT_FOUND:
        status = OutcomeStatus.CLOSED if over >= SETTLES_WITHIN else OutcomeStatus.NOT_FOUND
        return Outcome(
            status,
            key=reference.key,
            platform_code=answer.code,
            platform_message=answer.told or None,
            advice=CLOSED_ADVICE if status is OutcomeStatus.CLOSED else codes.explain(answer.code),
        )
    found = orders.outcome(answer, reference)
    if found.status is OutcomeStatus.SUCCEEDED:
        return found
    patience = SETTLES_WITHIN if found.status is OutcomeStatus.FAILED else UNCLEAR_UNTIL
    if over >= patience:
        return replace(found, status=OutcomeStatus.CLOSED, advice=CLOSED_ADVICE)
    advice = TRY_AGAIN if found.status is OutcomeStatus.FAILED else found.advice
    return replace(found, status=OutcomeStatus.PROCESSING, advice=advice)


def closed(answer: Answer, reference: OrderReference, now: datetime) -> Outcome:
    """The same for one that is to be closed: not known yet is still open, since the code can be scanned."""
    found = told(answer, reference, now)
    if found.status is OutcomeStatus.NOT_FOUND:
        return replace(found, status=OutcomeStatus.PROCESSING)
    return found


def ends_at(reference: OrderReference) -> datetime:
    """When nobody can pay any more: the end that it was opened with, or the latest possible one."""
    return reference.expires_at or rules.placed(reference.placed_at) + LIFETIME


def product(reference: OrderReference, settings: UnionPaySettings) -> str:
    """``bizType`` of a collection or charge that is given back."""
    return settings.page_product if reference.method == PAGE else QR_PRODUCT


def _content(order: CollectOrder, settings: UnionPaySettings) -> dict[str, str]:
    page = order.method == PAGE
    fields = {
        "txnType": "01",
        "txnSubType": "01" if page else "07",
        "bizType": settings.page_product if page else QR_PRODUCT,
        "channelType": "07" if page else "08",
        "orderId": order.key,
        "txnTime": txn_time(order.placed_at),
        "txnAmt": fen(order.amount.amount),
        "currencyCode": CURRENCY_CODE,
        "backUrl": settings.back_url,
        "payTimeout": txn_time(order.expires_at),
    }
    if page:
        fields["frontUrl"] = order.return_url or settings.back_url
    return fields


def _waiting(order: CollectOrder, action: Action) -> Outcome:
    return Outcome(OutcomeStatus.PROCESSING, key=order.key, amount=order.amount, action=action)
