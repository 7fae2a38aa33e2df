"""A company, a platform and a gateway for connector tests: real keys, no network.

The platform's side signs and verifies with python-alipay-sdk, never with the code under test.
"""

from __future__ import annotations

import base64
import functools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlsplit

from alipay import AliPay
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID

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
from odoo.addons.payment_bridge_channels.connectors.alipay import AlipayConnector

APP_ID = "2021000000000001"
PID = "2088501234567890"
NOW = datetime(2026, 1, 16, 2, 30, tzinfo=UTC)
AES_KEY = "MDEyMzQ1Njc4OWFiY2RlZg=="
GATEWAY = "http://gateway.test/gateway.do"


@functools.cache
def key(name: str) -> rsa.RSAPrivateKey:
    """One RSA key for each name, made once in a test run."""
    return rsa.generate_private_key(65537, 2048)


def private_pem(of: rsa.RSAPrivateKey, form: PrivateFormat = PrivateFormat.TraditionalOpenSSL) -> str:
    return of.private_bytes(Encoding.PEM, form, NoEncryption()).decode()


def public_pem(of: rsa.RSAPrivateKey) -> str:
    form = PublicFormat.SubjectPublicKeyInfo
    return of.public_key().public_bytes(Encoding.PEM, form).decode()


def pem(*certificates: x509.Certificate) -> str:
    return "\n".join(one.public_bytes(Encoding.PEM).decode() for one in certificates)


def certificate(
    name: str,
    issuer: str,
    *,
    organisation: str = "Sim Platform",
    ca: bool = False,
    serial: int = 1,
    since: datetime = NOW - timedelta(days=30),
    until: datetime = NOW + timedelta(days=300),
    signed_by: str | None = None,
) -> x509.Certificate:
    """A certificate over ``key(name)``, in the issuer's name, signed with ``key(signed_by or issuer)``."""
    return (
        x509.CertificateBuilder()
        .subject_name(_dn(name, organisation))
        .issuer_name(_dn(issuer, "Sim Platform"))
        .public_key(key(name).public_key())
        .serial_number(serial)
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(key(signed_by or issuer), hashes.SHA256())
    )


def _dn(name: str, organisation: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Certification Authority"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


@functools.cache
def root() -> x509.Certificate:
    return certificate("Root", "Root", ca=True, serial=11)


@functools.cache
def intermediate() -> x509.Certificate:
    return certificate("Class 2", "Root", ca=True, serial=12)


@functools.cache
def app_certificate() -> x509.Certificate:
    return certificate("app", "Class 2", organisation="Our Company", serial=13)


@functools.cache
def alipay_certificate() -> x509.Certificate:
    return certificate("alipay", "Class 2", serial=14)


def values(**change: str | None) -> dict[str, str]:
    """Settings of a channel in certificate mode that work; None takes one out."""
    made = {
        "app_id": APP_ID,
        "pid": PID,
        "sign_mode": "certificate",
        "app_private_key": private_pem(key("app")),
        "app_certificate": pem(app_certificate()),
        "alipay_certificate": pem(alipay_certificate(), intermediate()),
        "alipay_root_certificates": pem(root()),
        "gateway_url": GATEWAY,
        **change,
    }
    return {name: value for name, value in made.items() if value is not None}


def key_mode(**change: str | None) -> dict[str, str]:
    """Settings of a channel in public-key mode."""
    without = dict.fromkeys(("app_certificate", "alipay_certificate", "alipay_root_certificates"), None)
    return values(sign_mode="public_key", alipay_public_key=public_pem(key("alipay")), **without, **change)


@functools.cache
def platform(signer: str = "alipay") -> AliPay:
    """python-alipay-sdk in the platform's place: signs as Alipay, verifies the app."""
    return AliPay(APP_ID, None, private_pem(key(signer)), public_pem(key("app")), "RSA2")


Reply = dict[str, Any] | HttpResponse | Exception | Callable[[dict[str, str]], Any]


@dataclass
class Gateway:
    """Stands in for the transport: checks what is sent, answers what the test says, in order.

    A dict is a node to sign; anything else is the answer itself, raised or called.
    """

    replies: list[Reply] = field(default_factory=list)
    signer: str = "alipay"
    sn: str | None = None
    calls: list[dict[str, str]] = field(default_factory=list)
    requests: list[HttpRequest] = field(default_factory=list)

    def send(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        reply = self.replies.pop(0)
        if request.method == "GET":
            return self._answered(reply, {})
        query = dict(parse_qsl(urlsplit(request.url).query, strict_parsing=True))
        form = dict(parse_qsl(request.body.decode(), strict_parsing=True))
        assert set(form) == {"biz_content"} and "biz_content" not in query
        sent = {**query, **form}
        signature = sent.pop("sign")
        text = "&".join(f"{name}={sent[name]}" for name in sorted(sent))
        assert platform()._verify(text, signature), "our own signature is wrong"
        self.calls.append(sent)
        return self._answered(reply, sent)

    def _answered(self, reply: Reply, sent: dict[str, str]) -> HttpResponse:
        if callable(reply):
            reply = reply(sent)
        if isinstance(reply, Exception):
            raise reply
        if isinstance(reply, HttpResponse):
            return reply
        return HttpResponse(200, {}, self.signed(sent["method"], json.dumps(reply)))

    def signed(self, method: str, node: str, **more: str) -> bytes:
        """A whole answer around the node's text, signed by the platform."""
        signature = platform(self.signer)._sign(node)
        tail = {**({"alipay_cert_sn": self.sn} if self.sn else {}), "sign": signature, **more}
        rest = "".join(f',"{name}":{json.dumps(value)}' for name, value in tail.items())
        return f'{{"{method.replace(".", "_")}_response":{node}{rest}}}'.encode()

    def content(self, index: int = -1) -> dict[str, Any]:
        """``biz_content`` of a call."""
        return json.loads(self.calls[index]["biz_content"])


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
) -> tuple[AlipayConnector, Gateway]:
    """A connector whose gateway gives these replies."""
    gateway = Gateway(list(replies))
    chosen = ChannelSettings(environment, settings or values())
    return AlipayConnector(chosen, gateway, now=clock or Clock()), gateway


def answer(body: bytes | str, status: int = 200, **headers: str) -> HttpResponse:
    raw = body if isinstance(body, bytes) else body.encode()
    return HttpResponse(status, headers, raw)


LOGIN = Payee("alipay_logon_id", "pay@example.cn", "某某纸业有限公司")
CARD = Payee("bank_card", "6222021234567890123", "张三")
COMPANY = Payee("bank_account", "110060149018800012345", "某某纸业有限公司", bank_name="交通银行")


def order(**change: Any) -> PayOutOrder:
    made = {
        "key": "PO202600012",
        "amount": Money(Decimal("5000.00"), "CNY"),
        "payee": LOGIN,
        "title": "货款PO202600012",
        "remark": "PO202600012",
        **change,
    }
    return PayOutOrder(**made)


def reference(**change: Any) -> OrderReference:
    made = {
        "key": "PO202600012",
        "operation": Operation.PAY_OUT,
        "amount": Money(Decimal("5000.00"), "CNY"),
        "payee_kind": "alipay_logon_id",
        **change,
    }
    return OrderReference(**made)


SUCCESS = {
    "code": "10000",
    "msg": "Success",
    "out_biz_no": "PO202600012",
    "order_id": "20260115110070000006520012345678",
    "pay_fund_order_id": "20260115110070001506520012345678",
    "status": "SUCCESS",
    "trans_date": "2026-01-15 10:15:02",
}


def failure(sub_code: str, code: str = "40004", message: str = "业务失败") -> dict[str, str]:
    return {"code": code, "msg": "Business Failed", "sub_code": sub_code, "sub_msg": message}


def form(fields: dict[str, str], signer: str = "alipay", keep_sign_type: bool = False) -> bytes:
    """A message as Alipay would send it."""
    covered = {k: v for k, v in fields.items() if keep_sign_type or k != "sign_type"}
    text = "&".join(f"{name}={covered[name]}" for name in sorted(covered))
    signed = {**fields, "sign": platform(signer)._sign(text)}
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in signed.items()).encode()


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


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
