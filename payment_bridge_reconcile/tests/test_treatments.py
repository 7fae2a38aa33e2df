"""Differences that the evidence decides: each treated once, with its evidence, and taken back whole."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError

from odoo.addons.payment_bridge.connector.types import OutcomeStatus

from .canned import row
from .common import DAY
from .treat_common import TreatCase


class TestTreatments(TreatCase):
    def rounded(self, amount=100, short=0.01, entry=None, **file):
        """A payment whose row differs by a rounding; answers (payment's order, row)."""
        order = self.pay(amount)
        line = self.statement([self.paid_row(order, entry, amount=amount - short)], **file).line_ids
        return order, line

    # -- roundings ------------------------------------------------------------------------

    def test_a_rounding_is_written_off_by_itself_with_its_evidence(self):
        order, line = self.rounded()
        self.assertEqual(self.difference_of(line).difference, "rounding")
        self.assertEqual(self.treat(), 1)
        self.assertEqual((line.state, line.match_pass, line.instruction_id), ("matched", "short", order))
        treatment = self.difference_of(line).treatment_id
        self.assertEqual((treatment.way, treatment.by_itself, treatment.amount), ("round_off", True, 0.01))
        self.assertEqual((treatment.evidence["row_amount"], treatment.evidence["ordered"]), ("-99.99", "100.00"))
        self.assertIn("99.99", treatment.evidence_text)
        line.statement_id._post()
        self.assertTrue(order.payment_id.is_matched)
        self.assertEqual(self.balance_of(self.rounding), -0.01)
        self.assertEqual(self.bank_balance(), -99.99)
        self.assertTrue(self.events("treatment.done"))

    def test_every_way_of_posting_books_the_same_rounding(self):
        for mode in ("settlement", "per_line", "daily_summary"):
            self.channel.posting_mode = mode
            before = self.balance_of(self.rounding)
            order, line = self.rounded(entry=f"E-{mode}")
            self.treat()
            line.statement_id._post()
            self.assertEqual(line.state, "posted", mode)
            self.assertTrue(order.payment_id.is_matched, mode)
            self.assertEqual(round(self.balance_of(self.rounding) - before, 2), -0.01, mode)

    def test_more_than_the_tolerance_is_left_to_people(self):
        _order, line = self.rounded(short=0.02)
        self.assertEqual(self.treat(), 0)
        difference = self.difference_of(line)
        self.assertEqual((line.state, difference.difference), ("unmatched", "amount"))
        with self.assertRaisesRegex(UserError, "is no rounding"):
            self.resolve(difference, "round_off")

    def test_the_day_s_cap_holds_for_the_engine_and_for_people(self):
        self.channel.rounding_daily_cap = 0.02
        orders = [self.pay(amount) for amount in (10, 20, 30)]
        lines = self.statement([self.paid_row(one, amount=one.amount - 0.01) for one in orders]).line_ids
        self.assertEqual(self.treat(), 2)
        (left,) = lines.filtered(lambda line: line.state == "unmatched")
        self.assertEqual(self.treat(), 0)
        with self.assertRaisesRegex(UserError, "the cap of"):
            self.resolve(self.difference_of(left), "round_off")
        counted = self.env["payment.bridge.rounding.day"].search([("channel_id", "=", self.channel.id)])
        self.assertEqual((counted.day, counted.amount), (DAY, 0.02))

    def test_the_database_refuses_what_goes_over_the_cap(self):
        self.channel.rounding_daily_cap = 0.05
        channel = self.channel.sudo()
        self.assertTrue(channel._round_off(DAY, 0.03))
        self.assertFalse(channel._round_off(DAY, 0.03))
        self.assertFalse(channel._round_off(self.next_day(), 0.06))
        self.assertTrue(channel._round_off(DAY, 0.02))
        self.assertEqual(channel._rounding_left(DAY), 0.0)

    def test_switched_off_nothing_is_rounded(self):
        self.channel.treat_rounding = False
        _order, line = self.rounded()
        self.assertEqual((self.treat(), line.state), (0, "unmatched"))

    def test_treating_again_does_nothing_more(self):
        _order, line = self.rounded()
        self.treat()
        done = self.env["payment.bridge.treatment"].search_count([])
        self.assertEqual(self.treat(), 0)
        self.match()
        self.assertEqual(self.env["payment.bridge.treatment"].search_count([]), done)
        self.assertEqual(self.difference_of(line).state, "treated")

    def test_taken_back_it_is_open_frees_the_cap_and_is_not_done_again(self):
        _order, line = self.rounded()
        self.treat()
        treatment = self.difference_of(line).treatment_id
        treatment.action_undo()
        self.assertEqual((line.state, treatment.state), ("unmatched", "undone"))
        self.assertEqual(self.difference_of(line).state, "open")
        self.assertEqual(self.channel._rounding_left(DAY), 1.0)
        self.assertEqual((self.treat(), line.state), (0, "unmatched"))
        with self.assertRaisesRegex(UserError, "taken back already"):
            treatment.action_undo()

    def test_undoing_the_match_of_the_row_takes_the_treatment_back_too(self):
        _order, line = self.rounded()
        self.treat()
        line.action_undo()
        difference = self.difference_of(line)
        self.assertEqual((difference.state, difference.treatment_ids.state), ("open", "undone"))

    def test_undoing_the_match_of_the_row_frees_the_cap(self):
        _order, line = self.rounded()
        self.treat()
        self.assertEqual(self.channel._rounding_left(DAY), 0.99)
        line.action_undo()
        self.assertEqual(self.channel._rounding_left(DAY), 1.0)

    def test_a_row_posted_with_others_is_not_torn_out_of_their_posting(self):
        orders = [self.pay(100), self.pay(40)]
        statement = self.statement([self.paid_row(orders[0], amount=99.99), self.paid_row(orders[1])])
        self.treat()
        posting = statement._post()
        line = statement.line_ids.filtered(lambda one: one.match_pass == "short")
        treatment = self.difference_of(line).treatment_id
        with self.assertRaisesRegex(UserError, "together with 1 others"):
            treatment.action_undo()
        self.assertEqual((treatment.state, line.state), ("done", "posted"))
        posting.action_undo()
        treatment.action_undo()
        self.assertEqual((treatment.state, line.state), ("undone", "unmatched"))
        self.assertEqual(self.balance_of(self.rounding), 0.0)

    def test_a_closed_day_is_rounded_off_in_the_open_one(self):
        _order, line = self.rounded()
        self.treat()
        self.company.fiscalyear_lock_date = DAY
        posting = line.statement_id._post()
        self.assertEqual(posting.entry_ids.date, self.next_day())
        self.assertEqual(self.balance_of(self.rounding), -0.01)

    def test_a_payment_that_has_not_moved_here_is_not_rounded_off(self):
        order = self.pay(100, OutcomeStatus.PROCESSING)
        line = self.statement([self.paid_row(order, amount=99.99)]).line_ids
        self.assertEqual((self.treat(), line.state), (0, "unmatched"))

    # -- fees --------------------------------------------------------------------------------

    def schedule(self, **values):
        return self.env["payment.bridge.fee.schedule"].create(
            {"channel_id": self.channel.id, "fee_kind": "collection", "valid_from": "2026-01-01", **values}
        )

    def test_a_fee_larger_than_what_it_is_charged_for(self):
        for days, mode in enumerate(("settlement", "per_line", "daily_summary")):
            with self.subTest(mode=mode):
                self.channel.posting_mode = mode
                before = self.balance_of(self.channel.fee_account_id)
                order, day = self.collect(0.1), self.next_day(-days)
                statement = self.statement([self.collected_row(order, amount=-0.2, fee="0.30", day=day)], day)
                statement._post()
                self.assertTrue(self.open_item(order.payment_id).reconciled)
                self.assertAlmostEqual(self.balance_of(self.channel.fee_account_id) - before, 0.3)

    def test_what_is_missing_is_booked_as_a_fee_when_the_schedule_says_so(self):
        self.schedule(rate=0.6)
        order = self.collect(100)
        line = self.statement([self.collected_row(order, amount=99.40)]).line_ids
        self.assertEqual(line.difference, "fee")
        self.assertEqual(self.treat(), 1)
        self.assertEqual((line.state, line.match_pass), ("matched", "net"))
        self.assertEqual(self.difference_of(line).treatment_id.evidence["agreed"], "0.60")
        line.statement_id._post()
        self.assertEqual(self.balance_of(self.channel.fee_account_id), 0.60)
        self.assertTrue(order.payment_id.is_matched)
        self.channel._check_fees()
        self.assertFalse(self.env["payment.bridge.fee.claim"].search([("channel_id", "=", self.channel.id)]))

    def test_the_month_counts_every_fee_that_is_booked(self):
        """Also those that no row shows, but that are missing from what a row stands for."""
        self.channel.fee_rate = 0.6
        sale, order, invoice = self.collect(100), self.pay(50), self.make_invoice(30)
        statement = self.statement(
            [
                self.collected_row(sale, amount=99.4),
                row("pay_out", "P1", "-51.00", day=DAY),
                row("collection", "C1", "29.80", day=DAY),
                row("collection", "C2", "5.00", day=DAY, fee="0.05"),
                row("fee", "F1", "-0.70", day=DAY),
            ]
        )
        self.treat()
        by_number = {line.entry_reference: line for line in statement.line_ids}
        by_number["P1"]._match_by_hand([("payment", order.id)], "fee")
        wizard = self.env["payment.bridge.statement.line.match"].create(
            {"line_id": by_number["C1"].id, "way": "document", "document_ids": invoice.ids}
        )
        wizard.write({"rest_way": "fee", "note": "kept by the platform"})
        wizard.action_match()
        by_number["C2"]._book_by_hand(self.company_data["default_account_revenue"], note="a sale")
        month = self.env["payment.bridge.fee.invoice"].create({"channel_id": self.channel.id, "month": "2026-03-01"})
        self.assertAlmostEqual(month.not_booked, 2.55)
        statement._post()
        self.assertEqual(statement.state, "posted")
        month.invalidate_recordset()
        self.assertAlmostEqual(month.accrued, self.balance_of(self.channel.fee_account_id))
        self.assertAlmostEqual(month.accrued, 2.55)

    def test_the_fee_inside_a_row_stays_a_fee_wherever_the_row_goes(self):
        revenue, invoice = self.company_data["default_account_revenue"], self.make_invoice(20)
        for days, mode in enumerate(("settlement", "per_line", "daily_summary")):
            with self.subTest(mode=mode):
                self.channel.posting_mode = mode
                earned, fees = self.balance_of(revenue), self.balance_of(self.channel.fee_account_id)
                day = self.next_day(-days)
                statement = self.statement([row("collection", f"C{days}", "9.94", day=day, fee="0.06")], day)
                statement.line_ids._book_by_hand(revenue, note="a sale at the counter")
                posting = statement._post()
                self.assertAlmostEqual(self.balance_of(revenue) - earned, -10.0)
                self.assertAlmostEqual(self.balance_of(self.channel.fee_account_id) - fees, 0.06)
                posting.action_undo()
        held = self.open_row("collection", "H1", "19.90", day=self.next_day(-4), values={"fee": "0.10"})
        self.resolve(held, "suspense")
        self.env["payment.bridge.suspense.clear"].create(
            {"line_id": held.line_id.id, "way": "document", "document_id": invoice.id}
        ).action_clear()
        self.assertEqual((invoice.amount_residual, self.balance_of(self.held)), (0.0, 0.0))
        back = self.open_row("collection", "B1", "4.97", day=self.next_day(-5), values={"fee": "0.03"})
        treatment = self.resolve(back, "give_back", partner_id=self.customer.id, post_now=True)
        self.assertEqual((treatment.payment_id.amount, back.line_id.move_line_id.balance), (5.0, -5.0))
        self.assertAlmostEqual(self.balance_of(self.channel.fee_account_id), 0.13)
        self.assertAlmostEqual(self.bank_balance(), 19.9 + 4.97)

    def test_another_amount_than_the_schedule_s_is_left(self):
        self.schedule(rate=0.6)
        order = self.collect(100)
        line = self.statement([self.collected_row(order, amount=99.30)]).line_ids
        self.assertEqual((self.treat(), line.state), (0, "unmatched"))
        self.resolve(self.difference_of(line), "book_fee", note="agreed on the telephone")
        self.assertEqual(line.match_pass, "net")
        self.channel._check_fees()
        claim = self.env["payment.bridge.fee.claim"].search([("line_id", "=", line.id)])
        self.assertEqual((claim.charged, claim.expected, round(claim.difference, 2)), (0.70, 0.60, 0.10))

    def test_the_channel_s_agreed_rate_counts_where_no_schedule_is(self):
        self.channel.fee_rate = 0.6
        order = self.collect(100)
        line = self.statement([self.collected_row(order, amount=99.40)]).line_ids
        self.assertEqual(line.difference, "fee")
        self.assertEqual((self.treat(), line.match_pass), (1, "net"))

    # -- the platform's answer ---------------------------------------------------------------

    def test_an_answer_that_completes_the_payment_settles_its_row(self):
        order = self.pay(100, OutcomeStatus.PROCESSING)
        line = self.statement([self.paid_row(order)]).line_ids
        difference = self.difference_of(line)
        self.assertEqual((difference.difference, difference.instruction_state), ("status", "processing"))
        self.assertEqual(self.match(), 0)
        self.tell(order, OutcomeStatus.SUCCEEDED, platform_status="SUCCESS")
        self.match()
        self.assertEqual((line.state, difference.state), ("matched", "closed"))
        treatment = difference.treatment_ids
        self.assertEqual((treatment.way, treatment.by_itself), ("query", True))
        told = treatment.evidence
        self.assertEqual((told["was"], told["is"], told["told_by"]), ("processing", "succeeded", "query"))
        self.assertEqual(told["answer"], "SUCCESS")

    def test_what_was_raised_about_a_row_is_closed_when_the_answer_explains_it(self):
        order = self.pay(100, OutcomeStatus.FAILED)
        self.statement([self.paid_row(order)])
        raised = self.env["payment.bridge.discrepancy"].search(
            [("kind", "=", "line_status"), ("channel_id", "=", self.channel.id)]
        )
        self.assertEqual(raised.state, "open")
        back = row("return", "E-back", "100.00", day="2026-03-09", key=order.key)
        self.load([back], DAY - timedelta(days=1))
        self.assertEqual(raised.state, "resolved")

    def test_an_answer_that_rejects_the_payment_settles_both_its_rows(self):
        order = self.pay(100, OutcomeStatus.PROCESSING)
        back = row("return", "E-back", "100.00", day=DAY, key=order.key, time="11:00:00")
        lines = self.statement([self.paid_row(order), back]).line_ids
        self.tell(order, OutcomeStatus.FAILED)
        self.match()
        self.assertEqual(lines.mapped("match_pass"), ["out_and_back"] * 2)
        for line in lines:
            self.assertEqual(self.difference_of(line).treatment_ids.mapped("way"), ["query"])

    def test_the_platform_is_asked_about_what_its_statement_does_not_show_once_a_day(self):
        order = self.pay(100)
        order._set(next_query_at=False)
        self.statement([row("fee", "F1", "-1.00", day=DAY)])
        difference = self.difference_of(order)
        self.assertEqual(difference.difference, "books_only_out")
        self.treat()
        self.assertTrue(order.next_query_at)
        self.assertTrue(difference.asked_at)
        order._set(next_query_at=False)
        self.treat()
        self.assertFalse(order.next_query_at)
        self.assertEqual((order.state, difference.state), ("succeeded", "open"))

    def test_nobody_is_asked_where_the_channel_does_not_want_it(self):
        self.channel.treat_query = False
        order = self.pay(100)
        order._set(next_query_at=False)
        self.statement([row("fee", "F1", "-1.00", day=DAY)])
        self.treat()
        self.assertFalse(order.next_query_at)

    # -- arrivals ---------------------------------------------------------------------------

    def test_a_payment_that_the_next_day_shows_is_noted_as_arrived(self):
        late = self.pay(20, executed_at=fields.Datetime.to_datetime("2026-03-09 23:50:00"))
        before = DAY - timedelta(days=1)
        self.statement([row("fee", "F1", "-1.00", day=before)], before)
        difference = self.difference_of(late)
        self.assertEqual(difference.difference, "cross_day")
        line = self.statement([self.paid_row(late)]).line_ids
        self.assertEqual(difference.state, "closed")
        treatment = difference.treatment_ids
        self.assertEqual((treatment.way, treatment.line_id, treatment.by_itself), ("arrival", line, True))
        self.assertEqual((treatment.evidence["statement_day"], treatment.evidence["days"]), (str(DAY), 1))
        treatment.action_undo()
        self.assertEqual((line.state, treatment.state), ("unmatched", "undone"))

    # -- repetitions ----------------------------------------------------------------------------

    def printed_twice(self, kind="collection", amount="50.00", counted=False, balances=True):
        """A file in which the second entry says what the first says; its balance counts it, or not."""
        same = {"day": DAY, "reference": "P-77", "text": "tea"}
        rows = [
            row("deposit", "D1", "500.00", day=DAY, time="08:00:00"),
            row(kind, "E1", amount, **same),
            row(kind, "E2", amount, **same),
        ]
        if balances:
            after = 500 + float(amount)
            for cells, balance in zip(rows, (500, after, after + counted * float(amount)), strict=True):
                cells[8] = f"{balance:.2f}"
        return self.statement(rows)

    def twin(self, statement):
        return statement.line_ids.filtered(lambda line: line.entry_reference == "E2")

    def test_an_entry_printed_twice_and_counted_once_is_left_out(self):
        statement = self.printed_twice()
        line = self.twin(statement)
        self.assertEqual(line.difference, "duplicate")
        self.treat()
        self.assertEqual(line.state, "ignored")
        treatment = self.difference_of(line).treatment_id
        self.assertEqual((treatment.way, treatment.evidence["twin"]), ("repeat", "E1"))
        first = statement.line_ids.filtered(lambda one: one.entry_reference == "E1")
        self.assertEqual(first.state, "unmatched")
        self.env.flush_all()
        proof = self.env["payment.bridge.balance.proof"].search([("statement_id", "=", statement.id)])
        self.assertEqual((proof.gap_inside, proof.moved), (0.0, 550.0))
        figures = self.env["payment.bridge.reconciliation.figures"]._figures(self.channel, DAY, DAY)
        self.assertEqual((figures.balances.gap, figures.balances.unexplained), (0.0, 0.0))

    def test_two_true_payments_of_one_second_are_both_kept(self):
        line = self.twin(self.printed_twice(counted=True))
        self.assertEqual(line.difference, "duplicate")
        self.assertEqual((self.treat(), line.state), (0, "unmatched"))

    def test_a_file_without_balances_proves_nothing(self):
        line = self.twin(self.printed_twice(balances=False))
        self.assertEqual((self.treat(), line.state), (0, "unmatched"))

    def test_money_out_is_never_taken_for_a_misprint(self):
        line = self.twin(self.printed_twice("pay_out", "-50.00"))
        self.assertEqual((self.treat(), line.state), (0, "unmatched"))

    def test_a_repetition_taken_back_counts_again_and_is_not_left_out_again(self):
        line = self.twin(self.printed_twice())
        self.treat()
        self.difference_of(line).action_undo()
        self.assertEqual((line.state, self.treat()), ("unmatched", 0))

    # -- for all -------------------------------------------------------------------------------

    def test_the_scheduled_action_treats_before_it_posts(self):
        self.channel.auto_post = "complete"
        order, line = self.rounded()
        self.run_cron("payment_bridge_reconcile.cron_post")
        self.assertEqual(line.state, "posted")
        self.assertTrue(order.payment_id.is_matched)

    def test_a_treatment_is_part_of_the_trail(self):
        _order, line = self.rounded()
        self.treat()
        treatment = self.difference_of(line).treatment_id
        with self.assertRaisesRegex(UserError, "part of the trail"):
            treatment.sudo().unlink()
        treatment.action_undo()
        self.assertTrue(self.events("treatment.undone"))
