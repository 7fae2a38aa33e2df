"""Asking: signed queries a second of each connector, against what signing, verifying and HTTP cost by themselves.

Ours is `Connector.query` of an order that was paid in the sandbox: signed, sent, answered, verified and translated. The
floor does the least that any such query must: one RSA-2048 signature, one verification and one local HTTP round trip,
the query's own bytes over a kept connection with the standard library. Both talk to a server that repeats the sandbox's
signed answer as fast as it can, so that neither is flattered by a slow platform, and take turns in one process. The
worst connector is the headline.
"""

from __future__ import annotations

import dataclasses
import http.client
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

import bare_addons

bare_addons.prepare()

from odoo.addons.payment_bridge.connector.transport import HttpRequest, HttpResponse  # noqa: E402
from odoo.addons.payment_bridge.connector.types import Operation, OutcomeStatus  # noqa: E402

from contract.kit.cases import CONNECTORS, PLATFORMS  # noqa: E402  (needs the port)
from contract.kit.channel import Channel  # noqa: E402
from contract.kit.stage import Stage  # noqa: E402

REPLAY = Path(__file__).with_name("replay.py")
QUERIES = 20
ROUNDS = 45
WARM_UP = 50
TARGET = 0.7
HOP_HEADERS = {"content-length", "connection", "transfer-encoding", "content-encoding"}


@dataclasses.dataclass(frozen=True)
class Round:
    """Seconds that one query took, and one of the floor."""

    ours: float
    floor: float

    @property
    def ratio(self) -> float:
        """Our speed as a part of the floor's."""
        return self.floor / self.ours


@contextmanager
def replayed(response: HttpResponse) -> Iterator[str]:
    """A server of its own process that gives this answer; its address."""
    told = {name: value for name, value in response.headers.items() if name not in HOP_HEADERS}
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    raw = (
        f"HTTP/1.1 {response.status} OK\r\n{head}Content-Length: {len(response.body)}\r\n\r\n".encode() + response.body
    )
    with subprocess.Popen([sys.executable, REPLAY], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        try:
            server.stdin.write(raw)
            server.stdin.close()
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.kill()


def recorded_query(channel: Channel) -> tuple[Callable[[str], Callable[[], None]], HttpRequest, HttpResponse]:
    """A query of a paid order, to be asked of any address, and what it sent to the sandbox and was answered."""
    reference = channel.about(channel.paid(Operation.PAY_OUT))
    seen: list[tuple[HttpRequest, HttpResponse]] = []
    send = channel.transport.send

    def sending(request: HttpRequest) -> HttpResponse:
        response = send(request)
        seen.append((request, response))
        return response

    channel.transport.send = sending
    try:
        channel.connector.query(reference)
    finally:
        channel.transport.send = send

    def asked_at(url: str) -> Callable[[], None]:
        settings = channel.merchant.settings
        connector = channel.connect(**{name: url for name, value in settings.items() if value.startswith("http")})

        def query() -> None:
            if connector.query(reference).status is not OutcomeStatus.SUCCEEDED:
                raise RuntimeError("the order was not found")

        return query

    return asked_at, *seen[-1]


def floor_at(url: str, request: HttpRequest, key: RSAPrivateKey) -> Callable[[], None]:
    """One signature over the request's bytes, one verification, and one round trip of the bytes as they are."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    parts = urlsplit(request.url)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    text = target.encode() + (request.body or b"")
    signature, public = key.sign(text, PKCS1v15(), hashes.SHA256()), key.public_key()

    def least() -> None:
        key.sign(text, PKCS1v15(), hashes.SHA256())
        connection.request(request.method, target, request.body, dict(request.headers or {}))
        connection.getresponse().read()
        public.verify(signature, text, PKCS1v15(), hashes.SHA256())

    return least


def seconds(action: Callable[[], None], times: int) -> float:
    """How long one of so many takes."""
    started = time.perf_counter()
    for _ in range(times):
        action()
    return (time.perf_counter() - started) / times


def measure(channel: Channel, key: RSAPrivateKey) -> list[Round]:
    """Rounds of both; who goes first alternates."""
    asked_at, request, response = recorded_query(channel)
    with replayed(response) as url:
        actions = {"ours": asked_at(url), "floor": floor_at(url, request, key)}
        for action in actions.values():
            seconds(action, WARM_UP)
        rounds = []
        for number in range(ROUNDS):
            order = sorted(actions, reverse=bool(number % 2))
            spent = {name: seconds(actions[name], QUERIES) for name in order}
            rounds.append(Round(**spent))
    return rounds


def summarise(rounds: list[Round]) -> dict[str, Any]:
    """Queries a second of both as medians, and the median of the rounds' ratios."""
    return {
        "ours": round(1 / statistics.median(one.ours for one in rounds), 1),
        "floor": round(1 / statistics.median(one.floor for one in rounds), 1),
        "ratio": round(statistics.median(one.ratio for one in rounds), 3),
        "ratio_quartiles": [round(cut, 3) for cut in statistics.quantiles([one.ratio for one in rounds], n=4)],
    }


def run() -> dict[str, dict[str, Any]]:
    """Every connector in turn, each with a merchant of its own."""
    key = generate_private_key(65537, 2048)
    found = {}
    stage = Stage()
    try:
        for code in sorted(set(PLATFORMS) & set(CONNECTORS)):
            PLATFORMS[code].prepare(stage.admin)
            found[code] = summarise(measure(Channel(PLATFORMS[code], stage), key))
            print(f"{code}: {found[code]['ours']} of {found[code]['floor']} queries a second", flush=True)
    finally:
        stage.close()
    return found


def main() -> None:
    found = run()
    worst = min(found, key=lambda code: found[code]["ratio"])
    figures = {
        "name": "connector",
        **found[worst],
        "unit": "queries/s",
        "target": TARGET,
        "worst": worst,
        "how": (
            f"medians of {ROUNDS} interleaved rounds of {QUERIES} queries of one caller, both against a server that"
            " repeats the sandbox's signed answer; ours: Connector.query, signed, sent, verified, translated and kept"
            " for the wire log; floor: one RSA-2048 signature, one verification, and one round trip of the same bytes"
            " with http.client over a kept connection"
        ),
        "connectors": found,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    sys.exit(main())
