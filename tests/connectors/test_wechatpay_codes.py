"""Every published code has an effect and a sentence for people in both languages."""

import re
from pathlib import Path

import pytest

from odoo.addons.payment_bridge_channels.connectors.wechatpay import WechatPayConnector
from odoo.addons.payment_bridge_channels.connectors.wechatpay.codes import (
    ALL_CODES,
    FAIL_REASONS,
    Effect,
    effect_of,
    explain,
)

REFERENCE = Path(__file__).parents[3] / "shared/reference/channels_china.md"


def test_each_code_has_one_row():
    assert len({row.code for row in ALL_CODES}) == len(ALL_CODES) > 70


@pytest.mark.parametrize("row", ALL_CODES, ids=lambda row: row.code)
def test_each_code_tells_what_happened_and_what_to_do_in_both_languages(row):
    assert isinstance(row.effect, Effect)
    for part in (row.happened, row.todo):
        assert re.search(r"[A-Za-z]{3,}", part.en) and part.en.endswith(".")
        assert re.search(r"[\u4e00-\u9fff]{2,}", part.zh) and part.zh.endswith("。")
    assert WechatPayConnector.explain(row.code) == row.meaning


def test_a_reason_for_a_failed_transfer_is_always_final():
    assert {row.effect for row in FAIL_REASONS} == {Effect.FINAL}


def test_a_code_that_is_not_published_has_no_effect():
    assert effect_of("SOMETHING_NEW") is None
    assert explain("SOMETHING_NEW") is None
    assert WechatPayConnector.explain(None) is None


def test_a_family_of_codes_is_explained_by_its_beginning():
    assert "linked order" in explain("RELATED_ORDER_TRANSFER_AMOUNT_EXCEED").en


@pytest.mark.parametrize(
    ("code", "effect"),
    [
        ("PARAM_ERROR", Effect.FINAL),
        ("INVALID_REQUEST", Effect.REFUSED_OR_KNOWN),
        ("SIGN_ERROR", Effect.MISCONFIGURED),
        ("NO_AUTH", Effect.MISCONFIGURED),
        ("NOT_ENOUGH", Effect.RETRY_SAME_KEY),
        ("FREQUENCY_LIMITED", Effect.THROTTLED),
        ("RATELIMIT_EXCEEDED", Effect.THROTTLED),
        ("SYSTEM_ERROR", Effect.QUERY),
        ("AUTH_CODE_INVALID", Effect.QUERY),
        ("NOT_FOUND", Effect.NOT_FOUND),
    ],
)
def test_the_codes_that_decide_about_money_mean_what_is_published(code, effect):
    assert effect_of(code) is effect


@pytest.mark.skipif(not REFERENCE.exists(), reason="the shared reference is not beside the checkout")
def test_no_published_code_of_the_reference_is_missing():
    text = REFERENCE.read_text(encoding="utf-8")
    section = text[text.index("### 6.2 WeChat") : text.index("### 6.3")]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| ")]
    named = {name for cell in cells for name in re.findall(r"[A-Z0-9]{2,}(?:_[A-Z0-9]+)+_?|ORDERPAID", cell)}
    known = {row.code for row in ALL_CODES}
    assert len(named) > 60
    assert named <= known
