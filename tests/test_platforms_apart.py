"""No platform's code knows another platform: what two of them need stands outside their folders."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

CONNECTORS = Path(__file__).parents[1] / "payment_bridge_channels" / "connectors"
PLATFORMS = sorted(path.name for path in CONNECTORS.iterdir() if (path / "__init__.py").is_file())
PACKAGE = ("odoo", "addons", "payment_bridge_channels", "connectors")


def imported(path: Path) -> Iterator[tuple[str, ...]]:
    """The full names that a file imports from, as parts."""
    inside = (*PACKAGE, *path.relative_to(CONNECTORS).parent.parts)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (tuple(alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = inside[: len(inside) - node.level + 1] if node.level else ()
            base = (*start, *(node.module.split(".") if node.module else ()))
            yield from ((*base, alias.name) for alias in node.names)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_platform_imports_no_other(platform: str) -> None:
    others = {(*PACKAGE, name) for name in PLATFORMS if name != platform}
    found = [
        (path.name, ".".join(name))
        for path in sorted((CONNECTORS / platform).rglob("*.py"))
        for name in imported(path)
        if name[: len(PACKAGE) + 1] in others
    ]
    assert not found


def test_an_import_of_another_platform_would_be_found() -> None:
    names = set(imported(CONNECTORS / "alipay" / "connector.py"))
    assert any(name[: len(PACKAGE) + 1] == (*PACKAGE, "alipay") for name in names)
