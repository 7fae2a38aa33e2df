"""Messages: those of the service `alipay.fund.trans.order.changed`, and for all kinds signature and faults."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from ..core import Core
from ..notifier import Notification
from . import signing
from .apps import App
from .payouts import Payout
from .settings import AlipaySettings

METHOD = "alipay.fund.trans.order.changed"
FORM = "application/x-www-form-urlencoded; charset=utf-8"
HOLD_MS = 5000


class Messages:
    """Builds, signs and sends messages. A held one (`reorder`) follows the next message of its app."""

    def __init__(self, core: Core, settings: AlipaySettings) -> None:
        self._core = core
        self._settings = settings
        self._lock = threading.Lock()
        self._held: dict[str, list[Notification]] = {}

    def changed(self, payout: Payout, in_request: bool) -> None:
        """Tell the merchant of a payout's new state; `in_request`: the synchronous answer is still to come."""
        app, order = payout.app, payout.order
        if not app.terms.notify_url:
            return
        about = {
            "platform": "alipay",
            "app_id": app.app_id,
            "method": METHOD,
            "out_biz_no": order.out_biz_no,
            "status": payout.status,
        }
        self.tell(app, app.terms.notify_url, self._envelope(payout), about, order.payee.identity, in_request)

    def tell(
        self, app: App, url: str, params: Mapping[str, str], about: dict[str, str], payee: str, in_request: bool
    ) -> None:
        """Sign `params` and send them to `url`, with the faults that strike a message about `about`."""
        strikes = self._core.faults.strike("notification", payee=payee, **about)
        body = self.signed(app, params, spoil="wrong_signature" in strikes).encode()

        def message() -> Notification:
            return Notification(url, body, FORM, "success", about)

        if "drop" in strikes:
            self._core.notifier.keep(message(), "dropped")
            return
        if "reorder" in strikes:
            self._hold(app, message(), strikes.arg("reorder", "hold_ms", HOLD_MS))
            return
        if "early" in strikes and in_request:
            self._core.notifier.send_now(message())
            self._release(app)
        else:
            delay = self._core.settings.notification_delay_ms
            if "delay" in strikes:
                delay += int(strikes.arg("delay", "ms", 1000))
            self._core.notifier.send(message(), delay / 1000, lambda: self._release(app))
        if "duplicate" in strikes:
            for _ in range(int(strikes.arg("duplicate", "copies", 1))):
                self._core.notifier.send(message(), self._core.settings.notification_delay_ms / 1000)

    def new_id(self) -> str:
        """A fresh notify_id."""
        return f"{self._core.clock.now():%Y%m%d}00{self._core.token(24)}"

    def signed(self, app: App, params: Mapping[str, str], spoil: bool = False) -> str:
        """The form body of a message, signed for the app; `spoil` signs something else."""
        fields = {"sign_type": "RSA2", **params}
        without = ("sign",) if self._settings.notification_keeps_sign_type else ("sign", "sign_type")
        text = signing.joined(fields, without, keep_empty=True) + ("&" if spoil else "")
        return urlencode({**fields, "sign": signing.sign(app.alipay.key, text.encode(), fields["sign_type"])})

    def _envelope(self, payout: Payout) -> dict[str, str]:
        app = payout.app
        content = json.dumps(_told(payout), ensure_ascii=False, separators=(",", ":"))
        envelope = {
            "notify_id": self.new_id(),
            "utc_timestamp": str(int(time.time() * 1000)),
            "msg_method": METHOD,
            "app_id": app.app_id,
            "version": "1.1",
            "charset": "utf-8",
            "biz_content": signing.encrypt(app.aes_key, content.encode()) if app.aes_key else content,
        }
        if app.by_certificate and self._settings.notification_cert_sn:
            envelope["alipay_cert_sn"] = app.alipay.sn
        return envelope

    def _hold(self, app: App, message: Notification, hold_ms: int) -> None:
        """Keep a message back until the next one has gone, at most `hold_ms`."""
        with self._lock:
            self._held.setdefault(app.app_id, []).append(message)
        self._core.scheduler.after(hold_ms / 1000, lambda: self._release(app))

    def _release(self, app: App) -> None:
        with self._lock:
            held = self._held.pop(app.app_id, [])
        for message in held:
            self._core.notifier.send(message)


def _told(payout: Payout) -> dict[str, Any]:
    """biz_content of a message; fields without a value are left out."""
    order = payout.order
    told = {
        "out_biz_no": order.out_biz_no,
        "order_id": payout.order_id,
        "pay_fund_order_id": payout.fund_id,
        "status": payout.status,
        "product_code": order.product_code,
        "biz_scene": order.biz_scene,
        "trans_amount": str(order.amount),
        "pay_date": payout.paid_text,
        "error_code": payout.error_code,
        "fail_reason": payout.fail_reason,
        "passback_params": order.passback_params,
        "action_type": "FINISH",
        "origin_interface": "alipay.fund.trans.uni.transfer",
    }
    return {name: value for name, value in told.items() if value}
