"""What a connector said, as one word that can stand in a table.

An outcome's word is its status (``succeeded``, ``not_found`` …); an error's is what it says about the money:
``invalid``, ``not sent``, ``throttled``, ``misconfigured``, ``rejected`` (this key has ended), ``retry`` (rejected, but
the same key may be used again), ``uncertain``, ``untrusted``, ``unsupported``, ``statement``, or of a message
``refused``. Tables join words that are equally right with ``|``; ``untrusted`` is also ``uncertain``, as the port says.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from odoo.addons.payment_bridge.connector import errors
from odoo.addons.payment_bridge.connector.types import Bilingual, Outcome

_HAN = re.compile(r"[\u4e00-\u9fff]")
_LETTER = re.compile(r"[A-Za-z]")

# The most specific class first.
_WORDS: tuple[tuple[type[errors.ConnectorError], str], ...] = (
    (errors.InvalidOrder, "invalid"),
    (errors.Throttled, "throttled"),
    (errors.Misconfigured, "misconfigured"),
    (errors.NotSent, "not sent"),
    (errors.Untrusted, "untrusted"),
    (errors.Uncertain, "uncertain"),
    (errors.Unsupported, "unsupported"),
    (errors.StatementError, "statement"),
    (errors.NotificationRefused, "refused"),
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer of a connector: the word for it, and the value or the error itself."""

    word: str
    value: Any = None
    error: errors.ConnectorError | None = None

    @property
    def code(self) -> str | None:
        """The platform's code, from wherever it stands."""
        return self.error.code if self.error else getattr(self.value, "platform_code", None)

    @property
    def advice(self) -> Bilingual | None:
        """What is said to people."""
        return self.error.advice if self.error else getattr(self.value, "advice", None)

    def fits(self, expected: str) -> bool:
        """Whether it is one of the words of ``expected``."""
        mine = {self.word, "uncertain"} if self.word == "untrusted" else {self.word}
        return bool(mine & set(expected.split("|")))

    def must(self, expected: str) -> Verdict:
        """Itself, or a failure that tells everything."""
        assert self.fits(expected), f"expected {expected!r}, got {self}"
        return self

    def __str__(self) -> str:
        return f"{self.word!r} ({self.error if self.error else self.value}, code {self.code})"


def of(call: Callable[[], Any]) -> Verdict:
    """Carry out a call and say in a word what came of it. An error that is none of the port's goes through."""
    try:
        value = call()
    except errors.Rejected as error:
        return Verdict("retry" if error.retry_same_key else "rejected", error=error)
    except errors.ConnectorError as error:
        word = next(word for kind, word in _WORDS if isinstance(error, kind))
        return Verdict(word, error=error)
    return Verdict(value.status.value if isinstance(value, Outcome) else "answered", value)


def assert_advice(advice: Bilingual | None, about: str) -> None:
    """People are told what to do, in English and in Chinese."""
    assert advice is not None, f"{about}: no advice"
    assert _LETTER.search(advice.en), f"{about}: no English advice"
    assert _HAN.search(advice.zh), f"{about}: no Chinese advice"
