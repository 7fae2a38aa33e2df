"""What UnionPay's answers say of an order: the direct one, and the one to a later question.

Source: UnionPay ACP 5.1.0, queryTrans.do (txnType 00): ``respCode`` is about the question, ``origRespCode``
about the order; the order is found by its own ``orderId`` and ``txnTime``.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from odoo.addons.payment_bridge.connector.errors import Uncertain
from odoo.addons.payment_bridge.connector.redaction import mask_account
from odoo.addons.payment_bridge.connector.types import Operation, OrderReference, Outcome, OutcomeStatus

from . import codes, rules
from .answer import UNCERTAIN_ADVICE, Answer, told
from .client import QUERY, UnionPayClient, refuse
from .clock import BEIJING, moment, short_moment, txn_time
from .codes import Effect
from .money import money

SUCCESS = "00"
NOT_FOUND = "34"
ANY_PRODUCT = "000000"
PAID_IN = frozenset({Operation.COLLECT, Operation.CHARGE})


def answered(answer: Answer, key: str, *, pay_out: bool = False) -> Outcome:
    """The direct answer to an order: accepted is not carried out, and only clear words refuse it.

    :raises Rejected: certainly not accepted. :raises Misconfigured: nor will others be.
    :raises Uncertain: anything else, and an answer that does not name the order.
    """
    if answer.text("orderId") != key:
        raise Uncertain(
            f"{answer.code}: the answer names no order",
            code=answer.code,
            advice=codes.explain(answer.code) or UNCERTAIN_ADVICE,
        )
    effect = codes.answered(answer.code, pay_out=pay_out)
    if effect not in (Effect.SUCCEEDED, Effect.PROCESSING):
        refuse(answer, effect, moves_money=True)
    return under_way(answer, key)


def under_way(answer: Answer, key: str) -> Outcome:
    """An order that UnionPay took, whose result is asked for later."""
    return Outcome(
        OutcomeStatus.PROCESSING,
        key=key,
        platform_reference=answer.text("queryId"),
        platform_status=answer.code,
        platform_code=answer.code,
        platform_message=answer.told or None,
        advice=codes.explain("05"),
    )


def ask(client: UnionPayClient, key: str, placed_at: datetime | None) -> Answer:
    """UnionPay's believed answer about one order: code 00 with the order's own, or 34 for an unknown one.

    :raises Throttled: asked too often. :raises Misconfigured: a person must act.
    :raises Uncertain: for any other code.
    """
    rules.check_key(key)
    answer = client.call(
        QUERY,
        {
            "txnType": "00",
            "txnSubType": "00",
            "bizType": ANY_PRODUCT,
            "orderId": key,
            "txnTime": txn_time(rules.placed(placed_at)),
        },
    )
    if answer.code not in (SUCCESS, NOT_FOUND):
        refuse(answer, codes.answered(answer.code, pay_out=False), moves_money=False)
    return answer


def outcome(answer: Answer, reference: OrderReference) -> Outcome:
    """A found order in the port's words.

    :raises Uncertain: an answer without the order's code, about another order, or with a broken amount.
    """
    code = answer.text("origRespCode")
    if code is None or answer.text("orderId") != reference.key:
        raise Uncertain("the answer does not speak of the order", code="origRespCode", advice=UNCERTAIN_ADVICE)
    effect = codes.asked(code, pay_out=reference.operation is Operation.PAY_OUT)
    status = {Effect.SUCCEEDED: OutcomeStatus.SUCCEEDED, Effect.FINAL: OutcomeStatus.FAILED}.get(
        effect, OutcomeStatus.PROCESSING
    )
    words = told(answer.text("origRespMsg"))
    return told_outcome(answer, status, reference.operation, reference.key, code, words)


def told_outcome(
    answer: Answer, status: OutcomeStatus, operation: Operation, key: str, code: str, words: str
) -> Outcome:
    """What a believed answer says beside its status.

    :raises Uncertain: when an amount in it is none.
    """
    try:
        amount = money(answer.text("txnAmt"))
    except ValueError as error:
        raise Uncertain(str(error), code="txnAmt", advice=UNCERTAIN_ADVICE) from error
    final = status is OutcomeStatus.SUCCEEDED
    return Outcome(
        status,
        key=key,
        platform_reference=answer.text("queryId"),
        platform_status=code,
        platform_code=code,
        platform_message=words or None,
        advice=None if final and code == SUCCESS else codes.explain(code) or codes.UNKNOWN,
        amount=amount,
        executed_at=_executed_at(answer) if final else None,
        counterparty=mask_account(answer.text("accNo")) or None if final and operation in PAID_IN else None,
    )


def never_arrived(answer: Answer, reference: OrderReference, after: timedelta, now: datetime) -> Outcome:
    """``NOT_FOUND``, once the order was sent long enough ago.

    :raises Uncertain: earlier, since UnionPay knows an order only after a while.
    """
    sent_at = max(filter(None, (reference.sent_at, reference.placed_at)))
    if now - sent_at < after:
        raise Uncertain(
            f"{answer.code}: not known yet, which proves nothing this early",
            code=answer.code,
            advice=codes.explain(answer.code),
        )
    return Outcome(
        OutcomeStatus.NOT_FOUND,
        key=reference.key,
        platform_code=answer.code,
        platform_message=answer.told or None,
        advice=codes.explain(answer.code),
    )


def _executed_at(answer: Answer) -> datetime | None:
    """When UnionPay carried it out: ``traceTime`` has no year, which ``txnTime`` lends."""
    ordered = moment(answer.text("txnTime"))
    if ordered is None:
        return None
    latest = (ordered + timedelta(days=31)).astimezone(BEIJING).date()
    return short_moment(answer.text("traceTime"), latest)
