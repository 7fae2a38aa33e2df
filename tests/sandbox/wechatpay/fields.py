"""Reading JSON bodies and queries strictly: types, lengths, forms; a field that nobody asked for is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from .errors import EXTRA_PARAMETER, OUT_OF_RANGE, Refusal, misfit

MAX_FEN = 10**11


class Fields:
    """A JSON object (or a query) whose fields are read with what they must be; `done` refuses the rest."""

    def __init__(self, values: Mapping[str, Any], location: str = "body", path: str = "/") -> None:
        self._values = values
        self._location = location
        self._path = path
        self._read: set[str] = set()
        self._inner: list[Fields] = []

    def text(self, name: str, limit: int, required: bool = False, pattern: str | None = None, least: int = 0) -> str:
        """A text of `least` to `limit` characters; "" when it is absent and not required."""
        value = self._take(name, required)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self.misfit(name, "应为字符串")
        if required and not value:
            raise self.misfit(name, "必填字段缺失")
        if value and not least <= len(value) <= limit:
            raise self.misfit(name, f"长度应为{least}到{limit}")
        if value and pattern and not re.fullmatch(pattern, value):
            raise self.misfit(name, "格式不正确")
        return value

    def choice(self, name: str, *options: str, default: str | None = None) -> str:
        """One of the given texts; the default when it is absent."""
        value = self.text(name, 64, required=default is None)
        if value and value not in options:
            raise self.misfit(name, "枚举值错误")
        return value or default or ""

    def fen(self, name: str, least: int = 1) -> int:
        """An amount in fen, a JSON integer."""
        value = self._take(name, True)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.misfit(name, "应为整数")
        if not least <= value <= MAX_FEN:
            raise self.misfit(name, "取值超出范围", OUT_OF_RANGE)
        return value

    def flag(self, name: str) -> bool:
        """A JSON truth value; false when absent."""
        value = self._take(name, False)
        if value is not None and not isinstance(value, bool):
            raise self.misfit(name, "应为布尔值")
        return bool(value)

    def moment(self, name: str) -> datetime | None:
        """A time of RFC 3339 with its zone."""
        value = self.text(name, 64)
        if not value:
            return None
        try:
            moment = datetime.fromisoformat(value)
        except ValueError as error:
            raise self.misfit(name, "时间格式应遵循rfc3339") from error
        if moment.tzinfo is None or "T" not in value:
            raise self.misfit(name, "时间格式应遵循rfc3339")
        return moment

    def day(self, name: str) -> date:
        """A day as yyyy-MM-dd. Raises INVALID_REQUEST, as the bill addresses do."""
        value = self.text(name, 32, required=True)
        try:
            return datetime.strptime(value, "%Y-%m-%d").date()
        except ValueError as error:
            raise Refusal("INVALID_REQUEST", f"{name}格式不正确，应为yyyy-MM-dd") from error

    def inner(self, name: str, required: bool = False) -> Fields | None:
        """A nested object."""
        value = self._take(name, required)
        return None if value is None else self._nested(name, value, f"{self._path}{name}/")

    def items(self, name: str, required: bool = False, most: int = 100) -> list[Fields]:
        """A list of objects."""
        value = self._take(name, required)
        if value is None:
            return []
        if not isinstance(value, list) or len(value) > most or (required and not value):
            raise self.misfit(name, "应为对象数组")
        return [self._nested(name, item, f"{self._path}{name}/{i}/") for i, item in enumerate(value)]

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self._take(name, False)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.misfit(name, "应为字符串数组")
        return tuple(value)

    def anything(self, name: str) -> Any:
        """An object whose inside is of no interest here."""
        value = self._take(name, False)
        if value is not None and not isinstance(value, dict):
            raise self.misfit(name, "应为对象")
        return value

    def done(self) -> None:
        """Refuse what was not asked for."""
        for name, value in self._values.items():
            if name not in self._read:
                raise misfit(self._path + name, value, "该字段不在接口定义中", self._location, EXTRA_PARAMETER)
        for nested in self._inner:
            nested.done()

    def misfit(self, name: str, issue: str, number: int | None = None) -> Refusal:
        """The refusal that names a field."""
        return misfit(self._path + name, self._values.get(name), issue, self._location, number)

    def _take(self, name: str, required: bool) -> Any:
        self._read.add(name)
        if name in self._values and self._values[name] is None:
            raise self.misfit(name, "不允许为null")
        if required and name not in self._values:
            raise self.misfit(name, "必填字段缺失")
        return self._values.get(name)

    def _nested(self, name: str, value: Any, path: str) -> Fields:
        if not isinstance(value, dict):
            raise self.misfit(name, "应为对象")
        nested = Fields(value, self._location, path)
        self._inner.append(nested)
        return nested
