"""One merchant with its connector: places orders by their kind, and reads the truth from the platform's own books."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from odoo.addons.payment_bridge.connector import registry
from odoo.addons.payment_bridge.connector.base import Connector
from odoo.addons.payment_bridge.connector.declarations import Capabilities, ChannelSettings
from odoo.addons.payment_bridge.connector.transport import Exchange, Transport
from odoo.addons.payment_bridge.connector.types import (
    ChargeOrder,
    CollectOrder,
    InboundRequest,
    Operation,
    OrderReference,
    Outcome,
    PayOutOrder,
    RefundOrder,
)

from . import verdict
from .model import MONEY, Order, Platform
from .stage import Stage, wait_until
from .verdict import Verdict

OPENING = Decimal("100000.00")
AFTERNOON = time(14, 0)
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Booked:
    """What the platform's books hold of an order; all zero when they do not know it."""

    known: bool = False
    executed: int = 0
    executed_sum: Decimal = Decimal("0.00")
    returned: int = 0
    returned_sum: Decimal = Decimal("0.00")


class Channel:
    """A merchant of a platform, as the ERP would have it in a channel."""

    def __init__(self, platform: Platform, stage: Stage, notified: bool = False, mode: str = "") -> None:
        self.platform, self.stage, self.admin = platform, stage, stage.admin
        self.path = f"/{platform.code}/{next(_numbers)}"
        self.notify_url = f"{stage.inbox.url}{self.path}"
        make = platform.modes[mode] if mode else platform.merchant
        self.merchant = make(stage.admin, self.notify_url if notified else None, OPENING)
        self.transport = Transport(allowed_hosts=None)
        self.connector = self.connect()
        stage.inbox.answers[self.path] = lambda: self.connector.acknowledge(True)
        self.personal: set[str] = set()
        self.last: dict[str, Outcome] = {}
        self.pays_instead: Decimal | None = None
        self._day: date | None = None

    @property
    def kind(self) -> type[Connector]:
        """The connector's class."""
        found = registry.get(self.platform.code)
        assert found is not None
        return found

    @property
    def capabilities(self) -> Capabilities:
        """What it declares."""
        return self.kind.capabilities

    def connect(self, **change: str) -> Connector:
        """A connector with this merchant's settings, some of them changed."""
        values = {**self.merchant.settings, **change}
        settings = ChannelSettings("sandbox", values, self.notify_url)
        return self.platform.connect(settings, self.transport, self.stage.now, self.kind)

    def now(self) -> datetime:
        """The sandbox's time, UTC, in whole seconds."""
        return self.stage.now().replace(microsecond=0)

    def record(self, stack: ExitStack) -> list[Exchange]:
        """Keep every exchange until the stack ends."""
        return stack.enter_context(self.transport.recorded())

    # Orders

    @staticmethod
    def new_key() -> str:
        """A number that fits every platform: letters and digits, 16 of them."""
        return f"PB{next(_numbers):014d}"

    def order(self, operation: Operation, name: str | None = None, amount: str = "10.00", key: str = "") -> Order:
        """A good order of a variety."""
        variety = self.platform.variety(operation, name)
        return self.with_persons(variety.make(self, key or self.new_key(), Decimal(amount)))

    def place(self, order: Order) -> Outcome:
        """Send it; what was said last is remembered for :meth:`about`."""
        match order:
            case PayOutOrder():
                outcome = self.connector.pay_out(order)
            case CollectOrder():
                outcome = self.connector.collect(order)
            case ChargeOrder():
                outcome = self.connector.charge(order)
            case RefundOrder():
                outcome = self.connector.refund(order)
        self.last[order.key] = outcome
        return outcome

    def check(self, order: Order) -> None:
        """Check it without a call."""
        match order:
            case PayOutOrder():
                self.connector.check_pay_out(order)
            case CollectOrder():
                self.connector.check_collect(order)
            case ChargeOrder():
                self.connector.check_charge(order)
            case RefundOrder():
                self.connector.check_refund(order)

    def try_place(self, order: Order) -> Verdict:
        """Send it and say in a word what came of it."""
        return verdict.of(lambda: self.place(order))

    def query(self, order: Order) -> Outcome:
        """Ask for it, as the ERP would."""
        outcome = self.connector.query(self.about(order))
        self.last[order.key] = outcome
        return outcome

    def try_query(self, order: Order) -> Verdict:
        """Ask for it and say in a word what was answered."""
        return verdict.of(lambda: self.query(order))

    def try_absent(self, order: Order, name: str | None = None) -> Verdict:
        """Ask for an order that never arrived, after the time that its platform wants before that is certain."""
        variety = self.platform.variety(operation_of(order), name)
        if variety.absent_after is not None:
            self.stage.advance(variety.absent_after)
        return self.try_query(order).must(variety.absent)

    def about(self, order: Order) -> OrderReference:
        """What the ERP keeps of an order that was sent."""
        said = self.last.get(order.key)
        made = OrderReference(
            key=order.key,
            operation=operation_of(order),
            amount=order.amount,
            platform_reference=said.platform_reference if said else None,
            fund_reference=said.fund_reference if said else None,
            sent_at=order.placed_at or self.now(),
            placed_at=order.placed_at or self.now(),
        )
        match order:
            case PayOutOrder():
                return replace(made, payee_kind=order.payee.kind)
            case CollectOrder():
                return replace(made, method=order.method, expires_at=order.expires_at)
            case RefundOrder():
                return replace(made, original=order.original)
        return made

    def paid(self, operation: Operation, name: str | None = None, amount: str = "10.00") -> Order:
        """An order that has been placed and paid."""
        order = self.order(operation, name, amount)
        self.settle(order, self.place(order), name)
        verdict.of(lambda: self.query(order)).must("succeeded")
        return order

    def settle(self, order: Order, outcome: Outcome, name: str | None = None) -> None:
        """Do what outsiders have to do until it has succeeded."""
        self.platform.variety(operation_of(order), name).settle(self, order, outcome)

    def offers(self, operation: Operation) -> bool:
        """Whether the connector declares it."""
        return operation in self.capabilities.operations

    def with_persons(self, order: Order) -> Order:
        """The order; what it tells of persons may be seen nowhere from now on."""
        if isinstance(order, PayOutOrder):
            self.personal |= {order.payee.account, order.payee.name or ""} - {""}
        return order

    # Days

    def today(self) -> date:
        """The platform's day: one that begins at 23:00 counts the last hour to the next."""
        start = self.capabilities.day_starts_at
        shift = timedelta(hours=24 - start.hour) if start.hour >= 12 else -timedelta(hours=start.hour)
        return (self.stage.now().astimezone(self._zone) + shift).date()

    def end_day(self, at: time = AFTERNOON) -> date:
        """Go on to a time of the next day, by default one at which every statement is there; the day that ended."""
        day = self.today()
        self.stage.advance_to(datetime.combine(day + timedelta(days=1), at, self._zone))
        return day

    def day_with_movement(self) -> date:
        """A past day on which this merchant's account moved."""
        if self._day is None:
            for operation in filter(self.offers, MONEY):
                self.paid(operation)
            self._day = self.end_day()
        return self._day

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.capabilities.zone)

    # The platform's side

    def fault(self, kind: str, operation: Operation | None = None, **arguments: Any) -> None:
        """Let something go wrong for this merchant: at the calls of one operation, or wherever the fault belongs."""
        aim = dict(self.merchant.aim)
        if operation is not None:
            aim["method"] = self.platform.methods[operation]
        self.admin.post("faults", kind=kind, **{**aim, **arguments})

    def booked(self, order: Order) -> Booked:
        """What the platform's own books say of an order."""
        found = [
            row
            for row in self.admin.get(f"{self.platform.code}/orders")["orders"]
            if (row["key"], row["operation"], row["merchant"]) == (order.key, operation_of(order), self.merchant.id)
        ]
        assert len(found) <= 1, f"the platform holds {len(found)} orders {order.key}"
        if not found:
            return Booked()
        row = found[0]
        sums = Decimal(row["executed_sum"]), Decimal(row["returned_sum"])
        return Booked(True, row["executed_count"], sums[0], row["returned_count"], sums[1])

    def balance(self) -> Decimal:
        """What the platform holds for the merchant, by its own books."""
        return Decimal(self.admin.get(f"{self.platform.code}/balances/{self.merchant.id}")["balance"])

    def executed(self, operations: Iterable[Operation]) -> int:
        """How many of the merchant's orders of these operations moved money, by the platform's own books."""
        rows = self.admin.get(f"{self.platform.code}/orders")["orders"]
        wanted = {operation.value for operation in operations}
        mine = (row for row in rows if row["merchant"] == self.merchant.id and row["operation"] in wanted)
        return sum(row["executed_count"] for row in mine)

    def pay(self, content: str) -> None:
        """Play the payer of a code, link or page, or the customer who says yes on his own device. A faulty payer pays
        ``pays_instead``."""
        amount = {} if self.pays_instead is None else {"amount": str(self.pays_instead)}
        self.admin.post("persons/pay", content=content, **amount)

    def present(self, result: str = "paid") -> str:
        """A payment code whose charge is ``paid``, ``asks`` the customer, or is ``refused``."""
        code = self.admin.post("persons/present", platform=self.platform.code, result=result)["auth_code"]
        self.personal.add(code)
        return code

    def messages(self, count: int = 1) -> list[InboundRequest]:
        """The first messages that came, once there are so many."""
        inbox = self.stage.inbox
        wait_until(lambda: len(inbox.messages(self.path)) >= count, f"{count} messages at {self.path}")
        return inbox.messages(self.path)

    def requests(self) -> int:
        """How many requests the platforms have seen since :meth:`forget_requests`; tests run one at a time."""
        return self.admin.get("requests")["total"]

    def forget_requests(self) -> None:
        """Count anew."""
        self.admin.delete("requests")


def operation_of(order: Order) -> Operation:
    """Which operation places it."""
    match order:
        case PayOutOrder():
            return Operation.PAY_OUT
        case CollectOrder():
            return Operation.COLLECT
        case ChargeOrder():
            return Operation.CHARGE
        case RefundOrder():
            return Operation.REFUND
