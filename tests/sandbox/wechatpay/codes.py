"""Payment codes that payers present, and how their charges go."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..core import Core
from .settings import WechatSettings

PAID, ASKS, REFUSED = RESULTS = ("paid", "asks", "refused")


@dataclass(frozen=True)
class Code:
    """A payment code: `result` of its charge; one that asks is paid after `pays_after_ms`, or when the person does."""

    auth_code: str
    shown: datetime
    openid: str
    result: str = PAID
    pays_after_ms: int | None = None
    error: str = "NOT_ENOUGH"


class Codes:
    """The presented codes. Each is good for one order, and not for long."""

    def __init__(self, core: Core, settings: WechatSettings) -> None:
        self._core = core
        self._settings = settings
        self._lock = threading.Lock()
        self._shown: dict[str, Code] = {}

    def show(self, result: str, openid: str | None, pays_after_ms: int | None, error: str) -> Code:
        """A fresh code of 18 digits."""
        now = self._core.clock.now()
        payer = openid or f"oPayer{self._core.token(22)}"
        code = Code(f"13{self._core.digits(16)}", now, payer, result, pays_after_ms, error)
        with self._lock:
            self._shown[code.auth_code] = code
        return code

    def take(self, auth_code: str) -> Code | None:
        """Use a code up; None when it is unknown, used or too old."""
        with self._lock:
            code = self._shown.pop(auth_code, None)
        if code is None:
            return None
        life = timedelta(seconds=self._settings.auth_code_seconds)
        return code if self._core.clock.now() - code.shown <= life else None
