"""A platform's statement as it crosses the port: its rows, its header and totals, and how it is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol


class LineKind(StrEnum):
    """What a statement line is about."""

    COLLECTION = "collection"
    PAY_OUT = "pay_out"
    REFUND = "refund"
    FEE = "fee"
    WITHDRAWAL = "withdrawal"
    DEPOSIT = "deposit"
    RETURN = "return"
    ADJUSTMENT = "adjustment"
    CHARGEBACK = "chargeback"


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One normalised row of a platform's statement.

    ``amount`` is the signed effect on the account (positive is money in), in major units of
    ``currency``. ``gross`` and ``fee`` are given where the platform nets them in one row (a charged fee
    is positive: amount = gross - fee); otherwise gross equals the amount and the fee is zero.
    ``entry_reference`` is unique within the platform account; ``key`` is our own idempotency key where
    the row carries it. ``balance`` is the running balance after the row where the file shows one;
    ``row`` counts the file's lines from 1.

    A refund, a return or a chargeback may name what it gives back: ``original_key`` (our number of the
    original order) and ``original_reference`` (the platform's). ``batch_reference`` is the batch or the
    settlement in which the platform moves the money of several orders at once. Where the row is settled in
    another currency, ``settlement_amount`` has the sign of ``amount``, in ``settlement_currency`` at
    ``settlement_rate`` (units of it for one of ``currency``).
    """

    row: int
    kind: LineKind
    entry_reference: str
    amount: Decimal
    currency: str
    occurred_at: datetime
    settled_on: date
    gross: Decimal
    fee: Decimal = Decimal(0)
    key: str | None = None
    platform_reference: str | None = None
    balance: Decimal | None = None
    counterparty: str | None = None
    description: str | None = None
    platform_kind: str | None = None
    raw: Mapping[str, str] = field(default_factory=dict)
    original_key: str | None = None
    original_reference: str | None = None
    batch_reference: str | None = None
    settlement_currency: str | None = None
    settlement_amount: Decimal | None = None
    settlement_rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class StatementHeader:
    """What the file says about itself before its rows. Days are inclusive, in the platform's zone.

    ``kind`` is the ``StatementKind`` code that the file shows itself to be; None where files do not tell.
    """

    account: str | None
    first_day: date
    last_day: date
    currency: str
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class StatementTotals:
    """What the rows added up to, already checked against the file's own totals."""

    count_in: int
    sum_in: Decimal
    count_out: int
    sum_out: Decimal
    opening: Decimal | None
    closing: Decimal | None


TEXT_COLUMNS = (
    "row", "kind", "entry_reference", "amount", "gross", "fee", "balance", "occurred_at", "settled_on", "key",
    "platform_reference", "original_key", "original_reference", "batch_reference", "settlement_currency",
    "settlement_amount", "settlement_rate", "counterparty", "description", "platform_kind",
)  # fmt: skip
"""The fields of a :class:`StatementLine` in a row of text, in their order."""


class StatementReader(Protocol):
    """A statement being read: iterate it once, then ask for ``totals``.

    Iteration raises ``StatementError`` with the row and the reason as soon as something is wrong,
    and at the end when the rows do not add up to the file's own totals.

    A reader of large files may also have ``text_rows()``, to be iterated instead: pairs of a row's fields as
    text, in the order of ``TEXT_COLUMNS`` (empty where there is none; amounts and dates as ISO writes them,
    ``occurred_at`` with its offset), and the file's own cells, under the ``titles`` that the reader has before the
    first row, or as a mapping where a row has titles of its own. All rows are in the header's currency. A row says
    there what it says read line by line, but that an entry occurs twice may go unnoticed, as may a total that the rows
    do not make: who reads so must check both, and read the statement line by line to learn what is wrong.
    """

    header: StatementHeader

    def __iter__(self) -> Iterator[StatementLine]: ...

    @property
    def totals(self) -> StatementTotals: ...


@dataclass(frozen=True, slots=True)
class StatementFile:
    """A statement as the platform gave it. ``content`` None with ``empty`` says that the day had no
    movement; None without it says that the file is not ready yet (ask again at ``retry_at``, UTC)."""

    day: date
    kind: str
    name: str | None = None
    content: bytes | None = None
    empty: bool = False
    retry_at: datetime | None = None
