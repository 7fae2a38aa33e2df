"""Cells of a bill: cut apart, cleaned, and refused when they are not what their column holds."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from odoo.addons.payment_bridge.connector.errors import StatementError
from odoo.addons.payment_bridge.connector.redaction import mask_account

from ..bills import BLANKS, refuse
from .clock import BEIJING_OFFSET
from .columns import ALIASES, IDENTIFIERS, PAYER

MARK = "`"
_FUND_AMOUNT = re.compile(r"[0-9]{1,13}(?:\.[0-9]{1,2})?")
_TRADE_AMOUNT = re.compile(r"-?[0-9]{1,13}(?:\.[0-9]{1,5})?")
_SUM = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,5})?")
_COUNT = re.compile(r"([0-9]{1,9})(?:\.0+)?")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def titles_of(row: int, text: str) -> tuple[str, ...]:
    """A line of titles, which have no mark before them, each under its usual name.

    :raises StatementError: when one occurs twice.
    """
    told = tuple(title.strip(BLANKS) for title in text.split(","))
    titles = tuple(ALIASES.get(title, title) for title in told)
    if len(set(titles)) != len(titles):
        raise refuse(row, "two columns have one title", "表头有重复列名")
    return titles


def cut(row: int, text: str, width: int) -> list[str]:
    """A data line as cells. Each begins with a mark, so a comma inside of a cell can be told from one
    between two.

    :raises StatementError: when it has not the width of the titles.
    """
    if not text.startswith(MARK):
        raise refuse(row, "this is no row of the bill", "不是账单明细行")
    cells = text.split(",")
    if len(cells) != width:
        cells = text[len(MARK) :].split(f",{MARK}")
    if len(cells) != width:
        raise refuse(
            row, f"the row has {len(cells)} columns, the titles {width}", f"该行有 {len(cells)} 列，表头为 {width} 列"
        )
    return [_clean(cell) for cell in cells]


def _clean(cell: str) -> str:
    return cell.strip(BLANKS).removeprefix(MARK).removesuffix(MARK).strip(BLANKS)


class Cells:
    """One row, by column title. Every reader names the row and the column it refuses.

    Texts are data whatever they look like: a formula is kept and shown as text, never evaluated.
    """

    __slots__ = ("_values", "row")

    def __init__(self, row: int, titles: Sequence[str], cells: Sequence[str]):
        self.row = row
        self._values = dict(zip(titles, cells, strict=True))
        for title in IDENTIFIERS:
            if _CONTROL.search(self._values.get(title, "")):
                raise self._wrong(title, "an order number", "编号")

    def all(self) -> dict[str, str]:
        """The whole row, without empty cells: what is kept beside the line. The payer's id is masked."""
        kept = {title: _CONTROL.sub("", cell) for title, cell in self._values.items() if cell}
        if PAYER in kept:
            kept[PAYER] = mask_account(kept[PAYER])
        return kept

    def text(self, title: str) -> str | None:
        """A free text, neutral; None where blank or not a column."""
        return _CONTROL.sub("", self._values.get(title, "")) or None

    def identifier(self, title: str) -> str | None:
        """A number or key; None where blank, "0" (none) or not a column."""
        value = self._values.get(title, "")
        return value if value not in ("", "0") else None

    def required(self, title: str) -> str:
        """An identifier that may not be blank."""
        value = self.identifier(title)
        if value is None:
            raise self._wrong(title, "an order number", "编号")
        return value

    def trade_amount(self, title: str) -> Decimal:
        """An amount of the trade bill, up to five places; zero where the bill has no such column."""
        return self._amount(title, _TRADE_AMOUNT) if title in self._values else Decimal(0)

    def fund_amount(self, title: str) -> Decimal:
        """An amount of the fund-flow bill: never negative, to the fen."""
        return self._amount(title, _FUND_AMOUNT)

    def sum(self, title: str) -> Decimal:
        """A total."""
        return self._amount(title, _SUM)

    def count(self, title: str) -> int:
        """A number of rows; some files print 20.0."""
        found = _COUNT.fullmatch(self._values.get(title, ""))
        if found is None:
            raise self._wrong(title, "a number of rows", "笔数")
        return int(found[1])

    def time(self, title: str) -> datetime:
        """A time, in Beijing's zone."""
        value = self._values[title]
        if _TIME.fullmatch(value):
            with contextlib.suppress(ValueError):
                return datetime.fromisoformat(f"{value}{BEIJING_OFFSET}")
        raise self._wrong(title, "a time", "时间")

    def _amount(self, title: str, pattern: re.Pattern[str]) -> Decimal:
        value = self._values.get(title, "")
        if not pattern.fullmatch(value):
            raise self._wrong(title, "an amount", "金额")
        return Decimal(value)

    def _wrong(self, title: str, en: str, zh: str) -> StatementError:
        return refuse(self.row, f"{title} does not hold {en}", f"“{title}”不是{zh}")
