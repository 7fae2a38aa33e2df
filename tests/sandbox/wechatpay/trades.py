"""Collections as the platform executes them: codes, payments, closing, reversing.

NOTPAY → SUCCESS → REFUND            (REFUND once the first refund is accepted)
NOTPAY → CLOSED                      closed by the merchant or by time
USERPAYING → SUCCESS | PAYERROR | REVOKED,  SUCCESS → REVOKED      charges of payment codes
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from ..core import Core
from .amounts import rfc3339, share, yuan
from .codes import ASKS, REFUSED, Code, Codes
from .errors import MUST_BE_REVERSED, Refusal, changed_repeat
from .merchants import Merchant
from .purses import BASIC, Entry
from .settings import WechatSettings
from .trade_orders import MICROPAY, TradeOrder

NOTPAY, USERPAYING, SUCCESS, REFUND = "NOTPAY", "USERPAYING", "SUCCESS", "REFUND"
CLOSED, REVOKED, PAYERROR = "CLOSED", "REVOKED", "PAYERROR"
PAID = (SUCCESS, REFUND)
PAYMENT, FEE, REFUNDING, FEE_BACK = "交易", "扣除交易手续费", "退款", "退还交易手续费"
REVERSIBLE = timedelta(days=7)
Listener = Callable[["Trade"], None]


@dataclass
class Trade:
    """One order. `paid_fen` is what the payer really paid, `fee_fen` what was charged on it."""

    merchant: Merchant
    order: TradeOrder
    state: str
    created: datetime
    code_url: str = ""
    transaction_id: str = ""
    openid: str = ""
    paid: datetime | None = None
    paid_fen: int = 0
    fee_fen: int = 0
    refunded_fen: int = 0
    fee_back_fen: int = 0
    reversed: datetime | None = None
    history: list[tuple[str, datetime]] = field(default_factory=list)

    def show(self) -> dict[str, Any]:
        """The order as JSON, for the admin API."""
        return {
            "mchid": self.merchant.mchid,
            "out_trade_no": self.order.out_trade_no,
            "transaction_id": self.transaction_id,
            "kind": self.order.kind,
            "state": self.state,
            "amount": str(yuan(self.order.total)),
            "paid": str(yuan(self.paid_fen)),
            "fee": str(yuan(self.fee_fen)),
            "refunded": str(yuan(self.refunded_fen)),
            "code_url": self.code_url,
            "history": [[state, rfc3339(time)] for state, time in self.history],
        }


class NotPayable(Exception):
    """The code leads to an order that cannot be paid any more."""


class Trades:
    """Every order. `listener(trade)` hears of each payment of a QR code."""

    def __init__(self, core: Core, settings: WechatSettings, codes: Codes, listener: Listener) -> None:
        self._core = core
        self._settings = settings
        self._codes = codes
        self._listener = listener
        self.lock = threading.RLock()
        self._numbers = itertools.count(1)
        self._table: dict[tuple[str, str], Trade] = {}
        self._by_id: dict[str, Trade] = {}
        self._by_url: dict[str, tuple[Trade, datetime]] = {}
        self._by_code: dict[str, Trade] = {}

    def native(self, merchant: Merchant, order: TradeOrder) -> str:
        """A fresh code_url; the same order again voids the former one. Raises Refusal."""
        with self.lock:
            trade = self._repeated(merchant, order)
            if trade is None:
                trade = self._enter_new(merchant, order, NOTPAY)
                end = trade.created + timedelta(days=self._settings.order_days)
                life = min(end, order.time_expire or end) - self._core.clock.now()
                self._core.scheduler.after(life.total_seconds(), lambda: self._close_unpaid(trade))
            self._by_url.pop(trade.code_url, None)
            trade.code_url = f"weixin://wxpay/bizpayurl?pr={self._core.token(9)}"
            until = self._core.clock.now() + timedelta(hours=self._settings.code_url_hours)
            self._by_url[trade.code_url] = (trade, until)
            return trade.code_url

    def charge(self, merchant: Merchant, order: TradeOrder) -> Trade:
        """Charge a payment code: paid, or the payer is asked. Raises Refusal."""
        with self.lock:
            known = self._repeated(merchant, order)
            if known is not None:
                return replace(known)
            code = self._codes.take(order.auth_code)
            if code is None:
                raise Refusal(self._settings.auth_code_error)
            trade = self._enter_new(merchant, order, USERPAYING)
            trade.openid = code.openid
            if code.result == REFUSED:
                self._to(trade, PAYERROR)
                raise Refusal(code.error)
            if code.result == ASKS:
                self._ask(trade, code)
            else:
                self._receive(trade, order.total)
            return replace(trade)

    def pay(self, content: str, total: int | None) -> Trade | None:
        """A person pays what a code_url or their own asking payment code leads to. Raises NotPayable."""
        with self.lock:
            if content in self._by_url:
                trade, until = self._by_url[content]
                if self._core.clock.now() > until:
                    raise NotPayable(f"{content} has expired")
            elif content in self._by_code:
                trade = self._by_code[content]
            else:
                return None
            if trade.state not in (NOTPAY, USERPAYING):
                raise NotPayable(f"{trade.order.out_trade_no} is {trade.state}")
            if total is not None and total < 1:
                raise NotPayable("nobody pays less than a fen")
            trade.openid = trade.openid or f"oPayer{self._core.token(22)}"
            self._receive(trade, trade.order.total if total is None else total)
            told = replace(trade)
        if trade.order.kind != MICROPAY:
            self._listener(told)
        return told

    def find(self, merchant: Merchant, out_trade_no: str = "", transaction_id: str = "") -> Trade:
        """The order itself; hold `lock` to change it. Raises Refusal."""
        with self.lock:
            trade = (
                self._by_id.get(transaction_id) if transaction_id else self._table.get((merchant.mchid, out_trade_no))
            )
        if trade is None or trade.merchant is not merchant:
            raise Refusal("ORDER_NOT_EXIST")
        return trade

    def close(self, merchant: Merchant, out_trade_no: str) -> None:
        """Close an unpaid order; again and again. Raises Refusal."""
        with self.lock:
            trade = self.find(merchant, out_trade_no)
            if trade.order.kind == MICROPAY:
                raise Refusal("INVALID_REQUEST", "付款码订单请使用撤销接口", number=MUST_BE_REVERSED)
            if trade.state in PAID:
                raise Refusal("ORDERPAID")
            if trade.state == NOTPAY:
                self._to(trade, CLOSED)

    def reverse(self, merchant: Merchant, out_trade_no: str) -> Trade:
        """Take a charge back: unpaid it is revoked, paid the payer has the money back. Raises Refusal."""
        with self.lock:
            trade = self.find(merchant, out_trade_no)
            if trade.order.kind != MICROPAY:
                raise Refusal("INVALID_REQUEST", "仅支持撤销付款码支付的订单")
            if trade.state == USERPAYING and self._settings.reverse_while_asking == "refuse":
                raise Refusal("USERPAYING", "正在支付中不能发起撤销")
            if self._core.clock.now() - trade.created > REVERSIBLE:
                raise Refusal("INVALID_REQUEST", "订单已超过可撤销的时间")
            if trade.state == REFUND:
                raise Refusal("INVALID_REQUEST", "订单已发生退款，不能撤销")
            if trade.state == SUCCESS:
                self._give_all_back(trade)
            if trade.state != REVOKED:
                self._to(trade, REVOKED)
            return replace(trade)

    def refunded(self, trade: Trade) -> None:
        """The first refund of an order was accepted."""
        with self.lock:
            if trade.state == SUCCESS:
                self._to(trade, REFUND)

    def all(self) -> list[Trade]:
        """Every order, oldest first."""
        with self.lock:
            return list(self._table.values())

    def _repeated(self, merchant: Merchant, order: TradeOrder) -> Trade | None:
        """The order under this number, when it may be sent again; None when it is new. Raises Refusal."""
        known = self._table.get((merchant.mchid, order.out_trade_no))
        if known is None:
            return None
        if known.order != order:
            raise changed_repeat()
        if known.state in PAID:
            raise Refusal("ORDERPAID")
        if known.state in (CLOSED, REVOKED):
            raise Refusal("ORDER_CLOSED")
        return known

    def _enter_new(self, merchant: Merchant, order: TradeOrder, state: str) -> Trade:
        now = self._core.clock.stamp()
        trade = Trade(merchant, order, state, now, history=[(state, now)])
        self._table[merchant.mchid, order.out_trade_no] = trade
        return trade

    def _ask(self, trade: Trade, code: Code) -> None:
        """The payer's phone asks for the password; after a while the order is revoked."""
        self._by_code[code.auth_code] = trade
        if code.pays_after_ms is not None:
            self._core.scheduler.after(code.pays_after_ms / 1000, lambda: self._pay_if_asked(trade))
        self._core.scheduler.after(self._settings.asking_seconds, lambda: self._revoke_if_asked(trade))

    def _pay_if_asked(self, trade: Trade) -> None:
        with self.lock:
            if trade.state == USERPAYING:
                self._receive(trade, trade.order.total)

    def _revoke_if_asked(self, trade: Trade) -> None:
        with self.lock:
            if trade.state == USERPAYING:
                self._to(trade, REVOKED)

    def _close_unpaid(self, trade: Trade) -> None:
        with self.lock:
            if trade.state == NOTPAY:
                self._to(trade, CLOSED)

    def _receive(self, trade: Trade, total: int) -> None:
        """The money comes in, gross and fee as two rows."""
        merchant, now = trade.merchant, self._core.clock.stamp()
        number = f"4200{self._core.digits(6)}{now:%Y%m%d}{self._core.digits(2)}{next(self._numbers):08d}"
        trade.transaction_id, trade.paid, trade.paid_fen = number, now, total
        trade.fee_fen = share(total, merchant.terms.fee_rate)
        order_no = trade.order.out_trade_no
        merchant.purses.post(BASIC, yuan(total), "payers", Entry(PAYMENT, number, number, order_no))
        if trade.fee_fen:
            merchant.purses.post(BASIC, -yuan(trade.fee_fen), "fees", Entry(FEE, number, number))
        self._by_id[number] = trade
        self._to(trade, SUCCESS)

    def _give_all_back(self, trade: Trade) -> None:
        purses, number, order_no = trade.merchant.purses, trade.transaction_id, trade.order.out_trade_no
        if purses[BASIC].balance < yuan(trade.paid_fen):
            raise Refusal("NOT_ENOUGH", "基本账户可用余额不足")
        trade.reversed = self._core.clock.stamp()
        trade.refunded_fen, trade.fee_back_fen = trade.paid_fen, trade.fee_fen
        purses.post(BASIC, -yuan(trade.paid_fen), "payers", Entry(REFUNDING, number, order_no, "撤销"))
        if trade.fee_fen:
            purses.post(BASIC, yuan(trade.fee_fen), "fees", Entry(FEE_BACK, number, order_no))

    def _to(self, trade: Trade, state: str) -> None:
        trade.state = state
        trade.history.append((state, self._core.clock.stamp()))
