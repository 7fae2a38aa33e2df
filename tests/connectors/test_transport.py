"""What the transport says when something goes wrong on the way: certain that nothing left, or not."""

import gzip
import re
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta

import pytest
from alipay_world import certificate, key, pem, private_pem

from odoo.addons.payment_bridge.connector import transport as module
from odoo.addons.payment_bridge.connector.errors import Misconfigured, NotSent, Uncertain
from odoo.addons.payment_bridge.connector.transport import HttpRequest, Transport

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Peer:
    """A server that answers each connection with raw bytes, or not at all."""

    def __init__(self, *answers: bytes | None, context: ssl.SSLContext | None = None, whole: bool = True):
        self._whole = whole
        self.received: list[bytes] = []
        self.connections = 0
        self._answers = list(answers)
        self._context = context
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while self._answers:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            try:
                if self._context is not None:
                    connection = self._context.wrap_socket(connection, server_side=True)
                self._talk(connection)
            except (OSError, ssl.SSLError):
                continue
            finally:
                connection.close()

    def _talk(self, connection: socket.socket) -> None:
        while self._answers:
            data = self._request(connection)
            if not data:
                return
            self.received.append(data)
            answer = self._answers.pop(0)
            if answer is None:
                return
            connection.sendall(answer)
            if b"Connection: close" in answer:
                return

    def _request(self, connection: socket.socket) -> bytes:
        """One whole request, which may come in several pieces; or the first piece of anything."""
        data = b""
        if not self._whole:
            return connection.recv(65536)
        while piece := connection.recv(65536):
            data += piece
            head, found, body = data.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: (\d+)", head)
            if found and len(body) >= int(length[1] if length else 0):
                break
        return data

    def close(self) -> None:
        self._answers.clear()
        self._socket.close()


@pytest.fixture
def peers():
    made = []

    def make(*answers, **more):
        made.append(Peer(*answers, **more))
        return made[-1]

    yield make
    for peer in made:
        peer.close()


def send(peer_or_port, *, scheme="http", host="127.0.0.1", **more):
    port = getattr(peer_or_port, "port", peer_or_port)
    return Transport(allowed_hosts=None).send(HttpRequest("POST", f"{scheme}://{host}:{port}/x?a=1", "test", **more))


def test_a_whole_answer_is_read(peers):
    peer = peers(b"HTTP/1.1 201 Made\r\nX-Told: Yes\r\nContent-Length: 3\r\n\r\nabc")
    answer = send(peer, body=b"k=v", headers={"X-Mine": "1"})
    assert (answer.status, answer.headers["x-told"], answer.body) == (201, "Yes", b"abc")
    assert peer.received[0].startswith(b"POST /x?a=1 HTTP/1.1\r\n") and peer.received[0].endswith(b"\r\n\r\nk=v")
    assert b"X-Mine: 1" in peer.received[0] and b"User-Agent: PaymentBridge" in peer.received[0]


def test_a_header_that_comes_twice_is_joined(peers):
    answer = send(peers(b"HTTP/1.1 200 OK\r\nX-Sign: a\r\nX-SIGN: b\r\nContent-Length: 0\r\n\r\n"))
    assert answer.headers["x-sign"] == "a, b"


def test_nobody_listens(peers):
    peer = peers()
    peer.close()
    with pytest.raises(NotSent) as caught:
        send(peer.port)
    assert caught.value.advice.zh


def test_a_name_that_nobody_has():
    with pytest.raises(NotSent):
        send(80, host="nobody.invalid")


def test_nobody_accepts_in_time(monkeypatch):
    monkeypatch.setattr(module, "CONNECT_TIMEOUT", 0.2)
    full = socket.socket()
    full.bind(("127.0.0.1", 0))
    full.listen(0)
    waiting = []
    try:
        for _ in range(4):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(full.getsockname())
            waiting.append(one)
        with pytest.raises(NotSent):
            send(full.getsockname()[1])
    finally:
        for one in (*waiting, full):
            one.close()


@pytest.mark.parametrize(
    "answer",
    [
        None,
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nha",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
        b"HTTP/1.1\r\n\r\nConnection: close",
        b"this is not HTTP\r\n\r\nConnection: close",
    ],
    ids=["closed", "cut", "cut-chunk", "no-gzip", "half-status", "no-http"],
)
def test_no_whole_answer_is_uncertain(peers, answer):
    peer = peers(answer)
    with pytest.raises(Uncertain) as caught:
        send(peer, body=b"pay")
    assert not isinstance(caught.value, NotSent) and caught.value.advice.zh
    assert len(peer.received) == 1, "it was sent once"


def test_an_answer_that_does_not_come_is_uncertain(peers):
    peer = peers(b"", b"")
    with pytest.raises(Uncertain):
        send(peer, read_timeout=0.2)
    assert len(peer.received) == 1


def test_an_answer_that_is_too_large_is_uncertain(peers):
    packed = gzip.compress(b"\0" * 3_000_000)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n".encode()
    with pytest.raises(Uncertain):
        send(peers(head + packed), max_bytes=1_000_000)
    assert len(send(peers(head + packed), max_bytes=4_000_000).body) == 3_000_000


def test_a_redirect_is_an_answer(peers):
    peer = peers(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n")
    assert send(peer).status == 302


def test_a_connection_is_kept_and_a_dead_one_replaced(peers):
    peer = peers(OK, OK, OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), OK)
    transport = Transport(allowed_hosts=None)
    request = HttpRequest("GET", f"http://127.0.0.1:{peer.port}/", "test")
    assert [transport.send(request).body for _ in range(4)] == [b"ok"] * 4
    assert peer.connections == 2


def test_no_proxy_of_the_environment_is_asked(peers, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert send(peers(OK)).body == b"ok"


def _context(tmp_path, name: str) -> ssl.SSLContext:
    now = datetime.now(UTC)
    made = certificate(name, name, ca=True, since=now - timedelta(days=1), until=now + timedelta(days=1))
    file = tmp_path / f"{name}.pem"
    file.write_text(pem(made) + "\n" + private_pem(key(name)))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def test_somebody_else_s_certificate_is_not_talked_to(peers, tmp_path):
    peer = peers(OK, context=_context(tmp_path, "stranger"))
    with pytest.raises(NotSent):
        send(peer, scheme="https", host="localhost")
    assert not peer.received


def test_tls_that_breaks_has_carried_nothing(peers):
    with pytest.raises(NotSent):
        send(
            peers(b"this is no TLS at all, and much too long to be an alert\r\n", whole=False),
            scheme="https",
            host="localhost",
        )


def test_only_known_hosts_over_tls_are_called():
    strict = Transport(allowed_hosts=frozenset({"localhost"}))
    for url in ("https://elsewhere.example/", "http://localhost/", "https://localhost/"):
        with pytest.raises(Misconfigured):
            strict.send(HttpRequest("GET", url, "test"))


@pytest.mark.parametrize("url", ["", "localhost", "ftp://localhost/", "http://localhost:99999/", "//localhost/"])
def test_what_is_no_address_is_not_called(url):
    with pytest.raises(Misconfigured):
        Transport(allowed_hosts=None).send(HttpRequest("GET", url, "test"))
