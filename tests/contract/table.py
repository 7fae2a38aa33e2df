"""The table of the contract: connector by capability, passed of all tests.

``python -m contract.table`` runs the contract and writes the table into the README and ``docs/contract.md``, between
their markers; ``pytest tests/contract --contract-table FILE`` writes it into any file that has them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from odoo.addons.payment_bridge.connector.base import Connector

CELL = "contract"
BEGIN, END = "<!-- contract table -->", "<!-- end of contract table -->"
ROOT = Path(__file__).resolve().parents[2]
SHOWN_IN = (ROOT / "README.md", ROOT / "docs" / "contract.md")
NOT_DECLARED = "–"


@dataclass
class Results:
    """What became of the tests of each cell; a test has passed when its set-up, call and tear-down have."""

    cells: dict[tuple[str, str], dict[str, bool]] = field(default_factory=dict)

    def note(self, test: str, platform: str, row: str, *, passed: bool) -> None:
        """Count one part of a test."""
        tests = self.cells.setdefault((platform, row), {})
        tests[test] = tests.get(test, True) and passed

    def cell(self, platform: str, row: str, declared: bool) -> str:
        """``passed/total``, a dash for what is neither declared nor tested."""
        tests = self.cells.get((platform, row), {})
        if not tests and not declared:
            return NOT_DECLARED
        return f"{sum(tests.values())}/{len(tests)}"


def rows(results: Results, connectors: Iterable[type[Connector]]) -> list[list[str]]:
    """The table as cells: a heading, one row a capability, and the sums."""
    from .kit.cases import OTHER_ROWS, ROWS

    kinds = list(connectors)
    made = [["capability", *(kind.label.en for kind in kinds)]]
    for row in ROWS:
        cells = [
            results.cell(kind.code, row, row in OTHER_ROWS or row in kind.capabilities.operations) for kind in kinds
        ]
        if set(cells) != {NOT_DECLARED}:
            made.append([row.replace("_", " "), *cells])
    sums = []
    for kind in kinds:
        tests = [passed for (code, _), one in results.cells.items() if code == kind.code for passed in one.values()]
        sums.append(f"{sum(tests)}/{len(tests)}")
    return [*made, ["all", *sums]]


def text(results: Results, connectors: Iterable[type[Connector]]) -> list[str]:
    """The table for a terminal."""
    table = rows(results, connectors)
    widths = [max(len(row[place]) for row in table) for place in range(len(table[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]


def markdown(results: Results, connectors: Iterable[type[Connector]]) -> str:
    """The table in Markdown."""
    heading, *body = rows(results, connectors)
    lines = [heading, ["---", *["---:"] * (len(heading) - 1)], *body]
    return "\n".join(f"| {' | '.join(row)} |" for row in lines)


def update(target: Path, results: Results, connectors: Iterable[type[Connector]]) -> None:
    """Replace the table between the markers of a file."""
    before, found, rest = target.read_text(encoding="utf-8").partition(BEGIN)
    _, closed, after = rest.partition(END)
    if not found or not closed:
        raise ValueError(f"{target} has no place for the table: {BEGIN} … {END}")
    made = f"{BEGIN}\n{markdown(results, connectors)}\n{END}"
    target.write_text(f"{before}{made}{after}", encoding="utf-8")


def main() -> int:
    """Run the contract and write the table."""
    import pytest

    targets = [f"--contract-table={target}" for target in SHOWN_IN]
    return int(pytest.main(["-p", "no:odoo", "-q", str(Path(__file__).parent), *targets]))


if __name__ == "__main__":
    sys.exit(main())
