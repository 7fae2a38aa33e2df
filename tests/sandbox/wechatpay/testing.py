"""What the tests of the WeChat Pay side share: a merchant with a small client of its own, and a receiver of messages.

A pytest plugin; the fixtures come with `pytest_plugins = ["sandbox.wechatpay.testing"]`. The client signs, verifies and
decrypts with `cryptography` alone: nothing of the platform's own code is used.
PYTEST_DONT_REWRITE: test modules import names from here before pytest does.
"""

from __future__ import annotations

import base64
import http.server
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ..server import Sandbox

TRANSFERS = "/v3/fund-app/mch-transfer/transfer-bills"
NATIVE, CODEPAY = "/v3/pay/transactions/native", "/v3/pay/transactions/codepay"
REFUNDS = "/v3/refund/domestic/refunds"
OPENID = "oSandboxPayee0000000000000001"
PATIENCE = 10
SCHEME = "WECHATPAY2-SHA256-RSA2048"
_OAEP = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)


@pytest.fixture(scope="session")
def wechat_running() -> Iterator[Sandbox]:
    with Sandbox(seed=3) as sandbox:
        yield sandbox


@pytest.fixture
def wechat(wechat_running: Sandbox) -> Sandbox:
    """The shared sandbox without the last test's faults."""
    wechat_running.admin.delete("faults")
    return wechat_running


@pytest.fixture
def young_wechat() -> Iterator[Sandbox]:
    """A sandbox of its own, for tests that move the clock or change its settings."""
    with Sandbox(seed=4) as sandbox:
        yield sandbox


@pytest.fixture
def shop(wechat: Sandbox) -> Shop:
    return Shop(wechat)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    mailbox = Mailbox()
    yield mailbox
    mailbox.close()


def eventually(true: Callable[[], Any]) -> Any:
    """Wait until `true()` holds and return what it gave."""
    deadline = time.monotonic() + PATIENCE
    while not (value := true()):
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)
    return value


@dataclass
class Answer:
    """One answer: status, parsed JSON (None without a body), the raw body and the headers."""

    status: int
    json: Any
    body: bytes
    headers: Mapping[str, str]

    @property
    def code(self) -> str:
        """The error code."""
        return self.json["code"]

    @property
    def number(self) -> str:
        """The digits behind the last dash of the Request-ID."""
        return self.headers["Request-ID"].rpartition("-")[2]


class Shop:
    """One merchant with a client that verifies every answer which is signed."""

    def __init__(self, sandbox: Sandbox, **spec: Any) -> None:
        self.sandbox = sandbox
        opening = {"BASIC": "1000.00", "OPERATION": "1000.00"}
        self.made = sandbox.admin.post("wechatpay/merchants", **{"opening_balance": opening, **spec})
        self.mchid, self.appid = self.made["mchid"], self.made["appid"]
        self.key = serialization.load_pem_private_key(self.made["merchant_private_key"].encode(), None)

    def trusted(self, serial: str) -> Any:
        """The public key behind a serial number; KeyError when the merchant does not know it."""
        if self.made["public_key_id"] and serial == self.made["public_key_id"]:
            return serialization.load_pem_public_key(self.made["public_key"].encode())
        pem = self.made["platform_certificates"][serial]
        return x509.load_pem_x509_certificate(pem.encode()).public_key()

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raises InvalidSignature or KeyError."""
        assert headers["Wechatpay-Signature-Type"] == SCHEME
        assert abs(time.time() - int(headers["Wechatpay-Timestamp"])) < 300
        text = f"{headers['Wechatpay-Timestamp']}\n{headers['Wechatpay-Nonce']}\n".encode() + body + b"\n"
        signature = base64.b64decode(headers["Wechatpay-Signature"])
        self.trusted(headers["Wechatpay-Serial"]).verify(signature, text, padding.PKCS1v15(), hashes.SHA256())

    def authorization(self, verb: str, target: str, body: bytes, **change: str) -> str:
        """The header; `change` replaces parts of it after signing, or `stamp` before."""
        stamp, nonce = change.pop("stamp", str(int(time.time()))), change.pop("nonce", secrets.token_hex(16))
        text = f"{verb}\n{target}\n{stamp}\n{nonce}\n".encode() + body + b"\n"
        signature = base64.b64encode(self.key.sign(text, padding.PKCS1v15(), hashes.SHA256())).decode()
        parts = {
            "mchid": self.mchid,
            "nonce_str": nonce,
            "signature": signature,
            "timestamp": stamp,
            "serial_no": self.made["merchant_serial"],
            **change,
        }
        return f"{SCHEME} " + ",".join(f'{name}="{value}"' for name, value in parts.items())

    def call(self, verb: str, target: str, content: Any = None, **more: Any) -> Answer:
        """One signed request; `headers` and `body` replace what would be sent, `sign` goes to `authorization`."""
        body = more.get("body", b"" if content is None else json.dumps(content, ensure_ascii=False).encode())
        headers = {
            "Accept": "application/json",
            "User-Agent": "sandbox-test",
            "Authorization": self.authorization(verb, target, body, **more.get("sign", {})),
            **({"Content-Type": "application/json"} if body else {}),
            **more.get("headers", {}),
        }
        url = self.made["base_url"] + target
        answer = requests.request(verb, url, data=more.get("sent", body), headers=headers, timeout=PATIENCE)
        kind = answer.headers.get("Content-Type", "")
        told = json.loads(answer.content) if answer.content and "json" in kind else None
        if "Wechatpay-Signature" in answer.headers:
            self.verify(answer.headers, answer.content)
        return Answer(answer.status_code, told, answer.content, answer.headers)

    def download(self, url: str) -> Answer:
        """Fetch a link."""
        parts = urlsplit(url)
        return self.call("GET", f"{parts.path}?{parts.query}")

    def hidden(self, text: str) -> tuple[str, str]:
        """A sensitive field, and the serial number for Wechatpay-Serial."""
        serial = self.made["public_key_id"] or next(iter(self.made["platform_certificates"]))
        return base64.b64encode(self.trusted(serial).encrypt(text.encode(), _OAEP)).decode(), serial

    def revealed(self, cipher: str) -> str:
        """A sensitive field of an answer."""
        return self.key.decrypt(base64.b64decode(cipher), _OAEP).decode()

    def opened(self, message: Mail) -> dict[str, Any]:
        """The resource of a message, after its signature was verified."""
        self.verify(message.headers, message.body)
        resource = json.loads(message.body)["resource"]
        cipher = AESGCM(self.made["apiv3_key"].encode())
        sealed = base64.b64decode(resource["ciphertext"])
        plain = cipher.decrypt(resource["nonce"].encode(), sealed, resource["associated_data"].encode())
        return json.loads(plain)

    def order(self, number: str, fen: int = 1000, **change: Any) -> dict[str, Any]:
        """The body of a transfer."""
        order = {
            "appid": self.appid,
            "out_bill_no": number,
            "transfer_scene_id": "1009",
            "openid": OPENID,
            "transfer_amount": fen,
            "transfer_remark": "货款",
            "transfer_scene_report_infos": [{"info_type": "采购商品名称", "info_content": "打印纸"}],
        }
        return {name: value for name, value in {**order, **change}.items() if value is not None}

    def pay(self, number: str, fen: int = 1000, name: str = "", **change: Any) -> Answer:
        """Create a transfer."""
        headers = {}
        if name:
            change["user_name"], headers["Wechatpay-Serial"] = self.hidden(name)
        return self.call("POST", TRANSFERS, self.order(number, fen, **change), headers=headers)

    def transfer(self, number: str) -> Answer:
        """Query a transfer."""
        return self.call("GET", f"{TRANSFERS}/out-bill-no/{number}")

    def ends(self, number: str, state: str) -> dict[str, Any]:
        """Wait until a transfer is in a state."""
        return eventually(lambda: (told := self.transfer(number).json)["state"] == state and told)

    def paid(self, number: str) -> tuple[int, str, int, str]:
        """What the platform's books say of a transfer: paid and returned, how often and how much."""
        found = self.sandbox.admin.get("wechatpay/transfers", mchid=self.mchid, out_bill_no=number)["totals"]
        return found["executed_count"], found["executed_sum"], found["returned_count"], found["returned_sum"]

    def collection(self, number: str, fen: int = 10000, **change: Any) -> dict[str, Any]:
        """The body of a native order."""
        order = {
            "appid": self.appid,
            "mchid": self.mchid,
            "description": "打印纸",
            "out_trade_no": number,
            "notify_url": "https://erp.example.cn/wechat",
            "amount": {"total": fen, "currency": "CNY"},
        }
        return {name: value for name, value in {**order, **change}.items() if value is not None}

    def collect(self, number: str, fen: int = 10000, **change: Any) -> Answer:
        """Create a native order."""
        return self.call("POST", NATIVE, self.collection(number, fen, **change))

    def sell(self, number: str, fen: int = 10000, **change: Any) -> dict[str, Any]:
        """A native order that is paid at once."""
        code_url = self.collect(number, fen, **change).json["code_url"]
        return self.sandbox.admin.post("persons/pay", content=code_url)

    def trade(self, number: str) -> Answer:
        """Query an order."""
        return self.call("GET", f"/v3/pay/transactions/out-trade-no/{number}?mchid={self.mchid}")

    def charge(self, number: str, auth_code: str, fen: int = 5000) -> Answer:
        """Charge a payment code."""
        order = self.collection(number, fen, notify_url=None)
        scene = {"store_info": {"id": "0001"}}
        return self.call("POST", CODEPAY, {**order, "payer": {"auth_code": auth_code}, "scene_info": scene})

    def refund(self, number: str, trade: str, fen: int, total: int = 10000, **change: Any) -> Answer:
        """Refund an order."""
        amount = {"refund": fen, "total": total, "currency": "CNY"}
        return self.call("POST", REFUNDS, {"out_trade_no": trade, "out_refund_no": number, "amount": amount, **change})

    def bill(self, kind: str, day: str, **query: str) -> Answer:
        """Ask for a bill's link."""
        more = "".join(f"&{name}={value}" for name, value in query.items())
        return self.call("GET", f"/v3/bill/{kind}?bill_date={day}{more}")

    def balances(self) -> dict[str, str]:
        """What the purses hold."""
        return self.sandbox.admin.get(f"wechatpay/merchants/{self.mchid}")["balances"]

    def fault(self, kind: str, **more: Any) -> dict[str, Any]:
        """Ask for a fault of this merchant's."""
        return self.sandbox.admin.post("faults", kind=kind, mchid=self.mchid, **more)


@dataclass(frozen=True)
class Mail:
    """One message as it came."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def event(self) -> str:
        """Its event_type."""
        return json.loads(self.body)["event_type"]


class Mailbox:
    """A receiver of messages that answers the statuses it is told to, the last one for ever."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.statuses = [204]
        mailbox = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                mailbox.mails.append(Mail(self.headers, body))
                status = mailbox.statuses[min(len(mailbox.mails), len(mailbox.statuses)) - 1]
                if self.headers["Wechatpay-Signature"].startswith("WECHATPAY/SIGNTEST/") and status != 299:
                    status = 401
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                return

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/wechat/messages"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
