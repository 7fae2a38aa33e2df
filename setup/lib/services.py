"""Server processes that the demo and the tests start, kill and start again: the sandbox of platforms, and Odoo.

    with SandboxServer(log_folder=tmp) as sandbox, OdooServer("my_database", log_folder=tmp) as odoo:
        sandbox.admin("POST", "/faults", {"drop_answer": 1})
        odoo.kill()        # as a crash would: SIGKILL to the whole process group
        odoo.start()       # again, on the same port and database

Each server runs in a process group of its own, so Ctrl-C reaches only the program that started it, and stopping it
leaves nothing behind. What it prints goes to a file in `log_folder`. They need the environment that `setup/env` exports
and that `setup/test`, `setup/bench` and `setup/demo` hand on.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

HOST = "127.0.0.1"
START_SECONDS = 120
STOP_SECONDS = 15
POLL_SECONDS = 0.1
REQUEST_SECONDS = 60
LOG_TAIL_CHARACTERS = 3000

# What runs on this machine is never behind a proxy.
_opener = build_opener(ProxyHandler({}))


class ServiceError(RuntimeError):
    """A server ended before it was ready, or did not become ready in time. The text ends with its last output."""


def free_port(preferred: int | None = None) -> int:
    """A TCP port on the loopback interface that nobody listens on: the preferred one, one just above it, or any."""
    candidates = range(preferred, preferred + 20) if preferred else ()
    for port in (*candidates, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise ServiceError("No free TCP port on the loopback interface.")


class Service:
    """A server process in its own process group, with its output in a file. Subclasses say when it is ready."""

    name = "server"

    def __init__(
        self,
        command: Sequence[str],
        *,
        port: int,
        log_folder: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """`environment` adds to this process's own, or overrides it."""
        self.port = port
        self.url = f"http://{HOST}:{port}"
        self.log = Path(log_folder) / f"{self.name}-{port}.log"
        self._command = list(command)
        self._environment = {**os.environ, **(environment or {})}
        self._process: subprocess.Popen | None = None
        self._log_start = 0

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process id, which is also the id of the process group."""
        if self._process is None:
            raise ServiceError(f"{self.name} was not started")
        return self._process.pid

    def start(self, timeout_seconds: float = START_SECONDS) -> Self:
        """Start and wait until it answers. Raises `ServiceError` when it ends or the time is up."""
        if self.running:
            return self
        self._log_start = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + timeout_seconds
        try:
            while not self._ready():
                if not self.running:
                    raise ServiceError(f"{self.name} ended with code {self._process.returncode}:\n{self.log_tail()}")
                if time.monotonic() > deadline:
                    raise ServiceError(f"{self.name} was not ready after {timeout_seconds} s:\n{self.log_tail()}")
                time.sleep(POLL_SECONDS)
        except BaseException:
            self.kill()
            raise
        return self

    def stop(self, timeout_seconds: float = STOP_SECONDS) -> None:
        """Ask the process to end, and end its whole group if it does not, or leaves children."""
        if self.running:
            self._process.terminate()
            try:
                self._process.wait(timeout_seconds)
            except subprocess.TimeoutExpired:
                pass  # killed below with what else is in its group
        self.kill()

    def kill(self) -> None:
        """End every process of the group at once, as a crash would."""
        if self._process is None:
            return
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # nothing of the group is left
        self._process.wait()

    def log_text(self) -> str:
        """What the process has printed since its last start."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")

    def log_tail(self) -> str:
        return self.log_text()[-LOG_TAIL_CHARACTERS:]

    def _ready(self) -> bool:
        raise NotImplementedError


class SandboxServer(Service):
    """The platforms' side: `python -m sandbox`, ready when it prints its address."""

    name = "sandbox"
    _ready_line = re.compile(r"^sandbox ready (http://\S+)$", re.MULTILINE)

    def __init__(
        self,
        *,
        log_folder: Path,
        port: int | None = None,
        arguments: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        port = port or free_port()
        command = [sys.executable, "-u", "-m", "sandbox", "--port", str(port), *arguments]
        super().__init__(command, port=port, log_folder=log_folder, environment=environment)

    def admin(self, method: str, path: str, payload: Any = None) -> Any:
        """Call the sandbox's own interface under `/_sandbox` and return the JSON answer (`None` when empty)."""
        body = None if payload is None else json.dumps(payload).encode()
        request = Request(f"{self.url}/_sandbox{path}", data=body, method=method)
        request.add_header("Content-Type", "application/json")
        with _opener.open(request, timeout=REQUEST_SECONDS) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def _ready(self) -> bool:
        return bool(self._ready_line.search(self.log_text()))


class OdooServer(Service):
    """Odoo over one database, in threaded mode, ready when it serves a page."""

    name = "odoo"

    def __init__(
        self,
        database: str,
        *,
        log_folder: Path,
        port: int | None = None,
        cron_threads: int = 0,
        config: Path | None = None,
        arguments: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        ready_path: str = "/web/health",
    ) -> None:
        """`cron_threads` is 0 unless the scheduled actions should run by themselves; `config` defaults to `ODOO_RC`."""
        self.database = database
        self._ready_path = ready_path
        port = port or free_port()
        command = [
            *(sys.executable, "-m", "odoo", "-c", str(config or os.environ["ODOO_RC"])),
            *("-d", database, f"--db-filter=^{re.escape(database)}$"),
            *(f"--http-interface={HOST}", f"--http-port={port}"),
            *("--workers=0", f"--max-cron-threads={cron_threads}"),
            *arguments,
        ]
        super().__init__(command, port=port, log_folder=log_folder, environment=environment)

    def _ready(self) -> bool:
        request = Request(self.url + self._ready_path)
        try:
            with _opener.open(request, timeout=REQUEST_SECONDS) as answer:
                return answer.status == 200
        except HTTPError as error:
            raise ServiceError(f"{self._ready_path} answered {error.code}:\n{self.log_tail()}") from error
        except (URLError, ConnectionError, TimeoutError):
            return False
