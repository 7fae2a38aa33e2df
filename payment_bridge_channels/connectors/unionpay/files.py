"""Fetching bills from UnionPay's file server.

Source: UnionPay ACP 5.1.0, file download (txnType 76): ``settleDate`` MMDD; code 98 is a file that is not
there, because nothing happened on that settlement day or because it is not made yet.
"""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta

from odoo.addons.payment_bridge.connector.declarations import StatementKind
from odoo.addons.payment_bridge.connector.errors import StatementError, Uncertain, Unsupported
from odoo.addons.payment_bridge.connector.statement_types import StatementFile
from odoo.addons.payment_bridge.connector.types import Bilingual

from . import codes
from .answer import Answer
from .client import UnionPayClient, refuse
from .clock import BEIJING, DAY_STARTS_AT, beijing, txn_time
from .inflate import BrokenContent, inflated
from .settings import UnionPaySettings
from .statement import STATEMENT_KIND, open_statement

STATEMENT_KINDS: tuple[StatementKind, ...] = (
    StatementKind(STATEMENT_KIND, Bilingual("Settlement detail (ZM, ZME)", "清算明细（ZM、ZME）"), True),
)
READY_AT = time(10, 0)
EMPTY_FROM = time(12, 0)
"""On the day after the settlement day a missing file is not made yet before, and there is none from then."""
ASK_EVERY = timedelta(minutes=30)
OLDEST = timedelta(days=330)
"""``settleDate`` has no year: an older day would be taken for one to come."""
MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_ANSWER_BYTES = 96 * 1024 * 1024


def statement(client: UnionPayClient, settings: UnionPaySettings, day: date, now: datetime) -> StatementFile:
    """The file of a settlement day: fetched, empty, or not there yet.

    :raises Uncertain: what came is not the file of that day.
    """
    ready_at = beijing(day + timedelta(days=1), READY_AT)
    if now < beijing(day, DAY_STARTS_AT):
        return StatementFile(day, STATEMENT_KIND, retry_at=ready_at)
    if now.astimezone(BEIJING).date() - day > OLDEST:
        raise Unsupported(f"unionpay: files older than {OLDEST.days} days cannot be named")
    answer = client.download(
        {
            "txnType": "76",
            "txnSubType": "01",
            "bizType": "000000",
            "fileType": "00",
            "settleDate": f"{day:%m%d}",
            "txnTime": txn_time(now),
        },
        MAX_ANSWER_BYTES,
    )
    if answer.code == codes.NO_FILE:
        if now >= beijing(day + timedelta(days=1), EMPTY_FROM):
            return StatementFile(day, STATEMENT_KIND, empty=True)
        return StatementFile(day, STATEMENT_KIND, retry_at=max(ready_at, now + ASK_EVERY))
    if answer.code != "00":
        refuse(answer, codes.answered(answer.code, pay_out=False), moves_money=False)
    return _file(answer, settings, day)


def _file(answer: Answer, settings: UnionPaySettings, day: date) -> StatementFile:
    name = answer.text("fileName") or f"{day:%Y%m%d}.zip"
    try:
        content = inflated(answer.text("fileContent") or "", MAX_FILE_BYTES)
        header = open_statement(io.BytesIO(content), name, settings).header
    except (BrokenContent, StatementError) as error:
        raise Uncertain(
            f"the file server's answer is no bill: {error}",
            code="fileContent",
            advice=Bilingual(
                "UnionPay's answer is no bill; it is asked for again.", "银联返回的不是对账文件，将再次获取。"
            ),
        ) from error
    if header.first_day != day:
        raise Uncertain("the file is of another day", code="settleDate")
    return StatementFile(day, STATEMENT_KIND, name, content)
