"""What matching money to documents works on: rows and documents as plain values.

Amounts are whole numbers in the minor unit of one currency, without sign. Everything that is passed together is of one
company and one currency; the direction is told by ``incoming``.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from .references import Reference


class OpenItem(NamedTuple):
    """A part of a document that falls due by itself, and what of it is open."""

    id: int
    due: date
    open: int


@dataclass(frozen=True, slots=True)
class Document:
    """An open invoice, bill or credit note. ``partner_name`` is folded (:func:`.references.fold`)."""

    id: int
    incoming: bool
    partner_id: int
    partner_name: str
    day: date
    items: tuple[OpenItem, ...]  # the first that falls due first
    references: tuple[Reference, ...]

    @property
    def open(self) -> int:
        return sum(item.open for item in self.items)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a statement that nothing explains yet.

    ``payers`` are the partners that the payer's account is known to belong to, or whose name the payer has.
    ``may_match`` says that it may be matched without a person.
    """

    id: int
    incoming: bool
    amount: int
    day: date
    order: tuple  # places the row among others by what it says, not by when it came
    text: str
    party: str
    payers: frozenset[int] = frozenset()
    may_match: bool = True


class Allotment(NamedTuple):
    """What a row pays of an open item."""

    document_id: int
    item_id: int
    amount: int


@dataclass(frozen=True, slots=True)
class Match:
    """A row and the documents that it pays, near certain. ``rows`` is how many rows pay them together."""

    row_id: int
    allotments: tuple[Allotment, ...]
    by_payer: bool
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Proposal:
    """Documents that a row may pay, with the reason and how likely it is (0 to 1)."""

    row_id: int
    document_ids: tuple[int, ...]
    kind: str
    score: float
    reasons: dict = field(default_factory=dict, compare=False)
