"""Treating differences, by the engine and by a person, from processes that can be let go at the same moment.

Runs inside Odoo:  python -m faults.treating DATABASE load ROWS | by_itself CODE | person WAY
"""

from __future__ import annotations

import sys
from typing import Any

import psycopg2.errors

from benchmarks import bench_post

from .company import in_odoo
from .posting import COLLIDED


def load(env: Any, rows: str) -> None:
    """A channel whose statement shows each of so many payments a cent short, twice as many as its cap allows."""
    bench_post.SEEDS, bench_post.LINES = 10, int(rows)
    bench_post.load(env)
    channel = env["payment.bridge.channel"].search([("connector_code", "=", "bench")])
    channel.rounding_daily_cap = int(rows) // 2 / 100
    env.cr.execute(
        """
        UPDATE payment_bridge_statement_line
           SET amount = amount + 0.01, gross = gross + 0.01, state = 'unmatched', match_pass = NULL, found_by = NULL,
               candidate_id = NULL, instruction_id = NULL, payment_id = NULL
        """
    )
    env.invalidate_all()
    channel._match_lines()
    found = env["payment.bridge.difference"].search_count([("difference", "=", "rounding"), ("state", "=", "open")])
    assert found == int(rows), f"{found} differences"


def by_itself(env: Any, code: str) -> None:
    """The scheduled run of the channel of that platform."""
    channel = env["payment.bridge.channel"].search([("connector_code", "=", code)])
    wait(env)
    channel._treat_differences()


def person(env: Any, way: str) -> None:
    """A person who treats the first difference."""
    from odoo.addons.payment_bridge_reconcile.treatments import Asked

    difference = env["payment.bridge.difference"].search([], order="id", limit=1)
    wait(env)
    difference._treat(way, Asked(note="because"))


def wait(env: Any) -> None:
    """Say `ready`, and go on when a line comes."""
    env.flush_all()
    env.cr.commit()
    print("ready", flush=True)
    sys.stdin.readline()


def run(env: Any, what: str, argument: str) -> None:
    """Do it and commit; when another process was in the way, nothing has happened."""
    from odoo.exceptions import UserError

    if what == "load":
        load(env, argument)
        return
    bench_post.register_platform()
    try:
        {"by_itself": by_itself, "person": person}[what](env, argument)
        env.flush_all()
        env.cr.commit()
    except (UserError, psycopg2.errors.SerializationFailure):
        env.cr.rollback()
        sys.exit(COLLIDED)


if __name__ == "__main__":
    in_odoo(sys.argv[1], lambda env: run(env, sys.argv[2], sys.argv[3]))
