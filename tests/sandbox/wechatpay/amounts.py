"""Money and time as WeChat Pay writes them: whole fen and RFC 3339; the ledger counts in yuan."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def yuan(fen: int) -> Decimal:
    """Fen as yuan with two places."""
    return (Decimal(fen) / 100).quantize(CENT)


def fen(amount: Decimal) -> int:
    """Yuan as fen."""
    return int((amount * 100).to_integral_value())


def share(amount_fen: int, rate: Decimal) -> int:
    """The fee on an amount, rounded half up to the fen."""
    return int((amount_fen * rate).to_integral_value(ROUND_HALF_UP))


def rfc3339(moment: datetime) -> str:
    """A time in Beijing, whole seconds."""
    return moment.isoformat(timespec="seconds")
