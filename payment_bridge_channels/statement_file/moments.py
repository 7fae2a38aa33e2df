"""Times as an institution writes them, read by a pattern that a person can type."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from odoo.addons.payment_bridge.connector.types import Bilingual

BEIJING = ZoneInfo("Asia/Shanghai")
TOKENS = {
    "YYYY": ("year", r"[0-9]{4}"),
    "MM": ("month", r"[0-9]{2}"),
    "M": ("month", r"[0-9]{1,2}"),
    "DD": ("day", r"[0-9]{2}"),
    "D": ("day", r"[0-9]{1,2}"),
    "HH": ("hour", r"[0-9]{2}"),
    "H": ("hour", r"[0-9]{1,2}"),
    "mm": ("minute", r"[0-9]{2}"),
    "ss": ("second", r"[0-9]{2}"),
}
_TOKEN = re.compile("|".join(sorted(TOKENS, key=len, reverse=True)))
_LONGEST_FORMAT = 40


class BadFormat(ValueError):
    """A format that describes no moment. ``words`` go on after the setting's name."""

    def __init__(self, en: str, zh: str):
        super().__init__(en)
        self.words = Bilingual(en, zh)


class TimeFormat:
    """A format like ``YYYY-MM-DD HH:mm:ss``; everything that is no token must stand there as it is."""

    def __init__(self, text: str):
        """:raises BadFormat: without a whole day, with a part twice, or with an hour and no minute."""
        if len(text) > _LONGEST_FORMAT:
            raise BadFormat("is too long", "过长")
        parts: list[str] = []
        pattern = ""
        place = 0
        for found in _TOKEN.finditer(text):
            part, digits = TOKENS[found.group()]
            parts.append(part)
            pattern += f"{re.escape(text[place : found.start()])}(?P<{part}>{digits})"
            place = found.end()
            if parts.count(part) > 1:
                raise BadFormat(f"has {found.group()} or its like twice", f"中 {found.group()} 重复")
        if not {"year", "month", "day"} <= set(parts):
            raise BadFormat("needs YYYY, MM and DD", "须包含 YYYY、MM、DD")
        if ("hour" in parts) != ("minute" in parts) or ("second" in parts and "minute" not in parts):
            raise BadFormat("needs HH and mm together", "中 HH 与 mm 须同时出现")
        self.has_clock = "hour" in parts
        self._pattern = re.compile(pattern + re.escape(text[place:]))

    def moment(self, text: str) -> datetime | None:
        """The moment in Beijing's zone, midnight where the format has no hour; None for anything else."""
        found = self._pattern.fullmatch(text)
        if found is None:
            return None
        try:
            return datetime(**{part: int(value) for part, value in found.groupdict().items()}, tzinfo=BEIJING)
        except ValueError:
            return None
