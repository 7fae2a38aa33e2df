"""What a row most likely stands for, ranked, with the reasons: for the person who matches by hand.

The engine's own proposal and the payment that the row names come with what the engine's measure finds most alike; sums
of several payments, and rows that are parts of one, are looked for as well. Nothing here decides anything.
"""

from collections import defaultdict
from decimal import Decimal
from itertools import combinations

from odoo import api, models

from .match_score import Pair, score
from .payment_bridge_statement_line_books import BookFilter

NEAR_BOOKS = 150
"""How many books are compared with a row, those with the nearest amounts."""
SHOWN = 8
SHOWN_FROM = 0.5
LARGEST_GROUP = 12
"""Of how many payments of one payee sums are looked for."""
BATCH_SCORE, SUM_SCORE = 0.95, 0.8
ALIKE = 0.8
"""From which likeness on a number or a name is told as a reason."""


class PaymentBridgeStatementLine(models.Model):
    _inherit = "payment.bridge.statement.line"

    @api.model
    def workbench_suggest(self, line_id):
        """What the row may stand for, best first: a list of dicts with ``books``, ``lines`` (other rows that are
        parts of the same), ``score`` between 0 and 1, and ``why``, a list of words."""
        line = self.browse(line_id)
        line.check_access("read")
        sudo = line.sudo()
        near = BookFilter(incoming=line.gross > 0, near=abs(line.gross), limit=NEAR_BOOKS)
        books = self.sudo()._workbench_books(sudo.channel_id, near)
        known = {(one["kind"], one["id"]) for one in books}
        named = sudo._named_books()
        books += [one for one in named if (one["kind"], one["id"]) not in known]
        found = sudo._suggest_single(books) + sudo._suggest_sums(books)
        found.sort(key=lambda one: (-one["score"], one["books"][0]["id"]))
        return [{**one, "books": [self._workbench_book(book) for book in one["books"]]} for one in found[:SHOWN]]

    def _proposed_instruction(self):
        """What the engine found most alike, with its score."""
        difference = self.env["payment.bridge.difference"].search(
            [("line_id", "=", self.id), ("state", "=", "open"), ("similar_id", "!=", False)], limit=1
        )
        return difference.similar_id, difference.score

    def _named_books(self):
        """The books of the payments that the row names or that the engine proposes, if they are open."""
        ids = (self.candidate_id | self._proposed_instruction()[0]).ids
        kinds = ("payment", "return") if self.gross > 0 else ("payment",)
        only = tuple((kind, one) for one in ids for kind in kinds)
        books = self._workbench_books(self.channel_id, BookFilter(incoming=self.gross > 0, only=only)) if only else []
        return books

    # -- one book ---------------------------------------------------------------------

    def _suggest_single(self, books):
        similar, similar_score = self._proposed_instruction()
        found = []
        for book in books:
            one = score(self._pair_with(book))
            why = self._why_alike(book, one.reasons)
            total = one.total
            if self.candidate_id.id == book["id"] and book["kind"] in ("payment", "return"):
                why.insert(0, self.env._("the row names it"))
                total = max(total, 0.9)
            elif similar.id == book["id"] and book["kind"] == "payment":
                why.insert(0, self.env._("proposed by the engine"))
                total = max(total, similar_score)
            if total < SHOWN_FROM:
                continue
            found.append({"books": [book], "lines": self._other_parts_of(book), "score": total, "why": why})
        return found

    def _pair_with(self, book):
        days = abs((self.settled_on - book["day"]).days)
        return Pair(
            self.id,
            book["id"],
            Decimal(str(abs(self.gross))),
            Decimal(str(abs(book["amount"]))),
            days,
            tuple(filter(None, (self.key, self.platform_reference, self.original_key, self.batch_reference))),
            tuple(filter(None, (book["number"], book["reference"], book.get("fund_reference"), book["batch"]))),
            self.counterparty or "",
            book["party"] or "",
        )

    def _why_alike(self, book, reasons):
        """What speaks for the pair, in words."""
        apart = self.currency_id.round(abs(self.gross) - abs(book["amount"]))
        why = [
            self.env._("the same amount") if not apart else self.env._("%s apart", self.currency_id.format(abs(apart))),
            self._days_apart(book["day"]),
        ]
        if reasons["reference"] == 1:
            why.append(self.env._("the same number"))
        elif reasons["reference"] >= ALIKE:
            why.append(self.env._("number %s %% alike", round(reasons["reference"] * 100)))
        if self.counterparty and book["party"] and reasons["party"] >= ALIKE:
            why.append(self.env._("name alike"))
        return why

    def _days_apart(self, day):
        days = abs((self.settled_on - day).days)
        return self.env._("the same day") if not days else self.env._("days apart: %s", days)

    def _other_parts_of(self, book):
        """Other open rows that name the same payment and together with this one make it up."""
        if self.candidate_id.id != book["id"] or book["kind"] != "payment":
            return []
        others = self.search(
            [
                ("channel_id", "=", self.channel_id.id),
                ("candidate_id", "=", book["id"]),
                ("state", "=", "unmatched"),
                ("kind", "!=", "fee"),
                ("gross", ">" if self.gross > 0 else "<", 0),
                ("id", "!=", self.id),
            ],
            limit=LARGEST_GROUP,
        )
        total = self.gross + sum(others.mapped("gross"))
        return others.ids if others and not self.currency_id.compare_amounts(total, book["amount"]) else []

    # -- several books ------------------------------------------------------------------

    def _suggest_sums(self, books):
        """Several payments that the row makes up: those of one batch, or some to one payee, if only one choice
        adds up."""
        found, seen = [], set()
        for words, by, best in (
            (self.env._("payments of one batch that add up"), "batch", BATCH_SCORE),
            (self.env._("payments of one party that add up"), "party", SUM_SCORE),
        ):
            groups = defaultdict(list)
            for book in books:
                if book[by]:
                    groups[book[by]].append(book)
            for group in groups.values():
                chosen = self._adding_up(group)
                ids = frozenset((one["kind"], one["id"]) for one in chosen)
                if chosen and ids not in seen:
                    seen.add(ids)
                    found.append({"books": chosen, "lines": [], "score": best, "why": [words]})
        return found

    def _adding_up(self, group):
        """The books of a group that together make the row, if just one choice does: the whole group, or some of it
        where it is small."""
        wanted = self._minor(self.gross)
        amounts = [self._minor(one["amount"]) for one in group]
        if len(group) > 1 and sum(amounts) == wanted:
            return group
        if not 2 < len(group) <= LARGEST_GROUP:
            return []
        fitting = [
            choice
            for size in range(2, len(group))
            for choice in combinations(range(len(group)), size)
            if sum(amounts[place] for place in choice) == wanted
        ]
        return [group[place] for place in fitting[0]] if len(fitting) == 1 else []

    def _minor(self, amount):
        """An amount in the currency's smallest units."""
        return round(amount * 10**self.currency_id.decimal_places)
