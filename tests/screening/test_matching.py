"""The same name is found however it is written; other names are not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.payment_bridge.screening.matching import NameIndex
from odoo.addons.payment_bridge.screening.names import forms

from .conftest import ROOT
from .people import People

THRESHOLD = 85.0


@pytest.fixture(scope="module")
def listed() -> list[str]:
    return People(1).names(4000)


@pytest.fixture(scope="module")
def index(listed: list[str]) -> NameIndex:
    return NameIndex(enumerate([name] for name in listed))


def score(name: str, *listed: str, among: int = 300) -> float:
    """How much a name is like a listed one, in a list with others."""
    others = [(number, [other]) for number, other in enumerate(People(3).names(among))]
    hits = NameIndex([*others, ("it", listed)]).search(name, 1)
    return next((hit.score for hit in hits if hit.entry == "it"), 0)


SAME = [
    ("Saddam Hussein Al-Tikriti", "HUSSEIN AL-TIKRITI, Saddam"),
    ("Saddam Hussein", "HUSSEIN AL-TIKRITI, Saddam"),
    ("Sadam Husein al Tikriti", "HUSSEIN AL-TIKRITI, Saddam"),
    ("Rosneft", "ROSNEFT OIL COMPANY"),
    ("Игорь Петров", "Igor Petrov"),
    ("Igor Petrov", "Игорь Петров"),
    ("Igоr Реtrоv", "Igor Petrov"),  # Cyrillic о, Р, е, о
    ("Ｉｇｏｒ　Ｐｅｔｒｏｖ", "Igor Petrov"),
    ("I\u200bgor Pe\u00adtrov", "Igor Petrov"),
    ("Jose Munoz Ltda", "José Muñoz Ltda."),
    ("O'Brien Shipping", "OBRIEN SHIPPING LIMITED"),
    ("Straßen Bau AG", "STRASSEN BAU"),
    ("王小明", "WANG, Xiaoming"),
    ("Xiaoming Wang", "王小明"),
    ("Wang Xiao Ming", "王小明"),
    ("WANG XIAO-MING", "王小明"),
    ("王小明先生", "王小明"),
    ("欧阳娜娜", "OUYANG, Nana"),
    ("單田芳", "Shan Tianfang"),
    ("曾志伟", "ZENG Zhiwei"),
    ("王晓明", "王小明"),
    ("上海远方贸易有限公司", "远方贸易（上海）有限公司"),
    ("華為技術有限公司", "华为技术有限公司"),
    ("Hua Wei Ji Shu Co., Ltd.", "华为技术有限公司"),
]


@pytest.mark.parametrize(("name", "listed_name"), SAME)
def test_the_same_name_written_otherwise_is_found(name: str, listed_name: str) -> None:
    assert score(name, listed_name) >= THRESHOLD


OTHERS = [
    ("Huayuan Trading GmbH", "IHAG TRADING GMBH"),
    ("Shanghai Trading Co., Ltd.", "Ningbo Trading Co., Ltd."),
    ("Bank of Ningbo", "Bank of Minsk"),
    ("Anna Schmidt", "Anna Petrova"),
    ("王大伟", "李大伟"),
    ("王建国", "王江国"),
    ("张伟", "张薇薇"),
    ("Ali", "Ali Hassan al-Majid"),
    ("Ltd", "ROSNEFT LTD"),
    ("", "ROSNEFT"),
    ("！？…", "ROSNEFT"),
]


@pytest.mark.parametrize(("name", "listed_name"), OTHERS)
def test_another_name_is_not(name: str, listed_name: str) -> None:
    assert score(name, listed_name) < THRESHOLD


def test_an_alias_counts_and_the_best_name_is_told() -> None:
    hits = NameIndex([(7, ["KOREA MINING DEVELOPMENT", "KOMID"])]).search("Komid Ltd.", THRESHOLD)
    assert [(hit.entry, hit.listed_name, hit.score) for hit in hits] == [(7, "KOMID", 100.0)]


def test_variants_are_found_and_strangers_are_not(index: NameIndex, listed: list[str]) -> None:
    people = People(5)
    latin = [(number, name) for number, name in enumerate(listed) if name.isascii() and len(name) > 9]
    for way, write in people.variants().items():
        sample = people.random.sample(latin, 150)
        found = sum(number in {hit.entry for hit in index.search(write(name), THRESHOLD)} for number, name in sample)
        assert found >= 147, f"{way}: {found} of {len(sample)}"
    strangers = [name for name in People(6).names(1000) if name.isascii() and name not in set(listed)]
    wrong = sum(bool(index.search(name, THRESHOLD)) for name in strangers)
    assert wrong <= 0.01 * len(strangers)


@given(st.text(max_size=60))
def test_any_text_is_searched_and_read_the_same_way_twice(text: str) -> None:
    index = NameIndex([(1, [text, "ROSNEFT OIL COMPANY"])])
    hits = index.search(text, THRESHOLD)
    assert all(0 <= hit.score <= 100 for hit in hits)
    assert bool(hits) == bool(forms(text)), "a listed name is found by itself"


def test_naughty_strings_are_only_names(index: NameIndex) -> None:
    path = next((up / "shared/testdata/strings/blns.json" for up in ROOT.parents if (up / "shared").is_dir()), Path())
    if not path.is_file():
        pytest.skip("the shared test data are not there")
    naughty = json.loads(path.read_text())
    for text in naughty:
        index.search(text, THRESHOLD)
    assert len(naughty) > 400


def test_a_very_long_name_costs_little(index: NameIndex) -> None:
    assert index.search("Trading " * 100_000, 99) == []
