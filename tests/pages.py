"""The pages that are made from data: who may do what, in `docs/` and in short in the README, and what has been tried
against it.

``python tests/pages.py`` writes them anew; `test_pages.py` says when one is not what the data say. Plain Python.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

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


SUMMARY = (
    ("see payments, orders and checks", "MODELS", "payment.bridge.instruction", "r"),
    ("prepare, withdraw and follow payments", "ACTIONS", "payment.bridge.instruction", "action_cancel"),
    ("collect, charge and give back", "DIALOGS", "payment.bridge.refund.entry", ""),
    ("decide about payments of others", "DIALOGS", "payment.bridge.approve", ""),
    ("confirm a changed account", "ACTIONS", "res.partner.bank", "action_verify"),
    ("see a whole account number, which is an event", "ACTIONS", "res.partner.bank", "action_bridge_reveal"),
    ("set up channels and their limits", "MODELS", "payment.bridge.channel", "w"),
    ("enter credentials, which nobody reads", "DIALOGS", "payment.bridge.credential.entry", ""),
    ("write rules of checks and approvals", "MODELS", "payment.bridge.approval.rule", "w"),
    ("agree to a change of somebody else", "ACTIONS", "payment.bridge.change.request", "action_apply"),
    ("load screening lists", "DIALOGS", "payment.bridge.screening.load", ""),
    ("decide whether a payee is listed", "ACTIONS", "payment.bridge.screening.case", "action_confirm"),
    ("report or dismiss a suspicion", "ACTIONS", "payment.bridge.aml.case", "action_report"),
    ("hand out or erase personal data", "DIALOGS", "payment.bridge.personal.data", ""),
    ("take in, match and post statements", "ACTIONS", "payment.bridge.statement", "action_post"),
    ("put a rule of matching in force", "ACTIONS", "payment.bridge.match.rule", "action_approve"),
    ("read the audit trail, take proofs home", "MODELS", "payment.bridge.audit.event", "r"),
)
"""What the README tells of the tables: (words, table, model, letter or method)."""
HELD = ("clerk", "approver", "channel_admin", "auditor", "officer")


def summary() -> str:
    """What each role is for, in a few rows."""
    core = data("payment_bridge/tests/rights_matrix.py")
    books = data("payment_bridge_reconcile/tests/rights_matrix.py")
    rows = []
    for words, table_name, model, what in SUMMARY:
        of = next(getattr(one, table_name)[model] for one in (core, books) if model in getattr(one, table_name))
        if table_name == "MODELS":
            roles = [role for role, cell in zip(core.ROLES, of.split(), strict=True) if what in cell]
        else:
            roles = of[what] if table_name == "ACTIONS" else of
        special = "of_lists" in roles  # an officer, where it is about lists
        rows.append((words, *("✓" if role in roles or (special and role == "officer") else "" for role in HELD)))
    return table(("who may", *(core.ROLE_NAMES[role] for role in HELD)), rows)


class Page(NamedTuple):
    """A page, what stands before and after the part that is made, and what makes it."""

    path: Path
    begin: str
    end: str
    make: Callable[[], str]


PAGES = {
    "attacks.md": Page(DOCS / "attacks.md", BEGIN, END, attacks),
    "rights.md": Page(DOCS / "rights.md", BEGIN, END, rights),
    "README.md": Page(ROOT / "README.md", "<!-- rights table -->", "<!-- end of rights table -->", summary),
}


def page(name: str) -> tuple[str, str]:
    """A page as it is, and as the data say it should be."""
    of = PAGES[name]
    text = of.path.read_text(encoding="utf-8")
    before, _begin, rest = text.partition(of.begin)
    _made, _end, after = rest.partition(of.end)
    made = f"{before.rstrip()}\n\n{of.begin}\n\n{of.make()}\n\n{of.end}\n"
    return text, made + (f"\n{after.lstrip()}" if after.strip() else "")


def main() -> None:
    for name, of in PAGES.items():
        of.path.write_text(page(name)[1], encoding="utf-8")
        print(of.path)


if __name__ == "__main__":
    sys.exit(main())
