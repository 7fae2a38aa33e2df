"""WeChat Pay's time: RFC 3339 on the wire, Beijing's local time in bills, no summer time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
BEIJING_OFFSET = "+08:00"


def now_utc() -> datetime:
    """The clock; tests bring their own."""
    return datetime.now(UTC)


def utc(moment: datetime) -> datetime:
    """``moment`` as aware UTC; a naive one is UTC already, as databases keep it."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def moment(text: object) -> datetime | None:
    """An RFC 3339 time of an answer as UTC; None where absent, without zone or unreadable."""
    if not isinstance(text, str):
        return None
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        return None
    return told.astimezone(UTC) if told.tzinfo else None


def wire(moment: datetime) -> str:
    """A moment as requests carry it: RFC 3339 to the second, in Beijing's zone."""
    return utc(moment).astimezone(BEIJING).replace(microsecond=0).isoformat()


def beijing(day: date, at: time) -> datetime:
    """A time of a Beijing day, as UTC."""
    return datetime.combine(day, at, BEIJING).astimezone(UTC)
