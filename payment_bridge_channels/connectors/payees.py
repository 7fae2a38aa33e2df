"""Payee kinds that several platforms share: one meaning, one code, one definition."""

from __future__ import annotations

from odoo.addons.payment_bridge.connector.declarations import PayeeKind
from odoo.addons.payment_bridge.connector.types import Bilingual

BANK_LATE_RETURN_DAYS = 7

BANK_CARD = PayeeKind(
    "bank_card",
    Bilingual("Bank card of a person", "个人银行卡"),
    Bilingual("Card number", "银行卡号"),
    account_pattern=r"[0-9]{12,19}",
    late_return_days=BANK_LATE_RETURN_DAYS,
)
BANK_ACCOUNT = PayeeKind(
    "bank_account",
    Bilingual("Bank account of a company", "对公银行账户"),
    Bilingual("Account number", "银行账号"),
    bank_name_required=True,
    account_pattern=r"[0-9]{6,32}",
    late_return_days=BANK_LATE_RETURN_DAYS,
)
