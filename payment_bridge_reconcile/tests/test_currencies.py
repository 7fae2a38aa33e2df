"""A channel in another currency than the company's: what exchange makes better or worse is in Odoo's own accounts."""

from datetime import date

from freezegun import freeze_time
from lxml.html import fromstring

from odoo.exceptions import UserError

from .canned import row
from .common import DAY, StatementCase
from .test_post_modes import MODES

RATES = {"2026-03-01": 1.25, "2026-03-11": 1.20, "2026-03-12": 1.30}
"""What one euro is worth in the company's dollars from that day on."""
LATER = date(2026, 3, 12)


class TestCurrencies(StatementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.env.ref("base.EUR")
        cls.euro.active = True
        cls.euro.rate_ids.unlink()
        cls.env["res.currency.rate"].create(
            [
                {"currency_id": cls.euro.id, "company_id": cls.company.id, "name": day, "rate": 1 / worth}
                for day, worth in RATES.items()
            ]
        )
        cls.channel = cls.make_channel(cls.company, "Euro", cls.euro)

    def setUp(self):
        super().setUp()
        clock = freeze_time("2026-03-20 12:00:00", tick=True)
        clock.start()
        self.addCleanup(clock.stop)

    def balance(self, account):
        items = self.env["account.move.line"].search([("account_id", "=", account.id), ("parent_state", "=", "posted")])
        return self.company.currency_id.round(sum(items.mapped("balance")))

    def lost(self):
        """Losses less gains of exchange."""
        return self.balance(self.company.expense_currency_exchange_account_id) + self.balance(
            self.company.income_currency_exchange_account_id
        )

    # -- payments -----------------------------------------------------------------------

    def test_a_payment_and_its_row_at_two_rates(self):
        for number, mode in enumerate(MODES):
            with self.subTest(mode=mode):
                self.channel.posting_mode = mode
                before = self.lost()
                order = self.pay(100)
                item = self.open_item(order.payment_id)
                self.assertEqual((item.amount_currency, item.balance), (-100.0, -125.0))
                at = date(2026, 3, 11 + number)
                statement = self.statement([self.paid_row(order, day=at)], at)
                posting = statement._post()
                own = posting.entry_ids.move_id.line_ids.filtered(
                    lambda one: one.account_id == self.channel.journal_id.default_account_id
                )
                worth = {11: 120.0, 12: 130.0, 13: 130.0}[at.day]
                self.assertEqual((own.amount_currency, own.balance), (-100.0, -worth))
                self.assertTrue(order.payment_id.is_matched)
                self.assertEqual((item.amount_residual, item.amount_residual_currency), (0.0, 0.0))
                self.assertEqual(self.lost() - before, worth - 125.0)
                posting.action_undo()
                self.assertFalse(order.payment_id.is_matched)
                self.assertEqual(item.amount_residual_currency, -100.0)
                self.assertEqual(self.lost(), before)

    def test_without_any_rate_nothing_is_posted(self):
        own = self.company.currency_id
        (self.euro | own).rate_ids.unlink()
        statement = self.statement([row("fee", "F1", "-1.00", day=DAY)])
        with self.assertRaisesRegex(UserError, "EUR has no exchange rate"):
            statement._post()
        self.env["res.currency.rate"].create(
            {"currency_id": own.id, "company_id": self.company.id, "name": DAY, "rate": 2}
        )
        self.assertEqual(sum(statement._post().entry_ids.move_id.line_ids.filtered("debit").mapped("debit")), 2.0)

    # -- transfers ------------------------------------------------------------------------

    def withdrawal(self, settled="USD -123.50", **values):
        """A hundred euros taken to the bank on the first day."""
        return self.statement([row("withdrawal", "W1", "-100.00", day=DAY, settled=settled, **values)])

    def bank_line(self, amount, day=LATER, text="transfer"):
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "date": day,
                "payment_ref": text,
                "amount": amount,
            }
        )

    def assert_arrived(self, statement, theirs, lost):
        transfers = self.company.transfer_account_id
        self.assertTrue(statement.line_ids.move_line_id.reconciled)
        self.assertTrue(theirs.is_reconciled)
        self.assertEqual((self.balance(transfers), self.lost()), (0.0, lost))
        self.assertEqual(self.balance(self.channel.journal_id.default_account_id), -125.0)

    def test_a_withdrawal_that_the_platform_exchanges_meets_the_bank_days_later(self):
        statement = self.withdrawal()
        for mode in MODES:
            with self.subTest(mode=mode):
                self.channel.posting_mode = mode
                posting = statement._post()
                item = statement.line_ids.move_line_id
                self.assertEqual((item.currency_id.name, item.amount_currency, item.balance), ("USD", 123.5, 123.5))
                self.assertEqual((self.lost(), posting.amount, statement.ledger_balance), (1.5, -100.0, -100.0))
                theirs = self.bank_line(123.5)
                self.assertEqual(self.channel._match_transfers(), 1)
                self.assert_arrived(statement, theirs, 1.5)
                posting.action_undo()
                self.assertEqual((self.lost(), self.balance(self.channel.journal_id.default_account_id)), (0.0, 0.0))
                theirs.action_undo_reconciliation()
                theirs.move_id.button_draft()
                theirs.unlink()

    def test_a_better_rate_is_a_gain(self):
        statement = self.withdrawal("USD -126.00")
        statement._post()
        self.assertEqual(self.lost(), -1.0)
        theirs = self.bank_line(126)
        self.assertEqual(self.channel._match_transfers(), 1)
        self.assert_arrived(statement, theirs, -1.0)

    def test_the_entries_shown_say_both_currencies(self):
        statement = self.withdrawal()
        preview = self.env["payment.bridge.statement.post"].create({"statement_id": statement.id}).preview
        cells = fromstring(preview).xpath("./tbody/tr/td[@class]")
        shown = ["".join(cell.itertext()).replace("\xa0", " ") for cell in cells]
        self.assertEqual(shown.count("100.00 €"), 1)
        self.assertEqual(shown.count("$ 123.50"), 1)
        self.assertEqual(shown.count("$ 1.50"), 1)

    def test_a_rate_that_cannot_be_is_not_booked(self):
        statement = self.withdrawal("USD -80.00")
        plan = statement._plan()
        self.assertFalse(plan.entries)
        self.assertIn("far from the company's own rate", plan.blocked[statement.line_ids.id])

    def test_a_currency_that_nobody_knows_is_told_with_its_row(self):
        rows = [row("fee", "F1", "-1.00", day=DAY), row("withdrawal", "W1", "-9.00", day=DAY, settled="USB -9.90")]
        loaded = self.load(rows)
        self.assertEqual((loaded.outcome, loaded.statement.line_ids.ids), ("refused", []))
        self.assertRegex(loaded.message, r"Row \d+: it says that USB arrives")

    def test_the_bank_exchanged_it_and_names_the_platform_s_number(self):
        statement = self.withdrawal("", reference="WD-778899")
        posting = statement._post()
        item = statement.line_ids.move_line_id
        self.assertEqual((item.currency_id, item.amount_currency, item.balance), (self.euro, 100.0, 125.0))
        self.bank_line(124)
        self.assertEqual(self.channel._match_transfers(), 0, "an amount in another currency says nothing by itself")
        theirs = self.bank_line(123.25, text="WD-778899 converted")
        self.assertEqual(self.channel._match_transfers(), 1)
        self.assert_arrived(statement, theirs, 1.75)
        self.assertEqual((item.amount_residual, item.amount_residual_currency), (0.0, 0.0))
        posting.action_undo()
        self.assertEqual(self.lost(), 0.0, "the exchange entry goes with the pair")

    def test_a_named_line_of_another_worth_is_left_alone(self):
        self.withdrawal("", reference="WD-778899")._post()
        self.bank_line(90, text="WD-778899 converted")
        self.assertEqual(self.channel._match_transfers(), 0)

    def test_a_short_number_is_no_evidence_without_the_amount(self):
        self.withdrawal("", reference="123")._post()
        self.bank_line(123.25, text="rent 2026-123")
        self.assertEqual(self.channel._match_transfers(), 0)
