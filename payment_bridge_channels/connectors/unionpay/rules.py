"""What every order is checked against before it is sent. Each refusal names the field and repeats no data.

Source: UnionPay ACP 5.1.0: orderId is 8 to 32 letters and digits, amounts are fen in twelve digits; text
inside ``{…}`` may hold none of the marks that divide fields.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from decimal import Decimal
from typing import NoReturn
from urllib.parse import urlsplit

from odoo.addons.payment_bridge.connector.errors import InvalidOrder
from odoo.addons.payment_bridge.connector.types import Bilingual, Money

from .money import CURRENCY, MAXIMUM, MINIMUM

KEY_MIN = 8
KEY_MAX = 32
KEY_ALPHABET = "0-9A-Za-z"
URL_MAX = 256
_MARKS = frozenset("&={}[]|")
_REFUSED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"})


def check_key(key: str) -> None:
    """``orderId``."""
    if not re.fullmatch(rf"[{KEY_ALPHABET}]{{{KEY_MIN},{KEY_MAX}}}", key):
        refuse(
            "key",
            f"the number must be {KEY_MIN} to {KEY_MAX} letters and digits",
            f"订单号须为 {KEY_MIN} 至 {KEY_MAX} 位字母或数字",
        )


def check_amount(money: Money, maximum: Decimal = MAXIMUM) -> None:
    """``txnAmt``."""
    if money.currency != CURRENCY:
        refuse("currency", "UnionPay takes yuan (CNY) only", "银联仅支持人民币（CNY）")
    if not MINIMUM <= money.amount <= maximum:
        refuse(
            "amount", f"an amount is between {MINIMUM} and {maximum} yuan", f"金额须在 {MINIMUM} 至 {maximum} 元之间"
        )
    if money.amount != money.amount.quantize(Decimal("0.01")):
        refuse("amount", "an amount has at most two decimal places", "金额最多两位小数")


def check_title(title: str) -> None:
    """The title is not sent; an order still has one."""
    if not title.strip():
        refuse("title", "the title is empty", "标题不能为空")


def check_text(field: str, text: str, longest: int, zh: str) -> None:
    """A text that is sent: its length in GBK bytes (a Chinese character counts two), and no marks."""
    try:
        size = len(text.encode("gb18030"))
    except UnicodeEncodeError:
        size = longest + 1
    if size > longest:
        refuse(
            field,
            f"it is longer than {longest} characters (a Chinese one counts two)",
            f"{zh}超过 {longest} 字节（一个汉字计两字节）",
        )
    if any(character in _MARKS or unicodedata.category(character) in _REFUSED for character in text):
        refuse(
            field,
            "it holds a character that cannot be sent (line break, invisible, or one of & = { } [ ] |)",
            f"{zh}含有无法上送的字符（换行、不可见字符或 & = {{ }} [ ] |）",
        )


def check_url(field: str, url: str) -> None:
    """An address that UnionPay or a payer's browser is to call."""
    parts = urlsplit(url)
    if len(url) > URL_MAX or parts.scheme not in ("http", "https") or not parts.hostname or not url.isascii():
        refuse(field, f"it is no web address of at most {URL_MAX} characters", f"不是 {URL_MAX} 字符以内的有效网址")


def placed(moment: datetime | None) -> datetime:
    """When an order was sent for the first time: without it UnionPay can neither place nor find it."""
    if moment is None:
        refuse("placed_at", "it is not known when the order was placed", "缺少订单发送时间")
    return moment


def refuse(field: str, en: str, zh: str) -> NoReturn:
    """Raise the refusal of one field."""
    raise InvalidOrder(field, f"{field}: {en}", advice=Bilingual(f"{en[0].upper()}{en[1:]}.", f"{zh}。"))
