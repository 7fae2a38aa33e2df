"""Patterns that people write, looked at before a database runs them over a million rows.

PostgreSQL's expressions without back-references and look-around are matched in time that grows with the text alone;
what is left to go wrong are repetitions inside repetitions and large counts, which are refused as well. A time limit in
the database stands behind this.
"""

from enum import StrEnum

LONGEST = 200
MOST_COUNTED = 50
MOST_REPEATS = 8


class Fault(StrEnum):
    """Why a pattern is not taken."""

    EMPTY = "empty"
    LONG = "long"
    BACK_REFERENCE = "back_reference"
    SPECIAL = "special"  # look-around, embedded options, ***
    NESTED = "nested"
    COUNT = "count"
    REPEATS = "repeats"
    UNBALANCED = "unbalanced"


def fault(pattern):
    """What is wrong with ``pattern``; None when nothing is."""
    if not pattern.strip():
        return Fault.EMPTY
    if len(pattern) > LONGEST:
        return Fault.LONG
    if pattern.startswith("***"):
        return Fault.SPECIAL
    return _Scanner(pattern).fault()


class _Scanner:
    """Reads a pattern once, from left to right."""

    def __init__(self, pattern):
        self._pattern = pattern
        self._place = 0
        self._groups = [False]  # for each open group, whether something in it is repeated without a small limit
        self._repeats = 0

    def fault(self):
        while self._place < len(self._pattern):
            if found := self._next():
                return found
        if len(self._groups) != 1:
            return Fault.UNBALANCED
        return Fault.REPEATS if self._repeats > MOST_REPEATS else None

    def _next(self):
        one = self._take()
        if one == "\\":
            return Fault.BACK_REFERENCE if self._take() in "123456789" else self._repeat(False)
        if one == "[":
            return self._skip_class() or self._repeat(False)
        if one == "(":
            if self._ahead("?") and not self._ahead("?:"):
                return Fault.SPECIAL
            self._place += 2 if self._ahead("?:") else 0
            self._groups.append(False)
            return None
        if one == ")":
            if len(self._groups) == 1:
                return Fault.UNBALANCED
            return self._repeat(self._groups.pop())
        return None if one in "|^$" else self._repeat(False)

    def _repeat(self, is_repeated_inside):
        """What follows a character, class or group: whether and how often it is repeated."""
        most = self._quantifier()
        if most is None:
            self._groups[-1] |= is_repeated_inside
            return None
        if most > MOST_COUNTED and most != _ENDLESS:
            return Fault.COUNT
        if is_repeated_inside and most > 1:
            return Fault.NESTED
        if most > 1:
            self._repeats += 1
            self._groups[-1] = True
        return None

    def _quantifier(self):
        """How often at most; None where nothing is said."""
        most = None
        if self._ahead("*") or self._ahead("+"):
            most, self._place = _ENDLESS, self._place + 1
        elif self._ahead("?"):
            most, self._place = 1, self._place + 1
        elif self._ahead("{"):
            end = self._pattern.find("}", self._place)
            bounds = self._pattern[self._place + 1 : end].split(",") if end > 0 else [""]
            if all(bound.isdigit() or bound == "" for bound in bounds) and bounds[0]:
                most = _ENDLESS if bounds[-1] == "" else int(bounds[-1])
                self._place = end + 1
        if most is not None and self._ahead("?"):
            self._place += 1  # as few as possible
        return most

    def _skip_class(self):
        start = self._place + (1 if self._ahead("^") else 0)
        end = self._pattern.find("]", start + 1)
        if end < 0:
            return Fault.UNBALANCED
        self._place = end + 1
        return None

    def _take(self):
        one = self._pattern[self._place : self._place + 1]
        self._place += 1
        return one or "\0"

    def _ahead(self, text):
        return self._pattern.startswith(text, self._place)


_ENDLESS = 1_000_000
