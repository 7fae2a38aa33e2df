"""Signed messages: answers, the result that goes to frontUrl, and notifications to backUrl with their faults."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from urllib.parse import urlencode

from ..core import Core
from ..faults import Strikes
from ..notifier import Notification
from . import signing
from .codes import SUCCESS_CODES, words
from .form import charset_of
from .merchants import Merchant, Merchants
from .orders import Order, Orders
from .payees import masked

FORM = "application/x-www-form-urlencoded"
GAPS = (60.0, 120.0, 240.0, 300.0)
"""Seconds between the five deliveries (channels_china.md 4.8), stretched by the setting `notification_factor`."""
HOLD_MS = 5000
ECHO = (
    "version",
    "encoding",
    "txnType",
    "txnSubType",
    "bizType",
    "accessType",
    "merId",
    "orderId",
    "batchNo",
    "txnTime",
    "txnAmt",
    "currencyCode",
    "reqReserved",
    "reserved",
)


class Messages:
    """Builds, signs and sends messages. A held one (`reorder`) follows the next message of its merchant."""

    def __init__(self, core: Core, merchants: Merchants, orders: Orders) -> None:
        self._core = core
        self._merchants = merchants
        self._orders = orders
        self._lock = threading.Lock()
        self._held: dict[str, list[Notification]] = {}

    def told(self, order: Order) -> dict[str, str]:
        """What UnionPay says of an order, beside its respCode."""
        told = {
            "queryId": order.trace.query_id,
            "traceNo": order.trace.number,
            "traceTime": order.trace.time_text,
            "txnAmt": str(order.amount),
            "currencyCode": "156",
        }
        if order.account:
            told["accNo"] = masked(order.account)
            told["payCardType"] = "01"
        if order.booked is not None:
            told["settleAmt"] = str(order.amount)
            told["settleCurrencyCode"] = "156"
            told["settleDate"] = f"{self._orders.settlement_day(order.booked):%m%d}"
        return told

    def result(self, order: Order) -> dict[str, str]:
        """The unsigned result of a paid order, as it goes to backUrl and frontUrl."""
        return {**echo(order.fields), **self.told(order), "respCode": order.code, "respMsg": words(order.code)}

    def signed(
        self, merchant: Merchant | None, fields: Mapping[str, str], strikes: Strikes | None = None
    ) -> dict[str, str]:
        """The fields with their signature, by UnionPay's certificate or, for 11 and 12, the merchant's key.

        `strikes` may hold wrong_signature (over another text), unsigned, and unknown_cert_sn (by another chain).
        """
        strikes = Strikes() if strikes is None else strikes
        method = merchant.sign_method if merchant else signing.CERTIFICATE
        message = {name: value for name, value in fields.items() if name != "signature"}
        message["signMethod"] = method
        if "unsigned" in strikes:
            return {**message, "signature": ""} if strikes.arg("unsigned", "empty", False) else message
        alien = "unknown_cert_sn" in strikes
        if method == signing.CERTIFICATE:
            signer = self._merchants.authority.stranger if alien else self._merchants.signer
            message |= {"certId": signer.serial, "signPubKeyCert": signer.pem}
        text = signing.link_string(message).encode(charset_of(message), "replace")
        if "wrong_signature" in strikes:
            text += b"&"
        if method == signing.CERTIFICATE:
            signature = signing.sign(signer.key, text)
        else:
            secret = merchant.secret if merchant and not alien else self._core.token()
            signature = signing.shared(method, secret, text)
        return {**message, "signature": signature}

    def form(self, merchant: Merchant, fields: Mapping[str, str], strikes: Strikes | None = None) -> bytes:
        """A form body, signed."""
        message = self.signed(merchant, fields, strikes=strikes)
        return urlencode(message, encoding=charset_of(message)).encode()

    def announce(self, order: Order, in_request: bool) -> None:
        """Tell the merchant that an order succeeded; anything else is not announced.

        `in_request`: the synchronous answer is still to come.
        """
        merchant = order.merchant
        url = order.fields.get("backUrl") or merchant.terms.notify_url
        if order.code not in SUCCESS_CODES or order.quiet or not url:
            return
        about = {
            "platform": "unionpay",
            "app_id": merchant.mer_id,
            "method": order.key,
            "out_biz_no": order.order_id,
            "status": order.code,
        }
        strikes = self._core.faults.strike("notification", payee=order.account, **about)
        body = self.form(merchant, self.result(order), strikes)
        content_type = f"{FORM};charset={charset_of(order.fields)}"

        def message() -> Notification:
            return Notification(url, body, content_type, "", about, judge=_received, gaps=GAPS)

        if "drop" in strikes:
            self._core.notifier.keep(message(), "dropped")
            return
        if "reorder" in strikes:
            self._hold(merchant, message(), strikes.arg("reorder", "hold_ms", HOLD_MS))
            return
        if "early" in strikes and in_request:
            self._core.notifier.send_now(message())
            self._release(merchant)
        else:
            delay = self._core.settings.notification_delay_ms
            if "delay" in strikes:
                delay += int(strikes.arg("delay", "ms", 1000))
            self._core.notifier.send(message(), delay / 1000, lambda: self._release(merchant))
        if "duplicate" in strikes:
            for _ in range(int(strikes.arg("duplicate", "copies", 1))):
                self._core.notifier.send(message(), self._core.settings.notification_delay_ms / 1000)

    def _hold(self, merchant: Merchant, message: Notification, hold_ms: int) -> None:
        """Keep a message back until the next one has gone, at most `hold_ms`."""
        with self._lock:
            self._held.setdefault(merchant.mer_id, []).append(message)
        self._core.scheduler.after(hold_ms / 1000, lambda: self._release(merchant))

    def _release(self, merchant: Merchant) -> None:
        with self._lock:
            held = self._held.pop(merchant.mer_id, [])
        for message in held:
            self._core.notifier.send(message)


def _received(status: int | None, _: str) -> str | None:
    """Any answer with status 200 accepts a notification; its body is not looked at."""
    return "delivered" if status == 200 else None


def echo(fields: Mapping[str, str]) -> dict[str, str]:
    """The fields of a request that its answers repeat."""
    return {name: fields[name] for name in ECHO if fields.get(name)}
