"""Settlement: the net of a settlement day goes to the merchant's bank on the next day, by the clock or by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from ..clock import midnight
from ..core import Core
from .books import Books
from .merchants import Merchant, Merchants, yuan
from .orders import Orders
from .settings import UnionPaySettings

DAILY = "daily"


class Settlement:
    """Pays out settlement days, each once: the net, at most what is available, and nothing when it is negative."""

    def __init__(
        self, core: Core, settings: UnionPaySettings, merchants: Merchants, orders: Orders, books: Books
    ) -> None:
        self._core = core
        self._settings = settings
        self._merchants = merchants
        self._orders = orders
        self._books = books
        self._settled: dict[tuple[str, date], int] = {}

    def plan(self) -> None:
        """Run when the next settlement is due, again and again."""
        now = self._core.clock.now()
        due = midnight(now.date()) + timedelta(hours=self._settings.settle_hour)
        if due <= now:
            due += timedelta(days=1)
        # A second late: the scheduler's clock and the sandbox's may differ by a hair.
        self._core.scheduler.after((due - now).total_seconds() + 1, self._run)

    def settle(self, merchant: Merchant, day: date) -> dict[str, Any]:
        """Pay the net of one settlement day now; a second time pays nothing more."""
        with self._orders.lock:
            key = (merchant.mer_id, day)
            if key not in self._settled:
                net = sum(entry.net for entry in self._books.entries(merchant, day))
                paid = max(0, min(net, merchant.available))
                if paid:
                    self._books.pay_to_bank(merchant, paid, day)
                self._settled[key] = paid
            return {"mer_id": merchant.mer_id, "settle_date": day.isoformat(), "paid": str(yuan(self._settled[key]))}

    def _run(self) -> None:
        for merchant in self._merchants.all():
            if merchant.terms.settlement == DAILY:
                for day in self._books.days(merchant):
                    if self._due(day) <= self._core.clock.now():
                        self.settle(merchant, day)
        self.plan()

    def _due(self, day: date) -> datetime:
        return midnight(day + timedelta(days=1)) + timedelta(hours=self._settings.settle_hour)
