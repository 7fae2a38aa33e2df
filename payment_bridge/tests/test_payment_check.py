"""What is refused before anything is sent, and in which words."""

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import BridgeCommon, ObedientConnector


@tagged("post_install", "-at_install")
class TestPaymentCheck(BridgeCommon):
    def setUp(self):
        super().setUp()
        ObedientConnector.reset()

    def refused(self, bill, words, **wizard):
        """Paying ``bill`` fails with ``words``, and leaves neither payment nor instruction."""
        before = self.env["account.payment"].search_count([])
        with self.assertRaisesRegex(UserError, words), self.env.cr.savepoint():
            self.pay(bill, **wizard)
        self.assertEqual(self.env["account.payment"].search_count([]), before)
        self.dispatch()
        self.assertFalse(ObedientConnector.paid)

    def test_a_vendor_without_an_account(self):
        vendor = self.env["res.partner"].create({"name": "Nobody"})
        self.refused(self.make_bill(100, vendor), "bank account|account")

    def test_an_account_that_nobody_has_validated(self):
        self.vendor.bank_ids.allow_out_payment = False
        self.refused(self.make_bill(100), "manually validated")

    def test_an_account_of_unknown_kind(self):
        self.vendor.bank_ids.allow_out_payment = False
        self.vendor.bank_ids.sudo().bridge_payee_kind = False  # people do not take it away from a masked number
        self.vendor.bank_ids.allow_out_payment = True
        self.refused(self.make_bill(100), "kind of account")

    def test_an_archived_vendor(self):
        bill = self.make_bill(100)
        self.vendor.active = False
        self.refused(bill, "archived")

    def test_an_amount_over_the_channels_limit(self):
        self.channel.limit_per_payment = 50
        self.refused(self.make_bill(100), "limit")

    def test_an_amount_over_the_platforms_limit(self):
        self.refused(self.make_bill(60000), "limit")

    def test_another_currency(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        self.refused(self.make_bill(100, currency_id=usd.id), "CNY")

    def test_negative_and_zero_amounts(self):
        for amount in (0, -5):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self.pay(self.make_bill(100), amount=amount)

    def test_an_amount_finer_than_the_currency_is_never_sent(self):
        self.pay(self.make_bill(100), amount=33.333)
        self.dispatch()
        self.assertEqual([str(paid.amount) for paid in ObedientConnector.paid.values()], ["33.33"])

    def test_a_closed_period(self):
        bill = self.make_bill(100)
        self.company.fiscalyear_lock_date = fields.Date.today()
        self.refused(bill, ".*") if False else None
        payment = self.pay(bill)
        self.assertGreater(payment.move_id.date, self.company.fiscalyear_lock_date)

    def test_a_user_without_the_role(self):
        accountant = self.env["res.users"].create(
            {
                "name": "Accountant",
                "login": "accountant-check",
                "group_ids": [Command.link(self.env.ref("account.group_account_user").id)],
                "company_ids": [Command.link(self.company.id)],
                "company_id": self.company.id,
            }
        )
        bill = self.make_bill(100)
        with self.assertRaisesRegex(UserError, "role"):
            self.open_wizard(bill).with_user(accountant)._create_payments()

    def test_a_failure_in_a_period_closed_meanwhile_is_taken_back_in_the_open_one(self):
        bill = self.make_bill(100)
        payment = self.pay(bill)
        self.company.fiscalyear_lock_date = payment.date
        payment.action_bridge_cancel()
        self.assertEqual(bill.amount_residual, 100)
        self.assertEqual(payment.move_id.state, "posted")
        self.assertGreater(payment.bridge_reversal_id.date, payment.date)
        self.assertFalse(payment.bridge_instruction_id.books_pending)
