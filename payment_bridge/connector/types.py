"""The values that cross the port between the ERP and a connector.

Everything here is immutable and knows neither the ORM nor a platform. Money is a ``Decimal`` with an
ISO 4217 code; times are timezone-aware UTC; days are dates in the platform's own zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple


class Bilingual(NamedTuple):
    """One sentence in the two languages every connector speaks to people."""

    en: str
    zh: str

    def in_language(self, lang: str | None) -> str:
        """The text for an Odoo language code such as ``zh_CN``; English for anything not Chinese."""
        return self.zh if (lang or "").startswith("zh") else self.en


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount: ``amount`` in major units (yuan, not fen), ``currency`` an ISO 4217 code."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal) or not self.amount.is_finite():
            raise ValueError(f"money needs a finite Decimal, not {self.amount!r}")


class Operation(StrEnum):
    """What a channel can be asked to do."""

    PAY_OUT = "pay_out"
    PAY_OUT_BATCH = "pay_out_batch"
    QUERY = "query"
    COLLECT = "collect"
    CHARGE = "charge"
    CLOSE = "close"
    CANCEL = "cancel"
    REFUND = "refund"
    BALANCE = "balance"
    STATEMENT = "statement"
    RECEIPT = "receipt"
    NOTIFICATION = "notification"


class OutcomeStatus(StrEnum):
    """What a platform has said about one order. The only vocabulary the ERP understands."""

    PROCESSING = "processing"  # accepted, not final
    SUCCEEDED = "succeeded"  # the money has moved
    FAILED = "failed"  # certainly not moved, and it never will under this key
    RETURNED = "returned"  # had moved, and came back
    CLOSED = "closed"  # ended without moving, by us or by time
    NOT_FOUND = "not_found"  # the platform certainly never received this key


FINAL_STATUSES = frozenset(
    {OutcomeStatus.SUCCEEDED, OutcomeStatus.FAILED, OutcomeStatus.RETURNED, OutcomeStatus.CLOSED}
)


class ActionKind(StrEnum):
    """How somebody outside goes on with an order that waits for him."""

    QR = "qr"  # the content of a code that the payer scans in the platform's own app
    LINK = "link"  # an address that the payer, or the payee, opens
    FORM = "form"  # an address to which the payer's browser posts the fields
    CONFIRM = "confirm"  # a token with which the payee confirms in the platform's own app


@dataclass(frozen=True, slots=True)
class Action:
    """What the payer of a collection, or the payee of a pay-out, has to do next.

    ``content`` is the code's text, the address or the token; ``fields`` belong to ``ActionKind.FORM``.
    ``expires_at`` (UTC) is when it stops working, None where the platform does not say.
    """

    kind: ActionKind
    content: str
    fields: Mapping[str, str] = field(default_factory=dict)
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One answer about one order, in the port's words beside the platform's own.

    ``amount`` is what the platform says it is about, None where it does not say. ``fee`` is what the
    platform announces, never booked from here. ``executed_at`` and ``expected_at`` are UTC. ``action`` is
    what somebody outside has to do before it goes on; ``counterparty`` who paid, masked.
    """

    status: OutcomeStatus
    key: str | None = None
    platform_reference: str | None = None
    fund_reference: str | None = None
    platform_status: str | None = None
    platform_code: str | None = None
    platform_message: str | None = None
    advice: Bilingual | None = None
    amount: Money | None = None
    fee: Money | None = None
    executed_at: datetime | None = None
    expected_at: datetime | None = None
    action: Action | None = None
    counterparty: str | None = None


@dataclass(frozen=True, slots=True)
class Payee:
    """Who receives a pay-out, as a connector needs to know it.

    ``kind`` is one of the connector's ``Capabilities.payee_kinds``; ``account`` is a login, a user id, a
    card or an account number, as that kind says. ``registration`` is a company's registration number
    (统一社会信用代码) where it is known.
    """

    kind: str
    account: str
    name: str | None = None
    bank_name: str | None = None
    bank_code: str | None = None
    bank_province: str | None = None
    bank_city: str | None = None
    bank_branch: str | None = None
    registration: str | None = None


@dataclass(frozen=True, slots=True)
class PayOutOrder:
    """One order to pay ``payee``. ``key`` is the idempotency key: the same for every repeat, as is
    ``placed_at``, the moment (UTC) at which it was sent for the first time."""

    key: str
    amount: Money
    payee: Payee
    title: str
    remark: str | None = None
    placed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PayOutBatch:
    """Several pay-outs sent as one order. ``number`` counts the batches of a day from 1; ``key`` names the
    batch as an order's key does. An order in it is known by its own key."""

    key: str
    number: int
    orders: tuple[PayOutOrder, ...]
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """What a platform said about a batch: ``status`` of the whole, and by key what it said of the orders in
    it. An order that it does not name is as uncertain as before."""

    status: OutcomeStatus
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    platform_reference: str | None = None


@dataclass(frozen=True, slots=True)
class CollectOrder:
    """One order to be paid by a customer. ``method`` is one of ``Capabilities.collect_methods``; nobody may
    pay it after ``expires_at`` (UTC). ``return_url`` is where a payer's browser comes back to, ``payer_ip``
    whence it came. ``key`` and ``placed_at`` as in :class:`PayOutOrder`."""

    key: str
    amount: Money
    method: str
    title: str
    placed_at: datetime
    expires_at: datetime
    remark: str | None = None
    return_url: str | None = None
    payer_ip: str | None = None


@dataclass(frozen=True, slots=True)
class ChargeOrder:
    """One sale charged to the payment code (付款码) that a customer presents. ``auth_code`` works once and for
    about a minute; it is as secret as a card number."""

    key: str
    amount: Money
    auth_code: str = field(repr=False)
    title: str
    placed_at: datetime
    remark: str | None = None
    terminal: str | None = None


@dataclass(frozen=True, slots=True)
class OrderReference:
    """Enough about an order placed earlier to ask for it again. ``method`` is the collect method and
    ``expires_at`` (UTC) when the collection can no longer be paid; ``original`` the order that a refund
    gives back."""

    key: str
    operation: Operation
    amount: Money
    payee_kind: str | None = None
    platform_reference: str | None = None
    fund_reference: str | None = None
    sent_at: datetime | None = None
    placed_at: datetime | None = None
    method: str | None = None
    original: OrderReference | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """One order to give back ``amount`` of what ``original`` (a collection or a charge) took. Each part of
    several has a ``key`` of its own."""

    key: str
    amount: Money
    original: OrderReference
    reason: str
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class Balance:
    """Money held at the platform at one moment (``at``, UTC)."""

    available: Money
    frozen: Money
    total: Money
    at: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """An electronic receipt (电子回单). ``content`` is None while the platform is still making it;
    ``handle`` is then what to ask with next time."""

    handle: str | None = None
    name: str | None = None
    content: bytes | None = None
    media_type: str = "application/pdf"


@dataclass(frozen=True, slots=True)
class InboundRequest:
    """One HTTP request that reached the notification door, untouched. Header names are lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class NotificationEvent:
    """A notification whose signature has been verified.

    ``event_id`` is the platform's own id of the message: the same for each repeat of it.
    ``operation`` names the kind of order it speaks of, None for a message that concerns no order.
    """

    event_id: str
    event_type: str
    operation: Operation | None
    outcome: Outcome | None
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What to answer to a platform that called us."""

    status: int
    body: bytes
    media_type: str = "text/plain"


@dataclass(frozen=True, slots=True)
class ConnectionReport:
    """One step of a connection test: what was tried, whether it worked, what it means."""

    step: Bilingual
    ok: bool
    detail: Bilingual
