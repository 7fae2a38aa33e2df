"""Small worlds of rows and documents in which much is alike, so that rows get in each other's way."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

from odoo.addons.payment_bridge_reconcile.documents.references import fold, reference
from odoo.addons.payment_bridge_reconcile.documents.values import Document, OpenItem, Row

DAY = date(2026, 3, 10)
PARTNERS = {1: "Paper Mill", 2: "Ink and Sons", 3: "某某纸业有限公司"}


def document(
    number: int, *parts: int, partner: int = 1, incoming: bool = True, name: str = "", age: int = 20
) -> Document:
    """An open invoice with one item for each of ``parts``."""
    day = DAY - timedelta(days=age)
    items = tuple(
        OpenItem(number * 10 + place, day + timedelta(days=30 * place), part) for place, part in enumerate(parts)
    )
    known = reference(name or f"INV/2026/{number:05d}")
    assert known is not None
    return Document(number, incoming, partner, fold(PARTNERS[partner]), day, items, (known,))


def row(number: int, amount: int, text: str = "", **values) -> Row:
    """A row that came in as number ``number``."""
    values = {"incoming": True, "day": DAY, "order": (number,), "party": "", **values}
    return Row(id=number, amount=amount, text=text, **values)


def _document(number: int, drawn: tuple) -> Document:
    parts, partner, incoming = drawn
    return document(number, *parts, partner=partner, incoming=incoming)


def _row(number: int, drawn: tuple) -> Row:
    amount, named, incoming, payers, may_match, is_short = drawn
    texts = [f"invoice {one:03d}" if is_short else f"INV/2026/{one}" for one in named]
    return row(number, amount, " ".join(texts), incoming=incoming, payers=frozenset(payers), may_match=may_match)


AMOUNTS = st.sampled_from((10, 20, 30, 40, 50, 60))
DOCUMENTS = st.lists(
    st.tuples(st.lists(AMOUNTS, min_size=1, max_size=2), st.integers(1, 2), st.sampled_from((True, True, False))),
    max_size=7,
).map(lambda drawn: [_document(100 + place, one) for place, one in enumerate(drawn)])
ROWS = st.lists(
    st.tuples(
        AMOUNTS,
        st.lists(st.integers(100, 107), max_size=3),
        st.sampled_from((True, True, False)),
        st.lists(st.integers(1, 2), max_size=2),
        st.sampled_from((True, True, True, False)),
        st.booleans(),
    ),
    max_size=8,
).map(lambda drawn: [_row(1 + place, one) for place, one in enumerate(drawn)])
