"""Reconciling: a month of a million rows parsed, loaded, matched and classified, against the least that it could cost.

    ./setup/bench reconcile --rows 1000000

Ours is what uploading the month's files does: each of five channels' files through `payment.bridge.statement._load`,
from bytes to rows in the sub-ledger that are matched or classified, with its transaction committed. As the two
scheduled actions that work off uploads do, two processes take one file after the other (`--workers 1` measures one).
Parse is the time spent making rows, load the time spent waiting for PostgreSQL to take them and to keep them, match the
passes, classify the classes, proposals and difference records, each summed over the workers. Peak memory is that of all
workers together, with what they share counted once.

The floor is measured in the same run and database over the same rows: reading the files with `csv`, one bare `COPY` of
the finished rows into a table without a key, and one `FULL JOIN` of that table with the orders, with a five-way
classification, kept as a table. The month comes from `reconcile_month.py`, another program that shares nothing with the
engine and writes the truth as it makes the rows.
"""

from __future__ import annotations

import argparse
import csv
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from faults.company import in_odoo
from workbench import Workbench

CHANNELS = ("C1", "C2", "C3", "C4", "C5")
SEED = 20260301
WORKERS = 2
TARGETS = {"ratio": 2.5, "growth": 12, "peak_mb": 500, "precision": 0.999, "left_without_class": 0.0001}
BOOKS_COLUMNS = (
    "key", "operation", "amount", "currency", "state", "platform_reference", "executed_at", "original", "batch",
    "payee_name",
)  # fmt: skip


class Clock:
    """Seconds by phase. The phase that was entered last is charged."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        self._stack = ["rest"]
        self._since = time.perf_counter()

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        self._charge()
        self._stack.append(name)
        try:
            yield
        finally:
            self._charge()
            self._stack.pop()

    def _charge(self) -> None:
        now = time.perf_counter()
        self.spent[self._stack[-1]] += now - self._since
        self._since = now

    def watch(self, owner: type, method: str, phase: str) -> None:
        """Charge every call of a method to a phase."""
        inner = getattr(owner, method)

        def watched(*args: Any, **kwargs: Any) -> Any:
            with self.phase(phase):
                return inner(*args, **kwargs)

        setattr(owner, method, watched)


def generate(folder: Path, rows: int) -> None:
    """The month, two channels at a time, in processes of their own."""
    script = Path(__file__).with_name("reconcile_month.py")
    share = rows // len(CHANNELS)
    commands = [[sys.executable, str(script), str(folder), name, str(share), str(SEED)] for name in CHANNELS]
    for pair in (commands[:2], commands[2:4], commands[4:]):
        for process in [subprocess.Popen(command) for command in pair]:
            if process.wait():
                raise RuntimeError("the generator failed")


def make_channels(env: Any) -> dict[str, Any]:
    """Five channels of one company, with the agreed fee."""
    from reconcile_bill import BenchConnector

    from odoo.addons.payment_bridge.connector import registry

    registry.register(BenchConnector)
    company = env["res.company"].search([], limit=1)
    channels = {}
    for name in CHANNELS:
        channel = env["payment.bridge.channel"].create(
            {
                "name": f"Bench {name}",
                "connector_code": BenchConnector.code,
                "company_id": company.id,
                "currency_id": company.currency_id.id,
                "fee_rate": 0.6,
            }
        )
        channel._set_up_accounts()
        channels[name] = channel
    env.cr.commit()
    return channels


def fill_books(env: Any, folder: Path, channels: dict[str, Any]) -> None:
    """What the company ordered, as instructions: not measured. They were made days before their statement, so that
    autovacuum has been over them."""
    cr = env.cr
    columns = ", ".join(f"{name} varchar" for name in BOOKS_COLUMNS)
    cr.execute(f"CREATE TEMP TABLE books ({columns}) ON COMMIT PRESERVE ROWS")
    for name, channel in channels.items():
        cr.execute("TRUNCATE books")
        with (folder / f"{name}.books.csv").open() as stream:
            cr._obj.copy_expert("COPY books FROM STDIN (FORMAT csv)", stream)
        cr.execute(
            """
            INSERT INTO payment_bridge_instruction
                (channel_id, company_id, key, operation, amount, currency_id, state, platform_reference, executed_at,
                 finished_at, batch_reference, payee_name, title)
            SELECT %s, %s, b.key, b.operation, b.amount::numeric, c.id, b.state, b.platform_reference,
                   b.executed_at::timestamp, b.executed_at::timestamp, b.batch, b.payee_name, 'bench'
              FROM books b JOIN res_currency c ON c.name = b.currency
            """,
            (channel.id, channel.company_id.id),
        )
        cr.execute(
            """
            UPDATE payment_bridge_instruction i SET original_id = o.id
              FROM books b JOIN payment_bridge_instruction o ON o.key = b.original AND o.channel_id = %s
             WHERE i.key = b.key AND i.channel_id = %s
            """,
            (channel.id, channel.id),
        )
    cr.commit()
    cr.execute("DROP TABLE books")
    cr.commit()
    cr._cnx.autocommit = True
    cr.execute("VACUUM (ANALYZE) payment_bridge_instruction")
    cr.execute("CHECKPOINT")  # or writing out what was prepared would be measured
    cr._cnx.autocommit = False


def watch(env: Any) -> Clock:
    """A clock over the steps of loading."""
    from odoo.addons.payment_bridge_reconcile.models.statement_stage import RowStream

    clock = Clock()
    statements, channels = type(env["payment.bridge.statement"]), type(env["payment.bridge.channel"])
    for owner, method, phase in (
        (RowStream, "read", "parse"),
        (statements, "_load", "load"),
        (statements, "_keep_stage", "load"),
        (channels, "_match_lines", "match"),
        (channels, "_classify", "classify"),
        (type(env["payment.bridge.difference"]), "_refresh", "classify"),
        (channels, "_tell_differences", "classify"),
    ):
        clock.watch(owner, method, phase)
    return clock


def load_files(env: Any, folder: Path, waiting: Any, ended: Any) -> None:
    """Load the file of one channel after the other, as they are taken from ``waiting``; tell what it took."""
    clock = watch(env)
    with clock.phase("rest"):
        while name := waiting.get():
            channel = env["payment.bridge.channel"].search([("name", "=", f"Bench {name}")])
            kind = channel._statement_kind("account")
            content = (folder / f"{name}.bill.csv").read_bytes()
            loaded = env["payment.bridge.statement"]._load(channel, content, f"{name}.csv", kind, "uploaded")
            if loaded.outcome != "loaded":
                raise RuntimeError(f"{name}: {loaded.outcome}: {loaded.message}")
            with clock.phase("load"):
                env.cr.commit()
            env.invalidate_all()
    ended.put((dict(clock.spent), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, backend_mb(env)))


def reconcile(database: str, folder: Path, workers: int) -> dict[str, Any]:
    """Ours: every channel's file, taken by so many workers. Answers what it took."""
    forks = multiprocessing.get_context("fork")
    waiting, ended = forks.SimpleQueue(), forks.SimpleQueue()
    for name in (*CHANNELS, *[""] * workers):
        waiting.put(name)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    started = time.perf_counter()
    processes = [
        forks.Process(target=in_odoo, args=(database, lambda env: load_files(env, folder, waiting, ended)))
        for _ in range(workers)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    seconds = time.perf_counter() - started
    if any(process.exitcode for process in processes):
        raise RuntimeError("a worker failed")
    told = [ended.get() for _ in processes]
    phases = sum((Counter(spent) for spent, _peak, _backend in told), Counter())
    return {
        "workers": workers,
        "seconds": round(seconds, 2),
        "phases": {name: round(spent, 2) for name, spent in phases.items()},
        "before_mb": before,
        "peak_mb": before + sum(max(0, peak - before) for _spent, peak, _backend in told),
        "database_mb": max(backend for _spent, _peak, backend in told),
    }


def timed(action: Callable[[], object]) -> float:
    """How long something takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def floor(env: Any, folder: Path) -> dict[str, float]:
    """The least that reading, keeping and comparing the same rows costs here, in seconds."""
    from odoo.addons.payment_bridge_reconcile.models.statement_stage import STAGE_COLUMNS

    cr = env.cr
    names = ", ".join(name for name in STAGE_COLUMNS if name != "settlement_currency")
    finished = folder / "finished.copy"
    with finished.open("w") as stream:
        cr._obj.copy_expert(f"COPY (SELECT channel_id, {names} FROM payment_bridge_statement_line) TO STDOUT", stream)
    cr.execute(f"CREATE TABLE floor_bare AS SELECT channel_id, {names} FROM payment_bridge_statement_line LIMIT 0")
    cr.commit()
    cr._cnx.autocommit = True
    cr.execute("CHECKPOINT")  # as before ours
    cr._cnx.autocommit = False

    def read() -> None:
        for name in CHANNELS:
            with (folder / f"{name}.bill.csv").open(newline="") as stream:
                for _cells in csv.reader(stream):
                    pass

    def copy() -> None:
        with finished.open() as stream:
            cr._obj.copy_expert(f"COPY floor_bare (channel_id, {names}) FROM STDIN", stream)
        cr.commit()

    def join() -> None:
        cr.execute(
            """
            CREATE TABLE floor_result AS
            SELECT l.channel_id, l.entry_reference, i.id AS instruction_id,
                   CASE WHEN i.id IS NULL THEN 'platform only'
                        WHEN l.channel_id IS NULL THEN 'books only'
                        WHEN abs(l.gross) != i.amount THEN 'amount'
                        WHEN i.state NOT IN ('succeeded', 'returned') THEN 'status'
                        ELSE 'equal' END AS found
              FROM floor_bare l
              FULL JOIN payment_bridge_instruction i ON i.channel_id = l.channel_id AND i.key = l.key
            """
        )
        cr.commit()

    return {"csv": timed(read), "copy": timed(copy), "join": timed(join)}


def load_truth(env: Any, folder: Path) -> None:
    """The truth beside what was found."""
    cr = env.cr
    cr.execute(
        "CREATE TABLE truth (channel_id integer, side varchar, number varchar, expected varchar, partner varchar)"
    )
    for name in CHANNELS:
        channel = env["payment.bridge.channel"].search([("name", "=", f"Bench {name}")])
        cr.execute(f"ALTER TABLE truth ALTER channel_id SET DEFAULT {channel.id:d}")
        with (folder / f"{name}.truth.csv").open() as stream:
            cr._obj.copy_expert("COPY truth (side, number, expected, partner) FROM STDIN (FORMAT csv)", stream)
    cr.execute("CREATE INDEX ON truth (channel_id, number)")
    cr.execute("ANALYZE truth")


FOUND_ROWS = """
    SELECT t.expected, t.partner,
           CASE WHEN l.state != 'matched' THEN d.difference
                WHEN d.difference = 'fee' THEN 'fee_wrong'
                WHEN l.match_pass = 'payment' THEN 'match'
                WHEN l.match_pass = 'fee' THEN 'fee_row'
                WHEN l.match_pass = 'part' THEN 'parts'
                ELSE l.match_pass END AS found,
           l.state = 'matched' AS automatic, i.key, alike.key AS alike, d.proposal, l.id IS NULL AS lost
      FROM truth t
      LEFT JOIN payment_bridge_statement_line l ON l.channel_id = t.channel_id AND l.entry_reference = t.number
                                               AND l.statement_kind = 'account'
      LEFT JOIN payment_bridge_instruction i ON i.id = l.instruction_id
      LEFT JOIN payment_bridge_difference d ON d.line_id = l.id AND d.state = 'open'
      LEFT JOIN payment_bridge_instruction alike ON alike.id = d.similar_id
     WHERE t.side = 'row'
"""
FOUND_PAYMENTS = """
    SELECT t.expected, d.difference AS found
      FROM payment_bridge_instruction i
      LEFT JOIN payment_bridge_difference d ON d.instruction_id = i.id AND d.side = 'books' AND d.state = 'open'
      LEFT JOIN truth t ON t.channel_id = i.channel_id AND t.number = i.key AND t.side = 'payment'
     WHERE t.number IS NOT NULL OR d.id IS NOT NULL
"""


def judge(env: Any) -> dict[str, Any]:
    """Precision and recall, of the automatic matches, of each class and of the proposals."""
    cr = env.cr
    cr.execute(
        f"""
        SELECT count(*), count(*) FILTER (WHERE automatic),
               count(*) FILTER (WHERE automatic AND found = expected
                                AND (expected NOT IN ('match', 'parts', 'fee_wrong') OR key = partner)),
               count(*) FILTER (WHERE expected IN ('match', 'parts', 'batch', 'settlement', 'fee_row', 'fee_wrong')),
               count(*) FILTER (WHERE NOT automatic AND (found IS NULL OR proposal IS NULL)),
               count(*) FILTER (WHERE lost),
               count(*) FILTER (WHERE alike IS NOT NULL), count(*) FILTER (WHERE alike = partner),
               count(*) FILTER (WHERE expected = 'platform_only_out' AND partner != '')
          FROM ({FOUND_ROWS}) rows
        """
    )
    rows, automatic, right, matchable, unclassed, lost, similar, similar_right, similar_true = cr.fetchone()
    confusion: Counter[tuple[str, str]] = Counter()
    for query in (FOUND_ROWS, FOUND_PAYMENTS):
        cr.execute(
            f"SELECT COALESCE(expected, 'fine'), COALESCE(found, 'fine'), count(*) FROM ({query}) f GROUP BY 1, 2"
        )
        for expected, found, count in cr.fetchall():
            confusion[expected, found] += count
    classes = sorted({name for pair in confusion for name in pair} - {"fine"})
    told = {name: sum(count for (_e, found), count in confusion.items() if found == name) for name in classes}
    true = {name: sum(count for (expected, _f), count in confusion.items() if expected == name) for name in classes}
    return {
        "automatic_precision": round(right / automatic, 6),
        "automatic_recall": round(right / matchable, 6),
        "left_without_class": unclassed / rows,
        "rows_lost": lost,
        "proposals": {
            "told": similar,
            "precision": round(similar_right / similar, 4) if similar else None,
            "recall": round(similar_right / similar_true, 4) if similar_true else None,
        },
        "classes": {
            name: {
                "count": true[name],
                "precision": round(confusion[name, name] / told[name], 4) if told[name] else None,
                "recall": round(confusion[name, name] / true[name], 4) if true[name] else None,
            }
            for name in classes
        },
        "confusion": {f"{e} → {f}": count for (e, f), count in sorted(confusion.items()) if e != f},
    }


def backend_mb(env: Any) -> int:
    """The most memory that the database's own process has held of its own, in MB, without the shared buffers."""
    env.cr.execute("SELECT pg_backend_pid()")
    [(pid,)] = env.cr.fetchall()
    status = dict(
        line.split(":", 1)
        for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        if line.startswith(("Vm", "Rss"))
    )
    peak, shared = (int(status[name].split()[0]) for name in ("VmHWM", "RssShmem"))
    return max(0, peak - shared) // 1024


def measure(bench: Workbench, rows: int, workers: int) -> dict[str, Any]:
    """One month of so many rows in a database of its own."""
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        print(f"{rows:,} rows: making the month …", flush=True)
        generate(folder, rows)

        def compare(env: Any) -> None:
            env.cr.execute("SELECT count(*) FROM payment_bridge_statement_line")
            figures["rows"] = env.cr.fetchone()[0]
            figures["floor"] = {name: round(spent, 2) for name, spent in floor(env, folder).items()}
            load_truth(env, folder)
            figures.update(judge(env))

        with bench.databases.run_copy(os.environ["PB_TEMPLATE_DB"], "reconcile") as database:
            in_odoo(database, lambda env: fill_books(env, folder, make_channels(env)))
            close_connections()
            figures |= reconcile(database, folder, workers)
            in_odoo(database, compare)
            close_connections()
    figures["floor_seconds"] = round(sum(figures["floor"].values()), 2)
    figures["ratio"] = round(figures["seconds"] / figures["floor_seconds"], 3)
    told = ", ".join(f"{name} {spent:.1f}" for name, spent in figures["phases"].items())
    print(
        f"{figures['rows']:,} rows: {figures['seconds']:.1f} s ({told}); floor {figures['floor_seconds']:.1f} s"
        f" ({figures['floor']}); ratio {figures['ratio']}; peak {figures['peak_mb']} MB",
        flush=True,
    )
    return figures


def close_connections() -> None:
    """Let go of a database, so that it can be dropped."""
    import odoo.sql_db

    odoo.sql_db.close_all()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the whole month, over all channels")
    parser.add_argument("--workers", type=int, default=WORKERS, help="processes that take the files")
    arguments = parser.parse_args()
    bench = Workbench.from_environment()
    os.environ.update(bench.environment())
    small = measure(bench, max(arguments.rows // 10, 1000), arguments.workers)
    full = measure(bench, arguments.rows, arguments.workers)
    print(
        json.dumps(
            {
                "name": "reconcile",
                "ours": full["seconds"],
                "floor": full["floor_seconds"],
                "unit": "s",
                "ratio": full["ratio"],
                "growth": round(full["seconds"] / small["seconds"], 2),
                "targets": TARGETS,
                "how": (
                    "one month of five channels' files uploaded, parsed, kept, matched and classified by"
                    f" {arguments.workers} worker(s); floor: the same files read with csv, the same rows in one bare"
                    " COPY, one FULL JOIN with a classification, in one database and one process"
                ),
                **{
                    name: value
                    for name, value in full.items()
                    if name not in ("ratio", "seconds", "floor_seconds", "floor")
                },
                "floors": full["floor"],
                "tenth": {name: small[name] for name in ("rows", "seconds", "phases", "ratio", "peak_mb")},
            },
            ensure_ascii=False,
        )
    )


if __name__ == "__main__":
    sys.exit(main())
