"""UnionPay: what the contract needs to know of it.

The codes, states and limits are typed from the platform's published response codes and transaction lists (ACP 5.1.0),
not from the connector's own tables.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from datetime import time as hour
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlencode

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID

from odoo.addons.payment_bridge.connector.transport import HttpResponse
from odoo.addons.payment_bridge.connector.types import (
    ActionKind,
    ChargeOrder,
    CollectOrder,
    InboundRequest,
    Money,
    Operation,
    Outcome,
    Payee,
    PayOutBatch,
    PayOutOrder,
    RefundOrder,
)

from sandbox.control import Control

from .kit.channel import OPENING, Channel
from .kit.faults import faults
from .kit.limits import with_payee, with_text
from .kit.model import (
    MONEY,
    Batches,
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
from .kit.signatures import Scripted, Sign, Trust

COMPANY_NAME = "某某纸业有限公司"
LATE_CARD, REFUSED_CARD, RETURNED_CARD = "6222029876543210", "6222020000111122", "6222021111222233"
PAYEES = {
    "bank_card": Payee("bank_card", "6222021234567890", "张三丰"),
    "bank_account": Payee(
        "bank_account",
        "1100601490188000",
        COMPANY_NAME,
        bank_name="中国工商银行",
        registration="91310000MA1K35X00X",
    ),
}
PASSWORD = "a password that stands nowhere else"
KNOWN_AFTER = timedelta(minutes=11)
"""Code 34 says nothing for the first ten minutes."""


def _prepare(admin: Control) -> None:
    admin.post("unionpay/settings", txn_time_clock="sandbox", queries_per_minute=None)
    admin.post("unionpay/payees", account=LATE_CARD, late_error="63", delay_ms=None)
    admin.post("unionpay/payees", account=REFUSED_CARD, error="61")


def _merchant(admin: Control, notify_url: str | None, opening: Decimal, method: str = "01", **more: Any) -> Merchant:
    made = admin.post(
        "unionpay/merchants",
        sign_method=method,
        opening_balance=str(opening),
        notify_url=notify_url,
        payout_dealing_ms=None,
        refund_dealing_ms=0,
        **more,
    )
    settings = {
        "mer_id": made["mer_id"],
        "sign_method": method,
        "gateway_url": made["gateway_url"],
        "file_url": made["file_url"],
    }
    if method != "01":
        settings["secure_key"] = made["secure_key"]
        return Merchant(made["mer_id"], settings, frozenset({made["secure_key"]}), {"app_id": made["mer_id"]})
    settings |= {
        "sign_pkcs12": _repacked(made["pfx"], made["pfx_password"]),
        "sign_password": PASSWORD,
        "middle_certificates": made["middle_cert"],
        "root_certificates": made["root_cert"],
    }
    if more:
        settings |= {"encrypt_sensitive": "yes", "encrypt_certificate": made["encrypt_cert"]}
    secrets = frozenset({settings["sign_pkcs12"], PASSWORD})
    return Merchant(made["mer_id"], settings, secrets, {"app_id": made["mer_id"]})


def _repacked(pfx: str, password: str) -> str:
    """The same key and certificate under a password that is no part of ordinary messages."""
    key, certificate, _ = pkcs12.load_key_and_certificates(base64.b64decode(pfx), password.encode())
    assert isinstance(key, rsa.RSAPrivateKey)
    return _packed(key, certificate)


def _packed(key: rsa.RSAPrivateKey, certificate: x509.Certificate | None) -> str:
    encryption = BestAvailableEncryption(PASSWORD.encode())
    return base64.b64encode(
        pkcs12.serialize_key_and_certificates(b"merchant", key, certificate, None, encryption)
    ).decode()


# Orders


def _pay(payee: Payee) -> Any:
    def make(channel: Channel, key: str, amount: Decimal) -> PayOutOrder:
        return PayOutOrder(key, Money(amount, "CNY"), payee, f"货款/{key}", "打印纸 A4", channel.now())

    return make


def _finished(kind: str, code: str = "00") -> Any:
    """End an open pay-out (``transfers``) or trade (``trades``) with a code."""

    def finish(channel: Channel, order: Order, outcome: Outcome) -> None:
        channel.admin.post(f"unionpay/{kind}/{order.key}/finish", mer_id=channel.merchant.id, code=code)

    return finish


def _send_back(channel: Channel, order: Order, outcome: Outcome) -> None:
    _finished("transfers")(channel, order, outcome)
    channel.admin.post(f"unionpay/transfers/{order.key}/return", mer_id=channel.merchant.id)


def _collect(method: str) -> Any:
    def make(channel: Channel, key: str, amount: Decimal) -> CollectOrder:
        now = channel.now()
        end = now + timedelta(minutes=30)
        return CollectOrder(key, Money(amount, "CNY"), method, f"打印纸/{key}", now, end, return_url=channel.notify_url)

    return make


def _pay_collection(channel: Channel, order: Order, outcome: Outcome) -> None:
    action = outcome.action
    assert action is not None
    form = action.kind is ActionKind.FORM
    channel.pay(f"{action.content}?{urlencode(action.fields)}" if form else action.content)


def _charge(channel: Channel, key: str, amount: Decimal) -> ChargeOrder:
    title = f"打印纸/{key}"
    return ChargeOrder(key, Money(amount, "CNY"), channel.present(), title, channel.now(), terminal="T0000001")


def _refund_of(operation: Operation) -> Any:
    def make(channel: Channel, key: str, amount: Decimal) -> RefundOrder:
        original = channel.paid(operation, amount=str(amount * 2))
        return RefundOrder(key, Money(amount, "CNY"), channel.about(original), "部分退货", channel.now())

    return make


ONCE = {"repeat": "uncertain|processing", "absent_after": KNOWN_AFTER}
"""A number is taken once a day: the repeat is answered 12, which asks for a query."""
VARIETIES = {
    Operation.PAY_OUT: tuple(
        Variety(kind, _pay(payee), "processing", _finished("transfers"), changed="uncertain|processing", **ONCE)
        for kind, payee in PAYEES.items()
    ),
    Operation.COLLECT: (
        Variety(
            "qr",
            _collect("qr"),
            "processing",
            _pay_collection,
            repeat="uncertain|processing",
            closes="processing",  # UnionPay closes by time alone
        ),
        Variety(
            "page",
            _collect("page"),
            "processing",
            _pay_collection,
            before="not_found",  # the payer's browser brings the order
            changed="processing",  # and a form that nobody posts is none
            closes="processing",
        ),
    ),
    Operation.CHARGE: (Variety("charge", _charge, "processing", before="succeeded", **ONCE),),
    Operation.REFUND: tuple(
        Variety(kind.value, _refund_of(kind), "processing", before="succeeded", **ONCE)
        for kind in (Operation.COLLECT, Operation.CHARGE)
    ),
}
FATES = (
    Fate("refused", _pay(Payee("bank_card", REFUSED_CARD, "李四光")), "rejected", "61"),
    Fate(
        "fails-late",
        _pay(Payee("bank_card", LATE_CARD, "李四光")),
        "processing",
        pass_=_finished("transfers", "63"),
        finally_="failed",
    ),
    Fate(
        "returns",  # no status tells of it: it is a credit in a later file
        _pay(Payee("bank_card", RETURNED_CARD, "王五六")),
        "processing",
        pass_=_send_back,
        finally_="succeeded",
        executed=1,
        returned=1,
    ),
)

# States and codes


def _reached(operation: Operation, code: str) -> Any:
    def reach(channel: Channel) -> Outcome:
        order = channel.order(operation)
        outcome = channel.place(order)
        _finished("transfers" if operation is Operation.PAY_OUT else "trades", code)(channel, order, outcome)
        return channel.query(order)

    return reach


def _done(operation: Operation) -> Any:
    return lambda channel: channel.query(channel.paid(operation))


def _open(operation: Operation) -> Any:
    def reach(channel: Channel) -> Outcome:
        order = channel.order(operation)
        channel.place(order)
        return channel.query(order)

    return reach


def _asked(channel: Channel) -> Outcome:
    order = replace(channel.order(Operation.CHARGE), auth_code=channel.present("asks"))
    channel.place(order)
    return channel.query(order)


def _expired(channel: Channel) -> Outcome:
    order = channel.order(Operation.COLLECT)
    channel.place(order)
    channel.stage.advance(timedelta(minutes=40))
    return channel.query(order)


UNCLEAR = ("01", "03", "04", "05", "12", "60")
FAILED = """
    10 11 13 30 31 32 33 35 36 38 40 43 44 45 46 61 62 63 64 65 66 67 68 69 71 72 73 75 76 77 78 79 80 81 82 83
    85 86 87 88 89 91 93
"""
STATES = (
    State(Operation.PAY_OUT, "00", "succeeded", _reached(Operation.PAY_OUT, "00")),
    State(Operation.PAY_OUT, "A6", "succeeded", _reached(Operation.PAY_OUT, "A6")),
    *(State(Operation.PAY_OUT, code, "processing", _reached(Operation.PAY_OUT, code)) for code in UNCLEAR),
    *(State(Operation.PAY_OUT, code, "failed", _reached(Operation.PAY_OUT, code)) for code in FAILED.split()),
    State(Operation.COLLECT, "05", "processing", _open(Operation.COLLECT)),
    State(Operation.COLLECT, "00", "succeeded", _done(Operation.COLLECT)),
    State(Operation.COLLECT, "A6", "succeeded", _reached(Operation.COLLECT, "A6")),
    State(Operation.COLLECT, "69", "closed", _expired),
    State(Operation.CHARGE, "05", "processing", _asked),
    State(Operation.CHARGE, "00", "succeeded", _done(Operation.CHARGE)),
    State(Operation.REFUND, "00", "succeeded", _done(Operation.REFUND)),
)
# What answers a pay-out after it may have reached the network leaves everything open.
CODES = codes("""
    pay_out : processing|uncertain : 01 03 04 05 12 34 42 60 70
    pay_out : uncertain : 02 06 39 74 99
    pay_out : uncertain|retry : 90
    pay_out : misconfigured : 10 11 13 31 32 43
    pay_out : misconfigured|rejected : 92
    pay_out : rejected : 30 33 38 40 44 61 62 63 64 65 66 67 68 69 71 72 73 75 91 93
    pay_out : rejected|uncertain : 35 36 45 46 76 77 78 79 80 81 82 83 85 86 87 88 89
    collect : uncertain|processing : 03 04 12 99 06 02 39
    collect : misconfigured : 10 11 13 31 32 43
    collect : rejected : 33 38
    charge : uncertain|processing : 03 04 05 12 99 06 02 39
    charge : misconfigured : 10 11 13 31 32 43
    charge : rejected : 30 33 38 61 62 63 64 65 66 67 73 85 86 87 88 89
    refund : uncertain|processing : 03 04 05 12 99 06 02 39
    refund : misconfigured : 10 11 13 31 32 43
    refund : rejected : 35 36 45 46
    query : uncertain : 02 03 06 39 99
    query : throttled : 37
    query : misconfigured : 10 11 13 31 32
    statement : misconfigured : 10 11 31 32
    statement : uncertain|throttled : 02 06 37 99
    pay_out_batch : uncertain|answered : 03 04 05 12 99 06 02
    pay_out_batch : misconfigured : 10 11 13 31 32 43
    pay_out_batch : rejected|misconfigured : 14
""")
LIMITS = (
    Limit("no-title", Operation.PAY_OUT, "title", with_text(title=" ")),
    Limit("short-key", Operation.PAY_OUT, "key", with_text(key="PB00001")),
    Limit("mark-in-name", Operation.PAY_OUT, "payee", with_payee(name="某某&公司")),
    Limit("brace-in-name", Operation.PAY_OUT, "payee", with_payee(name="某某}公司")),
    Limit("line-break-in-name", Operation.PAY_OUT, "payee", with_payee(name="某某\n公司")),
    Limit("long-name", Operation.PAY_OUT, "payee", with_payee(name="某" * 16)),
    Limit("no-title", Operation.COLLECT, "title", with_text(title="")),
    Limit("short-key", Operation.COLLECT, "key", with_text(key="PB00001")),
    Limit("no-title", Operation.CHARGE, "title", with_text(title="")),
    Limit("terminal", Operation.CHARGE, "terminal", with_text(terminal="T01")),
    Limit("no-reason", Operation.REFUND, "reason", with_text(reason="")),
    Limit(
        "unknown-original",
        Operation.REFUND,
        "original",
        lambda order: replace(order, original=replace(order.original, platform_reference=None)),
    ),
)

# Messages and signatures

MER_ID = "777290058110097"
SECRET_SETTINGS = {"mer_id": MER_ID, "gateway_url": "http://gateway.test/api/", "file_url": "http://files.test/"}


@functools.cache
def _authority() -> tuple[rsa.RSAPrivateKey, x509.Certificate, rsa.RSAPrivateKey, x509.Certificate]:
    """A root and a middle certificate with their keys."""
    root_key, middle_key = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    root = _certificate("TEST CS CA", root_key, "TEST CS CA", root_key, ca=True)
    return root_key, root, middle_key, _certificate("TEST OCA1", middle_key, "TEST CS CA", root_key, ca=True)


def _certificate(
    name: str, key: rsa.RSAPrivateKey, issuer: str, issuer_key: rsa.RSAPrivateKey, *, ca: bool = False
) -> x509.Certificate:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=10))
        .not_valid_after(now + timedelta(days=3000))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(issuer_key, hashes.SHA256())
    )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


@functools.cache
def _signer(keys: Trust) -> str:
    """The platform's certificate, as messages bring it along."""
    _, _, middle_key, _ = _authority()
    return _pem(_certificate("041@Z12@00040000:SIGN@00000001", keys.platform, "TEST OCA1", middle_key))


@functools.cache
def _merchant_file(keys: Trust) -> str:
    return _packed(keys.merchant, _certificate(f"041@{MER_ID}@Merchant@2", keys.merchant, "Somebody", keys.stranger))


def _trusting(keys: Trust) -> dict[str, str]:
    _, root, _, middle = _authority()
    return {
        **SECRET_SETTINGS,
        "sign_method": "01",
        "sign_pkcs12": _merchant_file(keys),
        "sign_password": PASSWORD,
        "middle_certificates": _pem(middle),
        "root_certificates": _pem(root),
    }


def _sharing(keys: Trust) -> dict[str, str]:
    return {**SECRET_SETTINGS, "sign_method": "11", "secure_key": keys.secret}


def _link(fields: dict[str, str]) -> bytes:
    return "&".join(f"{name}={fields[name]}" for name in sorted(fields)).encode()


def _signed(fields: dict[str, str], keys: Trust, sign: Sign, method: str) -> dict[str, str]:
    """The fields with what a signature needs: method 01 signs the hex digest of the text."""
    told = {**fields, "signMethod": method}
    if method == "01":
        told["signPubKeyCert"] = _signer(keys)
    text = _link(told)
    return {**told, "signature": sign(hashlib.sha256(text).hexdigest().encode() if method == "01" else text)}


def _answered(method: str) -> Any:
    """A pay-out answered as accepted, signed so."""

    def deliver(build: Any, keys: Trust, sign: Sign, now: datetime) -> Outcome:
        def answer(request: Any) -> HttpResponse:
            sent = dict(parse_qsl(request.body.decode()))
            echoed = {name: sent[name] for name in ("merId", "orderId", "txnTime", "txnType", "txnSubType", "txnAmt")}
            told = {**echoed, "version": "5.1.0", "encoding": "UTF-8", "respCode": "00", "respMsg": "成功[0000000]"}
            fields = _signed({**told, "queryId": "202601151600071008128"}, keys, sign, method)
            return HttpResponse(200, {}, "&".join(f"{name}={value}" for name, value in fields.items()).encode())

        order = PayOutOrder("PB00000001", Money(Decimal("10.00"), "CNY"), PAYEES["bank_card"], "货款", None, now)
        return build(Scripted(answer)).pay_out(order)

    return deliver


def _notified(method: str) -> Any:
    """A message signed so."""

    def deliver(build: Any, keys: Trust, sign: Sign, now: datetime) -> Any:
        told = {
            "version": "5.1.0",
            "encoding": "UTF-8",
            "merId": MER_ID,
            "orderId": "PB00000001",
            "txnTime": "20260115160007",
            "txnType": "12",
            "txnSubType": "00",
            "txnAmt": "1000",
            "queryId": "202601151600071008128",
            "respCode": "00",
            "respMsg": "成功[0000000]",
        }
        body = urlencode(_signed(told, keys, sign, method)).encode()
        connector = build(Scripted(lambda request: HttpResponse(500, {}, b"")))
        return connector.read_notification(InboundRequest("POST", "/x", "", {}, body, now))

    return deliver


def _settle_batch(channel: Channel, batch: PayOutBatch) -> None:
    listed = channel.admin.get("unionpay/transfers", mer_id=channel.merchant.id)["transfers"]
    known = {row["order_id"] for row in listed}
    for order in batch.orders:
        if order.key in known:
            _finished("transfers")(channel, order, Outcome)


PLATFORM = Platform(
    code="unionpay",
    merchant=_merchant,
    prepare=_prepare,
    modes={
        "shared-key-sha256": functools.partial(_merchant, method="11"),
        "shared-key-sm3": functools.partial(_merchant, method="12"),
        "enciphered": functools.partial(_merchant, encryption_required=True),
    },
    methods={
        Operation.PAY_OUT: "12/00",
        Operation.PAY_OUT_BATCH: "21/03",
        Operation.QUERY: "00/00",
        Operation.COLLECT: "01/07",
        Operation.CHARGE: "01/06",
        Operation.CLOSE: "00/00",
        Operation.CANCEL: "00/00",
        Operation.REFUND: "04/00",
        Operation.STATEMENT: "76/01",
    },
    varieties=VARIETIES,
    fates=FATES,
    states=STATES,
    codes=CODES,
    faults=faults(
        WireFault("busy-before", "system_error_before", False, "uncertain", {"code": "06"}),
        WireFault("unknown-certificate", "unknown_cert_sn", True, "untrusted"),
    ),
    limits=LIMITS,
    statements=(
        Statement(
            "settlement",
            frozenset(MONEY),
            lambda channel: channel.balance() - OPENING,  # what was put in to begin with is no transaction
            aim={"bill_type": "ZM"},
        ),
    ),
    spoils=(
        *(Spoil(kind, "statement|uncertain") for kind in ("double_row", "alter_row", "bad_encoding", "zip_bomb")),
        Spoil("truncated_zip", "statement|uncertain"),
        Spoil("missing", "empty"),
        Spoil("late", "later", asked_at=hour(10, 30)),
    ),
    notices=Notices(frozenset(MONEY)),
    verifiers=(
        Verifier("answer", Operation.PAY_OUT, _trusting, _answered("01"), "untrusted"),
        Verifier("notification", Operation.NOTIFICATION, _trusting, _notified("01"), "refused"),
        Verifier("answer-shared-key", Operation.PAY_OUT, _sharing, _answered("11"), "untrusted", "digest"),
        Verifier("notification-shared-key", Operation.NOTIFICATION, _sharing, _notified("11"), "refused", "digest"),
    ),
    batch=Batches(
        _settle_batch,
        _pay(Payee("bank_card", REFUSED_CARD, "李四光")),
        absent="not_found|uncertain",
        absent_after=KNOWN_AFTER,
    ),
    bad_settings={
        "another-merchant": lambda mine, other: {"mer_id": other.merchant.id},
        "another-key": lambda mine, other: {"sign_pkcs12": other.merchant.settings["sign_pkcs12"]},
    },
)
