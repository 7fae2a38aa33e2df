"""HTTP at the socket: requests and answers as plain values, and the ways in which an answer can go wrong."""

from __future__ import annotations

import json
import socket
import struct
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

MAX_BODY_BYTES = 4 * 1024 * 1024
IDLE_SECONDS = 75
HTML = "text/html;charset=utf-8"


@dataclass(frozen=True)
class Request:
    """One request as it came: `query` and `body` are raw, so that signatures can be checked over them."""

    verb: str
    path: str
    query: str
    headers: Message
    body: bytes


@dataclass
class Response:
    """One answer and how it is to be sent.

    `hang_seconds` waits before anything is sent; `drop` then resets the connection instead of answering;
    `cut` announces the whole body, sends half of it and closes.
    """

    body: bytes = b""
    status: int = 200
    content_type: str = HTML
    headers: dict[str, str] = field(default_factory=dict)
    hang_seconds: float = 0.0
    drop: bool = False
    cut: bool = False

    @classmethod
    def json(cls, value: Any, status: int = 200) -> Response:
        """An answer of the admin API."""
        text = json.dumps(value, ensure_ascii=False, indent=1)
        return cls(text.encode(), status, "application/json; charset=utf-8")


class Server(ThreadingHTTPServer):
    """A thread a connection, kept alive; connections are closed when the server stops."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], answer: Callable[[Request], Response]) -> None:
        self.answer = answer
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a new connection in a thread, remembering it."""
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """A connection has ended."""
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that goes away is no error of ours; everything else is printed."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)

    def stop(self) -> None:
        """Stop listening, wake whoever hangs and close what is still open."""
        self.stopping.set()
        self.shutdown()
        self.server_close()
        with self._open_lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = IDLE_SECONDS
    server: Server

    def do_GET(self) -> None:
        """Every verb is served alike: the routes decide."""
        self._serve()

    do_POST = do_PATCH = do_PUT = do_DELETE = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent: `GET /_sandbox/requests` tells what was asked."""

    def _serve(self) -> None:
        try:
            length = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            length = -1
        if "Transfer-Encoding" in self.headers or not 0 <= length <= MAX_BODY_BYTES:
            self.close_connection = True
            self.send_error(411 if "Transfer-Encoding" in self.headers else 413)
            return
        target = urlsplit(self.path)
        request = Request(self.command, target.path, target.query, self.headers, self.rfile.read(length))
        self._send(self.server.answer(request))

    def _send(self, response: Response) -> None:
        if response.hang_seconds:
            self.server.stopping.wait(response.hang_seconds)
        if response.drop:
            self._reset()
            return
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(response.body)))
        if response.cut:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        body = response.body
        self.wfile.write(body[: len(body) // 2] if response.cut else body)

    def _reset(self) -> None:
        """Close without a word: the caller sees a reset connection."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
