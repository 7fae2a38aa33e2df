"""/v3/fund-app/mch-transfer/elecsign: electronic receipts of transfers as PDF."""

from __future__ import annotations

import hashlib
import threading
from datetime import datetime, timedelta
from typing import Any

from .. import pdf
from ..clock import STAMP
from ..core import Core
from ..wire import Response
from .amounts import rfc3339, yuan
from .downloads import RECEIPTS, Downloads
from .errors import Refusal
from .gateway import Call, Operation
from .settings import WechatSettings
from .transfers import SUCCESS, Transfer, Transfers

ROOT = "/v3/fund-app/mch-transfer/elecsign"
GENERATING, FINISHED = "GENERATING", "FINISHED"


class ReceiptApi:
    """Receipts that become ready a little after they were applied for."""

    def __init__(self, core: Core, settings: WechatSettings, transfers: Transfers, downloads: Downloads) -> None:
        self._core = core
        self._settings = settings
        self._transfers = transfers
        self._downloads = downloads
        self._lock = threading.Lock()
        self._applied: dict[str, datetime] = {}

    def operations(self) -> list[Operation]:
        """The addresses."""
        return [
            Operation("receipt.apply", "POST", f"{ROOT}/out-bill-no", self.apply_by_own),
            Operation("receipt.apply", "POST", f"{ROOT}/transfer-bill-no", self.apply_by_bill),
            Operation("receipt.query", "GET", f"{ROOT}/out-bill-no/<out_bill_no>", self.query),
            Operation("receipt.query", "GET", f"{ROOT}/transfer-bill-no/<transfer_bill_no>", self.query),
        ]

    def apply_by_own(self, call: Call) -> dict[str, Any]:
        """Ask for a receipt by out_bill_no."""
        return self._apply(call, call.body.text("out_bill_no", 32, required=True), "")

    def apply_by_bill(self, call: Call) -> dict[str, Any]:
        """Ask for a receipt by transfer_bill_no."""
        return self._apply(call, "", call.body.text("transfer_bill_no", 64, required=True))

    def query(self, call: Call) -> dict[str, Any]:
        """Tell whether the receipt is ready, and where it is."""
        call.query.done()
        parts, merchant = call.parts, call.merchant
        transfer = self._transfers.find(merchant, parts.get("out_bill_no", ""), parts.get("transfer_bill_no", ""))
        with self._lock:
            applied = self._applied.get(transfer.bill_no)
        if applied is None:
            raise Refusal("NOT_FOUND", "未申请电子回单")
        ready = applied + timedelta(milliseconds=self._settings.receipt_ms)
        told: dict[str, Any] = {"create_time": rfc3339(applied), "update_time": rfc3339(applied)}
        told |= {"out_bill_no": transfer.order.out_bill_no, "transfer_bill_no": transfer.bill_no}
        if self._core.clock.now() < ready:
            return {"state": GENERATING, **told}
        document = _document(transfer)
        url = self._downloads.issue(
            merchant.mchid,
            RECEIPTS,
            self._settings.receipt_link_seconds,
            lambda: Response(document, content_type="application/pdf"),
        )
        digest = hashlib.sha256(document).hexdigest()
        return {"state": FINISHED, **told, "hash_type": "SHA256", "hash_value": digest, "download_url": url}

    def _apply(self, call: Call, out_bill_no: str, bill_no: str) -> dict[str, Any]:
        call.query.done()
        call.body.done()
        transfer = self._transfers.find(call.merchant, out_bill_no, bill_no)
        if transfer.state != SUCCESS:
            raise Refusal("INVALID_REQUEST", "转账单未成功，不能申请电子回单")
        if self._settings.receipt_needs_name and not transfer.order.name:
            raise Refusal("INVALID_REQUEST", "转账时未传入收款用户姓名，不能申请电子回单")
        with self._lock:
            applied = self._applied.setdefault(transfer.bill_no, self._core.clock.now())
        return {"state": GENERATING, "create_time": rfc3339(applied)}


def _document(transfer: Transfer) -> bytes:
    order = transfer.order
    return pdf.page(
        [
            "微信支付商家转账电子回单（沙箱）",
            f"商户号 {transfer.merchant.mchid}",
            f"商户单号 {order.out_bill_no}",
            f"微信转账单号 {transfer.bill_no}",
            f"金额 {yuan(order.amount)} 元",
            f"收款用户 {order.name[:1]}{'*' * max(len(order.name) - 1, 0)}",
            f"转账备注 {order.remark}",
            f"完成时间 {transfer.updated.strftime(STAMP)}",
        ]
    )
