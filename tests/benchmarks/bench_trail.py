"""The trail: events a second from four processes against bare inserts, and verifying against a bare SHA-256 loop.

Appending: four processes write events through `payment.bridge.audit.event._record`, a transaction each, while this
process seals them as the scheduled action does; the clock stops when every event has its place in the chain, and the
chain is then verified. The floor: the same processes insert rows of the same size into a bare table, a transaction
each, and nobody seals anything. Both take turns on one database.

Verifying: `setup/verify-trail --no-tree`, as the program that it is, on an exported trail of a million events with a
signed root at its end: reading, chain, and the signature over its last hash. The floor: a loop that reads the same
lines and hashes each one. What the Merkle tree adds, which has as many inner nodes as events, is measured beside it.
"""

from __future__ import annotations

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
from trail.workers import CREATE_BARE, EVENT, workers
from workbench import Workbench

PROCESSES = 4
EVENTS = 500  # a process and round
ROUNDS = 5
VERIFIED = 1_000_000
VERIFY_ROUNDS = 5
ROOT = Path(__file__).resolve().parents[2]
HASH_LINES = """
import hashlib, sys
with open(sys.argv[1], "rb") as file:
    for line in file:
        hashlib.sha256(line).digest()
"""
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


def measure_verifying(folder: Path) -> dict[str, list[float]]:
    """Events verified a second, without and with the tree, and lines hashed."""
    path = folder / "trail.txt"
    subprocess.run([sys.executable, __file__, "make", path], check=True)
    program = str(ROOT / "setup" / "verify-trail")
    commands = {"chain": [program, "--no-tree"], "tree": [program], "floor": ["-c", HASH_LINES]}
    speeds: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(VERIFY_ROUNDS):
        for name in sorted(commands, reverse=bool(number % 2)):
            started = time.perf_counter()
            subprocess.run([sys.executable, *commands[name], path], check=True, stdout=subprocess.DEVNULL)
            speeds[name].append(VERIFIED / seconds_since(started))
        told = ", ".join(f"{name} {values[-1]:.0f}" for name, values in speeds.items())
        print(f"verifying, round {number + 1}, a second: {told}", flush=True)
    return speeds


def make_trail(path: str) -> None:
    """Write the trail that is verified; in a process without Odoo."""
    from trail.chains import Chain

    lines = Chain().add(VERIFIED, NOTE).lines(sizes=[VERIFIED])
    Path(path).write_text("".join(f"{line}\n" for line in lines))


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
        speeds = measure_verifying(Path(folder))
    chain, tree = (
        {**summarise(list(zip(speeds[name], speeds["floor"], strict=True)), 0.5), "unit": "events/s"}
        for name in ("chain", "tree")
    )
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
        "verify": chain,
        "verify_with_tree": tree,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    if sys.argv[1:2] == ["make"]:
        make_trail(sys.argv[2])
    else:
        main()
