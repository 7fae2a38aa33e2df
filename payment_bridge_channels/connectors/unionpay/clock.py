"""UnionPay's time: Beijing, written without a zone; its settlement day begins at 23:00."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
DAY_STARTS_AT = time(23, 0)
_FORMAT = "%Y%m%d%H%M%S"
_FULL = re.compile(r"[0-9]{14}")
_SHORT = re.compile(r"[0-9]{10}")


def now_utc() -> datetime:
    """The clock; tests bring their own."""
    return datetime.now(UTC)


def txn_time(moment: datetime) -> str:
    """``txnTime`` and ``payTimeout``: YYYYMMDDhhmmss in Beijing."""
    return moment.astimezone(BEIJING).strftime(_FORMAT)


def moment(text: str | None) -> datetime | None:
    """A YYYYMMDDhhmmss of Beijing as UTC; None where absent or no time."""
    if not text or not _FULL.fullmatch(text):
        return None
    try:
        year, parts = int(text[:4]), [int(text[at : at + 2]) for at in range(4, 14, 2)]
        return datetime(year, *parts, tzinfo=BEIJING).astimezone(UTC)
    except ValueError:
        return None


def short_moment(text: str | None, latest: date) -> datetime | None:
    """A MMDDhhmmss of Beijing, which has no year, as UTC: the last such time not after the day ``latest``.

    None where absent or no time.
    """
    if not text or not _SHORT.fullmatch(text):
        return None
    for year in range(latest.year, latest.year - 5, -1):
        found = moment(f"{year:04d}{text}")
        if found is not None and found.astimezone(BEIJING).date() <= latest:
            return found
    return None


def settlement_day(moment: datetime) -> date:
    """The settlement day that a moment belongs to: from 23:00 on it is the next one."""
    local = moment.astimezone(BEIJING)
    return local.date() + timedelta(days=1) if local.time() >= DAY_STARTS_AT else local.date()


def beijing(day: date, at: time) -> datetime:
    """A time of a Beijing day, as UTC."""
    return datetime.combine(day, at, BEIJING).astimezone(UTC)
