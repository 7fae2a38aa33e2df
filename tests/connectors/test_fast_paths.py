"""What is written for speed says the same as what is written for reading."""

import json
from datetime import datetime
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.payment_bridge.connector.redaction import redact_text
from odoo.addons.payment_bridge_channels.connectors.alipay import clock as alipay_clock
from odoo.addons.payment_bridge_channels.connectors.forms import encoded
from odoo.addons.payment_bridge_channels.connectors.strict_json import AmbiguousJson, _deeper_than, loads
from odoo.addons.payment_bridge_channels.connectors.unionpay import clock as unionpay_clock
from odoo.addons.payment_bridge_channels.connectors.unionpay.message import BrokenMessage, _parts

NAMES = st.text("abcdefghij", min_size=1, max_size=8)
VALUES = st.text(min_size=1, max_size=40).filter(lambda text: text.strip()[:1] not in ("{", "[") and "=" not in text)


def deeper_letter_by_letter(text: str, limit: int) -> bool:
    depth, in_string, escaped = 0, False, False
    for character in text:
        if in_string:
            in_string = escaped or character != '"'
            escaped = not escaped and character == "\\"
        elif character == '"':
            in_string = True
        elif character in "{[":
            depth += 1
            if depth > limit:
                return True
        elif character in "}]":
            depth -= 1
    return False


def parts_letter_by_letter(text: str) -> list[str] | None:
    found, opener, depth = [""], "", 0
    for character in text:
        if depth:
            depth += (character == opener) - (character == {"{": "}", "[": "]"}[opener])
        elif character in "{[":
            opener, depth = character, 1
        elif character == "&":
            found.append("")
            continue
        found[-1] += character
    return None if depth else found


@given(st.lists(st.tuples(NAMES, VALUES), min_size=1, max_size=5))
def test_a_form_is_kept_as_a_form(pairs):
    kept = redact_text(urlencode(pairs), ())
    if all(not any(character.isdigit() for character in value) for _, value in pairs) and "BEGIN" not in kept:
        assert kept == urlencode(pairs, safe='{}[]":,*/@ -_')


@given(st.dictionaries(st.text(), st.text()))
def test_a_form_is_written_as_the_library_writes_it(fields):
    assert encoded(fields) == urlencode(fields)


@given(st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2100, 1, 1)))
def test_a_time_is_read_as_the_library_reads_it(local):
    local = local.replace(microsecond=0)
    for read, form in ((alipay_clock.moment, "%Y-%m-%d %H:%M:%S"), (unionpay_clock.moment, "%Y%m%d%H%M%S")):
        assert read(local.strftime(form)) == local.replace(tzinfo=alipay_clock.BEIJING)


@pytest.mark.parametrize("text", ["", "2026-02-30 00:00:00", "2026-01-01", "20260230000000", "2026010124", "soon"])
def test_what_is_no_time_is_none(text):
    assert alipay_clock.moment(text) is None and unionpay_clock.moment(text) is None


@given(st.recursive(st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_depth_is_counted_outside_of_strings(value):
    text = json.dumps(value)
    for limit in (0, 1, 3):
        assert _deeper_than(text, limit) == deeper_letter_by_letter(text, limit)


@pytest.mark.parametrize("text", ['"\ud800"', '{"a": "\udfff"}', '["x", "\ud83d"]'])
def test_half_a_character_is_refused(text):
    with pytest.raises(AmbiguousJson):
        loads(text)
    assert loads('"\U0001f600"') == "\U0001f600"


@given(st.text("a=&{}[]", max_size=30))
def test_a_message_is_cut_outside_of_brackets(text):
    expected = parts_letter_by_letter(text)
    try:
        found = list(_parts(text))
    except BrokenMessage:
        found = None
    assert found == expected
