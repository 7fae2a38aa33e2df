"""The pages that are made from data say what the data say."""

import pytest

import pages


@pytest.mark.parametrize("name", sorted(pages.PAGES))
def test_a_page_is_up_to_date(name: str) -> None:
    text, expected = pages.page(name)
    assert text == expected, f"docs/{name} is old: run python tests/pages.py"
