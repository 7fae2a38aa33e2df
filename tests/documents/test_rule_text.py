"""Patterns that could hang a database are not taken; what texts have in common is found."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.payment_bridge_reconcile.rules.patterns import LONGEST, Fault, fault
from odoo.addons.payment_bridge_reconcile.rules.wording import words

GOOD = [
    "rent",
    "rent|lease",
    r"^fee \d+$",
    "(rent|lease) [0-9]{4}",
    r"INV[-/ ]?\d{4,6}",
    "租金|房租",
    "a+b+c+",
    "(?:ab)+",
    "(ab)?c*",
    "[]a]+",
    r"\(net\)",
    "x{3}",
]
BAD = [
    ("", Fault.EMPTY),
    ("  ", Fault.EMPTY),
    ("a" * (LONGEST + 1), Fault.LONG),
    (r"(a)\1", Fault.BACK_REFERENCE),
    ("(?=a)b", Fault.SPECIAL),
    ("(?i)rent", Fault.SPECIAL),
    ("***:rent", Fault.SPECIAL),
    ("(a+)+", Fault.NESTED),
    ("(a*)*b", Fault.NESTED),
    ("((ab)+c)*", Fault.NESTED),
    ("(a|b+){2,}", Fault.NESTED),
    ("(x{1,20}){1,20}", Fault.NESTED),
    ("a{1000}", Fault.COUNT),
    ("a{1,255}", Fault.COUNT),
    ("a*b*c*d*e*f*g*h*i*", Fault.REPEATS),
    ("(a", Fault.UNBALANCED),
    ("a)", Fault.UNBALANCED),
    ("[a", Fault.UNBALANCED),
]


@pytest.mark.parametrize("pattern", GOOD)
def test_an_ordinary_pattern_is_taken(pattern: str) -> None:
    assert fault(pattern) is None
    assert re.compile(pattern)


@pytest.mark.parametrize(("pattern", "why"), BAD)
def test_a_dangerous_pattern_is_refused_with_the_reason(pattern: str, why: Fault) -> None:
    assert fault(pattern) == why


@settings(deadline=None)
@given(st.text(alphabet="ab(){}[]?*+|\\^$0123456789,.:=!", max_size=40))
def test_any_pattern_gets_an_answer(pattern: str) -> None:
    assert fault(pattern) is None or fault(pattern) in Fault


def test_words_are_the_same_whatever_the_numbers() -> None:
    assert words("Rent March 2026, No. 17") == ("RENT", "MARCH", "NO")
    assert words("RENT march 2025 no 4711") == words("Rent March 2026, No. 17")
    assert words("房租 2026-03") == ("房租",)
    assert words("A 1 2 3") == ()
    assert words(None) == ()
