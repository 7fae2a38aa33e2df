"""Finding payment card numbers in what people write, however they are grouped."""

from __future__ import annotations

import re
import unicodedata

from .redaction import luhn_valid

SHORTEST, LONGEST = 13, 19
# How card numbers of each scheme begin, and how long they are (ISO/IEC 7812-1; the schemes' published ranges).
_SCHEMES = (
    (re.compile(r"62|81"), range(16, 20)),  # UnionPay
    (re.compile(r"4"), (13, 16, 19)),  # Visa
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), (16,)),  # Mastercard
    (re.compile(r"3[47]"), (15,)),  # American Express
    (re.compile(r"35(2[89]|[3-8])"), range(16, 20)),  # JCB
    (re.compile(r"30[0-5]|36|3[89]"), range(14, 20)),  # Diners Club
    (re.compile(r"6011|64[4-9]|65"), range(16, 20)),  # Discover
    (re.compile(r"50|5[6-9]|6[013789]"), range(16, 20)),  # Maestro, and Chinese cards from before 62
)
_RUN = re.compile(r"(?<![0-9A-Za-z])\d+(?:[ .·\-/]{1,2}\d+)*(?![0-9A-Za-z])")
_GROUP = re.compile(r"\d+")


def has_card_number(text: str | None) -> bool:
    """Whether ``text`` holds a number that is a payment card's by its beginning, length and check digit.

    Full-width digits and groups divided by a space, dot, hyphen or slash are read as one number. Numbers of
    orders, invoices and platforms begin or end otherwise; one in some thousands may still be taken for a card's.
    """
    if not text:
        return False
    plain = unicodedata.normalize("NFKC", text)
    return any(_holds_card(_GROUP.findall(run)) for run in _RUN.findall(plain))


def _holds_card(groups: list[str]) -> bool:
    """Whether neighbouring groups of digits make up a card number."""
    for first in range(len(groups)):
        number = ""
        for group in groups[first:]:
            number += group
            if len(number) > LONGEST:
                break
            if len(number) >= SHORTEST and _is_card(number):
                return True
    return False


def _is_card(number: str) -> bool:
    fits = any(len(number) in lengths and begins.match(number) for begins, lengths in _SCHEMES)
    return fits and luhn_valid(number)
