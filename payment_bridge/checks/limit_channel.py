"""Limits: one channel in a day."""

from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from ..connector.types import Bilingual
from .base import register
from .rolling import RollingLimit

_lt = LazyTranslate(__name__)


@register
class ChannelLimitCheck(RollingLimit):
    """What leaves by one channel in a day stays within an amount."""

    code = "limit_channel"
    label = Bilingual("Limit per channel", "通道限额")
    purpose = Bilingual(
        "What leaves by one channel in a day stays within an amount.", "一个付款通道每日付款合计不超过限额。"
    )
    KEY = SQL("i.channel_id")

    def key_of(self, payment):
        return payment.bridge_channel_id.id

    def say_over(self, words):
        return _lt("With this payment %(total)s leaves by the channel today, over its limit of %(limit)s.", **words)
