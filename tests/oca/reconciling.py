"""Entries of postings beside OCA's reconciliation, which reconciles new statement entries by itself.

Runs inside Odoo on a database with both: `test_beside.py` starts it.
"""

from types import SimpleNamespace
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.account_reconcile_oca.models import account_bank_statement_line as oca
from odoo.addons.payment_bridge.connector.types import OutcomeStatus
from odoo.addons.payment_bridge_reconcile.tests.canned import row
from odoo.addons.payment_bridge_reconcile.tests.common import DAY, StatementCase

MODES = ("settlement", "per_line", "daily_summary")


@tagged("post_install", "-at_install")
class TestBesideOca(StatementCase):
    def setUp(self):
        super().setUp()
        as_outside_tests = patch.object(oca, "tools", SimpleNamespace(config={"test_enable": False}))
        as_outside_tests.start()
        self.addCleanup(as_outside_tests.stop)
        self.bank = self.company_data["default_journal_bank"]

    def mixed_statement(self):
        """Rows of every kind that is matched by itself, and one that nobody can explain."""
        orders = [self.pay(100), self.pay(40)]
        back = self.pay(10)
        self.tell(back, OutcomeStatus.RETURNED, platform_message="account closed")
        return self.statement(
            [
                self.paid_row(orders[0]),
                self.paid_row(orders[1], amount=41, fee=1),
                row("fee", "F1", "-0.50", day=DAY, key=orders[0].key),
                self.paid_row(back),
                row("return", "E-back", "10.00", day=DAY, key=back.key),
                row("deposit", "D1", "500.00", day=DAY),
                row("collection", "X1", "77.00", day=DAY),
            ]
        )

    def items(self, entries):
        """Everything that a person could see changed on entries."""
        self.env.flush_all()
        self.env.invalidate_all()
        items = entries.move_id.line_ids.sorted("id")
        return [(one.id, one.account_id, one.partner_id, one.balance, one.reconciled) for one in items]

    def bank_line(self, amount, text):
        return self.env["account.bank.statement.line"].create(
            {"journal_id": self.bank.id, "date": DAY, "payment_ref": text, "amount": amount}
        )

    def invoice(self, amount, reference):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.payee.id,
                "invoice_date": DAY,
                "payment_reference": reference,
                "invoice_line_ids": [Command.create({"name": "Paper", "price_unit": amount, "tax_ids": []})],
            }
        )
        invoice.action_post()
        return invoice

    def rule_for_everything(self):
        """A rule that reconciles whatever comes, without asking."""
        self.env["account.reconcile.model"].create(
            {
                "name": "Everything",
                "company_id": self.company.id,
                "trigger": "auto_reconcile",
                "line_ids": [
                    Command.create(
                        {
                            "account_id": self.company_data["default_account_revenue"].id,
                            "amount_type": "percentage",
                            "amount_string": "100",
                        }
                    )
                ],
            }
        )

    def test_oca_reconciles_a_bank_s_lines_as_before(self):
        invoice = self.invoice(250, "INV-OCA-250")
        self.assertTrue(self.bank_line(250, "INV-OCA-250").is_reconciled)
        self.assertEqual(invoice.payment_state, self.env["account.move"]._get_invoice_in_payment_state())

    def test_what_it_shows_of_a_posting_adds_up_and_looking_changes_nothing(self):
        statement = self.mixed_statement()
        for mode in MODES:
            self.channel.posting_mode = mode
            posting = statement._post(with_suspense=True)
            before = self.items(posting.entry_ids)
            for entry in posting.entry_ids:
                shown = entry.reconcile_data_info["data"]
                self.assertAlmostEqual(sum(one["amount"] for one in shown), 0, 2)
                self.assertEqual(sum(one["amount"] for one in shown if one["kind"] == "liquidity"), entry.amount)
            self.assertEqual(self.items(posting.entry_ids), before)
            posting.action_undo()

    def test_its_automatic_rules_leave_a_posting_alone(self):
        self.rule_for_everything()
        self.assertTrue(self.bank_line(9, "anything").is_reconciled, "the rule works on a bank's lines")
        statement = self.mixed_statement()
        suspense = self.channel.journal_id.suspense_account_id
        for mode in MODES:
            self.channel.posting_mode = mode
            posting = statement._post(with_suspense=True)
            held = posting.entry_ids.move_id.line_ids.filtered(lambda one: one.account_id == suspense)
            self.assertEqual(held.mapped("balance"), [-77.0], mode)
            posting.action_undo()

    def test_it_takes_no_posted_entry_apart(self):
        statement = self.mixed_statement()
        posting = statement._post(with_suspense=True)
        self.invoice(77, "X1")
        for entry in posting.entry_ids:
            before = self.items(entry)
            for way in (entry.reconcile_bank_line, entry.unreconcile_bank_line):
                with self.assertRaisesRegex(UserError, "Undo the posting"), self.env.cr.savepoint():
                    way()
                self.assertEqual(self.items(entry), before)

    def test_a_withdrawal_meets_the_bank_s_line(self):
        statement = self.statement([row("withdrawal", "W1", "-300.00", day=DAY, reference="WD-778899")])
        statement._post()
        theirs = self.bank_line(300, "WD-778899")
        self.channel._match_transfers()
        self.assertTrue(theirs.is_reconciled)
        self.assertTrue(statement.line_ids.move_line_id.reconciled)
        theirs.unreconcile_bank_line()
        self.assertFalse(statement.line_ids.move_line_id.reconciled)
        self.assertEqual(self.channel._match_transfers(), 1)
        self.assertTrue(theirs.is_reconciled)
