"""Rules, limits, credentials and fee accounts are changed by two people where the company wants it."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .approval_common import ApprovalCommon


@tagged("post_install", "-at_install")
class TestChangeRequest(ApprovalCommon):
    def setUp(self):
        super().setUp()
        self.rule = self.make_rule(self.ann, amount_from=1000)
        self.company.bridge_four_eyes = True

    def waiting(self):
        """The one change that waits."""
        request = self.env["payment.bridge.change.request"].sudo().search([("state", "=", "waiting")])
        self.assertEqual(len(request), 1, request.mapped("summary"))
        return request

    def apply(self, user=None):
        request = self.waiting()
        request.with_user(user or self.second_admin).action_apply()
        self.assertEqual(request.state, "applied")

    def test_without_the_setting_changes_are_made_at_once(self):
        company = self.env["res.company"].create({"name": "Relaxed"})
        rule = self.make_rule(self.ann, company_id=company.id)
        rule.amount_from = 5
        self.assertEqual(rule.amount_from, 5)
        self.assertFalse(self.env["payment.bridge.change.request"].search([]))

    def test_a_limit_is_changed_when_another_administrator_agrees(self):
        channel = self.channel.with_user(self.admin)
        channel.write({"limit_per_payment": 700, "name": "Renamed"})
        self.assertEqual((channel.limit_per_payment, channel.name), (0, "Renamed"))
        self.assertIn("700", channel.four_eyes_note)
        with self.assertRaisesRegex(AccessError, "one's own"):
            self.waiting().with_user(self.admin).action_apply()
        self.apply()
        channel.invalidate_recordset(["four_eyes_note"])
        self.assertEqual(channel.limit_per_payment, 700)
        self.assertFalse(channel.four_eyes_note)

    def test_sudo_import_and_the_superuser_only_propose_too(self):
        account = self.channel.fee_account_id.copy()
        for channel in (self.channel.with_user(self.admin).sudo(), self.channel.with_user(1)):
            channel.fee_account_id = account
            self.assertNotEqual(self.channel.fee_account_id, account)
        self.channel.with_user(self.admin).load(["id", "limit_per_day"], [[self.external_id(self.channel), "9"]])
        self.assertEqual(self.channel.limit_per_day, 0)

    def external_id(self, record):
        return record.export_data(["id"])["datas"][0][0]

    def test_who_may_agree(self):
        self.channel.with_user(self.admin).limit_per_day = 10
        request = self.waiting()
        for user in (self.clerk, self.ann, self.person("auditor", "auditor")):
            with self.assertRaises(AccessError):
                request.with_user(user).sudo().action_apply()
        with self.assertRaisesRegex(AccessError, "logged in"):
            request.with_user(1).sudo().action_apply()
        for attempt in (
            lambda: request.sudo().write({"state": "applied"}),
            lambda: request.sudo().write({"values": {"limit_per_day": 99}}),
            request.sudo().unlink,
        ):
            with self.assertRaises(UserError):
                attempt()
        self.assertEqual(self.channel.limit_per_day, 0)

    def test_a_rule_and_its_levels_change_as_a_whole(self):
        rule = self.rule.with_user(self.admin)
        rule.write(
            {
                "amount_from": 1,
                "level_ids": [
                    Command.update(rule.level_ids.id, {"user_id": self.bob.id}),
                    Command.create({"kind": "user", "user_id": self.cid.id, "sequence": 20}),
                ],
            }
        )
        self.assertEqual((rule.amount_from, rule.level_ids.user_id), (1000, self.ann))
        for attempt in (
            lambda: rule.level_ids.write({"user_id": self.admin.id}),
            lambda: rule.level_ids.sudo().create({"rule_id": rule.id, "kind": "user", "user_id": self.admin.id}),
            rule.level_ids.sudo().unlink,
            rule.sudo().unlink,
        ):
            with self.assertRaises(UserError):
                attempt()
        self.apply()
        self.assertEqual((rule.amount_from, rule.level_ids.user_id), (1, self.bob | self.cid))

    def test_a_new_rule_is_in_force_when_somebody_else_agrees(self):
        values = {"name": "New", "level_ids": [Command.create({"kind": "user", "user_id": self.ann.id})]}
        rule = self.rule.with_user(self.admin).create(values)
        self.assertFalse(rule.active)
        self.assertFalse(self.submit(100).bridge_approval_state)
        self.apply()
        self.assertTrue(rule.active)
        self.assertWaits(self.submit(100))

    def test_a_rule_is_not_archived_by_one_person(self):
        self.rule.with_user(self.admin).action_archive()
        self.assertTrue(self.rule.active)
        self.apply()
        self.assertFalse(self.rule.active)

    def test_a_committee_too(self):
        committee = self.env["payment.bridge.committee"].with_user(self.admin)
        committee = committee.create({"name": "Board", "member_ids": [Command.set((self.ann | self.bob).ids)]})
        self.assertFalse(committee.active)
        self.apply()
        committee.member_ids = self.admin | self.ann
        self.assertEqual(committee.member_ids, self.ann | self.bob)

    def test_a_credential_waits_encrypted_and_is_never_shown(self):
        secret = self.channel.credential_ids.filtered(lambda one: one.name == "secret")
        before = secret.fingerprint
        self.env["payment.bridge.credential.entry"].with_user(self.admin).create(
            {"credential_id": secret.id, "value": "a-new-secret"}
        )
        request = self.waiting()
        self.assertEqual(secret.fingerprint, before)
        self.env.flush_all()
        self.env.cr.execute("SELECT to_jsonb(r)::text FROM payment_bridge_change_request r")
        self.assertNotIn("a-new-secret", str(self.env.cr.fetchall()))
        with self.assertRaises(AccessError):
            request.with_user(self.second_admin).read(["sealed_value"])
        self.apply()
        self.assertNotEqual(secret.fingerprint, before)
        self.assertEqual(self.channel.credential_ids._clear_values()["secret"], "a-new-secret")
        self.assertFalse(request.sealed_value)
        secret.with_user(self.admin).action_clear()
        self.assertTrue(secret.fingerprint)
        self.apply()
        self.assertFalse(secret.fingerprint)

    def test_a_new_channel_is_set_up_by_one_and_opened_by_two(self):
        channel = self.channel.with_user(self.admin).create(
            {"name": "New", "connector_code": self.channel.connector_code, "currency_id": self.cny.id}
        )
        for credential in channel.credential_ids:
            credential.value = "right"
        channel.sudo()._set_up_accounts()
        channel.action_activate()
        self.assertEqual(channel.state, "draft")
        self.apply()
        self.assertEqual(channel.state, "active")

    def test_pausing_needs_nobody_else(self):
        self.channel.with_user(self.admin).action_pause()
        self.assertEqual(self.channel.state, "paused")

    def test_switching_it_off_needs_four_eyes_and_so_does_naming_people_for_emergencies(self):
        self.company.with_user(self.env.ref("base.user_admin")).sudo().bridge_four_eyes = False
        self.assertTrue(self.company.bridge_four_eyes)
        self.apply()
        self.assertFalse(self.company.bridge_four_eyes)
        self.company.bridge_four_eyes = True
        self.company.with_user(self.admin).sudo().bridge_override_user_ids = self.admin
        self.assertFalse(self.company.bridge_override_user_ids)

    def test_a_refusal_needs_a_reason(self):
        self.channel.with_user(self.admin).limit_per_day = 10
        request = self.waiting().with_user(self.second_admin)
        with self.assertRaises(UserError):
            request.action_refuse()
        request.reason = "Too little"
        request.action_refuse()
        self.assertEqual((request.state, self.channel.limit_per_day), ("refused", 0))

    def test_a_change_of_what_changed_meanwhile_is_refused_and_a_newer_one_replaces(self):
        channel = self.channel.with_user(self.admin)
        channel.limit_per_day = 10
        first = self.waiting()
        channel.limit_per_day = 20
        self.assertEqual(first.state, "replaced")
        second = self.waiting()
        channel._four_eyes_agreed().limit_per_day = 15
        with self.assertRaisesRegex(UserError, "has changed since"), self.env.cr.savepoint():
            second.with_user(self.second_admin).action_apply()
        self.assertEqual((second.state, channel.limit_per_day), ("waiting", 15))

    def test_saving_a_form_unchanged_proposes_nothing(self):
        self.channel.with_user(self.admin).write({"limit_per_day": 0.0, "cut_off": 0.0})
        self.assertFalse(self.env["payment.bridge.change.request"].search([]))
