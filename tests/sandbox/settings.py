"""Settings that can be changed while the sandbox runs, and the one way to change them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from typing import Any, get_args, get_type_hints


class SettingError(ValueError):
    """A setting does not exist or does not take this value."""


@dataclass
class Settings:
    """What holds for the whole sandbox. Times are real seconds unless the clock is moved."""

    latency_ms: int = 0
    """Added to every platform answer."""
    notification_delay_ms: int = 100
    """From a change of state to the first delivery."""
    notification_first_gap_seconds: float = 1.0
    """From the first delivery to the second; each further gap is twice as long."""
    notification_attempts: int = 8
    """Deliveries at most, the first included."""
    notification_factor: float = 1.0
    """Compresses (below 1) or stretches the gaps."""
    notification_timeout_seconds: float = 5.0


def patch(target: Any, changes: Mapping[str, Any]) -> None:
    """Set fields of a dataclass from JSON values, all or none. Raises SettingError.

    Decimals come as strings or whole numbers; a field whose type allows None takes null.
    """
    hints = get_type_hints(type(target))
    known = {field.name for field in fields(target)}
    new: dict[str, Any] = {}
    for name, value in changes.items():
        if name not in known:
            raise SettingError(f"no setting {name}; there are {', '.join(sorted(known))}")
        new[name] = _convert(name, hints[name], value)
    for name, value in new.items():
        setattr(target, name, value)


def show(target: Any) -> dict[str, Any]:
    """The fields of a dataclass as JSON values."""
    values = {field.name: getattr(target, field.name) for field in fields(target)}
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in values.items()}


def _convert(name: str, hint: Any, value: Any) -> Any:
    kinds = get_args(hint) or (hint,)
    if value is None and type(None) in kinds:
        return None
    if isinstance(value, bool):
        if bool in kinds:
            return value
    elif Decimal in kinds and isinstance(value, (str, int)):
        try:
            return Decimal(value)
        except InvalidOperation as error:
            raise SettingError(f"{name}: {value!r} is no amount") from error
    elif str in kinds and isinstance(value, str):
        return value
    elif int in kinds and isinstance(value, int):
        return value
    elif float in kinds and isinstance(value, (int, float)):
        return float(value)
    raise SettingError(f"{name}: {value!r} does not fit {hint}")
