"""The values that cross the port between the ERP and a connector.

Everything here is immutable and knows neither the ORM nor a platform. Money is a ``Decimal`` with an
ISO 4217 code; times are timezone-aware UTC; days are dates in the platform's own zone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, Protocol


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


class LineKind(StrEnum):
    """What a statement line is about."""

    COLLECTION = "collection"
    PAY_OUT = "pay_out"
    REFUND = "refund"
    FEE = "fee"
    WITHDRAWAL = "withdrawal"
    DEPOSIT = "deposit"
    RETURN = "return"
    ADJUSTMENT = "adjustment"
    CHARGEBACK = "chargeback"


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One normalised row of a platform's statement.

    ``amount`` is the signed effect on the account (positive is money in), in major units of
    ``currency``. ``gross`` and ``fee`` are given where the platform nets them in one row (a charged fee
    is positive: amount = gross - fee); otherwise gross equals the amount and the fee is zero.
    ``entry_reference`` is unique within the platform account; ``key`` is our own idempotency key where
    the row carries it. ``balance`` is the running balance after the row where the file shows one;
    ``row`` counts the file's lines from 1.

    A refund, a return or a chargeback may name what it gives back: ``original_key`` (our number of the
    original order) and ``original_reference`` (the platform's). ``batch_reference`` is the batch or the
    settlement in which the platform moves the money of several orders at once. Where the row is settled in
    another currency, ``settlement_amount`` has the sign of ``amount``, in ``settlement_currency`` at
    ``settlement_rate`` (units of it for one of ``currency``).
    """

    row: int
    kind: LineKind
    entry_reference: str
    amount: Decimal
    currency: str
    occurred_at: datetime
    settled_on: date
    gross: Decimal
    fee: Decimal = Decimal(0)
    key: str | None = None
    platform_reference: str | None = None
    balance: Decimal | None = None
    counterparty: str | None = None
    description: str | None = None
    platform_kind: str | None = None
    raw: Mapping[str, str] = field(default_factory=dict)
    original_key: str | None = None
    original_reference: str | None = None
    batch_reference: str | None = None
    settlement_currency: str | None = None
    settlement_amount: Decimal | None = None
    settlement_rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class StatementHeader:
    """What the file says about itself before its rows. Days are inclusive, in the platform's zone.

    ``kind`` is the ``StatementKind`` code that the file shows itself to be; None where files do not tell.
    """

    account: str | None
    first_day: date
    last_day: date
    currency: str
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class StatementTotals:
    """What the rows added up to, already checked against the file's own totals."""

    count_in: int
    sum_in: Decimal
    count_out: int
    sum_out: Decimal
    opening: Decimal | None
    closing: Decimal | None


TEXT_COLUMNS = (
    "row", "kind", "entry_reference", "amount", "gross", "fee", "balance", "occurred_at", "settled_on", "key",
    "platform_reference", "original_key", "original_reference", "batch_reference", "settlement_currency",
    "settlement_amount", "settlement_rate", "counterparty", "description", "platform_kind",
)  # fmt: skip
"""The fields of a :class:`StatementLine` in a row of text, in their order."""


class StatementReader(Protocol):
    """A statement being read: iterate it once, then ask for ``totals``.

    Iteration raises ``StatementError`` with the row and the reason as soon as something is wrong,
    and at the end when the rows do not add up to the file's own totals.

    A reader of large files may also have ``text_rows()``, to be iterated instead: pairs of a row's fields as
    text, in the order of ``TEXT_COLUMNS`` (empty where there is none; amounts and dates as ISO writes them,
    ``occurred_at`` with its offset), and the file's own cells, under the ``titles`` that the reader has before the
    first row, or as a mapping where a row has titles of its own. All rows are in the header's currency. A row says
    there what it says read line by line, but that an entry occurs twice may go unnoticed, as may a total that the rows
    do not make: who reads so must check both, and read the statement line by line to learn what is wrong.
    """

    header: StatementHeader

    def __iter__(self) -> Iterator[StatementLine]: ...

    @property
    def totals(self) -> StatementTotals: ...


@dataclass(frozen=True, slots=True)
class StatementFile:
    """A statement as the platform gave it. ``content`` None with ``empty`` says that the day had no
    movement; None without it says that the file is not ready yet (ask again at ``retry_at``, UTC)."""

    day: date
    kind: str
    name: str | None = None
    content: bytes | None = None
    empty: bool = False
    retry_at: datetime | None = None


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


class SettingKind(StrEnum):
    """How a setting is entered and checked."""

    TEXT = "text"
    PRIVATE_KEY = "private_key"
    PUBLIC_KEY = "public_key"
    CERTIFICATE = "certificate"
    CERTIFICATE_CHAIN = "certificate_chain"
    BASE64_KEY = "base64_key"
    URL = "url"
    CHOICE = "choice"
    PKCS12 = "pkcs12"  # base64 of a .p12 or .pfx file


@dataclass(frozen=True, slots=True)
class SettingField:
    """One setting or credential of a connector: from it the form, the encryption and the help are made.

    ``secret`` values are encrypted and never shown again. ``environments`` limits where it applies.
    ``choices`` are (value, label) pairs for ``SettingKind.CHOICE``.
    """

    name: str
    label: Bilingual
    help: Bilingual
    kind: SettingKind = SettingKind.TEXT
    secret: bool = False
    required: bool = True
    default: str | None = None
    choices: tuple[tuple[str, Bilingual], ...] = ()
    environments: frozenset[str] = frozenset({"production", "sandbox"})


@dataclass(frozen=True, slots=True)
class PayeeKind:
    """One way to name a payee on a platform. ``name_required`` and ``bank_name_required`` say what else
    the platform wants beside the account; ``persons_only`` that no company can be paid so;
    ``confirms_within`` that the payee has to confirm, and how long that is possible; ``confirms_in`` the
    name of the app in which he does;
    ``late_return_days`` how long after success the money can still come back."""

    code: str
    label: Bilingual
    account_label: Bilingual
    name_required: bool = True
    bank_name_required: bool = False
    account_pattern: str = r".+"
    late_return_days: int = 0
    persons_only: bool = False
    confirms_within: timedelta | None = None
    confirms_in: Bilingual | None = None


@dataclass(frozen=True, slots=True)
class CollectMethod:
    """One way in which customers pay: what they are shown (``action``), amounts in major units, and how long
    one code or page can live at most. ``live_on_request`` says that the platform can show nothing of the
    order before a payer has opened it, so that ``NOT_FOUND`` means *nobody has paid yet*."""

    code: str
    label: Bilingual
    hint: Bilingual
    action: ActionKind
    lifetime: timedelta
    minimum: Decimal = Decimal("0.01")
    maximum: Decimal | None = None
    live_on_request: bool = False


@dataclass(frozen=True, slots=True)
class ChargeRules:
    """How a presented payment code is charged: ``code_pattern`` tells the platform's codes from others', and
    an order that is in doubt for longer than ``doubt`` is taken back."""

    code_pattern: str
    minimum: Decimal = Decimal("0.01")
    maximum: Decimal | None = None
    doubt: timedelta = timedelta(seconds=45)


@dataclass(frozen=True, slots=True)
class RefundRules:
    """What the platform allows of refunds: until how many days after the collection, in how many parts."""

    within_days: int | None = None
    parts: int | None = None
    partial: bool = True


@dataclass(frozen=True, slots=True)
class StatementKind:
    """A statement the platform offers. ``covers_balance`` marks the one whose rows explain the account's
    balance: the one that reaches the books."""

    code: str
    label: Bilingual
    covers_balance: bool


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a connector can do and under which limits; screens and checks read it instead of asking
    which platform it is.

    Amount limits are in major units. ``zone`` is the platform's time zone; ``statement_ready_at`` is when
    the file of a day is there on the next one, and ``day_starts_at`` when the platform's own day begins
    (23:00 for a platform that counts the last hour to the next day). ``cut_off`` is the time after which a
    pay-out leaves the next day. ``query_schedule`` holds, by operation, the waits between questions that
    the platform asks for; after them, and where there is none, the ERP's own apply. ``batch_maximum`` is
    how many pay-outs one batch may hold; ``title_max_length`` how many characters of a title the platform
    takes.
    """

    operations: frozenset[Operation]
    currencies: frozenset[str]
    payee_kinds: tuple[PayeeKind, ...] = ()
    pay_out_minimum: Decimal = Decimal("0.01")
    pay_out_maximum: Decimal | None = None
    key_alphabet: str = "0-9A-Za-z"
    key_max_length: int = 32
    collect_methods: tuple[CollectMethod, ...] = ()
    charge: ChargeRules | None = None
    refund: RefundRules | None = None
    statement_kinds: tuple[StatementKind, ...] = ()
    statement_ready_at: time = time(10, 0)
    day_starts_at: time = time(0, 0)
    cut_off: time | None = None
    zone: str = "Asia/Shanghai"
    query_schedule: Mapping[Operation, tuple[timedelta, ...]] = field(default_factory=dict)
    batch_maximum: int = 1
    title_max_length: int = 64

    def payee_kind(self, code: str) -> PayeeKind | None:
        """The declared payee kind of that code, or None."""
        return next((kind for kind in self.payee_kinds if kind.code == code), None)

    def collect_method(self, code: str) -> CollectMethod | None:
        """The declared collect method of that code, or None."""
        return next((method for method in self.collect_methods if method.code == code), None)


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """What a channel hands its connector: the environment and the declared settings, secrets in clear.

    It lives in memory only; ``repr`` shows no value.
    """

    environment: str
    values: Mapping[str, str] = field(repr=False)
    notify_url: str | None = None

    def get(self, name: str, default: str | None = None) -> str | None:
        """The setting's value, or ``default`` where it is absent or empty."""
        return self.values.get(name) or default


@dataclass(frozen=True, slots=True)
class ConnectionReport:
    """One step of a connection test: what was tried, whether it worked, what it means."""

    step: Bilingual
    ok: bool
    detail: Bilingual
