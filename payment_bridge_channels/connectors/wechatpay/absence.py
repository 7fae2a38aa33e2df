"""When "no such order" may be believed.

Source: WeChat Pay APIv3, merchant transfer: a 404 right after submission does not mean failure; wait
minutes, then ask again or re-send the identical request.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from odoo.addons.payment_bridge.connector.errors import Uncertain, Untrusted
from odoo.addons.payment_bridge.connector.types import Bilingual, OrderReference, Outcome, OutcomeStatus

from . import codes
from .answer import UNCERTAIN_ADVICE, Answer
from .clock import utc

NOT_FOUND_AFTER = timedelta(minutes=5)
"""How long after the last sending a 404 proves nothing: a request signed then may still be accepted for
5 minutes (the window in which WeChat Pay accepts a timestamp)."""
TRANSFERS_KNOWN_FOR = timedelta(days=30)
"""Transfers can be queried this long; after that a 404 means "too old"."""


def absent(answer: Answer, reference: OrderReference, now: datetime, known_for: timedelta | None = None) -> Outcome:
    """``NOT_FOUND`` where that is certain.

    :raises Untrusted: the "no" is not signed.
    :raises Uncertain: too early, or too late, to be certain.
    """
    if not answer.signed:
        raise Untrusted(f"{answer.told} (not signed)", code=answer.code, advice=UNCERTAIN_ADVICE)
    times = [utc(at) for at in (reference.sent_at, reference.placed_at) if at is not None]
    if not times or now - max(times) < NOT_FOUND_AFTER:
        raise Uncertain(
            f"{answer.told}: not known to WeChat Pay yet",
            code=answer.code,
            advice=codes.explain(answer.code),
        )
    if known_for is not None and now - min(times) > known_for:
        raise Uncertain(
            f"{answer.told}: older than {known_for.days} days, which WeChat Pay no longer answers for",
            code=answer.code,
            advice=Bilingual(
                f"WeChat Pay answers queries for {known_for.days} days only. Look in the fund bill of that day.",
                f"微信支付仅支持查询 {known_for.days} 天内的单据，请核对当日资金账单。",
            ),
        )
    return Outcome(
        OutcomeStatus.NOT_FOUND,
        key=reference.key,
        platform_code=answer.code,
        platform_message=answer.message,
        advice=codes.explain(answer.code),
    )
