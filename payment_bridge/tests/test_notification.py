"""The inbox: kept first, applied once, whoever writes and however often."""

import json

from odoo.tests import HttpCase, tagged

from ..connector.types import Outcome, OutcomeStatus
from ..controllers.notification import MAX_BODY
from .common import BridgeCommon, ObedientConnector


@tagged("post_install", "-at_install")
class TestNotification(BridgeCommon, HttpCase):
    def setUp(self):
        super().setUp()
        ObedientConnector.reset()

    def processing_payment(self):
        ObedientConnector.answers[None] = [Outcome(OutcomeStatus.PROCESSING)]
        payment = self.pay(self.make_bill(100))
        self.dispatch()
        self.assertEqual(payment.bridge_state, "processing")
        return payment

    def message(self, payment, **changes):
        """What the platform writes about a payment."""
        return {
            "id": "m1",
            "key": payment.bridge_instruction_id.key,
            "status": "succeeded",
            "amount": "100.00",
            "signature": "right",
            **changes,
        }

    def tell(self, message, token=None):
        """Send a message to the channel's door as a form, whose raw bytes must survive."""
        self.env.flush_all()
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        answer = self.url_open(
            f"/payment_bridge/notify/{token or self.channel.sudo().notify_token}",
            data=body,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        self.env.invalidate_all()
        return answer

    def process(self):
        self.run_job("payment.bridge.notification", "_cron_process")

    def inbox(self):
        return self.env["payment.bridge.notification"].search([("channel_id", "=", self.channel.id)])

    def test_a_message_is_kept_and_acknowledged_before_it_is_understood(self):
        payment = self.processing_payment()
        answer = self.tell(self.message(payment))
        self.assertEqual((answer.status_code, answer.text), (200, "success"))
        self.assertEqual(self.inbox().state, "new")
        self.assertEqual(payment.bridge_state, "processing")
        self.process()
        self.assertEqual(self.inbox().state, "applied")
        self.assertEqual(payment.bridge_state, "succeeded")

    def test_the_same_message_many_times_is_one_message(self):
        payment = self.processing_payment()
        for _repeat in range(3):
            self.tell(self.message(payment))
        self.process()
        self.tell(self.message(payment))
        self.process()
        self.assertEqual(len(self.inbox()), 1)
        self.assertEqual(self.inbox().times_received, 4)
        self.assertEqual(payment.bridge_state, "succeeded")

    def test_a_late_message_about_the_way_there_changes_nothing(self):
        payment = self.processing_payment()
        self.tell(self.message(payment))
        self.tell(self.message(payment, id="m2", status="processing"))
        self.process()
        self.assertEqual(payment.bridge_state, "succeeded")
        self.assertFalse(payment.bridge_instruction_id.discrepancy_ids)

    def test_a_message_that_comes_before_the_answer_is_believed(self):
        bill = self.make_bill(100)
        payment = self.pay(bill)
        key = payment.bridge_instruction_id.key
        ObedientConnector.paid[key] = payment.bridge_instruction_id._money()
        with self.job_env() as env:
            env["payment.bridge.instruction"]._claim(env["payment.bridge.channel"].browse(self.channel.id), 1)
        self.tell(self.message(payment))
        self.process()
        self.assertEqual(payment.bridge_state, "succeeded")

    def test_an_unsigned_or_forged_message_is_refused_and_changes_nothing(self):
        payment = self.processing_payment()
        for signature in (None, "", "wrong"):
            self.assertEqual(self.tell(self.message(payment, signature=signature)).text, "fail")
        self.process()
        self.assertEqual(set(self.inbox().mapped("state")), {"refused"})
        self.assertEqual(payment.bridge_state, "processing")

    def test_another_amount_is_a_difference_and_not_a_success(self):
        payment = self.processing_payment()
        self.tell(self.message(payment, amount="1.00"))
        self.process()
        self.assertEqual(payment.bridge_state, "processing")
        self.assertEqual(payment.bridge_instruction_id.discrepancy_ids.kind, "amount")

    def test_an_order_that_is_not_ours_is_noted(self):
        payment = self.processing_payment()
        self.tell(self.message(payment, key="SOMEBODYELSES"))
        self.process()
        self.assertEqual(self.inbox().state, "unmatched")
        found = self.env["payment.bridge.discrepancy"].search([("channel_id", "=", self.channel.id)])
        self.assertEqual(found.kind, "foreign")

    def test_a_message_for_another_channel_does_not_reach_this_payment(self):
        payment = self.processing_payment()
        other = self.make_channel("Second")
        self.tell(self.message(payment), other.sudo().notify_token)
        self.process()
        self.assertEqual(payment.bridge_state, "processing")

    def test_a_failure_told_after_success_is_a_contradiction(self):
        payment = self.processing_payment()
        self.tell(self.message(payment))
        self.tell(self.message(payment, id="m2", status="failed"))
        self.process()
        self.assertEqual(payment.bridge_state, "succeeded")
        self.assertEqual(payment.bridge_instruction_id.discrepancy_ids.kind, "contradiction")

    def test_a_body_over_one_megabyte_and_an_unknown_door_are_turned_away(self):
        self.assertEqual(self.tell(b"x" * (MAX_BODY + 1)).status_code, 413)
        self.assertEqual(self.tell(b"{}", token="nobody").status_code, 404)
        self.assertFalse(self.inbox())
