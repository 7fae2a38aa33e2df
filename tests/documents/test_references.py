"""What people write when they pay is understood, and what merely looks like a number of a document is not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.payment_bridge_reconcile.documents.references import (
    Strength,
    compacts,
    fold,
    mentions,
    reference,
    strength,
)


def best(text: str, name: str) -> Strength:
    """How surely the text means the document, as the strongest of its mentions says."""
    known = reference(name)
    assert known is not None
    found = max((strength(one, known) for one in mentions(text)), default=Strength.NONE)
    return Strength.FULL if known.compact in compacts(text) and len(known.compact) >= 8 else found


SURE = [
    ("INV/2024/00117", "INV/2024/00117"),
    ("payment inv 2024-117 thanks", "INV/2024/00117"),
    ("invoice 2024/117, 118", "INV/2024/00117"),
    ("invoice 2024/117, 118", "INV/2024/00118"),
    ("Rechnungen Nr. 2024-117 und 118", "INV/2024/00118"),
    ("INV/2024/00117-120", "INV/2024/00119"),
    ("INV/2024/117-20", "INV/2024/00120"),
    ("INV/2024/00117 bis 00121", "INV/2024/00121"),
    ("INV/2024/117/118/119", "INV/2024/00118"),
    ("2024/1117, 18", "INV/2024/01118"),
    ("INV/2024/117、118和119", "INV/2024/00119"),
    ("INV 2024 00117 and INV 2024 00118", "INV/2024/00118"),
    ("INV202400117", "INV/2024/00117"),
    ("ＩＮＶ／２０２４／００１１７", "INV/2024/00117"),
    ("INV-117", "INV/2024/00117"),
    ("INV/2024/00116, 117 EUR 250", "INV/2024/00117"),
    ("INV/2024/00117 EUR", "INV/2024/00117"),
    ("INV/2024/00117 - 250.00 EUR", "INV/2024/00117"),
    ("INV/2024/3-10", "INV/2024/00009"),
    ("inv 2024-03", "INV/2024/00003"),
    ("2024/0003", "INV/2024/00003"),
    ("RBILL 117", "RBILL/2024/00117"),
    ("order 00117", "INV/2024/00117"),
    ("2024/01/0017", "BILL/2024/01/0017"),
    ("8800123456", "8800123456"),
    ("RF18 1234 5678 9012", "RF18123456789012"),
    ("+++000/0012/34567+++", "000001234567"),
    ("발주 INV/2024/00117 입금", "INV/2024/00117"),
]
HINTS = [
    ("invoice 117", "INV/2024/00117"),
    ("#117", "INV/2024/00117"),
    ("发票１１７", "INV/2024/00117"),
    ("发票117、118", "INV/2024/00118"),
    ("invoice 2024/3", "INV/2024/00003"),
]
NOT_MEANT = [
    ("117", "INV/2024/00117"),
    ("1117", "INV/2024/00117"),
    ("2024/1170", "INV/2024/00117"),
    ("2023/117", "INV/2024/00117"),
    ("INV/2024/00117/3", "INV/2024/00117"),
    ("X99-2024/117", "INV/2024/00117"),
    ("ABC-117", "117"),
    ("117A", "INV/2024/00117"),
    ("amount 117.00", "INV/2024/00117"),
    ("invoice 117.00", "INV/2024/00117"),
    ("EUR 1,117.00", "INV/2024/00117"),
    ("INV/2024/00110 - 117 EUR", "INV/2024/00117"),
    ("INV/2024/00110, 117元", "INV/2024/00117"),
    ("paid on 2024-01-17", "BILL/2024/01/0017"),
    ("am 17.01.2024", "17/1/2024"),
    ("paid on 2024-01-17", "INV/2024/00017"),
    ("paid on 2024-01-17", "INV/2024/00005"),
    ("rent for 2024-03", "INV/2024/00003"),
    ("rent 2024/03", "INV/2024/00003"),
    ("租金2024-03", "INV/2024/00003"),
    ("salary 2024-03, 04", "INV/2024/00004"),
    ("rent 2024/01-03", "INV/2024/00002"),
    ("membership 2024/25", "INV/2024/00025"),
    ("货款117", "INV/2024/00117"),
    ("thanks", "INV/2024/00117"),
    ("", "INV/2024/00117"),
]


@pytest.mark.parametrize(("text", "name"), SURE)
def test_a_written_reference_is_understood(text: str, name: str) -> None:
    assert best(text, name) >= Strength.STRONG


@pytest.mark.parametrize(("text", "name"), HINTS)
def test_a_short_number_after_a_word_for_invoice_is_a_hint(text: str, name: str) -> None:
    assert best(text, name) == Strength.WEAK


@pytest.mark.parametrize(("text", "name"), NOT_MEANT)
def test_what_only_looks_like_it_is_not_meant(text: str, name: str) -> None:
    assert best(text, name) == Strength.NONE


def test_a_range_names_each_of_its_numbers_and_no_other() -> None:
    named = [number for number in range(100, 140) if best("INV/2024/00117-120", f"INV/2024/{number:05d}")]
    assert named == [117, 118, 119, 120]


def test_a_range_of_thousands_names_its_ends_only() -> None:
    assert len(mentions("INV/2024/00117-99117")) < 20


def test_a_name_without_a_number_is_no_reference() -> None:
    assert reference("Draft") is None
    assert reference("") is None


PREFIXES = st.text("ABCDEFGHJKLMN", min_size=2, max_size=5)
YEARS = st.integers(2000, 2039)
NUMBERS = st.integers(1, 99_999)
JOINERS = st.sampled_from("/-._")


@settings(deadline=None)
@given(PREFIXES, YEARS, NUMBERS, JOINERS, st.booleans(), st.booleans())
def test_the_same_reference_is_found_however_it_is_written(prefix, year, number, joiner, padded, lower) -> None:
    written = joiner.join([prefix, str(year), f"{number:05d}" if padded else str(number)])
    text = f"payment {written.lower() if lower else written} thank you"
    assert best(text, f"{prefix}/{year}/{number:05d}") >= Strength.STRONG


@settings(deadline=None)
@given(PREFIXES, YEARS, NUMBERS, NUMBERS)
def test_another_number_is_never_found(prefix, year, number, other) -> None:
    if number != other:
        assert best(f"{prefix}/{year}/{number:05d}", f"{prefix}/{year}/{other:05d}") == Strength.NONE


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read_without_end_or_error(text: str) -> None:
    found = mentions(text)
    assert len(found) <= 80
    assert all(one.number.isdigit() and one.number.isascii() for one in found)
    assert all(8 <= len(run) <= 40 for run in compacts(text))
    assert fold(fold(text)) == fold(text)
