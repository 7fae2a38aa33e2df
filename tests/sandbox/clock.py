"""The sandbox's clock: real time plus an offset, in Beijing time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8), "CST")
STAMP = "%Y-%m-%d %H:%M:%S"


def midnight(day: date) -> datetime:
    """The start of a day in Beijing."""
    return datetime(day.year, day.month, day.day, tzinfo=BEIJING)


class ClockError(ValueError):
    """The clock was asked to go behind a time that is already in the books."""


class Clock:
    """Real time plus an offset. Everything a platform dates or expires is read from here.

    Only the timestamps of requests are compared with real time: the caller's clock does not move with ours.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._offset = timedelta()
        self._booked: datetime | None = None
        self._listeners: list[Callable[[float], None]] = []

    @staticmethod
    def real() -> datetime:
        """The real time, in Beijing time."""
        return datetime.now(BEIJING)

    def now(self) -> datetime:
        """The sandbox's time."""
        return self.real() + self._offset

    def stamp(self) -> datetime:
        """The time of a booking, whole seconds: the clock cannot be set behind it afterwards."""
        with self._lock:
            now = self.now().replace(microsecond=0)
            self._booked = max(now, self._booked or now)
            return self._booked

    def on_leap(self, listener: Callable[[float], None]) -> None:
        """Call `listener(seconds)` whenever the clock is moved forward."""
        self._listeners.append(listener)

    def advance(self, seconds: float) -> datetime:
        """Move forward by `seconds`; what falls due in between happens at once."""
        return self.set(self.now() + timedelta(seconds=seconds))

    def set(self, moment: datetime) -> datetime:
        """Move to `moment` (a naive one is Beijing time). Raises ClockError when it lies before the last booking."""
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=BEIJING)
        with self._lock:
            if self._booked is not None and moment < self._booked:
                raise ClockError(f"the books already reach {self._booked.isoformat()}")
            leap = (moment - self.now()).total_seconds()
            self._offset = moment - self.real()
        if leap > 0:
            for listener in self._listeners:
                listener(leap)
        return self.now()
