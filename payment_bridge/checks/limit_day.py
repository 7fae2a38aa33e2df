"""Limits: one day of a company."""

from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from ..connector.types import Bilingual
from .base import register
from .rolling import RollingLimit

_lt = LazyTranslate(__name__)


@register
class DayLimitCheck(RollingLimit):
    """What the company pays in a day stays within an amount."""

    code = "limit_day"
    label = Bilingual("Limit per day", "每日限额")
    purpose = Bilingual("What the company pays in a day stays within an amount.", "公司每日付款合计不超过限额。")
    KEY = SQL("i.company_id")

    def key_of(self, payment):
        return payment.company_id.id

    def say_over(self, words):
        return _lt("With this payment the company pays %(total)s today, over its limit of %(limit)s.", **words)
