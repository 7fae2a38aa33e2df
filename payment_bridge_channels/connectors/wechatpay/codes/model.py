"""What one row of the code tables is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from odoo.addons.payment_bridge.connector.types import Bilingual


class Effect(Enum):
    """What a code says about the order it answers."""

    FINAL = "certainly not executed, and this key has ended"
    RETRY_SAME_KEY = "certainly not executed; the same order may be sent again"
    QUERY = "unknown; only a query may follow"
    REFUSED_OR_KNOWN = "refused, or an order of this number exists already; only a query tells"
    NOT_FOUND = "the platform knows no such order or file, which soon after sending may still change"
    THROTTLED = "not executed; the platform asks for a pause"
    MISCONFIGURED = "certainly not executed; a person must change the contract or the settings"


@dataclass(frozen=True, slots=True)
class Code:
    """One published code: its effect, what happened and what to do next, in both languages.

    ``about_money`` adds the sentence on what is known about the money, which the effect decides. A
    ``family`` row stands for every code that begins with it.
    """

    code: str
    effect: Effect
    happened: Bilingual
    todo: Bilingual
    about_money: bool = True
    family: bool = False

    @property
    def meaning(self) -> Bilingual:
        """The whole text for people: what happened, what is known about the money, what to do."""
        known = MONEY[self.effect] if self.about_money else Bilingual("", "")
        return Bilingual(
            " ".join(filter(None, (self.happened.en, known.en, self.todo.en))),
            "".join((self.happened.zh, known.zh, self.todo.zh)),
        )


MONEY: dict[Effect, Bilingual] = {
    Effect.FINAL: Bilingual("No money has moved, and this order has ended.", "款项未付出，本单已终止。"),
    Effect.RETRY_SAME_KEY: Bilingual(
        "No money has moved; the same order can be sent again.", "款项未付出，可用原单号重试。"
    ),
    Effect.QUERY: Bilingual(
        "It is not yet known whether money has moved; the result is being queried.",
        "款项是否付出尚不确定，系统将查询结果。",
    ),
    Effect.REFUSED_OR_KNOWN: Bilingual(
        "Whether an order of this number exists already is being queried.", "系统将查询该单号是否已存在订单。"
    ),
    Effect.NOT_FOUND: Bilingual(
        "Soon after sending this is no proof; it is asked again.", "刚发送后查无此单并不代表未受理，系统将再次查询。"
    ),
    Effect.THROTTLED: Bilingual("The request had no effect.", "本次请求未被处理。"),
    Effect.MISCONFIGURED: Bilingual("No money has moved; the channel waits.", "款项未付出，通道已暂停。"),
}
