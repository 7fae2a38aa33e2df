"""Each pass of matching, and each class of what is left."""

from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError

from odoo.addons.payment_bridge.connector.types import OutcomeStatus

from .canned import CannedConnector, row
from .common import DAY, StatementCase


class TestPasses(StatementCase):
    def lines(self, rows, **file):
        return self.statement(rows, **file).line_ids.sorted("row")

    def order_of(self, operation, amount, key, **values):
        """A finished order of any operation, without its journal entries."""
        values = {"executed_at": fields.Datetime.to_datetime(f"{DAY} 09:00:00"), "state": "succeeded", **values}
        instruction = (
            self.env["payment.bridge.instruction"]
            .sudo()
            .create(
                {
                    "channel_id": self.channel.id,
                    "company_id": self.company.id,
                    "key": key,
                    "amount": amount,
                    "currency_id": self.channel.currency_id.id,
                    "title": "test",
                    **values,
                }
            )
        )
        self.env.flush_all()
        # whether the core knows the operation yet or not: the engine reads the column
        self.env.cr.execute(
            "UPDATE payment_bridge_instruction SET operation = %s WHERE id = %s", (operation, instruction.id)
        )
        instruction.invalidate_recordset()
        return instruction

    def difference(self, **values):
        domain = [("channel_id", "=", self.channel.id), *((name, "=", value) for name, value in values.items())]
        return self.env["payment.bridge.difference"].search(domain)

    # -- passes ---------------------------------------------------------------------

    def test_collection_by_our_number_with_its_fee(self):
        order = self.order_of("collect", 100, "C1")
        line = self.lines([row("collection", "E1", "99.40", day=DAY, fee="0.60", key="C1")])
        self.assertEqual((line.state, line.instruction_id, line.gross, line.fee), ("matched", order, 100.0, 0.6))

    def test_refund_that_names_only_what_it_gives_back(self):
        sale = self.order_of("collect", 100, "C1")
        refund = self.order_of("refund", 30, "R1", original_id=sale.id)
        self.order_of("refund", 20, "R2", original_id=sale.id)
        line = self.lines([row("refund", "E1", "-30.00", day=DAY, original="C1")])
        self.assertEqual((line.state, line.found_by, line.instruction_id), ("matched", "original", refund))
        self.assertIn("only refund", line.reason)

    def test_two_refunds_of_one_amount_are_not_guessed_between(self):
        sale = self.order_of("collect", 100, "C1")
        self.order_of("refund", 30, "R1", original_id=sale.id)
        self.order_of("refund", 30, "R2", original_id=sale.id)
        line = self.lines([row("refund", "E1", "-30.00", day=DAY, original="C1")])
        self.assertEqual(line.state, "unmatched")

    def test_refund_that_nobody_ordered(self):
        sale = self.order_of("collect", 100, "C1")
        line = self.lines([row("refund", "E1", "-30.00", day=DAY, original="C1")])
        self.assertEqual((line.difference, line.candidate_id), ("platform_only_out", sale))
        self.assertEqual(self.difference(line_id=line.id).proposal, "book_refund")
        self.assertIn("given back", line.reason)

    def test_out_and_back_is_undone_as_one(self):
        order = self.pay(100, OutcomeStatus.FAILED)
        lines = self.lines([self.paid_row(order, "E1"), row("return", "E2", "100.00", day=DAY, key=order.key)])
        self.assertEqual(lines.mapped("match_pass"), ["out_and_back"] * 2)
        lines[1].action_undo()
        self.assertEqual(lines.mapped("state"), ["unmatched"] * 2)

    def test_parts_wait_for_each_other(self):
        order = self.pay(100)
        first = self.lines([self.paid_row(order, "E1", amount=60), self.paid_row(order, "E2", amount=10)])
        self.assertEqual(first.mapped("difference"), ["part", "part"])
        last = self.lines([self.paid_row(order, "E3", amount=30, day=self.next_day(-1))], day=self.next_day(-1))
        self.assertEqual((first | last).mapped("match_pass"), ["part"] * 3)
        self.assertEqual(last.evidence, {"rows": 3, "total": -100.0})
        last.action_undo()
        self.assertEqual((first | last).mapped("state"), ["unmatched"] * 3)

    def test_parts_are_posted_and_pay_the_item_off(self):
        order = self.pay(100)
        rows = [self.paid_row(order, "E1", amount=60), self.paid_row(order, "E2", amount=40)]
        statement = self.statement(rows)
        statement._post()
        self.assertEqual(statement.state, "posted")
        self.assertTrue(self.open_item(order.payment_id).reconciled)

    def test_one_row_for_a_batch_is_posted_payment_by_payment(self):
        orders = self.pay(100), self.pay(50)
        for order in orders:
            order.sudo()._set(batch_reference="B1")
        statement = self.statement([row("pay_out", "E1", "-150.00", day=DAY, key="B1")])
        line = statement.line_ids
        self.assertEqual((line.match_pass, line.evidence["payments"]), ("batch", 2))
        self.assertEqual(sum(line.share_ids.mapped("amount")), -150.0)
        self.assertFalse(self.env["payment.bridge.open.payment"].search([("channel_id", "=", self.channel.id)]))
        statement._post()
        self.assertTrue(all(self.open_item(order.payment_id).reconciled for order in orders))

    def test_batch_that_does_not_add_up_is_left(self):
        for order in (self.pay(100), self.pay(50)):
            order.sudo()._set(batch_reference="B1")
        line = self.lines([row("pay_out", "E1", "-149.00", day=DAY, key="B1")])
        self.assertEqual((line.state, line.difference), ("unmatched", "platform_only_out"))

    def test_undone_batch_frees_its_payments(self):
        for order in (self.pay(100), self.pay(50)):
            order.sudo()._set(batch_reference="B1")
        line = self.lines([row("pay_out", "E1", "-150.00", day=DAY, key="B1")])
        line.action_undo()
        self.assertFalse(line.share_ids)
        self.assertEqual(line.difference, "opened")

    def test_settlement_pays_out_what_its_batch_left(self):
        self.order_of("collect", 100, "C1")
        self.order_of("collect", 50, "C2")
        lines = self.lines(
            [
                row("collection", "E1", "99.40", day=DAY, fee="0.60", key="C1", batch="S1"),
                row("collection", "E2", "49.70", day=DAY, fee="0.30", key="C2", batch="S1"),
                row("withdrawal", "E3", "-149.10", day=DAY, batch="S1", time="20:00:00"),
            ]
        )
        self.assertEqual(lines.mapped("match_pass"), ["payment", "payment", "settlement"])
        self.assertIn("2 rows", lines[2].reason)

    def test_settlement_of_another_sum_is_a_plain_transfer(self):
        lines = self.lines(
            [
                row("collection", "E1", "99.40", day=DAY, fee="0.60", batch="S1"),
                row("withdrawal", "E3", "-99.00", day=DAY, batch="S1", time="20:00:00"),
            ]
        )
        self.assertEqual(lines[1].match_pass, "transfer")

    def test_lone_amount_within_the_window(self):
        order = self.pay(123.45)
        line = self.lines([self.paid_row(order, key="")])
        self.assertEqual((line.state, line.found_by, line.instruction_id), ("matched", "amount", order))
        self.assertIn("No other row", line.reason)

    def test_the_days_of_the_window_are_the_platforms(self):
        shanghai = replace(CannedConnector.capabilities, zone="Asia/Shanghai")
        self.channel.match_days = 0
        with patch.object(CannedConnector, "capabilities", shanghai):
            order = self.pay(100, executed_at=fields.Datetime.to_datetime("2026-03-09 16:30:00"))  # 00:30 there
            line = self.lines([self.paid_row(order, key="")])
        self.assertEqual((line.found_by, line.instruction_id, line.evidence), ("amount", order, {"days": 0}))

    def test_amount_that_two_payments_have_is_not_guessed(self):
        order = self.pay(100)
        self.pay(100)
        self.assertEqual(self.lines([self.paid_row(order, key="")]).state, "unmatched")

    def test_amount_that_a_payment_in_doubt_has_too_is_not_guessed(self):
        done, doubtful = self.pay(100), self.pay(100, OutcomeStatus.PROCESSING)
        line = self.lines([self.paid_row(done, key="")])
        self.assertEqual((line.state, line.difference), ("unmatched", "platform_only_out"))
        self.tell(doubtful, OutcomeStatus.FAILED)
        self.match()
        self.assertEqual((line.found_by, line.instruction_id), ("amount", done))

    def test_amount_that_a_batched_payment_waiting_to_leave_again_has_too_is_not_guessed(self):
        done, waiting = self.pay(100), self.order(100).sudo()
        batch = self.env["payment.bridge.batch"].sudo()
        of = {"channel_id": self.channel.id, "company_id": self.company.id, "day": DAY}
        waiting._set(
            batch_id=batch.create({"key": "B1", "number": 1, "placed_at": f"{DAY} 09:00:00", **of}).id,
            placed_at=f"{DAY} 09:00:00",
        )
        self.assertEqual((waiting.state, self.lines([self.paid_row(done, key="")]).state), ("queued", "unmatched"))

    def test_a_payment_in_doubt_with_a_row_of_its_own_is_no_second_choice(self):
        done, doubtful = self.pay(100), self.pay(100, OutcomeStatus.PROCESSING)
        lines = self.lines([self.paid_row(done, key=""), self.paid_row(doubtful, "E2")])
        self.assertEqual(lines.mapped("state"), ["matched", "unmatched"])
        self.assertEqual((lines[0].instruction_id, lines[1].difference), (done, "status"))

    def test_amount_too_far_away_in_time_is_not_matched(self):
        order = self.pay(100, executed_at=fields.Datetime.to_datetime(f"{DAY - timedelta(days=9)} 10:00:00"))
        self.assertEqual(self.lines([self.paid_row(order, key="")]).state, "unmatched")

    def test_similar_number_is_proposed_with_its_score(self):
        order = self.pay(100, platform_reference="P-1")
        wrong = order.key[:9] + "_" + order.key[10:]
        line = self.lines([self.paid_row(order, key=wrong)])
        found = self.difference(line_id=line.id)
        self.assertEqual((line.state, found.proposal, found.similar_id), ("unmatched", "match", order))
        self.assertGreater(found.score, 0.8)
        self.assertEqual(found.reasons["amount"], 1.0)
        self.assertIn("looks like", found.reason)

    def test_our_number_goes_before_the_platform_s_whichever_came_first(self):
        order = self.order_of("collect", 100, "C1", platform_reference="P1")
        lines = self.lines(
            [
                row("collection", "E1", "100.00", day=DAY, reference="P1", time="08:00:00"),
                row("collection", "E2", "100.00", day=DAY, key="C1", time="12:00:00"),
                row("collection", "E3", "100.00", day=DAY, key="C1", time="11:00:00"),
            ]
        )
        self.assertEqual(lines.mapped("state"), ["unmatched", "unmatched", "matched"])
        self.assertEqual((lines[2].instruction_id, lines[2].found_by), (order, "key"))
        self.assertEqual(lines.mapped("difference"), ["duplicate", "duplicate", False])

    # -- chargebacks -------------------------------------------------------------------

    def charged_back(self, *amounts, day=DAY, **values):
        """Rows of a payer's bank taking money back (negative) or giving it again, one after the other."""
        values = {"original": "C1", **values}
        return self.lines(
            [
                row("chargeback", f"CB{day}-{place}", amount, day=day, time=f"12:00:{place:02d}", **values)
                for place, amount in enumerate(amounts)
            ],
            day=day,
        )

    def test_chargeback_is_matched_to_the_collection_that_it_takes_back(self):
        sale = self.order_of("collect", 100, "C1")
        line = self.charged_back("-100.00")
        self.assertEqual((line.state, line.match_pass, line.instruction_id), ("matched", "chargeback", sale))
        own = self.lines([row("collection", "E1", "100.00", day=self.next_day(-1), key="C1")], day=self.next_day(-1))
        self.assertEqual((own.state, own.match_pass, own.instruction_id), ("matched", "payment", sale))

    def test_chargeback_is_found_by_the_platform_s_number_as_well(self):
        sale = self.order_of("collect", 100, "C1", platform_reference="P1")
        line = self.charged_back("-40.00", original="", reference="P1")
        self.assertEqual((line.state, line.instruction_id, line.found_by), ("matched", sale, "platform_reference"))

    def test_chargebacks_in_parts_and_one_that_was_won(self):
        self.order_of("collect", 100, "C1")
        first = self.charged_back("-60.00", "60.00", day=self.next_day(-1))
        self.assertEqual(first.mapped("match_pass"), ["chargeback"] * 2)
        again = self.charged_back("-100.00")
        self.assertEqual(again.match_pass, "chargeback")
        self.assertEqual(again.evidence, {"taken": 100.0, "total": 100.0})

    def test_more_is_charged_back_than_is_left_of_the_collection(self):
        sale = self.order_of("collect", 100, "C1")
        self.order_of("refund", 30, "R1", original_id=sale.id)
        lines = self.charged_back("-60.00", "-20.00", "-10.00")
        self.assertEqual(lines.mapped("match_pass"), ["chargeback", False, False])
        self.assertEqual(lines.mapped("difference"), [False, "chargeback", "chargeback"])
        found = self.difference(line_id=lines[1].id)
        self.assertEqual((found.severity, found.amount), ("high", 20.0))
        self.assertIn("C1", lines[1].reason)

    def test_chargeback_of_what_nobody_knows_has_a_class_of_its_own(self):
        line = self.charged_back("-100.00", original="NOBODY")
        found = self.difference(line_id=line.id)
        self.assertEqual((line.difference, found.difference, found.proposal), ("chargeback", "chargeback", "dispute"))
        self.assertTrue(line.reason)

    def test_chargeback_of_a_pay_out_or_in_another_currency_is_not_matched(self):
        euro = self.env.ref("base.EUR") - self.channel.currency_id or self.env.ref("base.USD")
        self.order_of("pay_out", 100, "C1")
        self.order_of("collect", 100, "C2", currency_id=euro.id)
        self.assertEqual(self.charged_back("-100.00").state, "unmatched")
        self.assertEqual(self.charged_back("-100.00", original="C2", day=self.next_day(-1)).state, "unmatched")

    # -- classes ---------------------------------------------------------------------

    def test_rounding_currency_and_fee(self):
        self.channel.fee_rate = 0.6
        euro = self.env.ref("base.EUR") - self.channel.currency_id or self.env.ref("base.USD")
        self.order_of("pay_out", 100, "A1")
        self.order_of("collect", 100, "A2", currency_id=euro.id)
        self.order_of("collect", 100, "A3")
        lines = self.lines(
            [
                row("pay_out", "E1", "-100.01", day=DAY, key="A1"),
                row("collection", "E2", "100.00", day=DAY, key="A2"),
                row("collection", "E3", "99.40", day=DAY, key="A3"),
            ]
        )
        self.assertEqual(lines.mapped("difference"), ["rounding", "currency", "fee"])
        proposals = [self.difference(line_id=line.id).proposal for line in lines]
        self.assertEqual(proposals, ["round_off", "review", "book_fee"])
        self.assertEqual(self.difference(line_id=lines[0].id).amount, 0.01)
        self.assertTrue(all(lines.mapped("reason")))

    def test_fee_above_the_agreed_one_is_matched_and_claimed(self):
        self.channel.fee_rate = 0.6
        self.order_of("collect", 100, "A1")
        line = self.lines([row("collection", "E1", "99.00", day=DAY, fee="1.00", key="A1")])
        self.assertEqual(line.state, "matched")
        claim = self.difference(line_id=line.id)
        self.assertEqual((claim.difference, claim.proposal, claim.amount), ("fee", "claim", 0.4))
        self.match()
        self.assertEqual(claim.state, "open")

    def test_a_corrected_fee_ends_its_claim_or_changes_it(self):
        self.channel.fee_rate = 0.6
        self.order_of("collect", 100, "A1")
        line = self.lines([row("collection", "E1", "99.00", day=DAY, fee="1.00", key="A1")])
        claim = self.difference(line_id=line.id)
        for amount, fee, expected in (("99.30", "0.70", ("open", 0.1)), ("99.40", "0.60", ("closed", 0.1))):
            self.load([row("collection", "E1", amount, day=DAY, fee=fee, key="A1")], correct=True)
            self.assertEqual((line.state, line.fee), ("matched", float(fee)))
            self.assertEqual((claim.state, claim.amount), expected)

    def test_entry_that_says_the_same_again(self):
        same = {"day": DAY, "reference": "P-7", "time": "10:11:12"}
        lines = self.lines([row("collection", "E1", "5.00", **same), row("collection", "E2", "5.00", **same)])
        self.assertEqual(lines.mapped("difference"), ["platform_only_in", "duplicate"])

    def test_refund_before_its_result(self):
        self.order_of("refund", 30, "R1", state="processing")
        line = self.lines([row("refund", "E1", "-30.00", day=DAY, key="R1")])
        self.assertEqual(line.difference, "refund_timing")

    def test_missing_payments_get_their_class_and_go_away_when_found(self):
        at = fields.Datetime.to_datetime
        plain = self.order_of("collect", 10, "A1", executed_at=at(f"{DAY} 09:00:00"))
        late = self.order_of("pay_out", 20, "A2", executed_at=at(f"{DAY} 23:50:00"))
        refund = self.order_of("refund", 30, "A3", executed_at=at(f"{DAY} 09:00:00"))
        old = self.order_of("pay_out", 40, "A4", executed_at=at("2026-02-01 09:00:00"))
        self.order_of("pay_out", 50, "A5", executed_at=at("2026-03-08 09:00:00"))  # its statement is not there yet
        self.lines([row("fee", "F1", "-1.00", day=DAY)])
        classes = {one.instruction_id: one.difference for one in self.difference(side="books")}
        self.assertEqual(classes, {plain: "books_only_in", late: "cross_day", refund: "refund_timing", old: "stale"})
        found = self.difference(side="books", instruction_id=late.id)
        self.assertEqual((found.state, found.proposal, found.severity), ("open", "wait", "low"))
        self.lines([row("pay_out", "E1", "-20.00", day=DAY - timedelta(days=1), key="A2")], day=DAY - timedelta(days=1))
        self.assertEqual(found.state, "closed")
        self.assertTrue(found.closed_on)

    def test_carried_over_only_until_the_next_statement(self):
        late = self.order_of("pay_out", 20, "A2", executed_at=fields.Datetime.to_datetime("2026-03-09 23:50:00"))
        before = DAY - timedelta(days=1)
        self.lines([row("fee", "F1", "-1.00", day=before)], day=before)
        found = self.difference(instruction_id=late.id)
        self.assertEqual(found.difference, "cross_day")
        self.lines([row("fee", "F2", "-1.00", day=DAY)])
        self.assertEqual((found.difference, found.proposal), ("books_only_out", "query"))

    def test_severity_due_day_and_owner(self):
        clerk = self.make_user("owner", "payment_bridge.group_clerk")
        self.channel.difference_owner_id = clerk
        lines = self.lines(
            [
                row("pay_out", "E1", "-5.00", day=DAY, key="NOBODY"),
                row("collection", "E2", "20000.00", day=DAY),
                row("collection", "E3", "2.00", day=DAY),
            ]
        )
        found = [self.difference(line_id=line.id) for line in lines]
        self.assertEqual([one.severity for one in found], ["critical", "high", "low"])
        self.assertEqual([(one.due_on - one.opened_on).days for one in found], [1, 3, 7])
        self.assertEqual(found[0].owner_id, clerk)
        self.assertEqual(found[0].proposal, "investigate")
        other = self.make_user("other", "payment_bridge.group_clerk")
        found[0].with_user(clerk).owner_id = other
        self.match()
        self.assertEqual(found[0].owner_id, other)
        with self.assertRaisesRegex(UserError, "only who looks into it"):
            found[0].with_user(clerk).write({"state": "closed"})

    def test_row_that_is_explained_later_closes_its_difference(self):
        order = self.pay(100, OutcomeStatus.PROCESSING)
        line = self.lines([self.paid_row(order)])
        found = self.difference(line_id=line.id)
        self.assertEqual((found.difference, found.state), ("status", "open"))
        self.tell(order, OutcomeStatus.SUCCEEDED)
        self.match()
        self.assertEqual(found.state, "closed")
        line.action_undo()
        self.assertEqual((found.difference, found.state, found.closed_on), ("opened", "open", False))
