"""Asking: until somebody knows, and never more than that."""

from datetime import timedelta
from decimal import Decimal
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..connector.errors import InvalidOrder, Uncertain
from ..connector.types import Money, Outcome, OutcomeStatus
from ..models.payment_bridge_instruction_query import delay_after
from .common import BridgeCommon, ObedientConnector


def executed_without_answer(connector):
    """The platform pays, and its answer is lost."""

    def act(order):
        connector.paid[order.key] = order.amount
        raise Uncertain("no answer arrived in time")

    return act


@tagged("post_install", "-at_install")
class TestQuery(BridgeCommon):
    def setUp(self):
        super().setUp()
        ObedientConnector.reset()

    def uncertain_payment(self, acted):
        bill = self.make_bill(100)
        lost = executed_without_answer(ObedientConnector) if acted else Uncertain("no answer")
        ObedientConnector.answers[None] = [lost]
        payment = self.pay(bill)
        self.dispatch()
        self.assertEqual(payment.bridge_state, "uncertain")
        return payment

    def test_a_lost_answer_is_found_by_asking_and_paid_once(self):
        payment = self.uncertain_payment(acted=True)
        self.query(payment.bridge_instruction_id)
        self.assertEqual(payment.bridge_state, "succeeded")
        self.assertEqual(payment.bridge_instruction_id.send_count, 1)

    def test_a_lost_request_leaves_again_under_its_own_number_after_asking(self):
        payment = self.uncertain_payment(acted=False)
        key = payment.bridge_instruction_id.key
        self.query(payment.bridge_instruction_id)
        self.assertEqual(payment.bridge_state, "queued")
        self.dispatch()
        self.assertEqual(payment.bridge_state, "succeeded")
        self.assertEqual(list(ObedientConnector.paid), [key])

    def test_an_order_that_gets_lost_again_and_again_leaves_ever_later(self):
        payment = self.uncertain_payment(acted=False)
        instruction = payment.bridge_instruction_id
        waits = []
        for _repeat in range(3):
            ObedientConnector.answers[None] = [Uncertain("no answer")]
            self.query(instruction)
            waits.append(instruction.not_before and instruction.not_before - fields.Datetime.now())
            instruction.action_send_now()
            self.dispatch()
        self.assertFalse(waits[0])
        self.assertGreater(waits[2], waits[1])
        self.assertFalse(ObedientConnector.paid)

    def test_an_unanswered_question_is_asked_again_later(self):
        payment = self.uncertain_payment(acted=True)
        instruction = payment.bridge_instruction_id
        ObedientConnector.query_answers[None] = [Uncertain("down")]
        self.query(instruction)
        self.assertEqual(instruction.state, "uncertain")
        self.assertGreater(instruction.next_query_at, fields.Datetime.now())
        self.assertEqual(instruction.query_count, 1)

    def test_the_schedule_grows_and_never_ends(self):
        seconds = [delay_after(count) / timedelta(seconds=1) for count in (0, 1, 2, 3, 4, 10, 100, 10000)]
        for delay, planned in zip(seconds, (10, 30, 120, 600, 3600, 3600, 86400, 86400), strict=True):
            self.assertTrue(0.8 * planned <= delay <= 1.2 * planned)

    def test_a_return_after_success_reverses_the_payment_and_opens_the_bill(self):
        vendor = self.make_vendor("Steel Works", "6222020000000001", kind="bank_account")
        bill = self.make_bill(100, vendor)
        payment = self.pay(bill)
        self.dispatch()
        instruction = payment.bridge_instruction_id
        self.assertTrue(instruction.next_query_at, "a bank payment is watched for a late return")
        ObedientConnector.query_answers[None] = [
            Outcome(OutcomeStatus.RETURNED, key=instruction.key, platform_message="account closed")
        ]
        self.query(instruction)
        self.assertEqual(payment.bridge_state, "returned")
        self.assertFalse(instruction.discrepancy_ids.mapped("summary"))
        self.assertEqual(bill.payment_state, "not_paid")
        self.assertEqual(bill.amount_residual, 100)
        self.assertEqual(payment.bridge_reversal_id.state, "posted")
        self.assertFalse(instruction.books_pending)

    def test_a_contradiction_is_noted_and_changes_nothing(self):
        payment = self.pay(self.make_bill(100))
        self.dispatch()
        instruction = payment.bridge_instruction_id
        instruction.sudo()._apply(Outcome(OutcomeStatus.FAILED, key=instruction.key), "notification")
        self.assertEqual(instruction.state, "succeeded")
        self.assertEqual(instruction.discrepancy_ids.kind, "contradiction")

    def test_an_order_that_vanished_at_the_platform_is_never_sent_again(self):
        ObedientConnector.answers[None] = [Outcome(OutcomeStatus.PROCESSING)]
        payment = self.pay(self.make_bill(100))
        self.dispatch()
        instruction = payment.bridge_instruction_id
        self.query(instruction)
        self.assertEqual(instruction.state, "processing")
        self.assertEqual(instruction.discrepancy_ids.kind, "contradiction")

    def waiting_again(self):
        """An order that the platform did not know when asked, while its first sending may still arrive."""
        instruction = self.uncertain_payment(acted=False).bridge_instruction_id.sudo()
        self.query(instruction)
        self.assertEqual(instruction.state, "queued")
        return instruction

    def test_a_sending_that_arrives_late_is_told_of_before_the_order_leaves_again(self):
        for told in (OutcomeStatus.SUCCEEDED, OutcomeStatus.PROCESSING, OutcomeStatus.RETURNED):
            ObedientConnector.reset()
            instruction = self.waiting_again()
            instruction._apply(Outcome(told, key=instruction.key), "notification")
            self.dispatch()
            self.assertEqual(instruction.state, told.value)
            self.assertEqual(instruction.send_count, 1)
            self.assertFalse(instruction.discrepancy_ids.mapped("summary"))

    def test_how_a_late_sending_ended_opens_no_bill_while_the_order_waits_to_leave_again(self):
        instruction = self.waiting_again()
        for told in (OutcomeStatus.FAILED, OutcomeStatus.CLOSED):
            self.assertFalse(instruction._apply(Outcome(told, key=instruction.key), "notification"))
        self.assertEqual(instruction.state, "queued")
        self.assertFalse(instruction.discrepancy_ids.mapped("summary"))

    def test_nothing_can_be_told_of_an_order_that_never_left(self):
        for told in (OutcomeStatus.SUCCEEDED, OutcomeStatus.FAILED):
            instruction = self.pay(self.make_bill(100)).bridge_instruction_id
            self.assertFalse(instruction.sudo()._apply(Outcome(told, key=instruction.key), "notification"))
            self.assertEqual(instruction.state, "queued")
            self.assertEqual(instruction.discrepancy_ids.kind, "contradiction")

    def test_a_rule_of_ours_opens_no_bill_while_an_earlier_sending_may_arrive(self):
        broken = InvalidOrder("title", "a character that the platform refuses")
        for broken_in in ("check_pay_out", "pay_out"):
            ObedientConnector.reset()
            instruction = self.waiting_again()
            with patch.object(ObedientConnector, broken_in, side_effect=broken):
                self.dispatch()
                self.assertEqual(instruction.state, "queued")
                self.assertGreater(instruction.not_before, fields.Datetime.now())
                self.assertIn("a character", instruction.hold_reason)
                instruction._set(may_arrive_until=fields.Datetime.now(), not_before=False)
                self.dispatch()
            self.assertEqual(instruction.state, "failed")

    def meanwhile(self, happens):
        """Let something happen to an order while a question about it is under way."""
        instructions = self.env.registry["payment.bridge.instruction"]
        record = instructions._record_answer

        def late(instruction, call):
            happens(instruction)
            return record(instruction, call)

        self.patch(instructions, "_record_answer", late)

    def test_an_answer_that_is_older_than_the_news_is_no_contradiction(self):
        payment = self.uncertain_payment(acted=False)
        instruction = payment.bridge_instruction_id
        paid = Outcome(OutcomeStatus.SUCCEEDED, key=instruction.key, amount=Money(Decimal("100.00"), "CNY"))
        self.meanwhile(lambda one: one._apply(paid, "notification"))
        self.query(instruction)
        self.assertEqual(instruction.state, "succeeded")
        self.assertFalse(instruction.discrepancy_ids.mapped("summary"))

    def test_two_questions_at_once_let_an_order_leave_again_once(self):
        payment = self.uncertain_payment(acted=False)
        instruction = payment.bridge_instruction_id
        self.meanwhile(lambda one: one._leave_again(Outcome(OutcomeStatus.NOT_FOUND, key=one.key)))
        self.query(instruction)
        self.assertEqual(instruction.state, "queued")
        self.assertFalse(instruction.discrepancy_ids.mapped("summary"))

    def test_an_answer_about_an_earlier_sending_is_asked_for_again(self):
        payment = self.uncertain_payment(acted=False)
        instruction = payment.bridge_instruction_id
        self.meanwhile(lambda one: one._set(send_count=2))
        self.query(instruction)
        self.assertEqual(instruction.state, "uncertain")
        self.assertTrue(instruction.next_query_at)

    def test_a_dead_dispatcher_leaves_an_unknown_result_that_is_asked_about(self):
        payment = self.pay(self.make_bill(100))
        instruction = payment.bridge_instruction_id
        with self.job_env() as env:
            calls, _count = env["payment.bridge.instruction"]._claim(
                env["payment.bridge.channel"].browse(self.channel.id), 4711
            )
            calls[0].connector.pay_out(calls[0].order)
        self.env.invalidate_all()
        self.assertEqual(instruction.state, "sending")
        self.query()
        self.assertEqual(payment.bridge_state, "succeeded")
        self.assertEqual(ObedientConnector.paid, {instruction.key: Money(Decimal("100.00"), "CNY")})
