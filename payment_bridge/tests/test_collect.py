"""Money from customers: offered once, believed when it is true, booked once, and never silently."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..connector.errors import Uncertain
from ..connector.types import Money, Outcome, OutcomeStatus
from .common import BridgeCommon, ObedientConnector


@tagged("post_install", "-at_install")
class TestCollect(BridgeCommon):
    def setUp(self):
        super().setUp()
        ObedientConnector.reset()
        self.invoice = self.make_invoice(120.5)

    def offer(self, invoice=None, channel=None):
        """Offer an invoice by code and let the platform show it."""
        instruction = (invoice or self.invoice)._bridge_collect(channel or self.channel, "qr")
        self.dispatch_urgent()
        return instruction

    def be_due(self, instruction):
        """Let the offer's time be over."""
        past = fields.Datetime.now() - timedelta(minutes=1)
        instruction.sudo()._set(ends_at=past, expires_at=past)

    def discrepancies(self, instruction):
        return instruction.discrepancy_ids.filtered(lambda one: one.state == "open").mapped("kind")

    def test_an_offer_shows_a_code_and_books_nothing(self):
        instruction = self.offer()
        self.assertEqual(instruction.state, "processing")
        self.assertTrue(self.invoice.bridge_qr)
        self.assertIn("/payment_bridge/pay/", self.invoice.bridge_pay_url)
        self.assertFalse(instruction.payment_id.move_id)
        self.assertEqual(self.invoice.payment_state, "not_paid")
        self.assertEqual(self.invoice.amount_residual, 120.5)

    def test_offering_twice_is_one_offer(self):
        first = self.offer()
        self.assertEqual(self.invoice._bridge_collect(self.channel, "qr"), first)
        self.assertEqual(len(ObedientConnector.offered), 1)

    def test_a_paid_offer_settles_its_invoice_once(self):
        instruction = self.offer()
        ObedientConnector.customer_pays(instruction.key)
        self.query(instruction)
        self.assertEqual(instruction.state, "succeeded")
        payment = instruction.payment_id
        self.assertEqual(payment.state, "paid")
        self.assertEqual(self.invoice.payment_state, "paid")
        self.assertEqual(self.invoice.amount_residual, 0)
        self.assertFalse(instruction.books_pending)
        entry = payment.move_id
        self.query(instruction)
        self.assertEqual(payment.move_id, entry)
        self.assertEqual(self.invoice.amount_residual, 0)

    def test_a_receipt_cannot_be_posted_before_the_platform_has_the_money(self):
        payment = self.offer().payment_id
        with self.assertRaisesRegex(UserError, "not been paid yet"):
            payment.action_post()
        with self.assertRaises(UserError):
            payment.amount = 1

    def test_an_offer_that_nobody_paid_ends_and_leaves_the_invoice_open(self):
        instruction = self.offer()
        self.be_due(instruction)
        self.query(instruction)
        self.assertEqual(instruction.state, "closed")
        self.assertEqual(instruction.payment_id.state, "canceled")
        self.assertFalse(ObedientConnector.customer_pays(instruction.key))
        self.assertEqual(self.invoice.payment_state, "not_paid")
        self.assertTrue(self.invoice._bridge_collect(self.channel, "qr") != instruction)

    def test_ending_an_offer_that_was_paid_meanwhile_takes_the_money_in(self):
        instruction = self.offer()
        ObedientConnector.customer_pays(instruction.key)
        instruction.payment_id.action_bridge_close()
        self.query()
        self.assertEqual(instruction.state, "succeeded")
        self.assertEqual(self.invoice.amount_residual, 0)

    def test_a_lost_answer_is_asked_about_and_the_code_is_found(self):
        ObedientConnector.answers = {None: [Uncertain("no answer")]}
        instruction = self.offer()
        self.assertEqual(instruction.state, "uncertain")
        self.query(instruction)
        self.assertEqual(instruction.state, "queued")  # it never arrived
        self.dispatch_urgent()
        self.assertEqual(instruction.state, "processing")
        self.assertTrue(instruction.qr)

    def test_paying_two_offers_waits_for_a_decision(self):
        other = self.make_channel("Other")
        first, second = self.offer(), self.offer(channel=other)
        ObedientConnector.customer_pays(first.key)
        ObedientConnector.customer_pays(second.key)
        self.query(first + second)
        self.assertEqual([first.state, second.state], ["succeeded", "succeeded"])
        payment = second.payment_id
        self.assertTrue(payment.bridge_undecided)
        self.assertFalse(payment.move_id)
        self.assertEqual(self.discrepancies(second), ["paid_twice"])
        payment.action_bridge_book_credit()
        self.assertFalse(payment.bridge_undecided)
        self.assertEqual(self.discrepancies(second), [])
        self.assertFalse(payment._seek_for_lines()[1].reconciled)

    def test_the_first_payment_ends_the_other_offers(self):
        other = self.make_channel("Other")
        first, second = self.offer(), self.offer(channel=other)
        ObedientConnector.customer_pays(first.key)
        self.query(first)
        self.query()
        self.assertEqual(second.state, "closed")
        self.assertIn(second.key, ObedientConnector.ended)

    def test_an_invoice_paid_otherwise_is_not_offered_any_longer(self):
        instruction = self.offer()
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.invoice.ids
        )
        wizard.create({"journal_id": self.company_data["default_journal_bank"].id})._create_payments()
        self.query()
        self.assertEqual(instruction.state, "closed")

    def test_money_after_the_end_is_named_and_booked_only_when_accepted(self):
        instruction = self.offer()
        self.be_due(instruction)
        self.query(instruction)
        ObedientConnector.ended.clear()
        ObedientConnector.customer_pays(instruction.key)
        told = Outcome(OutcomeStatus.SUCCEEDED, key=instruction.key, amount=Money(instruction._money().amount, "CNY"))
        self.assertFalse(instruction._apply(told, "notification"))
        self.assertEqual(instruction.state, "closed")
        self.assertEqual(self.discrepancies(instruction), ["paid_after_close"])
        self.assertEqual(self.invoice.amount_residual, 120.5)
        instruction.action_accept_late_money()
        self.assertEqual(instruction.state, "succeeded")
        self.assertEqual(self.invoice.amount_residual, 0)
        self.assertEqual(self.discrepancies(instruction), [])
        self.assertEqual(instruction.payment_id.bridge_instruction_id, instruction)

    def test_a_wrong_amount_is_named_and_books_nothing(self):
        instruction = self.offer()
        ObedientConnector.customer_pays(instruction.key, amount="120.49")
        self.query(instruction)
        self.assertEqual(instruction.state, "processing")
        self.assertEqual(self.discrepancies(instruction), ["amount"])
        self.assertEqual(self.invoice.amount_residual, 120.5)

    def test_money_that_came_is_kept_when_the_books_are_closed(self):
        instruction = self.offer()
        self.company.sudo().fiscalyear_lock_date = fields.Date.today()
        ObedientConnector.customer_pays(instruction.key)
        self.query(instruction)
        self.assertEqual(instruction.state, "succeeded")
        self.assertEqual(self.invoice.amount_residual, 0)
        self.assertGreater(instruction.payment_id.date, fields.Date.today())

    def test_only_a_clerk_may_collect(self):
        reader = self.env["res.users"].create(
            {
                "name": "Reader",
                "login": "reader",
                "company_id": self.company.id,
                "company_ids": self.company.ids,
                "group_ids": [(6, 0, [self.env.ref("account.group_account_invoice").id])],
            }
        )
        with self.assertRaises(UserError):
            self.invoice.with_user(reader).action_bridge_collect()

    def test_what_does_not_fit_is_refused_in_words(self):
        large = self.make_invoice(6000)
        with self.assertRaisesRegex(UserError, "choose another way"):
            large._bridge_collect(self.channel, "qr")
        self.assertEqual(large._bridge_portal_ways(), [])
        bill = self.make_bill(10)
        with self.assertRaisesRegex(UserError, "nothing left to collect"):
            bill._bridge_collect(self.channel, "qr")

    def test_the_printed_invoice_carries_a_code(self):
        self.assertTrue(self.invoice._bridge_pay_picture().startswith("data:image/svg"))
        html = self.env["ir.actions.report"]._render_qweb_html("account.report_invoice", self.invoice.ids)[0].decode()
        self.assertTrue("payment_bridge_code" in html, "no code on the printed invoice")
        ObedientConnector.customer_pays(self.offer().key)
        self.query(self.invoice.bridge_instruction_ids)
        html = self.env["ir.actions.report"]._render_qweb_html("account.report_invoice", self.invoice.ids)[0].decode()
        self.assertFalse("payment_bridge_code" in html, "a paid invoice still carries a code")


@tagged("post_install", "-at_install")
class TestCharge(BridgeCommon):
    def setUp(self):
        super().setUp()
        ObedientConnector.reset()
        self.invoice = self.make_invoice(30)

    def charge(self, code="7712345678"):
        wizard = self.env["payment.bridge.charge"].create({"invoice_id": self.invoice.id, "code": code})
        return wizard.instruction_id

    def test_a_charged_code_settles_the_invoice_and_is_forgotten(self):
        instruction = self.charge()
        self.dispatch_urgent()
        self.assertEqual(ObedientConnector.charged, ["7712345678"])
        self.assertEqual(instruction.state, "succeeded")
        self.assertFalse(instruction.sudo().auth_code)
        self.assertEqual(self.invoice.amount_residual, 0)

    def test_the_clerk_chooses_among_several_accounts_of_one_platform(self):
        shop = self.make_channel("Shop", sequence=99)
        draft = self.env["payment.bridge.channel"].create({"name": "Draft", "connector_code": shop.connector_code})
        wizard = self.env["payment.bridge.charge"].create({"invoice_id": self.invoice.id})
        self.assertTrue(wizard.has_choice)
        self.assertEqual(wizard.channel_ids, self.channel | shop)
        wizard.write({"channel_id": shop.id, "code": "7712345678"})
        self.assertEqual(wizard.instruction_id.channel_id, shop)
        other = self.make_invoice(30)
        for channel in (draft, self.make_channel("Dollars", currency_id=self.env.ref("base.USD").id)):
            with self.assertRaisesRegex(UserError, "Nothing was charged"), self.env.cr.savepoint():
                self.env["payment.bridge.charge"].create(
                    {"invoice_id": other.id, "channel_id": channel.id, "code": "7712345678"}
                )
        first = self.env["payment.bridge.charge"].create({"invoice_id": other.id, "code": "7712345678"})
        self.assertEqual(first.instruction_id.channel_id, self.channel)

    def test_a_code_of_no_platform_is_refused(self):
        with self.assertRaisesRegex(UserError, "no payment code"):
            self.charge("123")

    def test_a_doubtful_charge_is_taken_back(self):
        ObedientConnector.answers = {None: [Uncertain("no answer")]}
        instruction = self.charge()
        self.dispatch_urgent()
        self.assertEqual(instruction.state, "uncertain")
        instruction.sudo()._set(ends_at=fields.Datetime.now() - timedelta(seconds=1))
        self.query(instruction)
        self.assertEqual(instruction.state, "closed")
        self.assertIn(instruction.key, ObedientConnector.ended)
        self.assertEqual(self.invoice.amount_residual, 30)

    def test_a_code_that_waited_too_long_is_not_charged(self):
        instruction = self.charge()
        self.env.cr.execute(
            "UPDATE payment_bridge_instruction SET create_date = create_date - interval '2 minutes' WHERE id = %s",
            (instruction.id,),
        )
        instruction.invalidate_recordset()
        self.dispatch_urgent()
        self.assertEqual(instruction.state, "failed")
        self.assertEqual(ObedientConnector.charged, [])
