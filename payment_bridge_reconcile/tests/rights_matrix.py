"""Who may do what in `payment_bridge_reconcile`, as data: the tests try each cell, and `docs/rights.md` shows them.

The letters and the order of the roles are those of `payment_bridge/tests/rights_matrix.py`.
"""

#                                      clerk   appr.   admin   audit.  officer acc.    portal  public
MODELS = {
    "payment.bridge.statement":         "r       r       r       r       .       .       .       .",
    "payment.bridge.statement.line":    "r       r       r       r       .       .       .       .",
    "payment.bridge.statement.share":   "r       r       r       r       .       .       .       .",
    "payment.bridge.posting":           "r       r       r       r       .       .       .       .",
    "payment.bridge.open.payment":      "r       r       r       r       .       .       .       .",
    "payment.bridge.difference":        "rw      r       r       r       .       .       .       .",
    "payment.bridge.fee.account":       "r       r       rcwu    r       .       .       .       .",
    "payment.bridge.fee.schedule":      "r       r       rcwu    r       .       .       .       .",
    "payment.bridge.fee.tier":          "r       r       rcwu    r       .       .       .       .",
    "payment.bridge.fee.claim":         "r       r       r       r       .       .       .       .",
    "payment.bridge.fee.invoice":       "rcw     r       r       r       .       .       .       .",
    "payment.bridge.receipt":           "r       r       r       r       .       .       .       .",
    "payment.bridge.balance.proof":     "r       r       r       r       .       .       .       .",
}  # fmt: skip

INSIDE = ("clerk", "approver", "channel_admin", "auditor")
DIALOGS = {
    "payment.bridge.month.check": INSIDE,
    "payment.bridge.month.check.line": INSIDE,
    "payment.bridge.statement.import": ("clerk",),
    "payment.bridge.statement.line.ignore": ("clerk",),
    "payment.bridge.statement.line.match": ("clerk",),
    "payment.bridge.statement.opening": ("clerk",),
    "payment.bridge.statement.post": ("clerk",),
}

OPENS = "opens a screen that asks for rights of its own"
ACTIONS = {
    "payment.bridge.statement": {
        "action_fetch": ("clerk",),
        "action_match": ("clerk",),
        "action_post": ("clerk",),
        "action_book_opening": ("clerk",),
        "action_open_lines": OPENS,
        "action_open_unmatched": OPENS,
        "action_open_entries": OPENS,
        "bridge_refresh": INSIDE,
    },
    "payment.bridge.statement.line": {
        "action_match_by_hand": ("clerk",),
        "action_ignore": ("clerk",),
        "action_undo": ("clerk",),
        "action_open_statement": OPENS,
    },
    "payment.bridge.posting": {"action_undo": ("clerk",), "action_open_entries": OPENS},
    "payment.bridge.open.payment": {"action_query_now": ("clerk",), "action_open_payment": OPENS},
    "payment.bridge.difference": {"action_open": OPENS},
    "payment.bridge.balance.proof": {"action_open_broken": OPENS, "action_open_statement": OPENS},
    "payment.bridge.fee.claim": {
        "action_claim": ("clerk",),
        "action_settle": ("clerk",),
        "action_drop": ("clerk",),
        "action_reopen": ("clerk",),
        "action_open_row": OPENS,
    },
    "payment.bridge.fee.invoice": {"action_reconcile": ("clerk",)},
    "payment.bridge.receipt": {"action_fetch": ("clerk",), "action_open_payment": OPENS},
    "payment.bridge.channel": {"action_open_statements": OPENS, "action_check_fees": ("clerk",)},
    "account.payment": {
        "action_bridge_fetch_receipt": ("clerk",),
        "action_bridge_open_statement_lines": OPENS,
    },
    "account.move": {"action_bridge_open_rows": OPENS},
    "account.move.line": {"action_bridge_open_rows": OPENS},
}
