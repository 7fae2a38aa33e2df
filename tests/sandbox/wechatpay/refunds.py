"""Refunds: checked against the order, taken from the basic purse when accepted, ended a little later.

PROCESSING → SUCCESS | ABNORMAL | CLOSED      (CLOSED: the money is back in the purse)
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from ..core import Core
from ..ledger import InsufficientFunds
from .amounts import share, yuan
from .errors import Refusal, changed_repeat
from .merchants import Merchant
from .purses import BASIC, Entry
from .settings import WechatSettings
from .trades import FEE_BACK, PAID, REFUNDING, Trade, Trades

PROCESSING, SUCCESS, ABNORMAL, CLOSED = "PROCESSING", "SUCCESS", "ABNORMAL", "CLOSED"
MOST_PARTS = 50
Listener = Callable[["Refund", bool], None]


@dataclass(frozen=True)
class RefundOrder:
    """One refund as it was asked for; the same again is the same refund. Amounts in fen."""

    out_refund_no: str
    out_trade_no: str
    transaction_id: str
    amount: int
    total: int
    reason: str = ""
    notify_url: str = ""


@dataclass
class Refund:
    """One accepted refund; `fee_fen` is the share of the fee that came back with it."""

    trade: Trade
    order: RefundOrder
    refund_id: str
    created: datetime
    fee_fen: int
    status: str = PROCESSING
    ended: datetime | None = None

    def show(self) -> dict[str, Any]:
        """The refund as JSON, for the admin API."""
        return {
            "mchid": self.trade.merchant.mchid,
            "out_refund_no": self.order.out_refund_no,
            "refund_id": self.refund_id,
            "out_trade_no": self.trade.order.out_trade_no,
            "amount": str(yuan(self.order.amount)),
            "fee_back": str(yuan(self.fee_fen)),
            "status": self.status,
        }


class Refunds:
    """Every refund, by merchant and out_refund_no. `listener(refund, in_request)` hears of each end."""

    def __init__(self, core: Core, settings: WechatSettings, trades: Trades, listener: Listener) -> None:
        self._core = core
        self._settings = settings
        self._trades = trades
        self._listener = listener
        self._lock = trades.lock
        self._numbers = itertools.count(1)
        self._table: dict[tuple[str, str], Refund] = {}

    def create(self, merchant: Merchant, order: RefundOrder) -> Refund:
        """Accept a refund once; as it stands when it is known. Raises Refusal."""
        with self._lock:
            known = self._table.get((merchant.mchid, order.out_refund_no))
            if known is not None:
                if known.order != order:
                    raise changed_repeat()
                return replace(known)
            trade = self._refundable(merchant, order)
            refund = self._take(trade, order)
            told = replace(refund)
        if self._settings.refund_ms == 0:
            self.end(refund, merchant.terms.refund_outcome, in_request=True)
        elif self._settings.refund_ms is not None:
            outcome = merchant.terms.refund_outcome
            self._core.scheduler.after(self._settings.refund_ms / 1000, lambda: self.end(refund, outcome))
        return told

    def find(self, merchant: Merchant, out_refund_no: str) -> Refund:
        """The refund as it stands. Raises Refusal."""
        with self._lock:
            refund = self._table.get((merchant.mchid, out_refund_no))
            if refund is None:
                raise Refusal("RESOURCE_NOT_EXISTS", "退款单不存在")
            return replace(refund)

    def end(self, refund: Refund, status: str, in_request: bool = False) -> None:
        """End a refund that is PROCESSING; nothing when it has ended."""
        with self._lock:
            if refund.status != PROCESSING:
                return
            refund.status, refund.ended = status, self._core.clock.stamp()
            if status == CLOSED:
                self._book(refund, 1)
                refund.trade.refunded_fen -= refund.order.amount
                refund.trade.fee_back_fen -= refund.fee_fen
        self._listener(refund, in_request)

    def all(self) -> list[Refund]:
        """Every refund, oldest first."""
        with self._lock:
            return list(self._table.values())

    def _refundable(self, merchant: Merchant, order: RefundOrder) -> Trade:
        """The order to be refunded, when it has so much left. Raises Refusal."""
        try:
            trade = self._trades.find(merchant, order.out_trade_no, order.transaction_id)
        except Refusal as refusal:
            raise Refusal("RESOURCE_NOT_EXISTS", "订单不存在") from refusal
        if trade.state not in PAID or trade.paid is None:
            raise Refusal("INVALID_REQUEST", "订单未支付，不能退款")
        if order.total != trade.paid_fen:
            raise Refusal("INVALID_REQUEST", "订单金额或退款金额与之前请求不一致，请核实后再试")
        if trade.refunded_fen + order.amount > trade.paid_fen:
            raise Refusal("INVALID_REQUEST", "申请退款金额超过可退金额")
        now = self._core.clock.now()
        if now - trade.paid > timedelta(days=self._settings.refund_days):
            raise Refusal("INVALID_REQUEST", "订单已经超过可退款的最大期限")
        parts = [r for r in self._table.values() if r.trade is trade]
        if len(parts) >= MOST_PARTS:
            raise Refusal("INVALID_REQUEST", "单笔订单部分退款次数超过50次")
        gap = timedelta(seconds=self._settings.refund_gap_seconds)
        if gap and parts and now - parts[-1].created < gap:
            raise Refusal("FREQUENCY_LIMITED", "同一订单的退款请求过于频繁")
        return trade

    def _take(self, trade: Trade, order: RefundOrder) -> Refund:
        """Book the refund and its share of the fee. Raises Refusal when the purse is short."""
        fee = min(share(order.amount, trade.merchant.terms.fee_rate), trade.fee_fen - trade.fee_back_fen)
        now = self._core.clock.stamp()
        refund_id = f"5030{self._core.digits(6)}{now:%Y%m%d}{self._core.digits(3)}{next(self._numbers):08d}"
        refund = Refund(trade, order, refund_id, now, fee)
        try:
            self._book(refund, -1)
        except InsufficientFunds as error:
            raise Refusal("NOT_ENOUGH", "基本账户可用余额不足") from error
        trade.refunded_fen += order.amount
        trade.fee_back_fen += fee
        self._table[trade.merchant.mchid, order.out_refund_no] = refund
        self._trades.refunded(trade)
        return refund

    def _book(self, refund: Refund, sign: int) -> None:
        """Take amount and fee share (-1), or undo both (1)."""
        purses, order = refund.trade.merchant.purses, refund.order
        applicant = f"{refund.trade.merchant.mchid}API"
        entry = Entry(REFUNDING, refund.refund_id, order.out_refund_no, order.reason, applicant)
        purses.post(BASIC, sign * yuan(order.amount), "payers", entry)
        if refund.fee_fen:
            purses.post(
                BASIC, -sign * yuan(refund.fee_fen), "fees", Entry(FEE_BACK, refund.refund_id, order.out_refund_no)
            )
