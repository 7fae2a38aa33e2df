"""Amounts as UnionPay writes them: fen, digits only."""

from __future__ import annotations

import re
from decimal import Decimal

from odoo.addons.payment_bridge.connector.types import Money

CURRENCY = "CNY"
CURRENCY_CODE = "156"
MINIMUM = Decimal("0.01")
MAXIMUM = Decimal("9999999999.99")
_FEN = re.compile(r"[0-9]{1,12}")
_SIGNED_FEN = re.compile(r"([CD])([0-9]{12})")
_SIGNS = {"C": 1, "D": -1}


def fen(amount: Decimal) -> str:
    """Yuan as ``txnAmt``.

    :raises ValueError: when it is no positive whole number of fen in twelve digits.
    """
    scaled = amount * 100
    if scaled != scaled.to_integral_value() or not MINIMUM <= amount <= MAXIMUM:
        raise ValueError("the amount is no whole number of fen in twelve digits")
    return str(int(scaled))


def yuan(text: str) -> Decimal:
    """``txnAmt`` as yuan.

    :raises ValueError: when it is no number of fen.
    """
    if not _FEN.fullmatch(text):
        raise ValueError("the amount is no number of fen")
    return Decimal(text).scaleb(-2)


def signed_yuan(text: str) -> Decimal:
    """A signed amount of a bill, C (credit to the merchant) or D and twelve digits, as yuan.

    :raises ValueError: when it is none.
    """
    found = _SIGNED_FEN.fullmatch(text)
    if not found:
        raise ValueError("the amount is not C or D and twelve digits")
    return _SIGNS[found[1]] * Decimal(found[2]).scaleb(-2)


def money(text: str | None) -> Money | None:
    """``txnAmt`` as money; None where absent.

    :raises ValueError: when it is no number of fen.
    """
    return Money(yuan(text), CURRENCY) if text else None
