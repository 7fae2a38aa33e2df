"""What the workbench shows: open rows, open payments, and what it suggests."""

from odoo.tests import tagged

from odoo.addons.payment_bridge_reconcile.models.payment_bridge_statement_line_books import amounts_of

from .canned import row
from .common import DAY
from .test_workbench import WorkbenchCase


@tagged("post_install", "-at_install")
class TestWorkbenchLists(WorkbenchCase):
    def suggestions(self, line):
        return self.lines.workbench_suggest(line.id)

    def test_the_channel_with_most_open_rows_comes_first(self):
        other = self.make_channel(self.company, "Busy")
        self.load([row("collection", f"E{n}", "1.00", day=DAY) for n in range(3)], channel=other)
        self.open_rows(-5)
        told = self.lines.workbench_open()
        self.assertEqual(told["channel_id"], other.id)
        self.assertEqual({one["id"]: one["open"] for one in told["channels"]}[self.channel.id], 1)
        self.assertEqual(self.lines.workbench_open(self.channel.id)["channel_id"], self.channel.id)

    def test_rows_are_found_by_text_amount_and_class(self):
        lines = self.statement(
            [
                row("pay_out", "A1", "-100.00", day=DAY, text="paper order"),
                row("collection", "A2", "150.00", day=DAY, reference="PLAT-9"),
                row("collection", "A3", "20.00", day=DAY),
            ]
        ).line_ids.sorted("row")

        def found(**filters):
            told = self.lines.workbench_rows(self.channel.id, filters)
            self.assertEqual(told["count"], len(told["items"]))
            return {one["id"] for one in told["items"]}

        self.assertEqual(found(), set(lines.ids))
        self.assertEqual(found(text="paper"), {lines[0].id})
        self.assertEqual(found(text="PLAT"), {lines[1].id})
        self.assertEqual(found(amount="100"), {lines[0].id})
        self.assertEqual(found(amount="100-200"), {lines[0].id, lines[1].id})
        self.assertEqual(found(amount="150.."), {lines[1].id})
        self.assertEqual(found(difference="platform_only_out"), {lines[0].id})
        self.assertEqual(found(ids=[lines[2].id]), {lines[2].id})
        self.assertTrue(self.lines.workbench_rows(self.channel.id, {"amount": "many"})["bad_amount"])
        self.assertEqual(self.lines.workbench_rows(self.channel.id)["total"], 70.0)

    def test_amounts_as_people_write_them(self):
        for text, expected in (
            ("100", (100.0, 100.0)),
            ("1,234.50", (1234.5, 1234.5)),
            ("200 - 100", (100.0, 200.0)),
            ("50..", (50.0, float("inf"))),
            ("50~60", (50.0, 60.0)),
            ("", None),
            ("about 5", None),
            (None, None),
        ):
            self.assertEqual(amounts_of(text), expected, text)

    def test_payments_are_found_by_text_amount_and_direction(self):
        first, second = self.pay(100, platform_reference="P-77"), self.pay(40)
        incoming = self.as_incoming(self.pay(30))

        def found(**filters):
            return {one["id"] for one in self.lines.workbench_books(self.channel.id, filters)["items"]}

        self.assertEqual(found(), {first.id, second.id, incoming.id})
        self.assertEqual(found(incoming=False), {first.id, second.id})
        self.assertEqual(found(incoming=True), {incoming.id})
        self.assertEqual(found(text="P-77"), {first.id})
        self.assertEqual(found(text=self.payee.name), {first.id, second.id, incoming.id})
        self.assertEqual(found(text="%"), set())
        self.assertEqual(found(amount="40"), {second.id})

    def test_a_payment_that_a_row_stands_for_is_not_offered(self):
        order = self.pay(100)
        self.statement([self.paid_row(order)])
        self.assertFalse(self.lines.workbench_books(self.channel.id)["items"])

    def test_what_the_row_names_comes_first_with_its_reasons(self):
        named, same = self.pay(100), self.pay(98.99)
        line = self.statement([self.paid_row(named, amount=98.99)]).line_ids
        self.assertEqual(line.difference, "amount")
        best, second = self.suggestions(line)[:2]
        self.assertEqual(best["books"][0]["id"], named.id)
        self.assertIn("the row names it", best["why"])
        self.assertEqual(second["books"][0]["id"], same.id)
        self.assertIn("the same amount", second["why"])
        self.assertTrue(best["score"] >= second["score"] > 0.5)

    def test_the_engine_s_proposal_is_suggested(self):
        order = self.pay(100, platform_reference="P-1")
        wrong = order.key[:9] + "_" + order.key[10:]
        line = self.statement([self.paid_row(order, key=wrong)]).line_ids
        best = self.suggestions(line)[0]
        self.assertEqual(best["books"][0]["id"], order.id)
        self.assertIn("proposed by the engine", best["why"])

    def test_payments_that_add_up_are_suggested_together(self):
        orders = self.orders(100, 50, 7)
        line = self.open_rows(-150)
        together = [one for one in self.suggestions(line) if len(one["books"]) > 1]
        self.assertEqual([{book["id"] for book in one["books"]} for one in together], [set(orders[:2].ids)])
        self.match_rows(line, *orders[:2])
        self.assertEqual(line.match_pass, "batch")

    def test_two_ways_to_add_up_are_none(self):
        self.orders(100, 50, 90, 60)
        line = self.open_rows(-150)
        self.assertFalse([one for one in self.suggestions(line) if len(one["books"]) > 1])

    def test_parts_of_one_payment_are_suggested_with_each_other(self):
        order = self.pay(100)
        lines = self.statement([self.paid_row(order, "E1", amount=60), self.paid_row(order, "E2", amount=39)]).line_ids
        self.assertFalse(self.suggestions(lines[0])[0]["lines"])
        rest = self.statement(
            [self.paid_row(order, "E3", amount=1, key="", day=self.next_day(-1))], self.next_day(-1)
        ).line_ids
        rest.sudo().candidate_id = order
        self.assertEqual(set(self.suggestions(rest)[0]["lines"]), set(lines.ids))

    def test_rows_and_statements_lead_to_the_workbench(self):
        line = self.open_rows(-5)
        for record in (line, line.statement_id):
            action = record.action_open_workbench()
            self.assertEqual(action["tag"], "payment_bridge_reconcile.workbench")
            self.assertEqual(action["context"]["workbench_channel_id"], self.channel.id)
        of_day = self.lines.workbench_rows(self.channel.id, {"first_day": str(DAY), "last_day": str(DAY)})
        self.assertEqual([one["id"] for one in of_day["items"]], line.ids)
        later = self.next_day()
        self.assertFalse(
            self.lines.workbench_rows(self.channel.id, {"first_day": str(later), "last_day": str(later)})["items"]
        )
