"""Where connectors are found by their code. The only place where the platform of a channel matters."""

from __future__ import annotations

from collections.abc import Iterable

from .base import Connector
from .declarations import PayeeKind

_connectors: dict[str, type[Connector]] = {}


def register(connector: type[Connector]) -> type[Connector]:
    """Class decorator: make a connector available under its ``code``.

    :raises ValueError: when another class already holds the code.
    """
    known = _connectors.setdefault(connector.code, connector)
    if known.__qualname__ != connector.__qualname__ or known.__module__ != connector.__module__:
        raise ValueError(f"two connectors claim the code {connector.code!r}")
    _connectors[connector.code] = connector
    return connector


def unregister(code: str) -> None:
    """Take a connector out again; for tests that add one of their own."""
    _connectors.pop(code, None)


def get(code: str) -> type[Connector] | None:
    """The connector class of that code, or None where its add-on is not installed."""
    return _connectors.get(code)


def all_connectors() -> Iterable[type[Connector]]:
    """Every registered connector class, ordered by code."""
    return [_connectors[code] for code in sorted(_connectors)]


def payee_kinds() -> dict[str, PayeeKind]:
    """Every payee kind that some connector understands, by code. Kinds that several platforms share have
    one meaning and one code."""
    return {kind.code: kind for connector in all_connectors() for kind in connector.capabilities.payee_kinds}
