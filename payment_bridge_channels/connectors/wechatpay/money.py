"""Yuan in the ERP, whole fen on the wire: converted exactly or not at all.

Source: WeChat Pay APIv3, ``amount`` objects (integers in fen, currency CNY).
"""

from __future__ import annotations

from decimal import Decimal

from odoo.addons.payment_bridge.connector.types import Money

CURRENCY = "CNY"
FEN = Decimal("0.01")
MAX_FEN = 10**13


def to_fen(money: Money) -> int:
    """The amount in fen.

    :raises ValueError: another currency, a fraction of a fen, or out of range.
    """
    if money.currency != CURRENCY:
        raise ValueError("WeChat Pay moves yuan (CNY) only")
    fen = money.amount.scaleb(2)
    if fen != fen.to_integral_value() or not 0 < fen < MAX_FEN:
        raise ValueError("an amount is not a positive whole number of fen")
    return int(fen)


def from_fen(value: object) -> Money | None:
    """An amount in fen as an answer tells it; None where there is none.

    :raises ValueError: for anything but a whole number that is not negative.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < MAX_FEN:
        raise ValueError("an amount is not a whole number of fen")
    return Money(Decimal(value).scaleb(-2), CURRENCY)
