"""alipay.data.dataservice.bill.downloadurl.query, the file behind its link, and what may be wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from ..clock import midnight
from ..core import Core
from ..faults import Strikes
from ..wire import Response
from . import archive
from .apps import App
from .bill_files import BILLS, Bill, Span
from .content import Content
from .errors import business
from .links import Links
from .settings import AlipaySettings
from .trades import Trades

PATH = "/downloadBillFile.resource"
EARLIEST = datetime(2016, 1, 1)
EMPTY_FILE = "EMPTY_DATA_WITH_BILL_FILE"
BOMB_MEGABYTES = 256


class BillMethods:
    """Bills of past days and months."""

    def __init__(self, core: Core, settings: AlipaySettings, trades: Trades, links: Links) -> None:
        self._core = core
        self._settings = settings
        self._trades = trades
        self._links = links

    def download_url(self, app: App, values: dict[str, Any]) -> dict[str, Any]:
        """A link to the bill of a day or month."""
        content = Content(values, sub_code="INVAILID_ARGUMENTS")
        kind = content.text("bill_type", 32, required=True)
        if kind not in BILLS:
            raise business("TYPE_NOT_SUPPORTED", kind)
        date = content.text("bill_date", 10, required=True)
        span = self._span(app, content, date)
        strikes = self._core.faults.strike("bill", platform="alipay", app_id=app.app_id, bill_type=kind, bill_date=date)
        if "late" in strikes:
            raise business(self._settings.bill_not_ready_code)
        rows = self._rows(app, kind, span)
        if "missing" in strikes or (not rows and self._settings.empty_bill != EMPTY_FILE):
            raise business("NO_BILL_DATA")
        bill = BILLS[kind]
        url = self._links.issue(
            PATH,
            self._settings.link_seconds,
            lambda: Response(_packed(bill, span, rows, strikes), content_type="application/zip"),
            bizType=bill.biz_type,
            userId=f"{app.pid}0156",
            fileType="csv.zip",
            bizDates=span.label,
            downloadFileName=f"{app.pid}0156_{span.label}.csv.zip",
            fileId=f"/{bill.biz_type}/{app.pid}0156/{span.label}.csv.zip",
            timestamp=str(int(self._core.clock.now().timestamp() * 1000)),
        )
        if "wrong_host" in strikes:
            host = str(strikes.arg("wrong_host", "host", "http://bills.invalid"))
            url = url.replace(self._core.base_url, host, 1)
        answer = {"bill_download_url": url}
        if not rows:
            answer["bill_file_code"] = EMPTY_FILE
        return answer

    def _span(self, app: App, content: Content, date: str) -> Span:
        """The time of the bill; refused while it lies in the present, the future or before registration."""
        now = self._core.clock.now()
        if len(date) == 7:
            start = content.moment("bill_date", "%Y-%m")
            end = (start + timedelta(days=32)).replace(day=1)
            label = f"{start:%Y%m}"
        else:
            start = content.moment("bill_date", "%Y-%m-%d")
            end = start + timedelta(days=1)
            label = f"{start:%Y%m%d}"
        if end > midnight(now.date()) or start.replace(tzinfo=None) < EARLIEST:
            raise business(self._settings.bill_too_early_code)
        if end <= midnight(app.registered.date()):
            raise business("BILL_DATE_BEFORE_REGISTRATION")
        if now < end + timedelta(hours=self._settings.bill_ready_hour):
            raise business(self._settings.bill_not_ready_code)
        return Span(app.pid, label, start, end, now)

    def _rows(self, app: App, kind: str, span: Span) -> Sequence[Any]:
        if kind == "trade":
            return self._trades.between(app, span.start, span.end)
        return app.account.between(span.start, span.end)


def _packed(bill: Bill[Any], span: Span, rows: Sequence[Any], strikes: Strikes) -> bytes:
    """The archive, with the faults that were asked for.

    Rows are changed behind the totals' back, unless the fault says `consistent`.
    """
    shown = list(rows)
    consistent = False
    for kind in ("drop_row", "double_row", "alter_row"):
        if kind in strikes and shown:
            at = int(strikes.arg(kind, "row", 0)) % len(shown)
            consistent = consistent or bool(strikes.arg(kind, "consistent", False))
            if kind == "drop_row":
                del shown[at]
            elif kind == "double_row":
                shown.insert(at, shown[at])
            else:
                shown[at] = bill.altered(shown[at], Decimal(str(strikes.arg(kind, "by", "0.01"))))
    files = bill.files(span, shown, shown if consistent else rows)
    if "bad_encoding" in strikes:
        name, text = files[0]
        files[0] = (name, text.replace("支付宝".encode("gb18030"), b"\xff\xfe\x80\xff", 1))
    contents = [(name, iter([text])) for name, text in files]
    if "zip_bomb" in strikes:
        contents[0] = (files[0][0], archive.zeros(int(strikes.arg("zip_bomb", "megabytes", BOMB_MEGABYTES))))
    packed = archive.zipped(contents, span.made)
    return packed[: len(packed) // 2] if "truncated_zip" in strikes else packed
