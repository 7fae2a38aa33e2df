"""The port in UnionPay's words: pay-outs alone and in batches, codes and pages to be paid by, charged
payment codes, refunds, bills and messages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import BinaryIO

from odoo.addons.payment_bridge.connector.base import Connector
from odoo.addons.payment_bridge.connector.declarations import Capabilities, ChannelSettings
from odoo.addons.payment_bridge.connector.errors import Unsupported
from odoo.addons.payment_bridge.connector.registry import register
from odoo.addons.payment_bridge.connector.statement_types import StatementFile, StatementReader
from odoo.addons.payment_bridge.connector.transport import Transport
from odoo.addons.payment_bridge.connector.types import (
    BatchOutcome,
    Bilingual,
    ChargeOrder,
    CollectOrder,
    ConnectionReport,
    HttpAnswer,
    InboundRequest,
    NotificationEvent,
    Operation,
    OrderReference,
    Outcome,
    PayOutBatch,
    PayOutOrder,
    RefundOrder,
)

from ..certificate_trust import earliest_end
from . import batch as batches
from . import batch_layout, charge, codes, collect, connection, files, notification, orders, payout, refund, rules
from . import settings as settings_reader
from .client import BACK, BATCH, UnionPayClient
from .clock import DAY_STARTS_AT, now_utc
from .money import CURRENCY, MAXIMUM, MINIMUM
from .setting_fields import SETTING_FIELDS
from .statement import open_statement


@register
class UnionPayConnector(Connector):
    """UnionPay ACP (全渠道) 5.1.0, merchants that are connected directly."""

    code = "unionpay"
    label = Bilingual("UnionPay", "银联")
    setting_fields = SETTING_FIELDS
    payee_mismatch_codes = frozenset({"66"})
    capabilities = Capabilities(
        operations=frozenset(
            {
                Operation.PAY_OUT,
                Operation.PAY_OUT_BATCH,
                Operation.QUERY,
                Operation.COLLECT,
                Operation.CHARGE,
                Operation.CLOSE,
                Operation.CANCEL,
                Operation.REFUND,
                Operation.STATEMENT,
                Operation.NOTIFICATION,
            }
        ),
        currencies=frozenset({CURRENCY}),
        payee_kinds=tuple(kind for kind, _acc_type in payout.KINDS.values()),
        pay_out_minimum=MINIMUM,
        pay_out_maximum=MAXIMUM,
        key_alphabet=rules.KEY_ALPHABET,
        key_max_length=rules.KEY_MAX,
        collect_methods=collect.METHODS,
        charge=charge.RULES,
        refund=refund.RULES,
        statement_kinds=files.STATEMENT_KINDS,
        statement_ready_at=files.READY_AT,
        day_starts_at=DAY_STARTS_AT,
        query_schedule={Operation.PAY_OUT: payout.ASK_AFTER, Operation.PAY_OUT_BATCH: batches.ASK_AFTER},
        batch_maximum=batch_layout.MAX_ORDERS,
    )

    def __init__(self, settings: ChannelSettings, transport: Transport, now: Callable[[], datetime] = now_utc):
        super().__init__(settings, transport)
        self._settings = settings_reader.read(settings)
        self._now = now
        self._client = UnionPayClient(self._settings, transport, now)

    @classmethod
    def allowed_hosts(cls, settings: ChannelSettings) -> frozenset[str] | None:
        if settings.environment == "sandbox":
            return None
        return frozenset({settings_reader.GATEWAY_HOST, settings_reader.FILE_HOST})

    @classmethod
    def explain(cls, code: str | None) -> Bilingual | None:
        return codes.explain(code)

    def check_pay_out(self, order: PayOutOrder) -> None:
        payout.check(order, self._settings)

    def pay_out(self, order: PayOutOrder) -> Outcome:
        """Place one 代付. The direct answer 00 means accepted, never paid."""
        self.check_pay_out(order)
        answer = self._client.call(BACK, payout.content(order, self._settings, self._client.encryptor))
        return orders.answered(answer, order.key, pay_out=True)

    def check_pay_out_batch(self, batch: PayOutBatch) -> None:
        batches.check(batch, self._settings)

    def pay_out_batch(self, batch: PayOutBatch) -> BatchOutcome:
        """Place a batch; UnionPay knows it by the merchant, ``batchNo`` and ``txnTime``."""
        self.check_pay_out_batch(batch)
        return batches.answered(self._client.call(BATCH, batches.content(batch, self._settings)))

    def query_batch(self, batch: PayOutBatch) -> BatchOutcome:
        answer = self._client.call(BATCH, batches.question(batch))
        return batches.result(answer, batch, self._settings, self._now())

    def query(self, reference: OrderReference) -> Outcome:
        """Ask for any order by its key and the moment it was placed at."""
        answer = orders.ask(self._client, reference.key, reference.placed_at)
        if reference.operation is Operation.COLLECT:
            return collect.told(answer, reference, self._now())
        if answer.code == orders.NOT_FOUND:
            return orders.never_arrived(answer, reference, self._settings.not_found_after, self._now())
        return orders.outcome(answer, reference)

    def check_collect(self, order: CollectOrder) -> None:
        collect.check(order, self._settings)

    def collect(self, order: CollectOrder) -> Outcome:
        self.check_collect(order)
        return collect.place(self._client, self._settings, order)

    def check_charge(self, order: ChargeOrder) -> None:
        charge.check(order)

    def charge(self, order: ChargeOrder) -> Outcome:
        self.check_charge(order)
        return orders.answered(self._client.call(BACK, charge.content(order, self._settings)), order.key)

    def close(self, reference: OrderReference) -> Outcome:
        """UnionPay closes by time alone: this asks, and answers ``CLOSED`` once the time is over."""
        if reference.operation is not Operation.COLLECT:
            raise Unsupported("unionpay: only collections are closed")
        answer = orders.ask(self._client, reference.key, reference.placed_at)
        return collect.closed(answer, reference, self._now())

    def cancel(self, reference: OrderReference) -> Outcome:
        if reference.operation is not Operation.CHARGE:
            raise Unsupported("unionpay: only charges are taken back")
        return charge.cancel(self._client, self._settings, reference, self._now())

    def check_refund(self, order: RefundOrder) -> None:
        refund.check(order)

    def refund(self, order: RefundOrder) -> Outcome:
        self.check_refund(order)
        return orders.answered(self._client.call(BACK, refund.content(order, self._settings)), order.key)

    def test_connection(self) -> list[ConnectionReport]:
        return connection.test(self._settings, self._client, self._now())

    def statement(self, day: date, kind: str) -> StatementFile:
        if kind not in {offered.code for offered in files.STATEMENT_KINDS}:
            raise Unsupported(f"unionpay: no statement of the kind {kind!r}")
        return files.statement(self._client, self._settings, day, self._now())

    def parse_statement(self, stream: BinaryIO, name: str) -> StatementReader:
        return open_statement(stream, name, self._settings)

    def read_notification(self, request: InboundRequest) -> NotificationEvent:
        return notification.read(request, self._settings, self._client.trust)

    def acknowledge(self, accepted: bool) -> HttpAnswer:
        """UnionPay repeats a message until it is answered with HTTP 200; it reads no body."""
        return HttpAnswer(200, b"ok") if accepted else HttpAnswer(400, b"fail")

    def certificate_expiry(self) -> date | None:
        return earliest_end(connection.used_certificates(self._settings))
