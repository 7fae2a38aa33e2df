"""The port in WeChat Pay's words: transfers to people's wallets, QR collections, charged payment codes,
refunds, bills, receipts and messages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import BinaryIO
from urllib.parse import urlsplit

from odoo.addons.payment_bridge.connector.base import Connector
from odoo.addons.payment_bridge.connector.declarations import Capabilities, ChannelSettings
from odoo.addons.payment_bridge.connector.errors import Unsupported
from odoo.addons.payment_bridge.connector.registry import register
from odoo.addons.payment_bridge.connector.statement_types import StatementFile, StatementReader
from odoo.addons.payment_bridge.connector.transport import Transport
from odoo.addons.payment_bridge.connector.types import (
    Balance,
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
    PayOutOrder,
    Receipt,
    RefundOrder,
)

from . import balance, bills, checks, codes, connection, notification, payout, receipt, refund, trades
from . import settings as settings_reader
from .client import WechatClient
from .clock import now_utc
from .money import CURRENCY
from .operations import Operations
from .setting_fields import PRIMARY_SITE, SECOND_SITE, SETTING_FIELDS
from .statement import open_statement

HOSTS = frozenset(urlsplit(site).hostname for site in (PRIMARY_SITE, SECOND_SITE))


@register
class WechatPayConnector(Connector):
    """WeChat Pay APIv3, direct merchant; public key, platform certificates, or both."""

    code = "wechatpay"
    label = Bilingual("WeChat Pay", "微信支付")
    setting_fields = SETTING_FIELDS
    payee_mismatch_codes = frozenset({"NAME_NOT_CORRECT", "BANK_CARD_CARD_INFO_WRONG"})
    capabilities = Capabilities(
        operations=frozenset(
            {
                Operation.PAY_OUT,
                Operation.QUERY,
                Operation.CANCEL,
                Operation.COLLECT,
                Operation.CLOSE,
                Operation.CHARGE,
                Operation.REFUND,
                Operation.BALANCE,
                Operation.STATEMENT,
                Operation.RECEIPT,
                Operation.NOTIFICATION,
            }
        ),
        currencies=frozenset({CURRENCY}),
        payee_kinds=payout.PAYEE_KINDS,
        pay_out_minimum=payout.MINIMUM,
        key_alphabet=checks.KEY_ALPHABET,
        key_max_length=checks.KEY_MAX,
        title_max_length=payout.REMARK_MAX,
        collect_methods=(trades.QR,),
        charge=trades.CHARGE_RULES,
        refund=refund.RULES,
        statement_kinds=bills.STATEMENT_KINDS,
        statement_ready_at=bills.READY_AT,
        query_schedule={
            Operation.CHARGE: tuple(timedelta(seconds=wait) for wait in (5, 5, 10, 10, 10)),
        },
    )

    def __init__(
        self,
        settings: ChannelSettings,
        transport: Transport,
        now: Callable[[], datetime] = now_utc,
    ):
        super().__init__(settings, transport)
        self._settings = settings_reader.read(settings)
        self._now = now
        self._client = WechatClient(self._settings, transport, now)
        self._operations = Operations(self._settings, self._client, now)

    @classmethod
    def allowed_hosts(cls, settings: ChannelSettings) -> frozenset[str] | None:
        return None if settings.environment == "sandbox" else HOSTS

    @classmethod
    def explain(cls, code: str | None) -> Bilingual | None:
        return codes.explain(code)

    def check_pay_out(self, order: PayOutOrder) -> None:
        payout.check(order, self._settings)

    def pay_out(self, order: PayOutOrder) -> Outcome:
        self.check_pay_out(order)
        return self._operations.pay_out(order)

    def check_collect(self, order: CollectOrder) -> None:
        trades.check_collect(order)

    def collect(self, order: CollectOrder) -> Outcome:
        self.check_collect(order)
        return self._operations.collect(order)

    def check_charge(self, order: ChargeOrder) -> None:
        trades.check_charge(order)

    def charge(self, order: ChargeOrder) -> Outcome:
        self.check_charge(order)
        return self._operations.charge(order)

    def check_refund(self, order: RefundOrder) -> None:
        refund.check(order)

    def refund(self, order: RefundOrder) -> Outcome:
        self.check_refund(order)
        return self._operations.refund(order)

    def query(self, reference: OrderReference) -> Outcome:
        return self._operations.query(reference)

    def close(self, reference: OrderReference) -> Outcome:
        return self._operations.close(reference)

    def cancel(self, reference: OrderReference) -> Outcome:
        return self._operations.cancel(reference)

    def balance(self) -> Balance:
        return balance.read(self._client, self._settings, self._now())

    def test_connection(self) -> list[ConnectionReport]:
        return connection.test(self._settings, self._client, self.balance, self._now())

    def statement(self, day: date, kind: str) -> StatementFile:
        if kind not in {offered.code for offered in bills.STATEMENT_KINDS}:
            raise Unsupported(f"wechatpay: no statement of the kind {kind!r}")
        return bills.statement(self._client, self._settings, day, kind, self._now())

    def parse_statement(self, stream: BinaryIO, name: str) -> StatementReader:
        return open_statement(stream, name, self._settings)

    def receipt(self, reference: OrderReference, handle: str | None = None) -> Receipt:
        return receipt.receipt(self._client, reference, handle)

    def read_notification(self, request: InboundRequest) -> NotificationEvent:
        return notification.read(request, self._settings, self._client.trust)

    def acknowledge(self, accepted: bool) -> HttpAnswer:
        return notification.acknowledge(accepted)

    def certificate_expiry(self) -> date | None:
        certificate = self._settings.certificate
        return certificate.not_valid_after_utc.date() if certificate else None
