"""The line between Odoo and a platform, which a test can cut, and on which it can hold what is sent."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

HOST = "127.0.0.1"
CHUNK = 65536
BACKLOG = 128


class Relay:
    """Forwards TCP connections to `target_url` from an address that stays the same.

    `cut` refuses connections, as a platform that is down does, until `mend`. From `hold` to `flow` what callers send
    is kept on its way; then it either arrives late, by `deliver`, or never, by `lose`.
    """

    def __init__(self, target_url: str) -> None:
        target = urlsplit(target_url)
        self._target = (target.hostname or HOST, target.port or 80)
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._holding = False
        self._held: dict[socket.socket, bytearray] = {}
        self._listener: socket.socket | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def held(self, text: str) -> int:
        """How many callers have sent something with `text` in it that is still on its way."""
        with self._lock:
            return sum(text.encode() in data for data in self._held.values())

    def __enter__(self) -> Self:
        self.mend()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.cut()

    def cut(self) -> None:
        """Refuse connections and close those that are open."""
        with self._lock:
            listener, self._listener = self._listener, None
            connections = list(self._open)
        if listener is not None:
            _hang_up(listener)
            listener.close()
        for connection in connections:
            _hang_up(connection)

    def mend(self) -> None:
        """Take connections again, at the same address."""
        with self._lock:
            if self._listener is None:
                self._listener = socket.create_server((HOST, self.port), backlog=BACKLOG)
                self.port = self._listener.getsockname()[1]
                threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def hold(self) -> None:
        """From now on nothing that callers send arrives."""
        with self._lock:
            self._holding = True

    def flow(self) -> None:
        """Forward what is sent from now on; what is held stays held."""
        with self._lock:
            self._holding = False

    def deliver(self) -> None:
        """Let what was held arrive, whether or not its sender still lives."""
        for platform, data in self._take_held():
            platform.sendall(data)

    def lose(self) -> None:
        """Let what was held never arrive."""
        for platform, _data in self._take_held():
            _hang_up(platform)

    def _take_held(self) -> list[tuple[socket.socket, bytearray]]:
        with self._lock:
            held, self._held = list(self._held.items()), {}
        return held

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                caller, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(caller,), daemon=True).start()

    def _serve(self, caller: socket.socket) -> None:
        with contextlib.suppress(OSError), caller, socket.create_connection(self._target) as platform:
            with self._lock:
                self._open |= {caller, platform}
            for connection in (caller, platform):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            answers = threading.Thread(target=self._answer, args=(platform, caller), daemon=True)
            answers.start()
            self._ask(caller, platform)
            answers.join()
            with self._lock:
                self._open -= {caller, platform}

    def _ask(self, caller: socket.socket, platform: socket.socket) -> None:
        """Pass on what the caller sends. What is held outlives its caller."""
        with contextlib.suppress(OSError):
            while data := caller.recv(CHUNK):
                if not self._keeps(platform, data):
                    platform.sendall(data)
        with self._lock:
            waiting = platform in self._held
        if not waiting:
            _hang_up(platform)

    def _keeps(self, platform: socket.socket, data: bytes) -> bool:
        with self._lock:
            keeps = self._holding or platform in self._held
            if keeps:
                self._held.setdefault(platform, bytearray()).extend(data)
            return keeps

    @staticmethod
    def _answer(platform: socket.socket, caller: socket.socket) -> None:
        """Pass on what the platform answers; an answer that nobody waits for ends the connection."""
        with contextlib.suppress(OSError):
            while data := platform.recv(CHUNK):
                caller.sendall(data)
        _hang_up(platform)
        _hang_up(caller)


def _hang_up(connection: socket.socket) -> None:
    """Wake whoever reads from a socket or accepts on it, and tell the other side that it ended."""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
