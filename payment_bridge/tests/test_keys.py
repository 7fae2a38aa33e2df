"""Keys end, are replaced and fail: never by surprise."""

import json
import os
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..connector.errors import NotSent
from ..connector.types import InboundRequest
from .approval_common import ApprovalCommon
from .common import MASTER_KEY, ObedientConnector

OTHER_KEY = "b" * 43 + "="


@tagged("post_install", "-at_install")
class TestKeys(ApprovalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.secret = cls.channel.credential_ids.filtered(lambda one: one.name == "secret")

    # -- they end --------------------------------------------------------------------

    def warn(self):
        self.run_job("payment.bridge.expiry.warning", "_cron_warn")
        return self.env["payment.bridge.expiry.warning"].search([("channel_id", "=", self.channel.id)], order="id")

    def test_administrators_are_warned_30_7_and_1_days_before_each_once(self):
        today = self.channel._today_at_company()
        self.channel.health_id._write_quietly({"certificate_expiry": today + timedelta(days=31)})
        self.assertFalse(self.warn())
        for ahead, expected in ((1, [30]), (2, [30]), (24, [30, 7]), (29, [30, 7]), (30, [30, 7, 1]), (40, [30, 7, 1])):
            with freeze_time(fields.Datetime.now() + timedelta(days=ahead)):
                self.assertEqual(self.warn().mapped("days"), expected, ahead)
        mine = self.channel.activity_ids.filtered(lambda one: one.user_id == self.admin)
        self.assertEqual(len(mine), 3)
        mails = self.env["mail.mail"].search([("recipient_ids", "in", self.admin.partner_id.ids)])
        self.assertEqual(len(mails.filtered(lambda one: "Obedient" in one.subject)), 3)
        events = self.env["payment.bridge.audit.event"].search([("event", "=", "channel.key_expiring")])
        self.assertEqual([json.loads(one.content)["details"]["days"] for one in events.sorted("id")], [30, 7, 1])

    def test_a_key_whose_last_day_a_person_knows_is_watched_too(self):
        entry = self.env["payment.bridge.credential.entry"].with_user(self.admin)
        entry.create(
            {"credential_id": self.secret.id, "expires_on": fields.Date.today() + timedelta(days=5)}
        ).action_save()
        self.assertEqual((self.warn().subject, self.warn().days), ("secret", 7))
        self.assertFalse(self.channel.activity_ids.filtered(lambda one: one.user_id == self.clerk))

    def test_a_new_certificate_is_watched_anew(self):
        self.channel.health_id._write_quietly({"certificate_expiry": fields.Date.today() + timedelta(days=5)})
        self.assertEqual(len(self.warn()), 1)
        self.channel.health_id._write_quietly({"certificate_expiry": fields.Date.today() + timedelta(days=6)})
        self.assertEqual(len(self.warn()), 2)

    # -- they fail -------------------------------------------------------------------

    def self_test(self):
        self.run_job("payment.bridge.channel", "_cron_self_test")
        self.channel.invalidate_recordset()
        return self.channel

    def test_a_channel_tries_itself_and_says_what_it_found(self):
        self.assertEqual((self.self_test().self_test_state, self.channel.health), ("good", "good"))
        self.assertTrue(self.channel.self_test_at)
        self.secret._set_value("wrong")
        self.assertEqual((self.self_test().self_test_state, self.channel.health), ("failed", "attention"))
        self.assertIn("Secret", self.channel.health_note)
        told = self.channel.activity_ids.filtered(lambda one: one.user_id == self.admin)
        self.assertEqual(len(told), 1)
        self.self_test()
        self.assertEqual(len(self.channel.activity_ids.filtered(lambda one: one.user_id == self.admin)), 1)
        self.secret._set_value("right")
        self.assertEqual(self.self_test().health, "good")
        events = self.env["payment.bridge.audit.event"].search([("event", "=", "channel.self_test")])
        self.assertEqual(
            [json.loads(one.content)["details"]["state"] for one in events.sorted("id")], ["failed", "good"]
        )

    def test_one_channel_that_cannot_be_tried_stops_no_other(self):
        other = self.make_channel("Other", sequence=99)
        with patch.object(ObedientConnector, "test_connection", side_effect=[NotSent("no way"), []]):
            self.self_test()
        self.assertEqual((self.channel | other).mapped("self_test_state"), ["failed", "good"])

    # -- they are replaced -----------------------------------------------------------

    def message(self, secret):
        body = json.dumps(
            {"id": f"m-{secret}", "signature": secret, "status": "processing", "key": "X", "amount": "1"}
        ).encode()
        inbound = InboundRequest("POST", "/", "", {}, body, fields.Datetime.now())
        return self.env["payment.bridge.notification"]._receive(self.channel, inbound).body

    def test_messages_under_the_old_secret_count_for_some_hours_after_it_was_replaced(self):
        self.secret._set_value("newer")
        for secret, accepted in (("newer", b"success"), ("right", b"success"), ("never", b"fail")):
            self.assertEqual(self.message(secret), accepted, secret)
        self.assertEqual(self.channel.credential_ids._clear_values()["secret"], "newer")
        with freeze_time(fields.Datetime.now() + timedelta(hours=25)):
            self.assertEqual(self.message("right"), b"fail")
            self.warn()
        self.assertFalse(self.secret.sudo().previous_sealed_value)

    def test_a_secret_that_has_leaked_ends_at_once(self):
        self.secret._set_value("newer")
        self.secret.with_user(self.admin).action_end_previous()
        self.assertEqual(self.message("right"), b"fail")
        self.channel.key_overlap_hours = 0
        self.secret._set_value("newest")
        self.assertEqual(self.message("newer"), b"fail")
        self.assertFalse(self.secret.previous_until)

    def test_a_cleared_secret_leaves_nothing_behind(self):
        self.secret._set_value("newer")
        self.secret.action_clear()
        self.assertFalse(self.secret.sudo().previous_sealed_value)

    def test_a_new_master_key_covers_earlier_secrets_and_those_that_wait(self):
        self.secret._set_value("newer")
        self.company.bridge_four_eyes = True
        self.secret.with_user(self.admin)._set_value("proposed")
        request = self.env["payment.bridge.change.request"].search([("state", "=", "waiting")])
        keys = {"PAYMENT_BRIDGE_MASTER_KEY": OTHER_KEY, "PAYMENT_BRIDGE_PREVIOUS_MASTER_KEYS": MASTER_KEY}
        with patch.dict(os.environ, keys):
            self.env["payment.bridge.credential"]._rotate()
        with patch.dict(os.environ, {"PAYMENT_BRIDGE_MASTER_KEY": OTHER_KEY}):
            self.assertEqual(self.secret._clear_values_before()["secret"], "right")
            request.with_user(self.second_admin).action_apply()
            self.assertEqual(self.channel.credential_ids._clear_values()["secret"], "proposed")

    def test_only_an_administrator_ends_a_secret(self):
        self.secret._set_value("newer")
        with self.assertRaises(UserError):
            self.secret.with_user(self.clerk).action_end_previous()
