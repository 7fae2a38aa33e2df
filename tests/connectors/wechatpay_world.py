"""A merchant, WeChat Pay and its gateway for connector tests: real keys, no network.

The platform's side signs, verifies, seals and encrypts with pycryptodomex, written from the published rules,
never with the code under test.
"""

from __future__ import annotations

import base64
import functools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from Cryptodome.Cipher import AES, PKCS1_OAEP
from Cryptodome.Hash import SHA256
from Cryptodome.PublicKey import RSA
from Cryptodome.Signature import pkcs1_15
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

from odoo.addons.payment_bridge.connector.declarations import ChannelSettings
from odoo.addons.payment_bridge.connector.transport import HttpRequest, HttpResponse
from odoo.addons.payment_bridge.connector.types import (
    ChargeOrder,
    CollectOrder,
    InboundRequest,
    Money,
    Operation,
    OrderReference,
    Payee,
    PayOutOrder,
    RefundOrder,
)
from odoo.addons.payment_bridge_channels.connectors.wechatpay import WechatPayConnector

MCHID = "1900000109"
APPID = "wx1234567890abcdef"
API_KEY = "0123456789abcdef0123456789abcdef"
KEY_ID = "PUB_KEY_ID_0119000001092026011500000000"
SERIAL = "1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C"
NOW = datetime(2026, 1, 16, 2, 30, tzinfo=UTC)
BASE = "http://gateway.test"
NOTIFY_URL = "https://erp.example.cn/pay/wx"
OPENID = "oUpF8uMuAJOM2pxb1Q9zNjWeS6o0"
_AUTHORIZATION = re.compile(
    r'WECHATPAY2-SHA256-RSA2048 mchid="(?P<mchid>\d+)",nonce_str="(?P<nonce>[0-9a-zA-Z]{1,32})",'
    r'signature="(?P<signature>[0-9A-Za-z+/=]+)",timestamp="(?P<timestamp>\d{10})",serial_no="(?P<serial>[0-9A-F]+)"'
)


@functools.cache
def key(name: str) -> rsa.RSAPrivateKey:
    """One RSA key for each name, made once in a test run."""
    return rsa.generate_private_key(65537, 2048)


def private_pem(of: rsa.RSAPrivateKey, form: PrivateFormat = PrivateFormat.PKCS8) -> str:
    return of.private_bytes(Encoding.PEM, form, NoEncryption()).decode()


def public_pem(of: rsa.RSAPrivateKey) -> str:
    return of.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@functools.cache
def platform_rsa(name: str) -> RSA.RsaKey:
    return RSA.import_key(private_pem(key(name)))


def platform_sign(text: bytes, signer: str = "wechat") -> str:
    return base64.b64encode(pkcs1_15.new(platform_rsa(signer)).sign(SHA256.new(text))).decode()


def platform_unseal(text: str, name: str = "wechat") -> str:
    return PKCS1_OAEP.new(platform_rsa(name)).decrypt(base64.b64decode(text)).decode()


def platform_encrypt(text: bytes, nonce: str, associated: str, api_key: str = API_KEY) -> str:
    cipher = AES.new(api_key.encode(), AES.MODE_GCM, nonce=nonce.encode())
    cipher.update(associated.encode())
    sealed, tag = cipher.encrypt_and_digest(text)
    return base64.b64encode(sealed + tag).decode()


def certificate(
    name: str,
    serial: int,
    *,
    since: datetime = NOW - timedelta(days=30),
    until: datetime = NOW + timedelta(days=300),
) -> x509.Certificate:
    """A certificate over ``key(name)``."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sim Root")]))
        .public_key(key(name).public_key())
        .serial_number(serial)
        .not_valid_before(since)
        .not_valid_after(until)
        .sign(key("Sim Root"), hashes.SHA256())
    )


def pem(of: x509.Certificate) -> str:
    return of.public_bytes(Encoding.PEM).decode()


def hex_serial(of: x509.Certificate) -> str:
    return f"{of.serial_number:040X}"


FIRST = functools.cache(lambda: certificate("platform-1", 0x7132D72A03E93CDDF8C03BBD1F37EEDF00000001))
SECOND = functools.cache(lambda: certificate("platform-2", 0x0032D72A03E93CDDF8C03BBD1F37EEDF00000002))


def certificates_body(*found: x509.Certificate, api_key: str = API_KEY) -> bytes:
    """The answer of /v3/certificates before it is signed."""
    rows = [
        {
            "serial_no": hex_serial(one),
            "effective_time": "2026-01-01T00:00:00+08:00",
            "expire_time": "2031-01-01T00:00:00+08:00",
            "encrypt_certificate": {
                "algorithm": "AEAD_AES_256_GCM",
                "nonce": "61f9c719728a",
                "associated_data": "certificate",
                "ciphertext": platform_encrypt(pem(one).encode(), "61f9c719728a", "certificate", api_key),
            },
        }
        for one in found
    ]
    return json.dumps({"data": rows}).encode()


def values(**change: str | None) -> dict[str, str]:
    """Settings of a channel in public-key mode that work; None takes one out."""
    made = {
        "mchid": MCHID,
        "appid": APPID,
        "merchant_private_key": private_pem(key("merchant")),
        "merchant_serial": SERIAL,
        "apiv3_key": API_KEY,
        "verification": "public_key",
        "platform_public_key": public_pem(key("wechat")),
        "platform_public_key_id": KEY_ID,
        "base_url": BASE,
        **change,
    }
    return {name: value for name, value in made.items() if value is not None}


def certificate_mode(**change: str | None) -> dict[str, str]:
    """Settings of a channel that believes platform certificates only."""
    without = {"platform_public_key": None, "platform_public_key_id": None}
    return values(verification="certificate", **without, **change)


def signed(
    body: bytes | str,
    status: int = 200,
    *,
    signer: str = "wechat",
    serial: str = KEY_ID,
    at: datetime = NOW,
    **change: str,
) -> HttpResponse:
    """An answer as WeChat Pay signs it; ``change`` replaces headers (``wechatpay_nonce`` …)."""
    raw = body if isinstance(body, bytes) else body.encode()
    return HttpResponse(status, headers(raw, signer=signer, serial=serial, at=at, **change), raw)


def headers(
    raw: bytes, *, signer: str = "wechat", serial: str = KEY_ID, at: datetime = NOW, **change: str
) -> dict[str, str]:
    timestamp, nonce = str(int(at.timestamp())), "c5ac7061fccab6bf3e254dcf98995b8c"
    text = f"{timestamp}\n{nonce}\n".encode() + raw + b"\n"
    made = {
        "wechatpay-timestamp": timestamp,
        "wechatpay-nonce": nonce,
        "wechatpay-signature": platform_sign(text, signer),
        "wechatpay-serial": serial,
        "wechatpay-signature-type": "WECHATPAY2-SHA256-RSA2048",
        "request-id": "08F78BB5AF0610D302189F8DB11D20A9AB0F285D-0",
    }
    return made | {name.replace("_", "-"): value for name, value in change.items()}


def refused(code: str, status: int = 400, message: str = "业务失败", **change: Any) -> HttpResponse:
    """A signed refusal."""
    return signed(json.dumps({"code": code, "message": message}), status, **change)


def unsigned(response: HttpResponse) -> HttpResponse:
    kept = {name: value for name, value in response.headers.items() if not name.startswith("wechatpay-")}
    return HttpResponse(response.status, kept, response.body)


Reply = dict[str, Any] | HttpResponse | Exception | Callable[[HttpRequest], Any] | None


@dataclass
class Gateway:
    """Stands in for the transport: verifies what is sent, answers what the test says, in order.

    A dict is content to sign, None a signed 204; anything else is the answer itself, raised or called.
    """

    replies: list[Reply] = field(default_factory=list)
    requests: list[HttpRequest] = field(default_factory=list)

    def send(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        verify_request(request)
        reply = self.replies.pop(0)
        if callable(reply):
            reply = reply(request)
        if isinstance(reply, Exception):
            raise reply
        if isinstance(reply, HttpResponse):
            return reply
        return signed(b"", 204) if reply is None else signed(json.dumps(reply, ensure_ascii=False))

    def content(self, index: int = -1) -> dict[str, Any]:
        """The body of a request."""
        return json.loads(self.requests[index].body)

    def target(self, index: int = -1) -> str:
        """Method, path and query of a request."""
        request = self.requests[index]
        return f"{request.method} {request.url.removeprefix(BASE)}"


def verify_request(request: HttpRequest) -> None:
    """What WeChat Pay checks of every request, over the raw target and the raw body."""
    sent = request.headers
    found = _AUTHORIZATION.fullmatch(sent["Authorization"])
    assert found and (found["mchid"], found["serial"]) == (MCHID, SERIAL)
    parts = urlsplit(request.url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = f"{request.method}\n{target}\n{found['timestamp']}\n{found['nonce']}\n".encode()
    text = lines + (request.body or b"") + b"\n"
    verifier = pkcs1_15.new(platform_rsa("merchant").public_key())
    verifier.verify(SHA256.new(text), base64.b64decode(found["signature"]))
    assert sent["Accept"] == "application/json" and sent["User-Agent"]
    assert (sent.get("Content-Type") == "application/json") is bool(request.body)


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
    notify_url: str | None = NOTIFY_URL,
) -> tuple[WechatPayConnector, Gateway]:
    """A connector whose gateway gives these replies."""
    gateway = Gateway(list(replies))
    chosen = ChannelSettings(environment, settings or values(), notify_url)
    return WechatPayConnector(chosen, gateway, now=clock or Clock()), gateway


def yuan(text: str) -> Money:
    return Money(Decimal(text), "CNY")


PAYEE = Payee("wechat_openid", OPENID, "张三丰")


def order(**change: Any) -> PayOutOrder:
    made = {"key": "PO202600013", "amount": yuan("2300.00"), "payee": PAYEE, "title": "货款PO202600013", **change}
    return PayOutOrder(**made)


def reference(operation: Operation = Operation.PAY_OUT, **change: Any) -> OrderReference:
    """An order sent an hour ago."""
    made = {
        "key": "PO202600013" if operation is Operation.PAY_OUT else "SO202600031",
        "operation": operation,
        "amount": yuan("2300.00" if operation is Operation.PAY_OUT else "100.00"),
        "payee_kind": "wechat_openid" if operation is Operation.PAY_OUT else None,
        "placed_at": NOW - timedelta(hours=1),
        "sent_at": NOW - timedelta(hours=1),
        **change,
    }
    return OrderReference(**made)


def collect_order(**change: Any) -> CollectOrder:
    made = {
        "key": "SO202600031",
        "amount": yuan("100.00"),
        "method": "qr",
        "title": "打印纸A4",
        "placed_at": NOW,
        "expires_at": NOW + timedelta(hours=2),
        **change,
    }
    return CollectOrder(**made)


def charge_order(**change: Any) -> ChargeOrder:
    made = {
        "key": "SO202600031",
        "amount": yuan("100.00"),
        "auth_code": "130061098828009406",
        "title": "打印纸A4",
        "placed_at": NOW,
        **change,
    }
    return ChargeOrder(**made)


def refund_order(**change: Any) -> RefundOrder:
    made = {
        "key": "RF202600007",
        "amount": yuan("30.00"),
        "original": reference(Operation.COLLECT),
        "reason": "部分退货",
        "placed_at": NOW,
        **change,
    }
    return RefundOrder(**made)


BILL = {
    "out_bill_no": "PO202600013",
    "transfer_bill_no": "1330000071100999991182026011500019480001",
    "create_time": "2026-01-16T10:20:35+08:00",
    "state": "WAIT_USER_CONFIRM",
    "package_info": "affffddafdfafddffda==",
}
TRADE = {
    "appid": APPID,
    "mchid": MCHID,
    "out_trade_no": "SO202600031",
    "transaction_id": "4200002345202601150123456789",
    "trade_type": "NATIVE",
    "trade_state": "SUCCESS",
    "trade_state_desc": "支付成功",
    "bank_type": "OTHERS",
    "success_time": "2026-01-15T09:30:11+08:00",
    "payer": {"openid": OPENID},
    "amount": {"total": 10000, "payer_total": 10000, "currency": "CNY", "payer_currency": "CNY"},
}
REFUND = {
    "refund_id": "50300001232026011500000000001",
    "out_refund_no": "RF202600007",
    "transaction_id": "4200002345202601150123456789",
    "out_trade_no": "SO202600031",
    "channel": "ORIGINAL",
    "user_received_account": "招商银行信用卡0403",
    "create_time": "2026-01-15T14:15:55+08:00",
    "status": "PROCESSING",
    "amount": {"total": 10000, "refund": 3000, "payer_total": 10000, "payer_refund": 3000, "currency": "CNY"},
}


def message(event_type: str, content: dict[str, Any] | bytes, kind: str = "transaction", /, **change: Any) -> bytes:
    """A notification's body around an encrypted resource."""
    raw = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
    made = {
        "id": "EV-2018022511223320873",
        "create_time": "2026-01-16T10:29:58+08:00",
        "event_type": event_type,
        "resource_type": "encrypt-resource",
        "summary": "支付成功",
        "resource": {
            "algorithm": "AEAD_AES_256_GCM",
            "original_type": kind,
            "nonce": "fdasflkja484",
            "associated_data": kind,
            "ciphertext": platform_encrypt(raw, "fdasflkja484", kind),
        },
        **change,
    }
    return json.dumps({name: value for name, value in made.items() if value is not None}).encode()


def inbound(body: bytes, *, sent: dict[str, str] | None = None, **change: Any) -> InboundRequest:
    made = {
        "method": "POST",
        "path": "/x",
        "query": "",
        "headers": sent if sent is not None else headers(body),
        "body": body,
        "received_at": NOW,
        **change,
    }
    return InboundRequest(**made)
