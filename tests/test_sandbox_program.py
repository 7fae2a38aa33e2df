"""The sandbox as a program: it starts, serves fast enough, and stops."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from alipay import AliPay

from sandbox.control import Control
from sandbox.server import Sandbox
from sandbox.testing import PATIENCE, Merchant, beijing_stamp

pytest_plugins = ["sandbox.testing"]


def test_the_program_says_where_it_is_serves_and_stops_when_told() -> None:
    here = Path(__file__).parent
    program = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--port", "0"],
        cwd=here,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(here)},
        text=True,
    )
    try:
        url = re.fullmatch(r"sandbox ready (http://127\.0\.0\.1:\d+)\n", program.stdout.readline()).group(1)
        assert "now" in requests.get(f"{url}/_sandbox/clock", timeout=PATIENCE).json()
    finally:
        program.send_signal(signal.SIGTERM)
    assert program.wait(PATIENCE) == 0
    assert program.stdout.read() == ""
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", urlsplit(url).port), 1)


def test_the_clock_does_not_go_behind_the_books(young: Sandbox) -> None:
    assert young.admin.post("clock", set="2026-01-15T10:00:00")["now"].startswith("2026-01-15T10:00:0")
    Merchant(young)
    with urllib.request.urlopen(f"{young.url}/_sandbox/clock") as answer:
        assert json.load(answer)["now"].startswith("2026-01-15")
    request = urllib.request.Request(f"{young.url}/_sandbox/clock", b'{"set": "2026-01-14"}', method="POST")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    refused.value.close()


def test_two_hundred_requests_a_second_while_others_are_delayed() -> None:
    """16 kept-alive connections, every tenth call held for 100 ms: measured in a server process of its own."""
    here = Path(__file__).parent
    program = subprocess.Popen(
        [sys.executable, "-m", "sandbox"],
        cwd=here,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(here)},
        text=True,
    )
    try:
        url = program.stdout.readline().split()[-1]
        admin = Control(url)
        made = admin.post("alipay/apps", opening_balance="1.00", mode="key")
        sdk = AliPay(
            made["app_id"],
            app_private_key_string=made["app_private_key"],
            alipay_public_key_string=made["alipay_public_key"],
        )
        for nth in range(1, 400, 10):
            admin.post("faults", kind="delay", ms=100, nth=nth)
        signed = sdk.sign_data(sdk.build_body("alipay.data.bill.balance.query", "{}", timestamp=beijing_stamp()))

        def calls(_: int) -> int:
            with requests.Session() as session:
                session.trust_env = False
                return sum(session.get(f"{url}/gateway.do?{signed}", timeout=PATIENCE).ok for _ in range(25))

        began = time.monotonic()
        with ThreadPoolExecutor(16) as pool:
            assert sum(pool.map(calls, range(16))) == 400
        assert 400 / (time.monotonic() - began) >= 200
    finally:
        program.terminate()
        program.wait(PATIENCE)
