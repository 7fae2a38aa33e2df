"""A posting run that can be started with others at the same moment, or killed.

Runs inside Odoo:  python -m faults.posting DATABASE load ROWS | post MODE
"""

from __future__ import annotations

import sys
from typing import Any

import psycopg2.errors

from benchmarks import bench_post

from .company import in_odoo

COLLIDED = 3
"""The exit code of a run that found another one in its way and did nothing."""


def load(env: Any, rows: str) -> None:
    """A channel with a matched statement of so many rows."""
    bench_post.SEEDS, bench_post.LINES = 10, int(rows)
    bench_post.load(env)


def post(env: Any, mode: str) -> None:
    """Say `ready`, wait for a line, and post what is matched."""
    from odoo.exceptions import UserError

    bench_post.register_platform()
    env["payment.bridge.channel"].search([("connector_code", "=", "bench")]).posting_mode = mode
    env.cr.commit()
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        bench_post.post_ours(env)
        env.flush_all()
        env.cr.commit()
    except (UserError, psycopg2.errors.SerializationFailure):
        env.cr.rollback()
        sys.exit(COLLIDED)


if __name__ == "__main__":
    in_odoo(sys.argv[1], lambda env: {"load": load, "post": post}[sys.argv[2]](env, sys.argv[3]))
