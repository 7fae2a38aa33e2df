"""Limits: one payee."""

from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from ..connector.types import Bilingual
from .base import register
from .rolling import RollingLimit

_lt = LazyTranslate(__name__)


@register
class PayeeLimitCheck(RollingLimit):
    """What one payee gets within some days stays within an amount."""

    code = "limit_payee"
    label = Bilingual("Limit per payee", "收款方限额")
    purpose = Bilingual(
        "What one payee gets within some days stays within an amount.", "若干天内向同一收款方付款合计不超过限额。"
    )
    KEY = SQL("partner.commercial_partner_id")
    reads = frozenset({"amount", "days"})

    def key_of(self, payment):
        return payment.partner_id.commercial_partner_id.id

    def say_over(self, words):
        return _lt(
            "With this payment the payee gets %(total)s within %(days)s days, over the limit of %(limit)s.", **words
        )
