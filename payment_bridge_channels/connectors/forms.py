"""Writing ``application/x-www-form-urlencoded`` text, quickly: most values need no escaping at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote_plus

_ESCAPED = re.compile(r"[^A-Za-z0-9_.~-]+")


def encoded(fields: Mapping[str, str]) -> str:
    """The same text as ``urllib.parse.urlencode`` makes of texts, in UTF-8."""
    return "&".join(f"{_escape(name)}={_escape(value)}" for name, value in fields.items())


def _escape(text: str) -> str:
    return _ESCAPED.sub(lambda found: quote_plus(found.group()), text)
