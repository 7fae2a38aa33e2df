"""The port: what every connector offers. See the add-on's developer notes for a worked example."""

from __future__ import annotations

from datetime import date
from typing import BinaryIO, ClassVar

from .errors import Unsupported
from .transport import Transport
from .types import (
    Balance,
    Bilingual,
    Capabilities,
    ChannelSettings,
    ConnectionReport,
    HttpAnswer,
    InboundRequest,
    NotificationEvent,
    OrderReference,
    Outcome,
    PayOutOrder,
    Receipt,
    SettingField,
    StatementFile,
    StatementReader,
)


class Connector:
    """One platform's protocol behind the port.

    An instance belongs to one channel's settings, holds no state about orders, and is used by several
    threads at once. It translates and decides nothing: it answers with values or raises one of the
    errors of :mod:`.errors`, and never retries an order by itself.
    """

    code: ClassVar[str]
    label: ClassVar[Bilingual]
    capabilities: ClassVar[Capabilities]
    setting_fields: ClassVar[tuple[SettingField, ...]] = ()

    def __init__(self, settings: ChannelSettings, transport: Transport):
        """:raises Misconfigured: when the settings cannot work (a key that is no key, …)."""
        self.settings = settings
        self.transport = transport

    @classmethod
    def allowed_hosts(cls, settings: ChannelSettings) -> frozenset[str] | None:
        """Hosts this channel may call; None only in the sandbox environment."""
        return None

    @classmethod
    def explain(cls, code: str | None) -> Bilingual | None:
        """What a platform code means for the money and what to do, for people; None when unknown."""
        return None

    def check_pay_out(self, order: PayOutOrder) -> None:
        """Check an order against everything known before sending, without a network call.

        :raises InvalidOrder: naming the field.
        """
        raise self._unsupported("pay_out")

    def pay_out(self, order: PayOutOrder) -> Outcome:
        """Place one pay-out. Repeating it with the same key and content pays at most once."""
        raise self._unsupported("pay_out")

    def query(self, reference: OrderReference) -> Outcome:
        """Ask what became of an order. ``NOT_FOUND`` is answered only when the platform is certain."""
        raise self._unsupported("query")

    def balance(self) -> Balance:
        """Read the money held at the platform now."""
        raise self._unsupported("balance")

    def test_connection(self) -> list[ConnectionReport]:
        """Try the settings with harmless real calls; each step tells what it proves. Raises nothing
        that a report can say."""
        raise self._unsupported("test_connection")

    def statement(self, day: date, kind: str) -> StatementFile:
        """Fetch the statement of a day of the platform's calendar. A day without movement and a file
        that is not ready yet are answers, not errors."""
        raise self._unsupported("statement")

    def parse_statement(self, stream: BinaryIO, name: str) -> StatementReader:
        """Read a statement file; the same for fetched and uploaded ones.

        :raises StatementError: for a file that must not be believed.
        """
        raise self._unsupported("parse_statement")

    def receipt(self, reference: OrderReference, handle: str | None = None) -> Receipt:
        """Ask for the electronic receipt of an order; repeat with the ``handle`` until it has content."""
        raise self._unsupported("receipt")

    def read_notification(self, request: InboundRequest) -> NotificationEvent:
        """Verify and translate an inbound message.

        :raises NotificationRefused: when it is forged, foreign or not understood.
        """
        raise self._unsupported("read_notification")

    def acknowledge(self, accepted: bool) -> HttpAnswer:
        """What the platform wants to hear once its message is kept (or refused)."""
        raise self._unsupported("acknowledge")

    def certificate_expiry(self) -> date | None:
        """The earliest day on which a certificate of the settings ends; None where there is none."""
        return None

    def _unsupported(self, operation: str) -> Unsupported:
        return Unsupported(f"{self.code} does not offer {operation}")
