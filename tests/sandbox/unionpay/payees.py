"""Whom pay-outs go to: any account is payable; registered ones behave as they are told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class KnownPayee:
    """A registered payee and its behaviour. Times are milliseconds; None leaves the merchant's terms."""

    account: str
    name: str = ""
    """A pay-out to another name is refused with 66."""
    account_type: str = ""
    """"01" card or "04" corporate account; a pay-out to the other kind is refused with 93."""
    error: str | None = None
    """respCode that refuses every pay-out to this payee at once."""
    late_error: str | None = None
    """origRespCode with which an accepted pay-out ends: a failure, or "A6"."""
    delay_ms: int | None = None
    returns_after_ms: int | None = None


class Payees:
    """The registered payees, by account."""

    def __init__(self) -> None:
        self._known: dict[str, KnownPayee] = {}

    def register(self, payee: KnownPayee) -> None:
        """Enter or replace a payee."""
        self._known[payee.account] = payee

    def find(self, account: str) -> KnownPayee:
        """The payee with this account; an ordinary one when nobody registered it."""
        return self._known.get(account) or KnownPayee(account)

    def all(self) -> list[KnownPayee]:
        """Every registered payee."""
        return list(self._known.values())


def masked(account: str) -> str:
    """An account as answers and files show it: at most 19 characters, the middle hidden."""
    return f"{account[:6]}******{account[-4:]}" if len(account) > 10 else account
