"""Chargebacks, refunds and returns take back what they should, and a chargeback that was won gives it back."""

from odoo import fields
from odoo.exceptions import UserError

from odoo.addons.payment_bridge.connector.types import Outcome, OutcomeStatus
from odoo.addons.payment_bridge.models.instruction_states import State

from .canned import row
from .common import DAY
from .treat_common import TreatCase


class TestChargebacks(TreatCase):
    def setUp(self):
        super().setUp()
        self.invoice = self.make_invoice(100)
        self.sale = self.collect(100, self.invoice)
        self.receipt = self.sale.payment_id
        self.statement([self.collected_row(self.sale)])._post()
        self.receivable = self.receipt.destination_account_id

    def taken(self, amount=100, entry="CB1", fee="", day=DAY, post=True):
        """The customer's bank takes money back; answers the row."""
        net = amount + float(fee or 0)
        statement = self.statement(
            [row("chargeback", entry, f"-{net:.2f}", day=day, original=self.sale.key, fee=fee)], day
        )
        line = statement.line_ids
        if line.state == "unmatched":
            self.resolve(self.difference_of(line), "chargeback", post_now=False)
        if post:
            statement._post()
        return line

    def won(self, amount=100, entry="WON1", post=True):
        statement = self.statement([row("chargeback", entry, f"{amount:.2f}", day=DAY, original=self.sale.key)])
        line = statement.line_ids
        if line.state == "unmatched":
            self.resolve(self.difference_of(line), "chargeback", post_now=False)
        if post:
            statement._post()
        return line

    def record(self, line):
        return self.env["payment.bridge.chargeback"].search([("line_id", "=", line.id)])

    def test_before_it_the_invoice_is_paid(self):
        self.assertEqual((self.invoice.payment_state, self.invoice.amount_residual), ("paid", 0.0))
        self.assertEqual(self.bank_balance(), 100.0)

    def test_one_that_fits_its_collection_is_matched_by_itself(self):
        line = self.statement([row("chargeback", "CB1", "-100.00", day=DAY, original=self.sale.key)]).line_ids
        self.assertEqual((line.state, line.match_pass, line.payment_id), ("matched", "chargeback", self.receipt))

    def test_the_invoice_is_open_again_and_people_are_told(self):
        line = self.taken()
        self.assertEqual((self.invoice.amount_residual, self.invoice.payment_state), (100.0, "not_paid"))
        self.assertEqual((line.state, line.move_line_id.account_id), ("posted", self.receivable))
        self.assertTrue(line.move_line_id.reconciled)
        self.assertTrue(self.receipt.is_matched)
        self.assertEqual(self.bank_balance(), 0.0)
        self.assertIn("took", self.invoice.message_ids[:1].body)
        chargeback = self.record(line)
        self.assertEqual((chargeback.state, chargeback.invoice_ids, chargeback.amount), ("taken", self.invoice, 100.0))
        self.assertIn("took the money", line.reason)
        self.assertTrue(self.events("chargeback.taken"))

    def test_its_fee_is_booked_as_a_fee(self):
        self.taken(fee="15")
        self.assertEqual(self.balance_of(self.channel.fee_account_id), 15.0)
        self.assertEqual((self.invoice.amount_residual, self.bank_balance()), (100.0, -15.0))

    def test_a_part_opens_a_part(self):
        self.taken(30)
        self.assertEqual((self.invoice.amount_residual, self.invoice.payment_state), (30.0, "partial"))
        self.assertEqual(self.bank_balance(), 70.0)

    def test_more_than_was_collected_is_refused(self):
        line = self.statement([row("chargeback", "CB1", "-100.01", day=DAY, original=self.sale.key)]).line_ids
        with self.assertRaisesRegex(UserError, "More was taken"):
            self.difference_of(line)._treat("chargeback", self.asked())

    def test_every_way_of_posting_books_the_same(self):
        for place, mode in enumerate(("per_line", "daily_summary")):
            self.channel.posting_mode = mode
            line = self.taken(10, f"CB-{mode}")
            self.assertEqual(line.state, "posted", mode)
            self.assertEqual(self.invoice.amount_residual, 10.0 * (place + 1), mode)

    def test_it_waits_on_an_account_of_its_own_where_the_channel_says_so(self):
        disputed = self.make_account("TRT004", "Chargebacks", account_type="asset_current", reconcile=True)
        self.channel.write({"chargeback_to": "account", "chargeback_account_id": disputed.id})
        line = self.taken()
        self.assertEqual((self.invoice.payment_state, self.balance_of(disputed)), ("paid", 100.0))
        self.won()
        self.assertEqual((self.balance_of(disputed), self.bank_balance()), (0.0, 100.0))
        self.assertTrue(line.move_line_id.reconciled)

    def test_without_that_account_it_is_not_posted(self):
        self.channel.chargeback_to = "account"
        line = self.taken(post=False)
        self.assertIn("no account for chargebacks", line.statement_id._plan().blocked[line.id])

    def test_a_won_chargeback_pays_the_invoice_again(self):
        taken = self.taken()
        line = self.won()
        self.assertEqual((self.invoice.amount_residual, self.bank_balance()), (0.0, 100.0))
        self.assertEqual((self.record(taken).state, self.record(taken).won_line_ids), ("won", line))
        self.assertIn("was won", line.reason)

    def test_a_chargeback_is_won_in_parts(self):
        taken = self.taken()
        self.won(40, "WON1")
        self.assertEqual((self.invoice.amount_residual, self.record(taken).state), (60.0, "taken"))
        second = self.won(60, "WON2")
        self.assertEqual((self.invoice.amount_residual, self.record(taken).state), (0.0, "won"))
        second.posting_id.action_undo()
        self.assertEqual((self.invoice.amount_residual, self.record(taken).state), (60.0, "taken"))
        with self.assertRaisesRegex(UserError, "No chargeback of"):
            self.won(61, "WON3")

    def test_two_chargebacks_of_one_receipt_are_taken_and_won_together(self):
        taken, won = (
            self.statement(
                [row("chargeback", f"{name}{part}", amount, day=day, original=self.sale.key) for part in (1, 2)], day
            )
            for name, amount, day in (("CB", "-30.00", self.next_day(-2)), ("WON", "30.00", self.next_day(-1)))
        )
        for mode in ("settlement", "per_line", "daily_summary"):
            with self.subTest(mode=mode):
                self.channel.posting_mode = mode
                out = taken._post()
                records = self.env["payment.bridge.chargeback"].search([("state", "=", "taken")])
                self.assertEqual((len(records), self.invoice.amount_residual), (2, 60.0))
                self.assertEqual([record.invoice_ids for record in records], [self.invoice, self.invoice])
                back = won._post()
                self.assertEqual((self.invoice.amount_residual, self.bank_balance()), (0.0, 100.0))
                self.assertEqual((won.line_ids.chargeback_id, records.mapped("state")), (records, ["won", "won"]))
                back.action_undo()
                self.assertEqual((self.invoice.amount_residual, records.mapped("state")), (60.0, ["taken", "taken"]))
                out.action_undo()
                self.assertEqual((self.invoice.amount_residual, self.bank_balance()), (0.0, 100.0))

    def test_a_won_chargeback_of_an_invoice_paid_meanwhile_is_the_customer_s_credit(self):
        self.taken()
        again = self.collect(100, self.invoice)
        self.assertEqual(self.invoice.amount_residual, 0.0)
        line = self.won()
        self.assertEqual((line.state, line.move_line_id.reconciled), ("posted", False))
        self.assertEqual((line.move_line_id.partner_id, again.payment_id.is_matched), (self.customer, False))

    def test_a_win_without_its_chargeback_in_the_books_waits(self):
        with self.assertRaisesRegex(UserError, "No chargeback of"):
            self.won()

    def test_undoing_it_pays_the_invoice_again(self):
        line = self.taken()
        line.posting_id.action_undo()
        self.assertEqual((self.invoice.amount_residual, self.record(line).state), (0.0, "undone"))
        self.assertEqual((line.state, self.bank_balance()), ("matched", 100.0))
        line.statement_id._post()
        self.assertEqual(self.invoice.amount_residual, 100.0)

    def test_a_chargeback_that_was_won_stays_until_the_win_is_undone(self):
        taken = self.taken()
        won = self.won()
        with self.assertRaisesRegex(UserError, "was won since"):
            taken.posting_id.action_undo()
        won.posting_id.action_undo()
        self.assertEqual((self.invoice.amount_residual, self.record(taken).state), (100.0, "taken"))
        taken.posting_id.action_undo()
        self.assertEqual((self.invoice.amount_residual, self.bank_balance()), (0.0, 100.0))

    def test_in_a_closed_period_it_is_booked_in_the_open_one(self):
        line = self.taken(post=False)
        self.company.fiscalyear_lock_date = DAY
        posting = line.statement_id._post()
        self.assertEqual((posting.entry_ids.date, self.invoice.amount_residual), (self.next_day(), 100.0))

    def test_the_receipt_of_a_sale_is_not_parted_from_its_invoice_otherwise(self):
        counterpart = self.receipt._seek_for_lines()[1]
        with self.assertRaisesRegex(UserError, "on its way"):
            counterpart.remove_move_reconcile()

    # -- refunds and returns, which go on doing what they did -------------------------------------

    def test_a_refund_is_posted_against_its_own_payment(self):
        self.patch(type(self.receipt), "_bridge_check", lambda payment: None)  # this platform offers no refunds
        refund = self.receipt._bridge_give_back(30, "one cup was cold")
        order = refund.sudo().bridge_instruction_id
        self.assertEqual((order.operation, order.original_id), ("refund", self.sale))
        order._move_to(State.SENDING, reason="test", sent_at=fields.Datetime.now())
        order._apply(Outcome(OutcomeStatus.SUCCEEDED), "answer")
        statement = self.statement([row("refund", "RF1", "-30.00", day=DAY, key=order.key)])
        self.assertEqual(statement.line_ids.match_pass, "payment")
        statement._post()
        self.assertEqual((refund.is_matched, self.bank_balance()), (True, 70.0))
        self.assertEqual(self.invoice.payment_state, "paid")

    def test_a_chargeback_of_a_refunded_receipt_leaves_the_customer_owing_it(self):
        self.test_a_refund_is_posted_against_its_own_payment()
        self.taken(100)
        self.assertEqual((self.invoice.amount_residual, self.bank_balance()), (100.0, -30.0))

    def test_a_return_opens_the_bill_again(self):
        order = self.pay(100)
        bill = order.payment_id.reconciled_bill_ids
        self.tell(order, OutcomeStatus.RETURNED, platform_message="account closed")
        back = row("return", "E-back", "100.00", day=DAY, key=order.key, time="11:00:00")
        self.statement([self.paid_row(order), back])._post()
        self.assertEqual((bill.amount_residual, self.bank_balance()), (100.0, 100.0))
