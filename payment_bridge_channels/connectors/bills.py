"""What every reader of bills needs: refusing with row and reason, and adding up while reading."""

from __future__ import annotations

from decimal import Decimal

from odoo.addons.payment_bridge.connector.errors import StatementError
from odoo.addons.payment_bridge.connector.types import Bilingual

BLANKS = "\t \u3000\u00a0"
"""What stands around cells: Excel guards, plain, wide and hard spaces."""


def refuse(row: int | None, en: str, zh: str) -> StatementError:
    """The error for a file that must not be believed; a row is named in both languages."""
    if row is None:
        return StatementError(Bilingual(f"{en[0].upper()}{en[1:]}.", f"{zh}。"))
    return StatementError(Bilingual(f"Line {row}: {en}.", f"第 {row} 行：{zh}。"), row=row)


class Sums:
    """Rows and their signed effect, in one direction."""

    def __init__(self) -> None:
        self.count = 0
        self.amount = Decimal("0.00")

    def add(self, amount: Decimal) -> None:
        self.count += 1
        self.amount += amount


class Chain:
    """The running balance from row to row, whichever way round the file is sorted."""

    def __init__(self) -> None:
        self._first: tuple[Decimal, Decimal] | None = None
        self._last: tuple[Decimal, Decimal] | None = None
        self._ascending = self._descending = True

    def add(self, row: int, amount: Decimal, balance: Decimal) -> None:
        """The next row: what it moved, and the balance after it.

        :raises StatementError: when the balance fits neither way.
        """
        before = self._last
        self._last = (amount, balance)
        if before is None:
            self._first = self._last
            return
        self._ascending = self._ascending and before[1] + amount == balance
        self._descending = self._descending and balance + before[0] == before[1]
        if not (self._ascending or self._descending):
            raise refuse(row, "the running balance breaks here", "账户结余在此行不连续")

    def ends(self) -> tuple[Decimal | None, Decimal | None]:
        """Opening and closing balance; None for a file without rows."""
        first, last = self._first, self._last
        if first is None or last is None:
            return None, None
        if not self._ascending:
            first, last = last, first
        return first[1] - first[0], last[1]
