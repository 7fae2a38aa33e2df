"""Trades as the platform carries them out: codes, payments, closing, giving back, and what time does to them."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from ..core import Core
from ..ledger import InsufficientFunds
from . import trade_books
from .apps import App
from .errors import business
from .settings import AlipaySettings
from .trade import CLOSED, FINISHED, PAID, WAITING, Buyer, Part, QrCode, Trade, WrongState
from .trade_books import GIVEN_BACK, RECEIPT, TradeRow
from .trade_orders import Terms, TradeOrder

CODE_HOST = "https://qr.alipay.com/"
Listener = Callable[[Trade, "Part | None", bool], None]


class UnusableCode(Exception):
    """The code cannot be scanned or paid any more."""


class Trades:
    """Every code and trade, by merchant and out_trade_no. `listener(trade, part, in_request)` hears of each change."""

    def __init__(self, core: Core, settings: AlipaySettings, listener: Listener) -> None:
        self._core = core
        self._settings = settings
        self._listener = listener
        self._lock = threading.RLock()
        self._numbers = itertools.count(1)
        self._codes: dict[tuple[str, str], QrCode] = {}
        self._trades: dict[tuple[str, str], Trade] = {}
        self._rows: list[TradeRow] = []

    def find(self, app: App, out_trade_no: str, trade_no: str = "") -> Trade | None:
        """A trade of this merchant; the platform's number goes first. Codes nobody scanned are no trades."""
        with self._lock:
            if not trade_no:
                return self._trades.get((app.pid, out_trade_no))
            return next((t for t in self._trades.values() if t.trade_no == trade_no and t.app.pid == app.pid), None)

    def all(self) -> Iterator[Trade]:
        """Every trade, oldest first."""
        with self._lock:
            return iter(list(self._trades.values()))

    def unscanned(self) -> Iterator[QrCode]:
        """Every code that has led to no trade."""
        with self._lock:
            return iter([code for key, code in self._codes.items() if key not in self._trades])

    def between(self, app: App, start: datetime, end: datetime) -> list[TradeRow]:
        """The rows of the trade bill finished from `start` up to, not including, `end`."""
        return [r for r in self._rows if r.pid == app.pid and start <= r.finished < end]

    def precreate(self, app: App, order: TradeOrder, terms: Terms, notify_url: str) -> QrCode:
        """Hand out a code; the same order again gets the same code. Raises Refusal."""
        now = self._core.clock.now()
        key = (app.pid, order.out_trade_no)
        with self._lock:
            self._refuse_ended(self._trades.get(key))
            known = self._codes.get(key)
            if known is not None:
                if known.order != order:
                    raise business("ACQ.CONTEXT_INCONSISTENT")
                return known
            ends = now + timedelta(seconds=self._settings.qr_seconds)
            pay_until = terms.pay_until or self._late(now)
            scan_until = min(ends, pay_until, terms.scan_until or ends)
            content = f"{CODE_HOST}bax{self._core.token(20)}"
            code = self._codes[key] = QrCode(app, order, content, now, scan_until, pay_until, notify_url)
            return code

    def scan(self, content: str, buyer: Buyer | None = None) -> Trade | None:
        """Somebody scans a code: its trade, made now when it is the first time. None for a foreign code.

        Raises UnusableCode.
        """
        with self._lock:
            code = next((one for one in self._codes.values() if one.content == content), None)
            if code is None:
                return None
            key = (code.app.pid, code.order.out_trade_no)
            if (known := self._trades.get(key)) is not None:
                return known
            now = self._core.clock.now()
            if code.voided or now >= code.scan_until:
                raise UnusableCode(f"the code of {code.order.out_trade_no} is no longer valid")
            return self._begin(code.app, code.order, "collect", buyer or Buyer(), code.notify_url, code.pay_until)

    def pay(self, trade: Trade, amount: Decimal | None = None, in_request: bool = False) -> None:
        """The buyer pays; another `amount` than asked plays a platform gone wrong. Raises WrongState."""
        with self._lock:
            if trade.status != WAITING:
                raise WrongState(f"{trade.order.out_trade_no} is {trade.status}")
            if amount is not None:
                trade.amount = amount
            trade.enter(PAID, self._core.clock.stamp())
            trade.fee = trade_books.fee_of(trade.amount, trade.rate)
            self._book(trade, RECEIPT, trade.amount, -trade.fee)
        self._listener(trade, None, in_request)
        after = trade.app.terms.trade_finishes_after_ms
        if after is not None:
            self._core.scheduler.after(after / 1000, lambda: self._leave(trade, PAID, FINISHED))

    def charge(self, app: App, order: TradeOrder, terms: Terms, buyer: Buyer, notify_url: str) -> Trade:
        """Begin the trade of a payment code, not yet paid. The caller has looked for an earlier one."""
        now = self._core.clock.now()
        with self._lock:
            return self._begin(app, order, "charge", buyer, notify_url, terms.pay_until or self._late(now))

    def earlier(self, app: App, order: TradeOrder) -> Trade | None:
        """The trade that this order has already begun, while it waits for its buyer. Raises Refusal."""
        with self._lock:
            known = self._trades.get((app.pid, order.out_trade_no))
            self._refuse_ended(known)
            if known is not None and known.order != order:
                raise business("ACQ.CONTEXT_INCONSISTENT")
            return known

    def receive(
        self, app: App, out_trade_no: str, amount: Decimal, subject: str, buyer: str, rate: Decimal
    ) -> TradeRow:
        """A trade paid at once, whoever made it. Raises WrongState when there is one of that number."""
        with self._lock:
            if (app.pid, out_trade_no) in self._trades:
                raise WrongState(f"{out_trade_no} exists")
            order = TradeOrder(out_trade_no, amount, subject)
            trade = self._begin(app, order, "collect", Buyer(buyer), "", None)
            trade.rate = rate
            self.pay(trade)
            return self._rows[-1]

    def close(self, trade: Trade) -> None:
        """End a trade that waits for its buyer. Raises Refusal."""
        if not self._leave(trade, WAITING, CLOSED):
            raise business(self._settings.trade_status_code)

    def cancel(self, trade: Trade) -> bool:
        """Close an unpaid trade or give back a paid one; `trade.cancelled` says which. Raises Refusal.

        False: the merchant is to ask again (retry_flag Y), nothing has been done.
        """
        with self._lock:
            if trade.status == CLOSED:
                return True
            trade.cancel_attempts += 1
            if trade.cancel_attempts <= trade.app.terms.cancel_retries:
                return False
            if trade.status == WAITING:
                trade.cancelled = "close"
            else:
                self._check_cancel(trade)
                trade.cancelled = "refund"
                self._give_back(trade, "", trade.amount, "撤销")
        if trade.cancelled == "close":
            self._leave(trade, WAITING, CLOSED)
        else:
            self._listener(trade, None, True)
        return True

    def void(self, app: App, out_trade_no: str) -> None:
        """Make a code that nobody has scanned unusable."""
        with self._lock:
            if (code := self._codes.get((app.pid, out_trade_no))) is not None:
                code.voided = True

    def refund(self, trade: Trade, request_no: str, amount: Decimal, reason: str) -> tuple[Part, bool]:
        """Give back a part; whether money moved by this call. Raises Refusal."""
        with self._lock:
            if (known := trade.parts.get(request_no)) is not None:
                if known.amount != amount:
                    raise business("ACQ.DISCORDANT_REPEAT_REQUEST")
                return known, False
            if trade.status == FINISHED:
                raise business("ACQ.TRADE_HAS_FINISHED")
            if trade.status == WAITING:
                raise business("ACQ.TRADE_STATUS_ERROR")
            if trade.status == CLOSED:
                raise business("ACQ.TRADE_HAS_CLOSE")
            if trade.refunded + amount > trade.amount:
                raise business("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL")
            part = self._give_back(trade, request_no, amount, reason)
        self._listener(trade, part, True)
        return part, part.confirmed <= part.made

    def _give_back(self, trade: Trade, request_no: str, amount: Decimal, reason: str) -> Part:
        fee = trade_books.fee_given_back(trade.fee, trade.amount, trade.refunded, amount)
        try:
            self._book(trade, GIVEN_BACK, -amount, fee, request_no, reason)
        except InsufficientFunds as error:
            raise business("ACQ.SELLER_BALANCE_NOT_ENOUGH") from error
        now = self._core.clock.stamp()
        later = timedelta(milliseconds=trade.app.terms.refund_confirmed_after_ms)
        part = trade.parts[request_no] = Part(request_no, amount, fee, reason, now, now + later)
        if trade.refunded == trade.amount:
            trade.enter(CLOSED, now)
        return part

    def _check_cancel(self, trade: Trade) -> None:
        """A paid trade is cancelled on its own day, and only whole. Raises Refusal."""
        if trade.status == FINISHED:
            raise business("ACQ.TRADE_HAS_FINISHED")
        if trade.parts:
            raise business("ACQ.REASON_TRADE_REFUND_FEE_ERR")
        if trade.paid is not None and trade.paid.date() != self._core.clock.now().date():
            raise business("ACQ.TRADE_CANCEL_TIME_OUT")

    def _begin(
        self,
        app: App,
        order: TradeOrder,
        operation: str,
        buyer: Buyer,
        notify_url: str,
        pay_until: datetime | None,
    ) -> Trade:
        now = self._core.clock.stamp()
        number = f"{now:%Y%m%d}220014{self._core.digits(6)}{next(self._numbers):08d}"
        trade = Trade(app, order, operation, number, now, buyer, app.terms.trade_rate, notify_url, order.amount)
        self._trades[app.pid, order.out_trade_no] = trade
        if pay_until is not None:
            left = (pay_until - self._core.clock.now()).total_seconds()
            self._core.scheduler.after(max(0.0, left), lambda: self._leave(trade, WAITING, CLOSED))
        return trade

    def _leave(self, trade: Trade, status: str, following: str) -> bool:
        """Go from one state to the next; False when the trade is no longer in it."""
        with self._lock:
            if trade.status != status:
                return False
            trade.enter(following, self._core.clock.stamp())
        self._listener(trade, None, False)
        return True

    def _book(
        self, trade: Trade, kind: str, amount: Decimal, fee: Decimal, request_no: str = "", memo: str = ""
    ) -> None:
        order = trade.order
        row = TradeRow(
            trade.app.pid,
            trade.trade_no,
            order.out_trade_no,
            kind,
            order.subject,
            trade.created,
            self._core.clock.stamp(),
            trade.buyer.logon_id,
            amount,
            fee,
            request_no,
            memo,
        )
        trade_books.book(trade.app, row)
        self._rows.append(row)

    def _late(self, now: datetime) -> datetime:
        return now + timedelta(minutes=self._settings.trade_minutes)

    @staticmethod
    def _refuse_ended(trade: Trade | None) -> None:
        if trade is not None and trade.status in (PAID, FINISHED):
            raise business("ACQ.TRADE_HAS_SUCCESS")
        if trade is not None and trade.status == CLOSED:
            raise business("ACQ.TRADE_HAS_CLOSE")
