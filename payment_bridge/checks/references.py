"""What makes two invoice numbers look alike."""

import re
import unicodedata

MEANINGFUL_DIGITS = 3


def exact_key(reference):
    """A reference without case, punctuation, spaces, full-width forms and leading zeros of its numbers."""
    text = unicodedata.normalize("NFKC", reference or "").casefold()
    text = re.sub(r"[\W_]+", " ", text)
    return "".join(re.sub(r"(?<!\d)0+(?=\d)", "", text).split())


def loose_key(reference):
    """A reference without letters, zeros and punctuation; empty when too little is left to mean anything."""
    text = unicodedata.normalize("NFKC", reference or "")
    digits = re.sub(r"[^1-9]", "", text)
    return digits if len(digits) >= MEANINGFUL_DIGITS else ""


def keys(reference):
    """Every key under which an equal of this reference is found."""
    return {key for key in (f"={exact_key(reference)}", f"~{loose_key(reference)}") if len(key) > 1}
