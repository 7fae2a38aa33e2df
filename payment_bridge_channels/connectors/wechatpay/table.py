"""One bill file being read: rows in order, and believed only when they add up to its totals line.

Source: WeChat Pay APIv3, bill files: titles, rows with a back-tick before each cell, a line of titles for
the totals, a line of totals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from odoo.addons.payment_bridge.connector.statement_types import StatementLine
from odoo.addons.payment_bridge.connector.text_lines import TextRow, fields_of

from ..bills import Chain, Sums, refuse
from . import columns
from .cells import MARK, Cells, cut, titles_of
from .container import Part
from .rows import fund_row, trade_row
from .settings import WechatSettings
from .usual import usual_rows

TRADE = "trade"
FUNDS = "funds"
_TO_DAY = len("`2026-01-15 ")


class BillTable:
    """A trade or fund-flow file. Look at ``kind`` and ``days``, iterate once, then ask for the rest."""

    def __init__(self, part: Part, settings: WechatSettings):
        self.purse = part.purse
        self._part = part
        self._settings = settings
        _, self.titles = self._opening(part.lines())
        self.kind = FUNDS if columns.BOOKED in self.titles else TRADE
        self._check_titles()
        self.days = self._scan()
        self.money_in, self.money_out = Sums(), Sums()
        self.chain = Chain()
        self.rows = 0
        self._count = 0
        self._added = dict.fromkeys(columns.TRADE_SUMS.values(), Decimal(0))

    def __iter__(self) -> Iterator[StatementLine]:
        for row, text in self._until_totals():
            line, _cells = self._read(row, text)
            yield line

    def text_rows(self) -> Iterator[TextRow]:
        """The same rows as text."""
        usual = usual_rows(self.kind == FUNDS, self.titles, self._settings)
        for row, text in self._until_totals():
            found = usual(row, text)
            if found is None:
                line, cells = self._read(row, text)
                kept = cells.all()
                yield fields_of(line), [kept.get(title, "") for title in self.titles]
            else:
                self._note(row, found.came_in, found.amount, found.balance, found.sums)
                yield found.fields, found.cells

    def _read(self, row: int, text: str) -> tuple[StatementLine, Cells]:
        """A row read closely, and noted."""
        cells = Cells(row, self.titles, cut(row, text, len(self.titles)))
        if self.kind == FUNDS:
            line = fund_row(cells, self._settings)
            came_in, sums = cells.text(columns.DIRECTION) == columns.INCOME, ()
        else:
            line = trade_row(cells, self._settings)
            came_in, sums = line.amount > 0, [(title, cells.trade_amount(title)) for title in self._added]
        self._note(row, came_in, line.amount, line.balance, sums)
        return line, cells

    def _note(
        self, row: int, came_in: bool, amount: Decimal, balance: Decimal | None, sums: Iterable[tuple[str, Decimal]]
    ) -> None:
        self._count += 1
        if balance is not None:
            self.chain.add(row, amount, balance)
        for title, value in sums:
            self._added[title] += value
        (self.money_in if came_in else self.money_out).add(amount)

    def _until_totals(self) -> Iterator[tuple[int, str]]:
        """The lines of the rows, after the last of which the totals must say what was noted."""
        lines, _ = self._opening(self._part.lines())
        for row, text in lines:
            if text.startswith(MARK):
                yield row, text
            elif text.strip():
                self._finish(row, text, lines)
                self.rows = row
                return
        raise refuse(None, "the file was cut: its totals are missing", "文件不完整：缺少合计行")

    def _opening(self, lines: Iterator[tuple[int, str]]) -> tuple[Iterator[tuple[int, str]], tuple[str, ...]]:
        row, text = next(lines, (1, ""))
        return lines, titles_of(row, text)

    def _check_titles(self) -> None:
        wanted = columns.FUND_COLUMNS if self.kind == FUNDS else columns.TRADE_COLUMNS
        missing = wanted - set(self.titles)
        if {columns.BOOKED, columns.TRADED}.isdisjoint(self.titles):
            raise refuse(
                1,
                "this is not a bill of WeChat Pay as downloaded",
                "不是微信支付原始账单（请上传未改动的账单文件）",
            )
        if missing:
            names = "、".join(sorted(missing))
            raise refuse(1, f"columns are missing: {names}", f"缺少列：{names}")

    def _scan(self) -> tuple[date, date] | None:
        """The first and last day of the rows; None where there are none."""
        at = columns.BOOKED if self.kind == FUNDS else columns.TRADED
        days: set[date] = set()
        beginnings: set[str] = set()
        lines, _ = self._opening(self._part.lines())
        for row, text in lines:
            if text[:_TO_DAY] in beginnings:
                continue
            if text.startswith(MARK):
                day = Cells(row, self.titles, cut(row, text, len(self.titles))).time(at).date()
                days.add(day)
                if self.titles[0] == at and text.startswith(f"{MARK}{day} "):
                    beginnings.add(text[:_TO_DAY])
            elif text.strip():
                _totals_titles(row, text)
                break
        return (min(days), max(days)) if days else None

    def _finish(self, row: int, text: str, lines: Iterator[tuple[int, str]]) -> None:
        titles = _totals_titles(row, text)
        at, told = next(lines, (row, ""))
        totals = Cells(at, titles, cut(at, told, len(titles)))
        for after, rest in lines:
            if rest.strip():
                raise refuse(after, "something follows the totals", "合计行之后仍有内容")
        if self.kind == FUNDS:
            self._compare(at, totals.count(columns.FUND_COUNT), self._count, columns.FUND_COUNT)
            for came_in, (number, amount) in columns.FUND_TOTALS.items():
                read = self.money_in if came_in else self.money_out
                self._compare(at, totals.count(number), read.count, number)
                self._compare(at, totals.sum(amount), abs(read.amount), amount)
            return
        self._compare(at, totals.count(columns.TRADE_COUNT), self._count, columns.TRADE_COUNT)
        known = {title: columns.TRADE_SUMS[title] for title in titles if title in columns.TRADE_SUMS}
        if not columns.TRADE_SUMS_NEEDED <= set(known.values()):
            raise refuse(row, "a total is missing", "缺少合计项")
        for title, column in known.items():
            self._compare(at, totals.sum(title), self._added[column], title)

    @staticmethod
    def _compare(row: int, told: Decimal | int, read: Decimal | int, title: str) -> None:
        if told != read:
            raise refuse(
                row,
                f"the rows do not add up to the file's own total ({title}): {read} against {told}",
                f"明细与文件合计不符（{title}）：明细为 {read}，合计为 {told}",
            )


def _totals_titles(row: int, text: str) -> tuple[str, ...]:
    """The line of titles that ends the rows.

    :raises StatementError: when an unmarked line is anything else.
    """
    titles = titles_of(row, text)
    if titles[0] not in (columns.FUND_COUNT, columns.TRADE_COUNT):
        raise refuse(row, "this is no row of the bill", "不是账单明细行")
    return titles
