"""The end of the platforms' day in the demo: their clock moves on until every platform has made its statements."""

from datetime import datetime

DAY_SECONDS = 24 * 3600
STATEMENTS_READY = 12  # hour of the next day at which the last platform has made them


def seconds_to_statements(now: str) -> float:
    """How far the platforms' clock, which says `now` (ISO), has to move until its day has ended and its statements are
    there: at least a day, and past noon."""
    moment = datetime.fromisoformat(now)
    missing = max(0, STATEMENTS_READY - moment.hour) * 3600
    return DAY_SECONDS + missing
