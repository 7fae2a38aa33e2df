"""The sandbox program for a run of the contract, its clock, and a receiver of messages."""

from __future__ import annotations

import http.server
import os
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from odoo.addons.payment_bridge.connector.types import HttpAnswer, InboundRequest

from sandbox.control import Control

TESTS = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 15.0


def wait_until(true: Callable[[], Any], what: str) -> Any:
    """Wait until ``true()`` holds and return what it gave."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := true()):
        assert time.monotonic() < deadline, f"it never happened: {what}"
        time.sleep(0.01)
    return found


class Stage:
    """A running sandbox and an inbox; connectors live by the sandbox's clock."""

    def __init__(self) -> None:
        self._program = subprocess.Popen(
            [sys.executable, "-m", "sandbox", "--port", "0"],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(TESTS)},
        )
        ready = self._program.stdout.readline()
        if not ready.startswith("sandbox ready "):
            self._program.terminate()
            raise RuntimeError(f"the sandbox did not start: {ready!r}")
        self.admin = Control(ready.split()[-1])
        self.admin.post(
            "settings", notification_delay_ms=5, notification_first_gap_seconds=20.0, notification_factor=0.01
        )
        self.inbox = Inbox(self.now)
        self._offset = timedelta()
        self._read_clock()

    def close(self) -> None:
        """End the program and the inbox."""
        self._program.terminate()
        self._program.wait(10)
        self._program.stdout.close()
        self.inbox.close()

    def now(self) -> datetime:
        """The sandbox's time, UTC."""
        return datetime.now(UTC) + self._offset

    def advance(self, by: timedelta) -> None:
        """Move the sandbox's clock forward; what is due in between happens at once."""
        self.admin.post("clock", advance_seconds=by.total_seconds())
        self._read_clock()

    def advance_to(self, moment: datetime) -> None:
        """Move the clock to a later moment."""
        self.advance(moment - self.now())

    def _read_clock(self) -> None:
        clock = self.admin.get("clock")
        self._offset = datetime.fromisoformat(clock["now"]) - datetime.fromisoformat(clock["real"])


class Inbox:
    """Takes what platforms send, each address for itself, and answers what the address was told to."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._messages: dict[str, list[InboundRequest]] = defaultdict(list)
        self.answers: dict[str, Callable[[], HttpAnswer]] = {}
        inbox = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                inbox.take(self)

            def log_message(self, *_: Any) -> None:
                """Messages are told by the tests."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def take(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        """Keep one message and answer it."""
        target = urlsplit(handler.path)
        headers = {name.lower(): value for name, value in handler.headers.items()}
        body = handler.rfile.read(int(headers.get("content-length", 0)))
        message = InboundRequest(handler.command, target.path, target.query, headers, body, self._now())
        self._messages[target.path].append(message)
        answer = self.answers[target.path]()
        handler.send_response(answer.status)
        handler.send_header("Content-Type", answer.media_type)
        handler.send_header("Content-Length", str(len(answer.body)))
        handler.end_headers()
        handler.wfile.write(answer.body)

    def messages(self, path: str) -> list[InboundRequest]:
        """What has come to an address, in order."""
        return list(self._messages[path])

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
