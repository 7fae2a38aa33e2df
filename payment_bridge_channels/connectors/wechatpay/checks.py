"""What every order is checked for before it is sent. Errors name the field and repeat none of its content."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import NoReturn

from odoo.addons.payment_bridge.connector.errors import InvalidOrder
from odoo.addons.payment_bridge.connector.types import Bilingual, Money

from .money import CURRENCY, FEN, MAX_FEN

KEY_ALPHABET = "0-9A-Za-z"
KEY_MAX = 32
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS = frozenset("\u200d\ufe0f")


def refuse(field: str, en: str, zh: str) -> NoReturn:
    """:raises InvalidOrder: always."""
    raise InvalidOrder(field, f"{field}: {en}", advice=Bilingual(f"{en[0].upper()}{en[1:]}.", f"{zh}。"))


def check_amount(money: Money, minimum: Decimal) -> None:
    """Yuan, whole fen, at least ``minimum``."""
    if money.currency != CURRENCY:
        refuse("currency", "WeChat Pay moves yuan (CNY) only", "微信支付仅支持人民币（CNY）")
    if money.amount < minimum:
        refuse("amount", f"the amount is at least {minimum} yuan", f"金额不得低于 {minimum} 元")
    if money.amount.scaleb(2) >= MAX_FEN:
        refuse("amount", "the amount is out of range", "金额超出范围")
    if money.amount != money.amount.quantize(FEN):
        refuse("amount", "an amount has at most two decimal places", "金额最多两位小数")


def check_key(key: str, shortest: int = 1) -> None:
    """Letters and digits only: the narrowest of the three alphabets that WeChat Pay's numbers have."""
    if not re.fullmatch(rf"[{KEY_ALPHABET}]{{{shortest},{KEY_MAX}}}", key):
        refuse(
            "key",
            f"the number holds {shortest} to {KEY_MAX} letters and digits only",
            f"单号只能包含字母和数字，长度 {shortest} 至 {KEY_MAX} 位",
        )


def check_text(
    field: str, text: str | None, *, chars: int | None = None, octets: int | None = None, required: bool = False
) -> None:
    """A text for people: not blank where ``required``, at most ``chars`` characters or ``octets`` bytes of
    UTF-8, without line breaks, controls and invisible or undefined characters."""
    told = text or ""
    if required and not told.strip():
        refuse(field, "it is empty", "不能为空")
    for character in told:
        if unicodedata.category(character) in _REFUSED_CATEGORIES and character not in _JOINERS:
            refuse(
                field,
                "it holds a character that cannot be sent (line break, control or invisible)",
                "含有换行、控制符或不可见字符",
            )
    if chars is not None and len(told) > chars:
        refuse(field, f"it is longer than {chars} characters", f"超过 {chars} 个字符")
    if octets is not None and len(told.encode()) > octets:
        refuse(
            field,
            f"it is longer than {octets} bytes (a Chinese character counts three)",
            f"超过 {octets} 个字节（一个汉字占 3 个字节）",
        )
