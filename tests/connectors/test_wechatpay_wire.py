"""Over real HTTP: what is sent, what is believed, what a lost answer means, and what the record keeps."""

import json
import socket
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from wechatpay_world import (
    BILL,
    KEY_ID,
    OPENID,
    PAYEE,
    REFUND,
    TRADE,
    charge_order,
    collect_order,
    connector,
    headers,
    order,
    reference,
    refund_order,
    signed,
    unsigned,
    values,
    verify_request,
)

from odoo.addons.payment_bridge.connector.declarations import ChannelSettings
from odoo.addons.payment_bridge.connector.errors import Misconfigured, NotSent, Uncertain, Untrusted
from odoo.addons.payment_bridge.connector.transport import HttpRequest, Transport
from odoo.addons.payment_bridge.connector.types import Operation, OutcomeStatus
from odoo.addons.payment_bridge_channels.connectors.wechatpay import WechatPayConnector


@contextmanager
def serving(*answers):
    """A WeChat Pay that gives these answers in order: (status, content), or None to break the line."""
    waiting = list(answers)
    seen = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            url = f"http://{self.headers['Host']}{self.path}"
            verify_request(HttpRequest(self.command, url, "", headers=self.headers, body=body or None))
            seen.append((self.command, self.path, dict(self.headers), body))
            answer = waiting.pop(0)
            if answer is None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            status, content = answer
            raw = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
            self.send_response(status)
            for name, value in headers(raw, at=datetime.now(UTC)).items():
                self.send_header(name.title(), value)
            if status != 204:
                self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = _answer

        def log_message(self, *_args):
            """Tests keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        address = f"http://127.0.0.1:{server.server_port}/wechatpay"
        transport = Transport(allowed_hosts=None)
        chosen = ChannelSettings("sandbox", values(base_url=address), "https://erp.example.cn/pay/wx")
        yield WechatPayConnector(chosen, transport), transport, seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_whole_life_over_http():
    steps = (
        (200, BILL),
        (200, {**BILL, "state": "SUCCESS", "transfer_amount": 230000}),
        (200, {"code_url": "weixin://wxpay/bizpayurl?pr=1"}),
        (204, b""),
        (200, REFUND),
    )
    with serving(*steps) as (made, _, seen):
        assert made.pay_out(order()).action
        assert made.query(reference()).status is OutcomeStatus.SUCCEEDED
        assert made.collect(collect_order()).action
        assert made.close(reference(Operation.COLLECT)).status is OutcomeStatus.CLOSED
        assert made.refund(refund_order()).status is OutcomeStatus.PROCESSING
    assert seen[0][1] == "/wechatpay/v3/fund-app/mch-transfer/transfer-bills"
    assert {one[2]["Wechatpay-Serial"] for one in seen} == {KEY_ID}


def test_an_order_that_never_reached_anybody_was_not_sent():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        chosen = ChannelSettings("sandbox", values(base_url=f"http://127.0.0.1:{taken.getsockname()[1]}"))
        with pytest.raises(NotSent):
            WechatPayConnector(chosen, Transport(allowed_hosts=None)).pay_out(order())


def test_an_order_whose_answer_is_lost_is_uncertain_and_never_repeated_by_itself():
    with serving(None) as (made, _, seen):
        with pytest.raises(Uncertain):
            made.pay_out(order())
        assert len(seen) == 1


def test_in_production_only_wechat_pays_own_hosts_are_called():
    chosen = ChannelSettings("production", values())
    transport = Transport(allowed_hosts=frozenset({"elsewhere.example"}))
    with pytest.raises(Misconfigured):
        WechatPayConnector(chosen, transport).pay_out(order())


SECRETS = (
    PAYEE.name,
    OPENID,
    "130061098828009406",
    BILL["package_info"],
    REFUND["user_received_account"],
    "203.0.113.77",
    "13800138000",
)


def test_the_record_of_an_exchange_holds_nothing_personal():
    leak = {"code": "PARAM_ERROR", "message": "x", "detail": {"field": "/payer/auth_code", "value": SECRETS[2]}}
    sealed = {"data": [{"encrypt_certificate": {"ciphertext": "c" * 40}}], "user_name": "u" * 40, "mobile": SECRETS[6]}
    steps = ((200, BILL), (200, {**TRADE, **sealed}), (400, leak), (200, {"code_url": "weixin://x"}), (200, REFUND))
    with serving(*steps) as (made, transport, seen), transport.recorded() as exchanges:
        made.pay_out(order())
        made.query(reference(Operation.COLLECT))
        with pytest.raises(Exception, match="PARAM_ERROR") as caught:
            made.charge(charge_order())
        made.collect(collect_order(payer_ip=SECRETS[5]))
        made.refund(refund_order())
    kept = repr(exchanges)
    sealed_name = json.loads(seen[0][3])["user_name"]
    for secret in (*SECRETS, sealed_name, "c" * 40, "u" * 40, "BEGIN", "Authorization"):
        assert secret not in kept, secret
    assert "130061098828009406" not in f"{caught.value} {caught.value.advice}"
    assert "PO202600013" in kept and "transfer_amount" in kept
    assert [one.label for one in exchanges][0] == "POST /v3/fund-app/mch-transfer/transfer-bills"


@pytest.mark.parametrize(
    "change",
    [
        {"signer": "stranger"},
        {"signer": "merchant"},
        {"serial": "PUB_KEY_ID_0"},
        {"serial": ""},
        {"wechatpay_timestamp": "0"},
        {"wechatpay_nonce": ""},
        {"wechatpay_signature": "WECHATPAY/SIGNTEST/abc"},
        {"wechatpay_signature_type": "WECHATPAY2-SM2-WITH-SM3"},
        {"at": datetime(2026, 1, 16, 2, 24, 59, tzinfo=UTC)},
        {"at": datetime(2026, 1, 16, 2, 35, 1, tzinfo=UTC)},
    ],
)
@pytest.mark.parametrize("status", [200, 400, 404, 500])
def test_an_answer_with_a_wrong_signature_says_nothing(change, status):
    body = json.dumps({**BILL, "code": "PARAM_ERROR"})
    for act in (lambda made: made.pay_out(order()), lambda made: made.query(reference())):
        with pytest.raises(Untrusted):
            act(connector(signed(body, status, **change))[0])


def test_an_answer_is_verified_over_its_own_bytes():
    spaced = json.dumps(BILL, indent=2, ensure_ascii=True).encode()
    assert connector(signed(spaced))[0].pay_out(order()).action
    moved = signed(spaced)
    for body in (json.dumps(BILL).encode(), spaced + b"\n"):
        with pytest.raises(Untrusted):
            connector(type(moved)(200, moved.headers, body))[0].pay_out(order())


@pytest.mark.parametrize("operation", [Operation.PAY_OUT, Operation.COLLECT, Operation.REFUND])
def test_an_unsigned_answer_to_a_query_is_not_believed(operation):
    answer = unsigned(signed(json.dumps({**BILL, **TRADE, **REFUND})))
    with pytest.raises(Untrusted):
        connector(answer)[0].query(reference(operation))


def test_every_request_has_a_nonce_of_its_own():
    made, gateway = connector(BILL, BILL, BILL)
    for _ in range(3):
        made.pay_out(order())
    assert len({request.headers["Authorization"].split('nonce_str="')[1][:32] for request in gateway.requests}) == 3


def test_several_threads_use_one_connector():
    made, gateway = connector()
    gateway.replies = [{**BILL, "state": "SUCCESS"}] * 40
    found = []

    def ask():
        found.extend(made.query(reference()).status for _ in range(10))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [OutcomeStatus.SUCCEEDED] * 40
