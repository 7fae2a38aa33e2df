"""The ways in which every sandbox's gateway can fail, and the limits that every order has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from .model import WireFault

WIRE_FAULTS = (
    WireFault("refused", "refuse", False, "uncertain|not sent"),
    WireFault("hangs-before", "timeout_before", False, "uncertain", {"seconds": 0.2}),
    WireFault("hangs-after", "timeout_after", True, "uncertain", {"seconds": 0.2}),
    WireFault("cut", "cut_answer", True, "uncertain"),
    WireFault("page-502", "html", False, "uncertain"),
    WireFault("page-200", "html", True, "uncertain", {"status": 200, "act": True}),
    WireFault("system-error-before", "system_error_before", False, "uncertain"),
    WireFault("system-error-after", "system_error_after", True, "uncertain"),
    WireFault("unknown-code", "unknown_code", False, "uncertain"),
    WireFault("wrong-signature", "wrong_signature", True, "untrusted"),
    WireFault("unsigned", "unsigned", True, "untrusted"),
)


def faults(*more: WireFault, without: Iterable[str] = (), **words: str) -> tuple[WireFault, ...]:
    """The common faults with a platform's own, some left out, some with other words (``page_502="…"``)."""
    chosen = [fault for fault in WIRE_FAULTS if fault.name not in set(without)]
    words = {name.replace("_", "-"): word for name, word in words.items()}
    return (*(replace(one, expected=words.get(one.name, one.expected)) for one in chosen), *more)
