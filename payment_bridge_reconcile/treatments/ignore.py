"""Leaving a row out of the books, with the reason."""

from .base import Way, register
from .facts import open_row_refusal


@register
class Ignore(Way):
    """The row never reaches the books; the control total goes on showing what it amounts to."""

    code = "ignore"
    needs = frozenset({"note"})
    keeps_closed = True

    def refusal(self, difference, asked):
        return open_row_refusal(difference)

    def fitness(self, difference):
        return 45 if difference.difference == "duplicate" else 5

    def row_values(self, difference, asked):
        return {"state": "ignored", "note": asked.note.strip()}

    def evidence(self, difference, asked):
        return {"entry": difference.line_id.entry_reference, "left_out": f"{difference.line_id.amount:.2f}"}
