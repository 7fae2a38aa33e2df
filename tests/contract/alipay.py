"""Alipay: what the contract needs to know of it.

The codes, states and limits are typed from the platform's published lists (open platform,
``alipay.fund.trans.uni.transfer``, ``…common.query``, ``alipay.data.dataservice.bill.downloadurl.query``), not from the
connector's own tables.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import datetime, timedelta
from datetime import time as hour
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

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

TRANSFER = "alipay.fund.trans.uni.transfer"
COLLECTED = frozenset({Operation.COLLECT, Operation.CHARGE, Operation.REFUND})
COMPANY_NAME = "某某纸业有限公司"
LATE_CARD, RETURNED_CARD = "6222029876543210", "6222021111222233"
PAYEES = {
    "alipay_user_id": Payee("alipay_user_id", "2088000000000001", COMPANY_NAME),
    "alipay_logon_id": Payee("alipay_logon_id", "pay@example.cn", COMPANY_NAME),
    "alipay_open_id": Payee("alipay_open_id", "074a1CcTG1LelxKe4xQC0zgNdId0nxi95b5lsNpazWYoCo5", "张三丰"),
    "bank_card": Payee("bank_card", "6222021234567890", "张三丰"),
    "bank_account": Payee("bank_account", "1100601490188000", COMPANY_NAME, bank_name="中国工商银行"),
}


def _prepare(admin: Control) -> None:
    admin.post("alipay/settings", timestamp_window_seconds=0)
    for kind, identity_type in (
        ("alipay_user_id", "ALIPAY_USER_ID"),
        ("alipay_logon_id", "ALIPAY_LOGON_ID"),
        ("alipay_open_id", "ALIPAY_OPEN_ID"),
    ):
        payee = PAYEES[kind]
        admin.post("alipay/payees", identity_type=identity_type, identity=payee.account, name=payee.name)


def _merchant(admin: Control, notify_url: str | None, opening: Decimal, **more: Any) -> Merchant:
    terms = {"opening_balance": str(opening), "notify_url": notify_url, "bank_dealing_ms": None, **more}
    made = admin.post("alipay/apps", mode="certificate", **terms)
    settings = {
        "app_id": made["app_id"],
        "pid": made["pid"],
        "sign_mode": "certificate",
        "app_private_key": made["app_private_key"],
        "app_certificate": made["app_cert"],
        "alipay_certificate": made["alipay_cert"],
        "alipay_root_certificates": made["alipay_root_cert"],
        "gateway_url": made["gateway_url"],
    }
    if made["aes_key"]:
        settings["aes_key"] = made["aes_key"]
    secrets = frozenset(filter(None, (made["app_private_key"], made["aes_key"])))
    return Merchant(made["app_id"], settings, secrets, {"app_id": made["app_id"]})


def _enciphered(admin: Control, notify_url: str | None, opening: Decimal) -> Merchant:
    return _merchant(admin, notify_url, opening, aes=True, aes_required=True)


# Pay-outs


def _pay(payee: Payee) -> Any:
    def make(channel: Channel, key: str, amount: Decimal) -> PayOutOrder:
        return PayOutOrder(key, Money(amount, "CNY"), payee, f"货款/{key}", "打印纸 \\ {A4}", channel.now())

    return make


def _finish(channel: Channel, order: Order, outcome: Outcome) -> None:
    channel.admin.post(f"alipay/transfers/{order.key}/finish", app_id=channel.merchant.id)


def _fail(channel: Channel, order: Order, outcome: Outcome) -> None:
    channel.admin.post(
        f"alipay/transfers/{order.key}/finish", app_id=channel.merchant.id, error_code="PAYEE_CARD_INFO_ERROR"
    )


def _send_back(channel: Channel, order: Order, outcome: Outcome) -> None:
    _finish(channel, order, outcome)
    channel.admin.post(f"alipay/transfers/{order.key}/return", app_id=channel.merchant.id)


PAY_OUTS = tuple(
    Variety(kind, _pay(payee), "processing", _finish, changed="uncertain")
    if kind.startswith("bank")
    else Variety(kind, _pay(payee), "succeeded", changed="uncertain")
    for kind, payee in PAYEES.items()
)


# Collections, charges and refunds


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


COLLECTS = (
    Variety(
        "qr",
        _collect,
        "processing",
        _scan_and_pay,
        before="not_found",  # the trade begins when somebody scans
        closes="processing",  # nothing withdraws a code that nobody has scanned
    ),
)
CHARGES = (Variety("charge", _charge, "succeeded", repeat="succeeded|uncertain"),)
REFUNDS = tuple(
    Variety(
        operation.value,
        _refund_of(operation),
        "succeeded|processing",
        absent_after=timedelta(seconds=15),
    )
    for operation in (Operation.COLLECT, Operation.CHARGE)
)
FATES = (
    Fate("unknown", _pay(Payee("alipay_user_id", "2088999999999999", "无此人")), "rejected", "PAYEE_NOT_EXIST"),
    Fate(
        "another-name",
        _pay(Payee("alipay_user_id", PAYEES["alipay_user_id"].account, "另一家公司")),
        "rejected",
        "PAYEE_USERINFO_ERROR",
    ),
    Fate(
        "fails-late",
        _pay(Payee("bank_card", LATE_CARD, "李四光")),
        "processing",
        pass_=_fail,
        finally_="failed",
        executed=1,
        returned=1,
    ),
    Fate(
        "returns",
        _pay(Payee("bank_card", RETURNED_CARD, "王五六")),
        "processing",
        pass_=_send_back,
        finally_="returned",
        executed=1,
        returned=1,
    ),
)


def _reached(name: str, pass_: Any = None) -> Any:
    def reach(channel: Channel) -> Outcome:
        order = channel.order(Operation.PAY_OUT, name)
        outcome = channel.place(order)
        if pass_ is not None:
            pass_(channel, order, outcome)
        return channel.query(order)

    return reach


def _told(status: str) -> Any:
    """States that this sandbox's transfers never take are told by a message."""

    def reach(channel: Channel) -> Outcome:
        told = {"out_biz_no": channel.new_key(), "status": status, "trans_amount": "10.00"}
        body = channel.admin.post(
            "alipay/sign_notification", app_id=channel.merchant.id, params=_message(channel.merchant.id, told)
        )["body"]
        event = channel.connector.read_notification(_inbound(channel, body.encode()))
        assert event.outcome is not None
        return event.outcome

    return reach


def _scanned(channel: Channel) -> Outcome:
    order = channel.order(Operation.COLLECT)
    channel.admin.post("alipay/codes/scan", content=channel.place(order).action.content)
    return channel.query(order)


def _done(operation: Operation) -> Any:
    return lambda channel: channel.query(channel.paid(operation))


def _ended(channel: Channel) -> Outcome:
    order = channel.order(Operation.COLLECT)
    channel.admin.post("alipay/codes/scan", content=channel.place(order).action.content)
    channel.connector.close(channel.about(order))
    return channel.query(order)


def _given_back(channel: Channel) -> Outcome:
    original = channel.paid(Operation.COLLECT)
    whole = RefundOrder(channel.new_key(), original.amount, channel.about(original), "退货", channel.now())
    channel.place(whole)
    return channel.query(original)


def _asked(channel: Channel) -> Outcome:
    order = replace(channel.order(Operation.CHARGE), auth_code=channel.present("asks"))
    channel.place(order)
    return channel.query(order)


def _trade_told(status: str) -> Any:
    def reach(channel: Channel) -> Outcome:
        fields = {
            "notify_id": f"n{time.time_ns()}",
            "notify_type": "trade_status_sync",
            "notify_time": "2026-01-15 10:15:02",
            "app_id": channel.merchant.id,
            "seller_id": channel.merchant.settings["pid"],
            "version": "1.0",
            "sign_type": "RSA2",
            "charset": "utf-8",
            "out_trade_no": channel.new_key(),
            "trade_no": "2026011522001412345678900001",
            "trade_status": status,
            "total_amount": "10.00",
        }
        body = channel.admin.post("alipay/sign_notification", app_id=channel.merchant.id, params=fields)["body"]
        event = channel.connector.read_notification(_inbound(channel, body.encode()))
        assert event.outcome is not None
        return event.outcome

    return reach


STATES = (
    State(Operation.PAY_OUT, "SUCCESS", "succeeded", _reached("alipay_user_id")),
    State(Operation.PAY_OUT, "DEALING", "processing", _reached("bank_card")),
    State(Operation.PAY_OUT, "FAIL", "failed", _reached("bank_card", _fail)),
    State(Operation.PAY_OUT, "REFUND", "returned", _reached("bank_card", _send_back)),
    State(Operation.PAY_OUT, "WAIT_PAY", "processing", _told("WAIT_PAY")),
    State(Operation.PAY_OUT, "CLOSED", "closed", _told("CLOSED")),
    State(Operation.COLLECT, "WAIT_BUYER_PAY", "processing", _scanned),
    State(Operation.COLLECT, "TRADE_SUCCESS", "succeeded", _done(Operation.COLLECT)),
    State(Operation.COLLECT, "TRADE_CLOSED", "closed", _ended),
    State(Operation.COLLECT, "TRADE_CLOSED", "succeeded", _given_back),  # paid, and given back whole since
    State(Operation.COLLECT, "TRADE_FINISHED", "succeeded", _trade_told("TRADE_FINISHED")),
    State(Operation.CHARGE, "WAIT_BUYER_PAY", "processing", _asked),
    State(
        Operation.CHARGE, "TRADE_SUCCESS", "succeeded", lambda channel: channel.query(channel.paid(Operation.CHARGE))
    ),
    State(
        Operation.REFUND, "REFUND_SUCCESS", "succeeded", lambda channel: channel.query(channel.paid(Operation.REFUND))
    ),
)
# An order of the same number exists where the number is said to be taken, so that only a query may follow.
CODES = codes("""
    pay_out : uncertain : SYSTEM_ERROR aop.unknow-error isp.unknow-error PROCESS_FAIL BANK_RESPONSE_ERROR
    pay_out : uncertain : BIZ_UNIQUE_EXCEPTION PAYMENT_INFO_INCONSISTENCY
    pay_out : processing|uncertain : REQUEST_PROCESSING TRANS_ORDER_DEALING
    pay_out : retry : PAYER_BALANCE_NOT_ENOUGH BALANCE_IS_NOT_ENOUGH INST_PAY_UNABLE EXCEED_LIMIT_DC_RECEIVED
    pay_out : retry : EXCEED_LIMIT_DM_AMOUNT EXCEED_LIMIT_DM_MAX_AMOUNT EXCEED_LIMIT_MM_AMOUNT
    pay_out : retry : EXCEED_LIMIT_MM_MAX_AMOUNT
    pay_out : retry|throttled : RESOURCE_LIMIT_EXCEED
    pay_out : misconfigured : PAYCARD_UNABLE_PAYMENT MONEY_PAY_CLOSED PAYER_STATUS_ERROR PAYER_CERTIFY_CHECK_FAIL
    pay_out : misconfigured : PERMIT_CHECK_PERM_LIMITED PERMIT_CHECK_PERM_IDENTITY_THEFT NO_ACCOUNT_PAYMENT_PERMISSION
    pay_out : misconfigured : JUDICIAL_FREEZE USER_RISK_FREEZE PAYER_NOT_EXIST INVALID_PAYER_ACCOUNT
    pay_out : misconfigured : PAYER_USER_INFO_ERROR PRODUCT_NOT_SIGN NOT_IN_WHITE_LIST
    pay_out : misconfigured : TRANSFER_SCENE_NAME_BLANK
    pay_out : misconfigured : TRANSFER_SCENE_NAME_ILLEGAL
    pay_out : misconfigured : TRANSFER_SCENE_REPORT_INFO_ILLEGAL TRANSFER_SCENE_INFO_ADMIT_FAIL
    pay_out : misconfigured : isv.invalid-signature isv.invalid-app-id isv.invalid-timestamp isv.code-invalid
    pay_out : rejected : PAYMENT_FAIL INVALID_PARAMETER PAYMENT_TIME_EXPIRE SECURITY_CHECK_FAILED
    pay_out : rejected : PAYER_PAYEE_CANNOT_SAME
    pay_out : rejected : EXCEED_LIMIT_SM_AMOUNT EXCEED_LIMIT_SM_MIN_AMOUNT EXCEED_LIMIT_PERSONAL_SM_AMOUNT
    pay_out : rejected : EXCEED_LIMIT_ENT_SM_AMOUNT EXCEED_LIMIT_UNRN_DM_AMOUNT PAYEE_NOT_EXIST PAYEE_ACCOUNT_NOT_EXSIT
    pay_out : rejected : PAYEE_USERINFO_ERROR PAYEE_USER_INFO_ERROR PAYEE_ACC_OCUPIED PAYEE_ACCOUNT_STATUS_ERROR
    pay_out : rejected : PAYEE_USERINFO_STATUS_ERROR PAYEE_NOT_RELNAME_CERTIFY PERM_AML_NOT_REALNAME_REV
    pay_out : rejected : PAYEE_USER_TYPE_ERROR PAYEE_CERT_INFO_ERROR PERMIT_NON_BANK_LIMIT_PAYEE
    pay_out : rejected : PERMIT_CHECK_RECEIVE_LIMIT RELEASE_USER_FORBBIDEN_RECIEVE BLOCK_USER_FORBBIDEN_RECIEVE
    pay_out : rejected : NO_ACCOUNT_RECEIVE_PERMISSION CARD_BIN_ERROR INVALID_CARDNO PAYEE_CARD_INFO_ERROR
    pay_out : rejected : BANKCODE_OR_BRANCHNAME_INFO_ERROR REMARK_HAS_SENSITIVE_WORD MEMO_REQUIRED_IN_TRANSFER_ERROR
    collect : rejected : ACQ.TRADE_HAS_CLOSE ACQ.TOTAL_FEE_EXCEED ACQ.INVALID_PARAMETER
    collect : rejected : ACQ.EXIST_FORBIDDEN_WORD ACQ.BUYER_SELLER_EQUAL
    collect : rejected|misconfigured : ACQ.PARTNER_ERROR ACQ.ACCESS_FORBIDDEN
    collect : uncertain : ACQ.TRADE_HAS_SUCCESS ACQ.CONTEXT_INCONSISTENT ACQ.SYSTEM_ERROR aop.unknow-error
    collect : misconfigured : isv.invalid-signature isv.invalid-app-id
    charge : rejected : ACQ.TOTAL_FEE_EXCEED ACQ.INVALID_PARAMETER ACQ.EXIST_FORBIDDEN_WORD
    charge : uncertain : ACQ.TRADE_HAS_SUCCESS ACQ.CONTEXT_INCONSISTENT ACQ.SYSTEM_ERROR aop.unknow-error
    charge : rejected|misconfigured : ACQ.PARTNER_ERROR ACQ.ACCESS_FORBIDDEN
    refund : retry : ACQ.SELLER_BALANCE_NOT_ENOUGH
    refund : rejected : ACQ.REFUND_AMT_NOT_EQUAL_TOTAL ACQ.REFUND_FEE_ERROR ACQ.REASON_TRADE_REFUND_FEE_ERR
    refund : rejected : ACQ.TRADE_HAS_FINISHED ACQ.TRADE_NOT_ALLOW_REFUND ACQ.TRADE_STATUS_ERROR
    refund : rejected : ACQ.REASON_TRADE_BEEN_FREEZEN ACQ.INVALID_PARAMETER
    refund : uncertain : ACQ.DISCORDANT_REPEAT_REQUEST ACQ.SYSTEM_ERROR aop.unknow-error isp.unknow-error
    close : uncertain : ACQ.SYSTEM_ERROR aop.unknow-error
    cancel : uncertain : ACQ.SYSTEM_ERROR aop.unknow-error
    query : not_found : ORDER_NOT_EXIST
    query : uncertain : SYSTEM_ERROR INVALID_PARAMETER
    query : misconfigured : ILLEGAL_ACCESS NO_ORDER_PERMISSION isv.invalid-signature
    balance : misconfigured : isv.invalid-signature isv.invalid-app-id
    statement : throttled : SYSTEM_RATE_LIMIT USER_RATE_LIMIT
    statement : rejected : TYPE_NOT_SUPPORTED BILL_DATE_BEFORE_REGISTRATION INVAILID_ARGUMENTS isv.invalid-arguments
    statement : uncertain : UNKNOWN_ERROR SYSTEM_ERROR
    receipt : uncertain : SYSTEM_ERROR
""")
_TOP = {"isv": "40002", "aop": "20000", "isp": "20000"}


def _strike(channel: Channel, operation: Operation, code: str) -> None:
    channel.fault(f"sub_code:{code}", operation, top=_TOP.get(code.partition(".")[0], "40004"))


LIMITS = (
    Limit("no-title", Operation.PAY_OUT, "title", with_text(title="")),
    Limit("long-title", Operation.PAY_OUT, "title", with_text(title="货" * 129)),
    Limit("line-break-in-title", Operation.PAY_OUT, "title", with_text(title="货款\n二")),
    Limit("control-in-title", Operation.PAY_OUT, "title", with_text(title="货款\x00")),
    Limit("long-remark", Operation.PAY_OUT, "remark", with_text(remark="备" * 201)),
    Limit("direction-in-remark", Operation.PAY_OUT, "remark", with_text(remark="pay \u202e yap")),
    Limit("line-break-in-name", Operation.PAY_OUT, "payee", with_payee(name="某某\n公司")),
    Limit("long-name", Operation.PAY_OUT, "payee", with_payee(name="某" * 101)),
    Limit(
        "no-remark-from-50000",
        Operation.PAY_OUT,
        "remark",
        lambda order: with_text(remark="")(with_amount("50000.00")(order)),
    ),
)

LIMITS += tuple(
    Limit(f"{name}-in-{field}", operation, field, with_text(**{field: text}))
    for operation, field in (
        (Operation.COLLECT, "title"),
        (Operation.CHARGE, "title"),
        (Operation.REFUND, "reason"),
    )
    for name, text in (("long", "货" * 257), ("line-break", "货款\n二"), ("control", "货款\x00"))
)

# Messages and signatures


def _message(app_id: str, told: dict[str, str]) -> dict[str, Any]:
    return {
        "notify_id": f"n{time.time_ns()}",
        "utc_timestamp": str(time.time_ns() // 1_000_000),
        "msg_method": "alipay.fund.trans.order.changed",
        "app_id": app_id,
        "version": "1.1",
        "sign_type": "RSA2",
        "charset": "utf-8",
        "biz_content": json.dumps(told),
    }


def _inbound(channel: Channel, body: bytes) -> InboundRequest:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return InboundRequest("POST", channel.path, "", headers, body, channel.now())


def _trusting(keys: Trust) -> dict[str, str]:
    return {
        "app_id": "2021000000000001",
        "pid": "2088501234567890",
        "sign_mode": "public_key",
        "app_private_key": private_pem(keys.merchant),
        "alipay_public_key": public_pem(keys.platform),
        "gateway_url": "http://gateway.test/gateway.do",
    }


def _answered(build: Any, keys: Trust, sign: Sign, now: datetime) -> Outcome:
    """A transfer answered with a success that is signed so."""
    node = json.dumps(
        {
            "code": "10000",
            "msg": "Success",
            "out_biz_no": "PB1",
            "order_id": "20260115110070000006520012345678",
            "pay_fund_order_id": "20260115110070001506520012345678",
            "status": "SUCCESS",
            "trans_date": "2026-01-15 10:15:02",
        }
    )
    name = f"{TRANSFER.replace('.', '_')}_response"
    body = f'{{"{name}":{node},"sign":{json.dumps(sign(node.encode()))}}}'
    connector = build(Scripted(lambda request: HttpResponse(200, {}, body.encode())))
    return connector.pay_out(
        PayOutOrder("PB1", Money(Decimal("10.00"), "CNY"), PAYEES["alipay_user_id"], "货款", "打印纸")
    )


def _notified(build: Any, keys: Trust, sign: Sign, now: datetime) -> Any:
    """A message signed so."""
    told = {"out_biz_no": "PB1", "status": "SUCCESS", "trans_amount": "10.00"}
    fields = _message("2021000000000001", told)
    text = "&".join(f"{name}={fields[name]}" for name in sorted(fields) if name != "sign_type")
    body = urlencode({**fields, "sign": sign(text.encode())}).encode()
    connector = build(Scripted(lambda request: HttpResponse(500, {}, b"")))
    return connector.read_notification(InboundRequest("POST", "/x", "", {}, body, now))


PLATFORM = Platform(
    code="alipay",
    merchant=_merchant,
    prepare=_prepare,
    modes={"enciphered": _enciphered},
    methods={
        Operation.PAY_OUT: TRANSFER,
        Operation.QUERY: "alipay.fund.trans.common.query",
        Operation.COLLECT: "alipay.trade.precreate",
        Operation.CHARGE: "alipay.trade.pay",
        Operation.CLOSE: "alipay.trade.close",
        Operation.CANCEL: "alipay.trade.cancel",
        Operation.REFUND: "alipay.trade.refund",
        Operation.BALANCE: "alipay.data.bill.balance.query",
        Operation.STATEMENT: "alipay.data.dataservice.bill.downloadurl.query",
        Operation.RECEIPT: "alipay.data.bill.ereceipt.apply",
    },
    strike=_strike,
    varieties={
        Operation.PAY_OUT: PAY_OUTS,
        Operation.COLLECT: COLLECTS,
        Operation.CHARGE: CHARGES,
        Operation.REFUND: REFUNDS,
    },
    fates=FATES,
    states=STATES,
    codes=CODES,
    faults=faults(
        WireFault("unsigned-empty", "unsigned", True, "untrusted", {"empty": True}),
        WireFault("unknown-certificate", "unknown_cert_sn", True, "untrusted"),
    ),
    limits=LIMITS,
    statements=(
        Statement(
            "signcustomer", frozenset(MONEY), lambda channel: channel.balance(), aim={"bill_type": "signcustomer"}
        ),
        Statement("trade", COLLECTED, aim={"bill_type": "trade"}),
    ),
    spoils=(
        *(Spoil(kind, "statement") for kind in ("drop_row", "double_row", "alter_row", "bad_encoding", "zip_bomb")),
        Spoil("double_row", "statement", {"consistent": True}),
        Spoil("truncated_zip", "statement"),
        Spoil("missing", "empty"),
        Spoil("late", "later", asked_at=hour(10, 30)),
        Spoil("wrong_host", "not sent|misconfigured"),
    ),
    notices=Notices(frozenset(MONEY), refused_answer=lambda status, body: body != b"success"),
    verifiers=(
        Verifier("answer", Operation.PAY_OUT, _trusting, _answered, "untrusted"),
        Verifier("notification", Operation.NOTIFICATION, _trusting, _notified, "refused"),
    ),
    receipt_for="alipay_user_id",
    bad_settings={
        "another-app": lambda mine, other: {"app_id": "2021999999999999"},
        "another-key": lambda mine, other: {
            name: other.merchant.settings[name] for name in ("app_private_key", "app_certificate")
        },
    },
)
