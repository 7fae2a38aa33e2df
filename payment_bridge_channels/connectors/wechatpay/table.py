"""One bill file being read: rows in order, and believed only when they add up to its totals line.

Source: WeChat Pay APIv3, bill files: titles, rows with a back-tick before each cell, a line of titles for
the totals, a line of totals.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from odoo.addons.payment_bridge.connector.types import StatementLine

from ..bills import Chain, Sums, refuse
from . import columns
from .cells import MARK, Cells, cut, titles_of
from .container import Part
from .rows import fund_row, trade_row
from .settings import WechatSettings

TRADE = "trade"
FUNDS = "funds"


class BillTable:
    """A trade or fund-flow file. Look at ``kind`` and ``days``, iterate once, then ask for the rest."""

    def __init__(self, part: Part, settings: WechatSettings):
        self.purse = part.purse
        self._part = part
        self._settings = settings
        _, self._titles = self._opening(part.lines())
        self.kind = FUNDS if columns.BOOKED in self._titles else TRADE
        self._check_titles()
        self.days = self._scan()
        self.money_in, self.money_out = Sums(), Sums()
        self.chain = Chain()
        self.rows = 0

    def __iter__(self) -> Iterator[StatementLine]:
        lines, _ = self._opening(self._part.lines())
        read = fund_row if self.kind == FUNDS else trade_row
        added = dict.fromkeys(columns.TRADE_SUMS.values(), Decimal(0))
        count = 0
        for row, text in lines:
            if not text.strip():
                continue
            if not text.startswith(MARK):
                self._finish(row, text, lines, count, added)
                self.rows = row
                return
            cells = Cells(row, self._titles, cut(row, text, len(self._titles)))
            line = read(cells, self._settings)
            count += 1
            if self.kind == FUNDS:
                self.chain.add(line)
                came_in = cells.text(columns.DIRECTION) == columns.INCOME
            else:
                came_in = line.amount > 0
                for title in added:
                    added[title] += cells.trade_amount(title)
            (self.money_in if came_in else self.money_out).add(line.amount)
            yield line
        raise refuse(None, "the file was cut: its totals are missing", "文件不完整：缺少合计行")

    def _opening(self, lines: Iterator[tuple[int, str]]) -> tuple[Iterator[tuple[int, str]], tuple[str, ...]]:
        row, text = next(lines, (1, ""))
        return lines, titles_of(row, text)

    def _check_titles(self) -> None:
        wanted = columns.FUND_COLUMNS if self.kind == FUNDS else columns.TRADE_COLUMNS
        missing = wanted - set(self._titles)
        if {columns.BOOKED, columns.TRADED}.isdisjoint(self._titles):
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
        first: date | None = None
        last: date | None = None
        lines, _ = self._opening(self._part.lines())
        for row, text in lines:
            if not text.strip():
                continue
            if not text.startswith(MARK):
                _totals_titles(row, text)
                break
            day = Cells(row, self._titles, cut(row, text, len(self._titles))).time(at).date()
            first, last = min(first or day, day), max(last or day, day)
        return (first, last) if first and last else None

    def _finish(
        self, row: int, text: str, lines: Iterator[tuple[int, str]], count: int, added: dict[str, Decimal]
    ) -> None:
        titles = _totals_titles(row, text)
        at, told = next(lines, (row, ""))
        totals = Cells(at, titles, cut(at, told, len(titles)))
        for after, rest in lines:
            if rest.strip():
                raise refuse(after, "something follows the totals", "合计行之后仍有内容")
        if self.kind == FUNDS:
            self._compare(at, totals.count(columns.FUND_COUNT), count, columns.FUND_COUNT)
            for came_in, (number, amount) in columns.FUND_TOTALS.items():
                read = self.money_in if came_in else self.money_out
                self._compare(at, totals.count(number), read.count, number)
                self._compare(at, totals.sum(amount), abs(read.amount), amount)
            return
        self._compare(at, totals.count(columns.TRADE_COUNT), count, columns.TRADE_COUNT)
        known = {title: columns.TRADE_SUMS[title] for title in titles if title in columns.TRADE_SUMS}
        if not columns.TRADE_SUMS_NEEDED <= set(known.values()):
            raise refuse(row, "a total is missing", "缺少合计项")
        for title, column in known.items():
            self._compare(at, totals.sum(title), added[column], title)

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
