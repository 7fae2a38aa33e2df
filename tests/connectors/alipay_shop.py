"""What tests of Alipay's collecting side share: orders, references and the answers of a gateway."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from alipay_world import NOW

from odoo.addons.payment_bridge.connector.types import (
    ChargeOrder,
    CollectOrder,
    Money,
    Operation,
    OrderReference,
    RefundOrder,
)

AUTH_CODE = "284567890123456789"
TRADE_NO = "2026011622001412345678900001"
CODE = "https://qr.alipay.com/bax03431ljhokirwl38f00a7"
PAID_AT = datetime(2026, 1, 16, 2, 29, 59, tzinfo=UTC)


def yuan(amount: str) -> Money:
    return Money(Decimal(amount), "CNY")


def collection(**change: Any) -> CollectOrder:
    made = {
        "key": "SO202600031",
        "amount": yuan("100.00"),
        "method": "qr",
        "title": "打印纸A4",
        "placed_at": NOW,
        "expires_at": NOW + timedelta(minutes=30),
        **change,
    }
    return CollectOrder(**made)


def sale(**change: Any) -> ChargeOrder:
    made = {
        "key": "SO202600031",
        "amount": yuan("100.00"),
        "auth_code": AUTH_CODE,
        "title": "打印纸A4",
        "placed_at": NOW,
        **change,
    }
    return ChargeOrder(**made)


def collected(operation: Operation = Operation.COLLECT, **change: Any) -> OrderReference:
    made = {
        "key": "SO202600031",
        "operation": operation,
        "amount": yuan("100.00"),
        "placed_at": NOW,
        "sent_at": NOW,
        "method": "qr" if operation is Operation.COLLECT else None,
        **change,
    }
    return OrderReference(**made)


def give_back(**change: Any) -> RefundOrder:
    made = {
        "key": "RF202600007",
        "amount": yuan("30.00"),
        "original": collected(),
        "reason": "部分退货",
        "placed_at": NOW,
        **change,
    }
    return RefundOrder(**made)


def refunded(**change: Any) -> OrderReference:
    made = {
        "key": "RF202600007",
        "operation": Operation.REFUND,
        "amount": yuan("30.00"),
        "placed_at": NOW,
        "sent_at": NOW,
        "original": collected(),
        **change,
    }
    return OrderReference(**made)


def without_times(reference: OrderReference) -> OrderReference:
    return replace(reference, placed_at=None, sent_at=None)


PRECREATED = {"code": "10000", "msg": "Success", "out_trade_no": "SO202600031", "qr_code": CODE}
CHARGED = {
    "code": "10000",
    "msg": "Success",
    "out_trade_no": "SO202600031",
    "trade_no": TRADE_NO,
    "buyer_logon_id": "159****5620",
    "total_amount": "100.00",
    "receipt_amount": "100.00",
    "gmt_payment": "2026-01-16 10:29:59",
}
ASKED = {**CHARGED, "code": "10003", "msg": " order success pay inprocess", "receipt_amount": "0.00"}
PAID = {
    "code": "10000",
    "msg": "Success",
    "out_trade_no": "SO202600031",
    "trade_no": TRADE_NO,
    "trade_status": "TRADE_SUCCESS",
    "buyer_logon_id": "159****5620",
    "total_amount": "100.00",
    "receipt_amount": "100.00",
    "send_pay_date": "2026-01-16 10:29:59",
}
WAITING = {name: PAID[name] for name in PAID if name != "send_pay_date"} | {"trade_status": "WAIT_BUYER_PAY"}
CLOSED_UNPAID = {**WAITING, "trade_status": "TRADE_CLOSED", "receipt_amount": "0.00"}
CLOSED_PAID = {**PAID, "trade_status": "TRADE_CLOSED"}
REFUNDED = {
    "code": "10000",
    "msg": "Success",
    "out_trade_no": "SO202600031",
    "trade_no": TRADE_NO,
    "buyer_logon_id": "159****5620",
    "fund_change": "Y",
    "refund_fee": "30.00",
    "gmt_refund_pay": "2026-01-16 10:29:59",
}
REFUND_FOUND = {
    "code": "10000",
    "msg": "Success",
    "out_trade_no": "SO202600031",
    "trade_no": TRADE_NO,
    "out_request_no": "RF202600007",
    "refund_status": "REFUND_SUCCESS",
    "refund_amount": "30.00",
    "total_amount": "100.00",
    "gmt_refund_pay": "2026-01-16 10:29:59",
}
NOTHING = {"code": "10000", "msg": "Success"}
