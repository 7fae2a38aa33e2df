"""A merchant, UnionPay and its gateway for connector tests: real keys, no network.

UnionPay's side signs and verifies with pycryptodome and the tests' own SM3, never with the code under test.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, quote_plus

from asn1crypto import x509 as asn1_x509
from Cryptodome.Hash import SHA1, SHA256
from Cryptodome.PublicKey import RSA
from Cryptodome.Signature import pkcs1_15
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID
from sm3 import sm3

from odoo.addons.payment_bridge.connector.declarations import ChannelSettings
from odoo.addons.payment_bridge.connector.transport import HttpRequest, HttpResponse
from odoo.addons.payment_bridge.connector.types import (
    InboundRequest,
    Money,
    Operation,
    OrderReference,
    Payee,
    PayOutOrder,
)
from odoo.addons.payment_bridge_channels.connectors.unionpay import UnionPayConnector

MER_ID = "777290058110097"
PASSWORD = "000000"
SECURE_KEY = "88888888"
PLACED = datetime(2026, 1, 15, 8, 0, 7, tzinfo=UTC)
NOW = PLACED + timedelta(minutes=3)
TXN_TIME = "20260115160007"
QUERY_ID = "202601151600071008128"
GATEWAY = "http://gateway.test/gateway/api"
FILES = "http://files.test/"
NOTIFY = "https://erp.example.cn/payment_bridge/notify/abc"
TEST_CN = "041@Z2015-11@00040000:SIGN@00000001"
PRODUCTION_CN = "041@Z2015-11@中国银联股份有限公司@00000001"


def key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """One RSA key for each name and size, made once in a test run."""
    return _made(name, bits)


@functools.cache
def _made(_name: str, bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def pem(*certificates: x509.Certificate) -> str:
    return "\n".join(one.public_bytes(Encoding.PEM).decode() for one in certificates)


def certificate(
    name: str,
    issuer: str,
    *,
    subject: str | None = None,
    ca: bool = False,
    serial: int = 1,
    since: datetime = NOW - timedelta(days=30),
    until: datetime = NOW + timedelta(days=300),
    signed_by: str | None = None,
    bits: int = 2048,
) -> x509.Certificate:
    """A certificate over ``key(name)`` in the issuer's name, signed with ``key(signed_by or issuer)``."""
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject or name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key(name, bits).public_key())
        .serial_number(serial)
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(key(signed_by or issuer), hashes.SHA256())
    )


@functools.cache
def root() -> x509.Certificate:
    return certificate("CFCA TEST CS CA", "CFCA TEST CS CA", ca=True, serial=11)


@functools.cache
def middle() -> x509.Certificate:
    return certificate("CFCA TEST OCA1", "CFCA TEST CS CA", ca=True, serial=12)


@functools.cache
def leaf() -> x509.Certificate:
    return certificate("unionpay", "CFCA TEST OCA1", subject=TEST_CN, serial=13)


@functools.cache
def merchant() -> x509.Certificate:
    return certificate("merchant", "CFCA TEST OCA1", subject="041@Z2@某某纸业@2", serial=68759663125)


@functools.cache
def encryption() -> x509.Certificate:
    return certificate("encryption", "CFCA TEST OCA1", subject="041@Z3@00040000:ENC@3", serial=68759622183)


def weakly_signed(strong: x509.Certificate, issuer: str) -> x509.Certificate:
    """The same certificate with a SHA-1 signature, which no library makes any more."""
    made = asn1_x509.Certificate.load(strong.public_bytes(Encoding.DER))
    made["tbs_certificate"]["signature"]["algorithm"] = "sha1_rsa"
    made["signature_algorithm"]["algorithm"] = "sha1_rsa"
    raw = pkcs1_15.new(_rsa(issuer)).sign(SHA1.new(made["tbs_certificate"].dump(force=True)))
    made["signature_value"] = raw
    return x509.load_der_x509_certificate(made.dump(force=True))


@functools.cache
def pfx(
    of: str = "merchant", password: str = PASSWORD, algorithm: pkcs12.PBES = pkcs12.PBES.PBESv2SHA256AndAES256CBC
) -> str:
    """The merchant's file; its password is stretched only once, since tests open it often."""
    packing = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(1).key_cert_algorithm(algorithm)
    raw = pkcs12.serialize_key_and_certificates(
        b"merchant", key(of), merchant(), None, packing.build(password.encode())
    )
    return base64.b64encode(raw).decode()


def values(**change: str | None) -> dict[str, str]:
    """Settings of a channel with certificates that work; None takes one out."""
    made = {
        "mer_id": MER_ID,
        "sign_method": "01",
        "sign_pkcs12": pfx(),
        "sign_password": PASSWORD,
        "middle_certificates": pem(middle()),
        "root_certificates": pem(root()),
        "gateway_url": GATEWAY,
        "file_url": FILES,
        **change,
    }
    return {name: value for name, value in made.items() if value is not None}


def keyed(method: str, **change: str | None) -> dict[str, str]:
    """Settings of a channel with a shared key."""
    without = dict.fromkeys(("sign_pkcs12", "sign_password", "middle_certificates", "root_certificates"), None)
    return values(**{"sign_method": method, "secure_key": SECURE_KEY, **without, **change})


def joined(fields: Mapping[str, str]) -> str:
    """What a signature covers."""
    return "&".join(f"{name}={fields[name]}" for name in sorted(fields) if name != "signature" and fields[name])


@functools.cache
def _rsa(name: str, bits: int = 2048) -> RSA.RsaKey:
    return RSA.import_key(key(name, bits).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def signature(fields: Mapping[str, str], signer: str = "unionpay", bits: int = 2048) -> str:
    """UnionPay's signature, by the method that the fields name."""
    text = joined(fields).encode()
    method = fields.get("signMethod", "01")
    if method != "01":
        digest = sm3 if method == "12" else lambda data: hashlib.sha256(data).hexdigest()
        return digest(text + b"&" + digest(SECURE_KEY.encode()).encode())
    hashed = SHA256.new(hashlib.sha256(text).hexdigest().encode())
    return base64.b64encode(pkcs1_15.new(_rsa(signer, bits)).sign(hashed)).decode()


def check_ours(fields: Mapping[str, str]) -> None:
    """Verify a request as UnionPay would."""
    if fields["signMethod"] != "01":
        assert "certId" not in fields
        assert fields["signature"] == signature(fields), "our own signature is wrong"
        return
    assert fields["certId"] == "68759663125"
    hashed = SHA256.new(hashlib.sha256(joined(fields).encode()).hexdigest().encode())
    pkcs1_15.new(_rsa("merchant").public_key()).verify(hashed, base64.b64decode(fields["signature"]))


Reply = Mapping[str, str | None] | HttpResponse | Exception | Callable[[dict[str, str]], Any]
ECHO = ("version", "encoding", "signMethod", "accessType", "merId", "txnType", "txnSubType", "bizType", "orderId")
ECHO_TOO = ("txnTime", "batchNo", "settleDate")


@dataclass
class Gateway:
    """Stands in for the transport: checks what is sent, answers what the test says, in order.

    A mapping is merged over the echo of the request and signed (None takes a field out); anything else is
    the answer itself, raised or called.
    """

    replies: list[Reply] = field(default_factory=list)
    signer: str = "unionpay"
    chain: x509.Certificate | None = None
    calls: list[dict[str, str]] = field(default_factory=list)
    requests: list[HttpRequest] = field(default_factory=list)

    def send(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        assert request.method == "POST"
        pairs = parse_qsl(request.body.decode("ascii"), strict_parsing=True)
        sent = dict(pairs)
        assert len(sent) == len(pairs)
        check_ours(sent)
        self.calls.append(sent)
        reply = self.replies.pop(0)
        if callable(reply):
            reply = reply(sent)
        if isinstance(reply, Exception):
            raise reply
        if isinstance(reply, HttpResponse):
            return reply
        return answer(self.body(sent, reply))

    def body(self, sent: Mapping[str, str], change: Mapping[str, str | None]) -> str:
        """A whole answer as it travels: not encoded in any way."""
        fields = {name: sent[name] for name in (*ECHO, *ECHO_TOO) if name in sent}
        if fields["signMethod"] == "01":
            fields["signPubKeyCert"] = pem(self.chain or leaf())
        fields = {name: value for name, value in {**fields, **change}.items() if value is not None}
        fields.setdefault("signature", signature(fields, self.signer))
        return "&".join(f"{name}={value}" for name, value in fields.items())


class Clock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self, at: datetime = NOW):
        self.at = at

    def __call__(self) -> datetime:
        return self.at


def connector(
    *replies: Reply,
    settings: dict[str, str] | None = None,
    environment: str = "sandbox",
    clock: Clock | None = None,
    notify_url: str | None = NOTIFY,
) -> tuple[UnionPayConnector, Gateway]:
    """A connector whose gateway gives these replies."""
    gateway = Gateway(list(replies))
    chosen = ChannelSettings(environment, settings or values(), notify_url)
    return UnionPayConnector(chosen, gateway, now=clock or Clock()), gateway


def answer(body: bytes | str, status: int = 200) -> HttpResponse:
    return HttpResponse(status, {}, body if isinstance(body, bytes) else body.encode())


def ok(code: str = "00", **more: str | None) -> dict[str, str | None]:
    """A reply with a code."""
    return {"respCode": code, "respMsg": f"成功[{code}00000]", **more}


def found(code: str = "00", **more: str | None) -> dict[str, str | None]:
    """A query's reply about an order that is there."""
    made = {
        "origRespCode": code,
        "origRespMsg": f"说明[{code}00000]",
        "queryId": QUERY_ID,
        "txnAmt": "250000",
        "traceTime": "0115160007",
        "settleDate": "0115",
    }
    return ok(**{**made, **more})


CARD = Payee("bank_card", "6222021234567890128", "张三")
COMPANY = Payee(
    "bank_account",
    "110060149018800012345",
    "某某纸业有限公司",
    bank_name="交通银行",
    registration="91310000MA1K35W1X4",
)
AMOUNT = Money(Decimal("2500.00"), "CNY")


def order(**change: Any) -> PayOutOrder:
    made = {
        "key": "PO20260115000031",
        "amount": AMOUNT,
        "payee": CARD,
        "title": "货款",
        "remark": "打印纸货款",
        "placed_at": PLACED,
        **change,
    }
    return PayOutOrder(**made)


def reference(**change: Any) -> OrderReference:
    made = {
        "key": "PO20260115000031",
        "operation": Operation.PAY_OUT,
        "amount": AMOUNT,
        "payee_kind": "bank_card",
        "sent_at": PLACED,
        "placed_at": PLACED,
        **change,
    }
    return OrderReference(**made)


def form(fields: Mapping[str, str]) -> bytes:
    """A notification as UnionPay posts it."""
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in fields.items()).encode()


def inbound(body: bytes, **change: Any) -> InboundRequest:
    made = {
        "method": "POST",
        "path": "/x",
        "query": "",
        "headers": {"content-type": "application/x-www-form-urlencoded"},
        "body": body,
        "received_at": NOW,
        **change,
    }
    return InboundRequest(**made)
