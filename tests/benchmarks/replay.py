"""A server that gives one recorded answer to whatever it is asked, as fast as it can: `python replay.py < answer`.

Standard input is the raw answer; the one line on standard output is the port. It serves until it is killed.
"""

from __future__ import annotations

import socket
import sys
import threading

END = b"\r\n\r\n"


def length_of(head: bytes) -> int:
    """How many bytes of body follow a request's head."""
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


def serve(connection: socket.socket, answer: bytes) -> None:
    """Answer each request of a connection."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    waiting = b""
    while data := connection.recv(65536):
        waiting += data
        head, found, body = waiting.partition(END)
        if found and len(body) >= length_of(head):
            waiting = body[length_of(head) :]
            connection.sendall(answer)


def main() -> None:
    answer = sys.stdin.buffer.read()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(listening.getsockname()[1], flush=True)
        while True:
            connection, _ = listening.accept()
            threading.Thread(target=serve, args=(connection, answer), daemon=True).start()


if __name__ == "__main__":
    main()
