"""Alipay's time: Beijing, without a zone on the wire and without summer time."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
BEIJING_OFFSET = "+08:00"
TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
_USUAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")


def now_utc() -> datetime:
    """The clock; tests bring their own."""
    return datetime.now(UTC)


def moment(text: str | None) -> datetime | None:
    """Alipay's local time as UTC; None where absent or unreadable."""
    told = text or ""
    try:
        local = datetime.fromisoformat(told) if _USUAL.fullmatch(told) else datetime.strptime(told, TIME_FORMAT)
    except ValueError:
        return None
    return local.replace(tzinfo=BEIJING).astimezone(UTC)


def beijing(day: date, at: time) -> datetime:
    """A time of a Beijing day, as UTC."""
    return datetime.combine(day, at, BEIJING).astimezone(UTC)
