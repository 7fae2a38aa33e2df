"""What is held because it is not what was approved is approved again or withdrawn; it never leaves in between."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL

from .approval_common import ApprovalCommon
from .common import ObedientConnector


@tagged("post_install", "-at_install")
class TestApprovalHeld(ApprovalCommon):
    def sql(self, query, *args):
        self.env.flush_all()
        self.env.cr.execute(SQL(query, *args))
        self.env.invalidate_all()

    def held(self, change="UPDATE payment_bridge_reservation SET amount = 90 WHERE payment_id = %s"):
        """A payment whose bills are not what was approved any more, after the dispatcher has seen it."""
        self.make_rule(self.ann)
        payment = self.submit()
        self.decide(payment, self.ann)
        self.sql(change, payment.id)
        self.assertNothingSent()
        payment.invalidate_recordset()
        self.assertEqual((payment.bridge_approval_state, payment.bridge_is_held), ("changed", True))
        return payment

    def difference(self, payment):
        return self.env["payment.bridge.discrepancy"].search(
            [("instruction_id", "=", payment.sudo().bridge_instruction_id.id), ("kind", "=", "approval")]
        )

    def test_it_leaves_when_it_has_been_approved_again_as_it_is(self):
        payment = self.held()
        key = payment.sudo().bridge_instruction_id.key
        payment.with_user(self.clerk).action_bridge_submit_again()
        self.assertEqual((payment.state, payment.bridge_approval_state), ("in_process", "waiting"))
        self.assertNothingSent()
        self.decide(payment, self.ann)
        self.assertEqual(self.difference(payment).state, "resolved")
        self.dispatch()
        self.assertEqual(list(ObedientConnector.paid), [key])
        self.assertEqual(payment.bridge_approval_state, "approved")
        self.assertEqual(len(self.events(payment, "approval.requested")), 2)

    def test_one_who_refuses_it_withdraws_it_and_opens_its_bills(self):
        payment = self.held()
        bill = self.bill_of(payment)
        payment.with_user(self.clerk).action_bridge_submit_again()
        self.decide(payment, self.ann, "refuse", "Who changed it?")
        self.assertEqual((payment.state, payment.bridge_approval_state), ("canceled", "refused"))
        self.assertEqual(payment.sudo().bridge_instruction_id.state, "cancelled")
        self.assertEqual((bill.amount_residual, self.difference(payment).state), (100, "resolved"))
        self.assertNothingSent()

    def test_the_clerk_withdraws_it_also_while_it_waits(self):
        payment = self.held()
        payment.with_user(self.clerk).action_bridge_submit_again()
        payment.with_user(self.clerk).action_bridge_cancel()
        self.assertEqual((payment.state, payment.bridge_approval_state), ("canceled", "withdrawn"))
        self.assertEqual(set(payment.sudo()._bridge_current_approvals().mapped("state")), {"void"})
        self.assertEqual(self.difference(payment).state, "resolved")
        self.assertNothingSent()

    def test_an_order_that_differs_from_its_payment_is_not_approved_again(self):
        payment = self.held("UPDATE payment_bridge_instruction SET payee_account = 'thief' WHERE payment_id = %s")
        error = self.attempt(lambda env: payment.with_env(env).action_bridge_submit_again(), self.clerk)
        self.assertIn("the payee's account", str(error))
        self.assertEqual([one["code"] for one in self.refusals(payment)], ["not_as_approved"])
        self.assertNothingSent()

    def test_what_is_changed_while_it_waits_again_is_held_again(self):
        payment = self.held()
        payment.with_user(self.clerk).action_bridge_submit_again()
        self.sql("UPDATE payment_bridge_reservation SET amount = 80 WHERE payment_id = %s", payment.id)
        self.decide(payment, self.ann)
        self.assertEqual(payment.bridge_approval_state, "changed")
        self.assertNothingSent()

    def test_whoever_submits_it_again_does_not_approve_it(self):
        both = self.person("both", "clerk", "approver")
        group = self.env["res.groups"].create({"name": "All", "user_ids": (both | self.ann).ids})
        payment = self.held()
        self.env["payment.bridge.approval.rule"].search([]).level_ids.write({"kind": "group", "group_id": group.id})
        payment.with_user(both).action_bridge_submit_again()
        with self.assertRaises(UserError):
            self.decide(payment, both)
        with self.assertRaisesRegex(AccessError, "of one's own"):
            payment.with_user(both).sudo()._bridge_decide("approve")

    def test_where_no_rule_asks_any_more_it_is_only_withdrawn(self):
        payment = self.held()
        self.env["payment.bridge.approval.rule"].search([]).active = False
        with self.assertRaisesRegex(UserError, "No rule asks"):
            payment.with_user(self.clerk).action_bridge_submit_again()
        payment.with_user(self.clerk).action_bridge_cancel()
        self.assertEqual(payment.state, "canceled")

    def test_only_a_clerk_submits_it_again(self):
        payment = self.held()
        with self.assertRaisesRegex(UserError, "role"):
            payment.with_user(self.person("auditor", "auditor")).action_bridge_submit_again()


@tagged("post_install", "-at_install")
class TestRefundWaiting(ApprovalCommon):
    """Refunds that wait for approval hold their part of the receipt."""

    def setUp(self):
        super().setUp()
        invoice = self.make_invoice(100)
        collection = invoice._bridge_collect(self.channel, "qr")
        self.dispatch_urgent()
        ObedientConnector.customer_pays(collection.key)
        self.query(collection)
        self.receipt = collection.payment_id
        self.make_rule(self.ann)

    def refund(self, amount):
        wizard = self.env["payment.bridge.refund.entry"].with_user(self.clerk)
        wizard = wizard.create({"payment_id": self.receipt.id, "amount": amount, "reason": "Returned"})
        return self.env["account.payment"].browse(wizard.action_refund()["res_id"])

    def test_two_that_wait_never_promise_more_than_was_taken(self):
        first = self.refund(60)
        self.assertEqual(first.bridge_approval_state, "waiting")
        self.assertEqual(self.receipt.bridge_refundable, 40)
        with self.assertRaisesRegex(UserError, "left to give back"), self.env.cr.savepoint():
            self.refund(41)
        second = self.refund(40)
        self.assertEqual(self.receipt.bridge_refundable, 0)
        for refund in (first, second):
            self.decide(refund, self.ann)
        self.assertEqual(self.receipt.bridge_refundable, 0)
        self.dispatch()
        self.assertEqual({first.bridge_state, second.bridge_state}, {"succeeded"})

    def test_the_database_refuses_it_even_where_python_did_not_look(self):
        first = self.refund(60)
        held = self.receipt.bridge_instruction_id
        self.env.flush_all()
        with self.assertRaisesRegex(Exception, "refunds_within_collected"), self.env.cr.savepoint():
            first._bridge_hold_refund(100.01)
        held.invalidate_recordset()
        self.assertEqual(held.refund_held, 60)

    def test_one_that_is_refused_or_withdrawn_frees_its_part(self):
        first, second = self.refund(60), self.refund(40)
        self.decide(first, self.ann, "refuse", "Not due")
        self.assertEqual(self.receipt.bridge_refundable, 60)
        second.with_user(self.clerk).action_cancel()
        self.assertEqual(self.receipt.bridge_refundable, 100)
        self.assertEqual((first | second).mapped("bridge_refund_held"), [0, 0])

    def test_one_that_fails_after_approval_frees_its_part_once(self):
        refund = self.refund(60)
        self.decide(refund, self.ann)
        refund.with_user(self.clerk).action_bridge_cancel()
        self.assertEqual(self.receipt.bridge_refundable, 100)

    def test_nobody_tells_what_a_refund_holds(self):
        refund = self.refund(60)
        with self.assertRaises(UserError):
            refund.sudo().write({"bridge_refund_held": 0})
        self.assertEqual(self.receipt.bridge_refundable, 40)
