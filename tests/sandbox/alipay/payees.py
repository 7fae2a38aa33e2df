"""Whom the sandbox knows: Alipay accounts that exist, bank cards that behave in a special way."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class KnownPayee:
    """A registered payee and its behaviour. Times are milliseconds; None leaves the app's terms."""

    identity_type: str
    identity: str
    name: str = ""
    error: str | None = None
    """sub_code that refuses every transfer to this payee."""
    late_error: str | None = None
    """error_code with which an accepted transfer (DEALING) fails in the end."""
    corporate: bool = False
    delay_ms: int | None = None
    returns_after_ms: int | None = None


class Payees:
    """The registered payees, by kind and identity."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], KnownPayee] = {}

    def register(self, payee: KnownPayee) -> None:
        """Enter or replace a payee."""
        self._known[payee.identity_type, payee.identity] = payee

    def find(self, identity_type: str, identity: str) -> KnownPayee | None:
        """The payee with this identity."""
        return self._known.get((identity_type, identity))

    def all(self) -> list[KnownPayee]:
        """Every registered payee."""
        return list(self._known.values())


def masked(identity: str) -> str:
    """An identity as bills show it: a mail address by its first three letters, a number by its ends."""
    if "@" in identity:
        box, _, host = identity.partition("@")
        return f"{box[:3]}***@{host}"
    return f"{identity[:3]}******{identity[-2:]}"
