"""Odoo's own scheduler loads large files of two channels side by side, and each exactly once when it is killed."""

from __future__ import annotations

from .running import ACCOUNTS
from .stage import run_in_odoo
from .world import World

ROWS = 300
THREADS = 4
"""So that a scheduled action that falls due meanwhile takes no worker's place."""
SUB_LEDGER = "LOCK TABLE payment_bridge_statement_line IN ACCESS EXCLUSIVE MODE"


def give_files(world: World) -> None:
    """A person imports a large file of each account."""
    run_in_odoo(world.stage.bench, world.database, str(ROWS), program="running")


def ask(world: World, query: str) -> list[tuple]:
    """The rows of an SQL query."""
    with world.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def runs(world: World) -> list[tuple[str, int]]:
    """State and tries of each run, oldest first."""
    return ask(world, "SELECT state, tries FROM payment_bridge_run ORDER BY id")


def assert_loaded_once(world: World) -> None:
    loaded = ask(
        world,
        """
        SELECT c.name, count(DISTINCT l.statement_id), count(*), sum(l.amount)
          FROM payment_bridge_statement_line l JOIN payment_bridge_channel c ON c.id = l.channel_id
         GROUP BY c.name ORDER BY c.name
        """,
    )
    assert loaded == [(account, 1, ROWS, sum(range(1, ROWS + 1))) for account in ACCOUNTS]


def test_two_workers_are_at_two_channels_at_once(world: World) -> None:
    world.start(cron_threads=THREADS)
    with world.holding(SUB_LEDGER):
        give_files(world)
        world.eventually(lambda: runs(world) == [("running", 1)] * 2, "both runs are under way at once")
    world.eventually(lambda: runs(world) == [("done", 1)] * 2, "both runs end")
    assert_loaded_once(world)


def test_runs_whose_server_is_killed_begin_again_when_it_is_back(world: World) -> None:
    world.start(cron_threads=THREADS)
    with world.holding(SUB_LEDGER):
        give_files(world)
        world.eventually(lambda: runs(world) == [("running", 1)] * 2, "both runs are under way at once")
        world.kill()
    world.eventually(lambda: not world.busy(), "the database has noticed")
    assert runs(world) == [("running", 1)] * 2
    assert not ask(world, "SELECT id FROM payment_bridge_statement_line")
    world.start(cron_threads=THREADS)
    world.wake()
    world.eventually(lambda: runs(world) == [("done", 2)] * 2, "both runs begin again and end")
    assert_loaded_once(world)
