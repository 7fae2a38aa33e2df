"""What a connector declares of itself: its settings, and what its platform can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from decimal import Decimal
from enum import StrEnum

from .types import ActionKind, Bilingual, Operation


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
