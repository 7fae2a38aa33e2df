"""Trails to verify, made as the add-on makes them, without a database."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import bare_addons

bare_addons.prepare()

merkle, trail = (importlib.import_module(f"odoo.addons.payment_bridge.tools.{name}") for name in ("merkle", "trail"))
ROOT = bare_addons.ROOT


@dataclass
class Chain:
    """A company's trail with its key, made as the add-on makes it."""

    company: int = 1
    key: tuple[str, bytes] = field(default_factory=trail.make_key)
    links: list[tuple[str, int, str]] = field(default_factory=list)
    leaves: list[bytes] = field(default_factory=list)

    def add(self, count: int, note: str = "") -> Chain:
        """Append events."""
        for _number in range(count):
            position = len(self.links) + 1
            previous = self.leaves[-1].hex() if self.leaves else trail.GENESIS
            details = {"key": f"K{position}", "note": note or "付款\u2028\r\n"}
            content = trail.canonical(
                {"v": 1, "at": "2026-01-01T00:00:00Z", "company": self.company, "event": "e", "details": details}
            )
            self.links.append((previous, position, content))
            self.leaves.append(bytes.fromhex(trail.link_hash(previous, position, content)))
        return self

    def root(self, size: int | None = None, key: str = "") -> trail.SignedRoot:
        """A signed root over the first events."""
        size = size or len(self.leaves)
        values = {
            "at": "2026-01-02T00:00:00Z",
            "company": self.company,
            "company_name": "上海示例贸易有限公司",
            "database": "d",
            "head": self.leaves[size - 1].hex(),
            "root": merkle.fold(self.leaves[:size]).hex(),
            "size": size,
        }
        return trail.sign_root(key or self.key[0], values)

    def lines(self, first: int = 1, last: int | None = None, sizes: Sequence[int] = ()) -> list[str]:
        """An exported part with roots over so many events."""
        last = last or len(self.links)
        head = {
            "company": self.company,
            "company_name": "上海示例贸易有限公司",
            "database": "d",
            "first": first,
            "last": last,
            "peaks": [peak.hex() for peak in merkle.Tree.of(self.leaves).peaks(first - 1)],
            "previous": self.leaves[first - 2].hex() if first > 1 else trail.GENESIS,
        }
        roots = [(size, self.root(size).to_json()) for size in sizes]
        return list(trail.trail_lines(head, self.links[first - 1 : last], roots))
