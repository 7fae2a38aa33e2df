"""Holding a row on the suspense account (挂账) until somebody knows what it is."""

from .base import Way, register
from .facts import open_row_refusal


@register
class Suspense(Way):
    """The balance agrees at once, and the row stays an open item with its age on the suspense list, from where it is
    cleared to a payment, a document or an account."""

    code = "suspense"
    books_at_once = True
    explains = False

    def refusal(self, difference, asked):
        if problem := open_row_refusal(difference):
            return problem
        if not difference.line_id.statement_id._suspense_account():
            journal = difference.channel_id.sudo().journal_id
            return difference.env._("The journal %s has no suspense account. Choose one on the journal.", journal.name)
        return ""

    def fitness(self, difference):
        return 80 if difference.proposal == self.code else 35

    def row_values(self, difference, asked):
        return {"match_pass": "suspense"}

    def evidence(self, difference, asked):
        line = difference.line_id
        return {"entry": line.entry_reference, "held": f"{line.amount:.2f}"}
