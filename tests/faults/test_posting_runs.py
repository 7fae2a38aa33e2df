"""Two posting runs at once, a run killed at some point, and a run after it leave the same books as one run."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from workbench import Workbench

from .posting import COLLIDED
from .stage import run_in_odoo

ROWS = 120
MODES = ("settlement", "per_line", "daily_summary")
LEFT = """
    SELECT 'account ' || account_id, count(*) FILTER (WHERE NOT reconciled), sum(balance)
      FROM account_move_line WHERE parent_state = 'posted' GROUP BY account_id
     UNION ALL SELECT 'entries', count(*), sum(amount) FROM account_bank_statement_line
     UNION ALL SELECT 'row ' || state, count(*), sum(amount) FROM payment_bridge_statement_line GROUP BY state
     UNION ALL SELECT 'row without its item', count(*), 0 FROM payment_bridge_statement_line WHERE move_line_id IS NULL
     UNION ALL SELECT 'payment ' || state || is_matched, count(*), sum(amount) FROM account_payment GROUP BY 1
     UNION ALL SELECT 'runs', count(*), sum(row_count) FROM payment_bridge_posting
     UNION ALL SELECT 'partials', count(*), sum(amount) FROM account_partial_reconcile
     ORDER BY 1
"""


class Books:
    """Copies of one database with a matched statement, and posting runs on them."""

    def __init__(self, bench: Workbench, template: str) -> None:
        self._bench = bench
        self._template = template

    @contextmanager
    def copy(self) -> Iterator[str]:
        """A fresh one."""
        with self._bench.databases.run_copy(self._template, "posting") as database:
            yield database

    def start(self, database: str, mode: str) -> subprocess.Popen:
        """A run that waits to be let go."""
        run = subprocess.Popen(
            [sys.executable, "-m", "faults.posting", database, "post", mode],
            env=self._bench.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert run.stdout.readline().strip() == "ready"
        return run

    def let_go(self, *runs: subprocess.Popen) -> None:
        """Start them at the same moment."""
        for run in runs:
            run.stdin.write("\n")
        for run in runs:
            run.stdin.flush()

    def post(self, database: str, mode: str) -> int:
        """One run from start to end; its exit code."""
        run = self.start(database, mode)
        self.let_go(run)
        return run.wait()

    def left(self, database: str) -> list[tuple]:
        """What the books and the sub-ledger hold."""
        with self._bench.databases.cursor(database) as cursor:
            cursor.execute(LEFT)
            return cursor.fetchall()

    def is_writing(self, database: str) -> bool:
        """Whether a run has an open transaction that has written something."""
        with self._bench.databases.cursor(database) as cursor:
            cursor.execute(
                """
                SELECT count(*) FROM pg_stat_activity
                 WHERE datname = %s AND pid != pg_backend_pid() AND backend_xid IS NOT NULL
                """,
                (database,),
            )
            return bool(cursor.fetchone()[0])


@pytest.fixture(scope="module")
def books() -> Iterator[Books]:
    bench = Workbench.from_environment()
    with bench.postgres:
        with bench.databases.run_copy(bench.databases.addons_template(), "matched") as template:
            run_in_odoo(bench, template, "load", str(ROWS), program="posting")
            yield Books(bench, template)


@pytest.fixture(scope="module")
def expected(books: Books) -> dict[str, list[tuple]]:
    """What one undisturbed run leaves, by mode."""
    found = {}
    for mode in MODES:
        with books.copy() as database:
            assert books.post(database, mode) == 0
            found[mode] = books.left(database)
    return found


@pytest.mark.parametrize("mode", MODES)
def test_two_runs_at_once_leave_the_books_of_one(books: Books, expected: dict, mode: str) -> None:
    with books.copy() as database:
        runs = [books.start(database, mode) for _ in range(2)]
        books.let_go(*runs)
        codes = sorted(run.wait() for run in runs)
        assert codes in ([0, 0], [0, COLLIDED])
        assert books.left(database) == expected[mode]


@pytest.mark.parametrize("mode", MODES)
def test_a_killed_run_leaves_nothing_and_the_next_one_everything(books: Books, expected: dict, mode: str) -> None:
    with books.copy() as database:
        before = books.left(database)
        run = books.start(database, mode)
        books.let_go(run)
        deadline = time.monotonic() + 60
        while not books.is_writing(database):
            assert time.monotonic() < deadline and run.poll() is None, "the run was over before it could be killed"
        run.send_signal(signal.SIGKILL)
        run.wait()
        assert books.left(database) == before
        assert books.post(database, mode) == 0
        assert books.left(database) == expected[mode]


def test_a_second_run_adds_nothing(books: Books, expected: dict) -> None:
    with books.copy() as database:
        assert books.post(database, "daily_summary") == 0
        assert books.post(database, "settlement") == 0
        assert books.left(database) == expected["daily_summary"]
