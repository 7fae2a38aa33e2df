from datetime import timedelta

from .canned import row, with_balances
from .common import DAY, StatementCase


class TestControl(StatementCase):
    def post(self, statement, **values):
        self.env["payment.bridge.statement.post"].create({"statement_id": statement.id, **values}).action_post()
        self.refresh(statement)

    def refresh(self, statement):
        statement.invalidate_recordset()

    def book_opening(self, statement):
        self.env["payment.bridge.statement.opening"].create({"statement_id": statement.id}).action_book()
        self.refresh(statement)

    def book_without_row(self, statement):
        """An entry of 7.00 on the channel's account that no row stands for."""
        self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": self.company_data["default_journal_misc"].id,
                "date": DAY,
                "line_ids": [
                    (0, 0, {"account_id": self.channel.journal_id.default_account_id.id, "balance": 7, "name": "x"}),
                    (0, 0, {"account_id": self.company_data["default_account_revenue"].id, "balance": -7, "name": "x"}),
                ],
            }
        ).action_post()
        self.refresh(statement)

    def test_equal_once_everything_is_posted(self):
        statement = self.statement([self.paid_row(self.pay(100)), row("fee", "F", "-1.00", day=DAY)], opening=500)
        self.assertEqual((statement.control, statement.opening_missing), ("differs", 500.0))
        self.book_opening(statement)
        self.assertEqual((statement.balance_difference, statement.opening_missing), (101.0, 0.0))
        self.assertEqual(statement.control, "pending")
        self.post(statement)
        self.assertEqual((statement.control, statement.ledger_balance, statement.closing), ("equal", 399.0, 399.0))

    def test_difference_is_explained_row_by_row(self):
        statement = self.statement(
            [self.paid_row(self.pay(100)), row("collection", "C", "30.00", day=DAY)], opening=500
        )
        self.book_opening(statement)
        self.post(statement)
        self.book_without_row(statement)
        self.assertEqual(statement.balance_difference, 407.0 - 430.0)
        self.assertEqual(statement.control_line_ids.entry_reference, "C")
        self.assertEqual(statement.control_item_ids.amount_currency, 7.0)
        self.assertNotIn("Not explained", statement.control_table)

    def test_open_rows_that_make_up_the_difference_are_no_alarm(self):
        statement = self.statement(
            [self.paid_row(self.pay(100)), row("collection", "C", "30.00", day=DAY)], opening=500
        )
        self.book_opening(statement)
        self.assertEqual(statement.control, "open")
        self.post(statement)
        self.assertEqual((statement.control, statement.balance_difference), ("open", -30.0))
        self.book_without_row(statement)
        self.assertEqual(statement.control, "differs", "the open row does not make up for an entry of no row")

    def test_empty_day_keeps_the_balance(self):
        statement = self.statement([row("fee", "F", "-1.00", day=DAY)], opening=500)
        self.book_opening(statement)
        self.post(statement)
        day = self.next_day()
        empty = (
            self.env["payment.bridge.statement"]
            .sudo()
            .create({"channel_id": self.channel.id, "kind": "account", "first_day": day, "last_day": day})
        )
        empty._mark_empty()
        self.assertEqual((empty.balance_expected, empty.control), (499.0, "equal"))

    def test_missing_rows_between_two_files_are_named(self):
        before = DAY - timedelta(days=2)
        first = self.statement([row("fee", "F1", "-1.00", day=before)], before, opening=500)
        second = self.statement([row("fee", "F2", "-1.00", day=DAY)], DAY, opening=450)
        self.book_opening(first)
        self.post(first)
        self.post(second)
        self.assertEqual(second.balance_difference, 49.0)
        self.assertIn("rows are missing", second.control_table)
        self.assertNotIn("Not explained", second.control_table)

    def test_row_missing_within_a_file_is_located(self):
        fees = [row("fee", f"F{number}", "-1.00", day=DAY, time=f"10:0{number}:00") for number in range(1, 5)]
        rows = with_balances(fees, 500)
        statement = self.statement([*rows[:2], rows[3]])
        self.book_opening(statement)
        self.post(statement)
        self.assertEqual(statement.balance_difference, 1.0)
        self.assertIn("jumps between row 3 and row 4", statement.control_table)
        self.assertNotIn("Not explained", statement.control_table)

    def test_closed_day_shows_why_the_balance_waits(self):
        statement = self.statement([row("fee", "F1", "-1.00", day=DAY)], opening=500)
        self.book_opening(statement)
        self.company.fiscalyear_lock_date = DAY
        self.post(statement)
        self.assertEqual(statement.balance_difference, 1.0)
        self.assertIn("posted after this day", statement.control_table)
        self.assertNotIn("Not explained", statement.control_table)

    def test_undone_posting_explains_itself(self):
        statement = self.statement([row("fee", "F1", "-1.00", day=DAY)], opening=500)
        self.book_opening(statement)
        self.post(statement)
        self.company.fiscalyear_lock_date = DAY
        statement.posting_ids.action_undo()
        self.refresh(statement)
        self.assertEqual(statement.balance_difference, 0.0)
        self.assertNotIn("Not explained", statement.control_table)

    def test_without_any_balance_the_books_are_held_against_the_rows(self):
        statement = self.statement([row("fee", "F1", "-1.00", day=DAY)])
        self.assertEqual(statement.control, "pending")
        self.assertEqual(statement.balance_expected, -1.0)
        self.assertIn("files show none", statement.control_table)
        self.post(statement)
        self.refresh(statement)
        self.assertEqual(statement.control, "equal")
