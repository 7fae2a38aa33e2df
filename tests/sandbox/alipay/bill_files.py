"""The bills as text: titles, framing lines, TAB guards and totals of the account and the trade bill.

Columns and framing follow the samples in channels_china.md 7.2 and 7.3. Identifiers end with a TAB inside the cell.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from ..clock import STAMP
from ..ledger import ZERO, Movement
from .trade_books import TradeRow

Row = TypeVar("Row", Movement, TradeRow)
TAB = "\t"
ACCOUNT_TITLES = (
    "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,"
    "交易渠道,业务类型,备注,业务描述,业务账单来源,业务基础订单号,业务订单号"
)
ACCOUNT_SUM_TITLES = "类型,收入笔数,收入金额（+元）,支出笔数,支出金额（-元）,总金额（元）"
TRADE_TITLES = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,"
    "订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,"
    "券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)
TRADE_SUM_TITLES = (
    "门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,服务费（元）,分润（元）"
)


@dataclass(frozen=True)
class Span:
    """Whose bill, of which time, made when."""

    pid: str
    label: str
    start: datetime
    end: datetime
    made: datetime


@dataclass(frozen=True)
class Bill(Generic[Row]):
    """How one kind of bill is written. `stem` is the word in its names, `biz_type` the one in its link."""

    stem: str
    biz_type: str
    head: str
    titles: str
    cells: Callable[[Row], Iterable[str]]
    totals: Callable[[Sequence[Row]], Iterable[str]]
    sum_head: str
    sum_titles: str
    sum_rows: Callable[[Sequence[Row]], Iterable[str]]
    altered: Callable[[Row, Decimal], Row]

    def files(self, span: Span, rows: Sequence[Row], totals_of: Sequence[Row]) -> list[tuple[str, bytes]]:
        """The detail and the summary file. Totals count `totals_of`, which a fault lets differ from the rows."""
        prefix = f"{span.pid}0156_{span.label}_{self.stem}"
        detail = self._page(
            span,
            self.head,
            f"{self.stem}列表",
            self.titles,
            [",".join(self.cells(row)) for row in rows],
            self.totals(totals_of),
        )
        summary = self._page(span, self.sum_head, f"{self.stem}汇总列表", self.sum_titles, self.sum_rows(totals_of), ())
        return [(f"{prefix}.csv", detail), (f"{prefix}(汇总).csv", summary)]

    @staticmethod
    def _page(span: Span, head: str, list_name: str, titles: str, rows: Iterable[str], totals: Iterable[str]) -> bytes:
        lines = [
            f"#{head}",
            f"#账号：[{span.pid}0156]",
            f"#起始日期：[{_chinese(span.start)}]   终止日期：[{_chinese(span.end)}]",
            f"#{'-' * 41}{list_name}{'-' * 40}",
            titles,
            *rows,
            f"#{'-' * 41}{list_name}结束{'-' * 36}",
            *totals,
            f"#导出时间：[{_chinese(span.made)}]",
        ]
        return "".join(line + "\r\n" for line in lines).encode("gb18030")


def _chinese(moment: datetime) -> str:
    return f"{moment:%Y}年{moment:%m}月{moment:%d}日 {moment:%H:%M:%S}"


def _free(text: str) -> str:
    """Free text in a cell; quoted where it would break the row."""
    if any(mark in text for mark in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def _account_cells(row: Movement) -> list[str]:
    words = row.words
    return [
        row.log_id + TAB,
        words.business_no + TAB,
        words.merchant_no + TAB,
        _free(words.title + TAB),
        row.time.strftime(STAMP),
        _free(words.counterparty + TAB),
        str(row.income),
        str(-row.outgo if row.outgo else ZERO),
        str(row.balance),
        words.channel,
        words.business_type,
        _free(words.memo),
        words.description,
        words.source,
        words.base_no + TAB,
        words.order_no + TAB,
    ]


def _account_totals(rows: Sequence[Movement]) -> list[str]:
    outgo = [row.outgo for row in rows if row.outgo]
    income = [row.income for row in rows if row.income]
    return [
        f"#支出合计：{len(outgo)}笔，共{sum(outgo, ZERO)}元",
        f"#收入合计：{len(income)}笔，共{sum(income, ZERO)}元",
    ]


def _account_sums(rows: Sequence[Movement]) -> list[str]:
    """One row a 业务类型, and 合计."""
    by_type: dict[str, list[Movement]] = defaultdict(list)
    for row in rows:
        by_type[row.words.business_type].append(row)
    lines = []
    for name, group in [*by_type.items(), ("合计", list(rows))]:
        income = [row.income for row in group if row.income]
        outgo = [-row.outgo for row in group if row.outgo]
        total = sum(income, ZERO) + sum(outgo, ZERO)
        lines.append(f"{name},{len(income)},{sum(income, ZERO)},{len(outgo)},{sum(outgo, ZERO)},{total}")
    return lines


def _trade_cells(row: TradeRow) -> list[str]:
    amount = str(row.amount)
    return [
        row.trade_no + TAB,
        row.out_trade_no + TAB,
        row.kind + TAB,
        _free(row.subject),
        row.created.strftime(STAMP),
        row.finished.strftime(STAMP),
        *[TAB] * 4,
        row.buyer + TAB,
        amount,
        amount,
        *["0.00"] * 5,
        "",
        "0.00" + TAB,
        "0.00",
        row.request_no + TAB,
        str(row.fee),
        "0.00",
        _free(row.memo),
    ]


def _trade_totals(rows: Sequence[TradeRow]) -> list[str]:
    paid = [row.amount for row in rows if row.amount > 0]
    refunded = [row.amount for row in rows if row.amount < 0]
    return [
        f"#交易合计：{len(paid)}笔，商家实收共{sum(paid, ZERO)}元，商家优惠共0.00元",
        f"#退款合计：{len(refunded)}笔，商家实收退款共{sum(refunded, ZERO)}元，商家优惠退款共0.00元",
    ]


def _trade_sums(rows: Sequence[TradeRow]) -> list[str]:
    amount = sum((row.amount for row in rows), ZERO)
    fee = sum((row.fee for row in rows), ZERO)
    paid = sum(row.amount > 0 for row in rows)
    return [f"合计,,{paid},{len(rows) - paid},{amount},{amount},{fee},0.00"]


def _altered(row: Row, by: Decimal) -> Row:
    return replace(row, amount=row.amount + by)


BILLS: dict[str, Bill[Any]] = {
    "signcustomer": Bill(
        "账务明细",
        "fnd",
        "支付宝账务明细查询",
        ACCOUNT_TITLES,
        _account_cells,
        _account_totals,
        "支付宝账务汇总查询",
        ACCOUNT_SUM_TITLES,
        _account_sums,
        _altered,
    ),
    "trade": Bill(
        "业务明细",
        "trade",
        "支付宝业务明细查询",
        TRADE_TITLES,
        _trade_cells,
        _trade_totals,
        "支付宝业务汇总查询",
        TRADE_SUM_TITLES,
        _trade_sums,
        _altered,
    ),
}
