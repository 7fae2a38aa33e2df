"""What a row pays, where that is near certain: matched without a person.

Near certain is: the text names the documents, and the amount is what is open on them to the cent. A reference that is
short or unclear counts only where the payer's account is known as the document's partner; and a payer who is known as
somebody else is never overruled.
"""

from collections import defaultdict
from dataclasses import replace

from .allot import allot, in_due_order, without
from .reading import ReferenceIndex, named
from .references import Strength
from .values import Match


def match(rows, documents):
    """The matches that are near certain, each document paid no more than is open on it.

    The answer does not depend on the order of ``rows`` or ``documents``: where two rows want the same document, the
    one that the statement tells first gets it.
    """
    desk = _Desk(documents)
    left = sorted((row for row in rows if row.may_match), key=lambda row: (row.order, row.id))
    while True:
        alone = {row.id for row in left if desk.match_alone(row)}
        together = desk.match_together([row for row in left if row.id not in alone])
        if not alone | together:
            return desk.matches
        left = [row for row in left if row.id not in alone | together]  # fewer documents are open: look again


def match_within(rows, documents, tolerated):
    """As :func:`match`, of rows that name documents and differ from what is open by no more than ``tolerated(open)``.

    The documents are paid in full: what the row has too much or too little is the caller's to book. Whether a row may
    be matched without a person is the caller's to know, too.
    """
    desk = _Desk(documents)
    for row in sorted(rows, key=lambda row: (row.order, row.id)):
        desk.match_within(row, tolerated)
    return desk.matches


class _Desk:
    """What is still open, and what has been matched."""

    def __init__(self, documents):
        self._index = ReferenceIndex(documents)
        self._documents = {document.id: document for document in documents}
        self._places = {}
        self.matches = []

    def match_alone(self, row):
        """Match a row that pays everything, or the next instalments, of the documents that it names."""
        found = self._named(row)
        exact = [reading for reading in found.readings() if reading and self._open(reading) == row.amount]
        if len(exact) == 1 and self._is_certain(row, exact[0], unclear=bool(found.unclear)):
            self._keep(row, [self._documents[one] for one in exact[0]], rows=1)
            return True
        document = self._only(row, found)
        if document and self._pays_instalments(row, document):
            self._keep(row, [document], rows=1)
            return True
        return False

    def match_together(self, rows):
        """Match rows that all name one document and nothing else, and pay all of it together. Answers their ids."""
        groups = defaultdict(list)
        for row in rows:
            if document := self._only(row, self._named(row)):
                groups[document.id].append(row)
        matched = set()
        for document_id, members in sorted(groups.items()):
            if len(members) > 1 and sum(row.amount for row in members) == self._open([document_id]):
                for row in members:
                    self._keep(row, [self._documents[document_id]], rows=len(members))
                    matched.add(row.id)
        return matched

    def match_within(self, row, tolerated):
        """Match a row to all that it surely names, if it comes near enough to what is open."""
        found = self._named(row)
        if found.unclear or not found.sure or not self._is_certain(row, found.sure, unclear=False):
            return
        is_open = self._open(found.sure)
        if abs(is_open - row.amount) <= tolerated(is_open):
            self._keep(row, [self._documents[one] for one in found.sure], rows=1, amount=is_open)

    def _named(self, row):
        if row.id not in self._places:
            self._places[row.id] = self._index.places(row)
        return named(self._places[row.id], lambda document_id: self._documents[document_id].items)

    def _only(self, row, found):
        """The one document that the row surely names."""
        if found.unclear or len(found.sure) != 1 or not self._is_certain(row, found.sure, unclear=False):
            return None
        (document_id,) = found.sure
        return self._documents[document_id]

    def _pays_instalments(self, row, document):
        """Whether the amount is what the next instalments come to, one after the other."""
        reached = 0
        for _document, item in in_due_order([document]):
            reached += item.open
            if reached >= row.amount:
                return reached == row.amount
        return False

    def _is_certain(self, row, reading, unclear):
        partners = {self._documents[document_id].partner_id for document_id in reading}
        if row.payers and not partners <= row.payers:
            return False
        if len(row.payers) == 1:
            return True
        return not unclear and min(reading.values()) >= Strength.STRONG and len(partners) == 1

    def _open(self, document_ids):
        return sum(self._documents[document_id].open for document_id in document_ids)

    def _keep(self, row, documents, rows, amount=None):
        allotments, _left = allot(row.amount if amount is None else amount, documents)
        self.matches.append(Match(row.id, allotments, len(row.payers) == 1, rows))
        for document in documents:
            own = [one for one in allotments if one.document_id == document.id]
            self._documents[document.id] = replace(document, items=without(document, own))
