"""What WeChat Pay's codes mean for the money and what people do about them.

Decisions are made on ``code`` and ``fail_reason``, never on a message. A code that is in no table is never
taken for a certain failure.
"""

from __future__ import annotations

from odoo.addons.payment_bridge.connector.types import Bilingual

from .account import ACCOUNT_CODES
from .answers import ANSWER_CODES
from .model import Code, Effect
from .orders import ORDER_CODES
from .payee import PAYEE_CODES

__all__ = ["ALL_CODES", "FAIL_REASONS", "HTTP_CODES", "UNKNOWN", "Code", "Effect", "effect_of", "explain"]

HTTP_CODES: tuple[Code, ...] = (*ANSWER_CODES, *ORDER_CODES)
FAIL_REASONS: tuple[Code, ...] = (*PAYEE_CODES, *ACCOUNT_CODES)
ALL_CODES: tuple[Code, ...] = (*HTTP_CODES, *FAIL_REASONS)
_BY_CODE = {row.code: row for row in ALL_CODES}
_FAMILIES = tuple(row for row in ALL_CODES if row.family)

UNKNOWN = Bilingual(
    "WeChat Pay answered with a code that is not published. It is not yet known whether money has moved; "
    "the result is being queried. Wait, and do not pay by another way.",
    "微信支付返回了未公开的代码，款项是否付出尚不确定，系统将查询结果；请等待，不要换通道重付。",
)


def _row(code: str | None) -> Code | None:
    found = _BY_CODE.get(code or "")
    return found or next((row for row in _FAMILIES if (code or "").startswith(row.code)), None)


def effect_of(code: str | None) -> Effect | None:
    """What a code says about the order; None for a code that we do not know."""
    row = _row(code)
    return row.effect if row else None


def explain(code: str | None) -> Bilingual | None:
    """The code in people's words; None for a code that we do not know."""
    row = _row(code)
    return row.meaning if row else None
