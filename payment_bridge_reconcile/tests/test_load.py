import base64
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.payment_bridge.connector.types import OutcomeStatus

from ..models.payment_bridge_statement_check import Refusal
from .canned import CannedConnector, CannedTextReader, row, statement_bytes
from .common import DAY, StatementCase


class TestLoad(StatementCase):
    def test_same_file_twice_changes_nothing(self):
        rows = [row("collection", "E1", "10.00", day=DAY), row("fee", "E2", "-0.06", day=DAY)]
        first = self.load(rows, opening=100)
        again = self.load(rows, opening=100)
        self.assertEqual((first.outcome, again.outcome), ("loaded", "known"))
        self.assertEqual(again.statement, first.statement)
        self.assertEqual(first.statement.row_count, 2)
        self.assertEqual((first.statement.opening, first.statement.closing), (100.0, 109.94))

    def test_overlapping_file_adds_only_new_rows_and_says_so(self):
        known = row("collection", "E1", "10.00", day=DAY)
        self.load([known])
        more = self.load([known, row("collection", "E2", "5.00", day=DAY)])
        self.assertEqual((more.outcome, more.new, more.known), ("loaded", 1, 1))
        self.assertIn("New rows loaded: 1.", more.message)
        lines = self.env["payment.bridge.statement.line"].search([("channel_id", "=", self.channel.id)])
        self.assertEqual(sorted(lines.mapped("entry_reference")), ["E1", "E2"])

    def test_known_row_with_other_content_refuses_the_file_with_both_values(self):
        self.load([row("collection", "E1", "10.00", day=DAY)])
        refused = self.load([row("collection", "E0", "1.00", day=DAY), row("collection", "E1", "11.00", day=DAY)])
        self.assertEqual((refused.outcome, refused.row), ("refused", 3))
        self.assertIn("10.00 → 11.00", refused.message)
        self.assertFalse(self.env["payment.bridge.statement.line"].search([("entry_reference", "=", "E0")]))

    def test_rows_that_do_not_add_up_refuse_the_whole_file(self):
        refused = self.load([row("collection", "E1", "10.00", day=DAY)], total="11.00")
        self.assertEqual((refused.outcome, refused.row), ("refused", 3))
        self.assertIn("Row 3", refused.message)
        self.assertFalse(self.env["payment.bridge.statement"].search([("channel_id", "=", self.channel.id)]))

    def test_a_row_is_named_once_whoever_names_it(self):
        kind = self.channel._connector_class().capabilities.statement_kinds[0]
        for words, told in (
            ("Line 3: 'ten' is no amount.", "Line 3: 'ten' is no amount."),
            ("第 3 行：金额无效。", "第 3 行：金额无效。"),
            ("'ten' is no amount.", "Row 3: 'ten' is no amount."),
            ("line 30 says 3.", "Row 3: line 30 says 3."),
        ):
            statements = self.env["payment.bridge.statement"]
            refused = statements._refuse(self.channel, b"", "bill.csv", kind, "upload", Refusal(words, 3))
            self.assertEqual((refused.message, refused.row), (told, 3))

    def test_row_that_is_no_amount_is_named(self):
        rows = [row("collection", "E2", "10.00", day=DAY), row("collection", "E3", "x", day=DAY)]
        rows[1][3] = "ten"
        content = "H,canned-1,2026-03-10,2026-03-10,USD\n" + "\n".join(",".join(one) for one in rows)
        statements = self.env["payment.bridge.statement"].sudo()
        kind = self.channel._statement_kind("account")
        refused = statements._load(self.channel.sudo(), content.encode(), "x.csv", kind, "uploaded")
        self.assertEqual((refused.outcome, refused.row), ("refused", 3))

    def test_entry_twice_in_one_file_is_refused(self):
        refused = self.load([row("collection", "E1", "1.00", day=DAY), row("fee", "E1", "-1.00", day=DAY)])
        self.assertEqual((refused.outcome, refused.row), ("refused", 3))

    def test_other_currency_is_refused(self):
        refused = self.load([row("collection", "E1", "1.00", day=DAY)], currency="EUR")
        self.assertEqual(refused.outcome, "refused")
        self.assertIn("EUR", refused.message)

    def test_other_account_is_refused(self):
        self.load([row("collection", "E1", "1.00", day=DAY)])
        refused = self.load([row("collection", "E2", "1.00", day=DAY)], account="somebody-else")
        self.assertEqual(refused.outcome, "refused")

    def test_day_that_has_not_ended_is_refused(self):
        today = self.channel._today()
        self.assertEqual(self.load([row("collection", "E1", "1.00", day=today)], today).outcome, "refused")

    def test_fee_in_the_row_must_explain_the_net_amount(self):
        line = row("collection", "E1", "9.94", day=DAY, fee="0.06")
        loaded = self.load([line])
        self.assertEqual(loaded.statement.line_ids.gross, 10.0)

    def test_finer_than_the_currency_is_refused_with_the_row(self):
        refused = self.load([row("collection", "E1", "1.001", day=DAY)])
        self.assertEqual((refused.outcome, refused.row), ("refused", 2))

    def test_nothing_personal_is_kept(self):
        line = self.statement([row("collection", "E1", "1.00", day=DAY)]).line_ids
        self.assertEqual(line.counterparty, "某某纸业(pay***@example.cn)")
        self.assertNotIn("payee1234", str(line.raw))
        self.assertNotIn("4111111111111111", str(line.raw))

    def test_text_that_copy_could_mistake_survives(self):
        text = "tab\there \\N \\. 换行"
        line = self.statement([row("collection", "E1", "1.00", day=DAY, text=text)]).line_ids
        self.assertEqual(line.description, text)
        rows = [row("collection", "E2", "1.00", day=DAY, text="nul \x00 and " + "long" * 10000)]
        self.assertIn("nul � and", self.statement(rows).line_ids.description)

    def test_two_imports_at_once_wait_for_each_other(self):
        with self.registry.cursor() as other:
            other.execute(SQL("SELECT pg_advisory_xact_lock(%s, %s)", 0x70627374, self.channel.id))
            with self.assertRaisesRegex(UserError, "is being loaded"):
                self.load([row("collection", "E1", "1.00", day=DAY)])
        self.assertEqual(self.load([row("collection", "E1", "1.00", day=DAY)]).outcome, "loaded")

    def test_trade_statement_is_kept_for_information_only(self):
        statement = self.statement([row("pay_out", "T1", "-5.00", day=DAY)], kind="trade")
        self.assertEqual(statement.line_ids.state, "info")
        with self.assertRaisesRegex(UserError, "for information"):
            statement._plan()
        self.assertFalse(self.env["payment.bridge.discrepancy"].search([("channel_id", "=", self.channel.id)]))

    def test_corrected_file_corrects_what_is_not_posted_when_somebody_says_so(self):
        order = self.pay(11)
        known = self.load([self.paid_row(order, "E1", amount=10), row("fee", "F1", "-1.00", day=DAY)]).statement
        line = known.line_ids.filtered(lambda one: one.entry_reference == "E1")
        self.assertEqual(line.difference, "amount")
        right = [self.paid_row(order, "E1", amount=11), row("fee", "F1", "-1.00", day=DAY)]
        refused = self.load(right)
        self.assertEqual((refused.outcome, refused.correctable, refused.row), ("refused", True, 2))
        loaded = self.load(right, correct=True)
        self.assertEqual((loaded.outcome, loaded.corrected, loaded.new), ("loaded", 1, 0))
        self.assertIn("Rows corrected and matched again: 1.", loaded.message)
        self.assertEqual((line.amount, line.state, line.instruction_id), (-11.0, "matched", order))
        self.assertEqual(line.raw["entry"], "E1")

    def correct(self, *rows):
        refused = self.load(rows)
        self.assertTrue(refused.correctable, refused.message)
        return self.load(rows, correct=True)

    def test_correcting_a_row_takes_back_all_that_was_decided_about_it(self):
        order = self.pay(100)
        account = self.company_data["default_account_revenue"]
        line = self.statement([self.paid_row(order, "E1", amount=105)]).line_ids
        line._match_by_hand([("payment", order.id)], "account", account, note="a surcharge")
        self.assertEqual(line.remainder, -5.0)
        self.assertEqual(self.correct(self.paid_row(order, "E1")).corrected, 1)
        self.assertEqual((line.state, line.found_by, line.instruction_id), ("matched", "key", order))
        self.assertEqual((line.remainder, line.note, line.decided_by_id.id), (0.0, False, False))
        booked = line.statement_id._post().entry_ids.move_id.line_ids
        self.assertNotIn(account, booked.account_id)

    def test_correcting_a_row_frees_the_payments_of_its_batch(self):
        orders = self.pay(100), self.pay(50)
        for order in orders:
            order.sudo()._set(batch_reference="B1")
        line = self.statement([row("pay_out", "E1", "-150.00", day=DAY, key="B1")]).line_ids
        self.assertEqual(len(line.share_ids), 2)
        self.correct(row("pay_out", "E1", "-100.00", day=DAY, key=orders[0].key))
        self.assertEqual((line.match_pass, line.instruction_id, len(line.share_ids)), ("payment", orders[0], 0))

    def test_correcting_one_of_several_rows_opens_those_that_were_matched_with_it(self):
        order, failed = self.pay(100), self.pay(30, OutcomeStatus.FAILED)
        rows = [
            self.paid_row(order, "E1", amount=60),
            self.paid_row(order, "E2", amount=40),
            self.paid_row(failed, "E3"),
            row("return", "E4", "30.00", day=DAY, key=failed.key),
        ]
        lines = self.statement(rows).line_ids.sorted("row")
        self.assertEqual(lines.mapped("match_pass"), ["part", "part", "out_and_back", "out_and_back"])
        rows[0], rows[3] = self.paid_row(order, "E1", amount=70), row("return", "E4", "20.00", day=DAY, key=failed.key)
        self.correct(*rows)
        self.assertEqual(lines.mapped("state"), ["unmatched"] * 4)
        rows[0], rows[3] = self.paid_row(order, "E1", amount=60), row("return", "E4", "30.00", day=DAY, key=failed.key)
        self.correct(*rows, row("fee", "F1", "-1.00", day=DAY))
        self.assertEqual(lines.mapped("match_pass"), ["part", "part", "out_and_back", "out_and_back"])

    def test_a_row_whose_other_part_is_posted_is_not_corrected(self):
        order, day = self.pay(100), self.next_day(-1)
        first = self.statement([self.paid_row(order, "E1", amount=60, day=day)], day)
        second = self.statement([self.paid_row(order, "E2", amount=40)])
        first._post()
        refused = self.load([self.paid_row(order, "E2", amount=30)], correct=True)
        self.assertEqual((refused.outcome, refused.correctable), ("refused", False))
        self.assertIn("undo that posting first", refused.message)
        self.assertEqual((second.line_ids.amount, second.line_ids.match_pass), (-40.0, "part"))

    def test_a_corrected_row_arrives_in_the_currency_that_the_file_tells_now(self):
        line = self.statement([row("withdrawal", "W1", "-100.00", day=DAY, settled="EUR -80.00")]).line_ids
        self.correct(row("withdrawal", "W1", "-100.00", day=DAY, settled="JPY -9000"))
        self.assertEqual((line.settlement_currency_id.name, line.settlement_amount), ("JPY", -9000.0))

    def test_a_corrected_balance_takes_the_place_of_the_one_before(self):
        before, day = self.next_day(-2), self.next_day(-1)

        def told(fee):
            return [row("collection", "E1", "10.00", day=day), row("fee", "F1", fee, day=day, time="11:00:00")]

        self.load([row("fee", "F0", "-1.00", day=before)], before, opening=101)
        wrong = self.load(told("-3.00"), day, opening=100).statement
        right = self.load(told("-1.00"), day, opening=100, correct=True).statement
        after = self.load([row("fee", "F2", "-1.00", day=DAY)], opening=109).statement
        self.assertEqual((wrong.has_balance, right.closing, len(after)), (False, 109.0, 1))
        self.assertIn("count no more", wrong.message)
        for statement in wrong | right | after:
            for words in ("do not agree", "rows are missing", "Not explained"):
                self.assertNotIn(words, statement.control_table)
        proofs = self.env["payment.bridge.balance.proof"].search([("channel_id", "=", self.channel.id)])
        self.assertEqual([(one.gap_before, one.gap_inside) for one in proofs], [(0.0, 0.0)] * 3)

    def test_a_row_that_a_later_file_does_not_show_any_more_is_told(self):
        self.load([row("collection", "E1", "10.00", day=DAY), row("fee", "F1", "-1.00", day=DAY)])
        self.load([row("fee", "F2", "-1.00", day=self.next_day(-1))], self.next_day(-1))
        again = self.load([row("collection", "E1", "10.00", day=DAY), row("fee", "F3", "-2.00", day=DAY)])
        self.assertEqual((again.outcome, again.new, again.known), ("loaded", 1, 1))
        self.assertIn("not in this file: 1 (F1)", again.message)
        self.assertIn("not in this file: 1 (F1)", again.statement.message)

    def test_a_number_that_begins_anew_each_day_overwrites_no_other_day(self):
        before = self.next_day(-1)
        first = self.load([row("collection", "1", "10.00", day=before)], before).statement
        for correct in (False, True):
            refused = self.load([row("collection", "1", "7.00", day=DAY)], correct=correct)
            self.assertEqual((refused.outcome, refused.correctable), ("refused", False))
            self.assertIn("begin anew each day", refused.message)
        self.assertEqual(first.line_ids.amount, 10.0)

    def test_posted_row_is_never_corrected(self):
        statement = self.load([row("fee", "F1", "-1.00", day=DAY)]).statement
        statement._post()
        refused = self.load([row("fee", "F1", "-2.00", day=DAY)], correct=True)
        self.assertEqual((refused.outcome, refused.correctable), ("refused", False))
        self.assertEqual(statement.line_ids.amount, -1.0)

    def test_rows_taken_as_text_are_the_same_rows(self):
        text = 'tab\there "quoted" \\ 换行'
        rows = [
            row("collection", "E1", "9.94", day=DAY, fee="0.06", text=text, original="O1", batch="B1"),
            row("fee", "E2", "-0.06", day=DAY),
        ]
        columns = ["entry_reference", "amount", "gross", "fee", "occurred_at", "settled_on", "key", "original_key",
                   "batch_reference", "counterparty", "description", "raw", "row", "kind"]  # fmt: skip
        with self.env.cr.savepoint() as savepoint:
            plain = self.statement(rows).line_ids.sorted("row").read(columns)
            savepoint.rollback()
        self.env.invalidate_all()
        with patch.object(CannedConnector, "parse_statement", lambda _self, stream, _name: CannedTextReader(stream)):
            as_text = self.statement(rows).line_ids.sorted("row").read(columns)
        for one in plain + as_text:
            one.pop("id")
        self.assertEqual(as_text, plain)

    def test_what_is_wrong_in_text_is_told_as_ever(self):
        for wrong, reason in (
            (row("collection", "E2", "1.001", day=DAY), "finer than"),
            (row("collection", "E1", "1.00", day=DAY), "stands on row 2"),
        ):
            with patch.object(
                CannedConnector,
                "parse_statement",
                lambda _self, stream, _name: CannedTextReader(stream),
            ):
                refused = self.load([row("collection", "E1", "2.00", day=DAY), wrong])
            self.assertEqual((refused.outcome, refused.row), ("refused", 3))
            self.assertIn(reason, refused.message)
        self.assertFalse(self.env["payment.bridge.statement.line"].search([]))

    def test_wizard_says_what_it_did(self):
        content = base64.b64encode(statement_bytes(DAY, [row("fee", "E1", "-1.00", day=DAY)]))
        wizard = self.env["payment.bridge.statement.import"].create(
            {"channel_id": self.channel.id, "file": content, "file_name": "a.csv"}
        )
        wizard.action_import()
        self.assertEqual((wizard.outcome, wizard.statement_id.file_name), ("loaded", "a.csv"))
        self.assertIn("Rows loaded: 1. Rows matched: 1.", wizard.message)
        again = wizard.copy({"file": content})
        again.action_import()
        self.assertEqual(again.outcome, "known")
