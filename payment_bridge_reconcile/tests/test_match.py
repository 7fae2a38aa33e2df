from odoo import fields

from odoo.addons.payment_bridge.connector.types import Outcome, OutcomeStatus
from odoo.addons.payment_bridge.models.instruction_states import State

from .canned import row
from .common import DAY, StatementCase


class TestMatch(StatementCase):
    def line(self, rows, **file):
        return self.statement(rows, **file).line_ids.sorted("row")

    def differences(self, kind):
        return self.env["payment.bridge.discrepancy"].search(
            [("channel_id", "=", self.channel.id), ("kind", "=", kind)]
        )

    def proposed(self, line):
        return self.env["payment.bridge.difference"].search([("line_id", "=", line.id)]).proposal

    def test_by_our_number(self):
        order = self.pay(100)
        line = self.line([self.paid_row(order)])
        self.assertEqual((line.state, line.match_pass, line.found_by), ("matched", "payment", "key"))
        self.assertEqual(line.payment_id, order.payment_id)
        self.assertIn("our number", line.reason)

    def test_by_the_platforms_number(self):
        order = self.pay(100, platform_reference="P-1", fund_reference="F-1")
        line = self.line([self.paid_row(order, key="", reference="F-1")])
        self.assertEqual((line.state, line.found_by, line.instruction_id), ("matched", "fund_reference", order))

    def test_matching_again_changes_nothing(self):
        order = self.pay(100)
        line = self.line([self.paid_row(order)])
        before = line.read()[0]
        self.assertEqual(self.match(), 0)
        self.assertEqual(line.read()[0], before)

    def test_other_amount_is_a_difference(self):
        order = self.pay(100)
        line = self.line([self.paid_row(order, amount=98.99)])
        self.assertEqual((line.state, line.difference, line.candidate_id), ("unmatched", "amount", order))
        self.assertIn("100", line.reason)
        self.assertTrue(self.differences("line_amount"))

    def test_money_out_without_an_order_is_loud(self):
        line = self.line([row("pay_out", "E1", "-50.00", day=DAY, key="NOTOURS")])
        self.assertEqual(line.difference, "platform_only_out")
        self.assertTrue(self.differences("platform_only_out"))

    def test_money_in_without_a_document(self):
        line = self.line([row("collection", "E1", "50.00", day=DAY)])
        self.assertEqual(line.difference, "platform_only_in")
        self.assertFalse(self.env["payment.bridge.discrepancy"].search([("channel_id", "=", self.channel.id)]))

    def test_a_receipt_from_an_e_cny_wallet_is_matched_like_any(self):
        placed = (
            self.env["payment.bridge.instruction"]
            .sudo()
            ._place(
                [
                    {
                        "channel_id": self.channel.id,
                        "company_id": self.company.id,
                        "partner_id": self.payee.id,
                        "operation": "collect",
                        "amount": 50.0,
                        "currency_id": self.channel.currency_id.id,
                        "title": "INV/1",
                    }
                ]
            )
        )
        placed._set(state="succeeded", executed_at=fields.Datetime.to_datetime(f"{DAY} 09:00:00"))
        self.env.flush_all()
        line = self.line([row("collection/数字人民币", "E1", "50.00", day=DAY, key=placed.key)])
        self.assertEqual((line.state, line.found_by, line.instruction_id), ("matched", "key", placed))
        self.assertEqual(line.platform_kind, "数字人民币")

    def test_second_row_for_one_payment_is_a_duplicate(self):
        order = self.pay(100)
        lines = self.line([self.paid_row(order), self.paid_row(order, entry="E-again")])
        self.assertEqual(lines.mapped("state"), ["matched", "unmatched"])
        self.assertEqual(lines[1].difference, "duplicate")
        self.assertTrue(self.differences("line_duplicate"))

    def test_a_duplicate_that_is_open_holds_up_no_later_file(self):
        order = self.pay(100)
        self.line([self.paid_row(order, day=self.next_day(-2))], day=self.next_day(-2))
        read = []
        statements = self.env.registry["payment.bridge.statement"]
        inner = statements._load_checked

        def load_checked(statement, *values, careful):
            read.append(careful)
            return inner(statement, *values, careful=careful)

        self.patch(statements, "_load_checked", load_checked)
        again = self.line([self.paid_row(order, "E-again", day=self.next_day(-1))], day=self.next_day(-1))
        self.assertEqual((again.difference, read), ("duplicate", [False, True]))
        read.clear()
        later = self.pay(50)
        row_of_it = self.line([self.paid_row(later)])
        self.assertEqual((row_of_it.state, again.difference, read), ("matched", "duplicate", [False]))

    def test_row_of_an_unfinished_payment_asks_the_platform_at_once(self):
        order = self.pay(100, OutcomeStatus.PROCESSING)
        order.sudo()._set(next_query_at="2026-04-01 00:00:00")
        line = self.line([self.paid_row(order)])
        self.assertEqual((line.state, line.difference), ("unmatched", "status"))
        self.assertLess(str(order.next_query_at), "2026-04-01")
        self.assertFalse(self.differences("line_status"))
        self.tell(order, OutcomeStatus.SUCCEEDED)
        self.match()
        self.assertEqual((line.state, line.difference), ("matched", False))

    def test_row_of_an_order_that_waits_to_leave_again_lets_the_platform_be_asked_first(self):
        order = self.order(100).sudo()
        order._move_to(State.SENDING, reason="test", sent_at="2026-03-10 10:00:00", placed_at="2026-03-10 10:00:00")
        order._move_to(State.UNCERTAIN, reason="no answer")
        order._leave_again(Outcome(OutcomeStatus.NOT_FOUND, key=order.key))
        line = self.line([self.paid_row(order)])
        self.assertEqual((line.difference, order.state), ("status", "uncertain"))
        self.assertEqual(self.proposed(line), "query")
        self.assertLessEqual(order.next_query_at, fields.Datetime.now())
        self.assertFalse(self.differences("line_status"))
        self.tell(order, OutcomeStatus.SUCCEEDED)
        self.match()
        self.assertEqual((line.state, line.difference), ("matched", False))

    def test_row_of_an_order_that_never_left_is_a_contradiction(self):
        order = self.order(100)
        line = self.line([self.paid_row(order)])
        self.assertEqual((line.difference, order.state), ("status", "queued"))
        self.assertEqual(self.proposed(line), "review")
        self.assertTrue(self.differences("line_status"))

    def test_row_of_a_failed_payment_is_a_contradiction(self):
        order = self.pay(100, OutcomeStatus.FAILED)
        line = self.line([self.paid_row(order)])
        self.assertEqual(line.difference, "status")
        self.assertTrue(self.differences("line_status"))

    def test_failed_payment_that_left_and_came_back(self):
        order = self.pay(100, OutcomeStatus.FAILED)
        back = row("return", "E-back", "100.00", day=DAY, key=order.key)
        lines = self.line([self.paid_row(order), back])
        self.assertEqual(lines.mapped("match_pass"), ["out_and_back"] * 2)

    def test_return_meets_the_reversal(self):
        order = self.pay(100)
        back = row("return", "E-back", "100.00", day=DAY, key=order.key)
        lines = self.line([self.paid_row(order), back])
        self.assertEqual(lines.mapped("state"), ["matched", "unmatched"])
        self.assertEqual(lines[1].difference, "status")
        self.assertTrue(order.next_query_at)
        self.tell(order, OutcomeStatus.RETURNED, platform_message="account closed")
        self.match()
        self.assertEqual(lines[1].match_pass, "return")

    def test_fee_belongs_to_its_payment(self):
        order = self.pay(100)
        fees = [
            row("fee", "E-fee", "-0.50", day=DAY, key=order.key),
            row("fee", "E-month", "-3.00", day=DAY),
        ]
        lines = self.line([self.paid_row(order), *fees])
        self.assertEqual(lines.mapped("match_pass"), ["payment", "fee", "fee"])
        self.assertEqual(lines[1].payment_id, order.payment_id)
        self.assertFalse(lines[2].payment_id)

    def test_own_transfers(self):
        lines = self.line([row("deposit", "E1", "500.00", day=DAY), row("withdrawal", "E2", "-200.00", day=DAY)])
        self.assertEqual(lines.mapped("match_pass"), ["transfer", "transfer"])

    def test_by_hand_and_undone(self):
        order = self.pay(100, platform_reference="P-1")
        line = self.line([self.paid_row(order, key="", reference="another")])
        self.assertEqual(line.difference, "platform_only_out")
        wizard = self.env["payment.bridge.statement.line.match"].create({"line_id": line.id})
        self.assertEqual(wizard.instruction_id, order)
        wizard.action_match()
        self.assertEqual((line.state, line.found_by, line.decided_by_id), ("matched", "hand", self.env.user))
        line.action_undo()
        self.assertEqual((line.state, line.instruction_id.id), ("unmatched", False))

    def test_undone_match_waits_for_a_person(self):
        line = self.line([self.paid_row(self.pay(100))])
        line.action_undo()
        self.match()
        self.assertEqual((line.state, line.difference), ("unmatched", "opened"))

    def test_left_out_with_a_reason_and_back(self):
        line = self.line([row("collection", "E1", "50.00", day=DAY)])
        wizard = self.env["payment.bridge.statement.line.ignore"].create(
            {"line_ids": line.ids, "note": "test transaction of the platform"}
        )
        wizard.action_ignore()
        self.assertEqual(line.state, "ignored")
        self.assertIn("test transaction", line.reason)
        line.action_undo()
        self.assertEqual(line.state, "unmatched")

    def test_payment_missing_on_its_statement(self):
        order = self.pay(100)
        late = self.pay(70, executed_at=order.executed_at.replace(hour=23, minute=45))
        listed = self.env["payment.bridge.open.payment"]
        domain = [("channel_id", "=", self.channel.id)]
        self.assertEqual(set(listed.search(domain).mapped("difference")), {"expected"})
        self.line([row("fee", "E1", "-1.00", day=DAY)])
        listed.invalidate_model()
        found = {one.instruction_id: one.difference for one in listed.search(domain)}
        self.assertEqual(found, {order: "books_only", late: "cross_day"})

    def test_channels_keep_to_themselves(self):
        other = self.make_channel(self.company, "Other")
        order = self.pay(100)
        loaded = self.load([self.paid_row(order)], channel=other)
        self.assertEqual(loaded.statement.line_ids.difference, "platform_only_out")
