"""Orders as the platform knows them: one per merchant, orderId and day of txnTime, and its states.

    open → succeeded | failed        succeeded → reversed        open → reversed

A refusal either leaves the order behind as failed or, for the codes of the setting `forgotten_codes` and everything
that is refused before the order is looked at, leaves no trace.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from ..core import Core
from .codes import ACCEPTED, DUPLICATE, SUCCESS, Refusal
from .merchants import Merchant, yuan
from .settings import UnionPaySettings

OPEN, SUCCEEDED, FAILED, REVERSED = "open", "succeeded", "failed", "reversed"
ALLOWED = {(OPEN, SUCCEEDED), (OPEN, FAILED), (SUCCEEDED, REVERSED), (OPEN, REVERSED)}


@dataclass(frozen=True)
class Kind:
    """A kind of order or booking: `sign` of the money for the merchant, the word in his ledger, the port's word for it,
    and the setting with its 交易代码 in files."""

    name: str
    sign: int
    word: str
    operation: str
    code_setting: str


PAYOUT = Kind("payout", -1, "代付", "pay_out", "payout_code")
QR = Kind("qr", 1, "消费", "collect", "purchase_code")
FRONT = Kind("front", 1, "消费", "collect", "purchase_code")
CHARGE = Kind("charge", 1, "消费", "charge", "purchase_code")
REFUND = Kind("refund", -1, "退货", "refund", "refund_code")
VOID = Kind("void", -1, "消费撤销", "refund", "void_code")
REVERSAL = Kind("reversal", -1, "冲正", "cancel", "reversal_code")
RETURN = Kind("return", 1, "退票", "return", "return_code")
COLLECTIONS = (QR, FRONT, CHARGE)


class WrongState(Exception):
    """The order cannot take that step."""


@dataclass(frozen=True)
class Trace:
    """How one transaction is known on the network: queryId (21 digits), 系统跟踪号 (6) and its time."""

    query_id: str
    number: str
    time: datetime

    @property
    def time_text(self) -> str:
        """traceTime, MMDDhhmmss."""
        return f"{self.time:%m%d%H%M%S}"


@dataclass(eq=False)
class Order:
    """One order. Amounts are fen; `cost` is the fee, negative when it is given back; `code` its respCode so far."""

    merchant: Merchant
    kind: Kind
    fields: dict[str, str]
    amount: int
    trace: Trace
    state: str = OPEN
    code: str = ACCEPTED
    cost: int = 0
    account: str = ""
    """The payee's or the payer's account, in clear."""
    name: str = ""
    booked: datetime | None = None
    ends_with: str = SUCCESS
    """respCode with which it ends, unless somebody ends it otherwise."""
    original: Order | None = None
    given_back: int = 0
    cost_given_back: int = 0
    quiet: bool = False
    """Nobody is notified: orders of a batch."""
    waits_for_payer: bool = False
    history: list[tuple[str, datetime]] = field(default_factory=list)

    @property
    def order_id(self) -> str:
        """The merchant's number."""
        return self.fields["orderId"]

    @property
    def key(self) -> str:
        """Transaction and sub type, as faults select by it."""
        return f"{self.fields['txnType']}/{self.fields['txnSubType']}"

    def show(self) -> dict[str, Any]:
        """The order as JSON, for the admin API."""
        return {
            "mer_id": self.merchant.mer_id,
            "order_id": self.order_id,
            "txn_time": self.fields["txnTime"],
            "query_id": self.trace.query_id,
            "kind": self.kind.name,
            "status": self.state,
            "code": self.code,
            "amount": str(yuan(self.amount)),
            "fee": str(yuan(self.cost)),
            "account": self.account,
            "name": self.name,
            "given_back": str(yuan(self.given_back)),
            "history": [[state, time.isoformat()] for state, time in self.history],
        }


class Orders:
    """Every order. `lock` guards all orders and their money; nobody talks to the outside while holding it."""

    def __init__(self, core: Core, settings: UnionPaySettings) -> None:
        self._core = core
        self._settings = settings
        self._numbers = itertools.count(100231)
        self._table: dict[tuple[str, str, str], Order] = {}
        self._by_query_id: dict[str, Order] = {}
        self.lock = threading.RLock()

    @contextmanager
    def placed(self, merchant: Merchant, kind: Kind, fields: Mapping[str, str], amount: int) -> Iterator[Order]:
        """A new order while it is being accepted, under the lock. A Refusal inside fails or removes it.

        Raises Refusal 12 when the number was used on that day.
        """
        with self.lock:
            key = _key(merchant.mer_id, fields)
            if key in self._table:
                raise Refusal(DUPLICATE)
            order = Order(merchant, kind, dict(fields), amount, self.trace())
            order.history.append((OPEN, self._core.clock.now()))
            self._table[key] = self._by_query_id[order.trace.query_id] = order
            try:
                yield order
            except Refusal as refusal:
                if refusal.code in self._settings.forgotten_codes.split(","):
                    del self._table[key], self._by_query_id[order.trace.query_id]
                else:
                    self.enter(order, FAILED, refusal.code)
                raise

    def enter(self, order: Order, state: str, code: str) -> None:
        """Take a step that the table allows. Raises WrongState."""
        if (order.state, state) not in ALLOWED:
            raise WrongState(f"{order.order_id} is {order.state}")
        order.state, order.code = state, code
        order.history.append((state, self._core.clock.now()))

    def trace(self) -> Trace:
        """A new number on the network."""
        now = self._core.clock.now().replace(microsecond=0)
        number = f"{next(self._numbers) % 10**6:06d}"
        return Trace(f"{now:%Y%m%d%H%M%S}{number}8", number, now)

    def find(self, mer_id: str, order_id: str, txn_time: str) -> Order | None:
        """The merchant's order with this number and exactly this time."""
        order = self._table.get((mer_id, txn_time[:8], order_id))
        return order if order is not None and order.fields["txnTime"] == txn_time else None

    def by_query_id(self, query_id: str) -> Order | None:
        """The order with this queryId."""
        return self._by_query_id.get(query_id)

    def all(self) -> list[Order]:
        """Every order, oldest first."""
        with self.lock:
            return list(self._table.values())

    def settlement_day(self, time: datetime) -> date:
        """The settlement day of a moment: what comes after the cut belongs to the next one."""
        return (time + timedelta(hours=24 - self._settings.day_cut_hour)).date()


def _key(mer_id: str, fields: Mapping[str, str]) -> tuple[str, str, str]:
    return mer_id, fields["txnTime"][:8], fields["orderId"]
