"""Run a program in the foreground on somebody's behalf: when they want it to end, it ends by itself, cleaning up."""

import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType


def run_foreground(
    command: Sequence[str | Path], *, environment: Mapping[str, str], folder: Path | None = None, stop_signal: int
) -> int:
    """Run a program and return its exit code. Raises `SystemExit` after it has ended because we were told to end.

    Ctrl-C reaches the program by itself, as it shares our terminal; a SIGTERM is handed on as `stop_signal`.
    """
    told_to_end = []

    def hand_on(received: int, _frame: FrameType | None) -> None:
        told_to_end.append(received)
        if received != signal.SIGINT:
            process.send_signal(stop_signal)

    process = subprocess.Popen(command, env=environment, cwd=folder)
    previous = {number: signal.signal(number, hand_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        code = process.wait()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    if told_to_end:
        raise SystemExit(128 + told_to_end[0])
    return code
