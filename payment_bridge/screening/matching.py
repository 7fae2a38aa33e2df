"""Finding listed names that a name could be: a few candidates by their words first, then exact scores for these.

Word order does not matter, a rare word weighs more than a common one, and one letter more, less or other in a word
still finds it. A list of 20,000 names is searched in about a millisecond.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from .names import LONGEST_PERSON, clean, forms, han, keys

SHORT = 2  # up to so many letters a word must be the same to count
SIMILAR = 66.0  # words less alike than this are different words: two of three letters are enough
CANDIDATES = 40
LEAST_SHARE = 0.3  # of a name's weight that candidates must have in common
TOGETHER = 92.0  # names written without spaces must be this much alike
WHOLE = 88.0  # a name of which so much is in a longer one is taken to be the same, shortened
HOMOPHONES = 90.0  # the same sounds in other characters
TELLING = 6  # letters that a single word needs for that


@dataclass(frozen=True)
class Hit:
    """A listed name that the name could be. ``entry`` is what the index was given; ``score`` is 0 to 100."""

    entry: object
    listed_name: str
    score: float


@dataclass(frozen=True)
class _Reading:
    entry: object
    name: str
    words: tuple[str, ...]
    weight: float
    characters: int  # how many Chinese ones the name has


class NameIndex:
    """Listed names, to be searched."""

    def __init__(self, entries: Iterable[tuple[object, Sequence[str]]]):
        """``entries`` are (anything that stands for a party, its names)."""
        raw = [
            (entry, name, reading)
            for entry, names in entries
            for name in dict.fromkeys(names)
            for reading in forms(name)
        ]
        counts: dict[str, int] = defaultdict(int)
        for _entry, _name, reading in raw:
            for word in set(reading):
                counts[word] += 1
        self._unknown = math.log(1 + max(len(raw), 1))
        self._weights = {word: math.log(1 + len(raw) / count) for word, count in counts.items()}
        self._readings = [
            _Reading(entry, name, words, self._weight(words), len(han(clean(name)))) for entry, name, words in raw
        ]
        self._words: dict[str, list[int]] = defaultdict(list)
        for place, one in enumerate(self._readings):
            for key in keys(one.words):
                self._words[key].append(place)
        self._near: dict[str, list[str]] = defaultdict(list)
        for word in self._words:
            for rest in _shortened(word):
                self._near[rest].append(word)

    def __len__(self) -> int:
        return len(self._readings)

    def search(self, name: str, threshold: float) -> list[Hit]:
        """The parties that ``name`` could be, best first, each with its best name, at ``threshold`` or above."""
        best: dict[object, Hit] = {}
        characters = len(han(clean(name)))
        for reading in forms(name):
            for place in self._candidates(reading):
                one = self._readings[place]
                score = self._score(reading, one)
                if 0 < min(characters, one.characters) <= LONGEST_PERSON:
                    score = _between_characters(score, reading, one.words)
                score = round(score, 1)
                if score >= threshold and (one.entry not in best or best[one.entry].score < score):
                    best[one.entry] = Hit(one.entry, one.name, score)
        return sorted(best.values(), key=lambda hit: -hit.score)

    def _candidates(self, reading: tuple[str, ...]) -> list[int]:
        """Places of names that have enough of their weight, or of the reading's, in common with it."""
        common: dict[int, float] = defaultdict(float)
        for key in keys(reading):
            found: set[int] = set()
            for word in self._similar_words(key):
                found.update(self._words[word])
            weight = math.log(1 + len(self._readings) / len(found)) if found else 0.0
            for place in found:
                common[place] += weight
        own = self._weight(reading)
        enough = [
            (weight, place)
            for place, weight in common.items()
            if weight >= LEAST_SHARE * min(own, self._readings[place].weight)
        ]
        if len(enough) > CANDIDATES:
            enough.sort(reverse=True)
        return [place for _weight, place in enough[:CANDIDATES]]

    def _similar_words(self, word: str) -> Iterator[str]:
        """Words of the lists that differ from a word by about one letter."""
        seen = set()
        for rest in _shortened(word):
            for other in self._near.get(rest, ()):
                if other not in seen:
                    seen.add(other)
                    yield other

    def _weight(self, words: Iterable[str]) -> float:
        return sum(self._weights.get(word, self._unknown) for word in words)

    def _score(self, reading: tuple[str, ...], one: _Reading) -> float:
        """How much of both names is in the other, by weight; or, for names that are spaced differently, how much
        they are alike without spaces."""
        pairs = sorted(
            (
                (fuzz.ratio(left, right), at, to)
                for at, left in enumerate(reading)
                for to, right in enumerate(one.words)
                if left == right or min(len(left), len(right)) > SHORT
            ),
            reverse=True,
        )
        left_free, right_free = set(range(len(reading))), set(range(len(one.words)))
        left_common = right_common = 0.0
        for ratio, at, to in pairs:
            if ratio < SIMILAR:
                break
            if at in left_free and to in right_free:
                left_free.discard(at)
                right_free.discard(to)
                left_common += ratio * self._weights.get(reading[at], self._unknown)
                right_common += ratio * self._weights[one.words[to]]
        less, more = sorted((left_common / self._weight(reading), right_common / one.weight))
        shorter = min(reading, one.words, key=len)
        shortened = more >= WHOLE and (len(shorter) > 1 or len(shorter[0]) >= TELLING)
        score = 0.3 * less + 0.7 * more if shortened else 0.5 * less + 0.5 * more
        if score < 100 and (len(reading) != len(one.words) or left_free):
            together = fuzz.ratio("".join(reading), "".join(one.words), score_cutoff=TOGETHER)
            score = max(score, together)
        return score


def _between_characters(score: float, left: tuple[str, ...], right: tuple[str, ...]) -> float:
    """The score of two short names that are both in Chinese characters: their sounds count only where they are the
    same, because every other sound is another name, and then less than the same characters."""
    if left == right and any(word >= "\u3400" for word in left):
        return score
    return HOMOPHONES if sorted(left) == sorted(right) else 0.0


def _shortened(word: str) -> set[str]:
    """A word and, unless it is short, the word without each one of its letters."""
    if len(word) <= SHORT:
        return {word}
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}
