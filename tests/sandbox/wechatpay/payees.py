"""Whom transfers may go to, and how these people behave."""

from __future__ import annotations

from dataclasses import dataclass

from .settings import WechatSettings


@dataclass
class KnownPayee:
    """A payee by openid."""

    openid: str
    name: str = ""
    """Real name; a transfer with another user_name fails with NAME_NOT_CORRECT."""
    auto_confirm_ms: int | None = 300
    """Confirms so long after WAIT_USER_CONFIRM (0: at once, within the request); null: only through the admin API."""
    error: str | None = None
    """Code that refuses every transfer to this payee (INVALID_REQUEST, USER_ERROR, …)."""
    late_error: str | None = None
    """fail_reason with which a confirmed transfer fails."""


class Payees:
    """The registered payees."""

    def __init__(self, settings: WechatSettings) -> None:
        self._settings = settings
        self._known: dict[str, KnownPayee] = {}

    def register(self, payee: KnownPayee) -> None:
        """Enter or replace a payee."""
        self._known[payee.openid] = payee

    def find(self, openid: str) -> KnownPayee | None:
        """The payee; an unregistered one when the settings accept such."""
        if openid in self._known or self._settings.unknown_payees != "accept":
            return self._known.get(openid)
        return KnownPayee(openid, auto_confirm_ms=self._settings.auto_confirm_ms)

    def all(self) -> list[KnownPayee]:
        """Every registered payee."""
        return list(self._known.values())
