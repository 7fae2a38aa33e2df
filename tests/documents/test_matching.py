"""Money finds its documents: what is certain is matched, the rest is proposed, and no cent is given twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.payment_bridge_reconcile.documents.allot import allot
from odoo.addons.payment_bridge_reconcile.documents.certain import match
from odoo.addons.payment_bridge_reconcile.documents.likely import PROPOSED_FROM, propose
from odoo.addons.payment_bridge_reconcile.documents.values import Document, Match, Row

from .world import DOCUMENTS, ROWS, document, row

DAYS = 90


def paid(matches: list[Match]) -> dict[int, dict[int, int]]:
    """What each row pays of each document."""
    found: dict[int, dict[int, int]] = {}
    for one in matches:
        for part in one.allotments:
            of_row = found.setdefault(one.row_id, {})
            of_row[part.document_id] = of_row.get(part.document_id, 0) + part.amount
    return found


def proposed(rows: list[Row], documents: list[Document]) -> list[tuple]:
    return [(one.document_ids, one.kind) for one in propose(rows, documents, DAYS)]


# -- what is certain ------------------------------------------------------------


def test_references_and_the_sum_of_what_is_open_match() -> None:
    documents = [document(117, 100), document(118, 250), document(119, 30)]
    assert paid(match([row(1, 350, "invoice 2026/117, 118")], documents)) == {1: {117: 100, 118: 250}}


def test_a_reference_with_another_amount_is_left_to_people() -> None:
    assert match([row(1, 90, "INV/2026/117")], [document(117, 100)]) == []
    assert match([row(1, 110, "INV/2026/117")], [document(117, 100)]) == []


def test_an_amount_without_a_reference_is_left_to_people() -> None:
    assert match([row(1, 100, "thank you", payers=frozenset({1}))], [document(117, 100)]) == []


def test_a_short_reference_counts_where_the_payer_is_known() -> None:
    documents = [document(117, 100)]
    assert match([row(1, 100, "invoice 117")], documents) == []
    assert paid(match([row(1, 100, "invoice 117", payers=frozenset({1}))], documents)) == {1: {117: 100}}


def test_a_payer_known_as_somebody_else_is_not_overruled() -> None:
    assert match([row(1, 100, "INV/2026/117", payers=frozenset({2}))], [document(117, 100)]) == []


def test_an_unclear_reference_is_settled_by_amount_and_payer_together() -> None:
    documents = [document(1117, 100, name="INV/2026/1117"), document(2117, 80, name="INV/2026/1118")]
    told = "INV/2026/1116, 17, 18"
    assert paid(match([row(1, 180, told)], documents)) == {1: {1117: 100, 2117: 80}}
    twins = [document(1, 100, name="INV/2025/117"), document(2, 100, name="INV/2026/117", partner=2)]
    assert match([row(1, 100, "invoice 117")], twins) == []
    assert match([row(1, 100, "invoice 117", payers=frozenset({2}))], twins) == []


def test_an_instalment_is_paid_in_its_turn() -> None:
    documents = [document(117, 40, 60)]
    assert [one.allotments[0].item_id for one in match([row(1, 40, "INV/2026/117")], documents)] == [1170]
    assert match([row(1, 60, "INV/2026/117")], documents) == []


def test_several_rows_pay_one_document_when_they_come_to_it() -> None:
    documents = [document(117, 100)]
    rows = [row(1, 40, "INV/2026/117"), row(2, 60, "INV/2026/117 rest")]
    assert paid(match(rows, documents)) == {1: {117: 40}, 2: {117: 60}}
    assert match(rows + [row(3, 10, "INV/2026/117")], documents) == []


def test_of_two_rows_for_one_document_the_first_pays_it() -> None:
    rows = [row(1, 100, "INV/2026/117"), row(2, 100, "INV/2026/117")]
    assert set(paid(match(rows[::-1], [document(117, 100)]))) == {1}


def test_money_out_does_not_pay_an_invoice() -> None:
    assert match([row(1, 100, "INV/2026/117", incoming=False)], [document(117, 100)]) == []
    assert len(match([row(1, 100, "INV/2026/117", incoming=False)], [document(117, 100, incoming=False)])) == 1


def test_documents_of_two_partners_are_left_to_people() -> None:
    assert match([row(1, 150, "INV/2026/117, 118")], [document(117, 100), document(118, 50, partner=2)]) == []


# -- what is likely -------------------------------------------------------------


def test_what_the_text_names_is_proposed_before_what_only_has_the_amount() -> None:
    documents = [document(117, 100), document(120, 60, partner=2)]
    found = propose([row(1, 60, "INV/2026/117")], documents, DAYS)
    assert [one.kind for one in found] == ["part_of_named", "only_amount"]
    assert found[0].reasons["rest"] == -40


def test_a_named_document_is_completed_by_the_only_others_that_fit() -> None:
    documents = [document(117, 100), document(118, 33), document(119, 44)]
    assert ((117, 119), "named_and_more") in proposed([row(1, 144, "INV/2026/117")], documents)


def test_a_known_payer_gets_the_document_of_the_amount_or_the_only_sum() -> None:
    documents = [document(117, 100), document(118, 33), document(119, 44)]
    known = {"payers": frozenset({1})}
    assert ((118,), "payer_exactly") in proposed([row(1, 33, **known)], documents)
    assert ((117, 119), "payer_together") in proposed([row(1, 144, **known)], documents)
    assert proposed([row(1, 145, **known)], documents) == []


def test_an_amount_alone_is_proposed_only_when_it_stands_alone() -> None:
    documents = [document(117, 100)]
    assert proposed([row(1, 100)], documents) == [((117,), "only_amount")]
    assert proposed([row(1, 100), row(2, 100)], documents) == []
    assert proposed([row(1, 100)], documents + [document(118, 100, partner=2)]) == []
    assert proposed([row(1, 100)], [document(117, 100, age=DAYS + 1)]) == []


def test_a_name_that_is_alike_speaks_for_a_document_and_another_against_it() -> None:
    documents = [document(117, 100)]
    alike, plain, unlike = (
        propose([row(1, 100, party=party)], documents, DAYS)[0].score
        for party in ("THE PAPER MILL LTD", "", "ZHANG WEI")
    )
    assert alike > plain > unlike


def test_a_slip_of_one_character_is_proposed() -> None:
    documents = [document(117, 100), document(118, 100)]
    assert ((117,), "almost_named") in proposed([row(1, 100, "1NV/2026/00117")], documents)


def test_no_more_than_three_are_proposed() -> None:
    documents = [document(100 + place, 50 + place) for place in range(9)]
    text = "INV/2026/" + ", ".join(str(100 + place) for place in range(9))
    assert len(propose([row(1, 51, text, payers=frozenset({1}))], documents, DAYS)) <= 3


# -- promises -------------------------------------------------------------------


@settings(max_examples=400, deadline=None)
@given(ROWS, DOCUMENTS)
def test_no_document_is_paid_more_than_is_open_and_no_row_pays_more_than_it_has(rows, documents) -> None:
    matches = match(rows, documents)
    items = {item.id: item.open for one in documents for item in one.items}
    of_item: Counter = Counter()
    for one in matches:
        for part in one.allotments:
            assert part.amount > 0
            of_item[part.item_id] += part.amount
    assert all(amount <= items[item_id] for item_id, amount in of_item.items())
    amounts = {one.id: one.amount for one in rows}
    assert len({one.row_id for one in matches}) == len(matches)
    for one in matches:
        assert sum(part.amount for part in one.allotments) == amounts[one.row_id]


@settings(max_examples=400, deadline=None)
@given(ROWS, DOCUMENTS)
def test_never_across_directions_and_never_where_a_row_may_not(rows, documents) -> None:
    known_rows, known = {one.id: one for one in rows}, {one.id: one for one in documents}
    for one in match(rows, documents):
        assert known_rows[one.row_id].may_match
        assert {known[part.document_id].incoming for part in one.allotments} == {known_rows[one.row_id].incoming}
    for one in propose(rows, documents, DAYS):
        assert {known[each].incoming for each in one.document_ids} == {known_rows[one.row_id].incoming}


@settings(max_examples=400, deadline=None)
@given(ROWS, DOCUMENTS, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_documents_does_not_matter(rows, documents, random) -> None:
    mixed_rows, mixed = random.sample(rows, len(rows)), random.sample(documents, len(documents))
    assert paid(match(mixed_rows, mixed)) == paid(match(rows, documents))
    assert sorted(map(str, propose(mixed_rows, mixed, DAYS))) == sorted(map(str, propose(rows, documents, DAYS)))


@settings(max_examples=200, deadline=None)
@given(ROWS, DOCUMENTS)
def test_what_was_matched_leaves_nothing_to_match_again(rows, documents) -> None:
    matches = match(rows, documents)
    done = {one.row_id for one in matches}
    spent: Counter = Counter()
    for one in matches:
        for part in one.allotments:
            spent[part.item_id] += part.amount
    rest = [replace(one, items=tuple(i._replace(open=i.open - spent[i.id]) for i in one.items)) for one in documents]
    left = [replace(one, items=tuple(i for i in one.items if i.open)) for one in rest]
    again = match([one for one in rows if one.id not in done], [one for one in left if one.items])
    assert again == []


@settings(max_examples=200, deadline=None)
@given(ROWS, DOCUMENTS)
def test_proposals_are_few_good_and_different(rows, documents) -> None:
    found = propose(rows, documents, DAYS)
    assert all(PROPOSED_FROM <= one.score < 1 for one in found)
    assert len({(one.row_id, one.document_ids) for one in found}) == len(found)
    assert all(count <= 3 for count in Counter(one.row_id for one in found).values())


@settings(deadline=None)
@given(st.integers(0, 500), DOCUMENTS)
def test_allotting_keeps_the_total(amount, documents) -> None:
    allotments, left = allot(amount, documents)
    assert sum(one.amount for one in allotments) + left == amount
    assert left == 0 or sum(one.amount for one in allotments) == sum(one.open for one in documents)
