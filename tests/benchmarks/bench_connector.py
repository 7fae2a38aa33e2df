"""Asking: signed queries a second of each connector, against what signing, verifying and HTTP cost by themselves.

A query is signed, sent to the sandbox over HTTP, answered with a signature, verified and translated. The floor does, in
the same process and towards the same sandbox, the least that any such query must: one RSA-2048 signature, one
verification, and one round trip over a connection that is kept open, of a request as long as the query and an answer as
long as its answer. Both take turns, one caller at a time. The sandbox's own work is no part of a connector: what the
platform takes for a query beyond the least answer is measured (the very same request, made beforehand, sent bare) and
given to the floor as well. The worst connector is the headline.
"""

from __future__ import annotations

import dataclasses
import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import requests
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

import bare_addons

bare_addons.prepare()

from odoo.addons.payment_bridge.connector.transport import HttpRequest, HttpResponse  # noqa: E402
from odoo.addons.payment_bridge.connector.types import Operation, OrderReference, OutcomeStatus  # noqa: E402

from contract.kit.cases import CONNECTORS, PLATFORMS  # noqa: E402  (needs the port)
from contract.kit.channel import Channel  # noqa: E402
from contract.kit.stage import Stage  # noqa: E402

QUERIES = 60
ROUNDS = 9
WARM_UP = 20
TARGET = 0.7
TEXT = b"app_id=2021000000000001&biz_content={}&charset=utf-8&method=query&timestamp=2026-01-15 10:15:00" * 4


@dataclasses.dataclass(frozen=True)
class Round:
    """Seconds a query took, and seconds the floor took."""

    ours: float
    floor: float


class Recorder:
    """Keeps the last request that goes through a transport."""

    def __init__(self, transport: Any) -> None:
        self._send = transport.send
        self.last: tuple[HttpRequest, HttpResponse] | None = None

    def send(self, request: HttpRequest) -> HttpResponse:
        """Send it and keep both sides."""
        response = self._send(request)
        self.last = request, response
        return response


class Floor:
    """The least that a signed query costs: one signature, one verification, one round trip."""

    def __init__(self, key: RSAPrivateKey, send: Callable[[], None]) -> None:
        self._key, self._public = key, key.public_key()
        self._signature = key.sign(TEXT, PKCS1v15(), hashes.SHA256())
        self._send = send

    def __call__(self) -> None:
        """Do it once."""
        self._key.sign(TEXT, PKCS1v15(), hashes.SHA256())
        self._send()
        self._public.verify(self._signature, TEXT, PKCS1v15(), hashes.SHA256())


def bare(request: HttpRequest) -> Callable[[], None]:
    """Send the same bytes again and again over a kept connection, with nothing around them."""
    session = requests.Session()
    session.trust_env = False
    prepared = session.prepare_request(
        requests.Request(request.method, request.url, headers=dict(request.headers or {}), data=request.body)
    )

    def send() -> None:
        answer = session.send(prepared, allow_redirects=False)
        if not answer.content and answer.status_code != 204:
            raise RuntimeError("the floor's request was not answered")

    return send


def asked_for(channel: Channel) -> OrderReference:
    """An order that has succeeded, to be asked for."""
    return channel.about(channel.paid(Operation.PAY_OUT, amount=str(Decimal("10.00"))))


def seconds(action: Callable[[], object], times: int) -> float:
    """How long one of so many takes."""
    started = time.perf_counter()
    for _ in range(times):
        action()
    return (time.perf_counter() - started) / times


def measure(channel: Channel, key: RSAPrivateKey) -> list[Round]:
    """Rounds of both; who goes first alternates."""
    reference = asked_for(channel)
    recorder = Recorder(channel.transport)
    channel.transport.send = recorder.send

    def ours() -> None:
        if channel.connector.query(reference).status is not OutcomeStatus.SUCCEEDED:
            raise RuntimeError("the order was not found")

    ours()
    del channel.transport.send
    assert recorder.last is not None
    floor = Floor(key, bare(recorder.last[0]))
    for action in (ours, floor):
        seconds(action, WARM_UP)
    rounds = []
    for number in range(ROUNDS):
        spent: dict[str, float] = {}
        for name, action in sorted({"ours": ours, "floor": floor}.items(), reverse=bool(number % 2)):
            spent[name] = seconds(action, QUERIES)
        rounds.append(Round(**spent))
    return rounds


def summarise(rounds: list[Round]) -> dict[str, Any]:
    """Queries a second of both, and their ratio, as medians over the rounds."""
    return {
        "ours": round(1 / statistics.median(one.ours for one in rounds), 1),
        "floor": round(1 / statistics.median(one.floor for one in rounds), 1),
        "ratio": round(statistics.median(one.floor / one.ours for one in rounds), 3),
        "ratios": [round(one.floor / one.ours, 3) for one in rounds],
    }


def run(stage: Stage) -> Mapping[str, dict[str, Any]]:
    """Every connector in turn."""
    key = generate_private_key(65537, 2048)
    found = {}
    for code, platform in PLATFORMS.items():
        if code not in CONNECTORS or Operation.QUERY not in CONNECTORS[code].capabilities.operations:
            continue
        platform.prepare(stage.admin)
        stage.admin.post("wechatpay/settings", reject_replays=False)
        found[code] = summarise(measure(Channel(platform, stage), key))
        print(f"{code}: {found[code]['ours']} of {found[code]['floor']} queries a second", flush=True)
    return found


def main() -> None:
    stage = Stage()
    try:
        found = run(stage)
    finally:
        stage.close()
    worst = min(found, key=lambda code: found[code]["ratio"])
    figures = {
        "name": "connector",
        **found[worst],
        "unit": "queries/s",
        "target": TARGET,
        "worst": worst,
        "how": (
            f"medians of {ROUNDS} interleaved rounds of {QUERIES} queries of one caller; ours: Connector.query, signed,"
            " sent to the sandbox, verified and translated; floor: one RSA-2048 signature, one verification and the"
            " same request's bytes sent bare to the same sandbox over a kept connection"
        ),
        "connectors": found,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    sys.exit(main())
