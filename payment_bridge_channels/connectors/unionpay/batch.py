"""Several pay-outs as one file: written, sent, and its result read.

Source: UnionPay ACP 5.1.0, batchTrans.do (txnType 21 and 22, 代付 is txnSubType 03): ``fileContent`` is the
base64 of the deflated file; the file itself is in :mod:`.batch_layout`.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from odoo.addons.payment_bridge.connector.errors import Uncertain
from odoo.addons.payment_bridge.connector.types import (
    BatchOutcome,
    Money,
    Outcome,
    OutcomeStatus,
    PayOutBatch,
    PayOutOrder,
)

from ..payees import BANK_CARD
from . import codes, payout, rules
from .answer import UNCERTAIN_ADVICE, Answer, told
from .batch_layout import (
    FILE_VERSION,
    LINE_END,
    MAX_ORDERS,
    RESULT_HEAD,
    RESULT_NEEDED,
    SEPARATOR,
)
from .client import refuse
from .clock import txn_time
from .codes import Effect
from .inflate import inflated
from .money import CURRENCY, CURRENCY_CODE, fen, yuan
from .settings import UnionPaySettings

ASK_AFTER = (timedelta(hours=1),) * 5
"""UnionPay's advice: at intervals of an hour, and no more than five results a batch."""
NUMBER_MAX = 9999
UNFINISHED = "41"
"""A batch that is there and has no result yet."""
MAX_RESULT_BYTES = 16 * 1024 * 1024


def check(batch: PayOutBatch, settings: UnionPaySettings) -> None:
    """Everything that is known before sending.

    :raises InvalidOrder: naming the field.
    """
    if not 1 <= batch.number <= NUMBER_MAX:
        rules.refuse("number", f"a day has batches 1 to {NUMBER_MAX}", f"批次号须在 1 至 {NUMBER_MAX} 之间")
    if not 1 <= len(batch.orders) <= MAX_ORDERS:
        rules.refuse("orders", f"a batch holds 1 to {MAX_ORDERS} orders", f"每批须为 1 至 {MAX_ORDERS} 笔")
    if len({order.key for order in batch.orders}) != len(batch.orders):
        rules.refuse("orders", "an order stands twice in the batch", "批次中有重复的订单号")
    for order in batch.orders:
        payout.check(order, settings)
    rules.check_amount(Money(_total(batch), CURRENCY))


def content(batch: PayOutBatch, settings: UnionPaySettings) -> dict[str, str]:
    """The fields of the order."""
    return {
        **_named(batch, "21"),
        "totalQty": str(len(batch.orders)),
        "totalAmt": fen(_total(batch)),
        "fileContent": packed(file_text(batch, settings).encode(settings.batch_charset.replace("GBK", "gb18030"))),
    }


def question(batch: PayOutBatch) -> dict[str, str]:
    """The fields of the question."""
    return _named(batch, "22")


def packed(raw: bytes) -> str:
    """``fileContent``: deflated, in base64."""
    return base64.b64encode(zlib.compress(raw)).decode("ascii")


def file_text(batch: PayOutBatch, settings: UnionPaySettings) -> str:
    """The file: head, names of the columns, one line an order."""
    lines = [
        (FILE_VERSION, fen(_total(batch)), str(len(batch.orders)), "", ""),
        settings.batch_columns,
        *(_line(order, settings) for order in batch.orders),
    ]
    return LINE_END.join(SEPARATOR.join(line) for line in lines)


def answered(answer: Answer) -> BatchOutcome:
    """The direct answer to a batch: accepted is not paid. A repeated one finds itself there already.

    :raises Rejected: certainly not accepted. :raises Misconfigured: nor will others be.
    :raises Uncertain: anything else.
    """
    if answer.text("batchNo") is None:
        raise Uncertain("the answer names no batch", code=answer.code, advice=UNCERTAIN_ADVICE)
    effect = codes.answered(answer.code, pay_out=True)
    if effect not in (Effect.SUCCEEDED, Effect.PROCESSING):
        refuse(answer, effect, moves_money=True)
    return BatchOutcome(OutcomeStatus.PROCESSING, platform_reference=answer.text("queryId"))


def result(answer: Answer, batch: PayOutBatch, settings: UnionPaySettings, now: datetime) -> BatchOutcome:
    """What became of a batch and of each order that the result names.

    :raises Uncertain: nothing to be believed yet.
    """
    if answer.code == "34":
        if now - batch.placed_at < settings.not_found_after:
            refuse(answer, Effect.NOT_FOUND, moves_money=False)
        return BatchOutcome(OutcomeStatus.NOT_FOUND)
    effect = codes.answered(answer.code, pay_out=True)
    if effect is Effect.PROCESSING or answer.code == UNFINISHED:
        return BatchOutcome(OutcomeStatus.PROCESSING)
    if effect is not Effect.SUCCEEDED:
        refuse(answer, effect, moves_money=False)
    if answer.text("batchNo") is None:
        raise Uncertain("the answer names no batch", code="batchNo", advice=UNCERTAIN_ADVICE)
    packed_result = answer.text("fileContent")
    if packed_result is None:
        return BatchOutcome(OutcomeStatus.PROCESSING)
    try:
        raw = inflated(packed_result, MAX_RESULT_BYTES)
        outcomes = _outcomes(raw.decode(settings.batch_charset.replace("GBK", "gb18030")), batch)
    except ValueError as error:
        raise Uncertain("the batch's result cannot be read", code="fileContent", advice=UNCERTAIN_ADVICE) from error
    return BatchOutcome(OutcomeStatus.SUCCEEDED, outcomes, answer.text("queryId"))


def _named(batch: PayOutBatch, txn_type: str) -> dict[str, str]:
    return {
        "txnType": txn_type,
        "txnSubType": "03",
        "bizType": payout.BIZ_TYPE,
        "channelType": payout.CHANNEL_INTERNET,
        "batchNo": f"{batch.number:04d}",
        "txnTime": txn_time(batch.placed_at),
    }


def _total(batch: PayOutBatch) -> Decimal:
    return sum((order.amount.amount for order in batch.orders), Decimal(0))


def _line(order: PayOutOrder, settings: UnionPaySettings) -> tuple[str, ...]:
    payee = order.payee
    person = payee.kind == BANK_CARD.code
    known = {
        "merId": settings.mer_id,
        "orderId": order.key,
        "currencyCode": CURRENCY_CODE,
        "txnAmt": fen(order.amount.amount),
        "accType": payout.acc_type(payee),
        "accNo": payee.account,
        "customerNm": payee.name or "" if person else "",
        "bizType": payout.BIZ_TYPE,
        "issInsName": payee.bank_name or "",
        "postscript": (order.remark or "") if settings.send_postscript else "",
        **({} if person else payout.company(payee)),
    }
    return tuple(known.get(name, "") for name in settings.batch_columns)


def _outcomes(text: str, batch: PayOutBatch) -> Mapping[str, Outcome]:
    """The result file, which names its columns itself; its head must agree with its lines and the batch.

    :raises ValueError: for any other file.
    """
    lines = [line.split(SEPARATOR) for line in text.splitlines() if line.strip()]
    if len(lines) < 2:
        raise ValueError("the result has no head")
    head = dict(zip(RESULT_HEAD, lines[0], strict=False))
    titles = [title.strip() for title in lines[1]]
    if not set(titles) >= RESULT_NEEDED or len(set(titles)) != len(titles):
        raise ValueError("the result does not name its columns")
    if yuan(head.get("totalAmount", "")) != _total(batch) or head.get("totalNumber") != str(len(batch.orders)):
        raise ValueError("the result is of another batch")
    ordered = {order.key: order for order in batch.orders}
    outcomes: dict[str, Outcome] = {}
    for cells in lines[2:]:
        row = dict(zip(titles, (cell.strip() for cell in cells), strict=True))
        order = ordered[row["orderId"]] if row["orderId"] in ordered else None
        if order is None or order.key in outcomes or yuan(row["txnAmt"]) != order.amount.amount:
            raise ValueError("a line of the result is not about an order of the batch")
        outcomes[order.key] = _outcome(row, order.key)
    return outcomes


def _outcome(row: Mapping[str, str], key: str) -> Outcome:
    code = row["respCode"]
    effect = codes.asked(code, pay_out=True)
    status = {Effect.SUCCEEDED: OutcomeStatus.SUCCEEDED, Effect.FINAL: OutcomeStatus.FAILED}.get(
        effect, OutcomeStatus.PROCESSING
    )
    return Outcome(
        status,
        key=key,
        platform_reference=row.get("queryId") or None,
        platform_status=code,
        platform_code=code,
        platform_message=told(row.get("respMsg")) or None,
        advice=None if code == "00" else codes.explain(code) or codes.UNKNOWN,
        amount=Money(yuan(row["txnAmt"]), CURRENCY),
    )
