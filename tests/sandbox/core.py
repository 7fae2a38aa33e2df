"""What every platform of the sandbox shares."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field

from .clock import Clock
from .faults import FaultBook
from .notifier import Notifier
from .scheduler import Scheduler
from .settings import Settings
from .traffic import Traffic


@dataclass
class Core:
    """The parts that all platforms work with; `base_url` is known once the server listens."""

    seed: int | None = None
    base_url: str = ""
    settings: Settings = field(default_factory=Settings)
    clock: Clock = field(default_factory=Clock)
    faults: FaultBook = field(default_factory=FaultBook)
    scheduler: Scheduler = field(default_factory=Scheduler)
    traffic: Traffic = field(default_factory=Traffic)

    def __post_init__(self) -> None:
        self.notifier = Notifier(self.settings, self.clock, self.scheduler)
        self.clock.on_leap(self.scheduler.leap)
        self._random = random.Random(self.seed)
        self._random_lock = threading.Lock()

    def digits(self, count: int) -> str:
        """A random number of `count` digits, repeatable under --seed."""
        with self._random_lock:
            return f"{self._random.randrange(10**count):0{count}d}"

    def token(self, count: int = 32) -> str:
        """Random lowercase hex, repeatable under --seed."""
        with self._random_lock:
            return f"{self._random.getrandbits(count * 4):0{count}x}"
