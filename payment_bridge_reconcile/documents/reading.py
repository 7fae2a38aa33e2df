"""Which open documents a row's text names."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import product

from . import references
from .references import Strength

MOST_READINGS = 64
"""So many combinations of what an unclear text may mean are looked at."""


@dataclass(frozen=True, slots=True)
class Named:
    """What a text names. ``sure`` are documents that one place of the text means and no other; ``unclear`` are places
    that may mean one of several. Both hold how surely."""

    sure: dict[int, Strength]
    unclear: tuple[dict[int, Strength], ...]

    def __bool__(self):
        return bool(self.sure or self.unclear)

    def readings(self):
        """Each way to understand the text, as {document id: strength}; none when there are too many."""
        total = 1
        for place in self.unclear:
            total *= len(place)
        if total > MOST_READINGS:
            return []
        found = []
        for choice in product(*(sorted(place.items()) for place in self.unclear)):
            reading = dict(self.sure)
            for document_id, strength in choice:
                reading[document_id] = max(strength, reading.get(document_id, strength))
            if reading not in found:
                found.append(reading)
        return found


class ReferenceIndex:
    """Documents by the numbers in their references."""

    def __init__(self, documents):
        self._by_number = defaultdict(list)
        self._by_compact = defaultdict(set)
        for document in documents:
            for known in document.references:
                self._by_number[document.incoming, known.number].append((document.id, known))
                if len(known.compact) >= references.COMPACT_FROM:
                    self._by_compact[document.incoming, known.compact].add(document.id)

    def places(self, row):
        """The places of the row's text that name documents of its direction: [{document id: strength}]."""
        places = defaultdict(dict)
        for mention in references.mentions(row.text):
            for document_id, known in self._by_number.get((row.incoming, mention.number), ()):
                strength = references.strength(mention, known)
                if strength > places[mention.place].get(document_id, Strength.NONE):
                    places[mention.place][document_id] = strength
        for run in references.compacts(row.text):
            if document_ids := self._by_compact.get((row.incoming, run)):
                places[run] = dict.fromkeys(document_ids, Strength.FULL)
        return [place for place in places.values() if place]


def named(places, is_open):
    """What a text with these :meth:`~ReferenceIndex.places` names of the documents that ``is_open`` says are open.

    Of each place the surest ones. A document that is sure at one place settles the places that may mean it.
    """
    best = []
    for place in places:
        left = {document_id: one for document_id, one in place.items() if is_open(document_id)}
        if left:
            top = max(left.values())
            best.append({document_id: one for document_id, one in left.items() if one == top})
    sure = {}
    for place in best:
        if len(place) == 1:
            ((document_id, strength),) = place.items()
            sure[document_id] = max(strength, sure.get(document_id, strength))
    unclear = [place for place in best if len(place) > 1 and not set(place) & set(sure)]
    return Named(sure, tuple({tuple(sorted(place)): place for place in unclear}.values()))
