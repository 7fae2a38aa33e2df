import base64

from odoo.exceptions import UserError
from odoo.tools import SQL

from .canned import row, statement_bytes
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
