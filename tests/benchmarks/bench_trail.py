"""The trail: events a second from four processes against bare inserts, and verifying against a bare SHA-256 loop.

Appending: four processes write events through `payment.bridge.audit.event._record`, a transaction each, while this
process seals them as the scheduled action does; the clock stops when every event has its place in the chain, and the
chain is then verified. The floor: the same processes insert rows of the same size into a bare table, a transaction each,
and nobody seals anything. Both take turns on one database.

Verifying: `setup/verify-trail`, as the program that it is, on an exported trail of a million events with a signed root
at its end: reading, chain, Merkle tree and signature. The floor: a loop that reads the same lines and hashes each one.
"""

from __future__ import annotations

import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from faults.company import in_odoo
from trail.conftest import ROOT
from trail.test_verify_trail import Chain
from trail.workers import CREATE_BARE, EVENT, workers
from workbench import Workbench

PROCESSES = 4
EVENTS = 500  # a process and round
ROUNDS = 5
VERIFIED = 1_000_000
VERIFY_ROUNDS = 5
NOTE = "succeeded after the platform had been asked about it; its own number is 20260101220014300614"


def seconds_since(started: float) -> float:
    return time.perf_counter() - started


def seal(env: Any) -> None:
    """One run of the scheduled action."""
    env.cr.commit()
    env[EVENT]._cron_seal()
    env.cr.commit()


def append(env: Any, team: Any) -> float:
    """Seconds until the team's events are all in the chain."""
    events = env[EVENT]
    target = events._head(env.company.id)[0] + events._count_unsealed() + PROCESSES * EVENTS
    started = time.perf_counter()
    team.order(f"record {EVENTS} 0")
    while events._head(env.company.id)[0] < target:
        seal(env)
    spent = seconds_since(started)
    team.wait()
    return spent


def insert(team: Any) -> float:
    """Seconds until the team's bare rows are all there."""
    started = time.perf_counter()
    team.order(f"insert {EVENTS}")
    team.wait()
    return seconds_since(started)


def measure_appending(bench: Workbench) -> list[tuple[float, float]]:
    """Pairs of events and bare rows a second."""
    pairs: list[tuple[float, float]] = []

    def rounds(env: Any) -> None:
        env.cr.execute(CREATE_BARE)
        seal(env)
        path = os.pathsep.join([str(ROOT / "tests"), str(ROOT / "setup" / "lib"), os.environ.get("PYTHONPATH", "")])
        with workers(PROCESSES, env.cr.dbname, bench.environment() | {"PYTHONPATH": path}) as team:
            append(env, team), insert(team)  # the first time warms everybody up
            for number in range(ROUNDS):
                spent = {}
                for name in sorted(("ours", "floor"), reverse=bool(number % 2)):
                    spent[name] = append(env, team) if name == "ours" else insert(team)
                pairs.append(tuple(PROCESSES * EVENTS / spent[name] for name in ("ours", "floor")))
                print(f"appending, round {number + 1}: {pairs[-1][0]:.0f} events, {pairs[-1][1]:.0f} rows a second")
        assert env[EVENT]._verify_chain() is None, "the chain is broken"

    with bench.databases.run_copy(os.environ["PB_TEMPLATE_DB"], "trail") as database:
        in_odoo(database, rounds)
        import odoo.sql_db

        odoo.sql_db.close_all()
    return pairs


def measure_verifying(folder: Path) -> list[tuple[float, float]]:
    """Pairs of events verified and lines hashed a second."""
    chain = Chain().add(VERIFIED, NOTE)
    path = folder / "trail.txt"
    path.write_text("".join(f"{line}\n" for line in chain.lines(sizes=[VERIFIED])))
    del chain
    pairs = []
    for number in range(VERIFY_ROUNDS):
        spent = {}
        for name in sorted(("ours", "floor"), reverse=bool(number % 2)):
            started = time.perf_counter()
            program = [ROOT / "setup" / "verify-trail", path] if name == "ours" else [__file__, "hash", path]
            subprocess.run([sys.executable, *program], check=True, stdout=subprocess.DEVNULL)
            spent[name] = seconds_since(started)
        pairs.append((VERIFIED / spent["ours"], VERIFIED / spent["floor"]))
        print(f"verifying, round {number + 1}: {pairs[-1][0]:.0f} events, {pairs[-1][1]:.0f} bare hashes a second")
    return pairs


def hash_lines(path: str) -> None:
    """The floor: read each line and hash it."""
    with open(path, "rb") as file:
        for line in file:
            hashlib.sha256(line).digest()


def summarise(pairs: list[tuple[float, float]], target: float) -> dict[str, Any]:
    """Medians of both speeds, and of their ratio."""
    ratios = [round(ours / floor, 3) for ours, floor in pairs]
    return {
        "ours": round(statistics.median(ours for ours, _floor in pairs)),
        "floor": round(statistics.median(floor for _ours, floor in pairs)),
        "ratio": statistics.median(ratios),
        "ratios": ratios,
        "target": target,
    }


def main() -> None:
    bench = Workbench.from_environment()
    os.environ.update(bench.environment())
    appending = summarise(measure_appending(bench), 0.5)
    with tempfile.TemporaryDirectory() as folder:
        verifying = summarise(measure_verifying(Path(folder)), 0.5)
    figures = {
        "name": "trail",
        **appending,
        "unit": "events/s",
        "how": (
            f"medians of {ROUNDS} interleaved rounds of {PROCESSES} processes with {EVENTS} transactions each; ours:"
            " events written and sealed into a chain that verifies; floor: bare inserts of as large rows. Verifying:"
            f" the standalone program on {VERIFIED} events, against a loop that hashes the same lines, each a process"
        ),
        "processes": PROCESSES,
        "verify": {**verifying, "unit": "events/s"},
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    hash_lines(sys.argv[2]) if sys.argv[1:2] == ["hash"] else main()
