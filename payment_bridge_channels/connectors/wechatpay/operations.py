"""The calls about one order, each with what its answers and refusals say about the money.

Source: WeChat Pay APIv3, merchant transfer, basic payment and refund.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from odoo.addons.payment_bridge.connector.errors import Misconfigured, Rejected, Uncertain, Unsupported
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
    PayOutOrder,
    RefundOrder,
)

from . import payout, refund, trades
from .absence import TRANSFERS_KNOWN_FOR, absent
from .answer import UNCERTAIN_ADVICE, Answer, refusal, text
from .client import WechatClient
from .clock import utc
from .codes import Effect
from .settings import WechatSettings

Translate = Callable[[Mapping[str, Any]], Outcome | None]
TAKEN_BACK = frozenset({"REVOKED", "CLOSED", "PAYERROR"})
"""States of a charge in which the customer's money is certainly where it was."""
_TRADES = frozenset({Operation.COLLECT, Operation.CHARGE})


class Operations:
    """Places, asks for and ends orders of one channel. Holds no state about them."""

    def __init__(self, settings: WechatSettings, client: WechatClient, now: Callable[[], datetime]):
        self._settings = settings
        self._client = client
        self._now = now
        self._transfer = partial(payout.translate, settings=settings)

    def pay_out(self, order: PayOutOrder) -> Outcome:
        """Place one transfer; ``out_bill_no`` is the key."""
        sealing = self._client.trust.sealing_key() if order.payee.name else None
        answer = self._client.post(
            payout.BILLS,
            payout.BILLS,
            payout.content(order, self._settings, sealing),
            sealed_with=sealing.serial if sealing else "",
        )
        return self._placed(answer, self._transfer, order.key)

    def collect(self, order: CollectOrder) -> Outcome:
        """Open one native order: the content of a QR code."""
        if self._settings.notify_url is None:
            raise Misconfigured(
                "a collection needs an https address for messages",
                code="notify_url",
                advice=Bilingual(
                    "WeChat Pay wants an https address without a query for its messages. Set the server's address.",
                    "微信收款需要 https 且不带参数的通知地址，请设置服务器的公网地址。",
                ),
            )
        answer = self._client.post(trades.NATIVE, trades.NATIVE, trades.collect_content(order, self._settings))
        if not answer.succeeded:
            raise refusal(answer, moves_money=True)
        code_url = text(answer.node, "code_url")
        if code_url is None or len(code_url) > trades.CODE_URL_MAX or not code_url.isprintable():
            raise Uncertain("the answer holds no QR code", code="code_url", advice=UNCERTAIN_ADVICE)
        ends = min(utc(order.expires_at), self._now() + trades.LIFETIME)
        return Outcome(
            OutcomeStatus.PROCESSING,
            key=order.key,
            platform_status="NOTPAY",
            action=Action(ActionKind.QR, code_url, expires_at=ends),
        )

    def charge(self, order: ChargeOrder) -> Outcome:
        """Charge a payment code. Anything but a told state is doubtful, for the query or :meth:`cancel`."""
        answer = self._client.post(trades.CODEPAY, trades.CODEPAY, trades.charge_content(order, self._settings))
        if answer.succeeded:
            self._check_merchant(answer.node)
        return self._placed(answer, trades.translate, order.key)

    def refund(self, order: RefundOrder) -> Outcome:
        """Ask for one refund; ``out_refund_no`` is the key. An original that WeChat Pay does not know yet is
        asked again under the same number."""
        answer = self._client.post(refund.REFUNDS, refund.REFUNDS, refund.content(order, self._settings))
        if answer.effect is Effect.NOT_FOUND and answer.status < 500:
            raise Rejected(
                answer.told,
                code=answer.code,
                retry_same_key=True,
                advice=Bilingual(
                    "WeChat Pay does not know the payment (yet). The same refund is sent again.",
                    "微信支付暂未查到原交易，系统将用原退款单号重试。",
                ),
            )
        return self._refunded(self._placed(answer, refund.translate, order.key), answer, order.original)

    def query(self, reference: OrderReference) -> Outcome:
        """Ask what became of an order, by our own number."""
        if reference.operation is Operation.PAY_OUT:
            path = payout.BY_KEY.format(out_bill_no=reference.key)
            answer = self._client.get(path, payout.BY_KEY)
            return self._told(answer, self._transfer, reference, TRANSFERS_KNOWN_FOR)
        if reference.operation is Operation.REFUND:
            answer = self._client.get(refund.BY_KEY.format(out_refund_no=reference.key), refund.BY_KEY)
            return self._refunded(self._told(answer, refund.translate, reference), answer, reference.original)
        if reference.operation in _TRADES:
            path = trades.BY_KEY.format(out_trade_no=reference.key)
            answer = self._client.get(path, trades.BY_KEY, {"mchid": self._settings.mchid})
            if answer.succeeded:
                self._check_merchant(answer.node)
            return self._told(answer, trades.translate, reference)
        raise Unsupported(f"wechatpay: a {reference.operation} cannot be queried")

    def close(self, reference: OrderReference) -> Outcome:
        """Close a collection. Where WeChat Pay says no, what it knows of the order is the answer."""
        if reference.operation is not Operation.COLLECT:
            raise Unsupported("wechatpay: only collections can be closed")
        answer = self._client.post(
            trades.CLOSE.format(out_trade_no=reference.key), trades.CLOSE, {"mchid": self._settings.mchid}
        )
        if answer.succeeded:
            return Outcome(OutcomeStatus.CLOSED, key=reference.key, platform_status="CLOSED")
        return self._instead(answer, reference)

    def cancel(self, reference: OrderReference) -> Outcome:
        """Take back a transfer that nobody confirmed yet, or a charge in doubt."""
        if reference.operation is Operation.PAY_OUT:
            answer = self._client.post(payout.CANCEL.format(out_bill_no=reference.key), payout.CANCEL, None)
            if answer.succeeded:
                return self._placed(answer, self._transfer, reference.key)
            return self._instead(answer, reference)
        if reference.operation is Operation.CHARGE:
            return self._reverse(reference)
        raise Unsupported(f"wechatpay: a {reference.operation} cannot be cancelled")

    def _reverse(self, reference: OrderReference) -> Outcome:
        """Reverse a charge. The answer says only that it was accepted: the order's state decides."""
        answer = self._client.post(
            trades.REVERSE.format(out_trade_no=reference.key),
            trades.REVERSE,
            {"appid": self._settings.appid, "mchid": self._settings.mchid},
        )
        if not answer.succeeded:
            return self._taken_back(self._instead(answer, reference), accepted=False)
        if text(answer.node, "out_trade_no") not in (None, reference.key):
            raise Uncertain("the answer speaks of another order", code="out_trade_no", advice=UNCERTAIN_ADVICE)
        return self._taken_back(self.query(reference), accepted=True)

    @staticmethod
    def _taken_back(outcome: Outcome, accepted: bool) -> Outcome:
        """A charge's state as the answer to its reversal."""
        if outcome.platform_status in TAKEN_BACK:
            return replace(outcome, status=OutcomeStatus.CLOSED)
        if not accepted or outcome.status is OutcomeStatus.NOT_FOUND:
            return outcome
        return replace(
            outcome,
            status=OutcomeStatus.PROCESSING,
            executed_at=None,
            advice=Bilingual(
                "WeChat Pay accepted the reversal; the money is on its way back to the customer.",
                "微信支付已受理撤销，款项正在退回顾客。",
            ),
        )

    def _instead(self, answer: Answer, reference: OrderReference) -> Outcome:
        """What the order is, where ending it was refused by its state."""
        if answer.status >= 500 or answer.effect in (Effect.MISCONFIGURED, Effect.THROTTLED):
            raise refusal(answer, moves_money=True)
        return self.query(reference)

    def _placed(self, answer: Answer, translate: Translate, key: str) -> Outcome:
        """The outcome of a call that moves money.

        :raises ConnectorError: saying what is known, where there is none.
        """
        if not answer.succeeded:
            raise refusal(answer, moves_money=True)
        return self._outcome(answer, translate, key)

    def _told(
        self, answer: Answer, translate: Translate, reference: OrderReference, known_for: timedelta | None = None
    ) -> Outcome:
        """The outcome that a query tells."""
        if answer.succeeded:
            return self._outcome(answer, translate, reference.key)
        if answer.effect is Effect.NOT_FOUND and answer.status < 500:
            return absent(answer, reference, self._now(), known_for)
        error = refusal(answer, moves_money=False)
        if isinstance(error, Rejected):  # the question was refused, which says nothing about the order
            raise Uncertain(f"the query was not answered: {answer.told}", code=answer.code, advice=error.advice)
        raise error

    @staticmethod
    def _outcome(answer: Answer, translate: Translate, key: str) -> Outcome:
        """:raises Uncertain: no known state, another order's answer, or an amount that is none."""
        try:
            outcome = translate(answer.node)
        except ValueError as error:
            raise Uncertain(str(error), code="amount", advice=UNCERTAIN_ADVICE) from error
        if outcome is None:
            raise Uncertain("the answer tells no known state", code="state", advice=UNCERTAIN_ADVICE)
        if outcome.key != key:
            raise Uncertain("the answer speaks of another order", code="key", advice=UNCERTAIN_ADVICE)
        return outcome

    @staticmethod
    def _refunded(outcome: Outcome, answer: Answer, original: OrderReference | None) -> Outcome:
        """:raises Uncertain: when the refund is of another payment."""
        told = text(answer.node, "out_trade_no")
        if answer.succeeded and original is not None and told not in (None, original.key):
            raise Uncertain("the refund is of another payment", code="out_trade_no", advice=UNCERTAIN_ADVICE)
        return outcome

    def _check_merchant(self, node: Mapping[str, Any]) -> None:
        if node.get("mchid", self._settings.mchid) != self._settings.mchid:
            raise Uncertain("the answer speaks of another merchant", code="mchid", advice=UNCERTAIN_ADVICE)
