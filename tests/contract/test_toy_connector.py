"""A connector made from nothing but the text of the developers' page works behind the port.

The code blocks of ``payment_bridge_channels/readme/DEVELOP.md`` are written into a folder and imported as any
platform's folder is; a small server plays the platform that the page describes.
"""

from __future__ import annotations

import hashlib
import hmac
import http.server
import importlib
import io
import json
import re
import sys
import threading
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from odoo.addons.payment_bridge.connector import registry
from odoo.addons.payment_bridge.connector.declarations import ChannelSettings
from odoo.addons.payment_bridge.connector.transport import Transport
from odoo.addons.payment_bridge.connector.types import Money, Operation, OrderReference, Payee, PayOutOrder
from odoo.addons.payment_bridge_channels import connectors

from .kit import verdict
from .kit.leaks import leaked

PAGE = Path(connectors.__file__).parents[1] / "readme" / "DEVELOP.md"
BLOCK = re.compile(r"\*\*`connectors/examplepay/([^`]+)`\*\*\n\n```python\n(.*?)```", re.DOTALL)
MERCHANT, SECRET = "M0001", "the secret of the example"
TODAY = date(2026, 1, 15)
PAYEE = Payee("example_account", "12345678", "某某纸业有限公司")


class ExamplePlatform:
    """The other side, written from the page's prose."""

    def __init__(self) -> None:
        self.payments: dict[str, dict] = {}
        self.requests = 0
        self.fault = ""
        platform = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                platform.serve(self)

            do_POST = do_GET

            def log_message(self, *_) -> None:
                """The tests tell."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def serve(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        self.requests += 1
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        if not hmac.compare_digest(self.signed(body), handler.headers["X-Signature"]):
            return self.answer(handler, 401, b"{}")
        if self.fault == "lost before":
            return handler.connection.close()
        if handler.command == "POST":
            status, told = self.place(json.loads(body))
        elif handler.path.startswith("/statements/"):
            return self.answer(handler, 200, self.statement())
        else:
            found = self.payments.get(handler.path.rpartition("/")[2])
            status, told = (200, found) if found else (404, {})
        if self.fault == "lost after":
            return handler.connection.close()
        return self.answer(handler, status, json.dumps(told).encode())

    def place(self, asked: dict) -> tuple[int, dict]:
        if self.fault.isupper():
            return 422, {"code": self.fault}
        known = self.payments.setdefault(
            asked["key"],
            {
                "key": asked["key"],
                "number": f"N{len(self.payments):06d}",
                "state": "paid",
                "paid_at": "2026-01-15T10:15:02+08:00",
                "amount": asked["amount"],
            },
        )
        return 200, known

    def statement(self) -> bytes:
        lines = [f"{MERCHANT},{TODAY}", "time,key,number,amount"]
        lines += [f"{one['paid_at']},{one['key']},{one['number']},-{one['amount']}" for one in self.payments.values()]
        total = sum((-Decimal(one["amount"]) for one in self.payments.values()), Decimal("0.00"))
        return "\n".join([*lines, f"total,{len(self.payments)},{total:.2f}", ""]).encode()

    def answer(self, handler: http.server.BaseHTTPRequestHandler, status: int, body: bytes) -> None:
        signature = self.signed(body)
        if self.fault == "forged":
            signature = self.signed(body + b" ")
        handler.send_response(503 if self.fault == "busy" else status)
        handler.send_header("X-Signature", signature)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    @staticmethod
    def signed(body: bytes) -> str:
        return hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()


@pytest.fixture(scope="module")
def kind(tmp_path_factory):
    """The connector's class, out of a folder that holds the page's code and nothing else."""
    place = tmp_path_factory.mktemp("connectors")
    folder = place / "examplepay"
    folder.mkdir()
    blocks = dict(BLOCK.findall(PAGE.read_text(encoding="utf-8")))
    for name, code in blocks.items():
        (folder / name).write_text(code, encoding="utf-8")
    connectors.__path__.append(str(place))
    try:
        importlib.import_module(f"{connectors.__name__}.examplepay")
        yield registry.get("examplepay")
    finally:
        registry.unregister("examplepay")
        connectors.__path__.remove(str(place))
        for name in [one for one in sys.modules if one.startswith(f"{connectors.__name__}.examplepay")]:
            del sys.modules[name]


@pytest.fixture
def platform():
    platform = ExamplePlatform()
    yield platform
    platform.close()


@pytest.fixture
def connector(kind, platform):
    return connected(kind, platform.url)


def connected(kind, url: str, **change: str):
    values = {"merchant": MERCHANT, "secret": SECRET, "gateway_url": url, **change}
    return kind(ChannelSettings("sandbox", values), Transport(allowed_hosts=None))


def an_order(**change) -> PayOutOrder:
    made = {"key": "PB00000001", "amount": Money(Decimal("12.34"), "CNY"), "payee": PAYEE, "title": "货款", **change}
    return PayOutOrder(**made)


def about(order: PayOutOrder) -> OrderReference:
    return OrderReference(order.key, Operation.PAY_OUT, order.amount, payee_kind=order.payee.kind)


def test_the_page_holds_the_whole_folder():
    assert set(dict(BLOCK.findall(PAGE.read_text(encoding="utf-8")))) == {
        "__init__.py",
        "client.py",
        "connector.py",
        "statement.py",
    }


def test_a_payment_is_placed_once_and_found(connector, platform):
    order = an_order()
    first = verdict.of(lambda: connector.pay_out(order)).must("succeeded").value
    again = verdict.of(lambda: connector.pay_out(order)).must("succeeded").value
    found = verdict.of(lambda: connector.query(about(order))).must("succeeded").value
    assert first == again and found.platform_reference == first.platform_reference
    assert found.executed_at == datetime(2026, 1, 15, 2, 15, 2, tzinfo=UTC)
    assert len(platform.payments) == 1


@pytest.mark.parametrize(
    ("fault", "word", "done"),
    [
        ("lost before", "uncertain", 0),
        ("lost after", "uncertain", 1),
        ("forged", "untrusted", 1),
        ("busy", "uncertain", 1),
        ("NO_SUCH_ACCOUNT", "rejected", 0),
        ("NO_FUNDS", "retry", 0),
        ("NEVER_SEEN_BEFORE", "uncertain", 0),
    ],
)
def test_a_fault_is_told_as_what_it_is(connector, platform, fault, word, done):
    platform.fault = fault
    order = an_order()
    said = verdict.of(lambda: connector.pay_out(order)).must(word)
    verdict.assert_advice(said.advice, fault)
    assert len(platform.payments) == done
    platform.fault = ""
    verdict.of(lambda: connector.query(about(order))).must("succeeded" if done else "not_found")


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("amount", {"amount": Money(Decimal("0.001"), "CNY")}),
        ("amount", {"amount": Money(Decimal("0.00"), "CNY")}),
        ("amount", {"amount": Money(Decimal("50000.01"), "CNY")}),
        ("currency", {"amount": Money(Decimal("1.00"), "USD")}),
        ("key", {"key": "PB/1"}),
        ("payee_account", {"payee": Payee("example_account", "1", "某某")}),
        ("payee_account", {"payee": Payee("bank_card", "12345678", "某某")}),
        ("payee_name", {"payee": Payee("example_account", "12345678")}),
    ],
)
def test_an_order_beyond_a_limit_does_not_leave(connector, platform, field, change):
    said = verdict.of(lambda: connector.pay_out(an_order(**change))).must("invalid")
    assert said.error.field == field and platform.requests == 0
    verdict.assert_advice(said.advice, field)


def test_a_statement_adds_up_or_is_refused(connector, platform):
    for number in range(3):
        connector.pay_out(an_order(key=f"PB{number:08d}"))
    file = connector.statement(TODAY, "account")
    reader = connector.parse_statement(io.BytesIO(file.content), file.name)
    lines = list(reader)
    assert [line.key for line in lines] == [f"PB{number:08d}" for number in range(3)]
    assert reader.totals.sum_out == -sum(line.amount for line in lines) == Decimal("37.02")
    for spoiled in (file.content.replace(b"-12.34", b"-12.35", 1), b"", file.content[:-20], b"\xff\xfe"):
        said = verdict.of(lambda spoiled=spoiled: list(connector.parse_statement(io.BytesIO(spoiled), "x")))
        verdict.assert_advice(said.must("statement").advice, "statement")
    assert connected(type(connector), platform.url).statement(TODAY, "account").content == file.content


def test_wrong_settings_are_told(kind, platform):
    verdict.of(lambda: connected(kind, platform.url, secret="")).must("misconfigured")
    stranger = connected(kind, platform.url, secret="another")
    verdict.of(lambda: stranger.pay_out(an_order())).must("misconfigured|untrusted")
    nowhere = connected(kind, "http://127.0.0.1:9")
    verdict.of(lambda: nowhere.pay_out(an_order())).must("not sent")
    assert not platform.payments


def test_what_it_does_not_declare_is_refused(connector):
    verdict.of(connector.balance).must("unsupported")
    verdict.of(lambda: connector.receipt(about(an_order()))).must("unsupported")


def test_nothing_secret_or_personal_is_kept(connector):
    order = an_order()
    with connector.transport.recorded() as kept:
        connector.pay_out(order)
        connector.query(about(order))
    assert len(kept) == 2 and not leaked(kept, {SECRET, PAYEE.account, PAYEE.name})


def test_it_is_offered_like_every_other(kind):
    assert kind in registry.all_connectors()
    assert "example_account" in registry.payee_kinds()
    assert {field.name for field in kind.setting_fields if field.secret} == {"secret"}
