"""An approval is for exactly one version of a payment: each change makes it void and is named."""

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL

from .approval_common import ApprovalCommon
from .common import ObedientConnector


@tagged("post_install", "-at_install")
class TestApprovalChanges(ApprovalCommon):
    def half_approved(self):
        """A payment that the first of two approvers has approved."""
        self.make_rule(self.ann, self.bob)
        payment = self.submit()
        self.decide(payment, self.ann)
        return payment

    def sql(self, statement, *values):
        """Change the database behind the application."""
        self.env.flush_all()
        self.env.cr.execute(SQL(statement, *values))
        self.env.invalidate_all()

    def assertVoid(self, payment, part):
        """All its approvals are void, the part that changed is named, and nobody decides any more."""
        payment.invalidate_recordset()
        self.assertEqual((payment.state, payment.bridge_approval_state), ("draft", "changed"))
        current = payment.sudo()._bridge_current_approvals()
        self.assertEqual(set(current.mapped("state")), {"void"})
        self.assertIn(part, current[0].reason)
        self.assertEqual(len(self.events(payment, "approval.voided")), 1)
        with self.assertRaises(UserError):
            self.decide(payment, self.bob)
        self.assertFalse(payment.sudo().bridge_instruction_id)
        self.assertNothingSent()

    def test_what_is_approved_is_read_for_all_payments_of_a_claim_at_once(self):
        counts = []
        for bills in (2, 8):
            payments = self.env["account.payment"].union(*[self.submit(100 + number) for number in range(bills)])
            instructions = self.env["payment.bridge.instruction"].browse(payments.bridge_instruction_id.ids)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            contents = [instruction._approval_content() for instruction in instructions]
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual([len(content.bills) for content in contents], [1] * bills)
        self.assertEqual(counts[0], counts[1])

    def test_the_amount(self):
        payment = self.half_approved()
        payment.with_user(self.clerk).amount = 90
        self.assertVoid(payment, "the amount")
        payment.with_user(self.clerk).action_bridge_submit_again()
        held = payment.sudo().bridge_reservation_ids.filtered(lambda one: one.state == "held")
        self.assertEqual(held.amount, 90)
        self.assertEqual(held.line_id.bridge_held, 90)
        with self.assertRaises(UserError):
            self.decide(payment, self.bob)  # the first level is asked anew
        self.decide(payment, self.ann)
        self.decide(payment, self.bob)
        self.assertEqual(payment.sudo().bridge_instruction_id.amount, 90)
        self.assertEqual(held.bill_id.amount_residual, 10)

    def test_more_than_the_bill_has_left_is_not_submitted_again(self):
        bill = self.make_bill(100)
        self.make_rule(self.ann)
        payment = self.submit(bills=bill, amount=60)
        self.submit(bills=bill, amount=40)
        payment.with_user(self.clerk).amount = 100
        payment.with_user(self.clerk).action_bridge_submit_again()
        held = payment.sudo().bridge_reservation_ids.filtered(lambda one: one.state == "held")
        self.assertEqual(held.amount, 60)  # the rest is held by the other payment

    def test_the_payee(self):
        payment = self.half_approved()
        other = self.make_vendor("Other Mill", "wallet-0002")
        payment.with_user(self.clerk).write({"partner_id": other.id, "partner_bank_id": other.bank_ids.id})
        self.assertVoid(payment, "the payee")

    def test_the_account_chosen_on_the_payment(self):
        payment = self.half_approved()
        other = self.account.copy({"acc_number": "wallet-0003", "partner_id": self.vendor.id})
        other.allow_out_payment = True
        payment.with_user(self.clerk).partner_bank_id = other
        self.assertVoid(payment, "the payee's account")

    def test_the_number_of_the_account(self):
        payment = self.half_approved()
        self.edit_account(self.cid, acc_number="wallet-0004")
        self.assertVoid(payment, "the payee's account")

    def test_the_number_of_the_account_changed_behind_the_application(self):
        payment = self.half_approved()
        self.sql("UPDATE res_partner_bank SET acc_number = 'wallet-0005' WHERE id = %s", self.account.id)
        answer = self.decide(payment, self.bob)
        self.assertIn("changed", answer["params"]["message"])
        self.assertVoid(payment, "the payee's account")

    def test_the_name_of_the_payee(self):
        payment = self.half_approved()
        self.edit_account(self.cid, acc_holder_name="\u0420aper Mill Ltd")  # a Cyrillic letter
        self.assertVoid(payment, "the payee")

    def test_the_channel(self):
        payment = self.half_approved()
        other = self.make_channel("Other")
        payment.with_user(self.clerk).write(
            {
                "journal_id": other.journal_id.id,
                "payment_method_line_id": other.journal_id._bridge_method_line("outbound").id,
            }
        )
        self.assertVoid(payment, "the channel")

    def test_the_bill_behind_it(self):
        payment = self.half_approved()
        bill = self.bill_of(payment)
        bill.button_draft()
        bill.invoice_line_ids.price_unit = 120
        bill.action_post()
        self.decide(payment, self.bob)
        self.assertVoid(payment, "the bills")

    def test_another_bill_in_its_place(self):
        payment = self.half_approved()
        line = self.make_bill(100).line_ids.filtered(lambda item: item.account_type == "liability_payable")
        self.sql("UPDATE payment_bridge_reservation SET line_id = %s WHERE payment_id = %s", line.id, payment.id)
        self.decide(payment, self.bob)
        self.assertVoid(payment, "the bills")

    def test_the_currency(self):
        payment = self.half_approved()
        usd = self.env.ref("base.USD")
        usd.active = True
        self.sql("UPDATE account_payment SET currency_id = %s WHERE id = %s", usd.id, payment.id)
        self.decide(payment, self.bob)
        self.assertVoid(payment, "the currency")

    def test_a_change_that_is_none_voids_nothing(self):
        payment = self.half_approved()
        payment.with_user(self.clerk).write({"amount": payment.amount, "memo": "for the paper"})
        self.edit_account(self.cid, acc_holder_name=self.account.acc_holder_name)
        self.assertEqual(self.account.bridge_edited_by_id, self.assistant)
        self.decide(payment, self.bob)
        self.assertReleased(payment)

    # -- between the last approval and the wire -------------------------------------

    def assertHeld(self, payment, part):
        """It did not leave; a discrepancy and the payment say why."""
        self.dispatch()
        instruction = payment.sudo().bridge_instruction_id
        self.assertEqual(instruction.state, "queued")
        self.assertNotIn(instruction.key, ObedientConnector.paid)
        self.assertIn(part, instruction.hold_reason)
        found = self.env["payment.bridge.discrepancy"].search([("instruction_id", "=", instruction.id)])
        self.assertEqual(found.kind, "approval")
        self.assertIn(part, found.summary)
        instruction.with_user(self.clerk).action_send_now()
        self.dispatch()
        self.assertNotIn(instruction.key, ObedientConnector.paid)

    def released(self):
        self.make_rule(self.ann)
        payment = self.submit()
        self.decide(payment, self.ann)
        return payment

    def test_swapped_accounts_of_two_approved_payments_do_not_leave(self):
        self.make_rule(self.ann)
        other = self.make_vendor("Other Mill", "wallet-0006")
        first, second = self.submit(100), self.submit(bills=self.make_bill(100, other))
        for payment in (first, second):
            self.decide(payment, self.ann)
        self.sql(
            """
            UPDATE payment_bridge_instruction AS one SET payee_account = other.payee_account
              FROM payment_bridge_instruction AS other
             WHERE one.id IN %s AND other.id IN %s AND one.id != other.id
            """,
            (first | second).sudo().bridge_instruction_id._ids,
            (first | second).sudo().bridge_instruction_id._ids,
        )
        for payment in (first, second):
            self.assertHeld(payment, "the payee's account")
            self.assertEqual(payment.sudo()._bridge_current_approvals().state, "void")

    def test_a_larger_amount_does_not_leave(self):
        payment = self.released()
        self.sql(
            "UPDATE payment_bridge_instruction SET amount = 999 WHERE id = %s", payment.sudo().bridge_instruction_id.id
        )
        self.assertHeld(payment, "the amount")

    def test_other_bills_do_not_leave(self):
        payment = self.released()
        self.sql("UPDATE payment_bridge_reservation SET amount = 1 WHERE payment_id = %s", payment.id)
        self.assertHeld(payment, "the bills")

    def test_what_no_rule_asked_about_is_compared_too(self):
        payment = self.submit()
        self.sql(
            "UPDATE payment_bridge_instruction SET payee_account = 'thief' WHERE id = %s",
            payment.sudo().bridge_instruction_id.id,
        )
        self.assertHeld(payment, "the payee's account")

    def test_what_is_held_is_withdrawn_and_its_bills_are_paid_anew(self):
        payment = self.released()
        bill = self.bill_of(payment)
        self.sql(
            "UPDATE payment_bridge_instruction SET amount = 999 WHERE id = %s", payment.sudo().bridge_instruction_id.id
        )
        self.dispatch()
        payment.with_user(self.clerk).action_bridge_cancel()
        self.assertEqual(bill.amount_residual, 100)
        self.assertWaits(self.submit(bills=bill))

    def test_an_approval_that_is_taken_away_holds_it(self):
        payment = self.released()
        self.sql("UPDATE payment_bridge_approval SET state = 'waiting' WHERE payment_id = %s", payment.id)
        self.assertHeld(payment, "not approved")

    def test_a_rule_made_after_ordering_does_not_hold_what_was_released(self):
        payment = self.submit()
        self.make_rule(self.ann, partner_ids=[Command.set(self.vendor.ids)])
        self.dispatch()
        self.assertEqual(payment.sudo().bridge_instruction_id.state, "succeeded")
