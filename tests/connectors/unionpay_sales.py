"""The orders of customers for connector tests: collections, charges and refunds."""

from datetime import timedelta
from decimal import Decimal

from unionpay_world import (
    AMOUNT,
    MER_ID,
    NOTIFY,
    NOW,
    PLACED,
    QUERY_ID,
    TXN_TIME,
    reference,
)

from odoo.addons.payment_bridge.connector.types import ChargeOrder, CollectOrder, Money, Operation, RefundOrder

KEY = "SO20260115000001"
ENDS = PLACED + timedelta(minutes=15)
QR_CODE = "https://qr.95516.com/00010000/62001234567890"


def collect_order(**change):
    made = {
        "key": KEY,
        "amount": AMOUNT,
        "method": "qr",
        "title": "打印纸",
        "placed_at": PLACED,
        "expires_at": ENDS,
        **change,
    }
    return CollectOrder(**made)


def charge_order(**change):
    made = {
        "key": KEY,
        "amount": AMOUNT,
        "auth_code": "6220485073630469936",
        "title": "打印纸",
        "placed_at": PLACED,
        **change,
    }
    return ChargeOrder(**made)


def collection(**change):
    made = {"key": KEY, "operation": Operation.COLLECT, "method": "qr", "expires_at": ENDS, **change}
    return reference(**made)


def charged(**change):
    return reference(**{"key": KEY, "operation": Operation.CHARGE, **change})


def refund_order(**change):
    made = {
        "key": "RF20260115000007",
        "amount": Money(Decimal("30.00"), "CNY"),
        "original": collection(platform_reference=QUERY_ID),
        "reason": "质量问题",
        "placed_at": NOW,
        **change,
    }
    return RefundOrder(**made)


def without_signature(fields):
    return {name: value for name, value in fields.items() if name not in ("signature", "certId")}


COMMON = {
    "version": "5.1.0",
    "encoding": "UTF-8",
    "signMethod": "01",
    "accessType": "0",
    "merId": MER_ID,
    "orderId": KEY,
    "txnTime": TXN_TIME,
    "txnAmt": "250000",
    "currencyCode": "156",
    "backUrl": NOTIFY,
}
