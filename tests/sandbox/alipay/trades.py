"""Collected trades, booked by tests so that bills have receipts, their fees and refunds."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from ..core import Core
from ..ledger import ZERO, Words
from .apps import CHANNEL, App
from .payouts import FEE_PAYEE


@dataclass(frozen=True)
class TradeRow:
    """One row of a trade bill: a receipt (交易), or a refund (退款, amounts negative); fee negative when charged."""

    pid: str
    trade_no: str
    out_trade_no: str
    kind: str
    subject: str
    created: datetime
    finished: datetime
    buyer: str
    amount: Decimal
    fee: Decimal
    request_no: str = ""
    memo: str = ""


class UnknownTrade(Exception):
    """There is no such trade, or it has less left than is to be refunded."""


class Trades:
    """Receipts and refunds. Each books its gross and its fee as two movements."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._numbers = itertools.count(1)
        self._rows: list[TradeRow] = []

    def receive(
        self, app: App, out_trade_no: str, amount: Decimal, subject: str, buyer: str, rate: Decimal
    ) -> TradeRow:
        """A customer pays `amount`; `rate` of it (rounded half up to the fen) is charged."""
        now = self._core.clock.stamp()
        number = f"{now:%Y%m%d}220014{self._core.digits(6)}{next(self._numbers):08d}"
        fee = -(amount * rate).quantize(ZERO, ROUND_HALF_UP)
        row = TradeRow(app.pid, number, out_trade_no, "交易", subject, now, now, buyer, amount, fee)
        self._book(app, row, "在线支付", "0010001|交易收款")
        return row

    def refund(self, app: App, out_trade_no: str, amount: Decimal, request_no: str, reason: str) -> TradeRow:
        """Give back part or all of a trade, with its share of the fee. Raises UnknownTrade."""
        mine = [r for r in self._rows if r.pid == app.pid and r.out_trade_no == out_trade_no]
        if not mine or sum((r.amount for r in mine), ZERO) < amount:
            raise UnknownTrade(out_trade_no)
        trade = mine[0]
        fee = (-trade.fee * amount / trade.amount).quantize(ZERO, ROUND_HALF_UP)
        row = TradeRow(
            app.pid,
            trade.trade_no,
            out_trade_no,
            "退款",
            trade.subject,
            trade.created,
            self._core.clock.stamp(),
            trade.buyer,
            -amount,
            fee,
            request_no,
            reason,
        )
        self._book(app, row, "交易退款", "0020002|交易退款")
        return row

    def between(self, app: App, start: datetime, end: datetime) -> list[TradeRow]:
        """The rows finished from `start` up to, not including, `end`."""
        return [r for r in self._rows if r.pid == app.pid and start <= r.finished < end]

    def _book(self, app: App, row: TradeRow, kind: str, description: str) -> None:
        order_no = f"O{{{row.request_no}}}" if row.request_no else f"M{{{row.trade_no}}}"
        words = Words(
            kind,
            row.trade_no,
            row.out_trade_no,
            row.subject,
            row.buyer,
            CHANNEL,
            row.memo,
            description,
            "商家中心",
            row.trade_no,
            order_no,
        )
        app.account.post(row.amount, "buyers", words)
        if row.fee:
            charged = row.fee < 0
            memo = f"服务费[{row.trade_no}]" if charged else "服务费退回"
            code = "0030001|服务费" if charged else "0030002|服务费退回"
            fee_words = Words(
                "收费",
                row.trade_no,
                row.out_trade_no,
                row.subject,
                FEE_PAYEE,
                CHANNEL,
                memo,
                code,
                "商家中心",
                row.trade_no,
            )
            app.account.post(row.fee, "fees", fee_words)
        self._rows.append(row)
