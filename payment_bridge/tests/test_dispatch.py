"""Sending: what leaves, when, how often, and what each answer does to the bill."""

from decimal import Decimal

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..connector.errors import Misconfigured, NotSent, Rejected, Throttled, Uncertain, Untrusted
from ..connector.types import Money, Outcome, OutcomeStatus
from .common import BridgeCommon, ObedientConnector


@tagged("post_install", "-at_install")
class TestDispatch(BridgeCommon):
    def setUp(self):
        super().setUp()
        ObedientConnector.reset()

    def test_nothing_leaves_inside_the_request_that_registers_the_payment(self):
        payment = self.pay(self.make_bill(100))
        self.assertEqual(payment.bridge_state, "queued")
        self.assertFalse(ObedientConnector.paid)

    def test_a_bill_reads_in_payment_until_the_platform_confirms(self):
        bill = self.make_bill(100)
        payment = self.pay(bill)
        self.assertEqual(bill.payment_state, "in_payment")
        self.dispatch()
        self.assertEqual(payment.bridge_state, "succeeded")
        self.assertEqual(bill.payment_state, "paid")
        self.assertBooksBalance(payment, paid=True)

    def test_a_run_that_finds_nothing_new_pays_nothing_again(self):
        self.pay(self.make_bill(100))
        self.dispatch()
        self.dispatch()
        self.assertEqual(len(ObedientConnector.paid), 1)

    def test_a_run_that_is_out_of_time_wakes_the_next_one(self):
        self.pay(self.make_bill(100))
        with self.job_env() as env:
            cron = env.ref("payment_bridge.cron_dispatch")
            asked = [("cron_id", "=", cron.id)]
            before = env["ir.cron.trigger"].search_count(asked)
            out_of_time = cron.with_context(cron_id=cron.id, cron_end_time=0.0)._add_progress()[0].env
            out_of_time["payment.bridge.instruction"]._cron_dispatch()
            self.assertEqual(env["ir.cron.trigger"].search_count(asked), before + 1)
        self.assertEqual(len(ObedientConnector.paid), 1)

    def test_many_bills_of_one_vendor_leave_as_one_order(self):
        bills = self.make_bill(100) | self.make_bill(50.5)
        payment = self.pay(bills, group_payment=True)
        self.dispatch()
        self.assertEqual(len(payment), 1)
        self.assertEqual(list(ObedientConnector.paid.values()), [Money(Decimal("150.50"), "CNY")])
        self.assertEqual(set(bills.mapped("payment_state")), {"paid"})

    def test_a_certain_refusal_opens_the_bill_with_the_reason(self):
        ObedientConnector.answers[None] = [Rejected("no such payee", code="PAYEE_NOT_EXIST")]
        bill = self.make_bill(100)
        payment = self.pay(bill)
        self.dispatch()
        self.assertEqual(payment.bridge_state, "failed")
        self.assertEqual(payment.state, "canceled")
        self.assertEqual(bill.payment_state, "not_paid")
        self.assertIn("no such payee", bill.message_ids[0].body)
        self.assertTrue(bill.activity_ids)
        self.assertBooksBalance(payment, paid=False)

    def test_after_a_certain_failure_the_bill_can_be_paid_again(self):
        ObedientConnector.answers[None] = [Rejected("no such payee", code="PAYEE_NOT_EXIST")]
        bill = self.make_bill(100)
        first = self.pay(bill)
        self.dispatch()
        second = self.pay(bill)
        self.dispatch()
        self.assertNotEqual(first.bridge_instruction_id.key, second.bridge_instruction_id.key)
        self.assertEqual(bill.payment_state, "paid")
        self.assertEqual(len(ObedientConnector.paid), 1)

    def test_an_uncertain_answer_is_asked_about_and_not_sent_again(self):
        for error in (Uncertain("no answer"), Untrusted("wrong signature")):
            ObedientConnector.reset()
            ObedientConnector.answers[None] = [error]
            payment = self.pay(self.make_bill(100))
            self.dispatch()
            instruction = payment.bridge_instruction_id
            self.assertEqual(instruction.state, "uncertain")
            self.assertTrue(instruction.next_query_at)
            self.dispatch()
            self.assertEqual(instruction.send_count, 1)
            with self.assertRaises(UserError):
                payment.action_bridge_pay_again()

    def test_what_certainly_was_not_sent_waits_and_leaves_under_the_same_number(self):
        for error in (
            NotSent("refused"),
            Throttled("slowly", retry_after=1),
            Rejected("no money", retry_same_key=True),
        ):
            ObedientConnector.reset()
            ObedientConnector.answers[None] = [error]
            payment = self.pay(self.make_bill(100))
            self.dispatch()
            instruction = payment.bridge_instruction_id
            self.assertEqual(instruction.state, "queued")
            self.assertTrue(instruction.not_before)
            instruction.action_send_now()
            self.dispatch()
            self.assertEqual(payment.bridge_state, "succeeded")
            self.assertEqual(list(ObedientConnector.paid), [instruction.key])

    def test_wrong_settings_pause_the_channel_and_keep_the_payment_waiting(self):
        ObedientConnector.answers[None] = [Misconfigured("the key is not ours")]
        payment = self.pay(self.make_bill(100))
        self.dispatch()
        self.assertEqual(payment.bridge_state, "queued")
        self.assertEqual(self.channel.state, "paused")
        self.assertIn("the key is not ours", self.channel.pause_reason)
        self.assertIn("not active", payment.bridge_why)

    def test_a_paused_channel_sends_nothing(self):
        payment = self.pay(self.make_bill(100))
        self.channel.action_pause()
        self.dispatch()
        self.assertEqual(payment.bridge_state, "queued")
        self.assertFalse(ObedientConnector.paid)

    def test_an_answer_for_another_amount_changes_nothing_and_is_noted(self):
        other = Outcome(OutcomeStatus.SUCCEEDED, amount=Money(Decimal("1.00"), "CNY"))
        ObedientConnector.answers[None] = [other]
        payment = self.pay(self.make_bill(100))
        self.dispatch()
        instruction = payment.bridge_instruction_id
        self.assertEqual(instruction.discrepancy_ids.kind, "amount")
        self.assertEqual(instruction.state, "uncertain")

    def test_a_payment_that_left_cannot_be_edited_or_deleted(self):
        payment = self.pay(self.make_bill(100))
        for values in ({"amount": 1}, {"partner_id": self.env.user.partner_id.id}, {"date": "2020-01-01"}):
            with self.assertRaises(UserError):
                payment.write(values)
        for action in (payment.action_draft, payment.action_cancel, payment.action_reject, payment.unlink):
            with self.assertRaises(UserError):
                action()
        with self.assertRaises(UserError):
            payment.move_id.button_draft()
        with self.assertRaises(UserError):
            payment.move_id.line_ids.remove_move_reconcile()

    def test_a_waiting_payment_is_withdrawn_and_its_bill_opens(self):
        bill = self.make_bill(100)
        payment = self.pay(bill)
        payment.action_bridge_cancel()
        self.assertEqual(payment.bridge_state, "cancelled")
        self.assertEqual(bill.payment_state, "not_paid")
        self.dispatch()
        self.assertFalse(ObedientConnector.paid)

    def test_a_sent_payment_is_not_withdrawn(self):
        payment = self.pay(self.make_bill(100))
        self.dispatch()
        with self.assertRaises(UserError):
            payment.action_bridge_cancel()

    def test_the_day_limit_holds_the_rest_until_tomorrow(self):
        self.channel.limit_per_day = 150
        payments = self.pay(self.make_bill(100)) | self.pay(self.make_bill(100))
        self.dispatch()
        self.assertEqual(sorted(payments.mapped("bridge_state")), ["queued", "succeeded"])
        held = payments.filtered(lambda payment: payment.bridge_state == "queued")
        self.assertIn("limit for today", held.bridge_why)

    def test_a_defect_in_a_connector_leaves_the_result_unknown(self):
        ObedientConnector.answers[None] = [ZeroDivisionError()]
        payment = self.pay(self.make_bill(100))
        with self.assertLogs("odoo.addons.payment_bridge", "ERROR"):
            self.dispatch()
        self.assertEqual(payment.bridge_state, "uncertain")
