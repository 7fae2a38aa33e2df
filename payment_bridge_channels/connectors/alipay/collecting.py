"""Collecting and giving back: the calls, and what each answer says about the money.

Source: Alipay open platform, ``alipay.trade.precreate``, ``.pay``, ``.query``, ``.close``, ``.cancel``,
``.refund`` and ``.fastpay.refund.query``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NoReturn

from odoo.addons.payment_bridge.connector.errors import (
    ConnectorError,
    InvalidOrder,
    Misconfigured,
    Rejected,
    Uncertain,
)
from odoo.addons.payment_bridge.connector.types import (
    Action,
    ActionKind,
    Bilingual,
    ChargeOrder,
    CollectOrder,
    Operation,
    OrderReference,
    Outcome,
    OutcomeStatus,
    RefundOrder,
)

from . import codes, refunds, trade
from .answer import Answer
from .client import AlipayClient
from .clock import moment
from .codes import Effect
from .payout import money
from .refusal import raise_refusal
from .settings import AlipaySettings

PRECREATE = "alipay.trade.precreate"
PAY = "alipay.trade.pay"
QUERY = "alipay.trade.query"
CLOSE = "alipay.trade.close"
CANCEL = "alipay.trade.cancel"
REFUND = "alipay.trade.refund"
REFUND_QUERY = "alipay.trade.fastpay.refund.query"

WAITING_FOR_CUSTOMER = "10003"
NO_TRADE = "ACQ.TRADE_NOT_EXIST"
CLOCKS_DIFFER = timedelta(minutes=2)
"""How much later by our clock a code has certainly ended by Alipay's."""
CHARGE_ARRIVES = timedelta(minutes=2)
"""A payment code lives about a minute: a charge that Alipay has not seen by then cannot succeed any more."""
QR_MAX = 1024

UNKNOWN = Bilingual(
    "It is not known whether the money has moved; the result is being queried. Do not collect or refund it once more.",
    "款项是否到账尚不确定，系统将查询结果；请勿重复收款或退款。",
)
STILL_PAYABLE = Bilingual(
    "Nobody has scanned the code, and Alipay cannot withdraw one that nobody has scanned: it can be paid until "
    "it expires. Take it off the screen and wait.",
    "客户尚未扫码；未扫码的二维码无法在支付宝端作废，到期前仍可付款。请停止展示并等待其失效。",
)
ASK_AGAIN = Bilingual(
    "Alipay wants to be asked again; the charge is being taken back.",
    "支付宝要求重试，正在撤销该笔收款。",
)
MAY_ARRIVE = Bilingual(
    "Alipay has not seen this charge yet. It is taken back as soon as it can no longer arrive.",
    "支付宝尚未收到该笔收款，待其不可能再到达后即确认撤销。",
)
TOP_UP = Bilingual(
    "The charge was paid and the company's account does not hold enough to give it back. Top up.",
    "该笔收款已付款，但商户余额不足，无法撤销退回；请充值。",
)


class Collecting:
    """What a channel does with trades. Immutable; used by several threads."""

    def __init__(self, client: AlipayClient, settings: AlipaySettings, now: Callable[[], datetime]):
        self._client = client
        self._settings = settings
        self._now = now

    def collect(self, order: CollectOrder) -> Outcome:
        """Ask for a code to be shown (``alipay.trade.precreate``); ``out_trade_no`` is the key."""
        trade.check_collect(order)
        content = trade.collect_content(order, self._settings)
        answer = self._client.call(PRECREATE, content, notify_url=self._settings.notify_url)
        if not answer.succeeded:
            self._refused(answer)
        self._about(answer, order.key)
        code = answer.text("qr_code")
        if code is None or len(code) > QR_MAX or not code.isprintable():
            raise Uncertain("the answer holds no code", code="qr_code", advice=UNKNOWN)
        return Outcome(
            OutcomeStatus.PROCESSING,
            key=order.key,
            advice=trade.NOT_SCANNED,
            action=Action(ActionKind.QR, code, expires_at=order.expires_at),
        )

    def charge(self, order: ChargeOrder) -> Outcome:
        """Charge a presented code (``alipay.trade.pay``); ``out_trade_no`` is the key."""
        trade.check_charge(order)
        content = trade.charge_content(order)
        answer = self._client.call(PAY, content, moves_money=True, notify_url=self._settings.notify_url)
        if answer.code == WAITING_FOR_CUSTOMER:
            self._about(answer, order.key)
            return Outcome(
                OutcomeStatus.PROCESSING,
                key=order.key,
                platform_reference=answer.text("trade_no"),
                platform_code=answer.code,
                platform_message=answer.told.strip(),
                advice=trade.ASKED,
                counterparty=trade.buyer(answer.node),
            )
        if not answer.succeeded:
            self._refused(answer)
        self._about(answer, order.key)
        if answer.text("trade_no") is None:
            raise Uncertain("the answer names no trade", code="trade_no", advice=UNKNOWN)
        try:
            amount = money(answer.node.get("total_amount"))
        except ValueError as error:
            raise Uncertain(str(error), code="amount", advice=UNKNOWN) from error
        return Outcome(
            OutcomeStatus.SUCCEEDED,
            key=order.key,
            platform_reference=answer.text("trade_no"),
            amount=amount,
            executed_at=moment(answer.text("gmt_payment")),
            counterparty=trade.buyer(answer.node),
        )

    def query(self, reference: OrderReference) -> Outcome:
        """Ask for a collection or a charge (``alipay.trade.query``), or for a refund, by our own number."""
        if reference.operation is Operation.REFUND:
            return self._query_refund(reference)
        answer = self._client.call(QUERY, {"out_trade_no": reference.key})
        if answer.succeeded:
            return self._trade(answer, reference)
        if _no_trade(answer):
            scanned = reference.operation is Operation.COLLECT
            advice = trade.NOT_SCANNED if scanned else trade.NEVER_CHARGED
            return self._told(OutcomeStatus.NOT_FOUND, reference, answer, advice)
        self._unanswered(answer)

    def close(self, reference: OrderReference) -> Outcome:
        """End an unpaid collection (``alipay.trade.close``).

        Of a code that nobody has scanned Alipay knows no trade, and nothing of Alipay's withdraws it: it
        has ended for certain once it can no longer be scanned, and until then it is open.
        """
        answer = self._client.call(CLOSE, {"out_trade_no": reference.key})
        if answer.succeeded:
            self._about(answer, reference.key)
            return Outcome(OutcomeStatus.CLOSED, key=reference.key, platform_reference=answer.text("trade_no"))
        if _no_trade(answer):
            ends = trade.code_ends(reference)
            if ends is not None and self._now() >= ends + CLOCKS_DIFFER:
                return self._told(OutcomeStatus.CLOSED, reference, answer, None)
            later = ends + CLOCKS_DIFFER if ends else None
            return self._told(OutcomeStatus.PROCESSING, reference, answer, STILL_PAYABLE, later)
        if codes.effect_of(answer.sub_code) is Effect.FINAL or answer.sub_code == "ACQ.TRADE_HAS_SUCCESS":
            return self.query(reference)  # not waiting for its buyer any more: paid, or closed before
        self._unanswered(answer)

    def cancel(self, reference: OrderReference) -> Outcome:
        """Take back a charge in doubt (``alipay.trade.cancel``), which closes it or gives it back."""
        answer = self._client.call(CANCEL, {"out_trade_no": reference.key}, moves_money=True)
        if answer.succeeded:
            self._about(answer, reference.key)
            if answer.text("retry_flag") == "Y":
                return self._told(OutcomeStatus.PROCESSING, reference, answer, ASK_AGAIN)
            if answer.text("action") is not None:
                return self._taken_back(reference, answer)
        if answer.succeeded or _no_trade(answer):
            return self._never_seen(reference, answer)
        effect = codes.effect_of(answer.sub_code)
        if answer.sub_code == "ACQ.SELLER_BALANCE_NOT_ENOUGH":
            return self._told(OutcomeStatus.PROCESSING, reference, answer, TOP_UP)
        if effect is Effect.FINAL:
            return self.query(reference)  # it cannot be taken back: what it has become decides
        self._unanswered(answer)

    def refund(self, order: RefundOrder) -> Outcome:
        """Give back a part (``alipay.trade.refund``); ``out_request_no`` is the key.

        An answer without ``fund_change`` Y (a repeat, or a bank that takes its time) is confirmed by a query.
        """
        refunds.check(order, self._settings)
        answer = self._client.call(REFUND, refunds.content(order), moves_money=True)
        if _no_trade(answer):
            message = f"{answer.told_code}: {answer.told}"
            raise Rejected(message, code=answer.told_code, advice=refunds.NO_TRADE)
        if not answer.succeeded:
            self._refused(answer)
        self._about(answer, order.original.key)
        try:
            outcome = refunds.gone(answer.node, order)
        except ValueError as error:
            raise Uncertain(str(error), code="refund_fee", advice=UNKNOWN) from error
        return outcome or self._confirmed(order)

    def _confirmed(self, order: RefundOrder) -> Outcome:
        """An accepted refund after one question; whatever that answers, it stays accepted."""
        waiting = Outcome(OutcomeStatus.PROCESSING, key=order.key, advice=refunds.UNDER_WAY)
        try:
            found = self._ask_refund(OrderReference(order.key, Operation.REFUND, order.amount), order.original)
        except ConnectorError:
            return waiting
        return found or waiting

    def _query_refund(self, reference: OrderReference) -> Outcome:
        if reference.original is None:
            raise InvalidOrder(
                "original",
                "Alipay finds a refund only together with the collection that it gives back",
                advice=Bilingual("The refund does not say what it gives back.", "退款未关联原收款，无法查询。"),
            )
        found = self._ask_refund(reference, reference.original)
        if found is not None:
            return found
        sent = reference.sent_at or reference.placed_at
        if sent is None or self._now() < sent + refunds.ANSWERED_AFTER:
            return Outcome(OutcomeStatus.PROCESSING, key=reference.key, advice=refunds.UNDER_WAY)
        return Outcome(OutcomeStatus.NOT_FOUND, key=reference.key, advice=refunds.NOT_THERE)

    def _ask_refund(self, reference: OrderReference, original: OrderReference) -> Outcome | None:
        """The refund where Alipay knows it to have succeeded; None where it tells of none."""
        answer = self._client.call(REFUND_QUERY, refunds.query_content(reference, original))
        if _no_trade(answer):
            return None
        if not answer.succeeded:
            self._unanswered(answer)
        try:
            outcome = refunds.translate(answer.node, reference.key)
        except ValueError as error:
            raise Uncertain(str(error), code="refund_status", advice=UNKNOWN) from error
        if outcome is not None and outcome.key != reference.key:
            raise Uncertain("the answer speaks of another refund", code="out_request_no", advice=UNKNOWN)
        return outcome

    def _never_seen(self, reference: OrderReference, answer: Answer) -> Outcome:
        """Alipay found no trade to cancel: certain only when the charge cannot be on its way any more."""
        sent = reference.sent_at or reference.placed_at
        if sent is not None and self._now() >= sent + CHARGE_ARRIVES:
            return self._told(OutcomeStatus.CLOSED, reference, answer, trade.NEVER_CHARGED)
        later = sent + CHARGE_ARRIVES if sent else None
        return self._told(OutcomeStatus.PROCESSING, reference, answer, MAY_ARRIVE, later)

    @staticmethod
    def _taken_back(reference: OrderReference, answer: Answer) -> Outcome:
        return Outcome(
            OutcomeStatus.CLOSED,
            key=reference.key,
            platform_reference=answer.text("trade_no"),
            platform_status=answer.text("action"),
        )

    @staticmethod
    def _trade(answer: Answer, reference: OrderReference) -> Outcome:
        try:
            outcome = trade.translate(answer.node, reference.operation, reference.key)
        except ValueError as error:
            raise Uncertain(str(error), code="amount", advice=UNKNOWN) from error
        if outcome is None:
            raise Uncertain("the answer tells no known status", code="trade_status", advice=UNKNOWN)
        if outcome.key != reference.key:
            raise Uncertain("the answer speaks of another trade", code="out_trade_no", advice=UNKNOWN)
        return outcome

    @staticmethod
    def _about(answer: Answer, key: str) -> None:
        """:raises Uncertain: when the answer names another trade."""
        if answer.text("out_trade_no") not in (None, key):
            raise Uncertain("the answer speaks of another trade", code="out_trade_no", advice=UNKNOWN)

    @staticmethod
    def _told(
        status: OutcomeStatus,
        reference: OrderReference,
        answer: Answer,
        advice: Bilingual | None,
        expected_at: datetime | None = None,
    ) -> Outcome:
        failed = not answer.succeeded
        return Outcome(
            status,
            key=reference.key,
            platform_code=answer.told_code if failed else None,
            platform_message=answer.told if failed else None,
            advice=advice,
            expected_at=expected_at,
        )

    @staticmethod
    def _refused(answer: Answer) -> NoReturn:
        effect = codes.effect_of(answer.sub_code)
        raise_refusal(answer, effect if answer.code != "20000" else None, UNKNOWN)

    @staticmethod
    def _unanswered(answer: Answer) -> NoReturn:
        """A question, or the end of an order, that was answered with a code which settles nothing."""
        misconfigured = codes.effect_of(answer.sub_code) is Effect.MISCONFIGURED
        raise (Misconfigured if misconfigured else Uncertain)(
            f"the call was not answered: {answer.told}",
            code=answer.told_code,
            advice=codes.explain(answer.sub_code) or UNKNOWN,
        )


def _no_trade(answer: Answer) -> bool:
    return answer.code == "40004" and answer.sub_code == NO_TRADE
