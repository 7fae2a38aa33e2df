"""What a director needs beside approvals: an identity check above a limit, and a loud way out."""

import time
from unittest.mock import MagicMock, patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .approval_common import ApprovalCommon

REAL_USER = "odoo.addons.payment_bridge.models.real_user.request"


@tagged("post_install", "-at_install")
class TestApprovalOverride(ApprovalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.auditor = cls.person("auditor", "auditor")
        cls.company.bridge_override_user_ids = cls.cid | cls.dan

    def request_override(self, payment, user, reason="The dam breaks"):
        entry = self.env["payment.bridge.override.entry"].with_user(user)
        entry.create({"payment_id": payment.id, "reason": reason}).action_request()
        return self.env["payment.bridge.override"].search([("payment_id", "=", payment.id)], limit=1)

    def test_two_named_people_release_it_and_everybody_hears(self):
        self.make_rule(self.ann, self.bob)
        payment = self.submit()
        override = self.request_override(payment, self.cid)
        self.assertWaits(payment)
        override.with_user(self.dan).action_confirm()
        self.assertReleased(payment)
        self.assertEqual(set(payment.sudo().bridge_approval_ids.mapped("state")), {"overridden"})
        for event in ("override.requested", "override.confirmed"):
            self.assertIn("The dam breaks", self.events(payment, event).content)
        loud = payment.sudo().message_ids.filtered(lambda message: "EMERGENCY OVERRIDE" in message.body)
        told = loud.partner_ids
        self.assertLessEqual((self.ann | self.bob | self.auditor).partner_id, told)
        self.assertIn("EMERGENCY", self.bill_of(payment).message_ids.mapped("body")[0])
        self.dispatch()
        self.assertEqual(payment.sudo().bridge_instruction_id.state, "succeeded")

    def test_the_way_out_is_offered_to_those_who_may_take_it(self):
        self.make_rule(self.ann)
        payment = self.submit()
        self.assertTrue(payment.with_user(self.cid).bridge_may_override)
        self.assertFalse(payment.with_user(self.ann).bridge_may_override)
        self.decide(payment, self.ann)
        self.assertFalse(payment.with_user(self.cid).bridge_may_override)

    def test_one_person_alone_and_people_not_named_do_not(self):
        self.make_rule(self.ann)
        payment = self.submit()
        with self.assertRaisesRegex(AccessError, "named"):
            self.request_override(payment, self.ann)
        override = self.request_override(payment, self.cid)
        for user, words in ((self.cid, "second person"), (self.ann, "named"), (self.clerk, "named")):
            with self.assertRaisesRegex(AccessError, words):
                override.with_user(user).action_confirm()
        with self.assertRaisesRegex(AccessError, "logged in"):
            override.sudo().with_user(1).action_confirm()
        self.assertWaits(payment)

    def test_neither_maker_nor_editor_of_the_account_overrides(self):
        both = self.person("both", "clerk", "approver")
        self.company.bridge_override_user_ids = both | self.assistant | self.cid
        self.make_rule(self.ann)
        payment = self.submit(user=both)
        for user in (both, self.assistant):
            with self.assertRaisesRegex(AccessError, "made the payment"):
                self.request_override(payment, user)

    def test_what_changed_after_the_request_is_not_overridden(self):
        self.make_rule(self.ann)
        payment = self.submit()
        override = self.request_override(payment, self.cid)
        payment.with_user(self.clerk).amount = 99
        payment.with_user(self.clerk).action_bridge_submit_again()
        with self.assertRaisesRegex(UserError, "changed since"):
            override.with_user(self.dan).action_confirm()
        self.assertEqual(payment.bridge_approval_state, "waiting")
        override.with_user(self.cid).action_drop()
        self.assertEqual(override.state, "dropped")
        with self.assertRaises(UserError):
            override.with_user(self.dan).action_confirm()

    def test_a_reason_is_needed_and_the_record_stays(self):
        self.make_rule(self.ann)
        payment = self.submit()
        with self.assertRaisesRegex(UserError, "why"):
            self.env["payment.bridge.override"].with_user(self.cid)._request(payment.with_user(self.cid), " ")
        override = self.request_override(payment, self.cid)
        for attempt in (lambda: override.sudo().write({"state": "done"}), override.sudo().unlink):
            with self.assertRaises(UserError):
                attempt()
        for user in (self.cid, self.clerk, self.admin):
            self.assertFalse(override.with_user(user).has_access("create"))

    # -- the identity check --------------------------------------------------------

    def test_above_the_limit_the_identity_is_checked_below_the_screens(self):
        self.company.bridge_step_up_amount = 500
        self.make_rule(self.ann)
        small, large = self.submit(499.99), self.submit(500)
        with self.assertRaisesRegex(AccessError, "password or second factor"):
            large.with_user(self.ann)._bridge_decide("approve")
        small.with_user(self.ann)._bridge_decide("approve")
        self.assertReleased(small)
        request = MagicMock()
        request.session.uid = self.ann.id
        for checked, released in ((time.time() - 3600, False), (time.time(), True)):
            request.session.get = {"identity-check-last": checked}.get
            with patch(REAL_USER, request):
                if released:
                    large.with_user(self.ann)._bridge_decide("approve")
                else:
                    with self.assertRaises(AccessError):
                        large.with_user(self.ann)._bridge_decide("approve")
        self.assertReleased(large)

    def test_the_dialog_asks_for_the_identity_before_it_decides(self):
        self.company.bridge_step_up_amount = 500
        self.make_rule(self.ann)
        payment = self.submit(500)
        opened = payment.with_user(self.ann).action_bridge_approve()
        wizard = self.env["payment.bridge.approve"].with_user(self.ann).browse(opened["res_id"])
        self.assertTrue(wizard.needs_identity)
        request = MagicMock()
        request.session.uid = self.ann.id
        request.session.get = {}.get
        with patch("odoo.addons.base.models.res_users.request", request), patch(REAL_USER, request):
            answer = wizard.action_confirm()
        self.assertEqual(answer["res_model"], "res.users.identitycheck")
        self.assertWaits(payment)

    def test_refusing_needs_no_identity_check(self):
        self.company.bridge_step_up_amount = 500
        self.make_rule(self.ann)
        payment = self.submit(500)
        self.decide(payment, self.ann, "refuse", "No")
        self.assertEqual(payment.bridge_approval_state, "refused")

    def test_people_named_leave_with_their_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.cid.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self.make_rule(self.ann)
        payment = self.submit()
        with self.assertRaises(AccessError):
            self.request_override(payment, self.cid)
