"""Files that Alipay hands out by a short-lived address: bills and electronic receipts.

Source: Alipay open platform, ``alipay.data.dataservice.bill.downloadurl.query`` and
``alipay.data.bill.ereceipt.apply`` / ``.query``. The addresses live 30 seconds; an expired one answers
with a page instead of the file.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from urllib.parse import parse_qs, urlsplit

from odoo.addons.payment_bridge.connector.declarations import StatementKind
from odoo.addons.payment_bridge.connector.errors import (
    InvalidOrder,
    Misconfigured,
    NotSent,
    Rejected,
    Throttled,
    Uncertain,
)
from odoo.addons.payment_bridge.connector.statement_types import StatementFile
from odoo.addons.payment_bridge.connector.types import Bilingual, OrderReference, Receipt

from .answer import Answer
from .client import PAUSE_SECONDS, AlipayClient
from .clock import BEIJING, beijing
from .codes import UNKNOWN_READ, Effect, effect_of, explain

BILL_URL = "alipay.data.dataservice.bill.downloadurl.query"
RECEIPT_APPLY = "alipay.data.bill.ereceipt.apply"
RECEIPT_QUERY = "alipay.data.bill.ereceipt.query"
ACCOUNT_BILL = "signcustomer"
TRADE_BILL = "trade"
STATEMENT_KINDS = (
    StatementKind(ACCOUNT_BILL, Bilingual("Account detail", "账务明细"), covers_balance=True),
    StatementKind(TRADE_BILL, Bilingual("Trade detail", "业务明细"), covers_balance=False),
)
READY_AT = time(10, 0)
CERTAIN_AT = time(12, 0)
"""From this time of the next day on, no bill means no movement."""
ASK_AGAIN_AFTER = timedelta(hours=1)
MAX_BILL_BYTES = 128 * 1024 * 1024
MAX_RECEIPT_BYTES = 16 * 1024 * 1024
ZIP_MAGIC = b"PK"
PDF_MAGIC = b"%PDF-"
_NO_BILL = frozenset({"NO_BILL_DATA", "BILL_NOT_EXIST"})


def statement(client: AlipayClient, day: date, kind: str, now: datetime) -> StatementFile:
    """Fetch the bill of one Beijing day; see :meth:`Connector.statement`.

    "No bill" means no movement only from :data:`CERTAIN_AT` of the next day on.
    """
    next_day = day + timedelta(days=1)
    if now.astimezone(BEIJING).date() <= day:
        return StatementFile(day, kind, retry_at=beijing(next_day, READY_AT))
    request = {"bill_type": kind, "bill_date": day.isoformat()}

    def ask() -> str | None:
        answer = client.call(BILL_URL, request)
        if answer.sub_code in _NO_BILL:
            return None
        _raise_failure(answer)
        return answer.text("bill_download_url") or ""

    url = ask()
    if url is None:
        if now < beijing(next_day, CERTAIN_AT):
            retry_at = max(now + ASK_AGAIN_AFTER, beijing(next_day, READY_AT))
            return StatementFile(day, kind, retry_at=retry_at)
        return StatementFile(day, kind, empty=True)
    found = _fetch(client, url, ask, BILL_URL, ZIP_MAGIC, MAX_BILL_BYTES)
    return StatementFile(day, kind, name=_bill_name(url, day, kind), content=found)


def receipt(client: AlipayClient, reference: OrderReference, handle: str | None) -> Receipt:
    """Apply for the receipt of a transfer, or with ``handle`` fetch it once it is made.

    A handle lives two days.
    """
    if handle is None:
        if not reference.fund_reference:
            raise InvalidOrder(
                "fund_reference",
                "a receipt is asked for by the fund order number, which this order does not have yet",
                advice=Bilingual(
                    "Query the payment first; the receipt exists once it has succeeded.",
                    "请先查询付款结果；付款成功后才有电子回单。",
                ),
            )
        answer = client.call(RECEIPT_APPLY, {"type": "FUND_DETAIL", "key": reference.fund_reference})
        _raise_failure(answer)
        file_id = answer.text("file_id")
        if file_id is None:
            raise Uncertain("the answer names no receipt", code="body", advice=UNKNOWN_READ)
        return Receipt(handle=file_id)

    def ask() -> str | None:
        answer = client.call(RECEIPT_QUERY, {"file_id": handle})
        _raise_failure(answer)
        status = answer.text("status")
        if status == "FAIL":
            raise Rejected(
                f"Alipay could not make the receipt: {answer.text('error_message') or 'no reason'}",
                code="FAIL",
                advice=Bilingual("Ask for the receipt again later.", "请稍后重新申请电子回单。"),
                retry_same_key=True,
            )
        return answer.text("download_url") or "" if status == "SUCCESS" else None

    url = ask()
    if url is None:
        return Receipt(handle=handle)
    found = _fetch(client, url, ask, RECEIPT_QUERY, PDF_MAGIC, MAX_RECEIPT_BYTES)
    return Receipt(handle=handle, name=f"alipay-receipt-{reference.key}.pdf", content=found)


def _fetch(
    client: AlipayClient,
    url: str,
    ask: Callable[[], str | None],
    label: str,
    magic: bytes,
    max_bytes: int,
) -> bytes:
    """Download at once; where a page came instead of the file, ask once for a fresh address."""
    for attempt in (1, 2):
        if not url:
            raise Uncertain("the answer names no download address", code="body", advice=UNKNOWN_READ)
        try:
            response = client.download(url, f"{label} download", max_bytes)
        except Misconfigured as error:
            raise Misconfigured(
                f"the file is offered at {urlsplit(url).hostname}, which is not a download host of this channel",
                code="download_host",
                advice=Bilingual(
                    "If the host is Alipay's, the administrator adds it to the download hosts.",
                    "若该域名确属支付宝，请管理员将其加入文件下载域名。",
                ),
            ) from error
        if response.status == 200 and response.body.startswith(magic):
            return response.body
        if attempt == 1:
            url = ask() or ""
    raise NotSent(
        "the download address answered with a page instead of the file, twice",
        code="download",
        advice=Bilingual(
            "Alipay's download address expired before the file came. It is asked for again later.",
            "支付宝下载地址已失效，系统稍后重新获取。",
        ),
    )


def _raise_failure(answer: Answer) -> None:
    """A refused read: nothing can have happened, so each effect is an error that says what to do."""
    if answer.succeeded:
        return
    code, advice = answer.told_code, explain(answer.sub_code) or UNKNOWN_READ
    effect = effect_of(answer.sub_code)
    if effect is Effect.RETRY_SAME_KEY:
        raise Throttled(answer.told, retry_after=PAUSE_SECONDS, code=code, advice=advice)
    if effect is Effect.MISCONFIGURED:
        raise Misconfigured(answer.told, code=code, advice=advice)
    if effect is Effect.FINAL:
        raise Rejected(answer.told, code=code, advice=advice)
    raise Uncertain(answer.told, code=code, advice=advice)


def _bill_name(url: str, day: date, kind: str) -> str:
    """A file name for people; the one that the address offers is used only when it is harmless."""
    offered = parse_qs(urlsplit(url).query).get("downloadFileName", [""])[0]
    if offered.endswith(".zip") and len(offered) < 120 and not set('/\\:*?"<>|\0\r\n') & set(offered):
        return offered
    return f"alipay_{kind}_{day:%Y%m%d}.csv.zip"
