"""Secrets go in and never come out."""

import base64
import os
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..tools.secret_box import MasterKeyError, SecretBox, load_box
from .common import MASTER_KEY, PLATFORM_CODE, BridgeCommon

OTHER_KEY = base64.b64encode(b"o" * 32).decode()


@tagged("post_install", "-at_install")
class TestCredential(BridgeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.secret = cls.channel.credential_ids.filtered(lambda one: one.name == "secret")

    def column(self):
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT sealed_value, plain_value FROM payment_bridge_credential WHERE id = %s", (self.secret.id,)
        )
        return self.env.cr.fetchone()

    def test_a_secret_is_only_stored_encrypted(self):
        sealed, plain = self.column()
        self.assertIsNone(plain)
        self.assertNotIn("right", sealed)

    def test_a_secret_is_not_readable_by_rpc_export_or_copy(self):
        self.secret.invalidate_recordset()
        self.assertFalse(self.secret.value)
        self.assertNotIn("right", str(self.secret.read()))
        self.assertFalse(self.secret.export_data(["value"])["datas"][0][0])
        with self.assertRaises(AccessError):
            self.secret.with_user(self.env.ref("base.user_admin")).read(["sealed_value"])
        self.assertFalse(self.channel.copy({"name": "Copy"}).credential_ids.filtered("fingerprint"))

    def test_a_secret_moved_to_another_record_does_not_open(self):
        other = self.make_channel("Other").credential_ids.filtered(lambda one: one.name == "secret")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE payment_bridge_credential SET sealed_value = %s WHERE id = %s", (self.column()[0], other.id)
        )
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "cannot be decrypted"):
            other.channel_id.credential_ids._clear_values()

    def test_a_missing_master_key_is_said_clearly_and_nothing_is_sent(self):
        with patch.dict(os.environ, {"PAYMENT_BRIDGE_MASTER_KEY": ""}):
            with self.assertRaisesRegex(UserError, "master key"):
                self.secret.value = "new"
            with self.assertRaisesRegex(UserError, "master key"):
                self.channel.credential_ids._clear_values()

    def test_a_wrong_master_key_pauses_the_channel_and_keeps_the_payment(self):
        payment = self.pay(self.make_bill(100))
        self.secret.value = "changed"
        with patch.dict(os.environ, {"PAYMENT_BRIDGE_MASTER_KEY": OTHER_KEY}):
            self.dispatch()
        self.assertEqual(payment.bridge_state, "queued")
        self.assertEqual(self.channel.state, "paused")

    def test_rotation_encrypts_anew_and_reads_under_the_new_key_alone(self):
        keys = {"PAYMENT_BRIDGE_MASTER_KEY": OTHER_KEY, "PAYMENT_BRIDGE_PREVIOUS_MASTER_KEYS": MASTER_KEY}
        with patch.dict(os.environ, keys):
            self.assertGreaterEqual(self.env["payment.bridge.credential"]._rotate(), 1)
        with patch.dict(os.environ, {"PAYMENT_BRIDGE_MASTER_KEY": OTHER_KEY}):
            self.assertEqual(self.channel.credential_ids._clear_values()["secret"], "right")

    def test_only_a_channel_administrator_enters_credentials(self):
        clerk = self.env["res.users"].create(
            {
                "name": "Clerk",
                "login": "clerk-credential",
                "group_ids": [(6, 0, [self.env.ref("payment_bridge.group_clerk").id])],
            }
        )
        with self.assertRaises(AccessError):
            self.secret.with_user(clerk).write({"value": "stolen"})
        with self.assertRaises(UserError):
            self.env["payment.bridge.credential.entry"].with_user(clerk).default_get(["credential_id"])

    def test_a_channel_without_its_credentials_is_not_activated(self):
        channel = self.env["payment.bridge.channel"].create(
            {"name": "Bare", "connector_code": PLATFORM_CODE, "company_id": self.company.id, "currency_id": self.cny.id}
        )
        with self.assertRaisesRegex(UserError, "User, Secret"):
            channel.action_activate()


@tagged("post_install", "-at_install")
class TestSecretBox(BridgeCommon):
    def test_altered_ciphertext_and_other_context_do_not_open(self):
        box = SecretBox([b"a" * 32])
        token = box.encrypt("text", "here")
        self.assertEqual(box.decrypt(token, "here"), "text")
        for altered, context in ((token, "there"), (token[:-4] + "AAA=", "here")):
            with self.assertRaises(MasterKeyError):
                box.decrypt(altered, context)

    def test_malformed_keys_are_named(self):
        for value in ("", "not base64!", base64.b64encode(b"short").decode()):
            with self.assertRaises(MasterKeyError):
                load_box({}, {"PAYMENT_BRIDGE_MASTER_KEY": value})
