"""Payment codes (付款码) that customers present: each works once, for a minute, and ends as it was told to."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ..core import Core
from .settings import AlipaySettings
from .trade import Buyer, Trade

RESULTS = ("paid", "asks", "refused")


@dataclass
class Presented:
    """One code. `result`: paid at once, the customer is asked on his own device, or refused with `error`.

    With `confirms_after_ms` a customer who is asked says yes by himself after that time.
    """

    code: str
    until: datetime
    result: str = "paid"
    error: str = "ACQ.BUYER_BALANCE_NOT_ENOUGH"
    confirms_after_ms: int | None = None
    buyer: Buyer = field(default_factory=Buyer)
    trade: Trade | None = None


class Wallets:
    """The codes that were presented."""

    def __init__(self, core: Core, settings: AlipaySettings) -> None:
        self._core = core
        self._settings = settings
        self._lock = threading.Lock()
        self._codes: dict[str, Presented] = {}
        self._used: set[str] = set()

    def present(self, result: str, error: str | None, confirms_after_ms: int | None) -> Presented:
        """A fresh code: 18 digits beginning with 28."""
        until = self._core.clock.now() + timedelta(seconds=self._settings.payment_code_seconds)
        with self._lock:
            code = f"28{self._core.digits(16)}"
            shown = self._codes[code] = Presented(code, until, result, confirms_after_ms=confirms_after_ms)
            shown.error = error or shown.error
        return shown

    def take(self, code: str) -> Presented | None:
        """Use a code; None when it is unknown, used or too old."""
        with self._lock:
            shown = self._codes.get(code)
            if shown is None or code in self._used or self._core.clock.now() > shown.until:
                return None
            self._used.add(code)
            return shown

    def asked(self, code: str) -> Trade | None:
        """The trade whose customer was asked by this code."""
        with self._lock:
            shown = self._codes.get(code)
        return shown.trade if shown else None

    def knows(self, code: str) -> bool:
        """Whether the code was ever presented here."""
        return code in self._codes
