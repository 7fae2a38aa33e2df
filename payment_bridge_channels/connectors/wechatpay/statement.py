"""WeChat Pay's bills as one statement: a trade bill, a fund-flow bill, or both accounts' fund-flow bills
together, each believed only when it adds up by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import BinaryIO

from odoo.addons.payment_bridge.connector.errors import StatementError
from odoo.addons.payment_bridge.connector.statement_types import (
    TEXT_COLUMNS,
    StatementHeader,
    StatementLine,
    StatementTotals,
)
from odoo.addons.payment_bridge.connector.text_lines import TextRow
from odoo.addons.payment_bridge.connector.types import Bilingual

from ..bills import refuse
from .container import parts
from .money import CURRENCY
from .settings import WechatSettings
from .table import FUNDS, TRADE, BillTable

BALANCE = TEXT_COLUMNS.index("balance")
_DAY_IN_NAME = re.compile(r"(?<!\d)(20\d{2})-?(\d{2})-?(\d{2})(?!\d)", re.ASCII)


def open_statement(stream: BinaryIO, name: str, settings: WechatSettings) -> WechatStatement:
    """Begin to read a bill: plain, gzip, or the ZIP of both accounts' fund bills.

    ``stream`` must be seekable and stay open while the statement is read; ``name`` tells the day of a bill
    without rows.
    :raises StatementError: not a bill, not this merchant's, or an unsafe archive.
    """
    found = parts(stream)
    if len(found) > 1 and not {part.purse for part in found} <= set(settings.purses):
        raise refuse(None, "the archive holds an account that this channel does not keep", "压缩文件含本通道以外的账户")
    return WechatStatement([BillTable(part, settings) for part in found], name, settings)


class WechatStatement:
    """One statement being read; see :class:`StatementReader`.

    Opening and closing balance are those of the whole channel: where it keeps two accounts and the file
    has only one of them, they are not known. Nor has a row of two merged accounts a balance of its own.
    """

    header: StatementHeader

    def __init__(self, tables: list[BillTable], name: str, settings: WechatSettings):
        kinds = {table.kind for table in tables}
        if len(kinds) > 1 or (len(tables) > 1 and TRADE in kinds):
            raise refuse(None, "the archive mixes bills of two kinds", "压缩文件混有不同种类的账单")
        self._tables = tables
        self._settings = settings
        self._kind = tables[0].kind
        self._merged = self._kind == FUNDS and len(settings.purses) > 1
        self.titles = tables[0].titles
        self._totals: StatementTotals | None = None
        self.header = self._header(name)

    @property
    def totals(self) -> StatementTotals:
        """Known once every row has been read.

        :raises ValueError: when asked for earlier.
        """
        if self._totals is None:
            raise ValueError("read every line before asking for the totals")
        return self._totals

    def __iter__(self) -> Iterator[StatementLine]:
        """Rows of the second account are numbered on after the first's."""
        seen: set[int] = set()
        offset = 0
        for number, table in enumerate(self._tables):
            try:
                for line in table:
                    yield replace(
                        line,
                        row=line.row + offset,
                        entry_reference=self._unique(line.row, line.entry_reference, number, seen),
                        balance=None if self._merged else line.balance,
                    )
            except StatementError as error:
                raise self._placed(error, table) from error
            offset += table.rows + 1
        self._totals = self._sum()

    def text_rows(self) -> Iterator[TextRow]:
        """The same rows as text. That an entry of a single account occurs twice is not looked for."""
        for fields, cells in self._tables[0].text_rows() if len(self._tables) == 1 else self._text_of_both():
            yield (*fields[:BALANCE], "", *fields[BALANCE + 1 :]) if self._merged else fields, cells
        self._totals = self._sum()

    def _text_of_both(self) -> Iterator[TextRow]:
        seen: set[int] = set()
        offset = 0
        for number, table in enumerate(self._tables):
            try:
                for (row, kind, entry, *rest), cells in table.text_rows():
                    reference = self._unique(int(row), entry, number, seen)
                    kept = cells if table.titles == self.titles else dict(zip(table.titles, cells, strict=True))
                    yield (str(int(row) + offset), kind, reference, *rest), kept
            except StatementError as error:
                raise self._placed(error, table) from error
            offset += table.rows + 1

    def _unique(self, row: int, reference: str, number: int, seen: set[int]) -> str:
        """The row's reference, once for the channel. Two accounts may tell one movement under one number:
        then the second's is told apart. Kept are 64-bit hashes, small enough for millions of rows."""
        if hash((reference, number)) in seen:
            raise refuse(row, "the same entry occurs twice", "同一流水号出现两次")
        seen.add(hash((reference, number)))
        met_before = any(hash((reference, earlier)) in seen for earlier in range(number))
        return f"{reference}:{self._tables[number].purse}" if met_before else reference

    def _placed(self, error: StatementError, table: BillTable) -> StatementError:
        """The error of one file of several, naming its account."""
        if len(self._tables) == 1 or error.advice is None:
            return error
        return StatementError(
            Bilingual(f"{table.purse}: {error.advice.en}", f"{table.purse}：{error.advice.zh}"), row=error.row
        )

    def _sum(self) -> StatementTotals:
        ins = [table.money_in for table in self._tables]
        outs = [table.money_out for table in self._tables]
        opening, closing = self._balances()
        return StatementTotals(
            count_in=sum(one.count for one in ins),
            sum_in=sum((one.amount for one in ins), Decimal("0.00")),
            count_out=sum(one.count for one in outs),
            sum_out=-sum((one.amount for one in outs), Decimal("0.00")),
            opening=opening,
            closing=closing,
        )

    def _balances(self) -> tuple[Decimal | None, Decimal | None]:
        if self._kind != FUNDS or len(self._tables) != len(self._settings.purses):
            return None, None
        ends = [table.chain.ends() for table in self._tables]
        if any(end is None for pair in ends for end in pair):
            return None, None
        return sum((opening for opening, _ in ends), Decimal(0)), sum((closing for _, closing in ends), Decimal(0))

    def _header(self, name: str) -> StatementHeader:
        days = [day for table in self._tables for day in table.days or ()]
        if not days:
            days = [_day_in(name)]
        account = self._settings.mchid if self._kind == TRADE else None
        return StatementHeader(account, min(days), max(days), CURRENCY, self._kind)


def _day_in(name: str) -> date:
    found = _DAY_IN_NAME.search(name)
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except (TypeError, ValueError) as error:
        raise refuse(
            None,
            "the bill has no rows and its name tells no day",
            "账单没有明细，且文件名未注明日期",
        ) from error
