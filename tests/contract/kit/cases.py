"""Which cases there are: every registered connector, crossed with what it declares and what its data hold."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from odoo.addons.payment_bridge.connector import registry
from odoo.addons.payment_bridge.connector.types import Operation

import contract

from .model import Platform, Variety

importlib.import_module("odoo.addons.payment_bridge_channels.connectors")

OTHER_ROWS = ("connection", "signatures", "wire log", "undeclared")
ROWS = (*(operation.value for operation in Operation), *OTHER_ROWS)
"""The capabilities of the table, in its order: the port's operations and what holds across them."""


def _found() -> dict[str, Platform]:
    modules = (
        importlib.import_module(f"{contract.__name__}.{one.name}")
        for one in pkgutil.iter_modules(contract.__path__)
        if not one.ispkg and not one.name.startswith("test_") and one.name not in ("conftest", "table")
    )
    return {module.PLATFORM.code: module.PLATFORM for module in modules}


PLATFORMS: dict[str, Platform] = _found()
"""The data by connector code."""
CONNECTORS = {kind.code: kind for kind in registry.all_connectors() if kind.capabilities.operations}
"""Every registered connector by code that talks to a platform. One that lives by uploads alone has nobody to be tried
with: its own tests read its files."""


def case(platform: Platform, row: str, *values: Any, name: str = "") -> Any:
    """One case of a test: a pytest parameter that knows its cell of the table."""
    parts = (platform.code, name or "-".join(str(value) for value in values))
    identifier = "-".join(part for part in parts if part)
    return pytest.param(platform, *values, id=identifier, marks=pytest.mark.contract(platform.code, str(row)))


def platforms(row: str, having: Callable[[Platform], bool] = lambda platform: True) -> list[Any]:
    """One case a platform."""
    return [case(one, row) for one in PLATFORMS.values() if having(one)]


def declaring(operation: Operation) -> list[Any]:
    """One case for each platform whose connector declares the operation."""
    return platforms(operation, lambda one: declares(one, operation))


def declares(platform: Platform, operation: Operation) -> bool:
    """Whether the platform's connector offers it."""
    kind = CONNECTORS.get(platform.code)
    return kind is not None and operation in kind.capabilities.operations


def varieties(*operations: Operation) -> list[Any]:
    """One case for each way to place an order by these operations: (platform, operation, variety)."""
    return [
        case(platform, operation, operation, variety)
        for platform in PLATFORMS.values()
        for operation in operations
        if declares(platform, operation)
        for variety in platform.varieties.get(operation, ())
    ]


def crossed(operations: Iterable[Operation], of: Callable[[Platform], Iterable[Any]]) -> list[Any]:
    """One case for each operation's first variety and each of some data: (platform, operation, variety, one)."""
    return [
        case(platform, operation, operation, variety, one, name=f"{operation}-{one}")
        for platform in PLATFORMS.values()
        for operation in operations
        if declares(platform, operation)
        for variety in first(platform, operation)
        for one in of(platform)
    ]


def first(platform: Platform, operation: Operation) -> tuple[Variety, ...]:
    """The first variety of an operation, where there is one."""
    return platform.varieties.get(operation, ())[:1]


def each(row: Callable[[Any], str], of: Callable[[Platform], Iterable[Any]]) -> list[Any]:
    """One case for each of some data: (platform, one); ``row`` says to which capability it belongs."""
    return [case(platform, row(one), one) for platform in PLATFORMS.values() for one in of(platform)]
