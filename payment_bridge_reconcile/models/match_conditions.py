"""The conditions of the accountant's rules as SQL, on a row ``l`` of the sub-ledger."""

from odoo.tools import SQL

from ..documents.references import fold
from .payment_bridge_statement_open_documents import folded

TEXT = SQL("concat_ws(' ', l.description, l.platform_kind, l.key)")


def conditions(rule):
    """What a row must be for ``rule``, without its channel and state."""
    parts = [SQL("TRUE")]
    if rule.direction != "any":
        parts.append(SQL("l.amount > 0") if rule.direction == "in" else SQL("l.amount < 0"))
    if rule.kind:
        parts.append(SQL("l.kind = %s", rule.kind))
    if rule.amount_from:
        parts.append(SQL("abs(l.gross) >= %s", rule.amount_from))
    if rule.amount_to:
        parts.append(SQL("abs(l.gross) <= %s", rule.amount_to))
    parts += [SQL("strpos(%s, %s) > 0", folded(TEXT), word) for word in fold(rule.text_words).split()]
    if rule.counterparty and rule.counterparty.strip():
        shown = folded(SQL("COALESCE(l.counterparty, '')"))
        parts.append(SQL("strpos(%s, %s) > 0", shown, fold(rule.counterparty).strip()))
    if rule.text_pattern:
        parts.append(SQL("normalize(%s, NFKC) ~* %s", TEXT, rule.text_pattern))
    return SQL("(%s)", SQL(" AND ").join(parts))


def tolerance(rule, expected):
    """By how much the amount of a row may differ from ``expected``, both SQL."""
    limits = []
    if rule.tolerance_amount:
        limits.append(SQL("%s::numeric", rule.tolerance_amount))
    if rule.tolerance_percent:
        limits.append(SQL("abs(%s) * %s::numeric / 100", expected, rule.tolerance_percent))
    return SQL("LEAST(%s)", SQL(", ").join(limits)) if limits else SQL("0")
