"""Reading biz_content: types, lengths and forms of its fields; fields nobody asks for are ignored."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from ..clock import BEIJING
from .errors import business

AMOUNT = re.compile(r"(0|[1-9]\d{0,8})\.\d{2}")


class Content:
    """A JSON object whose fields are read with what they must be. A misfit is refused by the field's name."""

    def __init__(self, values: Mapping[str, Any], path: str = "", sub_code: str = "INVALID_PARAMETER") -> None:
        self._values = values
        self._path = path
        self._sub_code = sub_code

    def text(self, name: str, limit: int, pattern: str | None = None, required: bool = False) -> str:
        """A text of up to `limit` characters; "" when it is absent and not required."""
        value = self._values.get(name)
        if value is None or value == "":
            if required:
                raise self.misfit(name, "不能为空")
            return ""
        if not isinstance(value, str) or len(value) > limit or (pattern and not re.fullmatch(pattern, value)):
            raise self.misfit(name, "格式或长度不正确")
        return value

    def choice(self, name: str, *options: str) -> str:
        """One of the given texts."""
        value = self.text(name, 64, required=True)
        if value not in options:
            raise self.misfit(name, "取值不在范围内")
        return value

    def amount(self, name: str) -> Decimal:
        """Yuan as a text with exactly two places."""
        value = self.text(name, 12, required=True)
        if not AMOUNT.fullmatch(value):
            raise self.misfit(name, "金额应为两位小数的字符串")
        return Decimal(value)

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number, as a number or as digits."""
        value = self._values.get(name, default)
        if isinstance(value, str) and value.isdigit():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.misfit(name, "取值不在范围内")
        return value

    def moment(self, name: str, form: str) -> datetime:
        """A time in Beijing, in the given form."""
        value = self.text(name, 32, required=True)
        try:
            return datetime.strptime(value, form).replace(tzinfo=BEIJING)
        except ValueError as error:
            raise self.misfit(name, "时间格式不正确") from error

    def inner(self, name: str, required: bool = False) -> Content | None:
        """A nested object."""
        value = self._values.get(name)
        if value is None and not required:
            return None
        if not isinstance(value, dict):
            raise self.misfit(name, "应为对象")
        return Content(value, f"{self._path}{name}.", self._sub_code)

    def items(self, name: str) -> list[Content]:
        """A list of objects; empty when it is absent."""
        value = self._values.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.misfit(name, "应为对象数组")
        return [Content(item, f"{self._path}{name}[{i}].", self._sub_code) for i, item in enumerate(value)]

    def embedded(self, name: str) -> str:
        """JSON inside a text, returned in one canonical writing; "" when it is absent."""
        value = self.text(name, 2048)
        if not value:
            return ""
        try:
            return json.dumps(json.loads(value), sort_keys=True, ensure_ascii=False)
        except ValueError as error:
            raise self.misfit(name, "应为JSON字符串") from error

    def misfit(self, name: str, why: str) -> Exception:
        """The refusal that names a field."""
        return business(self._sub_code, f"{self._path}{name}{why}")
