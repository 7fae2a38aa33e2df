from datetime import date
from unittest.mock import patch

from odoo.exceptions import UserError

from odoo.addons.payment_bridge.connector.types import OutcomeStatus

from .canned import row
from .common import DAY, StatementCase


class TestPost(StatementCase):
    def bank_balance(self):
        self.channel.invalidate_recordset()
        return self.channel.ledger_balance

    def post(self, statement, **values):
        wizard = self.env["payment.bridge.statement.post"].create({"statement_id": statement.id, **values})
        wizard.action_post()
        return statement.posting_ids[:1]

    def test_matched_payment_becomes_paid_and_its_outstanding_account_clears(self):
        orders = [self.pay(100), self.pay(40)]
        statement = self.statement([self.paid_row(order) for order in orders], opening=1000)
        posting = self.post(statement)
        for order in orders:
            payment = order.payment_id
            self.assertTrue(payment.is_matched)
            self.assertEqual(payment.state, "paid")
            self.assertTrue(self.open_item(payment).reconciled)
        self.assertEqual(len(posting.entry_ids), 1)
        self.assertEqual((posting.entry_ids.amount, posting.entry_ids.date), (-140.0, DAY))
        self.assertEqual(set(statement.line_ids.mapped("state")), {"posted"})
        self.assertEqual(statement.state, "posted")
        self.assertEqual(self.bank_balance(), -140.0)

    def test_fees_go_to_the_configured_account(self):
        order = self.pay(100)
        statement = self.statement(
            [
                self.paid_row(order),
                row("fee", "F1", "-0.50", day=DAY, key=order.key),
                row("fee", "F2", "-0.30", day=DAY),
                row("fee", "F3", "0.10", day=DAY),
            ]
        )
        posting = self.post(statement)
        fees = posting.entry_ids.move_id.line_ids.filtered(lambda item: item.account_id == self.channel.fee_account_id)
        self.assertEqual(sorted(fees.mapped("balance")), [-0.10, 0.80])
        self.assertEqual(self.bank_balance(), -100.70)

    def test_fee_inside_the_row(self):
        order = self.pay(100)
        statement = self.statement([self.paid_row(order, amount=101, fee=1)])
        posting = self.post(statement)
        self.assertTrue(order.payment_id.is_matched)
        self.assertIn(1.0, posting.entry_ids.move_id.line_ids.mapped("balance"))

    def test_a_fee_of_nothing_is_posted_alone_and_with_others(self):
        alone = self.statement([row("fee", "F1", "0.00", day=DAY)])
        day = self.next_day(-1)
        together = self.statement([row("fee", "F2", "0.00", day=day), row("fee", "F3", "-0.50", day=day)], day)
        for mode in ("settlement", "per_line", "daily_summary"):
            self.channel.posting_mode = mode
            for statement in (alone, together):
                posting = self.post(statement)
                self.assertEqual(
                    (statement.state, set(statement.line_ids.mapped("state"))), ("posted", {"posted"}), mode
                )
                posting.action_undo()
                self.assertEqual(set(statement.line_ids.mapped("state")), {"matched"}, mode)

    def test_preview_shows_what_is_posted(self):
        order = self.pay(100)
        statement = self.statement([self.paid_row(order), row("fee", "F1", "-0.50", day=DAY)], opening=200)
        wizard = self.env["payment.bridge.statement.post"].create({"statement_id": statement.id})
        self.assertEqual((wizard.row_count, wizard.entry_count, wizard.fee_total), (2, 1, 0.5))
        self.assertEqual((wizard.ledger_after, wizard.remaining), (-100.5, -200.0))
        self.assertIn(order.payment_id.name, wizard.preview)
        of_journal = [("journal_id", "=", self.channel.journal_id.id)]
        self.assertFalse(self.env["account.bank.statement.line"].search(of_journal))

    def test_nothing_else_than_what_was_shown_is_posted(self):
        orders = [self.pay(100), self.pay(40, OutcomeStatus.PROCESSING)]
        statement = self.statement([self.paid_row(order) for order in orders])
        wizard = self.env["payment.bridge.statement.post"].create({"statement_id": statement.id})
        self.assertTrue(wizard.shown_digest)
        self.tell(orders[1], OutcomeStatus.SUCCEEDED)
        self.match()
        with self.assertRaisesRegex(UserError, "Nothing was posted"):
            wizard.action_post()

    def test_posting_twice_posts_once(self):
        statement = self.statement([self.paid_row(self.pay(100))])
        self.post(statement)
        self.assertFalse(statement._post())
        self.assertEqual(self.bank_balance(), -100.0)

    def test_unmatched_rows_stay_out_until_somebody_chooses_suspense(self):
        statement = self.statement([self.paid_row(self.pay(100)), row("collection", "E1", "30.00", day=DAY)])
        self.post(statement)
        self.assertEqual((self.bank_balance(), statement.state), (-100.0, "loaded"))
        self.post(statement, with_suspense=True)
        self.assertEqual((self.bank_balance(), statement.state), (-70.0, "posted"))
        line = statement.line_ids.filtered(lambda one: one.kind == "collection")
        self.assertEqual(line.match_pass, "suspense")
        self.assertEqual(line.move_line_id.account_id, self.channel.journal_id.suspense_account_id)

    def test_undo_takes_the_whole_run_back(self):
        order = self.pay(100)
        statement = self.statement(
            [self.paid_row(order), row("fee", "F1", "-0.50", day=DAY), row("collection", "E1", "30.00", day=DAY)]
        )
        posting = self.post(statement, with_suspense=True)
        posting.action_undo()
        payment = order.payment_id
        self.assertEqual((payment.is_matched, payment.state), (False, "in_process"))
        self.assertFalse(self.open_item(payment).reconciled)
        self.assertEqual(self.bank_balance(), 0.0)
        self.assertEqual(
            {line.kind: line.state for line in statement.line_ids},
            {"pay_out": "matched", "fee": "matched", "collection": "unmatched"},
        )
        outstanding = payment.outstanding_account_id
        open_items = self.env["account.move.line"].search(
            [("account_id", "=", outstanding.id), ("reconciled", "=", False), ("parent_state", "=", "posted")]
        )
        self.assertEqual(open_items, self.open_item(payment))
        with self.assertRaisesRegex(UserError, "undone already"):
            posting.action_undo()
        self.post(statement)
        self.assertTrue(payment.is_matched)

    def test_return_clears_both_entries(self):
        order = self.pay(100)
        self.tell(order, OutcomeStatus.RETURNED, platform_message="account closed")
        payment = order.payment_id
        back = row("return", "E-back", "100.00", day=DAY, key=order.key)
        statement = self.statement([self.paid_row(order), back])
        posting = self.post(statement)
        items = (payment.move_id | payment.bridge_reversal_id).line_ids.filtered(
            lambda item: item.account_id == payment.outstanding_account_id
        )
        self.assertEqual(items.mapped("reconciled"), [True, True])
        self.assertEqual(posting.entry_ids.amount, 0.0)

    def test_failed_payment_that_left_and_came_back_a_day_later(self):
        order = self.pay(100, OutcomeStatus.FAILED)
        first = self.load([self.paid_row(order)]).statement
        self.assertEqual(first.line_ids.difference, "status")
        back = row("return", "E-back", "100.00", day="2026-03-09", key=order.key)
        second = self.load([back], date(2026, 3, 9)).statement
        self.assertEqual((first | second).line_ids.mapped("match_pass"), ["out_and_back"] * 2)
        self.post(first)
        self.post(second)
        items = (first | second).line_ids.move_line_id
        self.assertEqual(items.mapped("reconciled"), [True, True])
        self.assertEqual(self.bank_balance(), 0.0)

    def test_own_transfers_use_the_transfer_account(self):
        statement = self.statement([row("deposit", "E1", "500.00", day=DAY)])
        self.post(statement)
        self.assertEqual(statement.line_ids.move_line_id.account_id, self.company.transfer_account_id)
        self.assertEqual(self.bank_balance(), 500.0)

    def test_by_hand_to_an_account(self):
        line = self.statement([row("adjustment", "E1", "2.00", day=DAY, text="interest")]).line_ids
        wizard = self.env["payment.bridge.statement.line.match"].create(
            {
                "line_id": line.id,
                "way": "account",
                "account_id": self.company_data["default_account_revenue"].id,
                "note": "interest of the platform",
            }
        )
        wizard.action_match()
        self.post(line.statement_id)
        self.assertEqual(line.move_line_id.account_id, self.company_data["default_account_revenue"])

    def test_closed_day_is_posted_on_the_first_open_one(self):
        order = self.pay(100)
        statement = self.statement([self.paid_row(order)])
        self.company.fiscalyear_lock_date = DAY
        posting = self.post(statement)
        self.assertEqual(posting.entry_ids.date, self.next_day())
        self.assertIn("closed", posting.entry_ids.payment_ref)
        self.assertTrue(order.payment_id.is_matched)

    def test_undo_in_a_closed_period_is_dated_in_the_open_one(self):
        statement = self.statement([self.paid_row(self.pay(100))])
        posting = self.post(statement)
        self.company.fiscalyear_lock_date = DAY
        posting.action_undo()
        self.assertEqual(set(posting.entry_ids.mapped("date")), {DAY, self.next_day()})
        self.assertEqual(self.bank_balance(), 0.0)

    def test_payment_that_somebody_reconciled_elsewhere_is_left_alone(self):
        order = self.pay(100)
        payment = order.payment_id
        item = self.open_item(payment)
        entry = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.channel.journal_id.id,
                "date": DAY,
                "payment_ref": "by hand",
                "amount": -100,
                "counterpart_account_id": item.account_id.id,
            }
        )
        (item | entry.move_id.line_ids.filtered(lambda one: one.account_id == item.account_id)).reconcile()
        statement = self.statement([self.paid_row(order)])
        plan = statement._plan()
        self.assertFalse(plan.entries)
        self.assertIn("something else", plan.blocked[statement.line_ids.id])

    def test_posts_by_itself_as_the_channel_says(self):
        statement = self.statement([self.paid_row(self.pay(100)), row("collection", "E1", "3.00", day=DAY)])
        self.run_cron("payment_bridge_reconcile.cron_post")
        self.assertEqual(statement.posted_count, 0)
        self.channel.auto_post = "complete"
        self.run_cron("payment_bridge_reconcile.cron_post")
        self.assertEqual(statement.posted_count, 0)
        self.channel.auto_post = "matched"
        self.run_cron("payment_bridge_reconcile.cron_post")
        self.assertEqual((statement.posted_count, statement.unmatched_count), (1, 1))

    def test_when_the_time_is_used_up_no_channel_waits_for_the_next_hour(self):
        """The scheduler gives a run some seconds: what is left goes on at once, until nothing is left."""
        other = self.make_channel(self.company, "Second")
        first = self.statement([self.paid_row(self.pay(100))])
        self.channel, kept = other, self.channel
        second = self.statement([self.paid_row(self.pay(200))])
        (kept | other).auto_post = "complete"
        cron, woken = type(self.env["ir.cron"]), []
        with (
            patch.object(cron, "_commit_progress", lambda self, *_done, **_more: 0.0),
            patch.object(cron, "_trigger", lambda self, at=None: woken.append(self.id)),
        ):
            runs = 0
            while runs == len([one for one in woken if one == self.env.ref("payment_bridge_reconcile.cron_post").id]):
                self.env["payment.bridge.statement"]._cron_post()
                runs += 1
        self.assertEqual((first.state, second.state), ("posted", "posted"))
        self.assertLess(runs, 10)

    def test_timeline_tells_the_row_and_the_entry(self):
        order = self.pay(100)
        statement = self.statement([self.paid_row(order)])
        payment = order.payment_id
        self.assertIn("not posted yet", payment._bridge_why())
        self.post(statement)
        payment.invalidate_recordset()
        self.assertIn(statement.line_ids.move_id.name, payment._bridge_why())
        self.assertIn("row 2", payment.bridge_timeline)

    def test_every_act_leaves_an_event(self):
        posting = self.post(self.statement([self.paid_row(self.pay(100))]))
        posting.action_undo()
        events = self.env["payment.bridge.audit.event"].search([]).mapped("event")
        for event in ("statement.loaded", "statement_lines.matched", "statement.posted", "statement.posting_undone"):
            self.assertIn(event, events)
