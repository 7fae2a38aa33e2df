"""One answer of APIv3, and what a refusal says about the money.

Source: WeChat Pay APIv3, general rules (200 with a body, 204 without, errors with ``code`` and
``message``; the digits after the last dash of ``Request-ID`` name the error more precisely).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from odoo.addons.payment_bridge.connector.errors import (
    ConnectorError,
    Misconfigured,
    Rejected,
    Throttled,
    Uncertain,
    Untrusted,
)
from odoo.addons.payment_bridge.connector.redaction import redact_text
from odoo.addons.payment_bridge.connector.types import Bilingual

from . import codes
from .codes import Effect

PAUSE_SECONDS = 30.0
MESSAGE_MAX = 200
UNCERTAIN_ADVICE = Bilingual(
    "No answer that can be believed came back. It is not known whether money has moved; the result is "
    "being queried. Do not pay by another way.",
    "未收到可信的应答，款项是否付出尚不确定，系统将查询结果；请勿换通道重付。",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. ``code`` is None where the call was carried out, which is only ever so when its
    signature has been verified; ``signed`` tells it of refusals. ``node`` is the content, numbers exact."""

    status: int
    code: str | None = None
    message: str = ""
    detail_number: str | None = None
    signed: bool = True
    retry_after: float = PAUSE_SECONDS
    node: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def succeeded(self) -> bool:
        """Whether the call itself was carried out; what it did is in ``node``."""
        return self.code is None

    @property
    def effect(self) -> Effect | None:
        """What the refusal says; None for a code that is not published."""
        return codes.effect_of(self.code)

    @property
    def told(self) -> str:
        """The platform's own words, with the number that names the error."""
        number = f" [{self.detail_number}]" if self.detail_number else ""
        return f"{self.code}: {self.message}{number}" if self.code else self.message


def text(node: Mapping[str, Any], name: str) -> str | None:
    """A field as text; None where absent, blank or not a text."""
    value = node.get(name)
    return value.strip() or None if isinstance(value, str) else None


def part(node: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object inside an answer; empty where absent or of another type."""
    value = node.get(name)
    return value if isinstance(value, dict) else {}


def words(value: Any) -> str:
    """A platform's message, fit to be kept: one line, no card number, not too long."""
    told = re.sub(r"\s+", " ", value).strip() if isinstance(value, str) else ""
    return redact_text(told, ())[:MESSAGE_MAX]


def refusal(answer: Answer, *, moves_money: bool) -> ConnectorError:
    """The error for a call that was not carried out.

    Only a signed answer ends an order's key: an unsigned "no" to a call that moves money is as good as
    no answer. Pauses and refused settings are believed unsigned, since the same key leaves again.
    """
    effect = answer.effect
    known = {"code": answer.code, "advice": codes.explain(answer.code) or codes.UNKNOWN}
    if answer.status >= 500:
        return Uncertain(answer.told, **known)
    if effect is Effect.THROTTLED or (answer.status == 429 and not moves_money):
        return Throttled(answer.told, retry_after=answer.retry_after, **known)
    if effect is Effect.MISCONFIGURED:
        return Misconfigured(answer.told, **known)
    if effect is Effect.RETRY_SAME_KEY:
        return Rejected(answer.told, retry_same_key=True, **known)
    if effect is Effect.FINAL:
        if moves_money and not answer.signed:
            return Untrusted(f"{answer.told} (not signed)", code=answer.code, advice=UNCERTAIN_ADVICE)
        return Rejected(answer.told, **known)
    if effect in (Effect.REFUSED_OR_KNOWN, Effect.NOT_FOUND) and not moves_money:
        return Rejected(answer.told, **known)
    return Uncertain(answer.told, **known)
