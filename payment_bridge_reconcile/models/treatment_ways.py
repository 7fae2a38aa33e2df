"""The ways in which a difference is treated, as data for screens and tables; what each does is in ``treatments``."""

SELECTION_WAY = [
    ("match", "Match it to the payment"),
    ("chargeback", "Book it as a chargeback"),
    ("round_off", "Write it off as rounding"),
    ("book_fee", "Book the difference as a fee"),
    ("write_off", "Write it off"),
    ("suspense", "Hold it on the suspense account"),
    ("claim", "Claim it from the platform"),
    ("give_back", "Give it back to the payer"),
    ("ignore", "Leave the row out"),
    ("wait", "Await it until a day"),
    ("explain", "It is explained: nothing to book"),
    ("query", "The platform's answer settled it"),
    ("arrival", "It arrived later"),
    ("repeat", "Printed twice, moved once"),
]
FOUND_BY_ITSELF = frozenset({"query", "arrival", "repeat"})
"""Ways that only the engine takes."""
AWAITED = frozenset({"wait", "explain", "claim"})
"""Ways that book nothing by themselves: the engine goes on seeing what they are about."""
