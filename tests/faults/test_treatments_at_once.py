"""Two runs, or two people, at one difference: it is treated once, and the cap of a day holds for both together."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from workbench import Workbench

from .posting import COLLIDED
from .stage import run_in_odoo

ROWS = 60
CENT = 0.01


class Lists:
    """Copies of one database with a list of differences, and processes that treat them."""

    def __init__(self, bench: Workbench, template: str) -> None:
        self._bench = bench
        self._template = template

    @contextmanager
    def copy(self) -> Iterator[str]:
        """A fresh one."""
        with self._bench.databases.run_copy(self._template, "treating") as database:
            yield database

    def at_once(self, database: str, *jobs: tuple[str, str]) -> list[int]:
        """Let these go at the same moment; their exit codes, sorted."""
        runs = [
            subprocess.Popen(
                [sys.executable, "-m", "faults.treating", database, *job],
                env=self._bench.environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for job in jobs
        ]
        for run in runs:
            assert run.stdout.readline().strip() == "ready"
        for run in runs:
            run.stdin.write("\n")
        for run in runs:
            run.stdin.flush()
        return sorted(run.wait() for run in runs)

    def ask(self, database: str, query: str) -> tuple:
        """The one row of an SQL query."""
        with self._bench.databases.cursor(database) as cursor:
            cursor.execute(query)
            return cursor.fetchone()


@pytest.fixture(scope="module")
def lists() -> Iterator[Lists]:
    bench = Workbench.from_environment()
    with bench.postgres:
        with bench.databases.run_copy(bench.databases.addons_template(), "differing") as template:
            run_in_odoo(bench, template, "load", str(ROWS), program="treating")
            yield Lists(bench, template)


def test_two_scheduled_runs_stay_within_the_cap_together(lists: Lists) -> None:
    allowed = ROWS // 2
    job = ("by_itself", "bench")
    with lists.copy() as database:
        codes = lists.at_once(database, job, job)
        assert codes in ([0, 0], [0, COLLIDED])
        done, amount = lists.ask(
            database,
            "SELECT count(*), sum(amount)::float8 FROM payment_bridge_treatment WHERE way = 'round_off'",
        )
        counted, rows = lists.ask(
            database,
            "SELECT (SELECT sum(amount)::float8 FROM payment_bridge_rounding_day),"
            " (SELECT count(*) FROM payment_bridge_statement_line WHERE match_pass = 'short')",
        )
        assert (done, rows) == (allowed, allowed)
        assert round(amount, 2) == round(counted, 2) == round(allowed * CENT, 2)


@pytest.mark.parametrize("ways", [("suspense", "suspense"), ("round_off", "ignore")])
def test_two_people_treat_a_difference_once(lists: Lists, ways: tuple[str, str]) -> None:
    with lists.copy() as database:
        codes = lists.at_once(database, *(("person", way) for way in ways))
        assert codes == [0, COLLIDED]
        treatments, postings, entries = lists.ask(
            database,
            "SELECT (SELECT count(*) FROM payment_bridge_treatment), (SELECT count(*) FROM payment_bridge_posting),"
            " (SELECT count(*) FROM account_bank_statement_line)",
        )
        assert treatments == 1
        assert postings == entries <= 1
