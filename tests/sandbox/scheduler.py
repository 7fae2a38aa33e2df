"""What happens later: a timer whose time leaps forward together with the sandbox clock."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

Action = Callable[[], None]
WORKERS = 16
LEAP_SECONDS = 3.0
"""How long a leap waits at most for what it made due, such as a message to a receiver that hangs."""


class Scheduler:
    """Runs actions after a delay on a small pool of threads.

    Delays are real seconds unless the clock is moved forward: then all waiting actions come closer by as much.
    """

    def __init__(self) -> None:
        self._waiting: list[tuple[float, int, Action]] = []
        self._order = itertools.count()
        self._wake = threading.Condition()
        self._leaped = 0.0
        self._running = 0
        self._stopping = False
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="sandbox-later")
        self._thread = threading.Thread(target=self._run, name="sandbox-scheduler", daemon=True)

    def start(self) -> None:
        """Begin to run what is waiting."""
        self._thread.start()

    def stop(self) -> None:
        """Forget what is waiting; what is running may finish."""
        with self._wake:
            self._stopping = True
            self._wake.notify_all()
        self._thread.join()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def after(self, seconds: float, action: Action) -> None:
        """Run `action` in `seconds` from now."""
        with self._wake:
            heapq.heappush(self._waiting, (self._time() + seconds, next(self._order), action))
            self._wake.notify_all()

    def leap(self, seconds: float) -> None:
        """Bring everything that waits closer by `seconds`, and wait until what is due by then has been done."""
        with self._wake:
            self._leaped += seconds
            self._wake.notify_all()
            until = self._time()
            self._wake.wait_for(lambda: self._stopping or self._done_until(until), LEAP_SECONDS)

    def _done_until(self, moment: float) -> bool:
        """Whether nothing runs and nothing that waits was due by `moment`."""
        if not self._thread.is_alive():
            return True
        return not self._running and not (self._waiting and self._waiting[0][0] <= moment)

    def _time(self) -> float:
        return time.monotonic() + self._leaped

    def _run(self) -> None:
        with self._wake:
            while not self._stopping:
                if not self._waiting:
                    self._wake.wait()
                elif (pause := self._waiting[0][0] - self._time()) > 0:
                    self._wake.wait(pause)
                else:
                    _, _, action = heapq.heappop(self._waiting)
                    self._running += 1
                    self._pool.submit(action).add_done_callback(self._ended)

    def _ended(self, done: Future[None]) -> None:
        with self._wake:
            self._running -= 1
            self._wake.notify_all()
        _report(done)


def _report(done: Future[None]) -> None:
    """Print what went wrong in an action: nobody waits for its result."""
    if not done.cancelled() and (error := done.exception()) is not None:
        traceback.print_exception(error)
