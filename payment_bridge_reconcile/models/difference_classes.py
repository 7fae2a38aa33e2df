"""The taxonomy of differences as data: what each class means for whom, and by when it must be looked at.

Screens, the engine's SQL and the tests read these tables.
"""

from dataclasses import dataclass

SELECTION_CLASS = [
    ("platform_only_out", "Only at the platform: money out"),
    ("platform_only_in", "Only at the platform: money in"),
    ("books_only_out", "Only in the books: money out"),
    ("books_only_in", "Only in the books: money in"),
    ("amount", "Amount differs"),
    ("status", "Status differs"),
    ("fee", "Fee differs"),
    ("duplicate", "Second row for one payment"),
    ("cross_day", "Across days"),
    ("currency", "Currency differs"),
    ("rounding", "Rounding"),
    ("refund_timing", "Refund on another day"),
    ("part", "Part of a larger amount"),
    ("chargeback", "Chargeback"),
    ("stale", "Open for too long"),
    ("opened", "Opened by hand"),
]
SELECTION_PROPOSAL = [
    ("match", "Match it to the payment found"),
    ("query", "Ask the platform about the payment"),
    ("investigate", "Find out who ordered it"),
    ("book_refund", "Book the refund of this collection"),
    ("claim", "Claim it from the platform"),
    ("dispute", "Contest it at the platform, or accept the loss"),
    ("give_back", "Give it back to the payer"),
    ("round_off", "Write it off as rounding"),
    ("book_fee", "Book the difference as a fee"),
    ("suspense", "Hold it on the suspense account"),
    ("wait", "Wait for the next statement"),
    ("review", "Compare both sides and decide"),
    ("by_hand", "Match it by hand, or leave it out"),
]
SELECTION_SEVERITY = [("low", "Low"), ("medium", "Medium"), ("high", "High"), ("critical", "Critical")]


@dataclass(frozen=True, slots=True)
class Severity:
    """From which ``amount`` on (major units) a difference is at least so severe, and within how many days
    somebody has to look at it."""

    code: str
    amount: int
    days: int


SEVERITIES = (
    Severity("critical", 100_000, 1),
    Severity("high", 10_000, 3),
    Severity("medium", 1_000, 5),
    Severity("low", 0, 7),
)
AT_LEAST = {
    "platform_only_out": "critical",
    "duplicate": "high",
    "chargeback": "high",
    "stale": "high",
    "status": "medium",
    "books_only_out": "medium",
}
"""Classes that are severe whatever the amount."""
UNORDERED = ("platform_only_out", "duplicate")
"""Classes of pay-outs that nobody ordered: no order at all, or one that had left already."""
MINOR = frozenset({"rounding", "cross_day", "refund_timing"})
"""Classes that are low whatever the amount: they are expected to go away by themselves."""

PROPOSALS = {
    "platform_only_out": "suspense",
    "platform_only_in": "suspense",
    "books_only_out": "query",
    "books_only_in": "query",
    "amount": "review",
    "status": "query",
    "fee": "claim",
    "duplicate": "claim",
    "cross_day": "wait",
    "currency": "review",
    "rounding": "round_off",
    "refund_timing": "wait",
    "part": "wait",
    "chargeback": "dispute",
    "stale": "query",
    "opened": "by_hand",
}
"""What is proposed unless something better is known of the single case."""
