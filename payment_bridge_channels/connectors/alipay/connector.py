"""The port in Alipay's words: transfers to Alipay accounts and banks, collections and their refunds, what
became of them, the balance, bills, receipts and messages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import BinaryIO

from odoo.addons.payment_bridge.connector.base import Connector
from odoo.addons.payment_bridge.connector.declarations import Capabilities, ChannelSettings
from odoo.addons.payment_bridge.connector.errors import InvalidOrder, Misconfigured, Uncertain, Unsupported
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
    OutcomeStatus,
    PayOutOrder,
    Receipt,
    RefundOrder,
)

from ..certificate_trust import earliest_end
from . import balance, codes, connection, files, notification, payout, refunds, trade
from . import settings as settings_reader
from .answer import UNCERTAIN_ADVICE, Answer
from .client import AlipayClient
from .clock import now_utc
from .codes import Effect
from .collecting import Collecting
from .refusal import raise_refusal
from .setting_fields import SETTING_FIELDS
from .statement import open_statement

TRANSFER = "alipay.fund.trans.uni.transfer"
TRANSFER_QUERY = "alipay.fund.trans.common.query"
GATEWAY_HOST = "openapi.alipay.com"
QUERY_SCHEDULE = {
    Operation.CHARGE: (timedelta(seconds=5),) * 8,
    Operation.REFUND: (refunds.ANSWERED_AFTER, timedelta(seconds=30), timedelta(minutes=2)),
}
"""A customer who is asked stands at the till; a refund is asked for after ten seconds at the earliest."""


@register
class AlipayConnector(Connector):
    """Alipay open platform, v2 gateway, certificate or public-key mode."""

    code = "alipay"
    label = Bilingual("Alipay", "支付宝")
    setting_fields = SETTING_FIELDS
    payee_mismatch_codes = frozenset({"PAYEE_USERINFO_ERROR", "PAYEE_USER_INFO_ERROR"})
    capabilities = Capabilities(
        operations=frozenset(
            {
                Operation.PAY_OUT,
                Operation.QUERY,
                Operation.COLLECT,
                Operation.CHARGE,
                Operation.CLOSE,
                Operation.CANCEL,
                Operation.REFUND,
                Operation.BALANCE,
                Operation.STATEMENT,
                Operation.RECEIPT,
                Operation.NOTIFICATION,
            }
        ),
        currencies=frozenset({payout.CURRENCY}),
        payee_kinds=tuple(route.kind for route in payout.ROUTES.values()),
        pay_out_minimum=payout.MINIMUM,
        pay_out_maximum=payout.MAXIMUM,
        key_alphabet=payout.KEY_ALPHABET,
        key_max_length=payout.KEY_MAX,
        collect_methods=trade.COLLECT_METHODS,
        charge=trade.CHARGE_RULES,
        refund=refunds.RULES,
        query_schedule=QUERY_SCHEDULE,
        statement_kinds=files.STATEMENT_KINDS,
        statement_ready_at=files.READY_AT,
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
        self._client = AlipayClient(self._settings, transport, now)
        self._collecting = Collecting(self._client, self._settings, now)

    @classmethod
    def allowed_hosts(cls, settings: ChannelSettings) -> frozenset[str] | None:
        if settings.environment == "sandbox":
            return None
        return settings_reader.download_hosts(settings) | {GATEWAY_HOST}

    @classmethod
    def explain(cls, code: str | None) -> Bilingual | None:
        return codes.explain(code)

    def check_pay_out(self, order: PayOutOrder) -> None:
        payout.check(order, self._settings)

    def pay_out(self, order: PayOutOrder) -> Outcome:
        """Place one transfer (``alipay.fund.trans.uni.transfer``); ``out_biz_no`` is the key."""
        self.check_pay_out(order)
        content = payout.content(order, self._settings)
        answer = self._client.call(TRANSFER, content, moves_money=True)
        if answer.succeeded:
            return self._outcome(answer, order.key)
        effect = codes.effect_of(answer.sub_code)
        if answer.code != "20000" and effect is Effect.PROCESSING:
            return Outcome(
                OutcomeStatus.PROCESSING,
                key=order.key,
                platform_code=answer.told_code,
                platform_message=answer.told,
                advice=codes.explain(answer.sub_code),
            )
        raise_refusal(answer, effect if answer.code != "20000" else None)

    def query(self, reference: OrderReference) -> Outcome:
        """Ask for a transfer (``alipay.fund.trans.common.query``) by our key, or by Alipay's numbers; for a
        collection, a charge or a refund by our key."""
        if reference.operation in (Operation.COLLECT, Operation.CHARGE, Operation.REFUND):
            return self._collecting.query(reference)
        if reference.operation is not Operation.PAY_OUT:
            raise Unsupported(f"alipay: there is no order of the kind {reference.operation}")
        answer = self._client.call(TRANSFER_QUERY, self._query_content(reference))
        if answer.succeeded:
            return self._outcome(answer, reference.key)
        effect = codes.effect_of(answer.sub_code)
        if answer.code == "40004" and answer.sub_code == "ORDER_NOT_EXIST":
            return Outcome(
                OutcomeStatus.NOT_FOUND,
                key=reference.key,
                platform_code=answer.sub_code,
                platform_message=answer.told,
                advice=codes.explain(answer.sub_code),
            )
        raise (Misconfigured if effect is Effect.MISCONFIGURED else Uncertain)(
            f"the query was not answered: {answer.told}",
            code=answer.told_code,
            advice=codes.explain(answer.sub_code) or UNCERTAIN_ADVICE,
        )

    def check_collect(self, order: CollectOrder) -> None:
        trade.check_collect(order)

    def collect(self, order: CollectOrder) -> Outcome:
        return self._collecting.collect(order)

    def check_charge(self, order: ChargeOrder) -> None:
        trade.check_charge(order)

    def charge(self, order: ChargeOrder) -> Outcome:
        return self._collecting.charge(order)

    def close(self, reference: OrderReference) -> Outcome:
        if reference.operation is not Operation.COLLECT:
            raise Unsupported("alipay: only collections are closed")
        return self._collecting.close(reference)

    def cancel(self, reference: OrderReference) -> Outcome:
        if reference.operation is not Operation.CHARGE:
            raise Unsupported("alipay: only charges are taken back")
        return self._collecting.cancel(reference)

    def check_refund(self, order: RefundOrder) -> None:
        refunds.check(order, self._settings)

    def refund(self, order: RefundOrder) -> Outcome:
        return self._collecting.refund(order)

    def balance(self) -> Balance:
        return balance.read(self._client, self._settings, self._now())

    def test_connection(self) -> list[ConnectionReport]:
        return connection.test(self._settings, self._client, self.balance, self._now())

    def statement(self, day: date, kind: str) -> StatementFile:
        if kind not in {offered.code for offered in files.STATEMENT_KINDS}:
            raise Unsupported(f"alipay: no statement of the kind {kind!r}")
        return files.statement(self._client, day, kind, self._now())

    def parse_statement(self, stream: BinaryIO, name: str) -> StatementReader:
        return open_statement(stream, self._settings.pid)

    def receipt(self, reference: OrderReference, handle: str | None = None) -> Receipt:
        return files.receipt(self._client, reference, handle)

    def read_notification(self, request: InboundRequest) -> NotificationEvent:
        return notification.read(request, self._settings, self._client.trust)

    def acknowledge(self, accepted: bool) -> HttpAnswer:
        """Alipay repeats a message until it reads exactly ``success``."""
        return HttpAnswer(200, b"success" if accepted else b"fail")

    def certificate_expiry(self) -> date | None:
        identity = self._settings.identity
        if identity.app_certificate is None:
            return None
        return earliest_end((identity.app_certificate, *identity.alipay_chain))

    @staticmethod
    def _query_content(reference: OrderReference) -> dict[str, str]:
        """By key where the product is known (Alipay wants both), else by a number of Alipay's."""
        route = payout.ROUTES.get(reference.payee_kind or "")
        if route is not None:
            return {
                "out_biz_no": reference.key,
                "product_code": route.product,
                "biz_scene": payout.SCENE,
            }
        if reference.platform_reference:
            return {"order_id": reference.platform_reference}
        if reference.fund_reference:
            return {"pay_fund_order_id": reference.fund_reference}
        raise InvalidOrder(
            "payee_kind",
            "Alipay finds an order by our number only together with its product",
            advice=Bilingual(
                "The payment does not say which kind of payee it went to.",
                "付款未记录收款方式，无法按单号查询。",
            ),
        )

    @staticmethod
    def _outcome(answer: Answer, key: str) -> Outcome:
        """A carried-out call about one order, in the port's words.

        :raises Uncertain: no known status, another order's answer, or an amount that is none.
        """
        try:
            outcome = payout.translate(answer.node, key)
        except ValueError as error:
            raise Uncertain(str(error), code="amount", advice=UNCERTAIN_ADVICE) from error
        if outcome is None:
            raise Uncertain("the answer tells no known status", code="status", advice=UNCERTAIN_ADVICE)
        if outcome.key != key:
            raise Uncertain("the answer speaks of another order", code="out_biz_no", advice=UNCERTAIN_ADVICE)
        return outcome
