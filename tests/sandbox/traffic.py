"""What was asked and what was answered: counters for ever, the last requests in full."""

from __future__ import annotations

import threading
from collections import Counter, deque
from dataclasses import asdict, dataclass
from typing import Any

KEPT = 2000


@dataclass(frozen=True)
class Asked:
    """One platform request: what it was, the faults that struck it and the answer's code."""

    time: str
    platform: str
    app_id: str
    method: str
    out_biz_no: str
    answer: str
    faults: str


class Traffic:
    """The requests a platform has seen."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counters: Counter[tuple[str, str]] = Counter()
        self._last: deque[Asked] = deque(maxlen=KEPT)

    def note(self, asked: Asked) -> None:
        """Count and keep one request."""
        with self._lock:
            self._counters[asked.platform, asked.method] += 1
            self._last.append(asked)

    def clear(self) -> None:
        """Start counting anew."""
        with self._lock:
            self._counters.clear()
            self._last.clear()

    def show(self) -> dict[str, Any]:
        """Counters by platform and method, and the last requests, oldest first."""
        with self._lock:
            counts: dict[str, dict[str, int]] = {}
            for (platform, method), number in sorted(self._counters.items()):
                counts.setdefault(platform, {})[method] = number
            return {"total": sum(self._counters.values()), "methods": counts, "last": [asdict(a) for a in self._last]}
