"""Collections, txnType 01: a code that the payer scans (07), one that he presents (06), the cashier's page (01)."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..core import Core
from .books import share
from .codes import FORMAT, SUCCESS, Refusal, words
from .desk import Desk
from .merchants import Merchant
from .orders import CHARGE, FRONT, OPEN, QR, Kind, Order, Orders, WrongState
from .rules import STAMP, Rules, moment
from .settings import UnionPaySettings

QR_ADDRESS = "https://qr.95516.com/00010000/"
PAYER = "6212261234561234"
RESULTS = ("paid", "asks", "refused")


@dataclass
class Presented:
    """A payment code (付款码) in a payer's app and how its charge goes: paid, asks (he has to confirm), refused."""

    result: str
    code: str
    until: datetime
    order: Order | None = None


class Collects:
    """Takes orders to be paid, and plays the payers who pay them."""

    def __init__(self, core: Core, settings: UnionPaySettings, rules: Rules, orders: Orders, desk: Desk) -> None:
        self._core = core
        self._settings = settings
        self._rules = rules
        self._orders = orders
        self._desk = desk
        self._lock = threading.Lock()
        self._codes: dict[str, Order] = {}
        self._presented: dict[str, Presented] = {}

    def qr(self, merchant: Merchant, fields: dict[str, str]) -> dict[str, str]:
        """01/07: the content of a code that the payer scans. Raises Refusal."""
        order = self._to_be_paid(merchant, QR, fields)
        content = QR_ADDRESS + self._core.digits(28)
        with self._lock:
            self._codes[content] = order
        return {"qrCode": content}

    def front(self, merchant: Merchant, fields: dict[str, str]) -> Order:
        """01/01: an order for the cashier's page; the browser may post it again while it is open. Raises Refusal."""
        with self._orders.lock:
            known = self._orders.find(merchant.mer_id, fields["orderId"], fields["txnTime"])
            if known is not None and known.state == OPEN and known.fields["txnAmt"] == fields["txnAmt"]:
                return known
            return self._to_be_paid(merchant, FRONT, fields)

    def charge(self, merchant: Merchant, fields: dict[str, str]) -> dict[str, str]:
        """01/06: take the money of who presents a code; 05 when he has to confirm first. Raises Refusal."""
        with self._orders.placed(merchant, CHARGE, fields, int(fields["txnAmt"])) as order:
            presented = self._presented.get(fields["qrNo"])
            if presented is None or presented.order is not None or self._core.clock.now() > presented.until:
                raise Refusal(self._settings.bad_qr_code)
            presented.order, order.account = order, PAYER
            order.cost = share(order.amount, merchant.terms.rate)
            if presented.result == "refused":
                raise Refusal(presented.code)
            order.waits_for_payer = presented.result == "asks"
        if order.waits_for_payer:
            self._core.scheduler.after(self._settings.code_seconds, lambda: self._expire(order))
            return {"queryId": order.trace.query_id, "respCode": order.code, "respMsg": words(order.code)}
        self._desk.end_later(order, merchant.terms.charge_dealing_ms)
        return {"queryId": order.trace.query_id}

    def receive(self, merchant: Merchant, order_id: str, amount: int) -> Order:
        """A payer pays an order (fen) that nobody placed over HTTP: money for the files. Raises Refusal 12."""
        fields = {
            **{"version": "5.1.0", "encoding": "UTF-8", "accessType": "0", "channelType": "08", "currencyCode": "156"},
            **{"txnType": "01", "txnSubType": "07", "bizType": "000000", "merId": merchant.mer_id},
            **{"orderId": order_id, "txnAmt": str(amount), "txnTime": f"{self._core.clock.now():{STAMP}}"},
        }
        order = self._to_be_paid(merchant, QR, fields)
        self.pay(order)
        return order

    def present(self, result: str, code: str) -> str:
        """A fresh payment code of 19 digits; `code` is the respCode of a refused charge."""
        number = "62" + self._core.digits(17)
        until = self._core.clock.now() + timedelta(seconds=self._settings.code_seconds)
        with self._lock:
            self._presented[number] = Presented(result, code, until)
        return number

    def behind(self, content: str) -> Order | None:
        """The order that a QR code's content or a presented payment code leads to."""
        presented = self._presented.get(content)
        return presented.order if presented else self._codes.get(content)

    def pay(self, order: Order, amount: int | None = None) -> None:
        """The payer pays; another `amount` (fen) than asked plays a faulty one. Raises WrongState."""
        with self._orders.lock:
            if order.state != OPEN or not order.waits_for_payer:
                raise WrongState(f"{order.order_id} is {order.state}")
            if amount is not None:
                order.amount = amount
                order.cost = share(amount, order.merchant.terms.rate)
            order.account = PAYER
            order.waits_for_payer = False
        if not self._desk.finish(order, SUCCESS):
            raise WrongState(f"{order.order_id} is {order.state}")

    def _to_be_paid(self, merchant: Merchant, kind: Kind, fields: dict[str, str]) -> Order:
        seconds = self._seconds(fields)
        with self._orders.placed(merchant, kind, fields, int(fields["txnAmt"])) as order:
            order.cost = share(order.amount, merchant.terms.rate)
            order.waits_for_payer = True
        self._core.scheduler.after(seconds, lambda: self._expire(order))
        return order

    def _seconds(self, fields: dict[str, str]) -> float:
        """How long the order may be paid. Raises Refusal."""
        if not fields.get("payTimeout"):
            return self._settings.qr_seconds
        sent = moment("txnTime", fields["txnTime"])
        seconds = (moment("payTimeout", fields["payTimeout"]) - sent - self._rules.age(sent)).total_seconds()
        if seconds <= 0:
            raise Refusal(FORMAT, "payTimeout")
        return seconds

    def _expire(self, order: Order) -> None:
        self._desk.finish(order, self._settings.expired_code)
