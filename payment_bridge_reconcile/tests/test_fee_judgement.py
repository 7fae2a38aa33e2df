"""The fee of each row is judged by what was agreed, while the file is loaded."""

from odoo import Command, fields

from .canned import row
from .common import DAY, StatementCase


class TestFeeJudgement(StatementCase):
    def agreed(self, fee_kind="collection", **values):
        return self.env["payment.bridge.fee.schedule"].create(
            {"channel_id": self.channel.id, "fee_kind": fee_kind, "valid_from": "2026-01-01", **values}
        )

    def order_of(self, operation, amount, key):
        """A finished order without its journal entries."""
        return (
            self.env["payment.bridge.instruction"]
            .sudo()
            .create(
                {
                    "channel_id": self.channel.id,
                    "company_id": self.company.id,
                    "key": key,
                    "operation": operation,
                    "amount": amount,
                    "currency_id": self.channel.currency_id.id,
                    "title": "test",
                    "state": "succeeded",
                    "executed_at": fields.Datetime.to_datetime(f"{DAY} 09:00:00"),
                }
            )
        )

    def charged(self, *told, day=DAY):
        """The rows of collections, each (gross, fee); answers by how much each is told to be wrong, None where it is
        not."""
        rows = []
        for place, (gross, fee) in enumerate(told):
            key = f"C{day}-{place}"
            self.order_of("collect", gross, key)
            rows.append(row("collection", f"E-{key}", f"{gross - fee:.2f}", day=day, fee=f"{fee:.2f}", key=key))
        lines = self.statement(rows, day).line_ids.sorted("row")
        self.assertEqual(set(lines.mapped("state")), {"matched"})
        return [self.wrong(line) for line in lines]

    def wrong(self, line):
        found = self.env["payment.bridge.difference"].search(
            [("line_id", "=", line.id), ("difference", "=", "fee"), ("state", "=", "open")]
        )
        return round(found.amount, 2) if found else None

    def test_rate_fixed_part_minimum_and_cap(self):
        self.agreed(rate=1, fixed=0.5, minimum=1, maximum=3)
        self.assertEqual(
            self.charged((100, 1.5), (10, 1), (1000, 3), (100, 1.8), (10, 0.6), (1000, 10.5)),
            [None, None, None, 0.3, 0.4, 7.5],
        )

    def test_tiers_count_for_the_whole_amount(self):
        schedule = self.agreed(rate=1)
        schedule.tier_ids = [
            Command.create({"amount_from": 100, "rate": 0.5}),
            Command.create({"amount_from": 1000, "rate": 0.1, "fixed": 2}),
        ]
        self.assertEqual(
            self.charged((99, 0.99), (100, 0.5), (999, 5), (1000, 3), (100, 1), (1000, 5)),
            [None, None, None, None, 0.5, 2.0],
        )

    def test_a_schedule_counts_in_its_days_only_and_the_plain_rate_otherwise(self):
        self.channel.fee_rate = 0.6
        self.agreed(rate=0.4, valid_to="2026-03-09")
        self.assertEqual(self.charged((100, 0.4), (100, 0.6), day=self.next_day(-1)), [None, 0.2])
        self.assertEqual(self.charged((100, 0.4), (100, 0.6)), [0.2, None])

    def test_the_platform_s_own_word_goes_before_the_kind(self):
        self.agreed(rate=0.6)
        self.agreed(rate=0.1, platform_kind="wallet")
        self.order_of("collect", 100, "W1")
        self.order_of("collect", 100, "W2")
        lines = self.statement(
            [
                row("collection/wallet", "E1", "99.90", day=DAY, fee="0.10", key="W1"),
                row("collection/card", "E2", "99.90", day=DAY, fee="0.10", key="W2"),
            ]
        ).line_ids.sorted("row")
        self.assertEqual([self.wrong(line) for line in lines], [None, 0.5])

    def test_differences_within_the_tolerance_are_none(self):
        self.agreed(rate=0.6, tolerance=0.05)
        self.assertEqual(self.charged((100, 0.65), (100, 0.66)), [None, 0.06])

    def test_the_plain_rate_is_enough(self):
        self.channel.fee_rate = 0.6
        self.assertEqual(self.charged((100, 0.6), (100, 0.7)), [None, 0.1])

    def test_without_anything_agreed_no_fee_is_wrong(self):
        self.assertEqual(self.charged((100, 50)), [None])

    def test_pay_outs_are_judged_by_their_own_schedule(self):
        self.channel.fee_rate = 0.6
        self.agreed("pay_out", fixed=1)
        self.order_of("pay_out", 100, "P1")
        self.order_of("pay_out", 100, "P2")
        lines = self.statement(
            [
                row("pay_out", "E1", "-101.00", day=DAY, fee="1.00", key="P1"),
                row("pay_out", "E2", "-102.00", day=DAY, fee="2.00", key="P2"),
            ]
        ).line_ids.sorted("row")
        self.assertEqual([self.wrong(line) for line in lines], [None, 1.0])

    def test_a_fee_in_a_row_of_its_own_counts_with_its_payment(self):
        self.agreed(rate=0.6)
        self.order_of("collect", 100, "C1")
        self.order_of("collect", 100, "C2")
        lines = self.statement(
            [
                row("collection", "E1", "100.00", day=DAY, key="C1"),
                row("fee", "F1", "-0.60", day=DAY, key="C1"),
                row("collection", "E2", "100.00", day=DAY, key="C2"),
                row("fee", "F2", "-0.90", day=DAY, key="C2"),
            ]
        ).line_ids.sorted("row")
        self.assertEqual([self.wrong(line) for line in lines], [None, None, 0.3, None])

    def test_a_fee_that_comes_on_another_day_is_judged_with_what_it_is_charged_for(self):
        self.agreed(rate=0.6)
        self.order_of("collect", 100, "C1")
        before = self.next_day(-1)
        line = self.statement([row("collection", "E1", "100.00", day=before, key="C1")], before).line_ids
        self.assertIsNone(self.wrong(line), "nothing was charged yet")
        self.statement([row("fee", "F1", "-0.80", day=DAY, key="C1")])
        self.assertEqual(self.wrong(line), 0.2)

    def test_a_collection_that_is_short_by_the_agreed_fee_is_told_as_that(self):
        schedule = self.agreed(rate=0.5, fixed=0.2)
        self.order_of("collect", 100, "C1")
        line = self.statement([row("collection", "E1", "99.30", day=DAY, key="C1")]).line_ids
        self.assertEqual((line.state, line.difference), ("unmatched", "fee"))
        schedule.rate = 0.6
        self.match()
        self.assertEqual(line.difference, "amount")

    def test_a_pay_out_that_took_the_agreed_fee_besides_is_told_as_that(self):
        self.agreed("pay_out", fixed=2)
        self.order_of("pay_out", 100, "P1")
        line = self.statement([row("pay_out", "E1", "-102.00", day=DAY, key="P1")]).line_ids
        self.assertEqual((line.state, line.difference), ("unmatched", "fee"))
