"""The pages of `docs/` that are made from data: who may do what, and what has been tried against it.

``python tests/pages.py`` writes them anew; `test_pages.py` says when one is not what the data say. Plain Python.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
BEGIN, END = "<!-- made by tests/pages.py -->", "<!-- end -->"
LETTERS = {"r": "read", "c": "create", "w": "write", "u": "delete"}


def data(path: str) -> ModuleType:
    """A file of data of an add-on, without the add-on."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, ROOT / path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def rights() -> str:
    """The tables of every add-on."""
    core = data("payment_bridge/tests/rights_matrix.py")
    names = {**core.ROLE_NAMES, **core.CERTAIN}
    parts = []
    for title, of in (
        ("payment_bridge", core),
        ("payment_bridge_reconcile", data("payment_bridge_reconcile/tests/rights_matrix.py")),
    ):
        parts += [
            f"## `{title}`",
            table(
                ("model", *core.ROLE_NAMES.values()),
                [(f"`{name}`", *map(_words, row.split())) for name, row in of.MODELS.items()],
            ),
            table(
                ("dialog", "who has it"), [(f"`{name}`", _people(names, roles)) for name, roles in of.DIALOGS.items()]
            ),
            table(("button or method", "does something for"), _buttons(names, of)),
        ]
    doors = [(f"`{path}`", _people(names, roles)) for path, roles in core.DOORS.items()]
    return "\n\n".join([*parts, "## Addresses", table(("address", "answers"), doors)])


def _words(cell: str) -> str:
    return ", ".join(LETTERS[letter] for letter in cell if letter in LETTERS)


def _people(names: Mapping[str, str], roles: Sequence[str]) -> str:
    words = ", ".join(names.get(role, role).lower() for role in roles)
    return words[:1].upper() + words[1:]


def _buttons(names: Mapping[str, str], of: ModuleType) -> list[tuple[str, str]]:
    return [
        (f"`{model}`.`{name}`", _people(names, roles))
        for model, methods in of.ACTIONS.items()
        for name, roles in methods.items()
        if roles != of.OPENS
    ]


def attacks() -> str:
    """The table of attacks, by the doors that they use."""
    of = data("payment_bridge/tests/attacks_table.py")
    number, parts = 0, []
    for door, words in of.DOORS.items():
        rows = []
        for attack in of.ATTACKS:
            if attack.door == door:
                number += 1
                tests = "<br>".join(f"`{test.rpartition('/')[2]}`" for test in attack.tests)
                cells = (str(number), attack.what, attack.stopped_by, attack.message, _event(attack), tests)
                rows.append(tuple(cell.replace("|", "\\|") for cell in cells))
        heading = ("no.", "attack or mistake", "what stops it", "what is shown", "event", "test")
        parts += [f"## {words}", table(heading, rows)]
    return "\n\n".join(parts)


def _event(attack: tuple) -> str:
    """What the trail says afterwards: that it was refused, by which rule, and what stays of the events before."""
    parts = [attack.event, f"attempt.refused ({attack.refused})" if attack.refused else ""]
    return ", ".join(filter(None, parts)) or "–"


PAGES = {"attacks.md": attacks, "rights.md": rights}


def page(name: str) -> tuple[str, str]:
    """A page as it is, and as the data say it should be."""
    text = (DOCS / name).read_text(encoding="utf-8")
    before, _begin, rest = text.partition(BEGIN)
    _made, _end, after = rest.partition(END)
    return text, f"{before.rstrip()}\n\n{BEGIN}\n\n{PAGES[name]()}\n\n{END}\n{after.lstrip()}"


def main() -> None:
    for name in PAGES:
        (DOCS / name).write_text(page(name)[1], encoding="utf-8")
        print(DOCS / name)


if __name__ == "__main__":
    sys.exit(main())
