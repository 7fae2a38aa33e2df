"""Run the sandbox until it is told to stop: `PYTHONPATH=tests python -m sandbox --port 0`."""

from __future__ import annotations

import argparse
import signal
import sys
import threading

from .server import Sandbox


def main() -> int:
    """Start, print the one ready line, serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--seed", type=int, default=None, help="makes generated ids repeatable (keys are always new)")
    options = parser.parse_args()

    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    with Sandbox(host=options.host, port=options.port, seed=options.seed) as sandbox:
        print(f"sandbox ready {sandbox.url}", flush=True)
        stopped.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
