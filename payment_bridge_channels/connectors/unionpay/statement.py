"""UnionPay's bills as statement lines: streamed, and believed only when every row adds up.

Source: UnionPay ACP, file download: a ZIP of ``INN…ZM_…`` (detail), ``INN…ZME_…`` (exceptions) and summaries
whose layout is not public. The files show no totals and no balance.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import BinaryIO
from zipfile import BadZipFile

from odoo.addons.payment_bridge.connector.statement_types import StatementHeader, StatementLine, StatementTotals
from odoo.addons.payment_bridge.connector.text_lines import TextRow, fields_of

from ..archive import MAX_UNPACKED_BYTES, UnsafeArchive, entries
from ..bills import Sums, refuse
from . import columns
from .money import CURRENCY
from .rows import RowReader
from .settings import UnionPaySettings
from .usual import TITLES, UsualPurchases

STATEMENT_KIND = "settlement"
DETAIL, EXCEPTIONS = "ZM", "ZME"
MAX_LINE_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a settlement day."""

    day: date
    kind: str
    open: Callable[[], BinaryIO]


def open_statement(stream: BinaryIO, name: str, settings: UnionPaySettings) -> UnionPayStatement:
    """Begin to read a bill: the ZIP as downloaded, or one file out of it under its own name.

    ``stream`` must be seekable and stay open while the statement is read.
    :raises StatementError: not a bill, not this merchant's, or an unsafe archive.
    """
    start = stream.read(4)
    stream.seek(0)
    if start.startswith(b"PK"):
        return UnionPayStatement(_parts(stream, settings.mer_id), settings)

    def reopen() -> BinaryIO:
        stream.seek(0)
        return stream

    part = _part(PurePosixPath(name.replace("\\", "/")).name, settings.mer_id, reopen)
    if part is None:
        raise refuse(
            None,
            "this is no bill of UnionPay; upload the ZIP, or a file named INN…ZM_… as downloaded",
            "不是银联对账文件；请上传下载的 ZIP，或保持原名的 INN…ZM_… 文件",
        )
    return UnionPayStatement((part,), settings)


def _parts(stream: BinaryIO, mer_id: str) -> tuple[Part, ...]:
    """The detail file of a ZIP and its exceptions; the summaries beside them are left alone."""
    try:
        found = [
            part for entry in entries(stream, "gb18030") if (part := _part(entry.name, mer_id, entry.open)) is not None
        ]
    except UnsafeArchive as error:
        raise refuse(None, f"{error}", f"压缩文件不安全或已损坏（{error}）") from error
    kinds = [part.kind for part in found]
    if not kinds or len(set(kinds)) != len(kinds):
        raise refuse(
            None,
            "the archive holds no detail file, or more than one of a kind",
            "压缩文件中没有明细文件，或同类文件不止一个",
        )
    if len({part.day for part in found}) != 1:
        raise refuse(None, "the archive holds files of several days", "压缩文件中有不同清算日的文件")
    return tuple(sorted(found, key=lambda part: part.kind == EXCEPTIONS))


def _part(name: str, mer_id: str, opener: Callable[[], BinaryIO]) -> Part | None:
    """What a file is by its name; None for one that is neither detail nor exceptions."""
    match = columns.FILE_NAME.fullmatch(name)
    if match is None:
        return None
    if match[4].upper() != mer_id.upper():
        raise refuse(None, "the bill is another merchant's", "账单属于其他商户")
    try:
        day = datetime.strptime(match[1], "%y%m%d").date()
    except ValueError as error:
        raise refuse(None, "the file's name holds no day", "文件名中的清算日期无效") from error
    return Part(day, match[3].upper(), opener)


class UnionPayStatement:
    """One bill being read; see :class:`StatementReader`."""

    header: StatementHeader
    titles = TITLES

    def __init__(self, parts: tuple[Part, ...], settings: UnionPaySettings):
        self._parts = parts
        self._mer_id = settings.mer_id
        self._money_in, self._money_out = Sums(), Sums()
        self._totals: StatementTotals | None = None
        day = parts[0].day
        self._rows = RowReader(day, settings.mer_id, settings.transaction_codes)
        self.header = StatementHeader(settings.mer_id, day, day, CURRENCY, STATEMENT_KIND)

    @property
    def totals(self) -> StatementTotals:
        """Known once every row has been read; opening and closing never, since no file shows them.

        :raises ValueError: when asked for earlier.
        """
        if self._totals is None:
            raise ValueError("read every line before asking for the totals")
        return self._totals

    def __iter__(self) -> Iterator[StatementLine]:
        seen: set[int] = set()
        for row, part, raw in self._raw_rows():
            line = self._read(row, part, raw)
            mark = hash(line.entry_reference)
            if mark in seen:
                raise refuse(row, "the same transaction occurs twice", "同一交易出现两次")
            seen.add(mark)
            yield line
        self._sum()

    def text_rows(self) -> Iterator[TextRow]:
        """The same rows as text; that a transaction occurs twice is not looked for. Exceptions have other titles than
        the detail."""
        usual = UsualPurchases(self.header.first_day, self._mer_id, self._rows.paid)
        for row, part, raw in self._raw_rows():
            found = usual.text_row(row, raw) if part.kind == DETAIL else None
            if found is not None:
                text, amount = found
                self._money_in.add(amount)
                yield text
            else:
                line = self._read(row, part, raw)
                cells = [line.raw.get(title, "") for title in TITLES] if part.kind == DETAIL else line.raw
                yield fields_of(line), cells
        self._sum()

    def _raw_rows(self) -> Iterator[tuple[int, Part, bytes]]:
        """The rows of all files, numbered on."""
        row = 0
        for part in self._parts:
            for raw in _lines(part, row):
                row += 1
                if raw.strip(b" \x1a"):
                    yield row, part, raw

    def _read(self, row: int, part: Part, raw: bytes) -> StatementLine:
        """A row read closely, and added."""
        line = (self._rows.exception if part.kind == EXCEPTIONS else self._rows.detail)(row, raw)
        if line.amount:
            (self._money_in if line.amount > 0 else self._money_out).add(line.amount)
        return line

    def _sum(self) -> None:
        money_in, money_out = self._money_in, self._money_out
        self._totals = StatementTotals(
            count_in=money_in.count,
            sum_in=money_in.amount,
            count_out=money_out.count,
            sum_out=-money_out.amount,
            opening=None,
            closing=None,
        )


def _lines(part: Part, before: int) -> Iterator[bytes]:
    """The rows of one file, without their line ends; no Chinese character holds the byte of one."""
    stream = part.open()
    row, size = before, 0
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
        yield raw.rstrip(b"\r\n")
