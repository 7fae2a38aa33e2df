"""How a payment comes from its maker to its approvers and leaves, or does not."""

from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .approval_common import ApprovalCommon
from .common import ObedientConnector


@tagged("post_install", "-at_install")
class TestApprovalFlow(ApprovalCommon):
    def test_without_a_rule_that_fits_payments_leave_at_once(self):
        self.make_rule(self.ann, amount_from=500)
        payment = self.submit(100)
        self.assertFalse(payment.bridge_approval_state)
        self.assertEqual(payment.sudo().bridge_instruction_id.state, "queued")
        self.dispatch()
        self.assertEqual(len(ObedientConnector.paid), 1)

    def test_two_levels_in_order_release_with_the_last_one(self):
        self.make_rule(self.ann, self.bob)
        payment = self.submit()
        self.assertWaits(payment)
        self.assertIn("Ann", payment.bridge_approval_note)
        self.assertIn("then Bob", self.bill_of(payment).bridge_approval_note)
        with self.assertRaisesRegex(UserError, "not among those who are asked"):
            self.decide(payment, self.bob)
        self.decide(payment, self.ann)
        self.assertWaits(payment)
        self.decide(payment, self.bob)
        self.assertReleased(payment)
        self.assertFalse(self.bill_of(payment).bridge_approval_note)
        self.dispatch()
        self.assertEqual(payment.sudo().bridge_instruction_id.state, "succeeded")
        self.assertEqual(len(self.events(payment, "approval.approved")), 2)
        self.assertRegex(payment.bridge_timeline, "(?s)Payment.*Ann.*Bob.*Instruction")
        self.assertEqual(len(self.events(payment, "approval.released")), 1)

    def test_levels_in_parallel_decide_in_any_order(self):
        self.make_rule(self.ann, self.bob, in_order=False)
        payment = self.submit()
        self.decide(payment, self.bob)
        self.decide(payment, self.ann)
        self.assertReleased(payment)

    def test_every_rule_that_fits_adds_its_levels_and_the_same_people_are_asked_once(self):
        self.make_rule(self.ann)
        self.make_rule(self.ann, self.bob, name="Also")
        payment = self.submit()
        self.assertEqual(payment.sudo().bridge_approval_ids.mapped("level_name"), ["Ann", "Bob"])

    def test_a_rule_that_asks_one_group_at_two_levels_wants_two_people(self):
        group = self.env["res.groups"].create({"name": "Finance", "user_ids": (self.ann | self.bob).ids})
        self.make_rule(group, name="Also")
        self.make_rule(group, group)
        payment = self.submit()
        self.decide(payment, self.ann)
        self.assertWaits(payment)
        with self.assertRaisesRegex(AccessError, "never fills two levels"):
            payment.with_user(self.ann)._bridge_decide("approve")
        self.decide(payment, self.bob)
        self.assertReleased(payment)
        group.user_ids = self.ann
        with self.assertRaisesRegex(UserError, "Nobody could approve"):
            self.submit()

    def test_a_rule_fits_by_amount_channel_payee_and_tag(self):
        other = self.make_channel("Other")
        tag = self.env["res.partner.category"].create({"name": "New vendor"})
        elsewhere = self.make_vendor("Elsewhere", "wallet-0009")
        for values, fits in (
            ({"amount_from": 100, "amount_to": 100}, True),
            ({"amount_from": 100.01}, False),
            ({"amount_to": 99.99}, False),
            ({"channel_ids": other.ids}, False),
            ({"channel_ids": self.channel.ids}, True),
            ({"partner_ids": elsewhere.ids}, False),
            ({"partner_ids": self.vendor.ids}, True),
            ({"category_ids": tag.ids}, False),
        ):
            rule = self.make_rule(self.ann, **values)
            self.assertEqual(bool(self.submit(100).bridge_approval_state), fits, values)
            rule.active = False
        self.make_rule(self.ann, category_ids=tag.ids)
        self.vendor.category_id = [Command.link(tag.id)]
        self.assertWaits(self.submit(100))

    def test_a_band_counts_in_the_companys_currency(self):
        self.make_rule(self.ann, amount_from=500)
        usd = self.env.ref("base.USD")
        usd.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": usd.id, "rate": 0.1, "name": "2020-01-01", "company_id": self.company.id}
        )
        channel = self.make_channel("Dollars", currency_id=usd.id)
        rules = self.env["payment.bridge.approval.rule"]
        payment = self.env["account.payment"].new(
            {
                "payment_type": "outbound",
                "partner_id": self.vendor.id,
                "amount": 60,
                "currency_id": usd.id,
                "journal_id": channel.journal_id.id,
                "company_id": self.company.id,
                "date": fields.Date.today(),
            }
        )
        self.assertTrue(rules._fitting(payment))
        payment.amount = 40
        self.assertFalse(rules._fitting(payment))

    def test_a_committee_decides_by_its_quorum(self):
        committee = self.env["payment.bridge.committee"].create(
            {"name": "Treasury", "member_ids": (self.ann | self.bob | self.cid).ids, "quorum": 2}
        )
        self.make_rule(committee)
        payment = self.submit()
        self.assertIn("Treasury × 2", payment.bridge_approval_note)
        self.decide(payment, self.cid)
        self.assertWaits(payment)
        with self.assertRaisesRegex(UserError, "same person never fills two"):
            self.decide(payment, self.cid)
        self.decide(payment, self.ann)
        self.assertReleased(payment)

    def test_anyone_of_a_group_decides_who_is_still_in_it(self):
        group = self.env["res.groups"].create({"name": "Treasurers", "user_ids": (self.ann | self.bob).ids})
        self.make_rule(group)
        payment = self.submit()
        group.user_ids -= self.ann
        with self.assertRaises(UserError):
            self.decide(payment, self.ann)
        self.decide(payment, self.bob)
        self.assertReleased(payment)

    def test_the_makers_manager_decides(self):
        self.clerk.bridge_manager_id = self.dan
        self.make_rule("manager")
        payment = self.submit()
        with self.assertRaises(UserError):
            self.decide(payment, self.ann)
        self.decide(payment, self.dan)
        self.assertReleased(payment)

    def test_a_maker_without_a_manager_is_told_so_and_nothing_stays(self):
        self.make_rule("manager")
        bill = self.make_bill(100)
        with self.assertRaisesRegex(UserError, "Nobody could approve"), self.env.cr.savepoint():
            self.submit(bills=bill)
        self.assertFalse(bill.bridge_reservation_ids)

    def test_a_delegate_decides_within_the_dates_only(self):
        self.make_rule(self.ann)
        delegations = self.env["payment.bridge.delegation"].with_user(self.ann)
        delegations.create(
            {"delegate_id": self.bob.id, "date_from": self.days(1), "date_to": self.days(3), "reason": "Away"}
        )
        delegations.create(
            {"delegate_id": self.cid.id, "date_from": self.days(-3), "date_to": self.days(-1), "reason": "Away"}
        )
        payment = self.submit()
        for stranger in (self.bob, self.cid):
            with self.assertRaises(UserError):
                self.decide(payment, stranger)
        current = delegations.create({"delegate_id": self.bob.id, "date_to": self.days(0), "reason": "Today"})
        self.decide(payment, self.bob)
        self.assertReleased(payment)
        approval = payment.sudo().bridge_approval_ids
        self.assertEqual((approval.decided_by_id, approval.on_behalf_of_id), (self.bob, self.ann))
        current.action_end()
        second = self.submit()
        with self.assertRaises(UserError):
            self.decide(second, self.bob)

    def test_a_delegate_does_not_fill_two_levels(self):
        self.make_rule(self.ann, self.bob)
        self.env["payment.bridge.delegation"].with_user(self.ann).create(
            {"delegate_id": self.bob.id, "date_to": self.days(1), "reason": "Away"}
        )
        payment = self.submit()
        self.decide(payment, self.bob)
        with self.assertRaisesRegex(UserError, "two levels"):
            self.decide(payment, self.bob)
        self.assertWaits(payment)

    def test_a_refusal_needs_a_reason_cancels_and_frees_the_bill(self):
        self.make_rule(self.ann, self.bob)
        payment = self.submit()
        bill = self.bill_of(payment)
        with self.assertRaisesRegex(UserError, "why it is refused"):
            self.decide(payment, self.ann, "refuse")
        self.decide(payment, self.ann, "refuse", "Never ordered")
        self.assertEqual((payment.state, payment.bridge_approval_state), ("canceled", "refused"))
        self.assertEqual(payment.sudo().bridge_reservation_ids.state, "released")
        self.assertIn("Never ordered", payment.bridge_approval_note)
        self.assertIn("Never ordered", payment.with_user(self.clerk).activity_ids.summary)
        self.assertWaits(self.submit(bills=bill))

    def test_cancelling_while_it_waits_frees_the_bill(self):
        self.make_rule(self.ann)
        payment = self.submit()
        bill = self.bill_of(payment)
        with self.assertRaisesRegex(UserError, "nothing left to pay"), self.env.cr.savepoint():
            self.submit(bills=bill)
        payment.with_user(self.clerk).action_cancel()
        self.assertEqual((payment.state, payment.bridge_approval_state), ("canceled", "withdrawn"))
        with self.assertRaises(UserError):
            self.decide(payment, self.ann)
        with self.assertRaises(UserError):
            payment.with_user(self.clerk).action_post()
        self.assertWaits(self.submit(bills=bill))

    def test_several_bills_in_one_payment_or_in_one_each(self):
        self.make_rule(self.ann, amount_from=150)
        bills = self.make_bill(100) | self.make_bill(200)
        together = self.submit(bills=bills, group_payment=True)
        self.assertEqual(together.amount, 300)
        self.decide(together, self.ann)
        self.assertReleased(together)
        bills = self.make_bill(100) | self.make_bill(200)
        small, large = self.submit(bills=bills, group_payment=False).sorted("amount")
        self.assertEqual(small.sudo().bridge_instruction_id.state, "queued")
        self.assertWaits(large)
        self.decide(large, self.ann)
        self.assertReleased(large)

    def test_a_part_payment_settles_its_part(self):
        self.make_rule(self.ann)
        bill = self.make_bill(100)
        payment = self.submit(bills=bill, amount=60)
        self.assertEqual((payment.amount, payment.sudo().bridge_reservation_ids.amount), (60, 60))
        self.decide(payment, self.ann)
        self.assertEqual(bill.amount_residual, 40)

    def test_many_are_approved_at_once_with_their_totals(self):
        self.make_rule(self.ann)
        payments = self.submit(100) | self.submit(250.5)
        opened = payments.with_user(self.ann).action_bridge_approve()
        wizard = self.env["payment.bridge.approve"].with_user(self.ann).browse(opened["res_id"])
        self.assertEqual(wizard.count, 2)
        self.assertIn("350.50", wizard.summary)
        self.assertIn("payments: 2", wizard.summary)
        self.assertEqual(wizard.summary.count(self.vendor.display_name), 2)
        with patch("odoo.addons.payment_bridge.wizard.approve.LISTED", 1):
            wizard.invalidate_recordset(["summary"])
            self.assertIn("and smaller ones: 1", wizard.summary)
            self.assertNotIn("100.00", wizard.summary)
        self.assertIn("2 of them are posted", wizard.effect)
        wizard.action_confirm()
        for payment in payments:
            self.assertReleased(payment)

    def test_of_a_single_payment_it_is_said_what_one_decision_does(self):
        self.make_rule(self.ann, self.bob)
        payment = self.submit(100)
        wizards = self.env["payment.bridge.approve"]
        for user, decision, words in (
            (self.ann, "approve", "waits for further approvals"),
            (self.ann, "refuse", "its bills are open again"),
            (self.bob, "approve", "sent to the platform at once"),
        ):
            if user == self.bob:
                self.decide(payment, self.ann)
            opened = wizards.with_user(user)._open_for(payment.with_user(user), decision)
            wizard = wizards.with_user(user).browse(opened["res_id"])
            self.assertIn(words, wizard.effect)
            self.assertIn(self.vendor.display_name, wizard.summary)
            self.assertNotIn("payments:", wizard.summary)
            self.assertNotIn("wallet-0001", wizard.summary, "an account is shown by its ends")

    def test_what_cannot_be_decided_does_not_keep_the_rest(self):
        self.make_rule(self.ann)
        good, bad = self.submit(100), self.submit(200)
        opened = (good | bad).with_user(self.ann).action_bridge_approve()
        self.bill_of(bad).button_draft()
        answer = self.env["payment.bridge.approve"].with_user(self.ann).browse(opened["res_id"]).action_confirm()
        self.assertIn("not posted any more", answer["params"]["message"])
        self.assertReleased(good)
        self.assertEqual(bad.bridge_approval_state, "waiting")

    def test_the_list_and_the_counter_show_what_is_for_me(self):
        self.make_rule(self.ann, self.bob)
        payment = self.submit()
        counted = self.env["account.payment"]
        for user, expected in ((self.ann, 1), (self.bob, 0), (self.clerk, 0)):
            self.assertEqual(counted.with_user(user).bridge_count_to_approve(), expected, user.name)
        self.decide(payment, self.ann)
        for user, expected in ((self.ann, 0), (self.bob, 1)):
            self.assertEqual(counted.with_user(user).bridge_count_to_approve(), expected, user.name)
        self.assertTrue(payment.with_user(self.bob).bridge_may_decide)

    def test_those_asked_get_an_activity_and_lose_it_with_the_decision(self):
        self.make_rule(self.ann, self.bob)
        payment = self.submit().sudo()
        self.assertEqual(payment.activity_ids.user_id, self.ann)
        self.decide(payment, self.ann)
        self.assertEqual(payment.activity_ids.user_id, self.bob)

    def test_reminder_and_escalation_by_activity_and_mail(self):
        rule = self.make_rule(self.ann)
        rule.level_ids.write({"remind_hours": 24, "escalate_hours": 48, "escalate_to_id": self.dan.id})
        payment = self.submit().sudo()
        approval = payment.bridge_approval_ids
        with self.assertRaises(UserError):
            self.decide(payment, self.dan)
        approval._set(asked_at=fields.Datetime.now() - timedelta(hours=25))
        self.run_job("payment.bridge.approval", "_cron_remind")
        mails = self.env["mail.mail"].sudo()

        def reminders(person):
            words = ("body_html", "ilike", "waits for your decision")
            return len(mails.search([("recipient_ids", "=", person.partner_id.id), words]))

        self.assertEqual((reminders(self.ann), reminders(self.dan)), (1, 0))
        approval._set(asked_at=fields.Datetime.now() - timedelta(hours=49))
        self.run_job("payment.bridge.approval", "_cron_remind")
        self.run_job("payment.bridge.approval", "_cron_remind")
        self.assertEqual((reminders(self.ann), reminders(self.dan)), (1, 1))
        self.assertEqual(payment.activity_ids.user_id, self.ann | self.dan)
        self.decide(payment, self.dan)
        self.assertReleased(payment)
        self.assertEqual(len(self.events(payment, "approval.escalated")), 1)

    def test_a_refund_waits_like_a_payment(self):
        self.make_rule(self.ann)
        invoice = self.make_invoice(100)
        instruction = invoice._bridge_collect(self.channel, "qr")
        self.dispatch_urgent()
        ObedientConnector.customer_pays(instruction.key)
        self.query(instruction)
        receipt = instruction.payment_id
        refund = receipt.with_user(self.clerk)._bridge_give_back(40, "Broken")
        self.assertEqual((refund.state, refund.bridge_approval_state), ("draft", "waiting"))
        self.decide(refund, self.ann)
        self.assertEqual(refund.sudo().bridge_instruction_id.operation, "refund")
        self.assertEqual(receipt.bridge_refundable, 60)
        self.dispatch()
        self.assertEqual(refund.sudo().bridge_instruction_id.state, "succeeded")

    def test_delegations_are_given_by_the_absent_person_alone(self):
        delegations = self.env["payment.bridge.delegation"]
        values = {"user_id": self.ann.id, "delegate_id": self.bob.id, "date_to": self.days(1), "reason": "Trick"}
        for user, records in (
            (self.bob, delegations.with_user(self.bob)),
            (self.bob, delegations.with_user(self.bob).sudo()),
            (None, delegations.sudo()),
        ):
            with self.assertRaises(AccessError, msg=user):
                records.create(values)
        given = delegations.with_user(self.ann).create(values)
        with self.assertRaises(UserError):
            given.sudo().write({"date_to": self.days(30)})
        with self.assertRaises(AccessError):
            given.with_user(self.bob).action_end()
