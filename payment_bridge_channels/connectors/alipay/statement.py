"""Alipay's bills as statement lines: streamed, and believed only when they add up.

Source: Alipay open platform, bill files (ZIP with GBK names, GBK text, ``#`` framing, tabs as Excel
guards); see :mod:`.columns` for the tables.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import BinaryIO
from zipfile import BadZipFile

from odoo.addons.payment_bridge.connector.statement_types import StatementHeader, StatementLine, StatementTotals
from odoo.addons.payment_bridge.connector.text_lines import TextRow, fields_of

from ..archive import MAX_UNPACKED_BYTES, Entry, UnsafeArchive, entries
from ..bills import refuse
from . import columns
from .cells import Cells, records
from .payout import CURRENCY
from .rows import ACCOUNT_BILL, TRADE_BILL, BillKind, Read
from .seen import SeenReferences
from .usual import usual_rows

PREAMBLE_LINES = 20
MAX_LINE_BYTES = 64 * 1024


def open_statement(stream: BinaryIO, pid: str) -> AlipayStatement:
    """Begin to read a bill: the ZIP as downloaded, or the detail CSV out of it.

    ``stream`` must be seekable and stay open while the statement is read.
    :raises StatementError: not a bill, not this account's, or an unsafe archive.
    """
    start = stream.read(4)
    stream.seek(0)
    if start.startswith(b"PK"):
        return AlipayStatement(_detail(stream).open, pid)

    def reopen() -> BinaryIO:
        stream.seek(0)
        return stream

    return AlipayStatement(reopen, pid)


def _detail(stream: BinaryIO) -> Entry:
    """The one detail file of a bill's archive; the summary beside it is left alone."""
    try:
        found = [
            entry
            for entry in entries(stream, "gb18030")
            if entry.name.lower().endswith(".csv") and "汇总" not in entry.name
        ]
    except UnsafeArchive as error:
        raise refuse(None, f"{error}", f"压缩文件不安全或已损坏（{error}）") from error
    if len(found) != 1:
        raise refuse(
            None,
            "the archive holds no detail file, or more than one",
            "压缩文件中没有明细文件，或不止一个",
        )
    return found[0]


Row = tuple[int, list[str]]


@dataclass(slots=True)
class _Sums:
    """What has been read in one direction: rows, their signed effect, and the footer's measure."""

    count: int = 0
    amount: Decimal = Decimal(0)
    told: Decimal = Decimal(0)


class _Tally:
    """What has been read so far: the sums of both directions, the rows that move nothing, the first and last row."""

    def __init__(self) -> None:
        self.sums = {True: _Sums(), False: _Sums()}
        self.still = 0
        self.first: Row | None = None
        self.last: Row | None = None

    def add(self, row: Row, came_in: bool | None, amount: Decimal, told: Decimal) -> None:
        self.last = row
        if self.first is None:
            self.first = row
        if came_in is None:
            self.still += 1
            return
        sums = self.sums[came_in]
        sums.count += 1
        sums.amount += amount
        sums.told += told


class AlipayStatement:
    """One bill being read; see :class:`StatementReader`. Memory does not grow with the rows."""

    header: StatementHeader
    titles: tuple[str, ...]

    def __init__(self, reopen: Callable[[], BinaryIO], pid: str):
        self._reopen = reopen
        self._totals: StatementTotals | None = None
        self._lines = self._numbered()
        self._kind, self.header = self._read_preamble(pid)
        self._rows = records(self._lines)
        self.titles = self._titles(self._rows)

    @property
    def totals(self) -> StatementTotals:
        """Known once every row has been read.

        :raises ValueError: when asked for earlier.
        """
        if self._totals is None:
            raise ValueError("read every line before asking for the totals")
        return self._totals

    def __iter__(self) -> Iterator[StatementLine]:
        tally, seen = _Tally(), SeenReferences()
        for numbered in self._until_end(tally):
            line, came_in, told = self._read(numbered)
            seen.add(line.entry_reference)
            tally.add(numbered, came_in, line.amount, told)
            yield line
        self._refuse_repeated(seen.suspects)
        self._sum(tally)

    def text_rows(self) -> Iterator[TextRow]:
        """The same rows as text. That an entry occurs twice is not looked for."""
        usual, tally = usual_rows(self._kind, self.titles), _Tally()
        for numbered in self._until_end(tally):
            read = usual(*numbered)
            if read is None:
                line, came_in, told = self._read(numbered)
                read = fields_of(line), came_in, line.amount, told
            fields, came_in, amount, told = read
            tally.add(numbered, came_in, amount, told)
            yield fields, numbered[1]
        self._sum(tally)

    def _read(self, row: Row) -> Read:
        number, cells = row
        return self._kind.read(Cells(number, self.titles, cells))

    def _until_end(self, tally: _Tally) -> Iterator[Row]:
        """The rows, after the last of which the footers must say what the ``tally`` has become."""
        for row, cells in self._rows:
            if cells[0].startswith("#"):
                self._finish(row, cells[0], tally)
                return
            yield row, cells
        raise refuse(None, "the file was cut: its end is missing", "文件不完整：缺少结尾")

    def _sum(self, tally: _Tally) -> None:
        ends = [self._read(row)[0] for row in (tally.first, tally.last) if row is not None]
        money_in, money_out = tally.sums[True], tally.sums[False]
        self._totals = StatementTotals(
            money_in.count, money_in.amount, money_out.count, -money_out.amount, *_balances(ends)
        )

    def _numbered(self) -> Iterator[tuple[int, str]]:
        """The file's lines from 1, decoded strictly; no Chinese character holds the byte of a line end."""
        stream = self._reopen()
        row = size = 0
        while True:
            row += 1
            try:
                raw = stream.readline(MAX_LINE_BYTES + 1)
            except (BadZipFile, zlib.error, EOFError) as error:
                raise refuse(row, "the archive is broken", "压缩文件已损坏") from error
            if not raw:
                return
            size += len(raw)
            if len(raw) > MAX_LINE_BYTES or size > MAX_UNPACKED_BYTES:
                raise refuse(row, "the file or a line of it is too long", "文件或其中一行过长")
            try:
                yield row, raw.rstrip(b"\r\n").decode("gb18030")
            except UnicodeDecodeError as error:
                raise refuse(row, "the text is not GBK", "不是 GBK 编码文本") from error

    def _read_preamble(self, pid: str) -> tuple[BillKind, StatementHeader]:
        """The ``#`` lines before the list: which bill, whose, and of which days."""
        told: list[str] = []
        for row, line in self._lines:
            text = line.strip().rstrip(",").strip()
            if not text.startswith("#") or row > PREAMBLE_LINES:
                raise refuse(
                    row,
                    "this is not a bill of Alipay as downloaded (ZIP, or the detail CSV unchanged)",
                    "不是支付宝原始账单（请上传下载的 ZIP 或未改动的明细 CSV）",
                )
            told.append(text.lstrip("#").strip())
            if columns.LIST_BEGINS.fullmatch(told[-1]):
                break
        else:
            raise refuse(None, "the file is empty or was cut", "文件为空或不完整")
        kind = _kind(told[0])
        return kind, replace(_header(told, pid), kind=kind.code)

    def _titles(self, rows: Iterator[tuple[int, list[str]]]) -> tuple[str, ...]:
        row, cells = next(rows, (None, ["#"]))
        titles = tuple(cell.strip() for cell in cells)
        if len(set(titles)) != len(titles):
            raise refuse(row, "two columns have one title", "表头有重复列名")
        missing = self._kind.columns - set(titles)
        if missing:
            names = "、".join(sorted(missing))
            raise refuse(row, f"columns are missing: {names}", f"缺少列：{names}")
        return titles

    def _finish(self, row: int, end: str, tally: _Tally) -> None:
        """Compare with the footers. Rows without amount may be counted on either side."""
        if not columns.LIST_ENDS.fullmatch(end.lstrip("#").strip()):
            raise refuse(row, "a comment stands between the rows", "明细行之间出现注释行")
        found: dict[bool, tuple[int, Decimal]] = {}
        for at, cells in self._rows:
            text = "，".join(cell for cell in cells if cell).lstrip("#").strip()
            if not cells[0].startswith("#"):
                raise refuse(at, "a row follows the end of the list", "列表结束后仍有明细行")
            for came_in, pattern in self._kind.totals.items():
                match = pattern.match(text)
                if match and found.setdefault(came_in, _told(match)) != _told(match):
                    raise refuse(at, "the file has two different totals", "文件合计出现两次且不一致")
        for came_in, read in tally.sums.items():
            if came_in not in found:
                raise refuse(None, "the file was cut: a total is missing", "文件不完整：缺少合计行")
            count, amount = found[came_in]
            if abs(read.told) != amount or not read.count <= count <= read.count + tally.still:
                raise refuse(
                    None,
                    f"the rows do not add up to the file's own total: {read.count} rows of "
                    f"{abs(read.told)} against {count} of {amount}",
                    f"明细与文件合计不符：明细 {read.count} 笔 {abs(read.told)} 元，合计 {count} 笔 {amount} 元",
                )

    def _refuse_repeated(self, suspects: set[str]) -> None:
        """Settle the few references that may have occurred before, by reading the file again."""
        if not suspects:
            return
        self._lines = self._numbered()
        for _row, line in self._lines:
            if columns.LIST_BEGINS.fullmatch(line.strip().rstrip(",").lstrip("#").strip()):
                break
        rows = records(self._lines)
        titles = self._titles(rows)
        met: set[str] = set()
        for row, cells in rows:
            if cells[0].startswith("#"):
                return
            reference = self._kind.read(Cells(row, titles, cells))[0].entry_reference
            if reference in met:
                raise refuse(row, "the same entry occurs twice", "同一流水号出现两次")
            if reference in suspects:
                met.add(reference)


def _kind(title: str) -> BillKind:
    if title in columns.SUMMARY_TITLES:
        raise refuse(
            1,
            "this is the summary; upload the detail file or the whole ZIP",
            "这是汇总文件，请上传明细文件或整个 ZIP",
        )
    for kind in (ACCOUNT_BILL, TRADE_BILL):
        if title == kind.title:
            return kind
    raise refuse(1, "this is not a detail bill of Alipay", "不是支付宝明细账单")


def _header(told: list[str], pid: str) -> StatementHeader:
    account = next(filter(None, map(columns.ACCOUNT_LINE.fullmatch, told)), None)
    period = next(filter(None, map(columns.PERIOD_LINE.fullmatch, told)), None)
    if account is None or period is None:
        raise refuse(None, "the file names no account or no period", "文件未注明账号或起止日期")
    if not account[1].startswith(pid):
        raise refuse(None, "the bill is of another Alipay account", "账单属于其他支付宝账户，与本通道不符")
    try:
        first = date(int(period[1]), int(period[2]), int(period[3]))
        end = datetime.fromisoformat(f"{period[5]}-{period[6]}-{period[7]}T{period[8]}")
    except ValueError as error:
        raise refuse(None, "the file's period is no period", "起止日期无效") from error
    last = (end - timedelta(seconds=1)).date() if end.time() == datetime.min.time() else end.date()
    if last < first:
        raise refuse(None, "the file's period ends before it begins", "终止日期早于起始日期")
    return StatementHeader(account[1], first, last, CURRENCY)


def _balances(ends: list[StatementLine]) -> tuple[Decimal | None, Decimal | None]:
    """Opening and closing balance from the first and the last row, whichever way round the file is sorted."""
    if not ends or any(end.balance is None for end in ends):
        return None, None
    first, last = ends
    if first.occurred_at > last.occurred_at:
        first, last = last, first
    return first.balance - first.amount, last.balance


def _told(match: re.Match[str]) -> tuple[int, Decimal]:
    return int(match[1]), abs(Decimal(match[2]))
