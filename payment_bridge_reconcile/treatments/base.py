"""What a way of treating a difference is: a small class that says whether it may be, what it writes, and how it is
taken back.

To add one: write a class in a file of this folder, decorate it with :func:`register`, import the file in ``__init__``
and give it a label in ``models/treatment_ways.py``. The screens, the bulk wizard and the scheduled run follow from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from odoo.exceptions import UserError


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody adds to the decision: records or None, and words. ``post_now`` posts the row at once instead of
    with its statement; ``by_itself`` says that the engine decides, from evidence alone."""

    note: str = ""
    account: Any = None
    partner: Any = None
    instruction: Any = None
    until: date | None = None
    post_now: bool = False
    by_itself: bool = False


class Way:
    """One way. ``difference`` is always one record; nothing here commits or locks, the caller has done that."""

    code: ClassVar[str]
    needs: ClassVar[frozenset[str]] = frozenset()  # of Asked: what a person has to add
    may_have: ClassVar[frozenset[str]] = frozenset({"note"})  # … and what a person may
    books_at_once: ClassVar[bool] = False  # its rows go into the books with the decision
    explains: ClassVar[bool] = True  # what was raised about the row is settled with it
    decides_row: ClassVar[bool] = True  # the row is explained by it; otherwise the engine goes on seeing it
    keeps_closed: ClassVar[bool] = False  # once undone, only a person explains the row again
    switch: ClassVar[str] = ""  # the channel's field that lets the engine take this way by itself

    # -- may it be ---------------------------------------------------------------------

    def refusal(self, difference, asked: Asked) -> str:
        """Why it cannot be, as a sentence; empty when it can."""
        raise NotImplementedError

    def missing(self, difference, asked: Asked) -> str:
        """What a person has still to add; empty when nothing."""
        env = difference.env
        words = {
            "note": env._("Say why."),
            "account": env._("Choose the account."),
            "partner": env._("Choose whose money it is."),
            "instruction": env._("Choose the payment."),
            "until": env._("Say until when."),
        }
        for name in words:
            given = getattr(asked, name)
            if name in self.needs and not (given.strip() if name == "note" else given):
                return words[name]
        return ""

    def fitness(self, difference) -> int:
        """How near at hand it is, from 0 to 100, for the order in which people see the ways."""
        return 100 if difference.proposal == self.code else 30

    # -- what it does --------------------------------------------------------------------

    def row_values(self, difference, asked: Asked) -> dict:
        """What is decided about the row: fields of the statement line; empty when the row stays as it is."""
        return {}

    def amount(self, difference, asked: Asked) -> float:
        """How much it is about, in the difference's currency."""
        return difference.amount

    def evidence(self, difference, asked: Asked) -> dict:
        """The figures on which it rests, as plain values."""
        return {}

    def carry_out(self, difference, asked: Asked, treatment) -> None:
        """Whatever else belongs to it, once the row is decided and the record ``treatment`` is there."""

    def due(self, channel):
        """The open differences of ``channel`` that the engine treats this way now, in the order of trust."""
        return channel.env["payment.bridge.difference"]

    # -- and back ------------------------------------------------------------------------

    def undo(self, treatment) -> None:
        """Take it back: the entry by an opposite one, the row to what it was.

        :raises UserError: when that is not possible any more, saying what has to be undone first.
        """
        self.reopen_row(treatment)

    def let_go(self, treatment) -> None:
        """Take back what goes with it beside the row, by whichever door the row was opened.

        :raises UserError: when that is not possible any more, saying what has to be undone first.
        """

    def reopen_row(self, treatment) -> None:
        """Take the row out of the books and open it again."""
        line = treatment.line_id.sudo()
        if line.state == "posted":
            with_it = len(line.posting_id.line_ids) - 1
            if with_it:
                raise UserError(
                    line.env._(
                        "The row was posted together with %(count)s others (%(entries)s). Undo that posting first, then"
                        " this.",
                        count=with_it,
                        entries=line.posting_id.entry_names,
                    )
                )
            line.posting_id.action_undo()
        if line.state in ("matched", "ignored"):
            line._forget()
        line.only_by_hand = self.keeps_closed


WAYS: dict[str, Way] = {}


def register(way: type[Way]) -> type[Way]:
    """Make a way known under its code."""
    WAYS[way.code] = way()
    return way


def say_amount(difference, amount: float) -> str:
    """An amount in the difference's currency, for people."""
    return difference.currency_id.format(amount)
