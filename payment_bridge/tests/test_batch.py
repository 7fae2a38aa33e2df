"""Batches: several pay-outs leave as one order, and never twice, whatever becomes of it."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..connector.errors import InvalidOrder, Misconfigured, NotSent, Rejected, Uncertain
from ..connector.types import BatchOutcome, Money, Outcome, OutcomeStatus
from .common import BridgeCommon, ObedientConnector


def taken_without_answer(batch):
    """The platform takes the batch, and its answer is lost."""
    connector = ObedientConnector
    connector.batches[batch.key] = batch
    connector.paid.update({order.key: order.amount for order in batch.orders})
    raise Uncertain("no answer arrived in time")


@tagged("post_install", "-at_install")
class TestBatch(BridgeCommon):
    def setUp(self):
        super().setUp()
        ObedientConnector.reset()
        self.channel.use_batches = True

    def pay_each(self, *amounts):
        """A payment for each amount, none sent yet."""
        payments = self.env["account.payment"]
        for amount in amounts:
            payments |= self.pay(self.make_bill(amount))
        return payments

    def sent(self, *amounts, answer=None):
        """The same, sent together; ``answer`` is laid ready at the platform."""
        if answer is not None:
            ObedientConnector.batch_answers[None] = [answer]
        payments = self.pay_each(*amounts)
        self.dispatch()
        return payments

    def lost(self, *amounts):
        """The same, waiting to leave once more: the platform said that it never got the batch."""
        payments = self.sent(*amounts, answer=Uncertain("no answer"))
        self.query(payments.bridge_instruction_id)
        self.assertEqual(set(payments.mapped("bridge_state")), {"queued"})
        return payments

    def let_time_pass(self, instructions):
        """The moment comes from which on the first sending can no longer arrive."""
        over = fields.Datetime.subtract(fields.Datetime.now(), seconds=1)
        instructions.sudo()._set(may_arrive_until=over, not_before=False)

    def assertPaidOnce(self, payments):
        """Each payment was executed by the platform, and reads so."""
        self.assertEqual(set(payments.mapped("bridge_state")), {"succeeded"})
        self.assertEqual(set(ObedientConnector.paid), set(payments.bridge_instruction_id.mapped("key")))
        for payment in payments:
            self.assertBooksBalance(payment, paid=True)

    # -- leaving ------------------------------------------------------------

    def test_waiting_payments_leave_as_one_order_and_are_found_paid_by_one_question(self):
        payments = self.sent(100, 200, 300)
        instructions = payments.bridge_instruction_id
        self.assertEqual(set(payments.mapped("bridge_state")), {"processing"})
        [batch] = ObedientConnector.sent_batches
        self.assertEqual({order.key: order.amount.amount for order in batch.orders}, {
            one.key: Decimal(str(one.amount)) for one in instructions
        })  # fmt: skip
        kept = instructions.batch_id
        self.assertEqual((kept.key, kept.number, kept.payment_count, kept.amount_total), (batch.key, 1, 3, 600))
        self.assertEqual(kept.platform_reference, f"OB{batch.key}")
        self.query(instructions)
        self.assertPaidOnce(payments)
        self.assertEqual(ObedientConnector.asked, [batch.key])

    def test_a_single_payment_leaves_alone(self):
        payment = self.sent(100)
        self.assertPaidOnce(payment)
        self.assertFalse(ObedientConnector.sent_batches or payment.bridge_instruction_id.batch_id)

    def test_switched_off_each_payment_leaves_alone(self):
        self.channel.use_batches = False
        self.assertPaidOnce(self.sent(100, 200))
        self.assertFalse(ObedientConnector.sent_batches)

    def test_a_platform_without_batches_is_sent_none(self):
        without = replace(
            ObedientConnector.capabilities,
            operations=ObedientConnector.capabilities.operations - {"pay_out_batch"},
        )
        with patch.object(ObedientConnector, "capabilities", without):
            self.channel.invalidate_recordset(["can_batch"])
            self.assertFalse(self.channel.can_batch)
            self.assertPaidOnce(self.sent(100, 200))
        self.assertFalse(ObedientConnector.sent_batches)

    def test_no_batch_is_larger_than_the_platform_allows(self):
        payments = self.sent(10, 20, 30, 40, 50, 60, 70, 80, 90)
        self.assertEqual(sorted(len(batch.orders) for batch in ObedientConnector.sent_batches), [4, 4])
        self.assertEqual(sorted(batch.number for batch in ObedientConnector.sent_batches), [1, 2])
        self.query(payments.bridge_instruction_id)
        self.assertPaidOnce(payments)

    def test_a_batch_that_the_platforms_rules_refuse_is_not_made_and_its_payments_leave_alone(self):
        payments = self.sent(40000, 40000, 40000)
        self.assertPaidOnce(payments)
        self.assertFalse(ObedientConnector.sent_batches or self.env["payment.bridge.batch"].search([]))

    def test_a_member_that_breaks_a_rule_is_refused_alone_and_the_rest_leaves(self):
        payments = self.pay_each(100, 200, 300)
        bad = payments[1]
        bad.bridge_instruction_id.sudo()._set(title="a\x01")
        with patch.object(ObedientConnector, "check_pay_out", self.refusing("a\x01")):
            self.dispatch()
        self.assertEqual(bad.bridge_state, "failed")
        self.assertBooksBalance(bad, paid=False)
        [batch] = ObedientConnector.sent_batches
        self.assertEqual(len(batch.orders), 2)
        self.query((payments - bad).bridge_instruction_id)
        self.assertPaidOnce(payments - bad)

    def refusing(self, title):
        """A check that refuses orders with that title."""

        def check(_connector, order):
            if order.title == title:
                raise InvalidOrder("title", "a character that the platform refuses")

        return check

    def test_a_member_over_the_limit_of_the_day_waits_and_the_rest_leaves(self):
        self.channel.limit_per_day = 450
        payments = self.sent(100, 200, 300, 150)
        held = payments.filtered(lambda payment: payment.bridge_state == "queued")
        self.assertEqual(held.mapped("amount"), [300])
        self.assertIn("limit for today", held.bridge_why)
        self.assertFalse(held.bridge_instruction_id.batch_id)
        [batch] = ObedientConnector.sent_batches
        self.assertEqual(sum(order.amount.amount for order in batch.orders), 450)

    def test_what_was_sent_alone_before_joins_no_batch(self):
        self.channel.use_batches = False
        ObedientConnector.answers[None] = [Uncertain("no answer")]
        first = self.pay_each(100)
        self.dispatch()
        self.query(first.bridge_instruction_id)
        self.assertEqual(first.bridge_state, "queued")
        self.channel.use_batches = True
        payments = self.sent(200, 300)
        [batch] = ObedientConnector.sent_batches
        self.assertNotIn(first.bridge_instruction_id.key, {order.key for order in batch.orders})
        self.query(payments.bridge_instruction_id)
        self.assertPaidOnce(first | payments)

    # -- two workers --------------------------------------------------------

    def test_a_second_worker_finds_nothing_to_claim(self):
        self.pay_each(100, 200)
        with self.job_env() as env:
            channel = env["payment.bridge.channel"].browse(self.channel.id)
            first, _count = env["payment.bridge.instruction"]._claim(channel, 1)
            env.flush_all()
            second, _count = env["payment.bridge.instruction"]._claim(channel, 2)
        self.assertEqual((len(first), second), (1, []))

    def test_a_number_that_another_worker_took_unseen_is_not_used_again(self):
        self.sent(100, 200)
        with patch.object(type(self.env["payment.bridge.batch"]), "_last_number", lambda *_: 0):
            self.sent(300, 400)
        self.assertEqual([batch.number for batch in ObedientConnector.sent_batches], [1, 2])

    def test_numbers_that_another_system_uses_are_left_to_it(self):
        self.channel.first_batch_number = 5000
        self.sent(100, 200)
        self.sent(300, 400)
        self.assertEqual([batch.number for batch in ObedientConnector.sent_batches], [5000, 5001])

    def test_each_day_and_each_channel_counts_from_one(self):
        self.sent(100, 200)
        first = self.env["payment.bridge.batch"].search([])
        self.env.flush_all()
        self.env.cr.execute("UPDATE payment_bridge_batch SET day = day - 1 WHERE id = %s", (first.id,))
        self.env.invalidate_all()
        other = self.make_channel("Second", use_batches=True)
        self.pay(self.make_bill(30), other), self.pay(self.make_bill(40), other)
        self.sent(300, 400)
        self.assertEqual([batch.number for batch in ObedientConnector.sent_batches], [1, 1, 1])

    # -- what comes back ------------------------------------------------------

    def test_members_end_each_in_its_own_way(self):
        payments = self.sent(100, 200, 300)
        good, bad, silent = payments.bridge_instruction_id.sorted("id")
        ObedientConnector.batch_query_answers[None] = [
            BatchOutcome(
                OutcomeStatus.SUCCEEDED,
                {
                    good.key: Outcome(OutcomeStatus.SUCCEEDED, key=good.key),
                    bad.key: Outcome(OutcomeStatus.FAILED, key=bad.key, platform_message="no such card"),
                },
            )
        ]
        self.query(payments.bridge_instruction_id)
        self.assertEqual([good.state, bad.state, silent.state], ["succeeded", "failed", "processing"])
        self.assertBooksBalance(bad.payment_id, paid=False)
        self.assertEqual(bad.payment_id.bridge_reservation_ids.bill_id.payment_state, "not_paid")
        self.assertTrue(silent.next_query_at)
        self.assertFalse(good.next_query_at or bad.next_query_at)

    def test_a_result_for_another_amount_changes_nothing_and_is_noted(self):
        payments = self.sent(100, 200)
        first = payments[0].bridge_instruction_id
        other = Outcome(OutcomeStatus.SUCCEEDED, key=first.key, amount=Money(Decimal("1.00"), "CNY"))
        ObedientConnector.batch_query_answers[None] = [BatchOutcome(OutcomeStatus.SUCCEEDED, {first.key: other})]
        self.query(payments.bridge_instruction_id)
        self.assertEqual(first.state, "processing")
        self.assertEqual(first.discrepancy_ids.kind, "amount")

    def test_an_answer_that_settles_nothing_leaves_every_member_unknown(self):
        for status in (OutcomeStatus.NOT_FOUND, OutcomeStatus.FAILED, OutcomeStatus.SUCCEEDED):
            ObedientConnector.reset()
            payments = self.sent(100, 200, answer=BatchOutcome(status))
            self.assertEqual(set(payments.mapped("bridge_state")), {"uncertain"})

    def test_a_lost_answer_is_found_by_one_question(self):
        payments = self.sent(100, 200, answer=taken_without_answer)
        self.assertEqual(set(payments.mapped("bridge_state")), {"uncertain"})
        with self.assertRaises(UserError):
            payments[0].action_bridge_pay_again()
        self.dispatch()
        self.query(payments[0].bridge_instruction_id)
        self.assertPaidOnce(payments)
        self.assertEqual(len(ObedientConnector.asked), 1)
        self.assertEqual(len(ObedientConnector.sent_batches), 1)

    def test_a_batch_that_never_arrived_leaves_again_exactly_as_it_was(self):
        payments = self.lost(100, 200)
        self.vendor.company_registry = "91310000MA1K35W1X4"
        self.pay_each(50)
        self.dispatch()
        first, second = ObedientConnector.sent_batches
        self.assertEqual(first, second)
        self.assertEqual(payments.bridge_instruction_id.mapped("send_count"), [2, 2])
        self.query(payments.bridge_instruction_id)
        self.assertEqual(set(payments.mapped("bridge_state")), {"succeeded"})
        self.assertEqual(len(self.env["payment.bridge.batch"].search([])), 1)

    def test_a_first_sending_that_arrives_late_pays_nobody_twice(self):
        payments = self.lost(100, 200)
        [first] = ObedientConnector.sent_batches
        self.dispatch()
        executed = dict(ObedientConnector.paid)
        ObedientConnector._execute_batch(ObedientConnector(None, None), first)
        self.assertEqual(ObedientConnector.paid, executed)
        self.query(payments.bridge_instruction_id)
        self.assertPaidOnce(payments)

    def test_a_first_sending_that_is_told_of_before_it_leaves_again_leaves_no_more_and_is_asked_about(self):
        payments = self.lost(100, 200, 300)
        first, *others = payments.bridge_instruction_id
        ObedientConnector._execute_batch(ObedientConnector(None, None), ObedientConnector.sent_batches[0])
        told = Outcome(OutcomeStatus.SUCCEEDED, key=first.key)
        self.assertTrue(first.sudo()._apply(told, "notification"))
        self.assertEqual({one.state for one in others}, {"uncertain"})
        self.dispatch()
        self.query()
        self.assertPaidOnce(payments)
        self.assertEqual(len(ObedientConnector.sent_batches), 1)
        self.assertFalse(self.env["payment.bridge.discrepancy"].search([("channel_id", "=", self.channel.id)]))

    def test_no_member_is_requeued_by_what_is_said_of_it_alone(self):
        payments = self.sent(100, 200, answer=Uncertain("no answer"))
        keys = payments.bridge_instruction_id.mapped("key")
        absent = {key: Outcome(OutcomeStatus.NOT_FOUND, key=key) for key in keys}
        ObedientConnector.batch_query_answers[None] = [BatchOutcome(OutcomeStatus.SUCCEEDED, absent)]
        self.query(payments.bridge_instruction_id)
        self.assertEqual(set(payments.mapped("bridge_state")), {"uncertain"})

    def test_a_batch_that_the_platform_told_of_and_then_forgot_is_never_sent_again(self):
        payments = self.sent(100, 200, answer=Uncertain("no answer"))
        first, second = payments.bridge_instruction_id
        first.sudo()._apply(Outcome(OutcomeStatus.SUCCEEDED, key=first.key), "notification")
        self.query(first | second)
        self.assertEqual([first.state, second.state], ["succeeded", "uncertain"])
        alarm = self.env["payment.bridge.discrepancy"].search([("channel_id", "=", self.channel.id)])
        self.assertIn(first.batch_id.key, alarm.summary)
        self.dispatch()
        self.assertEqual(len(ObedientConnector.sent_batches), 1)

    def test_an_unanswered_question_is_asked_again_later(self):
        payments = self.sent(100, 200, answer=taken_without_answer)
        ObedientConnector.batch_query_answers[None] = [Uncertain("down")]
        self.query(payments.bridge_instruction_id)
        self.assertEqual(set(payments.mapped("bridge_state")), {"uncertain"})
        for instruction in payments.bridge_instruction_id:
            self.assertGreater(instruction.next_query_at, fields.Datetime.now())

    def test_a_dead_sender_leaves_a_batch_that_is_asked_about_once(self):
        payments = self.pay_each(100, 200)
        with self.job_env() as env:
            calls, _count = env["payment.bridge.instruction"]._claim(
                env["payment.bridge.channel"].browse(self.channel.id), 4711
            )
            calls[0].connector.pay_out_batch(calls[0].order)
        self.env.invalidate_all()
        self.assertEqual(set(payments.mapped("bridge_state")), {"sending"})
        self.query()
        self.assertPaidOnce(payments)
        self.assertEqual(ObedientConnector.asked, [calls[0].order.key])

    def test_a_sender_that_died_before_sending_leaves_a_batch_that_leaves_again_as_it_was(self):
        payments = self.pay_each(100, 200)
        with self.job_env() as env:
            calls, _count = env["payment.bridge.instruction"]._claim(
                env["payment.bridge.channel"].browse(self.channel.id), 4711
            )
        self.env.invalidate_all()
        self.query()
        self.dispatch()
        self.assertEqual(ObedientConnector.sent_batches, [calls[0].order])
        self.query(payments.bridge_instruction_id)
        self.assertPaidOnce(payments)

    # -- certain errors -------------------------------------------------------

    def test_a_certain_refusal_opens_every_bill(self):
        payments = self.sent(100, 200, answer=Rejected("not in your contract", code="NO_BATCH"))
        self.assertEqual(set(payments.mapped("bridge_state")), {"failed"})
        for payment in payments:
            self.assertBooksBalance(payment, paid=False)
        self.assertFalse(ObedientConnector.paid)

    def test_a_refusal_that_can_be_cured_keeps_the_batch(self):
        payments = self.sent(100, 200, answer=Rejected("no money", retry_same_key=True))
        self.assertEqual(set(payments.mapped("bridge_state")), {"queued"})
        self.dispatch()
        self.assertEqual(len(ObedientConnector.sent_batches), 1, "it waits for its cure")
        payments[0].action_bridge_send_now()
        self.dispatch()
        first, second = ObedientConnector.sent_batches
        self.assertEqual(first, second)
        self.query(payments.bridge_instruction_id)
        self.assertPaidOnce(payments)

    def test_what_certainly_was_not_sent_is_free_to_leave_otherwise(self):
        payments = self.sent(100, 200, answer=NotSent("refused"))
        self.assertEqual(set(payments.mapped("bridge_state")), {"queued"})
        self.assertFalse(payments.bridge_instruction_id.batch_id)
        self.assertTrue(self.env["payment.bridge.batch"].search([]).dissolved_at)
        self.channel.use_batches = False
        payments.action_bridge_send_now()
        self.dispatch()
        self.assertPaidOnce(payments)

    def test_a_repeat_that_was_not_sent_keeps_the_batch(self):
        payments = self.lost(100, 200)
        ObedientConnector.batch_answers[None] = [NotSent("refused")]
        self.dispatch()
        self.assertEqual(len(payments.bridge_instruction_id.batch_id), 1)
        payments.action_bridge_send_now()
        self.dispatch()
        self.assertEqual(len(set(ObedientConnector.sent_batches)), 1)
        self.query(payments.bridge_instruction_id)
        self.assertPaidOnce(payments)

    def test_wrong_settings_pause_the_channel_once(self):
        before = self.state_changes()
        payments = self.sent(100, 200, answer=Misconfigured("the key is not ours"))
        self.assertEqual(set(payments.mapped("bridge_state")), {"queued"})
        self.assertEqual(self.channel.state, "paused")
        self.assertEqual(self.state_changes(), before + 1)

    def state_changes(self):
        """How often the trail says that the channel was activated or paused."""
        events = self.env["payment.bridge.audit.event"].search([("event", "=", "channel.changed")])
        return sum("state" in json.loads(event.content)["details"]["fields"] for event in events)

    def test_a_certain_error_is_not_believed_when_the_platform_has_told_of_a_member(self):
        for error in (NotSent("refused"), Rejected("no")):
            ObedientConnector.reset()
            payments = self.pay_each(100, 200)
            first, second = payments.bridge_instruction_id
            with self.job_env() as env:
                [call], _count = env["payment.bridge.instruction"]._claim(
                    env["payment.bridge.channel"].browse(self.channel.id), 4711
                )
                told = Outcome(OutcomeStatus.SUCCEEDED, key=first.key)
                env["payment.bridge.instruction"].browse(first.id)._apply(told, "notification")
                call.error = error
                env["payment.bridge.batch"].browse(call.record_id)._record_call(call)
            self.env.invalidate_all()
            self.assertEqual([first.state, second.state], ["succeeded", "uncertain"])

    # -- limits and rules for a repeat ------------------------------------------

    def test_a_repeat_waits_whole_for_the_next_days_limit(self):
        payments = self.lost(100, 200)
        self.channel.limit_per_day = 250
        self.dispatch()
        self.assertEqual(len(ObedientConnector.sent_batches), 1)
        for instruction in payments.bridge_instruction_id:
            self.assertGreater(instruction.not_before, fields.Datetime.now())

    def test_a_repeat_that_breaks_a_rule_waits_until_the_first_cannot_arrive_and_is_then_refused_alone(self):
        payments = self.lost(100, 200, 300)
        bad = payments[1].bridge_instruction_id
        bad.sudo()._set(title="a\x01")
        with patch.object(ObedientConnector, "check_pay_out", self.refusing("a\x01")):
            self.dispatch()
            self.assertEqual(set(payments.mapped("bridge_state")), {"queued"})
            self.assertEqual(bad.not_before, bad.may_arrive_until)
            self.let_time_pass(payments.bridge_instruction_id)
            self.dispatch()
            self.dispatch()
        self.assertEqual(bad.state, "failed")
        self.assertEqual(len(ObedientConnector.sent_batches), 1, "what was in doubt is never regrouped")
        self.assertPaidOnce(payments - payments[1])

    # -- withdrawing --------------------------------------------------------------

    def test_a_member_that_may_still_arrive_cannot_be_withdrawn(self):
        payments = self.lost(100, 200)
        with self.assertRaises(UserError):
            payments[0].action_bridge_cancel()
        with self.assertRaises(UserError):
            payments.bridge_instruction_id.action_cancel()
        self.dispatch()
        with self.assertRaises(UserError):
            payments[0].action_bridge_cancel()

    def test_withdrawing_a_member_that_cannot_arrive_any_more_lets_the_others_leave_alone(self):
        payments = self.lost(100, 200, 300)
        self.let_time_pass(payments.bridge_instruction_id)
        placed = payments[1].bridge_instruction_id.placed_at
        payments[0].action_bridge_cancel()
        self.assertEqual(payments[0].bridge_state, "cancelled")
        self.assertFalse(payments.bridge_instruction_id.batch_id)
        self.assertBooksBalance(payments[0], paid=False)
        self.dispatch()
        self.assertEqual(len(ObedientConnector.sent_batches), 1)
        self.assertEqual(payments[1].bridge_instruction_id.placed_at, placed)
        self.assertPaidOnce(payments[1:])

    def test_all_members_can_be_withdrawn_at_once(self):
        payments = self.lost(100, 200)
        self.let_time_pass(payments.bridge_instruction_id)
        payments.bridge_instruction_id.action_cancel()
        self.dispatch()
        self.assertEqual(set(payments.mapped("bridge_state")), {"cancelled"})
        self.assertFalse(ObedientConnector.paid)

    # -- following ------------------------------------------------------------------

    def test_a_late_return_is_found_by_asking_for_the_batch(self):
        vendor = self.make_vendor("Steel Works", "6222020000000001", kind="bank_account")
        payments = self.pay(self.make_bill(100, vendor)) | self.pay(self.make_bill(200, vendor))
        self.dispatch()
        first, second = payments.bridge_instruction_id
        self.query(first | second)
        self.assertTrue(first.next_query_at and second.next_query_at, "bank payments are watched for a late return")
        returned = Outcome(OutcomeStatus.RETURNED, key=first.key, platform_message="account closed")
        ObedientConnector.batch_query_answers[None] = [BatchOutcome(OutcomeStatus.SUCCEEDED, {first.key: returned})]
        self.query(first | second)
        self.assertEqual([first.state, second.state], ["returned", "succeeded"])
        self.assertGreater(second.next_query_at, fields.Datetime.now() + timedelta(hours=1))

    def test_the_wire_log_and_the_trail_show_the_batch(self):
        payments = self.sent(100, 200)
        batch = payments.bridge_instruction_id.batch_id
        event = self.env["payment.bridge.audit.event"].search([("event", "=", "batch.placed")])
        for instruction in payments.bridge_instruction_id:
            self.assertIn(instruction.key, event.content)
        with self.assertRaises(UserError):
            batch.sudo().write({"number": 7})
        with self.assertRaises(UserError):
            batch.sudo().unlink()
