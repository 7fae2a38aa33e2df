"""Limits: one clerk in a day."""

from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from ..connector.types import Bilingual
from .base import register
from .rolling import RollingLimit

_lt = LazyTranslate(__name__)


@register
class ClerkLimitCheck(RollingLimit):
    """What one clerk prepares in a day stays within an amount."""

    code = "limit_clerk"
    label = Bilingual("Limit per clerk", "制单人限额")
    purpose = Bilingual(
        "What one clerk prepares in a day stays within an amount.", "一名制单人每日付款合计不超过限额。"
    )
    KEY = SQL("p.create_uid")

    def key_of(self, payment):
        return payment.create_uid.id

    def say_over(self, words):
        return _lt("With this payment the clerk has prepared %(total)s today, over the limit of %(limit)s.", **words)
