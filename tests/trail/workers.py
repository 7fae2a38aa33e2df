"""Processes that write events at the same time:  python -m trail.workers DATABASE

Each reads orders from its input, one a line, and answers `done` when it has carried one out:

    record COUNT UNDONE   write so many events through the add-on, a transaction each, and undo so many more
    insert COUNT          insert so many rows of the same size into a bare table, a transaction each
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from faults.company import in_odoo

EVENT = "payment.bridge.audit.event"
BARE_TABLE = "bare_event"
CREATE_BARE = f"CREATE TABLE {BARE_TABLE} (id serial PRIMARY KEY, at timestamp, event varchar, content text)"
NOTE = "succeeded after the platform had been asked about it"


def record(env: Any, count: int, undone: int) -> None:
    """Write events through the add-on."""
    for number in range(count + undone):
        env[EVENT]._record("trail.tried", env.company, key=f"{os.getpid()}-{number}", previous="sending", reason=NOTE)
        if number < undone:
            env.cr.rollback()
        else:
            env.cr.commit()


def insert(env: Any, count: int) -> None:
    """Insert rows that look like events."""
    content = (
        '{"at":"2026-01-01T00:00:00Z","company":1,"details":{"key":"%s-%s","previous":"sending","reason":"%s"},'
        '"event":"trail.tried","id":1,"model":"res.company","user":1,"v":1}'
    )
    for number in range(count):
        env.cr.execute(
            f"INSERT INTO {BARE_TABLE} (at, event, content) VALUES (now(), 'trail.tried', %s)",
            (content % (os.getpid(), number, NOTE),),
        )
        env.cr.commit()


def obey(env: Any) -> None:
    """Carry out orders until there are no more."""
    print("ready", flush=True)
    for line in sys.stdin:
        order, *numbers = line.split()
        {"record": record, "insert": insert}[order](env, *map(int, numbers))
        print("done", flush=True)


class Workers:
    """Some of these processes, seen from outside."""

    def __init__(self, processes: list[subprocess.Popen[str]]) -> None:
        self._processes = processes

    def order(self, line: str) -> None:
        """Have all of them do something."""
        for process in self._processes:
            assert process.stdin
            process.stdin.write(f"{line}\n")
            process.stdin.flush()

    def wait(self, word: str = "done") -> None:
        """Until all of them have said so."""
        for process in self._processes:
            assert process.stdout
            said = process.stdout.readline().strip()
            assert said == word, f"a worker said {said!r} instead of {word!r}"


@contextmanager
def workers(count: int, database: str, environment: Mapping[str, str]) -> Iterator[Workers]:
    """So many processes, ready."""
    command = [sys.executable, "-m", "trail.workers", database]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(environment))
        for _number in range(count)
    ]
    try:
        team = Workers(processes)
        team.wait("ready")
        yield team
    finally:
        for process in processes:
            process.kill()
            process.wait()


if __name__ == "__main__":
    in_odoo(sys.argv[1], obey)
