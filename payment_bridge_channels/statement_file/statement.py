"""A statement's file: streamed, and believed only when it adds up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import BinaryIO

from odoo.addons.payment_bridge.connector.statement_types import StatementHeader, StatementLine, StatementTotals

from ..connectors.bills import Chain, Sums, refuse
from .layout import Layout
from .rows import RowReader
from .table import Table, look_at


def open_statement(stream: BinaryIO, layout: Layout, kind: str) -> FileStatement:
    """Begin to read a statement: CSV as downloaded, or saved from the downloaded workbook.

    ``stream`` must be seekable and stay open while the statement is read.
    :raises StatementError: not a statement as the layout describes it.
    """
    return FileStatement(look_at(stream, layout), kind)


class FileStatement:
    """One file being read; see :class:`StatementReader`. It is read twice: its days are known only from its rows."""

    header: StatementHeader

    def __init__(self, table: Table, kind: str):
        self._table = table
        self._reader = RowReader(table.layout, table.titles)
        self._totals: StatementTotals | None = None
        first_day, last_day = self._days()
        names_account = table.layout.title("column_wallet") is not None
        account = table.layout.account if names_account else None
        self.header = StatementHeader(account, first_day, last_day, table.layout.currency, kind)

    @property
    def totals(self) -> StatementTotals:
        """Known once every row has been read.

        :raises ValueError: when asked for earlier.
        """
        if self._totals is None:
            raise ValueError("read every line before asking for the totals")
        return self._totals

    def __iter__(self) -> Iterator[StatementLine]:
        money_in, money_out, chain = Sums(), Sums(), Chain()
        with_balance = self._table.layout.title("column_balance") is not None
        seen: dict[str, int] = {}
        for row, cells in self._table.rows():
            line = self._reader.line(row, cells)
            earlier = seen.setdefault(line.entry_reference, row)
            if earlier != row:
                raise refuse(row, f"the same entry stands in line {earlier} already", f"流水号与第 {earlier} 行重复")
            if with_balance:
                chain.add(row, line.amount, line.balance)
            (money_in if line.amount > 0 else money_out).add(line.amount)
            yield line
        self._totals = StatementTotals(
            money_in.count, money_in.amount, money_out.count, -money_out.amount, *chain.ends()
        )

    def _days(self) -> tuple[date, date]:
        days = [self._reader.moment(row, cells).date() for row, cells in self._table.rows()]
        if not days:
            raise refuse(None, "the file has no rows: there is nothing to load", "文件没有明细，无需上传")
        return min(days), max(days)
