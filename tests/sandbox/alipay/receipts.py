"""alipay.data.bill.ereceipt.apply and .query: electronic receipts as PDF."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .. import pdf
from ..clock import STAMP
from ..core import Core
from ..ledger import Movement
from ..wire import Response
from .apps import App
from .content import Content
from .errors import business
from .links import Links
from .settings import AlipaySettings

PATH = "/downloadReceipt.resource"
DAY = r"\d{4}-\d{2}-\d{2}"
KEYS = {
    "FUND_DETAIL": r"\d{16,64}",
    "ACCOUNT_LOG_DETAIL": r"\d{16,64}",
    "ACCOUNT_FLOW_DETAIL": r"\d{8}-\d{8}",
    "ACCOUNT_LOG_SUM_DAILY": DAY,
    "ACCOUNT_LOG_SUM_MONTHLY": r"\d{4}-\d{2}",
}


@dataclass(frozen=True)
class _Application:
    pid: str
    applied: datetime
    lines: list[str]


class ReceiptMethods:
    """Receipts that become ready a little after they were applied for."""

    def __init__(self, core: Core, settings: AlipaySettings, links: Links) -> None:
        self._core = core
        self._settings = settings
        self._links = links
        self._lock = threading.Lock()
        self._files: dict[str, _Application] = {}

    def apply(self, app: App, values: dict[str, Any]) -> dict[str, Any]:
        """Ask for a receipt of a payout, a ledger row or a period."""
        content = Content(values)
        kind = content.choice("type", *KEYS)
        key = content.text("key", 64, KEYS[kind], required=True)
        lines = [f"类型 {kind}", f"编号 {key}", f"账号 {app.pid}"]
        if kind in ("FUND_DETAIL", "ACCOUNT_LOG_DETAIL"):
            lines += _words(_row(app, kind, key))
        file_id = self._core.token()
        with self._lock:
            self._files[file_id] = _Application(app.pid, self._core.clock.now(), lines)
        return {"file_id": file_id}

    def query(self, app: App, values: dict[str, Any]) -> dict[str, Any]:
        """Tell whether the receipt is ready, and where it is."""
        file_id = Content(values).text("file_id", 64, required=True)
        with self._lock:
            applied = self._files.get(file_id)
        now = self._core.clock.now()
        age = now - applied.applied if applied else timedelta()
        if applied is None or applied.pid != app.pid or age > timedelta(hours=self._settings.receipt_file_hours):
            raise business("INVALID_PARAMETER", "file_id不存在或已过期")
        if age < timedelta(milliseconds=self._settings.receipt_ms):
            return {"status": "PROCESS"}
        document = pdf.page(["支付宝电子回单（沙箱）", *applied.lines, f"生成时间 {now.strftime(STAMP)}"])
        make = lambda: Response(document, content_type="application/pdf")  # noqa: E731
        return {"status": "SUCCESS", "download_url": self._links.issue(PATH, self._settings.link_seconds, make)}


def _row(app: App, kind: str, key: str) -> Movement:
    for row in list(app.account.movements):
        if key == (row.words.business_no if kind == "FUND_DETAIL" else row.log_id):
            return row
    raise business("INVALID_PARAMETER", "key对应的流水不存在")


def _words(row: Movement) -> list[str]:
    return [
        f"时间 {row.time.strftime(STAMP)}",
        f"金额 {row.amount} 元",
        f"业务类型 {row.words.business_type}",
        f"对方 {row.words.counterparty}",
        f"商户订单号 {row.words.merchant_no}",
        f"备注 {row.words.memo}",
    ]
