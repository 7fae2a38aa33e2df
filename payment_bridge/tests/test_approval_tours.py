"""Approvers in the browser, in both languages: at a desk and with a phone."""

from odoo.tests import HttpCase, tagged

from .approval_common import ApprovalCommon

LANGUAGES = ("en_US", "zh_CN")
URL = "/odoo/action-payment_bridge.action_to_approve"


class ApprovalTours(ApprovalCommon, HttpCase):
    """An approver who can log in."""

    def approver_in(self, lang):
        self.env["res.lang"]._activate_lang(lang)
        user = self.person(f"tour-{lang}", "approver")
        user.write({"password": user.login, "lang": lang})
        return user


@tagged("post_install", "-at_install")
class TestApprovalAtDesk(ApprovalTours):
    def test_many_are_approved_with_their_total(self):
        for lang in LANGUAGES:
            with self.subTest(lang=lang):
                user = self.approver_in(lang)
                rule = self.make_rule(user)
                payments = self.submit(100) | self.submit(250)
                self.start_tour(
                    "/odoo/action-payment_bridge.action_channel", "payment_bridge_approve_many", login=user.login
                )
                for payment in payments:
                    self.assertReleased(payment)
                rule.active = False


@tagged("post_install", "-at_install")
class TestApprovalOnPhone(ApprovalTours):
    browser_size = "375x667"
    touch_enabled = True

    def test_one_is_approved_on_a_phone(self):
        for lang in LANGUAGES:
            with self.subTest(lang=lang):
                user = self.approver_in(lang)
                rule = self.make_rule(user)
                payment = self.submit(100)
                self.start_tour(URL, "payment_bridge_approve_on_phone", login=user.login)
                self.assertReleased(payment)
                rule.active = False
