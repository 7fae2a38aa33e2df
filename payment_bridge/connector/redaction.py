"""Making wire text safe to keep: secrets and personal data masked, structure left readable."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qsl, quote

MASK = "***"
MAX_KEPT = 20_000
_PEM = re.compile(r"-----BEGIN [A-Z0-9 ]+-----.*?(?:-----END [A-Z0-9 ]+-----|\Z)", re.DOTALL)
_UNREADABLE = re.compile(r'[^A-Za-z0-9_.~{}\[\]":,*/@ -]+')
_LONG_NUMBER = re.compile(r"(?<![0-9A-Za-z])\d{13,19}(?![0-9A-Za-z])")


def mask_account(value: str | None) -> str:
    """An account, card, login or phone number as it may be shown: its ends only.

    Long numbers keep at most the first six and last four characters; a mail address keeps the first
    three letters and its domain.
    """
    if not value:
        return ""
    if "@" in value:
        name, _, domain = value.partition("@")
        return f"{name[: min(3, max(1, len(name) - 1))]}{MASK}@{domain}"
    if len(value) >= 13:
        return f"{value[:6]}{'*' * (len(value) - 10)}{value[-4:]}"
    if len(value) >= 7:
        return f"{value[:3]}{'*' * (len(value) - 5)}{value[-2:]}"
    return MASK


def mask_name(value: str | None) -> str:
    """A person's or company's name as it may be kept on the wire log: its first character."""
    return f"{value[0]}{MASK}" if value else ""


def redact_text(text: str, sensitive: Collection[str]) -> str:
    """``text`` (JSON, form or free) with the values of ``sensitive`` field names masked at any depth,
    PEM blocks removed, card-like numbers shortened, cut to what is worth keeping.

    JSON inside a form field or inside a JSON string is looked into as well.
    """
    keys = frozenset(name.lower() for name in sensitive)
    return _scrub(_redact_structure(text[: MAX_KEPT * 4], keys))[:MAX_KEPT]


def _redact_structure(text: str, keys: frozenset[str]) -> str:
    stripped = text.strip()
    if stripped[:1] in ("{", "["):
        try:
            return json.dumps(_redact_value(json.loads(stripped), keys), ensure_ascii=False)
        except (ValueError, RecursionError):
            return _redact_broken_json(stripped, keys)
    if "=" in stripped and " " not in stripped.split("=", 1)[0]:
        pairs = parse_qsl(stripped, keep_blank_values=True)
        if pairs:
            return "&".join(
                f"{_quoted(name)}={MASK if name.lower() in keys else _quoted(_redact_structure(value, keys))}"
                for name, value in pairs
            )
    return text


def _quoted(text: str) -> str:
    """Form encoding that leaves JSON and masks readable."""
    return _UNREADABLE.sub(lambda found: quote(found.group()), text).replace(" ", "+")


def _redact_value(value: Any, keys: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {
            name: _masked(item) if name.lower() in keys else _redact_value(item, keys) for name, item in value.items()
        }
    if isinstance(value, list):
        return [_redact_value(item, keys) for item in value]
    if isinstance(value, str) and value[:1] in ("{", "["):
        return _redact_structure(value, keys)
    return value


def _masked(value: Any) -> Any:
    return mask_account(value) if isinstance(value, str) else MASK


def _redact_broken_json(text: str, keys: frozenset[str]) -> str:
    names = "|".join(re.escape(name) for name in sorted(keys))
    if not names:
        return text
    return re.sub(rf'(?i)("(?:{names})"\s*:\s*)("(?:[^"\\]|\\.)*"?|[^,}}\]]*)', rf'\1"{MASK}"', text)


def _scrub(text: str) -> str:
    text = _PEM.sub("[PEM]", text)
    return _LONG_NUMBER.sub(lambda found: _mask_if_card(found.group()), text)


def _mask_if_card(number: str) -> str:
    return mask_account(number) if luhn_valid(number) else number


def luhn_valid(number: str) -> bool:
    """Whether a digit string passes the card-number check (ISO/IEC 7812-1)."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
