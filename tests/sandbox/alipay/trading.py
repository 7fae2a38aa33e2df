"""The methods alipay.trade.*: collecting, asking, closing and giving back."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any

from ..clock import STAMP
from ..core import Core
from ..ledger import ZERO
from .apps import App
from .content import Content
from .errors import Refusal, business
from .settings import AlipaySettings
from .trade import WAITING, Trade, WrongState
from .trade_orders import WRONG, read_amount, read_number, read_trade
from .trades import Trades
from .wallets import Presented, Wallets

NOTHING_PAID = dict.fromkeys(("buyer_pay_amount", "invoice_amount", "point_amount", "receipt_amount"), "0.00")
SCENES = ("bar_code", "wave_code", "security_code")


class TradeMethods:
    """The merchant's side of a trade."""

    def __init__(self, core: Core, settings: AlipaySettings, trades: Trades, wallets: Wallets) -> None:
        self._core = core
        self._settings = settings
        self._trades = trades
        self._wallets = wallets
        self._charging = threading.Lock()

    def precreate(self, app: App, values: dict[str, Any], notify_url: str) -> dict[str, Any]:
        """alipay.trade.precreate: a code to be shown; there is no trade before somebody scans it."""
        order, terms = read_trade(app, values, self._core.clock.now())
        code = self._trades.precreate(app, order, terms, notify_url)
        return {"out_trade_no": order.out_trade_no, "qr_code": code.content}

    def pay(self, app: App, values: dict[str, Any], notify_url: str) -> dict[str, Any]:
        """alipay.trade.pay: charge the payment code that a customer presents."""
        order, terms = read_trade(app, values, self._core.clock.now())
        content = Content(values, sub_code=WRONG)
        if content.text("scene", 32) not in ("", *SCENES):
            raise content.misfit("scene", "取值不在范围内")
        auth_code = content.text("auth_code", 64, required=True)
        shown = None
        with self._charging:  # the same request twice at once begins one trade
            trade = self._trades.earlier(app, order)
            if trade is None:
                shown = self._wallets.take(auth_code)
                sub_code = "ACQ.PAYMENT_AUTH_CODE_INVALID" if shown is None else shown.error
                if shown is None or shown.result == "refused":
                    raise business(sub_code, out_trade_no=order.out_trade_no, **NOTHING_PAID)
                trade = self._trades.charge(app, order, terms, shown.buyer, notify_url)
        if shown is not None:
            self._settle(trade, shown)
        told = {**_identified(trade), **_buyer(trade), "total_amount": str(trade.amount)}
        if trade.status == WAITING:
            return {"code": "10003", "msg": " order success pay inprocess", **told, **NOTHING_PAID}
        return {**told, **_paid(trade), "gmt_payment": _text(trade.paid)}

    def query(self, app: App, values: dict[str, Any]) -> dict[str, Any]:
        """alipay.trade.query."""
        trade = self._found(app, values, **NOTHING_PAID)
        told = {
            **_identified(trade),
            **_buyer(trade),
            "trade_status": trade.status,
            "total_amount": str(trade.amount),
            **NOTHING_PAID,
        }
        if trade.paid is not None:
            told |= {**_paid(trade), "send_pay_date": _text(trade.paid)}
        return told

    def close(self, app: App, values: dict[str, Any]) -> dict[str, Any]:
        """alipay.trade.close: end a trade that nobody has paid."""
        trade = self._found(app, values)
        self._trades.close(trade)
        return _identified(trade)

    def cancel(self, app: App, values: dict[str, Any]) -> dict[str, Any]:
        """alipay.trade.cancel: close or give back; without an `action` no trade was found."""
        ours, theirs = read_number(values)
        trade = self._trades.find(app, ours, theirs)
        if trade is None:
            if self._settings.cancel_voids_codes:
                self._trades.void(app, ours)
            return {"out_trade_no": ours, "retry_flag": "N"}
        if not self._trades.cancel(trade):
            return {**_identified(trade), "retry_flag": "Y"}
        action = trade.cancelled or ("refund" if trade.paid else "close")
        return {**_identified(trade), "retry_flag": "N", "action": action}

    def refund(self, app: App, values: dict[str, Any]) -> dict[str, Any]:
        """alipay.trade.refund: give back a part; `refund_fee` counts all parts so far."""
        content = Content(values, sub_code=WRONG)
        amount = read_amount(content, values, "refund_amount")
        reason = content.text("refund_reason", 256)
        trade = self._found(app, values)
        request_no = content.text("out_request_no", 64)
        if not request_no:
            if amount != trade.amount:
                raise content.misfit("out_request_no", "部分退款时不能为空")
            request_no = trade.order.out_trade_no
        part, moved = self._trades.refund(trade, request_no, amount, reason)
        told = {
            **_identified(trade),
            **_buyer(trade),
            "fund_change": "Y" if moved else "N",
            "refund_fee": str(trade.refunded),
            "send_back_fee": str(part.amount) if moved else "0.00",
        }
        if moved:
            told["gmt_refund_pay"] = _text(part.made)
        return told

    def refund_query(self, app: App, values: dict[str, Any]) -> dict[str, Any]:
        """alipay.trade.fastpay.refund.query: nothing but the code while no such refund has gone through."""
        content = Content(values, sub_code=WRONG)
        request_no = content.text("out_request_no", 64, required=True)
        wanted = values.get("query_options", [])
        trade = self._found(app, values)
        part = trade.parts.get(request_no)
        if part is None or part.confirmed > self._core.clock.now():
            return {}
        told = {
            **_identified(trade),
            "out_request_no": request_no,
            "refund_status": "REFUND_SUCCESS",
            "refund_amount": str(part.amount),
            "total_amount": str(trade.amount),
            "refund_reason": part.reason,
        }
        if "gmt_refund_pay" in wanted:
            told["gmt_refund_pay"] = _text(part.confirmed)
        if "refund_detail_item_list" in wanted:
            told["send_back_fee"] = str(part.amount)
            told["refund_detail_item_list"] = [{"amount": str(part.amount), "fund_channel": "ALIPAYACCOUNT"}]
        return told

    def _settle(self, trade: Trade, shown: Presented) -> None:
        """The customer's answer to a charge: at once, or when he has been asked."""
        if shown.result == "paid":
            self._trades.pay(trade, in_request=True)
            return
        shown.trade = trade
        if shown.confirms_after_ms is not None:
            self._core.scheduler.after(shown.confirms_after_ms / 1000, lambda: self._confirm(trade))

    def _confirm(self, trade: Trade) -> None:
        """The customer says yes, unless the trade has ended meanwhile."""
        if trade.status == WAITING:
            try:
                self._trades.pay(trade)
            except WrongState:
                return

    def _found(self, app: App, values: dict[str, Any], **told: str) -> Trade:
        ours, theirs = read_number(values)
        trade = self._trades.find(app, ours, theirs)
        if trade is None:
            raise _missing(ours, **told)
        return trade


def _missing(out_trade_no: str, **told: str) -> Refusal:
    known = {"out_trade_no": out_trade_no} if out_trade_no and told else {}
    return business("ACQ.TRADE_NOT_EXIST", **known, **told)


def _identified(trade: Trade) -> dict[str, Any]:
    return {"out_trade_no": trade.order.out_trade_no, "trade_no": trade.trade_no}


def _buyer(trade: Trade) -> dict[str, str]:
    return {"buyer_logon_id": trade.buyer.logon_id, "buyer_user_id": trade.buyer.user_id}


def _paid(trade: Trade) -> dict[str, Any]:
    amount = str(trade.amount)
    return {
        **dict.fromkeys(("buyer_pay_amount", "invoice_amount", "receipt_amount"), amount),
        "point_amount": str(ZERO),
        "fund_bill_list": [{"amount": amount, "fund_channel": "ALIPAYACCOUNT"}],
    }


def _text(moment: datetime | None) -> str:
    return moment.strftime(STAMP) if moment else ""
