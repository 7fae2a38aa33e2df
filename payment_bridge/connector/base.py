"""The port: what every connector offers. See the add-on's developer notes for a worked example."""

from __future__ import annotations

from datetime import date
from typing import BinaryIO, ClassVar

from .declarations import Capabilities, ChannelSettings, SettingField
from .errors import Unsupported
from .statement_types import StatementFile, StatementReader
from .transport import Transport
from .types import (
    Balance,
    BatchOutcome,
    Bilingual,
    ChargeOrder,
    CollectOrder,
    ConnectionReport,
    HttpAnswer,
    InboundRequest,
    NotificationEvent,
    OrderReference,
    Outcome,
    PayOutBatch,
    PayOutOrder,
    Receipt,
    RefundOrder,
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
    payee_mismatch_codes: ClassVar[frozenset[str]] = frozenset()
    """Codes with which the platform says that a payee's name and account do not belong together."""

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

    def check_pay_out_batch(self, batch: PayOutBatch) -> None:
        """Check a batch as a whole, and each order in it, without a network call.

        :raises InvalidOrder: naming the field.
        """
        raise self._unsupported("pay_out_batch")

    def pay_out_batch(self, batch: PayOutBatch) -> BatchOutcome:
        """Place several pay-outs as one order. Repeating it with the same key and content pays at most once."""
        raise self._unsupported("pay_out_batch")

    def query_batch(self, batch: PayOutBatch) -> BatchOutcome:
        """Ask what became of a batch and of the orders in it."""
        raise self._unsupported("query_batch")

    def query(self, reference: OrderReference) -> Outcome:
        """Ask what became of an order: a pay-out, a collection, a charge or a refund. ``NOT_FOUND`` is
        answered only when the platform is certain (for a collection see ``CollectMethod.live_on_request``)."""
        raise self._unsupported("query")

    def check_collect(self, order: CollectOrder) -> None:
        """Check a collection against everything known before sending, without a network call.

        :raises InvalidOrder: naming the field.
        """
        raise self._unsupported("collect")

    def collect(self, order: CollectOrder) -> Outcome:
        """Open one collection: ``PROCESSING`` with the ``action`` that the payer needs. Repeating it with the
        same key and content opens no second one."""
        raise self._unsupported("collect")

    def check_charge(self, order: ChargeOrder) -> None:
        """Check a charge against everything known before sending, without a network call.

        :raises InvalidOrder: naming the field.
        """
        raise self._unsupported("charge")

    def charge(self, order: ChargeOrder) -> Outcome:
        """Charge the payment code that a customer presents. ``PROCESSING`` while the customer still has to
        confirm on his own device; a doubtful one is ended by :meth:`cancel`."""
        raise self._unsupported("charge")

    def close(self, reference: OrderReference) -> Outcome:
        """Make sure that an unpaid collection can no longer be paid. Answers ``CLOSED`` when that is certain,
        or what the platform says instead (``SUCCEEDED`` when it has been paid meanwhile). Harmless to repeat."""
        raise self._unsupported("close")

    def cancel(self, reference: OrderReference) -> Outcome:
        """Take back an order in doubt: a charge (money that was taken is given back) or a pay-out that its
        payee has not confirmed. Answers ``CLOSED`` when the money is certainly where it was, ``PROCESSING``
        while that is under way, or what the platform says instead. Harmless to repeat."""
        raise self._unsupported("cancel")

    def check_refund(self, order: RefundOrder) -> None:
        """Check a refund against everything known before sending, without a network call.

        :raises InvalidOrder: naming the field.
        """
        raise self._unsupported("refund")

    def refund(self, order: RefundOrder) -> Outcome:
        """Give back a collection or a part of it. Repeating it with the same key and content gives back at
        most once; ``PROCESSING`` until the platform says that the money has gone."""
        raise self._unsupported("refund")

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
