"""What one row of the response-code tables is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from odoo.addons.payment_bridge.connector.types import Bilingual


class Effect(Enum):
    """What a code says about the order it answers."""

    SUCCEEDED = "carried out; for an order that moves money only a query says so"
    FINAL = "certainly not executed, and this key has ended"
    QUERY = "unknown; only a query may follow"
    PROCESSING = "accepted, not final"
    NOT_FOUND = "the platform knows no such order, which means something only after a while"
    MISCONFIGURED = "certainly not executed; a person must change the contract or the settings"
    PAUSE = "the question had no effect; ask again later"


@dataclass(frozen=True, slots=True)
class Code:
    """One published code: what happened and what to do next, in both languages.

    ``effect`` is what it says as the answer to an order, and ``pay_out`` where a pay-out (代付) is treated
    otherwise. ``ends`` says that a query which reads it as the order's own code (``origRespCode``) reads a
    certain end although the first answer left it open.
    """

    code: str
    effect: Effect
    happened: Bilingual
    todo: Bilingual
    pay_out: Effect | None = None
    ends: bool = False

    def answered(self, pay_out: bool) -> Effect:
        """What the code says as the answer to an order."""
        return self.pay_out if pay_out and self.pay_out is not None else self.effect

    def asked(self, pay_out: bool) -> Effect:
        """What the code says when a query reads it as the order's own: succeeded, final, or not yet."""
        effect = self.answered(pay_out)
        if effect is Effect.SUCCEEDED:
            return effect
        return Effect.FINAL if self.ends or effect in (Effect.FINAL, Effect.MISCONFIGURED) else Effect.PROCESSING

    @property
    def meaning(self) -> Bilingual:
        """The whole text for people: what happened, what is known about the money, what to do."""
        known = MONEY[self.pay_out or self.effect]
        return Bilingual(
            " ".join(filter(None, (self.happened.en, known.en, self.todo.en))),
            "".join((self.happened.zh, known.zh, self.todo.zh)),
        )


MONEY: dict[Effect, Bilingual] = {
    Effect.SUCCEEDED: Bilingual("", ""),
    Effect.FINAL: Bilingual("No money has moved, and this order has ended.", "款项未付出，本单已终止。"),
    Effect.QUERY: Bilingual(
        "It is not yet known whether money has moved; the result is being queried.",
        "款项是否付出尚不确定，系统将查询结果。",
    ),
    Effect.PROCESSING: Bilingual("The money is on its way and not final.", "款项正在处理，尚无最终结果。"),
    Effect.NOT_FOUND: Bilingual(
        "Shortly after sending this proves nothing; the result is asked for again.",
        "刚发送时的此应答不代表未收到，系统将再次查询。",
    ),
    Effect.MISCONFIGURED: Bilingual("No money has moved; the channel waits.", "款项未付出，通道已暂停。"),
    Effect.PAUSE: Bilingual("", ""),
}
