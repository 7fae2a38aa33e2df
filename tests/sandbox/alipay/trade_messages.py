"""Trade notifications (trade_status_sync) to the notify_url that the order named."""

from __future__ import annotations

import json

from ..clock import STAMP
from ..core import Core
from .messages import Messages
from .settings import AlipaySettings
from .trade import PAID, WAITING, Part, Trade

KIND = "trade_status_sync"


class TradeMessages:
    """Tells merchants what becomes of their trades. A refund comes as the trade's message once more."""

    def __init__(self, core: Core, settings: AlipaySettings, messages: Messages) -> None:
        self._core = core
        self._settings = settings
        self._messages = messages

    def changed(self, trade: Trade, part: Part | None, in_request: bool) -> None:
        """Tell of a trade's new state, or of the refund `part`."""
        event = "REFUND" if part is not None else trade.status
        if not trade.notify_url or event not in self._settings.trade_messages.split(","):
            return
        number = part.request_no if part is not None else trade.order.out_trade_no
        about = {
            "platform": "alipay",
            "app_id": trade.app.app_id,
            "method": KIND,
            "out_biz_no": number,
            "status": trade.status,
        }
        self._messages.tell(trade.app, trade.notify_url, self._told(trade, part), about, "", in_request)

    def _told(self, trade: Trade, part: Part | None) -> dict[str, str]:
        app, order, amount = trade.app, trade.order, str(trade.amount)
        told = {
            "notify_time": self._core.clock.now().strftime(STAMP),
            "notify_type": KIND,
            "notify_id": self._messages.new_id(),
            "app_id": app.app_id,
            "auth_app_id": app.app_id,
            "charset": "utf-8",
            "version": "1.0",
            "trade_no": trade.trade_no,
            "out_trade_no": order.out_trade_no,
            "buyer_id": trade.buyer.user_id,
            "buyer_logon_id": trade.buyer.logon_id,
            "seller_id": app.pid,
            "seller_email": f"{app.pid[-6:]}@shop.example.cn",
            "trade_status": trade.status,
            "total_amount": amount,
            "subject": order.subject,
            "gmt_create": trade.created.strftime(STAMP),
        }
        if trade.status != WAITING and trade.paid is not None:
            told |= dict.fromkeys(("receipt_amount", "invoice_amount", "buyer_pay_amount"), amount)
            told |= {
                "point_amount": "0.00",
                "gmt_payment": trade.paid.strftime(STAMP),
                "fund_bill_list": json.dumps([{"amount": amount, "fundChannel": "ALIPAYACCOUNT"}]),
            }
        if trade.refunded:
            told["refund_fee"] = str(trade.refunded)
            last = part or list(trade.parts.values())[-1]
            told["gmt_refund"] = f"{last.made.strftime(STAMP)}.{last.made.microsecond // 1000:03d}"
        if part is not None:
            told["out_biz_no"] = part.request_no
        if trade.closed is not None and trade.status != PAID:
            told["gmt_close"] = trade.closed.strftime(STAMP)
        told |= {
            name: text for name, text in (("body", order.body), ("passback_params", order.passback_params)) if text
        }
        if app.by_certificate and self._settings.notification_cert_sn:
            told["alipay_cert_sn"] = app.alipay.sn
        return told
