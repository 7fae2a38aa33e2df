"""What UnionPay's response codes mean for the money and what people do about them.

Decisions are made on ``respCode``, never on ``respMsg``. A code that is in no table is never taken for a
certain failure.
"""

from __future__ import annotations

from odoo.addons.payment_bridge.connector.types import Bilingual

from .holder import HOLDER_CODES
from .merchant import MERCHANT_CODES
from .message import MESSAGE_CODES
from .model import Code, Effect
from .system import SYSTEM_CODES

__all__ = ["ALL_CODES", "NO_FILE", "UNKNOWN", "Code", "Effect", "answered", "asked", "explain"]

ALL_CODES: tuple[Code, ...] = (*SYSTEM_CODES, *MESSAGE_CODES, *MERCHANT_CODES, *HOLDER_CODES)
NO_FILE = "98"
_BY_CODE = {row.code: row for row in ALL_CODES}

UNKNOWN = Bilingual(
    "UnionPay answered with a code that is not published. It is not yet known whether money has moved; "
    "the result is being queried. Wait, and do not pay by another way.",
    "银联返回了未公开的应答码，款项是否付出尚不确定，系统将查询结果；请等待，不要换通道重付。",
)


def answered(code: str, *, pay_out: bool) -> Effect:
    """What a code says as the answer to an order; unknown codes leave everything open."""
    row = _BY_CODE.get(code)
    return row.answered(pay_out) if row else Effect.QUERY


def asked(code: str, *, pay_out: bool) -> Effect:
    """What a code says when a query reads it as the order's own: ``SUCCEEDED``, ``FINAL`` or
    ``PROCESSING``; unknown codes leave everything open."""
    row = _BY_CODE.get(code)
    return row.asked(pay_out) if row else Effect.PROCESSING


def explain(code: str | None) -> Bilingual | None:
    """The code in people's words; None for a code that we do not know."""
    row = _BY_CODE.get(code or "")
    return row.meaning if row else None
