"""Matching a row to the payment that was found for it."""

from .base import Way, register
from .facts import leg_of, matched_values, open_row_refusal, order_of, order_refusal, pair_evidence, rest_of


@register
class Match(Way):
    """The row stands for the payment, to the cent. Nothing is booked beyond what the payment has booked already."""

    code = "match"
    may_have = frozenset({"note", "instruction"})
    keeps_closed = True

    def refusal(self, difference, asked):
        if problem := open_row_refusal(difference):
            return problem
        line, order = difference.line_id, order_of(difference, asked).sudo()
        if problem := order_refusal(line, order):
            return problem
        if not difference.currency_id.is_zero(rest_of(line, order)):
            return difference.env._(
                "The row shows %(row)s, %(key)s was ordered for %(ordered)s: say where the rest goes.",
                row=difference.currency_id.format(abs(line.gross)),
                key=order.key,
                ordered=difference.currency_id.format(order.amount),
            )
        return ""

    def fitness(self, difference):
        if difference.similar_id:
            return 60 + round(40 * difference.score)
        return 90 if difference.instruction_id else 0

    def row_values(self, difference, asked):
        line, order = difference.line_id, order_of(difference, asked)
        return matched_values(line, order, leg_of(line, order), found_by="hand", note=asked.note or False)

    def evidence(self, difference, asked):
        order = order_of(difference, asked)
        found = pair_evidence(difference.line_id, order)
        if difference.similar_id == order:
            found |= {"score": difference.score, "reasons": difference.reasons}
        return found
