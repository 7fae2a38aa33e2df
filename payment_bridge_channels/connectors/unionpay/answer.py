"""One answer that has been believed, and the words for those that cannot be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from odoo.addons.payment_bridge.connector.redaction import mask_account
from odoo.addons.payment_bridge.connector.types import Bilingual

UNCERTAIN_ADVICE = Bilingual(
    "No answer that can be believed came back. It is not known whether money has moved; the result is "
    "being queried. Do not pay by another way.",
    "未收到可信的应答，款项是否付出尚不确定，系统将查询结果；请勿换通道重付。",
)
TOLD_MAX = 200
_LONG_NUMBER = re.compile(r"[0-9Xx]{8,}")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer or message whose signature has been verified."""

    fields: Mapping[str, str] = field(repr=False)

    def text(self, name: str) -> str | None:
        """A field, None where absent or blank."""
        return (self.fields.get(name) or "").strip() or None

    @property
    def code(self) -> str:
        """``respCode``; empty where there is none."""
        return self.text("respCode") or ""

    @property
    def told(self) -> str:
        """UnionPay's own words; see :func:`told`."""
        return told(self.text("respMsg"))


def told(words: str | None) -> str:
    """A message of UnionPay's as it may be kept: numbers that could be an
    account or a phone are masked, its own seven digits in brackets stay."""
    return _LONG_NUMBER.sub(lambda found: mask_account(found.group()), words or "")[:TOLD_MAX]
