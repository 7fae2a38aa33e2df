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
    PROCESSING = "accepted, not final"
    NOT_FOUND = "the platform certainly never received it"
    MISCONFIGURED = "certainly not executed; a person must change the contract or the settings"


@dataclass(frozen=True, slots=True)
class Code:
    """One published code: its effect, what happened and what to do next, in both languages.

    ``about_money`` adds the sentence on what is known about the money, which the effect decides.
    """

    code: str
    effect: Effect
    happened: Bilingual
    todo: Bilingual
    about_money: bool = True

    @property
    def meaning(self) -> Bilingual:
        """The whole text for people: what happened, what is known about the money, what to do."""
        known = MONEY[self.effect] if self.about_money else Bilingual("", "")
        return Bilingual(
            " ".join(filter(None, (self.happened.en, known.en, self.todo.en))),
            "".join((self.happened.zh, known.zh, self.todo.zh)),
        )


def ended(code: str, en: str, zh: str, todo: Bilingual) -> Code:
    """A trade that was refused for certain under this number; the sentence says itself what that means for
    the money."""
    return Code(code, Effect.FINAL, Bilingual(en, zh), todo, about_money=False)


MONEY: dict[Effect, Bilingual] = {
    Effect.FINAL: Bilingual("No money has moved, and this order has ended.", "款项未付出，本单已终止。"),
    Effect.RETRY_SAME_KEY: Bilingual(
        "No money has moved; the same order can be sent again.", "款项未付出，可用原单号重试。"
    ),
    Effect.QUERY: Bilingual(
        "It is not yet known whether money has moved; the result is being queried.",
        "款项是否付出尚不确定，系统将查询结果。",
    ),
    Effect.PROCESSING: Bilingual("The money is on its way and not final.", "款项正在处理，尚无最终结果。"),
    Effect.NOT_FOUND: Bilingual(
        "Alipay never received this order; no money has moved.", "支付宝未收到本单，款项未付出。"
    ),
    Effect.MISCONFIGURED: Bilingual("No money has moved; the channel waits.", "款项未付出，通道已暂停。"),
}
