"""The main job in a browser, in both languages."""

from odoo.tests import HttpCase, tagged

from .common import BridgeCommon, ObedientConnector

LANGUAGES = ("en_US", "zh_CN")


@tagged("post_install", "-at_install")
class TestTours(BridgeCommon, HttpCase):
    def setUp(self):
        super().setUp()
        ObedientConnector.reset()

    def accountant(self, lang):
        """A clerk who works in that language."""
        self.env["res.lang"]._activate_lang(lang)
        return self.env["res.users"].create(
            {
                "name": f"Accountant {lang}",
                "login": f"accountant-{lang}",
                "password": f"accountant-{lang}",
                "lang": lang,
                "company_id": self.company.id,
                "company_ids": [(6, 0, self.company.ids)],
                "group_ids": [(6, 0, self.env.ref("payment_bridge.group_clerk").ids)],
            }
        )

    def test_a_bill_is_paid_and_followed_in_every_language(self):
        for lang in LANGUAGES:
            with self.subTest(lang=lang):
                user = self.accountant(lang)
                bill = self.make_bill(100)
                url = f"/odoo/action-account.action_move_in_invoice_type/{bill.id}"
                self.start_tour(url, "payment_bridge_pay_bill", login=user.login)
                self.dispatch()
                self.start_tour(url, "payment_bridge_follow_payment", login=user.login)
                self.assertEqual(bill.payment_state, "paid")
        self.assertEqual(len(ObedientConnector.paid), len(LANGUAGES))
