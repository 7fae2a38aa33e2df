"""WeChat Pay: what the contract needs to know of it.

The codes, states and limits are typed from the platform's published lists (APIv3: merchant transfer, basic payment,
code payment, refund, bills), not from the connector's own tables.
"""

from __future__ import annotations

import base64
import functools
import json
from dataclasses import replace
from datetime import datetime, timedelta
from datetime import time as hour
from decimal import Decimal
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from odoo.addons.payment_bridge.connector.transport import HttpResponse
from odoo.addons.payment_bridge.connector.types import (
    ChargeOrder,
    CollectOrder,
    InboundRequest,
    Money,
    Operation,
    Outcome,
    Payee,
    PayOutOrder,
    RefundOrder,
)

from sandbox.control import Control

from .kit.channel import Channel
from .kit.faults import faults
from .kit.limits import with_amount, with_payee, with_text
from .kit.model import (
    MONEY,
    Fate,
    Limit,
    Merchant,
    Notices,
    Order,
    Platform,
    Spoil,
    State,
    Statement,
    Variety,
    Verifier,
    WireFault,
    codes,
)
from .kit.signatures import Scripted, Sign, Trust, private_pem, public_pem
from .kit.stage import wait_until

COLLECTED = frozenset({Operation.COLLECT, Operation.CHARGE, Operation.REFUND})
KIND = "wechat_openid"
NAME = "张三丰"
GOOD, LATE, REFUSED = "oUpF8uMuAJOM2pxb1Q9zNjWeS6o0", "oUpF8uMuAJOM2pxb1Q9zNjWeS6o1", "oUpF8uMuAJOM2pxb1Q9zNjWeS6o2"
KNOWN_AFTER = timedelta(minutes=6)
"""A 404 within five minutes of sending says nothing."""


def _prepare(admin: Control) -> None:
    admin.post("wechatpay/settings", stamps="sandbox", transfering_ms=0, canceling_ms=0, refund_ms=None)
    admin.post("wechatpay/payees", openid=GOOD, name=NAME, auto_confirm_ms=None)
    admin.post("wechatpay/payees", openid=LATE, auto_confirm_ms=None, late_error="ACCOUNT_FROZEN")
    admin.post("wechatpay/payees", openid=REFUSED, error="USER_ERROR")


def _merchant(
    admin: Control, notify_url: str | None, opening: Decimal, mode: str = "public_key", verification: str = "public_key"
) -> Merchant:
    half = str(opening / 2)
    made = admin.post(
        "wechatpay/merchants",
        mode=mode,
        opening_balance={"BASIC": half, "OPERATION": half},
        notify_url=notify_url,
        balance_api=True,
    )
    settings = {
        "mchid": made["mchid"],
        "appid": made["appid"],
        "merchant_private_key": made["merchant_private_key"],
        "merchant_certificate": made["merchant_certificate"],
        "apiv3_key": made["apiv3_key"],
        "verification": verification,
        "platform_public_key": made["public_key"] or "",
        "platform_public_key_id": made["public_key_id"] or "",
        "base_url": made["base_url"],
        "balance_source": "api",
    }
    secrets = frozenset({made["merchant_private_key"], made["apiv3_key"]})
    return Merchant(made["mchid"], settings, secrets, {"mchid": made["mchid"]})


# Orders


def _pay(openid: str, name: str | None = None) -> Any:
    def make(channel: Channel, key: str, amount: Decimal) -> PayOutOrder:
        payee = Payee(KIND, openid, name if amount >= Decimal("0.30") else None)
        return PayOutOrder(key, Money(amount, "CNY"), payee, f"货款{key}", None, channel.now())

    return make


def _confirm(channel: Channel, order: Order, outcome: Outcome) -> None:
    found = {"mchid": channel.merchant.id, "out_bill_no": order.key}
    channel.admin.post(f"wechatpay/transfers/{order.key}/confirm", mchid=channel.merchant.id)

    def ended() -> bool:
        return channel.admin.get("wechatpay/transfers", **found)["transfers"][0]["state"] in ("SUCCESS", "FAIL")

    wait_until(ended, "the transfer ends")


def _collect(channel: Channel, key: str, amount: Decimal) -> CollectOrder:
    now = channel.now()
    return CollectOrder(key, Money(amount, "CNY"), "qr", f"打印纸/{key}", now, now + timedelta(minutes=30), "A4 & 硒鼓")


def _scan_and_pay(channel: Channel, order: Order, outcome: Outcome) -> None:
    assert outcome.action is not None
    channel.pay(outcome.action.content)


def _charge(channel: Channel, key: str, amount: Decimal) -> ChargeOrder:
    return ChargeOrder(key, Money(amount, "CNY"), channel.present(), f"打印纸/{key}", channel.now(), terminal="T01")


def _refund_of(operation: Operation) -> Any:
    def make(channel: Channel, key: str, amount: Decimal) -> RefundOrder:
        original = channel.paid(operation, amount=str(amount * 2))
        return RefundOrder(key, Money(amount, "CNY"), channel.about(original), "部分退货", channel.now())

    return make


def _finish_refund(channel: Channel, order: Order, outcome: Outcome) -> None:
    channel.admin.post(f"wechatpay/refunds/{order.key}/finish", mchid=channel.merchant.id)


VARIETIES = {
    Operation.PAY_OUT: (Variety(KIND, _pay(GOOD, NAME), "processing", _confirm, absent_after=KNOWN_AFTER),),
    Operation.COLLECT: (Variety("qr", _collect, "processing", _scan_and_pay, absent_after=KNOWN_AFTER),),
    Operation.CHARGE: (
        Variety("charge", _charge, "succeeded", repeat="succeeded|uncertain", absent_after=KNOWN_AFTER),
    ),
    Operation.REFUND: tuple(
        Variety(kind.value, _refund_of(kind), "processing", _finish_refund, absent_after=KNOWN_AFTER)
        for kind in (Operation.COLLECT, Operation.CHARGE)
    ),
}
FATES = (
    Fate("refused", _pay(REFUSED), "rejected", "USER_ERROR"),
    Fate("fails-late", _pay(LATE), "processing", pass_=_confirm, finally_="failed", executed=1, returned=1),
    Fate("another-name", _pay(GOOD, "李四光"), "processing", pass_=_confirm, finally_="failed", executed=1, returned=1),
)

# States


def _done(operation: Operation) -> Any:
    return lambda channel: channel.query(channel.paid(operation))


def _placed(operation: Operation) -> Any:
    def reach(channel: Channel) -> Outcome:
        order = channel.order(operation)
        channel.place(order)
        return channel.query(order)

    return reach


def _while(operation: Operation, step: Any = None, **settings: Any) -> Any:
    """A transfer or refund that the sandbox's settings keep in a state."""

    def reach(channel: Channel) -> Outcome:
        usual = {"accepted_ms": 0, "processing_ms": 0, "transfering_ms": 0, "canceling_ms": 0}
        channel.admin.post("wechatpay/settings", **{**usual, **settings})
        try:
            order = channel.order(operation)
            channel.place(order)
            if step is not None:
                step(channel, order)
            return channel.query(order)
        finally:
            channel.admin.post("wechatpay/settings", **usual)

    return reach


def _start_confirming(channel: Channel, order: Order) -> None:
    channel.admin.post(f"wechatpay/transfers/{order.key}/confirm", mchid=channel.merchant.id)


def _start_cancelling(channel: Channel, order: Order) -> None:
    channel.connector.cancel(channel.about(order))


def _failed(reason: str) -> Any:
    def reach(channel: Channel) -> Outcome:
        order = channel.order(Operation.PAY_OUT)
        channel.place(order)
        channel.admin.post(f"wechatpay/transfers/{order.key}/finish", mchid=channel.merchant.id, fail_reason=reason)
        return channel.query(order)

    return reach


def _cancelled(channel: Channel) -> Outcome:
    order = channel.order(Operation.PAY_OUT)
    channel.place(order)
    channel.connector.cancel(channel.about(order))
    channel.stage.advance(timedelta(seconds=1))
    return channel.query(order)


def _closed(channel: Channel) -> Outcome:
    order = channel.order(Operation.COLLECT)
    channel.place(order)
    channel.connector.close(channel.about(order))
    return channel.query(order)


def _given_back(channel: Channel) -> Outcome:
    original = channel.paid(Operation.COLLECT)
    part = RefundOrder(channel.new_key(), Money(Decimal("1.00"), "CNY"), channel.about(original), "退货", channel.now())
    _finish_refund(channel, part, channel.place(part))
    return channel.query(original)


def _asked(channel: Channel) -> Outcome:
    order = replace(channel.order(Operation.CHARGE), auth_code=channel.present("asks"))
    channel.place(order)
    return channel.query(order)


def _revoked(channel: Channel) -> Outcome:
    order = replace(channel.order(Operation.CHARGE), auth_code=channel.present("asks"))
    channel.place(order)
    channel.connector.cancel(channel.about(order))
    return channel.query(order)


def _refund_ended(status: str) -> Any:
    def reach(channel: Channel) -> Outcome:
        order = channel.order(Operation.REFUND)
        channel.place(order)
        channel.admin.post(f"wechatpay/refunds/{order.key}/finish", mchid=channel.merchant.id, status=status)
        return channel.query(order)

    return reach


def _trade_told(state: str) -> Any:
    """States that this sandbox's trades never keep are told by a message."""

    def reach(channel: Channel) -> Outcome:
        merchant = channel.merchant
        resource = {
            "mchid": merchant.id,
            "appid": merchant.settings["appid"],
            "out_trade_no": channel.new_key(),
            "transaction_id": "4200002345202601150123456789",
            "trade_type": "MICROPAY",
            "trade_state": state,
            "amount": {"total": 1000, "currency": "CNY"},
        }
        made = channel.admin.post(
            "wechatpay/sign_notification",
            mchid=merchant.id,
            event_type="TRANSACTION.SUCCESS",
            original_type="transaction",
            resource=resource,
        )
        headers = {name.lower(): value for name, value in made["headers"].items()}
        event = channel.connector.read_notification(
            InboundRequest("POST", channel.path, "", headers, made["body"].encode(), channel.now())
        )
        assert event.outcome is not None
        return event.outcome

    return reach


FAIL_REASONS = """
    ACCOUNT_FROZEN ACCOUNT_NOT_EXIST BANK_CARD_ACCOUNT_ABNORMAL BANK_CARD_STATUS_ABNORMAL BANK_CARD_PARAM_ERROR
    BANK_CARD_BANK_INFO_WRONG BANK_CARD_CARD_INFO_WRONG BANK_CARD_COLLECTIONS_ABOVE_QUOTA
    BLOCK_B2C_USERLIMITAMOUNT_BSRULE_MONTH BLOCK_B2C_USERLIMITAMOUNT_MONTH DAY_RECEIVED_COUNT_EXCEED
    DAY_RECEIVED_QUOTA_EXCEED MONTH_RECEIVED_QUOTA_EXCEED TRANSFER_QUOTA_EXCEED REALNAME_ACCOUNT_RECEIVED_QUOTA_EXCEED
    REAL_NAME_CHECK_FAIL NAME_NOT_CORRECT ID_CARD_NOT_CORRECT OPENID_INVALID PAYEE_ACCOUNT_ABNORMAL
    PAYER_ACCOUNT_ABNORMAL PRODUCT_AUTH_CHECK_FAIL RECEIVE_ACCOUNT_NOT_CONFIGURE RECEIVE_ACCOUNT_NOT_PERMMIT
    TRANSFER_SCENE_UNAVAILABLE TRANSFER_SCENE_INVALID TRANSFER_REMARK_SET_FAIL TRANSFER_RISK MERCHANT_REJECT
    MERCHANT_NOT_CONFIRM EXCEEDED_ESTIMATED_AMOUNT RESERVATION_INFO_NOT_MATCH RESERVATION_SCENE_NOT_MATCH
    RESERVATION_STATE_INVALID BUDGET_NOT_ENOUGH OTHER_FAIL_REASON_TYPE
"""
STATES = (
    State(Operation.PAY_OUT, "ACCEPTED", "processing", _while(Operation.PAY_OUT, accepted_ms=60_000)),
    State(Operation.PAY_OUT, "PROCESSING", "processing", _while(Operation.PAY_OUT, processing_ms=60_000)),
    State(Operation.PAY_OUT, "WAIT_USER_CONFIRM", "processing", _placed(Operation.PAY_OUT)),
    State(
        Operation.PAY_OUT,
        "TRANSFERING",
        "processing",
        _while(Operation.PAY_OUT, _start_confirming, transfering_ms=60_000),
    ),
    State(Operation.PAY_OUT, "SUCCESS", "succeeded", _done(Operation.PAY_OUT)),
    State(Operation.PAY_OUT, "FAIL", "failed", _failed("ACCOUNT_FROZEN")),
    State(
        Operation.PAY_OUT, "CANCELING", "processing", _while(Operation.PAY_OUT, _start_cancelling, canceling_ms=60_000)
    ),
    State(Operation.PAY_OUT, "CANCELLED", "closed", _cancelled),
    State(Operation.PAY_OUT, "OVERDUE_CLOSE", "closed", _failed("OVERDUE_CLOSE")),
    *(State(Operation.PAY_OUT, reason, "failed", _failed(reason)) for reason in FAIL_REASONS.split()),
    State(Operation.COLLECT, "NOTPAY", "processing", _placed(Operation.COLLECT)),
    State(Operation.COLLECT, "SUCCESS", "succeeded", _done(Operation.COLLECT)),
    State(Operation.COLLECT, "CLOSED", "closed", _closed),
    State(Operation.COLLECT, "REFUND", "succeeded", _given_back),  # paid; what went back is an order of its own
    State(Operation.CHARGE, "USERPAYING", "processing", _asked),
    State(Operation.CHARGE, "SUCCESS", "succeeded", _done(Operation.CHARGE)),
    State(Operation.CHARGE, "REVOKED", "closed", _revoked),
    State(Operation.CHARGE, "PAYERROR", "failed", _trade_told("PAYERROR")),
    State(Operation.REFUND, "PROCESSING", "processing", _placed(Operation.REFUND)),
    State(Operation.REFUND, "SUCCESS", "succeeded", _refund_ended("SUCCESS")),
    State(Operation.REFUND, "CLOSED", "closed", _refund_ended("CLOSED")),
    State(Operation.REFUND, "ABNORMAL", "processing", _refund_ended("ABNORMAL")),
)
# INVALID_REQUEST and PARAM_ERROR also answer a number that is already in use, so that only a query may follow.
CODES = codes("""
    pay_out : uncertain : SYSTEM_ERROR BANK_ERROR RULE_LIMIT REQUEST_BLOCKED TRADE_ERROR INVALID_REQUEST
    pay_out : uncertain|rejected : PARAM_ERROR
    pay_out : retry : NOT_ENOUGH
    pay_out : rejected : USER_ERROR
    pay_out : throttled : FREQUENCY_LIMITED RATELIMIT_EXCEEDED FREQUENCY_LIMIT_EXCEED
    pay_out : misconfigured : SIGN_ERROR NO_AUTH MCH_NOT_EXISTS APPID_MCHID_NOT_MATCH
    collect : uncertain : SYSTEM_ERROR ORDERPAID INVALID_REQUEST TRADE_ERROR RULE_LIMIT
    collect : uncertain|rejected : PARAM_ERROR OUT_TRADE_NO_USED ORDER_CLOSED
    collect : misconfigured : SIGN_ERROR NO_AUTH MCH_NOT_EXISTS APPID_MCHID_NOT_MATCH
    collect : throttled : FREQUENCY_LIMITED RATELIMIT_EXCEEDED
    charge : uncertain : SYSTEM_ERROR BANK_ERROR ORDERPAID INVALID_REQUEST TRADE_ERROR RULE_LIMIT
    charge : uncertain|processing : USERPAYING
    charge : uncertain|rejected : PARAM_ERROR OUT_TRADE_NO_USED AUTH_CODE_INVALID
    charge : misconfigured : SIGN_ERROR NO_AUTH MCH_NOT_EXISTS APPID_MCHID_NOT_MATCH
    refund : uncertain : SYSTEM_ERROR BANK_ERROR INVALID_REQUEST TRADE_ERROR
    refund : uncertain|rejected : PARAM_ERROR
    refund : retry : NOT_ENOUGH RESOURCE_NOT_EXISTS
    refund : rejected : USER_ACCOUNT_ABNORMAL ACCOUNT_ERROR
    refund : misconfigured : SIGN_ERROR NO_AUTH
    refund : throttled : FREQUENCY_LIMITED RATELIMIT_EXCEEDED
    query : uncertain : SYSTEM_ERROR PARAM_ERROR INVALID_REQUEST
    query : misconfigured : SIGN_ERROR NO_AUTH
    query : throttled : FREQUENCY_LIMITED
    close : uncertain : SYSTEM_ERROR
    cancel : uncertain : SYSTEM_ERROR
    balance : unsupported : NO_AUTH
    balance : misconfigured : SIGN_ERROR
    balance : uncertain : SYSTEM_ERROR
    statement : uncertain : SYSTEM_ERROR
    statement : misconfigured : SIGN_ERROR NO_AUTH
    statement : throttled : FREQUENCY_LIMITED
    statement : rejected : INVALID_REQUEST PARAM_ERROR
    receipt : uncertain : SYSTEM_ERROR
    receipt : misconfigured : SIGN_ERROR NO_AUTH
""")
LIMITS = (
    Limit("no-title", Operation.PAY_OUT, "title", with_text(title="")),
    Limit("long-title", Operation.PAY_OUT, "title", with_text(title="货" * 33)),
    Limit("line-break-in-title", Operation.PAY_OUT, "title", with_text(title="货款\n二")),
    Limit("control-in-title", Operation.PAY_OUT, "title", with_text(title="货款\x00")),
    Limit("direction-in-title", Operation.PAY_OUT, "title", with_text(title="pay \u202e yap")),
    Limit(
        "no-name-from-2000",
        Operation.PAY_OUT,
        "payee",
        lambda order: with_payee(name=None)(with_amount("2000.00")(order)),
    ),
    Limit("name-below-0.30", Operation.PAY_OUT, "payee", with_amount("0.29")),
    Limit("long-name", Operation.PAY_OUT, "payee", with_payee(name="某" * 72)),
    *(
        Limit(f"{name}-in-{field}", operation, field, with_text(**{field: text}))
        for operation, field in (
            (Operation.COLLECT, "title"),
            (Operation.CHARGE, "title"),
            (Operation.REFUND, "reason"),
        )
        for name, text in (("long", "货" * 43), ("line-break", "货款\n二"), ("control", "货款\x00"))
    ),
    Limit("short-key", Operation.COLLECT, "key", with_text(key="PB001")),
    Limit("short-key", Operation.CHARGE, "key", with_text(key="PB001")),
)

# Messages and signatures


def _trusting(keys: Trust) -> dict[str, str]:
    return {
        "mchid": "1900000109",
        "appid": "wx1234567890abcdef",
        "merchant_private_key": private_pem(keys.merchant),
        "merchant_serial": "5157F09EFDC096DE15EBE81A47057A7232F1B8E1",
        "apiv3_key": keys.secret,
        "verification": "public_key",
        "platform_public_key": public_pem(keys.platform),
        "platform_public_key_id": "PUB_KEY_ID_0119000001092026",
        "base_url": "http://gateway.test",
    }


def _signed(body: bytes, sign: Sign, now: datetime) -> dict[str, str]:
    stamp, nonce = str(int(now.timestamp())), "fdasfsadsadsalkja484w4t6y8o9i0u2"
    return {
        "wechatpay-timestamp": stamp,
        "wechatpay-nonce": nonce,
        "wechatpay-serial": "PUB_KEY_ID_0119000001092026",
        "wechatpay-signature-type": "WECHATPAY2-SHA256-RSA2048",
        "wechatpay-signature": sign(f"{stamp}\n{nonce}\n".encode() + body + b"\n"),
    }


def _answered(build: Any, keys: Trust, sign: Sign, now: datetime) -> Outcome:
    """A transfer answered as accepted, signed so."""
    body = json.dumps(
        {
            "out_bill_no": "PB00000001",
            "transfer_bill_no": "1330000071100999991182026011500019480001",
            "create_time": "2026-01-15T10:20:35+08:00",
            "state": "WAIT_USER_CONFIRM",
            "package_info": "AAO1234567890",
        }
    ).encode()
    connector = build(Scripted(lambda request: HttpResponse(200, _signed(body, sign, now), body)))
    payee = Payee(KIND, GOOD)
    return connector.pay_out(PayOutOrder("PB00000001", Money(Decimal("10.00"), "CNY"), payee, "货款", None, now))


def _notified(build: Any, keys: Trust, sign: Sign, now: datetime) -> Any:
    """A message signed so."""
    told = {
        "mchid": "1900000109",
        "appid": "wx1234567890abcdef",
        "out_trade_no": "PB00000001",
        "transaction_id": "4200002345202601150123456789",
        "trade_type": "NATIVE",
        "trade_state": "SUCCESS",
        "success_time": "2026-01-15T10:20:35+08:00",
        "amount": {"total": 1000, "currency": "CNY"},
    }
    sealed = AESGCM(keys.secret.encode()).encrypt(b"abcdefghijkl", json.dumps(told).encode(), b"transaction")
    resource = {
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(sealed).decode(),
        "associated_data": "transaction",
        "original_type": "transaction",
        "nonce": "abcdefghijkl",
    }
    body = json.dumps(
        {
            "id": "EV-2018022511223320873",
            "create_time": "2026-01-15T10:20:36+08:00",
            "event_type": "TRANSACTION.SUCCESS",
            "resource_type": "encrypt-resource",
            "summary": "支付成功",
            "resource": resource,
        }
    ).encode()
    connector = build(Scripted(lambda request: HttpResponse(500, {}, b"")))
    return connector.read_notification(InboundRequest("POST", "/x", "", _signed(body, sign, now), body, now))


def _probed(message: InboundRequest) -> InboundRequest:
    probe = {"wechatpay-signature": "WECHATPAY/SIGNTEST/" + message.headers["wechatpay-signature"][19:]}
    return replace(message, headers={**message.headers, **probe})


PLATFORM = Platform(
    code="wechatpay",
    merchant=_merchant,
    prepare=_prepare,
    modes={
        "platform-certificates": functools.partial(_merchant, mode="certificate", verification="certificate"),
        "migrating": functools.partial(_merchant, mode="migrating", verification="migration"),
    },
    methods={
        Operation.PAY_OUT: "transfer",
        Operation.QUERY: "transfer.query",
        Operation.COLLECT: "native",
        Operation.CHARGE: "codepay",
        Operation.CLOSE: "trade.close",
        Operation.CANCEL: "trade.reverse",
        Operation.REFUND: "refund",
        Operation.BALANCE: "balance",
        Operation.STATEMENT: "fundflowbill",
        Operation.RECEIPT: "receipt.apply",
    },
    varieties=VARIETIES,
    fates=FATES,
    states=STATES,
    codes=CODES,
    faults=faults(WireFault("unknown-certificate", "unknown_cert_sn", True, "untrusted")),
    limits=LIMITS,
    statements=(
        Statement("funds", frozenset(MONEY), lambda channel: channel.balance(), names_account=False),
        Statement("trade", COLLECTED),
    ),
    spoils=(
        *(Spoil(kind, "statement") for kind in ("drop_row", "double_row", "alter_row", "bad_encoding")),
        Spoil("double_row", "statement", {"consistent": True}),
        Spoil("truncated_zip", "untrusted"),
        Spoil("wrong_hash", "untrusted"),
        Spoil("zip_bomb", "untrusted|statement|uncertain"),
        Spoil("missing", "empty"),
        Spoil("late", "later", asked_at=hour(10, 30)),
        Spoil("wrong_host", "not sent|misconfigured"),
    ),
    notices=Notices(
        frozenset({Operation.PAY_OUT, Operation.COLLECT, Operation.REFUND}),
        signed_headers=("wechatpay-timestamp", "wechatpay-nonce", "wechatpay-signature", "wechatpay-serial"),
        stale_after=timedelta(minutes=5),
        unread={"probe": _probed},
    ),
    verifiers=(
        Verifier("answer", Operation.PAY_OUT, _trusting, _answered, "untrusted"),
        Verifier("notification", Operation.NOTIFICATION, _trusting, _notified, "refused"),
    ),
    receipt_for=KIND,
    bad_settings={
        "another-merchant": lambda mine, other: {"mchid": other.merchant.id},
        "another-key": lambda mine, other: {
            name: other.merchant.settings[name] for name in ("merchant_private_key", "merchant_certificate")
        },
    },
)
