"""One trade: what it is about, its states and its refunds.

(code scanned, or payment code charged) → WAIT_BUYER_PAY → TRADE_SUCCESS → TRADE_FINISHED
WAIT_BUYER_PAY → TRADE_CLOSED            closed, cancelled or too late
TRADE_SUCCESS → TRADE_CLOSED             given back whole
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from ..ledger import ZERO
from .apps import App
from .trade_orders import TradeOrder

WAITING, PAID, FINISHED, CLOSED = "WAIT_BUYER_PAY", "TRADE_SUCCESS", "TRADE_FINISHED", "TRADE_CLOSED"
ALLOWED = {(WAITING, PAID), (WAITING, CLOSED), (PAID, FINISHED), (PAID, CLOSED)}


class WrongState(Exception):
    """The trade cannot take that step."""


@dataclass(frozen=True)
class Buyer:
    """Who pays; `logon_id` as the platform shows it."""

    logon_id: str = "159******88"
    user_id: str = "2088102120000088"


@dataclass(frozen=True)
class Part:
    """One refund of a trade; `confirmed` is when a query begins to show it."""

    request_no: str
    amount: Decimal
    fee: Decimal
    reason: str
    made: datetime
    confirmed: datetime


@dataclass
class QrCode:
    """A code that was handed out and the order behind it; the trade begins when somebody scans it."""

    app: App
    order: TradeOrder
    content: str
    made: datetime
    scan_until: datetime
    pay_until: datetime
    notify_url: str
    voided: bool = False


@dataclass
class Trade:
    """One trade. `amount` is what is asked, and what was paid once it is; `fee` what was charged for it."""

    app: App
    order: TradeOrder
    operation: str
    trade_no: str
    created: datetime
    buyer: Buyer
    rate: Decimal
    notify_url: str
    amount: Decimal
    status: str = WAITING
    paid: datetime | None = None
    closed: datetime | None = None
    fee: Decimal = ZERO
    parts: dict[str, Part] = field(default_factory=dict)
    cancelled: str = ""
    cancel_attempts: int = 0

    @property
    def refunded(self) -> Decimal:
        """What has been given back in all."""
        return sum((part.amount for part in self.parts.values()), ZERO)

    def enter(self, status: str, now: datetime) -> None:
        """Take a step that the table allows. Raises WrongState."""
        if (self.status, status) not in ALLOWED:
            raise WrongState(f"{self.order.out_trade_no} is {self.status}")
        self.status = status
        if status == PAID:
            self.paid = now
        if status == CLOSED:
            self.closed = now
