"""Kept HTTP connections, and one request over one of them.

Opening a connection and using it are two steps with errors of their own, so that it is always known whether a byte can
have left: whatever :class:`Unreached` says happened before the first one.
"""

from __future__ import annotations

import http.client
import select
import socket
import ssl
import threading
import zlib
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from requests.certs import where

CHUNK = 64 * 1024
_GZIP = zlib.MAX_WBITS | 16
BROKEN = (OSError, http.client.HTTPException)
"""What ends a conversation: resets, time-outs, cut and malformed answers."""
Place = tuple[str, str, int]


class Unreached(Exception):
    """No connection: nobody listens, nobody has the name, or the other end does not prove that it has it."""


class Connections:
    """Connections by scheme, host and port. Idle ones are kept, ``keep`` of each; safe for several threads."""

    def __init__(self, keep: int):
        self._keep = keep
        self._lock = threading.Lock()
        self._idle: dict[Place, list[http.client.HTTPConnection]] = defaultdict(list)
        self._tls: ssl.SSLContext | None = None

    @contextmanager
    def lent(self, place: Place, connect_timeout: float) -> Iterator[http.client.HTTPConnection]:
        """A connection to a place, kept afterwards where its conversation ended well and it stays open.

        :raises Unreached: when there is none.
        """
        connection = self._take(place) or self._open(place, connect_timeout)
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        with self._lock:
            if connection.sock is not None and len(self._idle[place]) < self._keep:
                self._idle[place].append(connection)
                return
        connection.close()

    def _take(self, place: Place) -> http.client.HTTPConnection | None:
        """An idle connection whose other end has not hung up."""
        while True:
            with self._lock:
                if not self._idle[place]:
                    return None
                connection = self._idle[place].pop()
            if not _readable(connection.sock):
                return connection
            connection.close()

    def _open(self, place: Place, timeout: float) -> http.client.HTTPConnection:
        scheme, host, port = place
        if scheme == "https":
            connection = http.client.HTTPSConnection(host, port, timeout=timeout, context=self._context())
        else:
            connection = http.client.HTTPConnection(host, port, timeout=timeout)
        try:
            connection.connect()
        except (OSError, UnicodeError) as error:  # no name, no route, refused, too slow, or no right certificate
            connection.close()
            raise Unreached(str(error)) from error
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def _context(self) -> ssl.SSLContext:
        with self._lock:
            if self._tls is None:
                self._tls = ssl.create_default_context(cafile=where())
            return self._tls


def chunks(answer: http.client.HTTPResponse) -> Iterator[bytes]:
    """The body of an answer, piece by piece as it comes, unpacked where it came packed.

    :raises OSError, http.client.HTTPException: when it breaks off. :raises zlib.error: when it cannot be unpacked.
    """
    packed = (answer.headers.get("Content-Encoding") or "identity").strip().lower()
    if packed == "identity":
        yield from _pieces(answer)
        return
    if packed not in ("gzip", "x-gzip"):
        raise http.client.HTTPException("the answer is packed in a way that was not asked for")
    unpacker = zlib.decompressobj(_GZIP)
    for piece in _pieces(answer):
        while piece:
            yield unpacker.decompress(piece, CHUNK)
            piece = unpacker.unconsumed_tail
    if not unpacker.eof:
        raise http.client.IncompleteRead(b"")


def _pieces(answer: http.client.HTTPResponse) -> Iterator[bytes]:
    """What each reading of the socket brings; afterwards the connection is free for the next request.

    The length is counted here: ``HTTPResponse.read1`` of Python 3.11 does not.
    """
    left = answer.length
    while left is None or left > 0:
        piece = answer.read1(CHUNK if left is None else min(CHUNK, left))
        if not piece:
            break
        if left is not None:
            left -= len(piece)
        yield piece
    if left:
        raise http.client.IncompleteRead(b"", left)
    answer.close()


def _readable(sock: socket.socket | None) -> bool:
    """Whether an idle connection has something to say, which can only be its end."""
    if sock is None:
        return True
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))
