"""What a row may pay, where it is not certain: proposals with a score and the reasons, for a person to decide."""

from collections import Counter, defaultdict
from datetime import timedelta

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from . import references
from .reading import ReferenceIndex, named
from .references import Strength
from .subset_sum import unique_subset
from .values import Proposal

BASES = {
    "named_exactly": 0.95,  # the text names them, and they come to the amount
    "named_and_more": 0.88,  # … and with others of the same partner they do
    "payer_exactly": 0.85,  # the payer's account is known, and one document has this amount
    "payer_together": 0.80,  # … or only one choice of several has
    "part_of_named": 0.78,  # the text names them, and more is open on them
    "almost_named": 0.75,  # the text names it but for one character, and it has this amount
    "only_amount": 0.70,  # no other row and no other document has this amount
    "more_than_named": 0.65,  # the text names them, and less is open on them
}
PROPOSED_FROM = 0.60
MOST_PROPOSALS = 3
MOST_ALIKE = 20
"""Documents of one amount that are compared with a text, at most."""
DAYS_AFTER = 7
"""A row may come so many days before the document that it pays: paid in advance, or on an order."""
LIKE_NAME = 80
UNLIKE_NAME = 50


def propose(rows, documents, days):
    """Up to three proposals for each row, the best first; the same whatever the order of ``rows`` and ``documents``.

    :param days: how many days a document may be older than a row that does not name it
    """
    search = _Search(rows, documents, days)
    return [proposal for row in rows for proposal in search.proposals(row)]


class _Search:
    def __init__(self, rows, documents, days):
        self._documents = {document.id: document for document in documents}
        self._index = ReferenceIndex(documents)
        self._days = days
        self._of_partner = defaultdict(list)
        self._of_amount = defaultdict(list)
        for document in sorted(documents, key=lambda one: (one.items[0].due, one.id)):
            self._of_partner[document.incoming, document.partner_id].append(document)
            self._of_amount[document.incoming, document.open].append(document)
        self._rows_of_amount = Counter((row.incoming, row.amount) for row in rows)

    def proposals(self, row):
        """The row's proposals, each set of documents once, with its best reason."""
        best = {}
        for kind, documents, reasons in self._candidates(row):
            proposal = self._scored(row, kind, documents, reasons)
            known = best.get(proposal.document_ids)
            if proposal.score >= PROPOSED_FROM and (not known or known.score < proposal.score):
                best[proposal.document_ids] = proposal
        ranked = sorted(best.values(), key=lambda one: (-one.score, len(one.document_ids), one.document_ids))
        return ranked[:MOST_PROPOSALS]

    def _candidates(self, row):
        yield from self._named(row)
        yield from self._of_payer(row)
        yield from self._almost_named(row)
        yield from self._only_amount(row)

    def _named(self, row):
        found = named(self._index.places(row), lambda _document_id: True)
        if not found:
            return
        for reading in found.readings():
            documents = [self._documents[document_id] for document_id in reading]
            is_open = sum(document.open for document in documents)
            reasons = {"reference": min(reading.values()).name.lower(), "unclear": bool(found.unclear)}
            if is_open == row.amount:
                yield "named_exactly", documents, reasons
            elif is_open > row.amount:
                yield "part_of_named", documents, reasons
            else:
                if more := self._completed(row, documents, row.amount - is_open):
                    yield "named_and_more", more, reasons
                yield "more_than_named", documents, reasons

    def _completed(self, row, documents, missing):
        """The documents with others of the same partner that make up what is missing, if only one choice does."""
        partners = {document.partner_id for document in documents}
        if len(partners) != 1:
            return None
        others = [
            one
            for one in self._of_partner[row.incoming, partners.pop()]
            if one not in documents and self._is_near(row, one)
        ]
        chosen = unique_subset([one.open for one in others], missing)
        return documents + [others[place] for place in chosen] if chosen else None

    def _of_payer(self, row):
        if len(row.payers) != 1:
            return
        (partner_id,) = row.payers
        known = [one for one in self._of_partner[row.incoming, partner_id] if self._is_near(row, one)]
        equal = [one for one in known if one.open == row.amount]
        if equal:
            yield "payer_exactly", equal[:1], {"choices": len(equal)}
        elif chosen := unique_subset([one.open for one in known], row.amount):
            yield "payer_together", [known[place] for place in chosen], {}

    def _almost_named(self, row):
        equal = self._of_amount.get((row.incoming, row.amount), ())
        if not equal or len(equal) > MOST_ALIKE:
            return
        runs = references.compacts(row.text)
        found = [
            document
            for document in equal
            if any(
                OSA.distance(run, known.compact, score_cutoff=1) <= 1
                for known in document.references
                if len(known.compact) >= references.COMPACT_FROM
                for run in runs
                if abs(len(run) - len(known.compact)) <= 1
            )
        ]
        if len(found) == 1:
            yield "almost_named", found, {}

    def _only_amount(self, row):
        near = [one for one in self._of_amount.get((row.incoming, row.amount), ()) if self._is_near(row, one)]
        if len(near) == 1 and self._rows_of_amount[row.incoming, row.amount] == 1:
            yield "only_amount", near, {}

    def _is_near(self, row, document):
        return row.day - timedelta(days=self._days) <= document.day <= row.day + timedelta(days=DAYS_AFTER)

    def _scored(self, row, kind, documents, reasons):
        score = BASES[kind]
        partners = {document.partner_id for document in documents}
        alike = self._name_alike(row, documents)
        if row.payers:
            known = partners <= row.payers
            reasons = {**reasons, "payer": known}
            score += 0.0 if known else -0.15
        elif alike is not None and alike >= LIKE_NAME:
            reasons = {**reasons, "name": round(alike)}
            score += 0.08
        elif alike is not None and alike < UNLIKE_NAME and kind == "only_amount":
            score -= 0.08
        if reasons.get("reference") == Strength.WEAK.name.lower():
            score -= 0.10
        if reasons.get("unclear"):
            score -= 0.10
        if reasons.get("choices", 1) > 1:
            score -= 0.10
        is_open = sum(document.open for document in documents)
        reasons = {**reasons, "rest": row.amount - is_open}
        ids = tuple(document.id for document in sorted(documents, key=lambda one: (one.items[0].due, one.id)))
        return Proposal(row.id, ids, kind, round(min(score, 0.99), 2), reasons)

    def _name_alike(self, row, documents):
        """How alike the payer's name and the partner's are (0 to 100); None when one is not told."""
        name = documents[0].partner_name
        return fuzz.token_set_ratio(row.party, name) if row.party and name else None
