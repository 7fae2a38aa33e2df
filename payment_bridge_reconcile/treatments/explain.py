"""Differences about which nothing is booked: awaited until a day, or explained."""

from ..models.difference_classes import UNORDERED
from .base import Way, register


class _Awaited(Way):
    decides_row = False

    def evidence(self, difference, asked):
        return {
            "class": difference.difference,
            "amount": f"{difference.amount:.2f}",
            "until": asked.until and str(asked.until),
        }


@register
class Wait(_Awaited):
    """It comes back to the list by itself when the day has passed, or as soon as something about it changes."""

    code = "wait"
    explains = False
    needs = frozenset({"until"})
    may_have = frozenset({"note", "until"})

    def refusal(self, difference, asked):
        if difference.difference in UNORDERED and difference.line_id.kind == "pay_out":
            return difference.env._("Money left that nobody ordered: that cannot wait.")
        if asked.until and asked.until <= difference.channel_id.sudo()._today():
            return difference.env._("Choose a day that is still to come.")
        return ""

    def fitness(self, difference):
        return 100 if difference.proposal == self.code else 15


@register
class Explain(_Awaited):
    """Somebody knows how it came about and that nothing has to be booked: a payment that the next file will never show,
    a fee that was agreed on the telephone. A row that moved money has to be booked or left out instead."""

    code = "explain"
    needs = frozenset({"note"})

    def refusal(self, difference, asked):
        if difference.side == "platform" and difference.line_id.state == "unmatched":
            return difference.env._(
                "The row has moved the balance: match it, book it, hold it on the suspense account or leave it out."
            )
        return ""

    def fitness(self, difference):
        return 50 if difference.side == "books" or difference.difference == "fee" else 0
