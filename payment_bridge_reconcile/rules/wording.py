"""What is the same in texts of rows that mean the same: their words, without numbers, days and names of files."""

import re

from ..documents.references import fold

_WORD = re.compile(r"[^\W_]+")
SHORTEST = 2
MOST_WORDS = 6


def words(text):
    """The words of ``text`` that carry no number, in their order, each once."""
    found = (one for one in _WORD.findall(fold(text)) if len(one) >= SHORTEST and not any(c.isdigit() for c in one))
    return tuple(dict.fromkeys(found))[:MOST_WORDS]
