"""The pages that are made from data say what the data say."""

import ast
from pathlib import Path

import pytest

import pages


@pytest.mark.parametrize("name", sorted(pages.PAGES))
def test_a_page_is_up_to_date(name: str) -> None:
    text, expected = pages.page(name)
    assert text == expected, f"{name} is old: run python tests/pages.py"


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
        kind, _dot, _what = attack.event.partition(".")
        assert not attack.event or attack.event in texts or f"{kind}." in texts, attack.event


def codes(*folders: str) -> set[str]:
    """The codes of the rules that refuse, as the sources give them to the trail."""
    found = set()
    for folder in folders:
        for path in sorted((pages.ROOT / folder).rglob("*.py")):
            if "tests" not in path.relative_to(pages.ROOT / folder).parts:
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                        place = {"refused": 1, "Problem": 0}.get(node.func.id)
                        if place is not None and isinstance(node.args[place], ast.Constant):
                            found.add(node.args[place].value)
    return found


def test_every_rule_that_the_table_names_is_in_the_source_and_its_event_is_tested() -> None:
    named = {attack.refused for attack in TABLE.ATTACKS} - {""}
    assert named <= codes("payment_bridge"), named - codes("payment_bridge")
    tree = ast.parse((pages.ROOT / "payment_bridge/tests/attacks/test_trace.py").read_text(encoding="utf-8"))
    tried = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert named <= tried, named - tried
