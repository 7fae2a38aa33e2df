"""What stands in the way of closing the books of channels, as data: read by the month-end check and the lock date."""

from dataclasses import dataclass

from dateutil.relativedelta import relativedelta

from odoo import fields

LOCK_FIELDS = ("fiscalyear_lock_date", "hard_lock_date")


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One kind of thing that is not done yet: which records, and how grave that is."""

    code: str
    model: str
    domain: list
    blocks: bool


def obstacles_until(channels, day):
    """The kinds of obstacles to closing the books of these channels up to ``day``, with their domains."""
    of = ("channel_id", "in", channels.ids)
    until = fields.Datetime.to_datetime(day) + relativedelta(days=1)
    return (
        Obstacle(
            "unknown",
            "payment.bridge.instruction",
            [of, ("state", "in", ("sending", "uncertain", "processing")), ("sent_at", "<", until)],
            True,
        ),
        Obstacle(
            "missing_days",
            "payment.bridge.statement",
            [of, ("covers_balance", "=", True), ("state", "in", ("waiting", "refused")), ("first_day", "<=", day)],
            True,
        ),
        Obstacle(
            "not_posted",
            "payment.bridge.statement.line",
            [
                of,
                ("statement_id.covers_balance", "=", True),
                ("state", "in", ("unmatched", "matched")),
                ("kind", "!=", "fee"),
                ("settled_on", "<=", day),
            ],
            True,
        ),
        Obstacle(
            "fees",
            "payment.bridge.statement.line",
            [
                of,
                ("statement_id.covers_balance", "=", True),
                ("state", "in", ("unmatched", "matched")),
                ("kind", "=", "fee"),
                ("settled_on", "<=", day),
            ],
            True,
        ),
        Obstacle(
            "opened_again",
            "payment.bridge.statement.line",
            [
                of,
                ("state", "=", "posted"),
                ("match_pass", "in", ("payment", "net", "short")),
                ("instruction_id.payment_id.is_matched", "=", False),
                ("settled_on", "<=", day),
            ],
            True,
        ),
        Obstacle(
            "differences",
            "payment.bridge.difference",
            [of, ("state", "=", "open"), ("day", "<=", day), ("difference", "not in", ("cross_day", "refund_timing"))],
            True,
        ),
        Obstacle(
            "suspense",
            "payment.bridge.statement.line",
            [of, ("state", "=", "posted"), ("match_pass", "=", "suspense"), ("settled_on", "<=", day)],
            False,
        ),
        Obstacle(
            "balances",
            "payment.bridge.balance.proof",
            [of, ("day", "<=", day), ("day", ">", day - relativedelta(months=1)), ("state", "in", ("gap", "books"))],
            True,
        ),
        Obstacle("receipts", "payment.bridge.receipt", [of, ("state", "!=", "fetched"), ("day", "<=", day)], False),
        Obstacle("claims", "payment.bridge.fee.claim", [of, ("state", "=", "open"), ("day", "<=", day)], False),
    )
