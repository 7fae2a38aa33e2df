"""One choice of amounts, or none: never a guess between two."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.payment_bridge_reconcile.documents.subset_sum import MOST_AMOUNTS, unique_subset

AMOUNTS = st.lists(st.integers(1, 40), max_size=9)


def every_choice(amounts: list[int], target: int) -> list[tuple[int, ...]]:
    return [
        chosen
        for size in range(1, len(amounts) + 1)
        for chosen in combinations(range(len(amounts)), size)
        if sum(amounts[index] for index in chosen) == target
    ]


@settings(deadline=None)
@given(AMOUNTS, st.integers(0, 120))
def test_it_answers_the_only_choice_and_nothing_else(amounts: list[int], target: int) -> None:
    choices = every_choice(amounts, target) if target else []
    assert unique_subset(amounts, target) == (choices[0] if len(choices) == 1 else None)


@settings(deadline=None)
@given(AMOUNTS, st.integers(0, 120), st.randoms(use_true_random=False))
def test_the_order_of_the_amounts_does_not_matter(amounts: list[int], target: int, random) -> None:
    order = list(range(len(amounts)))
    random.shuffle(order)
    found = unique_subset(amounts, target)
    again = unique_subset([amounts[index] for index in order], target)
    assert found == (tuple(sorted(order[place] for place in again)) if again else again)


def test_a_second_choice_is_no_choice() -> None:
    assert unique_subset([100, 200, 300], 300) is None
    assert unique_subset([50, 50, 200], 250) is None
    assert unique_subset([50, 50, 200], 300) == (0, 1, 2)


def test_a_search_that_does_not_end_in_time_finds_nothing() -> None:
    amounts = [1_000_003 * (7919 * place % 997) + place for place in range(1, 50)]
    assert unique_subset(amounts, sum(amounts[::2]), nodes=100) is None


def test_too_many_amounts_prove_nothing() -> None:
    assert unique_subset([2 ** min(place, 60) for place in range(MOST_AMOUNTS + 1)], 3) in (None, (0, 1))
    assert unique_subset([5] * (MOST_AMOUNTS + 1), 5 * (MOST_AMOUNTS + 1)) is None
