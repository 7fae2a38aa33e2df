"""Money out that nobody ordered: people are told at once, and above a limit the channel stops."""

from odoo.exceptions import AccessError, UserError

from .canned import row
from .common import DAY
from .treat_common import TreatCase


class TestAlarm(TreatCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.make_user("al_admin", "payment_bridge.group_channel_admin")
        cls.owner = cls.make_user("al_owner", "payment_bridge.group_clerk")
        cls.clerk = cls.make_user("al_clerk", "payment_bridge.group_clerk")
        cls.channel.write({"difference_owner_id": cls.owner.id, "unordered_limit": 100})

    def unordered(self, *amounts, start=0):
        rows = [
            row("pay_out", f"X{start + place}", f"-{amount:.2f}", day=DAY, time=f"1{place}:00:00")
            for place, amount in enumerate(amounts)
        ]
        return self.statement(rows).line_ids

    def told(self):
        return self.channel.activity_ids.user_id

    def test_owner_and_administrators_are_told_at_once(self):
        before = self.channel.message_ids
        line = self.unordered(40)
        self.assertLessEqual(self.admin | self.owner, self.told())
        self.assertNotIn(self.clerk, self.told())
        message = (self.channel.message_ids - before).filtered(lambda one: one.partner_ids)
        self.assertLessEqual((self.admin | self.owner).partner_id, message.partner_ids)
        for words in ("nobody ordered", "X0", "goes on sending"):
            self.assertIn(words, message.body)
        self.assertTrue(self.difference_of(line).alarmed_at)
        self.assertEqual(self.channel.state, "active")
        self.assertTrue(
            self.env["payment.bridge.discrepancy"].search(
                [("channel_id", "=", self.channel.id), ("kind", "=", "platform_only_out")]
            )
        )

    def test_above_the_limit_the_channel_stops(self):
        self.unordered(100.01)
        self.assertEqual((self.channel.state, self.channel.alarm_paused), ("paused", True))
        self.assertIn("without an order", self.channel.pause_reason)
        self.assertIn('"stopped":true', self.events("channel.alarm")[:1].content.replace(" ", ""))

    def test_many_small_ones_count_together(self):
        self.unordered(60, 30)
        self.assertEqual(self.channel.state, "active")
        self.load([row("pay_out", "Y1", "-20.00", day="2026-03-09")], self.next_day(-1))
        self.assertEqual(self.channel.state, "paused")

    def test_an_explanation_that_was_undone_counts_no_more(self):
        line = self.unordered(90)
        line._book_by_hand(self.company_data["default_account_revenue"], note="rent")
        line.action_undo()
        self.assertEqual((self.difference_of(line).difference, self.channel.state), ("opened", "active"))
        self.load([row("pay_out", "Y1", "-20.00", day="2026-03-09")], self.next_day(-1))
        self.assertEqual(self.channel.state, "paused")

    def test_an_order_that_left_twice_alarms_too(self):
        order = self.pay(12_000)
        statement = self.statement([self.paid_row(order), self.paid_row(order, entry="TWICE")])
        second = statement.line_ids.filtered(lambda line: line.state == "unmatched")
        difference = self.env["payment.bridge.difference"].search([("line_id", "=", second.id)])
        self.assertEqual((difference.difference, bool(difference.alarmed_at)), ("duplicate", True))
        self.assertEqual((self.channel.state, self.channel.alarm_paused), ("paused", True))

    def test_each_is_told_once(self):
        self.unordered(40)
        activities = self.channel.activity_ids
        self.match()
        self.match()
        self.assertEqual(self.channel.activity_ids, activities)

    def test_without_a_limit_it_never_stops(self):
        self.channel.unordered_limit = 0
        self.unordered(1_000_000)
        self.assertEqual(self.channel.state, "active")
        self.assertTrue(self.told())

    def test_refunds_and_fees_are_no_alarm(self):
        self.statement([row("adjustment", "A1", "-500.00", day=DAY), row("fee", "F1", "-500.00", day=DAY)])
        self.assertEqual(self.channel.state, "active")
        self.assertFalse(self.told())

    def test_nothing_leaves_while_it_is_stopped(self):
        order = self.order(10)
        self.unordered(500)
        self.run_cron("payment_bridge.cron_dispatch")
        self.assertEqual(order.state, "queued")

    def test_a_person_opens_it_with_the_reason(self):
        self.unordered(500)
        channel = self.channel.with_user(self.admin)
        action = channel.action_activate()
        self.assertEqual((action["res_model"], self.channel.state), ("payment.bridge.channel.resume", "paused"))
        wizard = self.env[action["res_model"]].with_user(self.admin).browse(action["res_id"])
        self.assertEqual(wizard.difference_ids.line_id.entry_reference, "X0")
        with self.assertRaisesRegex(UserError, "what was found out"):
            wizard.action_resume()
        wizard.reason = "The treasurer paid it at the portal."
        wizard.action_resume()
        self.assertEqual((self.channel.state, self.channel.alarm_paused), ("active", False))
        event = self.events("channel.resumed")
        self.assertIn("treasurer", event.content)
        self.assertEqual(event.user_id, self.admin)
        self.match()
        self.assertEqual(self.channel.state, "active")

    def test_new_money_after_it_was_opened_counts_anew(self):
        self.unordered(500)
        self.channel.with_user(self.admin)._resume("paid at the portal")
        self.load([row("pay_out", "Y1", "-60.00", day="2026-03-09")], self.next_day(-1))
        self.assertEqual(self.channel.state, "active")
        self.load([row("pay_out", "Z1", "-60.00", day="2026-03-08")], self.next_day(-2))
        self.assertEqual(self.channel.state, "paused")

    def test_no_other_door_opens_it(self):
        self.unordered(500)
        channel = self.channel.with_user(self.admin)
        with self.assertRaisesRegex(UserError, "say why"):
            channel.write({"state": "active"})
        with self.assertRaisesRegex(UserError, "not edited"):
            channel.write({"alarm_paused": False})
        with self.assertRaises(UserError):
            self.channel.with_user(self.env.ref("base.user_root")).sudo().write({"state": "active"})
        with self.assertRaises(AccessError):
            self.channel.with_user(self.env.ref("base.user_root"))._resume("by itself")
        with self.assertRaises(AccessError):
            self.channel.with_user(self.clerk)._resume("not my business")
        self.assertEqual(self.channel.state, "paused")

    def test_what_was_treated_does_not_count(self):
        line = self.unordered(60)
        self.resolve(self.difference_of(line), "suspense")
        self.load([row("pay_out", "Y1", "-60.00", day="2026-03-09")], self.next_day(-1))
        self.assertEqual(self.channel.state, "active")
