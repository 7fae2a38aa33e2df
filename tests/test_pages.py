"""The pages that are made from data say what the data say."""

import ast
from pathlib import Path

import pytest

import pages


@pytest.mark.parametrize("name", sorted(pages.PAGES))
def test_a_page_is_up_to_date(name: str) -> None:
    text, expected = pages.page(name)
    assert text == expected, f"docs/{name} is old: run python tests/pages.py"


def literals(*folders: str) -> str:
    """Every text in the add-on's own sources, one after the other."""
    texts = []
    for folder in folders:
        for path in sorted((pages.ROOT / folder).rglob("*.py")):
            if "tests" not in path.relative_to(pages.ROOT / folder).parts:
                tree = ast.parse(path.read_text(encoding="utf-8"))
                texts += [
                    node.value
                    for node in ast.walk(tree)
                    if isinstance(node, ast.Constant) and isinstance(node.value, str)
                ]
    return "\n".join(texts)


def place(test: str) -> tuple[Path, str]:
    """The file of a named test, and the test's name."""
    file, _separator, name = test.partition("::")
    base = pages.ROOT if file.startswith("tests/") else pages.ROOT / "payment_bridge" / "tests"
    return base / file, name


TABLE = pages.data("payment_bridge/tests/attacks_table.py")


def test_there_are_at_least_sixty_attacks_each_with_a_test_of_its_own() -> None:
    assert len(TABLE.ATTACKS) >= 60
    assert len({attack.what for attack in TABLE.ATTACKS}) == len(TABLE.ATTACKS)
    assert {attack.door for attack in TABLE.ATTACKS} == set(TABLE.DOORS)
    assert all(attack.tests for attack in TABLE.ATTACKS)


@pytest.mark.parametrize("attack", TABLE.ATTACKS, ids=lambda attack: attack.what)
def test_the_tests_of_an_attack_exist(attack: tuple) -> None:
    for test in attack.tests:
        file, name = place(test)
        assert file.is_file(), test
        tree = ast.parse(file.read_text(encoding="utf-8"))
        assert any(isinstance(node, ast.FunctionDef) and node.name == name for node in ast.walk(tree)), test


def test_messages_and_events_of_attacks_stand_in_the_source() -> None:
    texts = literals("payment_bridge")
    for attack in TABLE.ATTACKS:
        assert attack.message.startswith("<") or attack.message in texts, attack.message
        for event in filter(None, attack.event.split(", ")):
            kind, _dot, _what = event.partition(".")
            assert event in texts or f"{kind}." in texts, event


NOTING = {"refused", "Problem", "fault"}
"""What makes a refusal that is noted: itself, a reason why somebody may not decide, the finding of a check."""


def noted_literals() -> str:
    """Every text of a function that refuses and notes it."""
    texts = []
    for path in sorted((pages.ROOT / "payment_bridge").rglob("*.py")):
        if "tests" in path.relative_to(pages.ROOT / "payment_bridge").parts:
            continue
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(function, ast.FunctionDef):
                continue
            nodes = list(ast.walk(function))
            called = {
                getattr(node.func, "id", getattr(node.func, "attr", "")) for node in nodes if isinstance(node, ast.Call)
            }
            if called & NOTING or function.name.startswith(("_bridge_problem", "_say_breach")):
                texts += [
                    node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)
                ]
    return "\n".join(texts)


def test_an_attack_whose_refusal_is_said_to_be_noted_is_refused_where_it_is_noted() -> None:
    texts = noted_literals()
    for attack in TABLE.ATTACKS:
        if "attempt.refused" in attack.event and not attack.message.startswith("<"):
            assert attack.message in texts, attack.message


def test_an_attack_that_is_not_noted_shows_that_it_was_harmless_or_leaves_another_event() -> None:
    """Nothing was found, kept or shown, or the database or Odoo itself said no: everything else stands in the trail."""
    unnoted = [attack for attack in TABLE.ATTACKS if not attack.event and not attack.message.startswith("<")]
    assert len(unnoted) <= 6, [attack.what for attack in unnoted]
