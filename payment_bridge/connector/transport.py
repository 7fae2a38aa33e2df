"""HTTP as connectors use it: bounded, verified, recorded, and honest about what may have happened."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import threading
import time
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from .connections import BROKEN, Connections, Place, Unreached, chunks
from .errors import Misconfigured, NotSent, Uncertain
from .redaction import redact_text
from .types import Bilingual

UNREACHABLE = Bilingual(
    "The platform cannot be reached. Nothing was sent; it is tried again by itself.",
    "无法连接平台。未发送任何指令，系统将自动重试。",
)
NO_ANSWER = Bilingual(
    "The platform's answer did not arrive: the result is unknown and is asked for by itself. Do not pay another way.",
    "未收到平台的完整应答，结果未知。系统将自动查询，请勿用其他方式付款。",
)
WRONG_ADDRESS = Bilingual(
    "The address is not one of this platform's. Nothing was sent. Check the channel's settings.",
    "该地址不属于此平台。未发送任何请求，请检查通道设置。",
)
CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 30.0
MAX_ANSWER_BYTES = 8 * 1024 * 1024
PORTS = {"http": 80, "https": 443}
_HEADERS = {"Accept": "*/*", "Accept-Encoding": "gzip", "User-Agent": "PaymentBridge/1.0 (Odoo)"}


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request to send. ``sensitive`` names the fields to mask in the record of it; a ``label`` (the
    platform's method name) makes the record readable."""

    method: str
    url: str
    label: str
    headers: Mapping[str, str] | None = None
    body: bytes | None = None
    sensitive: Collection[str] = ()
    read_timeout: float = READ_TIMEOUT
    max_bytes: int = MAX_ANSWER_BYTES
    keep_answer: bool = True


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A whole answer: raw ``body`` bytes, header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class Exchange:
    """One request and what came of it, redacted, for the wire log. ``started_at`` is UTC."""

    label: str
    method: str
    url: str
    request: str
    started_at: datetime
    status: int | None = None
    response: str | None = None
    elapsed_ms: int = 0
    error: str | None = None


class Transport:
    """Sends requests for one channel and records each.

    ``allowed_hosts`` None lets a channel in the sandbox environment go anywhere; otherwise only those
    hosts are called, over verified TLS, and never at a private address. Redirects are never followed.
    Safe to use from several threads.
    """

    def __init__(self, *, allowed_hosts: frozenset[str] | None, pool_size: int = 32):
        self._allowed_hosts = allowed_hosts
        self._local = threading.local()
        self._connections = Connections(pool_size)

    @contextmanager
    def recorded(self) -> Iterator[list[Exchange]]:
        """Collect the exchanges that this thread makes inside the block."""
        before = getattr(self._local, "exchanges", None)
        self._local.exchanges = exchanges = []
        try:
            yield exchanges
        finally:
            self._local.exchanges = before

    def send(self, request: HttpRequest) -> HttpResponse:
        """Send once and read the whole answer.

        :raises NotSent: no byte of the request reached the platform.
        :raises Uncertain: it was sent, or may have been, and no whole answer came back.
        :raises Misconfigured: the address is not one this channel may call.
        """
        exchanges = getattr(self._local, "exchanges", None)
        if exchanges is None:
            self._check_address(request.url)
            return self._perform(request)
        exchange = self._opened(request)
        exchanges.append(exchange)
        started = time.monotonic()
        try:
            self._check_address(request.url)
            response = self._perform(request)
        except (NotSent, Uncertain) as error:
            exchange.error = error.message
            raise
        finally:
            exchange.elapsed_ms = int((time.monotonic() - started) * 1000)
        exchange.status = response.status
        exchange.response = self._kept_answer(request, response)
        return response

    @staticmethod
    def _opened(request: HttpRequest) -> Exchange:
        parts = urlsplit(request.url)
        sent = "&".join(filter(None, (parts.query, (request.body or b"").decode("utf-8", "replace"))))
        return Exchange(
            label=request.label,
            method=request.method,
            url=f"{parts.scheme}://{parts.netloc}{parts.path}",
            request=redact_text(sent, request.sensitive),
            started_at=datetime.now(UTC),
        )

    @staticmethod
    def _kept_answer(request: HttpRequest, response: HttpResponse) -> str:
        if not request.keep_answer:
            return f"[{len(response.body)} bytes]"
        return redact_text(response.body.decode("utf-8", "replace"), request.sensitive)

    def _check_address(self, url: str) -> None:
        if self._allowed_hosts is None:
            return
        parts = urlsplit(url)
        if parts.scheme != "https" or parts.hostname not in self._allowed_hosts:
            raise Misconfigured(
                f"{parts.scheme}://{parts.hostname} is not an address of this platform", advice=WRONG_ADDRESS
            )
        try:
            found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
        except OSError as error:
            raise NotSent(f"the name {parts.hostname} could not be resolved", advice=UNREACHABLE) from error
        if any(not ipaddress.ip_address(address[4][0]).is_global for address in found):
            raise Misconfigured(f"{parts.hostname} resolves to a private address", advice=WRONG_ADDRESS)

    def _perform(self, request: HttpRequest) -> HttpResponse:
        place, target = _split(request.url)
        try:
            with self._connections.lent(place, CONNECT_TIMEOUT) as connection:
                connection.sock.settimeout(request.read_timeout)
                connection.request(request.method, target, request.body, {**_HEADERS, **(request.headers or {})})
                answer = connection.getresponse()
                body = self._read(answer, request)
        except Unreached as error:
            raise NotSent("the platform could not be reached", advice=UNREACHABLE) from error
        except TimeoutError as error:
            raise Uncertain("no answer arrived in time", advice=NO_ANSWER) from error
        except (*BROKEN, zlib.error) as error:
            raise Uncertain("the connection broke before the whole answer arrived", advice=NO_ANSWER) from error
        return HttpResponse(answer.status, _by_name(answer.getheaders()), body)

    @staticmethod
    def _read(answer: http.client.HTTPResponse, request: HttpRequest) -> bytes:
        deadline = time.monotonic() + request.read_timeout * 2
        body = bytearray()
        for chunk in chunks(answer):
            body += chunk
            if len(body) > request.max_bytes:
                raise Uncertain(f"the answer is larger than {request.max_bytes} bytes", advice=NO_ANSWER)
            if time.monotonic() > deadline:
                raise Uncertain("the answer arrived too slowly", advice=NO_ANSWER)
        return bytes(body)


def _split(url: str) -> tuple[Place, str]:
    """Where to connect, and what to ask for there.

    :raises Misconfigured: when it is no address that can be called.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS[parts.scheme]
    except (KeyError, ValueError) as error:
        raise Misconfigured("the address is not one of the web", advice=WRONG_ADDRESS) from error
    path = parts.path or "/"
    return (parts.scheme, parts.hostname or "", port), f"{path}?{parts.query}" if parts.query else path


def _by_name(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Headers in lower case; one that comes twice is joined by a comma (RFC 9110 5.3)."""
    headers: dict[str, str] = {}
    for name, value in pairs:
        known = headers.get(name.lower())
        headers[name.lower()] = value if known is None else f"{known}, {value}"
    return headers
