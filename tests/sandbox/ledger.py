"""Accounts and their movements: each has a counter account, and a balance that runs."""

from __future__ import annotations

import itertools
import threading
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from .clock import Clock

ZERO = Decimal("0.00")


class InsufficientFunds(Exception):
    """An account would fall below zero."""


@dataclass(frozen=True)
class Words:
    """How a movement reads in the owner's bill; the platform chooses the words."""

    business_type: str
    business_no: str = ""
    merchant_no: str = ""
    title: str = ""
    counterparty: str = ""
    channel: str = ""
    memo: str = ""
    description: str = ""
    source: str = ""
    base_no: str = ""
    order_no: str = ""


@dataclass(frozen=True)
class Movement:
    """One row of an account: `amount` in yuan is positive when money came in; `balance` is what was there after it."""

    log_id: str
    time: datetime
    amount: Decimal
    balance: Decimal
    contra: str
    words: Words

    @property
    def income(self) -> Decimal:
        """What came in, or 0.00."""
        return max(self.amount, ZERO)

    @property
    def outgo(self) -> Decimal:
        """What went out as a positive amount, or 0.00."""
        return max(-self.amount, ZERO)

    def show(self) -> dict[str, Any]:
        """The row as JSON."""
        return {
            "account_log_id": self.log_id,
            "time": self.time.isoformat(),
            "amount": str(self.amount),
            "income": str(self.income),
            "outgo": str(self.outgo),
            "balance": str(self.balance),
            "contra": self.contra,
            **vars(self.words),
        }


class Account:
    """The money one owner has at the platform, and how it came to be so."""

    def __init__(self, ledger: Ledger, owner: str) -> None:
        self._ledger = ledger
        self.owner = owner
        self.balance = ZERO
        self.movements: list[Movement] = []

    def post(self, amount: Decimal, contra: str, words: Words) -> Movement:
        """Book `amount` (positive: in) against the account `contra`. Raises InsufficientFunds."""
        return self._ledger.post(self, amount, contra, words)

    def between(self, start: datetime, end: datetime) -> list[Movement]:
        """The movements from `start` up to, not including, `end`."""
        return [m for m in self.movements if start <= m.time < end]

    def balance_at(self, moment: datetime) -> Decimal:
        """The balance just before `moment`."""
        for movement in reversed(self.movements):
            if movement.time < moment:
                return movement.balance
        return ZERO

    def days(self) -> Iterator[dict[str, Any]]:
        """Opening, income, outgo and closing of every day with movements."""
        by_day: dict[date, list[Movement]] = defaultdict(list)
        for movement in list(self.movements):
            by_day[movement.time.date()].append(movement)
        for day, rows in by_day.items():
            yield {
                "date": day.isoformat(),
                "opening": str(rows[0].balance - rows[0].amount),
                "income": str(sum((m.income for m in rows), ZERO)),
                "outgo": str(sum((m.outgo for m in rows), ZERO)),
                "closing": str(rows[-1].balance),
                "rows": len(rows),
            }


class Ledger:
    """All accounts of a platform. The accounts and their counter accounts together always sum to zero."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self.accounts: dict[str, Account] = {}
        self.contra: dict[str, Decimal] = defaultdict(lambda: ZERO)

    def open(self, owner: str) -> Account:
        """The account of `owner`, opened when there is none."""
        with self._lock:
            return self.accounts.setdefault(owner, Account(self, owner))

    def post(self, account: Account, amount: Decimal, contra: str, words: Words) -> Movement:
        """Book on an account and its counter account. Raises InsufficientFunds and books nothing then."""
        amount = amount.quantize(ZERO)
        with self._lock:
            balance = account.balance + amount
            if balance < 0:
                raise InsufficientFunds(account.owner)
            time = self._clock.stamp()
            log_id = f"{time:%Y%m%d%H%M%S}{next(self._numbers) % 10**6:06d}"
            movement = Movement(log_id, time, amount, balance, contra, words)
            account.balance = balance
            account.movements.append(movement)
            self.contra[contra] -= amount
            return movement
