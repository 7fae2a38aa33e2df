"""Held rows: their list and age, what clears them, and how that is taken back."""

from ast import literal_eval

from odoo.exceptions import UserError

from .common import DAY
from .treat_common import TreatCase


class TestSuspense(TreatCase):
    def test_held_rows_stand_on_the_suspense_list_with_their_age(self):
        line = self.held_row()
        action = self.env["ir.actions.act_window"]._for_xml_id("payment_bridge_reconcile.action_suspense")
        found = self.env["payment.bridge.statement.line"].search(
            [*literal_eval(action["domain"]), ("channel_id", "=", self.channel.id)]
        )
        self.assertEqual((found, line.age, line.is_held), (line, 1, True))

    def test_a_held_row_is_cleared_to_the_invoice_that_it_pays(self):
        line, invoice = self.held_row(), self.make_invoice(30)
        shown = self.clear(line, way="document", document_id=invoice.id)
        self.assertIn(self.held.name, shown)
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertTrue(line.move_line_id.reconciled)
        self.assertEqual((line.match_pass, line.is_held, self.balance_of(self.held)), ("account", False, 0.0))
        self.assertEqual(self.bank_balance(), 30.0)

    def test_a_held_row_is_cleared_to_the_payment_that_turns_up_later(self):
        line = self.held_row("-100.00", "P1", "adjustment")
        order = self.pay(100)
        self.clear(line, way="payment", instruction_id=order.id)
        self.assertEqual((line.match_pass, line.instruction_id), ("payment", order))
        self.assertTrue(order.payment_id.is_matched)
        self.assertEqual(self.balance_of(self.held), 0.0)

    def test_the_rest_of_a_cleared_payment_needs_an_account_and_a_reason(self):
        line = self.held_row("-99.00", "P1", "adjustment")
        order = self.pay(100)
        with self.assertRaisesRegex(UserError, "left over"):
            self.clear(line, way="payment", instruction_id=order.id, note="x")
        self.clear(line, way="payment", instruction_id=order.id, account_id=self.losses.id, note="discount")
        self.assertEqual((line.match_pass, self.balance_of(self.losses)), ("short", -1.0))
        self.assertTrue(order.payment_id.is_matched)

    def test_a_held_row_is_cleared_to_an_account_with_the_reason(self):
        line = self.held_row("2.00")
        revenue = self.company_data["default_account_revenue"]
        with self.assertRaisesRegex(UserError, "Say why"):
            self.clear(line, way="account", account_id=revenue.id)
        self.clear(line, way="account", account_id=revenue.id, note="interest")
        self.assertEqual((self.balance_of(self.held), self.balance_of(revenue)), (0.0, -2.0))
        self.assertIn("interest", line.reason)

    def test_two_held_rows_that_cancel_out_clear_each_other(self):
        gone = self.held_row("-40.00", "A1", "adjustment")
        home = self.held_row("40.00", "A2", "adjustment")
        self.clear(gone, way="row", other_id=home.id)
        self.assertTrue((gone | home).move_line_id.mapped("reconciled") == [True, True])
        self.assertEqual((gone.cleared_with_id, home.cleared_with_id), (home, gone))
        gone.action_unclear()
        self.assertEqual((gone.is_held, home.is_held), (True, True))

    def test_clearing_is_taken_back_and_the_row_is_held_again(self):
        line, invoice = self.held_row(), self.make_invoice(30)
        self.clear(line, way="document", document_id=invoice.id)
        line.action_unclear()
        self.assertEqual((invoice.amount_residual, line.is_held), (30.0, True))
        self.assertFalse(line.move_line_id.reconciled)
        self.assertEqual(self.balance_of(self.held), -30.0)
        self.clear(line, way="document", document_id=invoice.id)
        self.assertEqual(invoice.amount_residual, 0.0)

    def test_the_entry_that_cleared_a_row_is_not_reset_to_draft(self):
        line = self.held_row()
        self.clear(line, way="document", document_id=self.make_invoice(30).id)
        with self.assertRaisesRegex(UserError, "undo the clearing"):
            line.cleared_move_id.button_draft()
        line.action_unclear()
        self.assertTrue(line.is_held)

    def test_the_period_is_locked_once_nothing_is_held_any_more(self):
        """Odoo's own suspense account is not reconciled, and Odoo does not lock a period with open bank lines in it."""
        self.channel.suspense_account_id = False
        self.assertFalse(self.channel.journal_id.suspense_account_id.reconcile)
        cleared, undone = self.held_row(), self.held_row(entry="C2")
        entries = (cleared | undone).move_line_id.statement_line_id
        self.assertEqual(entries.mapped("is_reconciled"), [False, False])
        undone.posting_id.action_undo()
        self.clear(cleared, way="account", account_id=self.company_data["default_account_revenue"].id, note="interest")
        entries |= entries.bridge_posting_id.entry_ids
        self.assertEqual(set(entries.mapped("is_reconciled")), {True})
        cleared.action_unclear()
        self.assertFalse(cleared.move_line_id.statement_line_id.is_reconciled)
        self.clear(cleared, way="account", account_id=self.company_data["default_account_revenue"].id, note="interest")
        self.company.fiscalyear_lock_date = DAY
        self.assertEqual(self.company.fiscalyear_lock_date, DAY)

    def test_a_row_that_was_cleared_is_not_cleared_again(self):
        line, invoice = self.held_row(), self.make_invoice(30)
        late = self.env["payment.bridge.suspense.clear"].create(
            {"line_id": line.id, "way": "account", "account_id": self.losses.id, "note": "x"}
        )
        self.clear(line, way="document", document_id=invoice.id)
        with self.assertRaisesRegex(UserError, "not held"):
            late.action_clear()

    def test_the_posting_of_a_cleared_row_stays_until_the_clearing_is_undone(self):
        difference = self.lone_receipt()
        treatment = self.resolve(difference, "suspense")
        line = difference.line_id
        self.clear(line, way="document", document_id=self.make_invoice(30).id)
        with self.assertRaisesRegex(UserError, "have been cleared since"):
            treatment.action_undo()
        line.action_unclear()
        treatment.action_undo()
        self.assertEqual((line.state, difference.state), ("unmatched", "open"))

    def test_an_invoice_smaller_than_the_row_is_refused(self):
        line = self.held_row()
        with self.assertRaisesRegex(UserError, "left to pay"):
            self.clear(line, way="document", document_id=self.make_invoice(20).id)
