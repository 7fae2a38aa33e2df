"""What Alipay's codes mean for the money and what people do about them.

Decisions are made on ``sub_code``, never on ``sub_msg``. A code that is in no table is never taken for
a certain failure.
"""

from __future__ import annotations

from odoo.addons.payment_bridge.connector.types import Bilingual

from .model import Code, Effect
from .other import ORDER_CODES, OTHER_CODES
from .payee import PAYEE_CODES
from .payer import PAYER_CODES
from .refund import CANCEL_CODES, REFUND_CODES
from .trade import TRADE_CODES

__all__ = ["ALL_CODES", "UNKNOWN", "UNKNOWN_READ", "Code", "Effect", "effect_of", "explain"]

ALL_CODES: tuple[Code, ...] = (
    *PAYER_CODES,
    *PAYEE_CODES,
    *ORDER_CODES,
    *OTHER_CODES,
    *TRADE_CODES,
    *REFUND_CODES,
    *CANCEL_CODES,
)
_BY_CODE = {row.code: row for row in ALL_CODES}

UNKNOWN = Bilingual(
    "Alipay answered with a code that is not published. It is not yet known whether money has moved; "
    "the result is being queried. Wait, and do not pay by another way.",
    "支付宝返回了未公开的代码，款项是否付出尚不确定，系统将查询结果；请等待，不要换通道重付。",
)
UNKNOWN_READ = Bilingual(
    "Alipay did not answer the question, and no money is touched by it. It is asked again later; where it lasts, the "
    "administrator looks up the code at Alipay.",
    "支付宝未答复本次查询，不影响任何款项；系统稍后再次查询，若持续出现请管理员向支付宝核实代码。",
)


def effect_of(code: str | None) -> Effect | None:
    """What a code says about the order; None for a code that we do not know."""
    row = _BY_CODE.get(code or "")
    return row.effect if row else None


def explain(code: str | None) -> Bilingual | None:
    """The code in people's words; None for a code that we do not know."""
    row = _BY_CODE.get(code or "")
    return row.meaning if row else None
