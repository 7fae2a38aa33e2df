"""/v3/pay/transactions/ (native, codepay, query, close, reverse) and /v3/refund/domestic/refunds."""

from __future__ import annotations

from typing import Any

from ..clock import Clock
from . import trades as states
from .amounts import rfc3339
from .errors import Refusal
from .fields import Fields
from .gateway import Call, Operation
from .refunds import SUCCESS, Refund, RefundOrder, Refunds
from .settings import WechatSettings
from .trade_orders import OUT_TRADE_NO, check_owner, read_charge, read_native
from .trades import Trade, Trades
from .transfer_orders import notify_url

ROOT = "/v3/pay/transactions"
REFUNDS = "/v3/refund/domestic/refunds"
DESCRIPTIONS = {
    states.NOTPAY: "订单未支付",
    states.USERPAYING: "用户支付中",
    states.SUCCESS: "支付成功",
    states.REFUND: "转入退款",
    states.CLOSED: "订单已关闭",
    states.REVOKED: "订单已撤销",
    states.PAYERROR: "支付失败",
}
BANK = "OTHERS"


class TradeApi:
    """What merchants do with collections and refunds."""

    def __init__(self, clock: Clock, settings: WechatSettings, trades: Trades, refunds: Refunds) -> None:
        self._clock = clock
        self._settings = settings
        self._trades = trades
        self._refunds = refunds

    def operations(self) -> list[Operation]:
        """The addresses."""
        order = f"{ROOT}/out-trade-no/<out_trade_no>"
        return [
            Operation("native", "POST", f"{ROOT}/native", self.native),
            Operation("codepay", "POST", f"{ROOT}/codepay", self.charge),
            Operation("trade.query", "GET", order, self.query),
            Operation("trade.query", "GET", f"{ROOT}/id/<transaction_id>", self.query),
            Operation("trade.close", "POST", f"{order}/close", self.close),
            Operation("trade.reverse", "POST", f"{order}/reverse", self.reverse),
            Operation("refund", "POST", REFUNDS, self.refund),
            Operation("refund.query", "GET", f"{REFUNDS}/<out_refund_no>", self.query_refund),
        ]

    def native(self, call: Call) -> dict[str, Any]:
        """A QR code for an order."""
        call.query.done()
        return {"code_url": self._trades.native(call.merchant, read_native(call, self._settings, self._clock))}

    def charge(self, call: Call) -> dict[str, Any]:
        """Charge a payment code."""
        call.query.done()
        trade = self._trades.charge(call.merchant, read_charge(call))
        if trade.state == states.USERPAYING and self._settings.asking_answer == "error":
            raise Refusal("USERPAYING")
        return trade_told(trade)

    def query(self, call: Call) -> dict[str, Any]:
        """Tell the state of an order."""
        check_owner(call.merchant, call.query.text("mchid", 32, required=True))
        call.query.done()
        parts = call.parts
        trade = self._trades.find(call.merchant, parts.get("out_trade_no", ""), parts.get("transaction_id", ""))
        return trade_told(trade)

    def close(self, call: Call) -> None:
        """Close an unpaid order."""
        check_owner(call.merchant, call.body.text("mchid", 32, required=True))
        call.body.done()
        self._trades.close(call.merchant, call.parts["out_trade_no"])

    def reverse(self, call: Call) -> dict[str, Any]:
        """Take a charge back."""
        body = call.body
        appid, mchid = body.text("appid", 32, required=True), body.text("mchid", 32, required=True)
        check_owner(call.merchant, mchid, appid)
        body.done()
        trade = self._trades.reverse(call.merchant, call.parts["out_trade_no"])
        return {"appid": appid, "mchid": mchid, "out_trade_no": trade.order.out_trade_no}

    def refund(self, call: Call) -> dict[str, Any]:
        """Refund part or all of an order."""
        call.query.done()
        return refund_told(self._refunds.create(call.merchant, _refund_order(call.body, self._settings)))

    def query_refund(self, call: Call) -> dict[str, Any]:
        """Tell the state of a refund."""
        call.query.done()
        return refund_told(self._refunds.find(call.merchant, call.parts["out_refund_no"]))


def _refund_order(body: Fields, settings: WechatSettings) -> RefundOrder:
    transaction_id = body.text("transaction_id", 32)
    out_trade_no = body.text("out_trade_no", 32, pattern=OUT_TRADE_NO, least=6)
    if bool(transaction_id) == bool(out_trade_no):
        raise body.misfit("out_trade_no", "transaction_id和out_trade_no二选一")
    number = body.text("out_refund_no", 64, required=True, pattern=OUT_TRADE_NO)
    reason, url = body.text("reason", 80), notify_url(body, settings)
    body.choice("funds_account", "AVAILABLE", "UNSETTLED", default="AVAILABLE")
    amount = body.inner("amount", required=True)
    if amount is None:
        raise body.misfit("amount", "必填字段缺失")
    refund, total = amount.fen("refund"), amount.fen("total")
    amount.choice("currency", "CNY")
    for source in amount.items("from"):
        source.choice("account", "AVAILABLE", "UNAVAILABLE")
        source.fen("amount")
    for goods in body.items("goods_detail"):
        for name in ("merchant_goods_id", "wechatpay_goods_id", "goods_name"):
            goods.text(name, 256)
        for name in ("unit_price", "refund_amount", "refund_quantity"):
            goods.fen(name)
    body.done()
    if refund > total:
        raise amount.misfit("refund", "退款金额不能大于订单金额")
    return RefundOrder(number, out_trade_no, transaction_id, refund, total, reason, url)


def trade_told(trade: Trade) -> dict[str, Any]:
    """An order as the query and the message tell it; what does not exist yet is left out."""
    order = trade.order
    told: dict[str, Any] = {
        "appid": order.appid,
        "mchid": trade.merchant.mchid,
        "out_trade_no": order.out_trade_no,
        "trade_state": trade.state,
        "trade_state_desc": DESCRIPTIONS[trade.state],
        "amount": {"total": order.total, "currency": "CNY"},
    }
    if order.attach:
        told["attach"] = order.attach
    if trade.paid:
        amount = {"total": trade.paid_fen, "payer_total": trade.paid_fen, "currency": "CNY", "payer_currency": "CNY"}
        told |= {
            "transaction_id": trade.transaction_id,
            "trade_type": order.kind,
            "bank_type": BANK,
            "success_time": rfc3339(trade.paid),
            "payer": {"openid": trade.openid},
            "amount": amount,
            "promotion_detail": [],
        }
    return told


def refund_told(refund: Refund) -> dict[str, Any]:
    """A refund as the API tells it."""
    order, trade = refund.order, refund.trade
    told: dict[str, Any] = {
        "refund_id": refund.refund_id,
        "out_refund_no": order.out_refund_no,
        "transaction_id": trade.transaction_id,
        "out_trade_no": trade.order.out_trade_no,
        "channel": "ORIGINAL",
        "user_received_account": "支付用户零钱",
        "create_time": rfc3339(refund.created),
        "status": refund.status,
        "funds_account": "AVAILABLE",
        "amount": {
            "total": order.total,
            "refund": order.amount,
            "payer_total": order.total,
            "payer_refund": order.amount,
            "settlement_refund": order.amount,
            "settlement_total": order.total,
            "discount_refund": 0,
            "currency": "CNY",
            "refund_fee": refund.fee_fen,
        },
        "promotion_detail": [],
    }
    if refund.status == SUCCESS and refund.ended:
        told["success_time"] = rfc3339(refund.ended)
    return told
