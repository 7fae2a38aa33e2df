"""Screening lists, reporting amounts and rules of checks are changed by two people of the role that owns them."""

import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .approval_common import ApprovalCommon

LISTED = b"reference,name\nX1,Somebody Listed\n"


@tagged("post_install", "-at_install")
class TestChangeRequestControls(ApprovalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = cls.person("officer", "officer")
        cls.second_officer = cls.person("second-officer", "officer")
        cls.list = cls.env["payment.bridge.screening.list"].sudo().create({"name": "Own", "format": "own_csv"})
        cls.rules = cls.env["payment.bridge.check.rule"]
        cls.duplicate = cls.rules.search([("company_id", "=", cls.company.id), ("code", "=", "duplicate")])
        cls.company.bridge_four_eyes = True

    def waiting(self):
        request = self.env["payment.bridge.change.request"].sudo().search([("state", "=", "waiting")])
        self.assertEqual(len(request), 1, request.mapped("summary"))
        return request

    def apply(self, user):
        request = self.waiting()
        request.with_user(user).action_apply()
        self.assertEqual(request.state, "applied")
        self.env.invalidate_all()

    def load(self, user, content=LISTED):
        wizard = self.env["payment.bridge.screening.load"].with_user(user)
        wizard.create(
            {"list_id": self.list.id, "file": base64.b64encode(content), "file_name": "own.csv"}
        ).action_load()

    # -- rules of checks -------------------------------------------------------------

    def test_the_settings_of_a_check_wait_for_another_administrator(self):
        for rule in (self.duplicate.with_user(self.admin), self.duplicate.with_user(self.admin).sudo()):
            rule.write({"mode": "block", "days": 9})
            self.assertEqual(self.duplicate.mode, "off")
        self.assertIn("Block", self.waiting().summary)
        self.duplicate.with_user(1).mode = "warn"
        self.assertEqual(self.duplicate.mode, "off")
        self.env["payment.bridge.change.request"].search([])  # the superuser's proposal replaced the other
        self.apply(self.admin)
        self.assertEqual(self.duplicate.mode, "warn")

    def test_a_special_rule_that_switches_a_check_off_is_not_in_force_before_two_have_agreed(self):
        self.duplicate._four_eyes_agreed().mode = "block"
        special = self.rules.with_user(self.admin).create(
            {"code": "duplicate", "company_id": self.company.id, "mode": "off", "sequence": 1}
        )
        self.assertFalse(special.active)
        in_force = self.rules._rules_by_check(self.company)[self.company.id, "duplicate"]
        self.assertEqual(in_force, [self.duplicate])
        self.apply(self.second_admin)
        in_force = self.rules._rules_by_check(self.company)[self.company.id, "duplicate"]
        self.assertEqual(in_force[0], special)
        with self.assertRaisesRegex(UserError, "archive it"):
            special.with_user(self.admin).sudo().unlink()
        special.with_user(self.admin).active = False
        self.assertTrue(special.active)

    def test_a_general_rule_is_neither_archived_nor_made(self):
        with self.assertRaisesRegex(UserError, "switched off"), self.env.cr.savepoint():
            self.duplicate._four_eyes_agreed().active = False

    # -- lists -----------------------------------------------------------------------

    def test_a_list_is_made_and_changed_by_two_officers(self):
        mine = self.list.with_user(self.officer)
        mine.write({"threshold": 99, "block_when_old": True})
        self.assertEqual((self.list.threshold, self.list.block_when_old), (85, False))
        with self.assertRaisesRegex(AccessError, "one's own"):
            self.waiting().with_user(self.officer).action_apply()
        self.apply(self.second_officer)
        self.assertEqual((self.list.threshold, self.list.block_when_old), (99, True))
        mine.active = False
        self.assertTrue(self.list.active)
        made = self.list.with_user(self.officer).create({"name": "New", "format": "own_csv"})
        self.assertFalse(made.active)

    def test_an_administrator_does_not_agree_for_officers_nor_they_for_administrators(self):
        self.list.with_user(self.officer).threshold = 99
        request = self.waiting()
        self.assertFalse(request.with_user(self.admin).may_decide)
        with self.assertRaisesRegex(AccessError, "Screening Officer"):
            request.with_user(self.admin).action_apply()
        request.with_user(self.second_officer).action_apply()
        self.duplicate.with_user(self.admin).days = 3
        request = self.waiting()
        with self.assertRaises(AccessError):
            request.with_user(self.officer).action_apply()
        with self.assertRaisesRegex(AccessError, "Channel Administrator"):
            request.with_user(self.officer).sudo().action_apply()

    def test_a_file_waits_and_is_loaded_as_it_was_proposed(self):
        self.load(self.officer)
        self.assertFalse(self.list.loaded_at)
        self.assertFalse(self.list.entry_ids)
        self.assertIn("1 parties", self.waiting().summary)
        self.apply(self.second_officer)
        self.assertEqual(self.list.entry_ids.name, "Somebody Listed")
        kept = self.env["ir.attachment"].search([("res_model", "=", "payment.bridge.change.request")])
        self.assertFalse(kept)

    def test_a_file_that_was_exchanged_while_it_waited_is_not_loaded(self):
        self.load(self.officer)
        request = self.waiting()
        kept = self.env["ir.attachment"].search([("res_model", "=", request._name), ("res_id", "=", request.id)])
        kept.raw = LISTED.replace(b"Somebody Listed", b"Nobody")
        with self.assertRaisesRegex(UserError, "not the one that was proposed"), self.env.cr.savepoint():
            request.with_user(self.second_officer).action_apply()
        self.assertFalse(self.list.loaded_at)

    def test_a_file_that_cannot_be_read_is_not_even_proposed(self):
        with self.assertRaisesRegex(UserError, "cannot be loaded"), self.env.cr.savepoint():
            self.load(self.officer, b"reference,name\n1,\n")
        self.assertFalse(self.env["payment.bridge.change.request"].search([("state", "=", "waiting")]))

    def test_a_list_of_every_company_is_guarded_when_one_company_wants_it(self):
        other = self.env["res.company"].create({"name": "Relaxed"})
        self.officer.write({"company_ids": [(4, other.id)], "company_id": other.id})
        self.list.with_user(self.officer).with_company(other).threshold = 60
        self.assertEqual(self.list.threshold, 85)
        self.assertEqual(self.waiting().company_id, self.company)

    # -- reporting amounts -----------------------------------------------------------

    def test_a_reporting_amount_is_changed_by_two_officers(self):
        self.company.country_id = self.env.ref("base.cn")
        amount = self.env.ref("payment_bridge.aml_threshold_cn_person").sudo()
        amount.with_user(self.officer).amount = 9e9
        self.assertEqual(amount.amount, 500000)
        self.apply(self.second_officer)
        self.assertEqual(amount.amount, 9e9)

    # -- fee accounts and limits -----------------------------------------------------

    def test_fee_accounts_and_limits_of_a_channel_wait_too(self):
        account = self.channel.fee_account_id.copy()
        self.channel.with_user(self.admin).write({"fee_account_id": account.id, "limit_per_day": 5})
        self.assertNotEqual(self.channel.fee_account_id, account)
        self.apply(self.second_admin)
        self.assertEqual((self.channel.fee_account_id, self.channel.limit_per_day), (account, 5))

    def test_what_is_refused_to_one_person_is_noted(self):
        self.list.with_user(self.officer).threshold = 99
        request = self.waiting()
        self.attempt(lambda env: request.with_env(env).action_apply(), self.officer)
        self.assertEqual([one["code"] for one in self.refusals(request)], ["own_change"])
