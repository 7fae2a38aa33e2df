"""Dispatchers as processes of their own, beside the servers of a company that run none."""

from __future__ import annotations

import subprocess
import sys

from .world import World


def dispatch_twice_at_once(world: World) -> None:
    """Let two dispatchers begin at the same moment and wait until both have come to their end."""
    dispatchers = [
        subprocess.Popen(
            [sys.executable, "-m", "faults.company", world.database, "dispatch"],
            env=world.stage.bench.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    try:
        for dispatcher in dispatchers:
            assert dispatcher.stdout.readline() == "ready\n"
        for dispatcher in dispatchers:
            dispatcher.stdin.write("go\n")
            dispatcher.stdin.flush()
        said = [dispatcher.communicate(timeout=60) for dispatcher in dispatchers]
    finally:
        for dispatcher in dispatchers:
            dispatcher.kill()
    assert [dispatcher.returncode for dispatcher in dispatchers] == [0, 0], said
