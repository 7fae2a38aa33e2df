"""Cells of a bill: cut apart, cleaned, and refused when they are not what their column holds."""

from __future__ import annotations

import contextlib
import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from odoo.addons.payment_bridge.connector.errors import StatementError

from ..bills import BLANKS, refuse
from .clock import BEIJING_OFFSET
from .columns import IDENTIFIERS

MAX_CELL_LINES = 20
_AMOUNT = re.compile(r"[+-]?[0-9]{1,13}\.[0-9]{2}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_IDENTIFIER = re.compile(r"(?![=+@-])[^\x00-\x1f\x7f]*")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


Line = tuple[int, str]


def records(lines: Iterator[Line]) -> Iterator[tuple[int, list[str]]]:
    """Rows as cells, under the number of their first line. Every row has the header's width.

    Alipay writes cells bare; quotes are honoured where they make sense, and literal elsewhere.
    """
    width: int | None = None
    waiting: deque[Line] = deque()
    while line := _next(lines, waiting):
        row, text = line
        bare = text.strip(BLANKS)
        if not bare.strip(","):
            continue
        if bare.startswith("#"):
            yield row, [cell.strip(BLANKS) for cell in bare.split(",")]
            continue
        cells = text.split(",")
        if '"' in text:
            cells = _quoted(text, lines, waiting, width) or cells
        if width is None:
            width = len(cells)
        if len(cells) != width:
            raise refuse(
                row,
                f"the row has {len(cells)} columns, the header {width}",
                f"该行有 {len(cells)} 列，表头为 {width} 列",
            )
        yield row, [cell.strip(BLANKS) for cell in cells]


def _next(lines: Iterator[Line], waiting: deque[Line]) -> Line | None:
    return waiting.popleft() if waiting else next(lines, None)


def _quoted(text: str, lines: Iterator[Line], waiting: deque[Line], width: int | None) -> list[str] | None:
    """A row with quotes in it, whose quoted cells may go on over a few lines; None where the quotes
    make no sense, and then no further line has been used up."""
    looked_at: list[Line] = []
    while len(looked_at) < MAX_CELL_LINES:
        try:
            cells = next(csv.reader([text], strict=True))
        except csv.Error:
            cells = None
        if cells is not None and width in (None, len(cells)):
            return cells
        following = _next(lines, waiting)
        if following is None:
            break
        looked_at.append(following)
        text = f"{text}\n{following[1]}"
    waiting.extendleft(reversed(looked_at))
    return None


class Cells:
    """One row, by column title. Every reader names the row and the column it refuses."""

    __slots__ = ("_values", "row")

    def __init__(self, row: int, titles: Sequence[str], cells: Sequence[str]):
        self.row = row
        self._values = dict(zip(titles, cells, strict=True))
        for title in IDENTIFIERS:
            if not _IDENTIFIER.fullmatch(self._values.get(title, "")):
                raise self._wrong(title, "an order number", "编号")

    def all(self) -> dict[str, str]:
        """The whole row, cleaned, without empty cells: what is kept beside the line."""
        return {title: cell for title, cell in self._values.items() if cell}

    def text(self, title: str) -> str | None:
        """A free text, neutral: shown and kept, never evaluated; None where blank or not a column."""
        value = self._values.get(title, "")
        return (_CONTROL.sub("", value) if _CONTROL.search(value) else value) or None

    def identifier(self, title: str) -> str | None:
        """A number or key of :data:`IDENTIFIERS`, no formula; None where blank or not a column."""
        return self._values.get(title) or None

    def required(self, title: str) -> str:
        """An identifier that may not be blank."""
        value = self._values[title]
        if not value:
            raise self._wrong(title, "an order number", "编号")
        return value

    def amount(self, title: str) -> Decimal | None:
        """An exact yuan amount; None where blank."""
        value = self._values[title]
        if not value:
            return None
        if not _AMOUNT.fullmatch(value):
            raise self._wrong(title, "an amount with two decimal places", "两位小数的金额")
        return Decimal(value)

    def time(self, title: str) -> datetime:
        """A time, in Beijing's zone."""
        value = self._values[title]
        if _TIME.fullmatch(value):
            with contextlib.suppress(ValueError):
                return datetime.fromisoformat(f"{value}{BEIJING_OFFSET}")
        raise self._wrong(title, "a time", "时间")

    def _wrong(self, title: str, en: str, zh: str) -> StatementError:
        return refuse(self.row, f"{title} does not hold {en}", f"“{title}”不是{zh}")
