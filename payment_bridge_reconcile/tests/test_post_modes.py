from odoo import Command
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.payment_bridge.connector.types import OutcomeStatus

from ..models import payment_bridge_posting
from .canned import row
from .common import DAY, StatementCase

MODES = ("settlement", "per_line", "daily_summary")
LEFT_BY_POSTING = {
    "account_move_line": ("amount_residual", "amount_residual_currency", "reconciled"),
    "account_payment": ("state", "is_matched", "is_reconciled"),
    "account_move": ("state", "payment_state", "amount_residual"),
}


class TestPostModes(StatementCase):
    def mixed_statement(self):
        """Rows of every kind that is matched by itself: payments, fees beside and inside, a return, a transfer."""
        orders = [self.pay(100), self.pay(40), self.pay(25.5)]
        back = self.pay(10)
        self.tell(back, OutcomeStatus.RETURNED, platform_message="account closed")
        rows = [
            self.paid_row(orders[0]),
            self.paid_row(orders[1], amount=41, fee=1),
            row("fee", "F1", "-0.50", day=DAY, key=orders[0].key),
            row("fee", "F2", "0.20", day=DAY),
            self.paid_row(back),
            row("return", "E-back", "10.00", day=DAY, key=back.key),
            row("deposit", "D1", "500.00", day=DAY),
            self.paid_row(orders[2], day=self.next_day(-1)),
        ]
        return (*orders, back), self.statement(rows, self.next_day(-1), last_day=DAY)

    def balances(self):
        rows = self.env["account.move.line"]._read_group(
            [("parent_state", "=", "posted"), ("company_id", "=", self.company.id)], ["account_id"], ["balance:sum"]
        )
        return {account: self.company.currency_id.round(balance) for account, balance in rows}

    def left(self, payments):
        """What posting leaves on the payments and their entries, table by table."""
        self.env.flush_all()
        moves = payments.move_id | payments.bridge_reversal_id
        keys = {
            "account_move_line": ("move_id", moves.ids),
            "account_payment": ("id", payments.ids),
            "account_move": ("id", moves.ids),
        }
        return {
            table: self.env.execute_query(
                SQL(
                    "SELECT %s FROM %s WHERE %s = ANY(%s) ORDER BY id",
                    SQL(", ").join(map(SQL.identifier, ("id", *columns))),
                    SQL.identifier(table),
                    SQL.identifier(keys[table][0]),
                    keys[table][1],
                )
            )
            for table, columns in LEFT_BY_POSTING.items()
        }

    def test_every_way_leaves_the_same_books(self):
        orders, statement = self.mixed_statement()
        payments = self.env["account.payment"].union(*(order.payment_id for order in orders))
        found = {}
        for mode in MODES:
            self.channel.posting_mode = mode
            posting = statement._post()
            self.assertEqual(statement.state, "posted", mode)
            self.assertEqual((posting.mode, posting.row_count), (mode, 8))
            found[mode] = (self.balances(), self.left(payments), posting.amount)
            posting.action_undo()
            self.assertEqual(set(statement.line_ids.mapped("state")), {"matched"}, mode)
            self.assertFalse(any(payments.mapped("is_matched")), mode)
        self.assertEqual(found["per_line"], found["settlement"])
        self.assertEqual(found["daily_summary"], found["settlement"])

    def test_one_entry_a_row_is_final_when_it_is_made(self):
        _orders, statement = self.mixed_statement()
        self.channel.posting_mode = "per_line"
        posting = statement._post()
        self.assertEqual(len(posting.entry_ids), 8)
        self.assertTrue(all(posting.entry_ids.mapped("is_reconciled")))
        suspense = self.channel.journal_id.suspense_account_id
        self.assertNotIn(suspense, posting.entry_ids.move_id.line_ids.account_id)
        for line in statement.line_ids:
            self.assertEqual(line.move_id.statement_line_id.amount, line.amount)
        fee = statement.line_ids.filtered("fee").fee_move_line_id
        self.assertEqual((fee.balance, fee.move_id), (1.0, statement.line_ids.filtered("fee").move_id))

    def asked_for_last_numbers(self):
        """The list of days for which a journal is asked from now on what its last number is."""
        moves, asked = self.env.registry["account.move"], []
        inner = moves._get_last_sequence

        def asking(move, **options):
            asked.append(move.date)
            return inner(move, **options)

        self.patch(moves, "_get_last_sequence", asking)
        return asked

    def test_entries_of_a_run_count_on_without_asking_the_journal_for_each(self):
        _orders, statement = self.mixed_statement()
        self.channel.posting_mode = "per_line"
        asked = self.asked_for_last_numbers()
        posting = statement._post()
        self.assertEqual(len(posting.entry_ids), 8)
        self.assertEqual(set(asked), {self.next_day(-1), DAY})
        self.assertLess(len(asked), 8)
        asked.clear()
        posting.action_undo()
        self.assertEqual(len(posting.entry_ids), 16)
        self.assertLess(len(asked), 8)
        self.assert_numbered_on(posting.entry_ids.move_id)

    def test_entries_made_in_portions_count_on(self):
        self.patch(payment_bridge_posting, "PREFETCH_MAX", 3)
        _orders, statement = self.mixed_statement()
        self.channel.posting_mode = "per_line"
        posting = statement._post()
        self.assertEqual(len(posting.entry_ids), 8)
        self.assertEqual(posting.amount, sum(statement.line_ids.mapped("amount")))
        posting.action_undo()
        self.assert_numbered_on(posting.entry_ids.move_id)

    def assert_numbered_on(self, entries):
        numbers = sorted(entries.mapped("sequence_number"))
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + len(entries))))
        self.assertEqual(len(set(entries.mapped("sequence_prefix"))), 1)
        self.assertFalse(any(entries.mapped("made_sequence_gap")))

    def test_summary_has_one_entry_a_day_and_kind_with_the_rows_behind_it(self):
        _orders, statement = self.mixed_statement()
        self.channel.posting_mode = "daily_summary"
        posting = statement._post()
        told = sorted((str(entry.date), entry.amount) for entry in posting.entry_ids)
        before, day = str(self.next_day(-1)), str(DAY)
        self.assertEqual(told, [(before, -25.5), (day, -151.0), (day, -0.3), (day, 10.0), (day, 500.0)])
        pay_outs = posting.entry_ids.filtered(lambda entry: entry.amount == -151.0).move_id
        action = pay_outs.action_bridge_open_rows()
        behind = self.env["payment.bridge.statement.line"].search(action["domain"])
        self.assertEqual(sorted(behind.mapped("amount")), [-100.0, -41.0, -10.0])
        fee_item = pay_outs.line_ids.filtered(lambda item: item.account_id == self.channel.fee_account_id)
        self.assertEqual(
            self.env["payment.bridge.statement.line"]
            .search(fee_item.action_bridge_open_rows()["domain"])
            .mapped("amount"),
            [-41.0],
        )
        self.assertEqual(behind.move_id, pay_outs)

    def test_a_new_way_counts_from_now_on(self):
        first = self.statement([self.paid_row(self.pay(100))])
        first._post()
        entry = first.line_ids.move_id
        self.channel.posting_mode = "daily_summary"
        second = self.statement([self.paid_row(self.pay(40), day=self.next_day(-1))], self.next_day(-1))
        second._post()
        self.assertEqual(first.line_ids.move_id, entry)
        self.assertEqual((first.posting_ids.mode, second.posting_ids.mode), ("settlement", "daily_summary"))

    def test_the_way_is_part_of_what_was_shown(self):
        statement = self.statement([self.paid_row(self.pay(100))])
        wizard = self.env["payment.bridge.statement.post"].create({"statement_id": statement.id})
        self.assertTrue(wizard.shown_digest)
        self.channel.posting_mode = "per_line"
        with self.assertRaisesRegex(UserError, "Nothing was posted"):
            wizard.action_post()

    def test_summary_leaves_alone_what_somebody_reconciled_elsewhere(self):
        self.channel.posting_mode = "daily_summary"
        taken, free = self.pay(100), self.pay(40)
        item = self.open_item(taken.payment_id)
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
        statement = self.statement([self.paid_row(taken), self.paid_row(free)])
        plan = statement._plan()
        self.assertIn("something else", plan.blocked[statement.line_ids.filtered(lambda one: one.amount == -100).id])
        statement._post()
        self.assertEqual(sorted(statement.line_ids.mapped("state")), ["matched", "posted"])

    def test_set_based_settling_leaves_what_odoo_itself_would(self):
        """Column by column, whichever of the two did it."""
        left = {}
        for mode in ("settlement", "daily_summary"):
            self.channel.posting_mode = mode
            order = self.pay(77)
            statement = self.statement([self.paid_row(order, day=self.next_day(-len(left)))], self.next_day(-len(left)))
            statement._post()
            self.env.flush_all()
            item = self.open_item(order.payment_id)
            partial = item.matched_debit_ids
            left[mode] = {
                "item": (item.reconciled, item.amount_residual, item.matching_number == str(item.full_reconcile_id.id)),
                "partial": partial.read(
                    [
                        "amount",
                        "debit_amount_currency",
                        "credit_amount_currency",
                        "debit_currency_id",
                        "credit_currency_id",
                        "company_id",
                        "max_date",
                    ],
                    load=None,
                ),
                "full": partial.full_reconcile_id == item.full_reconcile_id,
                "opposite": partial.debit_move_id.reconciled,
                "payment": (order.payment_id.state, order.payment_id.is_matched),
                "bill": order.payment_id.reconciled_bill_ids.payment_state,
            }
            left[mode]["partial"][0].pop("id")
        self.assertEqual(left["daily_summary"], left["settlement"])

    def test_bills_that_wait_for_the_bank_become_paid(self):
        """As where Odoo's own accounting application is installed: a paid bill is "in payment" until then."""
        moves = self.env.registry["account.move"]
        self.patch(moves, "_get_invoice_in_payment_state", lambda _move: "in_payment")
        orders = [self.pay(100), self.pay(60)]
        bills = orders[0].payment_id.reconciled_bill_ids | orders[1].payment_id.reconciled_bill_ids
        self.assertEqual(bills.mapped("payment_state"), ["in_payment"] * 2)
        self.statement([self.paid_row(order) for order in orders])._post()
        self.assertEqual(bills.mapped("payment_state"), ["paid"] * 2)

    def test_a_bill_paid_by_a_part_of_a_payment_becomes_paid(self):
        moves = self.env.registry["account.move"]
        self.patch(moves, "_get_invoice_in_payment_state", lambda _move: "in_payment")
        payment = self.env["account.payment"].create(
            {
                "payment_type": "outbound",
                "partner_type": "supplier",
                "partner_id": self.payee.id,
                "amount": 100,
                "date": DAY,
                "journal_id": self.channel.journal_id.id,
                "payment_method_line_id": self.channel.journal_id._bridge_method_line("outbound").id,
                "partner_bank_id": self.payee.bank_ids.id,
            }
        )
        payment.action_post()
        order = self.answer(payment.bridge_instruction_id)
        left = payment.move_id.line_ids.filtered(lambda item: item.account_type == "liability_payable")
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.payee.id,
                "invoice_date": DAY,
                "invoice_line_ids": [Command.create({"name": "Ink", "price_unit": 60, "tax_ids": []})],
            }
        )
        bill.action_post()
        (left | bill.line_ids.filtered(lambda item: item.account_type == "liability_payable")).reconcile()
        self.assertEqual((bill.payment_state, left.amount_residual), ("in_payment", 40))
        self.statement([self.paid_row(order)])._post()
        self.assertEqual((bill.payment_state, left.amount_residual), ("paid", 40))
