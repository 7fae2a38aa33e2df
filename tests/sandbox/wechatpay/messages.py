"""Messages to merchants: what they say, how they are sealed and signed, their retry plans and their faults."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from ..core import Core
from ..notifier import Notification
from . import signing
from .amounts import rfc3339
from .gateway import PLATFORM
from .merchants import Merchant, Merchants
from .refunds import ABNORMAL, CLOSED, Refund
from .refunds import SUCCESS as REFUNDED
from .trade_api import trade_told
from .trades import Trade
from .transfers import FAIL, Transfer

TRANSFER_EVENT, TRADE_EVENT = "MCHTRANSFER.BILL.FINISHED", "TRANSACTION.SUCCESS"
REFUND_EVENTS = {REFUNDED: "REFUND.SUCCESS", ABNORMAL: "REFUND.ABNORMAL", CLOSED: "REFUND.CLOSED"}
PROBE = "WECHATPAY/SIGNTEST/"
HOLD_MS = 5000
NONCE_CHARACTERS = 12
MINUTE, HOUR = 60.0, 3600.0
PAYMENT_GAPS = (15.0, 15.0, 30.0, 3 * MINUTE, 10 * MINUTE, 20 * MINUTE) + (30 * MINUTE,) * 3
PAYMENT_GAPS += (HOUR,) + (3 * HOUR,) * 3 + (6 * HOUR,) * 2
TRANSFER_GAPS = (15.0,) * 10 + (300.0,) * 10 + (1800.0,) * 44


def judged(status: int | None, _: str) -> str | None:
    """A message is delivered when the answer is 200 or 204, whatever its body."""
    return "delivered" if status in (200, 204) else None


def judged_probe(status: int | None, _: str) -> str:
    """A probe must be refused; a merchant that accepts it is flagged."""
    return "probe_accepted" if status is not None and status < 300 else "probe_refused"


class Messages:
    """Builds, seals and sends messages. A held one (`reorder`) follows the next message of its merchant."""

    def __init__(self, core: Core, merchants: Merchants) -> None:
        self._core = core
        self._merchants = merchants
        self._lock = threading.Lock()
        self._held: dict[str, list[Notification]] = {}

    def transfer_ended(self, transfer: Transfer, in_request: bool) -> None:
        """A transfer is SUCCESS, FAIL or CANCELLED."""
        order = transfer.order
        told = {
            "out_bill_no": order.out_bill_no,
            "transfer_bill_no": transfer.bill_no,
            "state": transfer.state,
            "mch_id": transfer.merchant.mchid,
            "transfer_amount": order.amount,
            "openid": order.openid,
            "create_time": rfc3339(transfer.created),
            "update_time": rfc3339(transfer.updated),
        }
        if transfer.state == FAIL:
            told["fail_reason"] = transfer.fail_reason
        about = {"out_biz_no": order.out_bill_no, "status": transfer.state, "payee": order.openid}
        message = (TRANSFER_EVENT, "mch_payment", "商家转账单据终态通知", told)
        self._tell(transfer.merchant, order.notify_url, message, about, TRANSFER_GAPS, in_request)

    def trade_paid(self, trade: Trade) -> None:
        """A QR code was paid."""
        about = {"out_biz_no": trade.order.out_trade_no, "status": trade.state, "payee": trade.openid}
        message = (TRADE_EVENT, "transaction", "支付成功", trade_told(trade))
        self._tell(trade.merchant, trade.order.notify_url, message, about, PAYMENT_GAPS, False)

    def refund_ended(self, refund: Refund, in_request: bool) -> None:
        """A refund is SUCCESS, ABNORMAL or CLOSED."""
        order, trade = refund.order, refund.trade
        amount = {"total": order.total, "refund": order.amount, "payer_total": order.total}
        told: dict[str, Any] = {
            "mchid": trade.merchant.mchid,
            "out_trade_no": trade.order.out_trade_no,
            "transaction_id": trade.transaction_id,
            "out_refund_no": order.out_refund_no,
            "refund_id": refund.refund_id,
            "refund_status": refund.status,
            "user_received_account": "支付用户零钱",
            "amount": {**amount, "payer_refund": order.amount},
        }
        if refund.status == REFUNDED and refund.ended:
            told["success_time"] = rfc3339(refund.ended)
        about = {"out_biz_no": order.out_refund_no, "status": refund.status, "payee": trade.openid}
        message = (REFUND_EVENTS[refund.status], "refund", "退款结果", told)
        self._tell(trade.merchant, order.notify_url, message, about, PAYMENT_GAPS, in_request)

    def sealed(self, merchant: Merchant, event: str, original: str, summary: str, told: Mapping[str, Any]) -> bytes:
        """The body of a message."""
        nonce = self._core.token(NONCE_CHARACTERS)
        plain = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        resource = {
            "original_type": original,
            "algorithm": signing.ALGORITHM,
            "ciphertext": signing.sealed(merchant.apiv3_key, nonce, original, plain),
            "associated_data": original,
            "nonce": nonce,
        }
        body = {
            "id": str(uuid.uuid4()),
            "create_time": rfc3339(self._core.clock.now()),
            "resource_type": "encrypt-resource",
            "event_type": event,
            "summary": summary,
            "resource": resource,
        }
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()

    def headers(
        self, merchant: Merchant, body: bytes, spoil: bool = False, probe: bool = False, asked: str = ""
    ) -> dict[str, str]:
        """The signature headers of a message, made now; `spoil` signs something else, `probe` signs nothing at all."""
        serial, key = self._merchants.signer(merchant, asked)
        stamp, nonce = str(self._merchants.stamp()), self._core.token(32)
        text = signing.lines(stamp.encode(), nonce.encode(), body) + (b"\n" if spoil else b"")
        signature = PROBE + self._core.token(64) if probe else signing.sign(key, text)
        return {
            "Wechatpay-Timestamp": stamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": signature,
            "Wechatpay-Serial": serial,
            "Wechatpay-Signature-Type": signing.SCHEME,
        }

    def _tell(
        self,
        merchant: Merchant,
        own_url: str,
        message: tuple[str, str, str, Mapping[str, Any]],
        about: dict[str, str],
        gaps: tuple[float, ...],
        in_request: bool,
    ) -> None:
        """Send a message to the order's address, or to the merchant's, with the faults that were asked for."""
        url = own_url or merchant.terms.notify_url
        if not url:
            return
        known = {"platform": PLATFORM, "app_id": merchant.mchid, "mchid": merchant.mchid, "method": message[0], **about}
        strikes = self._core.faults.strike("notification", **known)
        body = self.sealed(merchant, *message)
        spoil = "wrong_signature" in strikes

        def notification(judge: Callable[[int | None, str], str | None] = judged) -> Notification:
            probe = judge is judged_probe
            return Notification(
                url,
                body,
                "application/json",
                "",
                known,
                headers=lambda: self.headers(merchant, body, spoil, probe),
                judge=judge,
                gaps=gaps,
            )

        delay = self._core.settings.notification_delay_ms / 1000
        if "drop" in strikes:
            self._core.notifier.keep(notification(), "dropped")
            return
        if "reorder" in strikes:
            self._hold(merchant, notification(), strikes.arg("reorder", "hold_ms", HOLD_MS))
            return
        if "probe" in strikes:
            self._core.notifier.send(notification(judged_probe), delay)
        if "early" in strikes and in_request:
            self._core.notifier.send_now(notification())
            self._release(merchant)
        else:
            late = int(strikes.arg("delay", "ms", 1000)) / 1000 if "delay" in strikes else 0.0
            self._core.notifier.send(notification(), delay + late, lambda: self._release(merchant))
        if "duplicate" in strikes:
            for _ in range(int(strikes.arg("duplicate", "copies", 1))):
                self._core.notifier.send(notification(), delay)

    def _hold(self, merchant: Merchant, message: Notification, hold_ms: int) -> None:
        """Keep a message back until the next one has gone, at most `hold_ms`."""
        with self._lock:
            self._held.setdefault(merchant.mchid, []).append(message)
        self._core.scheduler.after(hold_ms / 1000, lambda: self._release(merchant))

    def _release(self, merchant: Merchant) -> None:
        with self._lock:
            held = self._held.pop(merchant.mchid, [])
        for message in held:
            self._core.notifier.send(message)
