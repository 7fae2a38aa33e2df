"""What trade requests ask for, read and checked. Two requests are the same order when they compare equal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from ..clock import BEIJING, STAMP
from ..ledger import ZERO
from .apps import App
from .content import Content
from .errors import business

OUT_TRADE_NO = r"[A-Za-z0-9_]+"
SUBJECT = r"[^/=&]*"
PRODUCTS = ("", "FACE_TO_FACE_PAYMENT", "QR_CODE_OFFLINE", "OFFLINE_PAYMENT")
MAXIMUM = Decimal("100000000.00")
WRONG = "ACQ.INVALID_PARAMETER"
_AMOUNT = re.compile(r"\d{1,9}(\.\d{1,2})?")
_TIMEOUT = re.compile(r"([1-9]\d{0,4})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True)
class TradeOrder:
    """One trade in canonical form, amount in yuan."""

    out_trade_no: str
    amount: Decimal
    subject: str
    body: str = ""
    product_code: str = ""
    passback_params: str = ""


@dataclass(frozen=True)
class Terms:
    """Until when a trade may be paid, and until when its code may be scanned; None: as the platform does it."""

    pay_until: datetime | None
    scan_until: datetime | None


def read_trade(app: App, values: Mapping[str, Any], now: datetime) -> tuple[TradeOrder, Terms]:
    """Read biz_content of alipay.trade.precreate or alipay.trade.pay. Raises Refusal."""
    content = Content(values, sub_code=WRONG)
    order = TradeOrder(
        out_trade_no=content.text("out_trade_no", 64, OUT_TRADE_NO, required=True),
        amount=read_amount(content, values, "total_amount"),
        subject=content.text("subject", 256, SUBJECT, required=True),
        body=content.text("body", 128),
        product_code=content.text("product_code", 64),
        passback_params=content.text("passback_params", 512),
    )
    if order.product_code not in PRODUCTS:
        raise content.misfit("product_code", "取值不在范围内")
    if content.text("seller_id", 28) not in ("", app.pid):
        raise content.misfit("seller_id", "与商户不一致")
    pay_until = _absolute(content) or _relative(content, "timeout_express", now)
    if pay_until is not None and pay_until <= now:
        raise business("ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR")
    return order, Terms(pay_until, _relative(content, "qr_code_timeout_express", now))


def read_amount(content: Content, values: Mapping[str, Any], name: str) -> Decimal:
    """Yuan, at most two places, as a text or a JSON number: the trade methods take both. Raises Refusal."""
    text = str(values.get(name, ""))
    if isinstance(values.get(name), bool) or not _AMOUNT.fullmatch(text):
        raise content.misfit(name, "金额格式不正确")
    try:
        amount = Decimal(text).quantize(ZERO)
    except InvalidOperation as error:
        raise content.misfit(name, "金额格式不正确") from error
    if amount <= 0:
        raise content.misfit(name, "金额须大于0")
    if amount > MAXIMUM:
        raise business("ACQ.TOTAL_FEE_EXCEED")
    return amount


def read_number(values: Mapping[str, Any]) -> tuple[str, str]:
    """(out_trade_no, trade_no) of a request about an existing trade; at least one of them. Raises Refusal."""
    content = Content(values, sub_code=WRONG)
    ours, theirs = content.text("out_trade_no", 64), content.text("trade_no", 64)
    if not ours and not theirs:
        raise content.misfit("out_trade_no", "和trade_no不能同时为空")
    return ours, theirs


def _absolute(content: Content) -> datetime | None:
    text = content.text("time_expire", 19)
    if not text:
        return None
    try:
        return datetime.strptime(text, STAMP).replace(tzinfo=BEIJING)
    except ValueError as error:
        raise content.misfit("time_expire", "时间格式不正确") from error


def _relative(content: Content, name: str, now: datetime) -> datetime | None:
    """From now on: 1m to 15d, or 1c for the end of the day."""
    text = content.text(name, 6)
    if not text:
        return None
    if text == "1c":
        return datetime(now.year, now.month, now.day, tzinfo=BEIJING) + timedelta(days=1)
    match = _TIMEOUT.fullmatch(text)
    span = timedelta(**{_UNITS[match[2]]: int(match[1])}) if match else timedelta()
    if not timedelta(minutes=1) <= span <= timedelta(days=15):
        raise content.misfit(name, "取值不在范围内")
    return now + span
