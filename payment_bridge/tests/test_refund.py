"""Giving back: never more than was taken, on the channel that took it, once."""

from psycopg2.errors import CheckViolation

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..connector.errors import Rejected
from .common import BridgeCommon, ObedientConnector


@tagged("post_install", "-at_install")
class TestRefund(BridgeCommon):
    def setUp(self):
        super().setUp()
        ObedientConnector.reset()
        self.invoice = self.make_invoice(100)
        self.collection = self.invoice._bridge_collect(self.channel, "qr")
        self.dispatch_urgent()
        ObedientConnector.customer_pays(self.collection.key)
        self.query(self.collection)
        self.receipt = self.collection.payment_id

    def refund(self, amount, reason="Half returned"):
        wizard = self.env["payment.bridge.refund.entry"].create(
            {"payment_id": self.receipt.id, "amount": amount, "reason": reason}
        )
        return self.env["account.payment"].browse(wizard.action_refund()["res_id"])

    def test_parts_are_given_back_up_to_what_was_taken(self):
        first = self.refund(40)
        self.assertEqual(self.receipt.bridge_refundable, 60)
        second = self.refund(60)
        self.dispatch()
        self.assertEqual([first.bridge_state, second.bridge_state], ["succeeded", "succeeded"])
        self.assertNotEqual(first.bridge_instruction_id.key, second.bridge_instruction_id.key)
        self.assertEqual(self.receipt.bridge_refundable, 0)
        self.assertFalse(self.receipt.bridge_can_refund)
        with self.assertRaisesRegex(UserError, "left to give back"):
            self.refund(0.01)

    def test_the_database_keeps_the_sum_within_what_was_taken(self):
        refund = self.refund(40)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(CheckViolation),
            self.env.cr.savepoint(),
        ):
            refund._bridge_hold_refund(100.01)

    def test_a_refused_refund_frees_its_amount(self):
        ObedientConnector.answers = {None: [Rejected("no balance")]}
        refund = self.refund(40)
        self.dispatch()
        self.assertEqual(refund.bridge_state, "failed")
        self.assertEqual(refund.state, "canceled")
        self.assertEqual(self.receipt.bridge_refundable, 100)

    def test_a_credit_note_is_given_back_through_the_channel_that_took_the_money(self):
        reversal = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=self.invoice.ids
        )
        action = reversal.create({"journal_id": self.invoice.journal_id.id}).refund_moves()
        note = self.env["account.move"].browse(action["res_id"])
        note.action_post()
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=note.ids)
            .create({})
        )
        self.assertEqual(wizard.bridge_refund_of_id, self.receipt)
        wizard._onchange_bridge_refund_of()
        payment = wizard._create_payments()
        self.assertEqual(payment.bridge_refund_of_id, self.receipt)
        self.dispatch()
        self.assertEqual(payment.bridge_operation, "refund")
        self.assertEqual(payment.bridge_state, "succeeded")
        self.assertEqual(note.amount_residual, 0)

    def test_no_amount_and_no_reason_are_refused(self):
        with self.assertRaisesRegex(UserError, "how much"):
            self.refund(0)
        with self.assertRaisesRegex(UserError, "Say why"):
            self.refund(10, " ")

    def test_more_parts_than_the_platform_allows_are_refused(self):
        for _part in range(3):
            self.refund(10)
        with self.assertRaisesRegex(UserError, "at most 3 parts"):
            self.refund(10)

    def test_refunding_money_paid_twice_leaves_nothing_on_the_account(self):
        other = self.make_channel("Other")
        invoice = self.make_invoice(50)
        first, second = (invoice._bridge_collect(channel, "qr") for channel in (self.channel, other))
        self.dispatch_urgent()
        for one in (first, second):
            ObedientConnector.customer_pays(one.key)
        self.query(first + second)
        self.receipt = second.payment_id
        self.assertTrue(self.receipt.bridge_undecided)
        refund = self.refund(50)
        self.dispatch()
        self.assertEqual(refund.bridge_state, "succeeded")
        self.assertTrue(self.receipt._seek_for_lines()[1].reconciled)
        self.assertTrue(refund._seek_for_lines()[1].reconciled)
