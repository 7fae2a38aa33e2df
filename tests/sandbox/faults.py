"""Faults on request: which kinds there are, when one strikes, and how often."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KINDS: dict[str, frozenset[str]] = {
    "gateway": frozenset(
        "refuse timeout_before timeout_after cut_answer delay wrong_signature unsigned unknown_code html"
        " system_error_before system_error_after sub_code unknown_cert_sn".split()
    ),
    "notification": frozenset("duplicate delay reorder drop wrong_signature early probe".split()),
    "bill": frozenset(
        "missing late drop_row double_row alter_row bad_encoding zip_bomb truncated_zip wrong_host wrong_hash".split()
    ),
}
SELECTORS: dict[str, tuple[str, ...]] = {
    "gateway": ("platform", "app_id", "mchid", "method", "out_biz_no", "payee"),
    "notification": ("platform", "app_id", "mchid", "method", "out_biz_no", "payee", "status"),
    "bill": ("platform", "app_id", "mchid", "bill_type", "bill_date"),
}
NO_ARGUMENTS = ("kind", "on", "args", "nth", "times")


class FaultError(ValueError):
    """The fault asked for does not exist."""


@dataclass
class Fault:
    """One fault that waits for its call.

    It matches calls that carry every one of its `selectors`; it strikes from the `nth` match on (first is 1),
    `times` times (None: for ever).
    """

    id: int
    on: str
    kind: str
    selectors: dict[str, str]
    nth: int = 1
    times: int | None = 1
    args: dict[str, Any] = field(default_factory=dict)
    seen: int = 0
    struck: int = 0

    def meets(self, traits: Mapping[str, str]) -> bool:
        """Whether a call with these traits is one of mine; counts it when it is, and says whether I strike."""
        if any(traits.get(name) != wanted for name, wanted in self.selectors.items()):
            return False
        self.seen += 1
        if self.seen < self.nth or (self.times is not None and self.struck >= self.times):
            return False
        self.struck += 1
        return True

    def show(self) -> dict[str, Any]:
        """The fault as the admin API shows it."""
        counts = {"nth": self.nth, "times": self.times, "seen": self.seen, "struck": self.struck}
        return {"id": self.id, "on": self.on, "kind": self.kind, **self.selectors, **counts, "args": self.args}


class Strikes(dict[str, Fault]):
    """The faults that strike one call, by kind."""

    def arg(self, kind: str, name: str, default: Any) -> Any:
        """An argument of the fault of that kind, or its default."""
        return self[kind].args.get(name, default)


class FaultBook:
    """All faults that were asked for, safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ids = itertools.count(1)
        self._faults: list[Fault] = []

    def add(self, spec: Mapping[str, Any]) -> Fault:
        """Register a fault given as JSON: kind (or "sub_code:X"), on, selectors, nth, times, and its arguments.

        `on` may be left out where only one place knows the kind; the gateway comes first.
        """
        kind, _, code = str(spec.get("kind", "")).partition(":")
        places = [place for place, kinds in KINDS.items() if kind in kinds]
        on = spec.get("on") or (places[0] if places else "")
        if on not in places:
            raise FaultError(f"no fault {kind!r} on {on or 'anything'}; there are " + _menu())
        args = dict(spec.get("args") or {})
        args.update({k: v for k, v in spec.items() if k not in (*SELECTORS[on], *NO_ARGUMENTS)})
        if code:
            args["code"] = code
        selectors = {name: str(spec[name]) for name in SELECTORS[on] if spec.get(name) is not None}
        nth, times = spec.get("nth", 1), spec.get("times", 1)
        if not isinstance(nth, int) or nth < 1 or not (times is None or isinstance(times, int) and times > 0):
            raise FaultError("nth is a number from 1, times a number from 1 or null")
        with self._lock:
            fault = Fault(next(self._ids), on, kind, selectors, nth, times, args)
            self._faults.append(fault)
        return fault

    def strike(self, on: str, **traits: str) -> Strikes:
        """The faults that strike a call with these traits; each one counts it."""
        with self._lock:
            return Strikes({f.kind: f for f in self._faults if f.on == on and f.meets(traits)})

    def show(self) -> list[dict[str, Any]]:
        """Every fault with its counters."""
        with self._lock:
            return [fault.show() for fault in self._faults]

    def clear(self, fault_id: int | None = None) -> int:
        """Forget one fault, or all; how many were forgotten."""
        with self._lock:
            kept = [f for f in self._faults if fault_id is not None and f.id != fault_id]
            gone, self._faults = len(self._faults) - len(kept), kept
            return gone


def _menu() -> str:
    return "; ".join(f"{place}: {', '.join(sorted(kinds))}" for place, kinds in KINDS.items())
