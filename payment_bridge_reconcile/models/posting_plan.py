"""What posting a statement would do, as values: made by planning, shown to people, then done exactly so."""

import hashlib
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from odoo.exceptions import UserError

SETTLEMENT, PER_LINE, DAILY_SUMMARY = "settlement", "per_line", "daily_summary"
SELECTION_MODE = [
    (SETTLEMENT, "One entry a day"),
    (PER_LINE, "One entry a row"),
    (DAILY_SUMMARY, "Daily summary"),
]


@dataclass(frozen=True, slots=True)
class Booked:
    """How much an item is worth that is kept in another currency than the channel's: in that ``currency``, and its
    ``balance`` in the company's. Debit positive."""

    currency: Any
    amount: float
    balance: float


@dataclass(slots=True)
class PlannedItem:
    """One journal item to be made. ``amount`` is in the channel's currency, debit positive.

    ``lines`` are the rows that it stands for, ``settles`` the open journal items that it is reconciled with.
    ``at_once`` says that it is the exact opposite of all of these together, so that a whole day's items can be
    settled set by set. ``is_fee`` marks the fees of rows that stand on other items too; ``extra`` holds further
    values of the journal item (taxes, analytic distribution). ``booked`` is there where the item itself is kept in
    another currency; ``amount`` is then its part of what the account moved by.
    """

    account: Any
    partner: Any
    label: str
    amount: float
    lines: Any
    settles: Any
    is_fee: bool = False
    at_once: bool = False
    extra: dict = field(default_factory=dict)
    booked: Booked | None = None

    def worth(self, currency: Any) -> tuple[Any, float]:
        """The currency that it is kept in, and how much of it; ``currency`` is the channel's."""
        return (self.booked.currency, self.booked.amount) if self.booked else (currency, currency.round(self.amount))

    @property
    def has_tax(self) -> bool:
        """Whether it stands in the tax report, whose days are closed by a lock date of their own."""
        return "tax_tag_ids" in self.extra

    @property
    def digest(self) -> tuple:
        """Changes with everything that a person was shown of it."""
        worth = self.booked and (self.booked.currency.id, f"{self.booked.amount:.6f}", f"{self.booked.balance:.6f}")
        return (self.account.id, f"{self.amount:.6f}", worth, self.lines.ids, self.settles.ids)


@dataclass(slots=True)
class PlannedEntry:
    """One statement entry. ``day`` is the platform's, ``date`` the one of the books; ``title`` says what of the
    day it holds, when that is not all of it."""

    day: date
    date: date
    lines: Any
    items: list[PlannedItem]
    title: str = ""


@dataclass(slots=True)
class Plan:
    """What posting a statement now would do."""

    mode: str = SETTLEMENT
    entries: list[PlannedEntry] = field(default_factory=list)
    blocked: dict[int, str] = field(default_factory=dict)  # row id -> why it cannot be posted

    @property
    def digest(self) -> str:
        """Changes whenever anything that would be posted changes."""
        told = [(self.mode, str(entry.date), item.digest) for entry in self.entries for item in entry.items]
        return hashlib.sha256(repr(told).encode()).hexdigest()

    def check_shown(self, env, expected: str | None) -> None:
        """Refuse when a person has seen another plan than this one.

        :raises UserError: nothing has been posted.
        """
        if expected is not None and self.digest != expected:
            raise UserError(env._("Something changed since this was shown. Nothing was posted: look at it again."))

    @property
    def net(self) -> float:
        """What the account's balance changes by."""
        return -sum(item.amount for entry in self.entries for item in entry.items)
