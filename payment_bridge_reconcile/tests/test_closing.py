from datetime import date

from odoo.exceptions import UserError
from odoo.tools.safe_eval import datetime, safe_eval

from odoo.addons.payment_bridge.connector.types import OutcomeStatus

from .canned import row, with_balances
from .common import DAY, StatementCase


class TestClosing(StatementCase):
    def proof(self, statement):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["payment.bridge.balance.proof"].search([("statement_id", "=", statement.id)])

    # -- balance proof --------------------------------------------------------------------

    def test_a_day_is_proven_when_rows_closing_and_ledger_agree(self):
        statement = self.statement([row("deposit", "D1", "500.00", day=DAY), self.paid_row(self.pay(100))], opening=0)
        self.assertEqual((self.proof(statement).state, self.proof(statement).not_posted), ("posting", 400.0))
        statement._post()
        proof = self.proof(statement)
        self.assertEqual(
            (proof.state, proof.opening, proof.moved, proof.closing, proof.ledger), ("proven", 0, 400, 400, 400)
        )

    def test_the_row_at_which_the_balance_breaks(self):
        rows = with_balances([row("deposit", "D1", "5.00", day=DAY), row("deposit", "D2", "7.00", day=DAY)], 0)
        rows[1][8] = "15.00"
        statement = self.statement(rows)
        proof = self.proof(statement)
        self.assertEqual((proof.state, proof.gap_inside, proof.broken_line_id.entry_reference), ("gap", 3.0, "D2"))
        self.assertEqual(proof.action_open_broken()["res_id"], proof.broken_line_id.id)

    def test_a_jump_between_two_days(self):
        self.statement([row("deposit", "D1", "5.00", day=self.next_day(-1))], self.next_day(-1), opening=0)
        second = self.statement([row("deposit", "D2", "7.00", day=DAY)], opening=6)
        self.assertEqual((self.proof(second).state, self.proof(second).gap_before), ("gap", 1.0))

    def test_a_foreign_entry_makes_the_books_differ(self):
        statement = self.statement([row("deposit", "D1", "5.00", day=DAY)], opening=0)
        statement._post()
        self.env["account.bank.statement.line"].create(
            {"journal_id": self.channel.journal_id.id, "date": DAY, "payment_ref": "by hand", "amount": 2}
        )
        self.assertEqual((self.proof(statement).state, self.proof(statement).gap_books), ("books", 2.0))

    def test_what_is_left_out_by_hand_makes_the_books_differ(self):
        statement = self.statement(
            [row("deposit", "D1", "5.00", day=DAY), row("pay_out", "P1", "-2.00", day=DAY)], opening=0
        )
        statement._post()
        line = statement.line_ids.filtered(lambda one: one.state == "unmatched")
        self.assertEqual(self.proof(statement).state, "posting")
        line._decide(state="ignored", note="nobody knows")
        proof = self.proof(statement)
        self.assertEqual((proof.state, proof.gap_books, proof.broken_line_id), ("books", 2.0, line))

    # -- month end --------------------------------------------------------------------------

    def check(self):
        check = self.env["payment.bridge.month.check"].create({"company_id": self.company.id, "month": DAY})
        check.action_check()
        return check, {line.code: line.count for line in check.line_ids}

    def test_month_end_check_lists_what_is_open_and_opens_it(self):
        self.pay(70, OutcomeStatus.PROCESSING)
        statement = self.statement([self.paid_row(self.pay(100)), row("fee", "F1", "-1.00", day=DAY)], opening=101)
        self.channel._expect_statements()
        check, found = self.check()
        self.assertEqual(check.display_name, f"Month-End Check {DAY:%Y-%m}")
        self.assertEqual((found["unknown"], found["not_posted"], found["fees"]), (1, 1, 1))
        self.assertFalse(check.is_clear)
        line = check.line_ids.filtered(lambda one: one.code == "not_posted")
        action = line.action_open()
        self.assertIn("settled_on", action["domain"])
        statement._post()
        _check, found = self.check()
        self.assertEqual((found["not_posted"], found["fees"]), (0, 0))

    def test_a_payment_that_somebody_opened_again_stands_in_the_way(self):
        """Odoo's own "Unreconcile" parts a payment from the bank's entry; the ledger's balance does not tell."""
        came_back = self.pay(30)
        order = self.pay(100)
        self.tell(came_back, OutcomeStatus.RETURNED, platform_message="account closed")
        statement = self.statement(
            [
                self.paid_row(order),
                self.paid_row(came_back),
                row("return", "E-back", "30.00", day=DAY, key=came_back.key),
            ],
            opening=130,
        )
        posting = statement._post()
        _check, found = self.check()
        self.assertEqual(found["opened_again"], 0)
        statement.line_ids.filtered(lambda line: line.instruction_id == order).move_line_id.remove_move_reconcile()
        check, found = self.check()
        self.assertEqual(found["opened_again"], 1)
        line = check.line_ids.filtered(lambda one: one.code == "opened_again")
        self.assertTrue(line.blocks)
        rows = self.env[line.res_model].search(safe_eval(line.domain, {"datetime": datetime}))
        self.assertEqual(rows.instruction_id, order)
        posting.action_undo()
        statement._post()
        _check, found = self.check()
        self.assertEqual((found["opened_again"], order.payment_id.is_matched), (0, True))

    def test_one_that_was_rounded_off_and_opened_again_stands_in_the_way_too(self):
        statement = self.statement([self.paid_row(self.pay(100), amount=99.99)])
        self.channel.sudo()._treat_differences()
        self.assertEqual(statement.line_ids.match_pass, "short")
        statement._post()
        _check, found = self.check()
        self.assertEqual(found["opened_again"], 0)
        statement.line_ids.move_line_id.remove_move_reconcile()
        _check, found = self.check()
        self.assertEqual(found["opened_again"], 1)

    def test_the_lock_date_waits_for_the_channels(self):
        statement = self.statement([row("deposit", "D1", "5.00", day=DAY)], opening=0)
        self.company.fiscalyear_lock_date = date(2026, 2, 28)
        self.company.bridge_check_before_lock = True
        with self.assertRaisesRegex(UserError, "Rows that are not in the books: 1"):
            self.company.fiscalyear_lock_date = DAY
        statement._post()
        self.env.flush_all()
        self.company.fiscalyear_lock_date = DAY
        self.assertEqual(self.company.fiscalyear_lock_date, DAY)

    def test_the_lock_date_waits_for_the_branches_it_closes(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        self.env.user.company_ids += branch
        channel = self.make_channel(branch, "Branch")
        loaded = self.load([row("deposit", "D1", "5.00", day=DAY)], opening=0, channel=channel)
        for guarded in (self.company, branch):
            (self.company | branch).bridge_check_before_lock = False
            guarded.bridge_check_before_lock = True
            with self.assertRaisesRegex(UserError, "Rows that are not in the books: 1"):
                self.company.fiscalyear_lock_date = DAY
        loaded.statement._post()
        self.env.flush_all()
        self.company.fiscalyear_lock_date = DAY

    # -- transfers ----------------------------------------------------------------------------

    def bank_line(self, amount, day, text="transfer", **values):
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "date": day,
                "payment_ref": text,
                "amount": amount,
                **values,
            }
        )

    def withdrawal(self, amount=200, entry="W1", **values):
        statement = self.statement([row("withdrawal", entry, f"-{amount:.2f}", day=DAY, **values)])
        statement._post()
        return statement.line_ids

    def test_withdrawal_meets_the_bank_s_line_days_later(self):
        ours = self.withdrawal()
        theirs = self.bank_line(200, date(2026, 3, 14))
        self.assertEqual(self.channel._match_transfers(), 1)
        self.assertTrue(ours.move_line_id.reconciled)
        self.assertTrue(theirs.is_reconciled)
        self.assertEqual(self.channel._match_transfers(), 0)

    def test_the_scheduled_action_matches_transfers_whoever_posts(self):
        self.channel.auto_post = "never"
        ours = self.withdrawal()
        theirs = self.bank_line(200, date(2026, 3, 14))
        self.run_cron("payment_bridge_reconcile.cron_post")
        self.env.invalidate_all()
        self.assertTrue(ours.move_line_id.reconciled)
        self.assertTrue(theirs.is_reconciled)

    def test_bank_line_that_is_on_the_transfer_account_already(self):
        ours = self.withdrawal()
        theirs = self.bank_line(200, DAY, counterpart_account_id=self.company.transfer_account_id.id)
        self.assertEqual(self.channel._match_transfers(), 1)
        item = theirs.move_id.line_ids.filtered(lambda one: one.account_id == self.company.transfer_account_id)
        self.assertEqual(ours.move_line_id.matched_credit_ids.credit_move_id, item)
        self.assertTrue(ours.move_line_id.reconciled)

    def test_what_arrives_at_the_bank_is_without_the_fee_of_the_withdrawal(self):
        for days, mode in enumerate(("settlement", "per_line", "daily_summary")):
            with self.subTest(mode=mode):
                self.channel.posting_mode = mode
                day = self.next_day(-days)
                statement = self.statement([row("withdrawal", f"W{days}", "-200.10", day=day, fee="0.10")], day)
                posting = statement._post()
                fees = posting.entry_ids.move_id.line_ids.filtered(
                    lambda item: item.account_id == self.channel.fee_account_id
                )
                self.assertEqual((fees.balance, posting.entry_ids.amount), (0.1, -200.1))
                self.bank_line(200, day)
                self.assertEqual(self.channel._match_transfers(), 1)
                self.assertTrue(statement.line_ids.move_line_id.reconciled)

    def test_with_a_second_choice_only_the_number_decides(self):
        ours = self.withdrawal(reference="WD-778899")
        self.bank_line(200, DAY)
        self.bank_line(200, DAY)
        self.assertEqual(self.channel._match_transfers(), 0)
        named = self.bank_line(200, DAY, "settlement WD-778899 of the platform")
        self.assertEqual(self.channel._match_transfers(), 1)
        self.assertTrue(named.is_reconciled)
        self.assertTrue(ours.move_line_id.reconciled)

    def test_too_late_or_another_amount_is_left_alone(self):
        self.withdrawal()
        self.bank_line(200, date(2026, 3, 30))
        self.bank_line(199, DAY)
        self.assertEqual(self.channel._match_transfers(), 0)


class TestWords(StatementCase):
    """What a payment says of itself, whichever way its money goes."""

    def told(self, operation, kind, amount):
        """A payment whose instruction is of that operation, on a posted row; answers it and the row."""
        order = self.pay(100)
        self.env.flush_all()
        self.env.cr.execute("UPDATE payment_bridge_instruction SET operation = %s WHERE id = %s", (operation, order.id))
        order.invalidate_recordset()
        statement = self.statement([row(kind, "E1", amount, day=DAY, key=order.key)])
        return order.payment_id, statement.line_ids

    def test_a_receipt_names_the_row_that_came_in(self):
        payment, line = self.told("collect", "collection", "100.00")
        why = payment._bridge_why()
        self.assertIn("Received, and found on the statement", why)
        self.assertIn("row 2", why)
        self.assertIn("not posted yet", why)
        self.assertIn(line.statement_id.name, payment.bridge_timeline)

    def test_a_refund_names_the_row_that_went_out(self):
        payment, _line = self.told("refund", "refund", "-100.00")
        self.assertIn("Given back, and found on the statement", payment._bridge_why())

    def test_collections_and_refunds_that_no_statement_shows_are_listed(self):
        payment, _line = self.told("collect", "collection", "99.00")
        refund = self.pay(30)
        self.env.flush_all()
        self.env.cr.execute("UPDATE payment_bridge_instruction SET operation = 'refund' WHERE id = %s", (refund.id,))
        listed = {one.payment_id: one for one in self.env["payment.bridge.open.payment"].search([])}
        self.assertEqual(listed[payment].difference, "row")
        self.assertEqual(listed[refund.payment_id].difference, "books_only")
        refund.invalidate_recordset()
        self.assertIn("does not show it", refund.payment_id._bridge_why())
