"""The persons outside, alike on every platform: a payer who scans or presents a code, a payee who confirms, an auditor.

Under /_sandbox/: what a QR code, a payment page or a confirmation leads to is found by its content, so that a test, the
demo or a browser can play the person without knowing the platform.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from .admin import PREFIX, AdminError, body_of, endpoint
from .router import Router
from .wire import Request


@dataclass(frozen=True)
class PlatformOrder:
    """One order as the platform's own ledger tells it: `executed_count` counts the movements of money it made."""

    key: str
    operation: str  # pay_out, collect, charge, refund
    merchant: str
    amount: str  # yuan, two places
    status: str
    executed_count: int
    executed_sum: str
    returned_count: int = 0
    returned_sum: str = "0.00"


class Persons(Protocol):
    """What a platform lets outsiders do. Each method answers None for content that is not this platform's."""

    name: str

    def pay(self, content: str, amount: Decimal | None) -> dict[str, Any] | None:
        """Pay what a code, link or form address leads to; another `amount` than asked plays a faulty payer."""
        ...

    def confirm(self, content: str) -> dict[str, Any] | None:
        """Confirm a pay-out as its payee."""
        ...

    def present(self, **terms: Any) -> str | None:
        """A fresh payment code (付款码); `terms` say how its charge goes: {"result": "paid"|"asks"|"refused"}."""
        ...

    def orders(self) -> Iterable[PlatformOrder]:
        """Every order of every merchant."""
        ...

    def balance(self, merchant: str) -> Decimal | None:
        """What the platform holds for a merchant, in yuan."""
        ...


class PersonsAdmin:
    """The addresses that play persons."""

    def __init__(self, platforms: Iterable[Persons]) -> None:
        self._platforms = {platform.name: platform for platform in platforms}

    def routes(self, router: Router) -> None:
        """Register the addresses."""
        router.add("POST", f"{PREFIX}/persons/pay", endpoint(self.pay))
        router.add("POST", f"{PREFIX}/persons/confirm", endpoint(self.confirm))
        router.add("POST", f"{PREFIX}/persons/present", endpoint(self.present))
        router.add("GET", f"{PREFIX}/<platform>/orders", endpoint(self.orders))
        router.add("GET", f"{PREFIX}/<platform>/balances/<merchant>", endpoint(self.balance))

    def pay(self, request: Request) -> dict[str, Any]:
        """{"content", "amount"?}: pay it."""
        body = body_of(request)
        amount = _amount(body.get("amount"))
        found = (one.pay(_content(body), amount) for one in self._platforms.values())
        return _first(found)

    def confirm(self, request: Request) -> dict[str, Any]:
        """{"content"}: confirm it."""
        content = _content(body_of(request))
        return _first(one.confirm(content) for one in self._platforms.values())

    def present(self, request: Request) -> dict[str, str]:
        """{"platform", …terms}: a payment code to be charged."""
        terms = body_of(request)
        code = self._named(str(terms.pop("platform", ""))).present(**terms)
        if code is None:
            raise AdminError("this platform has no payment codes")
        return {"auth_code": code}

    def orders(self, _: Request, platform: str) -> dict[str, Any]:
        """Every order of the platform."""
        return {"orders": [asdict(order) for order in self._named(platform).orders()]}

    def balance(self, _: Request, platform: str, merchant: str) -> dict[str, str]:
        """What the platform holds for the merchant."""
        balance = self._named(platform).balance(merchant)
        if balance is None:
            raise AdminError(f"no merchant {merchant}", 404)
        return {"balance": f"{balance:.2f}"}

    def _named(self, name: str) -> Persons:
        if name not in self._platforms:
            raise AdminError(f"no platform {name!r}; there are {', '.join(self._platforms)}", 404)
        return self._platforms[name]


def _content(body: dict[str, Any]) -> str:
    content = body.get("content")
    if not isinstance(content, str) or not content:
        raise AdminError("give content")
    return content


def _amount(value: Any) -> Decimal | None:
    if value is None:
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation as error:
        raise AdminError(f"{value!r} is no amount") from error
    if not amount.is_finite() or amount <= 0:
        raise AdminError(f"nobody can pay {value!r}")
    return amount


def _first(found: Iterable[dict[str, Any] | None]) -> dict[str, Any]:
    for one in found:
        if one is not None:
            return one
    raise AdminError("no platform knows this content", 404)
