"""JSON from strangers: one meaning or none."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

MAX_DEPTH = 32

_STRING_OR_BRACKET = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[{}\[\]]', re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")


class AmbiguousJson(ValueError):
    """Text that is not JSON, or that two readers could understand differently."""


def loads(text: str) -> Any:
    """Parse JSON, with numbers as exact ``Decimal`` or ``int``.

    Refuses duplicate keys, NaN and Infinity, lone surrogates, a byte order mark, numbers that a
    decimal cannot hold and nesting deeper than :data:`MAX_DEPTH`.

    :raises AmbiguousJson: with a reason that repeats nothing of the text.
    """
    if _deeper_than(text, MAX_DEPTH):
        raise AmbiguousJson("the JSON is nested too deeply")
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_float=_number,
            parse_int=_integer,
            parse_constant=_constant,
        )
    except AmbiguousJson:
        raise
    except (ValueError, ArithmeticError) as error:
        raise AmbiguousJson("the text is not JSON") from error
    _refuse_surrogates(value)
    return value


def loads_object(text: str) -> dict[str, Any]:
    """Parse JSON whose top level must be an object. Raises as :func:`loads`."""
    value = loads(text)
    if not isinstance(value, dict):
        raise AmbiguousJson("the JSON is not an object")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise AmbiguousJson("a key occurs twice in the JSON")
    return value


def _number(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite() or abs(number.adjusted()) > 308:
        raise AmbiguousJson("a number in the JSON is out of range")
    return number


def _integer(text: str) -> int:
    if len(text) > 40:
        raise AmbiguousJson("a number in the JSON is out of range")
    return int(text)


def _constant(text: str) -> Any:
    raise AmbiguousJson("the JSON holds a number that is none")


def _deeper_than(text: str, limit: int) -> bool:
    """Whether brackets outside of strings nest deeper than ``limit``; no recursion, one pass."""
    depth = 0
    for found in _STRING_OR_BRACKET.finditer(text):
        if found[0] in ("{", "["):
            depth += 1
            if depth > limit:
                return True
        elif found[0] in ("}", "]"):
            depth -= 1
    return False


def _refuse_surrogates(value: Any) -> None:
    if isinstance(value, str):
        if _SURROGATE.search(value):
            raise AmbiguousJson("a text in the JSON is not valid Unicode")
    elif isinstance(value, dict):
        for name, item in value.items():
            _refuse_surrogates(name)
            _refuse_surrogates(item)
    elif isinstance(value, list):
        for item in value:
            _refuse_surrogates(item)
