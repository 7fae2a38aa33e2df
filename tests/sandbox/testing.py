"""What the sandbox's own tests share: a merchant with python-alipay-sdk in hand, an inbox, and patience.

A pytest plugin; the fixtures come with `pytest_plugins = ["sandbox.testing"]`.
PYTEST_DONT_REWRITE: test modules import names from here before pytest does.
"""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests
from alipay import AliPay, DCAliPay

from .clock import STAMP, Clock
from .server import Sandbox

TRANSFER = "alipay.fund.trans.uni.transfer"
QUERY = "alipay.fund.trans.common.query"
WALLET = "2088000000000001"
PATIENCE = 10


def pytest_configure(config: pytest.Config) -> None:
    """The SDK reads certificates in a way that pyOpenSSL no longer likes."""
    config.addinivalue_line("filterwarnings", "ignore::DeprecationWarning:alipay")


@pytest.fixture(scope="session")
def running() -> Iterator[Sandbox]:
    with Sandbox(seed=1) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    """The shared sandbox without the last test's faults."""
    running.admin.delete("faults")
    register_wallet(running)
    return running


@pytest.fixture
def young() -> Iterator[Sandbox]:
    """A sandbox of its own, for tests that move the clock or change its settings."""
    with Sandbox(seed=2) as sandbox:
        register_wallet(sandbox)
        yield sandbox


def beijing_stamp() -> str:
    """Now, as a request says it."""
    return Clock.real().strftime(STAMP)


def register_wallet(sandbox: Sandbox) -> None:
    """Make the Alipay account that most tests pay."""
    sandbox.admin.post("alipay/payees", identity_type="ALIPAY_USER_ID", identity=WALLET, name="某某纸业有限公司")


class Merchant:
    """One app with the SDK client that its mode asks for."""

    def __init__(self, sandbox: Sandbox, **spec: Any) -> None:
        self.sandbox = sandbox
        self.made = sandbox.admin.post("alipay/apps", **{"opening_balance": "1000.00", **spec})
        self.app_id, self.pid = self.made["app_id"], self.made["pid"]
        if self.made["mode"] == "certificate":
            self.sdk: Any = DCAliPay(
                self.app_id,
                self.made["app_private_key"],
                self.made["app_cert"],
                self.made["alipay_cert"],
                self.made["alipay_root_cert"],
            )
        else:
            self.sdk = AliPay(
                self.app_id,
                app_private_key_string=self.made["app_private_key"],
                alipay_public_key_string=self.made["alipay_public_key"],
            )
        build_body = self.sdk.build_body
        # The SDK stamps requests with local time and means Beijing's.
        self.sdk.build_body = lambda *args, **more: build_body(*args, **{"timestamp": beijing_stamp(), **more})
        self.sdk._gateway = self.made["gateway_url"]
        self.sdk._config.timeout = PATIENCE

    def call(self, method: str, **content: Any) -> dict[str, Any]:
        return self.sdk.server_api(method, content)

    def pay(self, out_biz_no: str, amount: str = "10.00", **more: Any) -> dict[str, Any]:
        return self.sdk.api_alipay_fund_trans_uni_transfer(
            out_biz_no, "ALIPAY_USER_ID", more.pop("identity", WALLET), amount, **more
        )

    def pay_card(self, out_biz_no: str, amount: str = "10.00", card: str = "6222021234567890", **more: Any) -> dict:
        bank = {"account_type": "1", "inst_name": "中国工商银行"}
        payee = {
            "identity_type": "BANKCARD_ACCOUNT",
            "identity": card,
            "name": "某某纸业有限公司",
            "bankcard_ext_info": bank,
        }
        return self.call(
            TRANSFER,
            out_biz_no=out_biz_no,
            trans_amount=amount,
            product_code="TRANS_BANKCARD_NO_PWD",
            biz_scene="DIRECT_TRANSFER",
            order_title="货款",
            payee_info=payee,
            **more,
        )

    def query(self, out_biz_no: str, product: str = "TRANS_ACCOUNT_NO_PWD") -> dict[str, Any]:
        return self.call(QUERY, out_biz_no=out_biz_no, product_code=product, biz_scene="DIRECT_TRANSFER")

    def paid(self, out_biz_no: str) -> tuple[int, str]:
        """How often and how much the platform's books say was paid."""
        found = self.sandbox.admin.get("alipay/transfers", app_id=self.app_id, out_biz_no=out_biz_no)["totals"]
        return found["executed_count"], found["executed_sum"]

    def ledger(self) -> dict[str, Any]:
        return self.sandbox.admin.get("alipay/ledger", app_id=self.app_id)

    def balance(self) -> str:
        return self.call("alipay.data.bill.balance.query")["available_amount"]

    def fault(self, kind: str, **more: Any) -> dict[str, Any]:
        return self.sandbox.admin.post("faults", kind=kind, app_id=self.app_id, **more)

    def raw(self, method: str, content: dict[str, Any] | str, **more: str) -> requests.Response:
        """A request as hand-written clients make it: everything in the form."""
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        params = {
            "app_id": self.app_id,
            "method": method,
            "charset": "utf-8",
            "sign_type": "RSA2",
            "version": "1.0",
            "timestamp": beijing_stamp(),
            "biz_content": text,
            **more,
        }
        if self.made["mode"] == "certificate":
            params.setdefault("app_cert_sn", self.sdk.app_cert_sn)
            params.setdefault("alipay_root_cert_sn", self.sdk.alipay_root_cert_sn)
        params = {k: v for k, v in params.items() if v}
        unsigned = "&".join(f"{k}={params[k]}" for k in sorted(params))
        params.setdefault("sign", self.sdk._sign(unsigned))
        return requests.post(self.made["gateway_url"], data=params, timeout=PATIENCE)


def eventually(true: Callable[[], Any]) -> Any:
    """Wait until `true()` holds and return what it gave."""
    deadline = time.monotonic() + PATIENCE
    while not (value := true()):
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)
    return value


@pytest.fixture
def merchant(sandbox: Sandbox) -> Merchant:
    return Merchant(sandbox)


class Inbox:
    """A receiver of messages that answers what it is told to."""

    def __init__(self) -> None:
        self.messages: list[dict[str, str]] = []
        self.answers = [b"success"]
        inbox = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                inbox.messages.append(dict(parse_qsl(body, keep_blank_values=True, strict_parsing=True)))
                answer = inbox.answers[min(len(inbox.messages), len(inbox.answers)) - 1]
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/alipay/messages"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def numbers(self) -> list[str]:
        return [json.loads(m["biz_content"])["out_biz_no"] for m in self.messages]


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    inbox = Inbox()
    yield inbox
    inbox.close()


def verified(merchant: Merchant, message: dict[str, str]) -> bool:
    """What the SDK says of a message's signature."""
    return merchant.sdk.verify({k: v for k, v in message.items() if k != "sign"}, message["sign"])


def wallet_order(out_biz_no: str = "PO1", **change: Any) -> dict[str, Any]:
    order = {
        "out_biz_no": out_biz_no,
        "trans_amount": "10.00",
        "product_code": "TRANS_ACCOUNT_NO_PWD",
        "biz_scene": "DIRECT_TRANSFER",
        "payee_info": {"identity_type": "ALIPAY_USER_ID", "identity": WALLET},
    }
    return {**order, **change}
