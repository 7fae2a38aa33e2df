"""What the contract needs to know of a platform: the shape of its data. One instance a module, named ``PLATFORM``.

Words are those of :mod:`.verdict`; several joined with ``|`` are equally right. Amounts are yuan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from odoo.addons.payment_bridge.connector.base import Connector
from odoo.addons.payment_bridge.connector.declarations import ChannelSettings
from odoo.addons.payment_bridge.connector.transport import Transport
from odoo.addons.payment_bridge.connector.types import (
    ChargeOrder,
    CollectOrder,
    InboundRequest,
    Operation,
    Outcome,
    PayOutBatch,
    PayOutOrder,
    RefundOrder,
)

from sandbox.control import Control

if TYPE_CHECKING:
    from .channel import Channel
    from .signatures import Sign, Trust

Order = PayOutOrder | CollectOrder | ChargeOrder | RefundOrder
MONEY = (Operation.PAY_OUT, Operation.COLLECT, Operation.CHARGE, Operation.REFUND)
"""The operations that place an order and move money."""


@dataclass(frozen=True)
class Merchant:
    """A merchant that the sandbox made: ``id`` as its orders name it, ``settings`` for a channel, ``secrets`` that may
    never be seen again, and ``aim``, the selectors that point a fault at this merchant alone."""

    id: str
    settings: Mapping[str, str]
    secrets: frozenset[str]
    aim: Mapping[str, str]


@dataclass(frozen=True)
class Variety:
    """One way to place an order: a payee kind, a collect method, the kind of order that a refund gives back.

    ``make`` gives an order for a key and an amount. Placing it says ``at_once``; until outsiders have done what
    ``settle`` does a query says ``before``, and afterwards ``succeeded``. ``repeat`` is what the same order says again
    before that, ``changed`` what the same key with another amount says. ``absent`` is what a query says of a key never
    placed, or, where that takes time, what it says after ``absent_after``; unless that is ``not_found`` the order is
    never placed again. ``closes`` is what closing an unpaid collection says.
    """

    name: str
    make: Callable[[Channel, str, Decimal], Order]
    at_once: str
    settle: Callable[[Channel, Order, Outcome], None] = lambda channel, order, outcome: None
    before: str = ""
    repeat: str = ""
    changed: str = "uncertain|rejected"
    absent: str = "not_found"
    absent_after: timedelta | None = None
    closes: str = "closed"

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Fate:
    """A payee whose payments end in a certain way: ``make`` gives the order, placing it says ``at_once`` (with
    ``code``, where the platform tells one), and after ``pass_`` a query says ``finally_``. The platform's books hold
    ``executed`` movements out and ``returned`` movements back."""

    name: str
    make: Callable[[Channel, str, Decimal], PayOutOrder]
    at_once: str
    code: str | None = None
    pass_: Callable[[Channel, PayOutOrder, Outcome], None] = lambda channel, order, outcome: None
    finally_: str = ""
    executed: int = 0
    returned: int = 0

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class State:
    """One documented state of an order at the platform, how to bring an order there, and what the port calls it."""

    operation: Operation
    platform_status: str
    expected: str
    reach: Callable[[Channel], Outcome]

    def __str__(self) -> str:
        return f"{self.operation}-{self.platform_status}"


@dataclass(frozen=True)
class Code:
    """One documented code, the operation that it answers and what it says about the money."""

    operation: Operation
    code: str
    expected: str

    def __str__(self) -> str:
        return f"{self.operation}-{self.code}"


def codes(table: str) -> tuple[Code, ...]:
    """A table of codes typed as text, one row a class: ``operation : word : code code …``; ``#`` begins a remark."""
    rows = (line.partition("#")[0].strip() for line in table.splitlines())
    found: list[Code] = []
    for row in filter(None, rows):
        operation, expected, listed = (part.strip() for part in row.split(":", 2))
        found += [Code(Operation(operation), code, expected) for code in listed.split()]
    return tuple(found)


@dataclass(frozen=True)
class WireFault:
    """One way in which a call can go wrong at the gateway: the sandbox's ``kind`` with ``arguments``, whether the
    platform carries the order out nevertheless, and what the connector says."""

    name: str
    kind: str
    acted: bool
    expected: str
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Limit:
    """One order that may not leave. ``spoil`` breaks a good order; ``field`` is what the error names."""

    name: str
    operation: Operation
    field: str
    spoil: Callable[[Any], Order]

    def __str__(self) -> str:
        return f"{self.operation}-{self.name}"


@dataclass(frozen=True)
class Statement:
    """One kind of statement: which operations its rows tell of, and what the rows of a day must add up to (for a kind
    that explains the balance), read from the platform's own books."""

    kind: str
    tells: frozenset[Operation]
    adds_up_to: Callable[[Channel], Decimal] | None = None
    names_account: bool = True
    """Whether a file says whose it is."""
    aim: Mapping[str, str] = field(default_factory=dict)
    """Further selectors that point a statement fault at this kind."""

    def __str__(self) -> str:
        return self.kind


@dataclass(frozen=True)
class Spoil:
    """One way in which a statement can be wrong: the sandbox's fault and what the connector says: ``statement`` for a
    file that must not be believed, ``empty``, ``later``, or a word of an error. ``asked_at`` is the time of the next
    day at which it is asked for."""

    kind: str
    expected: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    asked_at: time = time(14, 0)

    def __str__(self) -> str:
        return "-".join((self.kind, *map(str, self.arguments)))


@dataclass(frozen=True)
class Batches:
    """How several pay-outs go out as one: ``settle`` does what has to happen until their results are there, ``failing``
    gives an order that is refused in the end while the others are paid."""

    settle: Callable[[Channel, PayOutBatch], None]
    failing: Callable[[Channel, str, Decimal], PayOutOrder]
    repeat: str = "processing"
    absent: str = "not_found"
    absent_after: timedelta | None = None


@dataclass(frozen=True)
class Notices:
    """How the platform tells of orders: of which operations, which headers its signature covers beside the body, and
    how old a message may be."""

    operations: frozenset[Operation]
    signed_headers: tuple[str, ...] = ()
    stale_after: timedelta | None = None
    refused_answer: Callable[[int, bytes], bool] = lambda status, body: status >= 400
    """Whether an HTTP answer tells the platform that its message was not kept."""
    unread: Mapping[str, Callable[[InboundRequest], InboundRequest]] = field(default_factory=dict)
    """Further messages that must be refused, each made from a good one."""


@dataclass(frozen=True)
class Verifier:
    """One place where the connector checks the platform's signature.

    ``settings`` are those of a channel that trusts ``Trust``; ``deliver`` composes a whole answer or message, signs it
    with the given function and hands it, at the given time, to a connector built with these settings and the given
    transport; a forged one makes the connector say ``refusal``. ``scheme`` says which negative cases apply: ``rsa`` or
    ``digest``.
    """

    name: str
    capability: Operation
    settings: Callable[[Trust], Mapping[str, str]]
    deliver: Callable[[Callable[[Any], Connector], Trust, Sign, datetime], Any]
    refusal: str
    scheme: str = "rsa"

    def __str__(self) -> str:
        return self.name


def connect(settings: ChannelSettings, transport: Transport, now: Callable[[], datetime], kind: type) -> Connector:
    """A connector whose clock is ``now``; for those that take one."""
    return kind(settings, transport, now=now)


@dataclass(frozen=True, kw_only=True)
class Platform:
    """Everything that the contract knows of a platform.

    ``merchant`` makes one in the sandbox, with messages going to an address and so much money to begin with;
    ``prepare`` is called once. ``methods`` names the call of each operation as the sandbox's faults do. ``strike``
    makes the next call of an operation answer with a code.
    """

    code: str
    merchant: Callable[[Control, str | None, Decimal], Merchant]
    modes: Mapping[str, Callable[[Control, str | None, Decimal], Merchant]] = field(default_factory=dict)
    """Further ways to prove oneself to the platform: merchants with other kinds of credentials."""
    prepare: Callable[[Control], None] = lambda admin: None
    connect: Callable[[ChannelSettings, Transport, Callable[[], datetime], type], Connector] = connect
    methods: Mapping[Operation, str]
    strike: Callable[[Channel, Operation, str], None] = lambda channel, operation, code: channel.fault(
        f"sub_code:{code}", operation
    )
    varieties: Mapping[Operation, tuple[Variety, ...]]
    fates: tuple[Fate, ...] = ()
    states: tuple[State, ...] = ()
    codes: tuple[Code, ...] = ()
    faults: tuple[WireFault, ...] = ()
    limits: tuple[Limit, ...] = ()
    statements: tuple[Statement, ...] = ()
    spoils: tuple[Spoil, ...] = ()
    notices: Notices | None = None
    verifiers: tuple[Verifier, ...] = ()
    batch: Batches | None = None
    receipt_for: str | None = None
    """The variety of a pay-out whose receipt can be had."""
    bad_settings: Mapping[str, Callable[[Channel, Channel], Mapping[str, str]]] = field(default_factory=dict)
    """Changes to good settings that make them wrong, each from the channel and from another merchant's."""

    def __str__(self) -> str:
        return self.code

    def variety(self, operation: Operation, name: str | None = None) -> Variety:
        """The named way to place an order, or the first."""
        return next(one for one in self.varieties[operation] if name in (None, one.name))
