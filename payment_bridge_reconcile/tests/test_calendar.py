from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tools import mute_logger

from odoo.addons.payment_bridge.connector.errors import NotSent

from .canned import CannedConnector, row, shelf, statement_bytes
from .common import DAY, StatementCase

LOGGER = "odoo.addons.payment_bridge_reconcile.models.payment_bridge_statement_calendar"
CRON = "payment_bridge_reconcile.cron_import"


class TestCalendar(StatementCase):
    def days(self):
        statements = self.env["payment.bridge.statement"].search([("channel_id", "=", self.channel.id)])
        return {statement.first_day: statement.state for statement in statements}

    def test_each_ended_day_is_fetched_once(self):
        with shelf(d2026_03_10=statement_bytes(DAY, [row("collection", "E1", "1.00", day=DAY)])) as platform:
            self.run_cron(CRON)
            self.run_cron(CRON)
            self.assertEqual(platform.asked, [DAY])
        self.assertEqual(self.days(), {DAY: "loaded"})

    def test_day_without_movement_is_an_answer(self):
        with shelf(d2026_03_10=b"") as platform:
            self.run_cron(CRON)
            self.run_cron(CRON)
            self.assertEqual(platform.asked, [DAY])
        self.assertEqual(self.days(), {DAY: "empty"})
        self.assertFalse(self.env["payment.bridge.discrepancy"].search([("channel_id", "=", self.channel.id)]))

    def test_file_that_is_not_ready_is_asked_for_later(self):
        with shelf() as platform:
            self.run_cron(CRON)
            self.run_cron(CRON)
            self.assertEqual(platform.asked, [DAY])
            self.assertEqual(self.days(), {DAY: "waiting"})
        with shelf(d2026_03_10=b""), freeze_time("2026-03-11 18:00:00"):
            self.run_cron(CRON)
        self.assertEqual(self.days(), {DAY: "empty"})

    def test_before_its_hour_the_platform_is_left_alone(self):
        with shelf() as platform, freeze_time("2026-03-11 09:59:00"):
            self.run_cron(CRON)
            self.assertEqual(platform.asked, [])
        self.assertEqual(self.days(), {DAY: "waiting"})

    def test_unreachable_platform_is_noted_and_asked_again_later(self):
        with shelf(d2026_03_10=NotSent("the platform could not be reached")) as platform:
            self.run_cron(CRON)
            self.run_cron(CRON)
            self.assertEqual(platform.asked, [DAY])
        statement = self.env["payment.bridge.statement"].search([("channel_id", "=", self.channel.id)])
        self.assertEqual((statement.state, statement.message), ("waiting", "the platform could not be reached"))

    def test_missing_days_catch_up_and_turn_late(self):
        with shelf(), freeze_time("2026-03-14 12:00:00"):
            self.run_cron(CRON)
            self.assertEqual(len(self.days()), 4)
            late = self.env["payment.bridge.statement"].search([("is_late", "=", True)])
            days = set((late & self.statements()).mapped("first_day"))
            self.assertEqual(days, {DAY, date(2026, 3, 11), date(2026, 3, 12)})

    def statements(self):
        return self.env["payment.bridge.statement"].search([("channel_id", "=", self.channel.id)])

    def test_refused_file_raises_one_difference_with_row_and_reason(self):
        bad = statement_bytes(DAY, [row("collection", "E1", "1.00", day=DAY)], total="2.00")
        with shelf(d2026_03_10=bad):
            self.run_cron(CRON)
            with freeze_time("2026-03-12 13:00:00"):
                self.run_cron(CRON)
        statement = self.statements().filtered(lambda one: one.first_day == DAY)
        self.assertEqual((statement.state, statement.refused_row), ("refused", 3))
        told = self.env["payment.bridge.discrepancy"].search([("kind", "=", "statement")])
        self.assertEqual((len(told), told.times_seen, told.state), (1, 1, "open"))
        self.assertIn("Row 3", told.summary)
        good = statement_bytes(DAY, [row("collection", "E1", "1.00", day=DAY)])
        with shelf(d2026_03_10=good), freeze_time("2026-03-14 12:00:00"):
            self.run_cron(CRON)
        self.assertEqual((statement.state, told.state), ("loaded", "resolved"))

    def test_uploaded_longer_file_ends_the_waiting_for_its_days(self):
        with shelf(), freeze_time("2026-03-14 12:00:00"):
            self.run_cron(CRON)
            self.load([row("collection", "E1", "1.00", day=DAY)], last_day=date(2026, 3, 12))
        self.assertEqual(self.days(), {DAY: "loaded", date(2026, 3, 13): "waiting"})

    def test_uploaded_longer_file_ends_what_was_refused_of_its_days(self):
        bad = statement_bytes(DAY, [row("collection", "E1", "1.00", day=DAY)], total="2.00")
        with shelf(d2026_03_10=bad):
            self.run_cron(CRON)
        told = self.env["payment.bridge.discrepancy"].search([("kind", "=", "statement")])
        self.assertEqual((self.days(), told.state), ({DAY: "refused"}, "open"))
        before = self.next_day(-1)
        self.load([row("collection", "E1", "1.00", day=DAY)], before, last_day=DAY)
        self.assertEqual((self.days(), told.state), ({before: "loaded"}, "resolved"))
        self.assertIn(f"{before}.csv", told.resolution)

    def test_two_workers_share_no_day(self):
        self.channel.sudo()._expect_statements()
        statements = self.env["payment.bridge.statement"].sudo()
        self.assertTrue(statements._claim_due(self.channel))
        self.assertFalse(statements._claim_due(self.channel))

    def test_nothing_is_held_while_the_platform_is_asked(self):
        states = []
        ask = CannedConnector.statement

        def observing(connector, day, kind):
            states.append(self.env["payment.bridge.statement"].sudo()._claim_due(self.channel))
            return ask(connector, day, kind)

        with shelf(d2026_03_10=b""), patch.object(CannedConnector, "statement", observing):
            self.run_cron(CRON)
        self.assertFalse(any(states))

    def test_defect_of_a_connector_is_shown_and_stops_no_other_channel(self):
        other = self.make_channel(self.company, "Zz other")
        with shelf(d2026_03_10=KeyError("defect")), mute_logger(LOGGER):
            self.run_cron(CRON)
        statements = self.env["payment.bridge.statement"].search([("channel_id", "in", (self.channel | other).ids)])
        self.assertEqual(statements.mapped("tries"), [1, 1])
        self.assertIn("KeyError", statements[0].message)

    def test_retired_connector_stops_nothing(self):
        other = self.make_channel(self.company, "Other")
        self.env.cr.execute("UPDATE payment_bridge_channel SET connector_code = 'gone' WHERE id = %s", [other.id])
        other.invalidate_recordset()
        with shelf(d2026_03_10=b""):
            self.run_cron(CRON)
        self.assertEqual(self.days(), {DAY: "empty"})
