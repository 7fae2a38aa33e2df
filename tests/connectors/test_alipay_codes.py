"""Every published code has an effect and a sentence for people in both languages."""

import re
from pathlib import Path

import pytest

from odoo.addons.payment_bridge_channels.connectors.alipay import AlipayConnector
from odoo.addons.payment_bridge_channels.connectors.alipay.codes import (
    ALL_CODES,
    Effect,
    effect_of,
    explain,
)

REFERENCE = Path(__file__).parents[3] / "shared/reference/channels_china.md"


def test_each_code_has_one_row():
    assert len({row.code for row in ALL_CODES}) == len(ALL_CODES) > 100


@pytest.mark.parametrize("row", ALL_CODES, ids=lambda row: row.code)
def test_each_code_tells_what_happened_and_what_to_do_in_both_languages(row):
    assert isinstance(row.effect, Effect)
    for part in (row.happened, row.todo):
        assert re.search(r"[A-Za-z]{3,}", part.en) and part.en.endswith(".")
        assert re.search(r"[\u4e00-\u9fff]{2,}", part.zh) and part.zh.endswith("。")
    assert AlipayConnector.explain(row.code) == row.meaning


def test_a_code_that_is_not_published_has_no_effect():
    assert effect_of("SOMETHING_NEW") is None
    assert explain("SOMETHING_NEW") is None
    assert AlipayConnector.explain(None) is None


@pytest.mark.skipif(not REFERENCE.exists(), reason="the shared reference is not beside the checkout")
def test_no_published_code_of_the_reference_is_missing():
    text = REFERENCE.read_text(encoding="utf-8")
    section = text[text.index("### 6.1 Alipay") : text.index("### 6.2")]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| ")]
    named = {
        name for cell in cells for name in re.findall(r"(?:ACQ\.)?[A-Z]{2,}(?:_[A-Z]+)+|[a-z]{3}\.unknow-error", cell)
    }
    known = {row.code for row in ALL_CODES}
    assert len(named) > 80
    assert named <= known
