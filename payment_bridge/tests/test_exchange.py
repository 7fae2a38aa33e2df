"""The wire log keeps what explains, nothing that must not be kept, and not for ever."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote_plus, urlencode

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..connector.redaction import MASK, luhn_valid, mask_account, redact_text
from ..connector.transport import Exchange
from .common import BridgeCommon


@tagged("post_install", "-at_install")
class TestExchange(BridgeCommon):
    def keep(self, age):
        """One exchange of so many days ago."""
        started = datetime.now(UTC) - timedelta(days=age)
        exchange = Exchange("pay", "POST", "https://x", "request", started, status=200, response="answer")
        log = self.env["payment.bridge.exchange"].sudo()
        log._keep(self.channel, [exchange])
        return log.search([("channel_id", "=", self.channel.id)], order="id desc", limit=1)

    def test_old_texts_go_and_their_hashes_stay(self):
        old, young = self.keep(200), self.keep(1)
        self.run_job("payment.bridge.exchange", "_cron_retention")
        self.assertFalse(old.request_text or old.response_text)
        self.assertTrue(old.request_hash and old.response_hash)
        self.assertEqual((young.request_text, young.response_text), ("request", "answer"))

    def test_text_that_the_database_cannot_hold_is_kept_all_the_same(self):
        exchange = Exchange("pay", "POST", "https://x", "a\x00b", datetime.now(UTC), response="c\x00d")
        self.env["payment.bridge.exchange"].sudo()._keep(self.channel, [exchange])


class TestRedaction(BaseCase):
    @given(st.text(min_size=4, max_size=40, alphabet=st.characters(codec="utf-8", exclude_characters="*")))
    def test_a_sensitive_value_never_survives_at_any_depth(self, secret):
        deep = json.dumps({"outer": [{"Identity": f"<{secret}>", "inner": json.dumps({"name": f"<{secret}>"})}]})
        for text in (deep, urlencode({"biz_content": deep, "sign": f"<{secret}>"})):
            kept = redact_text(text, {"identity", "name", "sign"})
            self.assertNotIn(f"<{secret}>", kept)
            self.assertNotIn(quote_plus(f"<{secret}>"), kept)

    def test_keys_and_card_numbers_are_found_without_being_named(self):
        text = "-----BEGIN PRIVATE KEY-----\nMIIabc\n-----END PRIVATE KEY----- 6222021001122334458"
        kept = redact_text(text, ())
        self.assertNotIn("MIIabc", kept)
        self.assertNotIn("6222021001122334458", kept)
        self.assertIn("622202", kept)

    def test_half_an_answer_is_redacted_too(self):
        self.assertNotIn("13800001001", redact_text('{"identity": "13800001001", "code": "100', {"identity"}))

    @given(st.text("0123456789", min_size=7, max_size=19))
    def test_a_masked_number_shows_ten_digits_at_most(self, number):
        self.assertLessEqual(sum(letter.isdigit() for letter in mask_account(number)), 10)
        self.assertIn("*", mask_account(number))

    def test_the_check_digit_of_cards(self):
        self.assertTrue(luhn_valid("6222021001122334458"))
        self.assertFalse(luhn_valid("6222021001122334459"))
        self.assertEqual(mask_account("ab"), MASK)
