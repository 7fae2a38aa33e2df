"""The matching workbench: what people put together by hand is checked, posted, told and taken back."""

import json

from odoo import Command
from odoo.exceptions import AccessError, UserError

from .canned import row
from .common import DAY, StatementCase

MODES = ("settlement", "per_line", "daily_summary")


class WorkbenchCase(StatementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lines = cls.env["payment.bridge.statement.line"]
        cls.account = cls.company_data["default_account_expense"]

    def open_rows(self, *amounts, kind="pay_out", **values):
        """Rows of a statement that nothing explains, in the order of ``amounts``."""
        rows = [row(kind, f"H{number}", f"{amount:.2f}", day=DAY, **values) for number, amount in enumerate(amounts)]
        statement = self.statement(rows)
        lines = statement.line_ids.sorted("row")
        lines.filtered(lambda line: line.state == "matched").action_undo()  # what the engine found by the amount alone
        self.assertEqual(set(lines.mapped("state")), {"unmatched"})
        return lines

    def orders(self, *amounts):
        """Payments that went through."""
        orders = [self.pay(amount) for amount in amounts]
        return self.env["payment.bridge.instruction"].union(*orders)

    def match_rows(self, lines, *orders, **remainder):
        books = [["payment", order.id] for order in orders]
        return self.lines.workbench_match(lines.ids, books, remainder)

    def fee_of(self, statement):
        items = statement.posting_ids.entry_ids.move_id.line_ids
        return sum(items.filtered(lambda item: item.account_id == self.channel.fee_account_id).mapped("balance"))

    def events(self, event, line):
        """What the trail says of a row."""
        self.env.flush_all()
        found = self.env["payment.bridge.audit.event"].search(
            [("event", "=", event), ("record_model", "=", line._name), ("record_id", "=", line.id)], order="id"
        )
        return [json.loads(one.content)["details"] for one in found]

    def as_incoming(self, order):
        """The same payment as though it had come in; the engine reads the column."""
        self.env.flush_all()
        self.env.cr.execute("UPDATE payment_bridge_instruction SET operation = 'collect' WHERE id = %s", (order.id,))
        order.invalidate_recordset()
        return order


class TestWorkbench(WorkbenchCase):
    # -- what is put together -----------------------------------------------------------

    def test_one_row_to_one_payment(self):
        order = self.pay(100, platform_reference="P-1")
        line = self.open_rows(-100, reference="other")
        self.assertEqual(self.match_rows(line, order), line.ids)
        self.assertEqual((line.state, line.match_pass, line.found_by), ("matched", "payment", "hand"))
        self.assertEqual((line.instruction_id, line.payment_id), (order, order.payment_id))
        self.assertEqual((line.decided_by_id, line.remainder), (self.env.user, 0.0))
        line.statement_id._post()
        self.assertTrue(order.payment_id.is_matched)

    def test_a_collection_is_matched_by_hand_too(self):
        order = self.as_incoming(self.pay(100, platform_reference="P-1"))
        line = self.open_rows(100, kind="collection", reference="other")
        self.match_rows(line, order)
        self.assertEqual((line.match_pass, line.instruction_id), ("payment", order))

    def test_parts_of_one_payment_are_posted_and_pay_it_off(self):
        order = self.pay(100)
        lines = self.open_rows(-60, -30, -10)
        self.match_rows(lines, order)
        self.assertEqual(set(lines.mapped("match_pass")), {"part"})
        self.assertEqual(lines[0].evidence, {"rows": 3, "total": -100.0})
        lines.statement_id._post()
        self.assertEqual(lines.statement_id.state, "posted")
        self.assertTrue(self.open_item(order.payment_id).reconciled)

    def test_one_row_for_several_payments_is_posted_payment_by_payment(self):
        orders = self.orders(100, 50)
        line = self.open_rows(-150)
        self.match_rows(line, *orders)
        self.assertEqual((line.match_pass, line.evidence), ("batch", {"payments": 2, "total": -150.0}))
        self.assertEqual(sorted(line.share_ids.mapped("amount")), [-100.0, -50.0])
        self.assertEqual(line.share_ids.company_id, self.company)
        line.statement_id._post()
        self.assertTrue(all(self.open_item(order.payment_id).reconciled for order in orders))

    def test_as_many_rows_as_payments_are_matched_pair_by_pair(self):
        orders = self.orders(100, 50)
        lines = self.open_rows(-50, -100, reference="other")
        self.match_rows(lines, *orders)
        self.assertEqual([line.instruction_id.amount for line in lines], [50.0, 100.0])
        self.assertEqual(set(lines.mapped("match_pass")), {"payment"})

    def test_a_return_is_matched_to_the_leg_that_came_back(self):
        order = self.pay(100)
        line = self.statement([self.paid_row(order)]).line_ids
        self.tell(order, "returned", platform_message="account closed")
        self.assertEqual(line.state, "matched")
        back = self.statement(
            [row("return", "B1", "100.00", day=self.next_day(-1), key="unknown")], self.next_day(-1)
        ).line_ids
        self.assertEqual(back.state, "unmatched")
        found = self.lines.workbench_books(self.channel.id, {"incoming": True})["items"]
        self.assertEqual([(one["kind"], one["id"], one["amount"]) for one in found], [("return", order.id, 100.0)])
        self.lines.workbench_match(back.ids, [["return", order.id]])
        self.assertEqual((back.match_pass, back.instruction_id), ("return", order))

    # -- what is left over ---------------------------------------------------------------

    def test_what_does_not_add_up_is_refused(self):
        order = self.pay(100)
        line = self.open_rows(-100.6)
        with self.assertRaisesRegex(UserError, "Say that the difference is a fee"):
            self.match_rows(line, order)
        self.assertEqual(line.state, "unmatched")

    def test_the_remainder_is_a_fee(self):
        order = self.pay(100)
        line = self.open_rows(-100.6)
        self.match_rows(line, order, way="fee")
        self.assertEqual(line.remainder, -0.6)
        self.assertIn("0.60", line.reason)
        line.statement_id._post()
        self.assertTrue(order.payment_id.is_matched)
        self.assertAlmostEqual(self.fee_of(line.statement_id), 0.6)

    def test_a_fee_kept_from_a_collection(self):
        order = self.as_incoming(self.pay(100))
        line = self.open_rows(99.4, kind="collection")
        self.match_rows(line, order, way="fee")
        self.assertEqual(line.remainder, -0.6)

    def test_the_fee_of_the_row_itself_is_no_remainder(self):
        order = self.pay(100)
        line = self.statement([self.paid_row(order, key="", amount=101, fee=1, reference="x")]).line_ids
        line.action_undo()
        self.match_rows(line, order)
        self.assertEqual(line.remainder, 0.0)
        line.statement_id._post()
        self.assertAlmostEqual(self.fee_of(line.statement_id), 1.0)

    def test_a_fee_as_large_as_the_payment_is_none(self):
        order = self.pay(10)
        line = self.open_rows(-100)
        with self.assertRaisesRegex(UserError, "is none"):
            self.match_rows(line, order, way="fee")

    def test_a_fee_on_top_of_several_payments(self):
        orders = self.orders(100, 50)
        line = self.open_rows(-151)
        self.match_rows(line, *orders, way="fee")
        line.statement_id._post()
        self.assertAlmostEqual(self.fee_of(line.statement_id), 1.0)
        self.assertTrue(all(self.open_item(order.payment_id).reconciled for order in orders))

    def test_a_fee_on_top_of_parts(self):
        order = self.pay(100)
        lines = self.open_rows(-60.5, -40)
        self.match_rows(lines, order, way="fee")
        self.assertEqual(lines.mapped("remainder"), [-0.5, 0.0])
        lines.statement_id._post()
        self.assertTrue(self.open_item(order.payment_id).reconciled)
        self.assertAlmostEqual(self.fee_of(lines.statement_id), 0.5)

    def test_the_remainder_goes_to_an_account_however_the_channel_posts(self):
        for mode in MODES:
            with self.subTest(mode=mode):
                self.channel.posting_mode = mode
                order = self.pay(100)
                day = self.next_day(-1 - MODES.index(mode))
                line = self.statement([row("pay_out", f"R{mode}", "-100.60", day=day)], day).line_ids
                self.match_rows(line, order, way="account", account_id=self.account.id, note="insurance")
                self.assertEqual((line.remainder, line.account_id), (-0.6, self.account))
                line.statement_id._post()
                items = line.statement_id.posting_ids.entry_ids.move_id.line_ids
                booked = items.filtered(lambda item: item.account_id == self.account)
                self.assertEqual(booked.mapped("balance"), [0.6])
                self.assertFalse(self.fee_of(line.statement_id))
                self.assertTrue(order.payment_id.is_matched)
                self.assertAlmostEqual(sum(items.mapped("balance")), 0.0)

    def test_parts_with_a_remainder_on_an_account(self):
        order = self.pay(100)
        lines = self.open_rows(-60.5, -40)
        self.match_rows(lines, order, way="account", account_id=self.account.id, note="insurance")
        lines.statement_id._post()
        self.assertTrue(self.open_item(order.payment_id).reconciled)
        items = lines.statement_id.posting_ids.entry_ids.move_id.line_ids
        self.assertEqual(items.filtered(lambda item: item.account_id == self.account).mapped("balance"), [0.5])

    def test_whole_rows_are_booked_to_an_account(self):
        lines = self.open_rows(-5, -7)
        self.lines.workbench_match(lines.ids, [], {"way": "account", "account_id": self.account.id, "note": "gifts"})
        self.assertEqual(set(lines.mapped("match_pass")), {"account"})
        lines.statement_id._post()
        self.assertEqual(lines.move_line_id.account_id, self.account)

    def test_an_account_needs_a_reason_and_must_fit(self):
        order = self.pay(100)
        line = self.open_rows(-100.6)
        bank = self.channel.journal_id.default_account_id
        payable = self.company_data["default_account_payable"]
        for told, words in (
            ({"account_id": self.account.id}, "Say why"),
            ({"account_id": bank.id, "note": "x"}, "another account"),
            ({"account_id": payable.id, "note": "x"}, "needs its partner"),
            ({"note": "x"}, "Choose the account"),
        ):
            with self.assertRaisesRegex(UserError, words):
                self.match_rows(line, order, way="account", **told)
        self.assertEqual(line.state, "unmatched")

    # -- what is refused --------------------------------------------------------------------

    def test_a_payment_is_matched_once(self):
        order = self.pay(100)
        first, second = self.open_rows(-100, -100)
        self.match_rows(first, order)
        with self.assertRaisesRegex(UserError, "no other row stands for"):
            self.match_rows(second, order)
        with self.assertRaisesRegex(UserError, "explained already"):
            self.match_rows(first, order)

    def test_rows_and_payments_that_agree_in_no_way(self):
        orders = self.orders(100, 50)
        lines = self.open_rows(-90, -60)
        with self.assertRaisesRegex(UserError, "pair by pair"):
            self.match_rows(lines, *orders)

    def test_money_in_and_money_out_do_not_mix(self):
        order = self.pay(100)
        line = self.open_rows(100, kind="collection")
        with self.assertRaisesRegex(UserError, "Money in and money out"):
            self.match_rows(line, order)

    def test_another_channel_s_payment_is_none_of_these(self):
        order = self.pay(100)
        other = self.make_channel(self.company, "Other")
        line = self.load([row("pay_out", "O1", "-100.00", day=DAY)], channel=other).statement.line_ids
        with self.assertRaisesRegex(UserError, "of this channel"):
            self.match_rows(line, order)
        mine = self.open_rows(-100, -100)
        with self.assertRaisesRegex(UserError, "one channel"):
            self.match_rows(mine[:1] | line, order)

    def test_a_fee_row_is_no_payment(self):
        order = self.pay(3)
        line = self.statement([row("fee", "F1", "-3.00", day=DAY)]).line_ids
        line.action_undo()
        with self.assertRaisesRegex(UserError, "A fee is no payment"):
            self.match_rows(line, order)

    # -- taken back and told --------------------------------------------------------------------

    def test_undone_as_though_it_had_not_been(self):
        orders = self.orders(100, 50)
        line = self.open_rows(-151)
        before = (line.difference, line.only_by_hand)
        done = self.match_rows(line, *orders, way="fee")
        self.assertEqual(self.lines.workbench_undo(done), line.ids)
        self.assertEqual((line.state, line.remainder, line.share_ids.ids), ("unmatched", 0.0, []))
        self.assertEqual((line.difference, line.only_by_hand), before)
        books = self.lines.workbench_books(self.channel.id)["items"]
        self.assertEqual({one["id"] for one in books}, set(orders.ids))

    def test_parts_are_taken_back_together(self):
        order = self.pay(100)
        lines = self.open_rows(-60, -40)
        self.match_rows(lines, order)
        self.assertEqual(set(self.lines.workbench_undo(lines[:1].ids)), set(lines.ids))
        self.assertEqual(set(lines.mapped("state")), {"unmatched"})

    def test_what_is_posted_or_found_by_the_engine_is_not_taken_back_here(self):
        order = self.pay(100)
        by_engine = self.statement([self.paid_row(order)]).line_ids
        with self.assertRaisesRegex(UserError, "by hand"):
            self.lines.workbench_undo(by_engine.ids)
        other = self.pay(70)
        line = self.statement([row("pay_out", "X", "-70.50", day=self.next_day(-1))], self.next_day(-1)).line_ids
        self.match_rows(line, other, way="fee")
        line.statement_id._post()
        with self.assertRaisesRegex(UserError, "not posted"):
            self.lines.workbench_undo(line.ids)

    def test_the_trail_tells_who_matched_what(self):
        orders = self.orders(100, 50)
        line = self.open_rows(-151)
        self.match_rows(line, *orders, way="fee", note="seen in the console")
        told = self.events("statement_line.matched", line)[-1]
        self.assertEqual(
            (told["matched_as"], told["remainder"], told["note"]), ("batch", "-1.00", "seen in the console")
        )
        self.assertEqual(set(told["payments"]), set(orders.mapped("key")))
        self.lines.workbench_undo(line.ids)
        self.assertEqual(self.events("statement_line.opened", line)[-1]["was"], "batch")

    def test_differences_of_both_sides_are_over(self):
        order = self.pay(100)
        line = self.open_rows(-100.6)
        differences = self.env["payment.bridge.difference"].search(
            [("channel_id", "=", self.channel.id), ("state", "=", "open")]
        )
        self.assertEqual(len(differences), 2)
        self.match_rows(line, order, way="fee")
        self.assertEqual(set(differences.mapped("state")), {"closed"})

    # -- rights -------------------------------------------------------------------------------

    def test_who_may_only_read_may_only_look(self):
        order = self.pay(100)
        line = self.open_rows(-100.6)
        for name in ("auditor", "approver"):
            reader = self.make_user(f"wb_{name}", f"payment_bridge.group_{name}")
            lines = self.lines.with_user(reader)
            told = lines.workbench_open()
            self.assertFalse(told["may_match"])
            self.assertEqual(len(lines.workbench_rows(self.channel.id)["items"]), 1)
            self.assertEqual(len(lines.workbench_books(self.channel.id)["items"]), 1)
            self.assertTrue(lines.workbench_suggest(line.id))
            with self.assertRaisesRegex(UserError, "needs the role"):
                lines.workbench_match(line.ids, [["payment", order.id]], {"way": "fee"})
            with self.assertRaisesRegex(UserError, "needs the role"):
                lines.workbench_undo(line.ids)
        self.assertEqual(line.state, "unmatched")

    def test_outsiders_and_other_companies_see_nothing(self):
        order = self.pay(100)
        line = self.open_rows(-100.6)
        outsider = self.make_user("wb_outsider", "account.group_account_invoice")
        other = self.setup_other_company()["company"]
        stranger = self.make_user("wb_stranger", "payment_bridge.group_clerk")
        stranger.write({"company_id": other.id, "company_ids": [Command.set(other.ids)]})
        lines = self.lines.with_user(outsider)
        for ask in (
            lines.workbench_open,
            lambda: lines.workbench_rows(self.channel.id),
            lambda: lines.workbench_books(self.channel.id),
            lambda: lines.workbench_suggest(line.id),
        ):
            with self.assertRaises(AccessError):
                ask()
        lines = self.lines.with_user(stranger).with_context(allowed_company_ids=other.ids)
        self.assertNotIn(self.channel.id, [one["id"] for one in lines.workbench_open()["channels"]])
        self.assertFalse(lines.workbench_rows(self.channel.id)["items"])
        for ask in (
            lambda: lines.workbench_books(self.channel.id),
            lambda: lines.workbench_suggest(line.id),
            lambda: lines.workbench_match(line.ids, [["payment", order.id]], {"way": "fee"}),
        ):
            with self.assertRaises(AccessError):
                ask()

    def test_a_clerk_needs_no_bookkeeping_rights(self):
        clerk = self.make_user("wb_clerk", "payment_bridge.group_clerk")
        order = self.pay(100)
        line = self.open_rows(-100.6)
        lines = self.lines.with_user(clerk)
        lines.workbench_match(line.ids, [["payment", order.id]], {"way": "fee"})
        self.assertEqual(line.decided_by_id, clerk)
        lines.workbench_undo(line.ids)
        self.assertEqual(line.state, "unmatched")
