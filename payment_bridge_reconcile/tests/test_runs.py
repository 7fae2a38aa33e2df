"""Long runs: seen while they work, ended between steps, and nothing ever half done."""

import base64
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

from odoo import SUPERUSER_ID, Command
from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from odoo.addons.payment_bridge_reconcile.models import (
    payment_bridge_run,
    payment_bridge_run_work,
    payment_bridge_statement_run,
)
from odoo.addons.payment_bridge_reconcile.wizard import statement_import, statement_post

from .canned import row, statement_bytes
from .common import DAY, StatementCase

CRON = "payment_bridge_reconcile.cron_run"
WORK_LOGGER = "odoo.addons.payment_bridge_reconcile.models.payment_bridge_run_work"


class TestRuns(StatementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls.make_user("run_clerk", "payment_bridge.group_clerk")

    def run_of(self, action):
        self.assertEqual(action["res_model"], "payment.bridge.run")
        return self.env["payment.bridge.run"].browse(action["res_id"])

    def work(self):
        self.run_cron(CRON)
        self.env.invalidate_all()

    def work_once(self):
        """One call of the worker; the scheduler calls it again so long as something waits."""
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            self.env(user=SUPERUSER_ID, cr=cr)["payment.bridge.run"]._cron_work()
        self.env.invalidate_all()

    def import_large(self, rows, user=None, **file):
        """Import a file that counts as large, as a person does."""
        content = statement_bytes(DAY, rows, **file)
        wizard = (
            self.env["payment.bridge.statement.import"]
            .with_user(user or self.clerk)
            .create({"channel_id": self.channel.id, "file": base64.b64encode(content), "file_name": "large.csv"})
        )
        with patch.object(statement_import, "LARGE_FILE_BYTES", 10):
            return self.run_of(wizard.action_import())

    def rows(self, count):
        return [row("deposit", f"E{number}", "1.00", day=DAY) for number in range(count)]

    def statements(self, days=3):
        """Statements of some days, each with one row to post."""
        made = self.env["payment.bridge.statement"]
        for number in range(days):
            day = self.next_day(-number)
            made |= self.statement([row("deposit", f"D{number}", "5.00", day=day)], day)
        return made

    def post_many(self, statements, **values):
        action = statements.with_user(self.clerk).action_post_many()
        wizard = self.env[action["res_model"]].with_user(self.clerk).browse(action["res_id"])
        wizard.write(values)
        return self.run_of(wizard.action_post())

    # -- loading ------------------------------------------------------------------------

    def test_a_small_file_is_loaded_at_once(self):
        content = statement_bytes(DAY, self.rows(2))
        wizard = self.env["payment.bridge.statement.import"].create(
            {"channel_id": self.channel.id, "file": base64.b64encode(content), "file_name": "small.csv"}
        )
        self.assertEqual(wizard.action_import()["res_model"], wizard._name)
        self.assertEqual(wizard.outcome, "loaded")
        self.assertFalse(self.env["payment.bridge.run"].search([]))

    def test_a_large_file_is_loaded_in_the_background_as_its_person(self):
        run = self.import_large(self.rows(3))
        self.assertEqual((run.state, run.user_id), ("waiting", self.clerk))
        self.assertFalse(self.env["payment.bridge.statement"].search([("channel_id", "=", self.channel.id)]))
        self.work()
        self.assertEqual((run.state, run.result_count, run.done, run.total), ("done", 3, 3, 3))
        self.assertEqual(run.progress, 100.0)
        self.assertEqual(run.statement_ids.imported_by_id, self.clerk)
        self.assertEqual(len(run.statement_ids.line_ids), 3)
        self.assertFalse(run.file)
        self.assertTrue(run.finished_at)

    @contextmanager
    def listening(self, cancel_at=None):
        """Note what is told while a file is read, row by row.

        A test has one connection, and the database takes nothing else on it while rows are copied: what is told in
        between is only noted here.
        """
        told = []

        def listen(_run, done, _message=None, total=None):
            told.append((done, total))
            if done == cancel_at:
                raise payment_bridge_run_work.RunCancelled

        with (
            patch.object(payment_bridge_statement_run, "LOOKED_EVERY", 1),
            patch.object(payment_bridge_statement_run, "TOLD_EVERY", 0),
            patch.object(type(self.env["payment.bridge.run"]), "_tell", listen),
        ):
            yield told

    def test_reading_a_file_is_told_row_by_row(self):
        run = self.import_large(self.rows(5))
        with self.listening() as told:
            self.work()
        self.assertEqual(told, [(0, None), *((number, None) for number in range(1, 6)), (5, 5)])
        self.assertEqual(run.state, "done")

    def test_a_refused_file_says_why_and_loads_nothing(self):
        run = self.import_large(self.rows(2), total="9.00")
        self.work()
        self.assertEqual(run.state, "failed")
        self.assertIn("refused", run.message)
        self.assertFalse(self.env["payment.bridge.statement.line"].search([("channel_id", "=", self.channel.id)]))

    def test_a_file_is_ended_while_it_is_read_and_nothing_of_it_is_loaded(self):
        run = self.import_large(self.rows(5))
        with self.listening(cancel_at=3):
            self.work()
        self.assertEqual(run.state, "cancelled")
        self.assertIn("Nothing of the file", run.message)
        self.assertFalse(self.env["payment.bridge.statement"].search([("channel_id", "=", self.channel.id)]))
        again = self.run_of(run.with_user(self.clerk).action_again())
        self.work()
        self.assertEqual((again.state, again.result_count), ("done", 5))

    # -- posting --------------------------------------------------------------------------

    def test_many_statements_are_posted_one_after_the_other(self):
        statements = self.statements()
        run = self.post_many(statements)
        self.assertEqual((run.total, run.name.count("Canned")), (3, 1))
        self.work()
        self.assertEqual((run.state, run.result_count, run.done), ("done", 3, 3))
        self.assertEqual(set(statements.mapped("state")), {"posted"})
        self.assertEqual(statements.posting_ids.posted_by_id, self.clerk)

    def test_ended_between_two_statements_leaves_whole_ones(self):
        statements = self.statements()
        run = self.post_many(statements)
        post = type(statements)._post

        def post_and_end(statement, **values):
            posting = post(statement, **values)
            statement.env.cr.execute("UPDATE payment_bridge_run SET cancel_requested = TRUE WHERE id = %s", (run.id,))
            return posting

        with patch.object(type(statements), "_post", post_and_end):
            self.work()
        self.assertEqual(run.state, "cancelled")
        states = statements.sorted("last_day").mapped("state")
        self.assertEqual(states, ["posted", "loaded", "loaded"])
        again = self.run_of(run.with_user(self.clerk).action_again())
        self.work()
        self.assertEqual((again.state, again.result_count), ("done", 2))
        self.assertEqual(set(statements.mapped("state")), {"posted"})

    def test_one_that_cannot_be_posted_does_not_keep_the_others(self):
        statements = self.statements()
        broken = statements.sorted("last_day")[1]
        post, refusal = type(statements)._post, "its journal is closed"

        def refuse(statement, **values):
            if statement == broken:
                raise UserError(refusal)
            return post(statement, **values)

        run = self.post_many(statements)
        with patch.object(type(statements), "_post", refuse):
            self.work()
        self.assertEqual((run.state, run.problem_count, run.result_count), ("done", 1, 2))
        self.assertIn("its journal is closed", run.problems)
        self.assertEqual(statements.sorted("last_day").mapped("state"), ["posted", "loaded", "posted"])

    def test_a_defect_is_told_and_the_next_run_goes_on(self):
        statements = self.statements(2)
        first = self.post_many(statements[0])
        second = self.post_many(statements[1])
        post = type(statements)._post

        def break_down(statement, **values):
            if statement == statements[0]:
                raise ZeroDivisionError
            return post(statement, **values)

        with patch.object(type(statements), "_post", break_down), mute_logger(WORK_LOGGER):
            self.work()
        self.assertEqual((first.state, second.state), ("failed", "done"))
        self.assertIn("ZeroDivisionError", first.message)

    def test_nothing_to_post_is_said_before_it_begins(self):
        statement = self.statement([row("collection", "E1", "5.00", day=DAY)])
        with self.assertRaisesRegex(UserError, "ready to be posted"):
            self.post_many(statement)
        run = self.post_many(statement, with_suspense=True)
        self.work()
        self.assertEqual((run.state, statement.state), ("done", "posted"))

    def test_a_large_statement_is_posted_in_the_background_as_it_was_shown(self):
        statement = self.statement([row("deposit", "E1", "5.00", day=DAY)])
        wizard = self.env["payment.bridge.statement.post"].create({"statement_id": statement.id})
        with patch.object(statement_post, "MANY_ROWS", 1):
            run = self.run_of(wizard.action_post())
        self.assertTrue(run.expected_digest)
        self.statement([row("deposit", "E2", "1.00", day=self.next_day(-1))], self.next_day(-1))
        self.work()
        self.assertEqual((run.state, statement.state), ("done", "posted"))

    # -- matching -------------------------------------------------------------------------

    def test_many_open_rows_are_matched_in_the_background(self):
        statement = self.statement([row("collection", "E1", "5.00", day=DAY)])
        self.assertEqual(statement.action_match()["tag"], "display_notification")
        with patch.object(payment_bridge_statement_run, "MANY_ROWS", 1):
            run = self.run_of(statement.with_user(self.clerk).action_match())
        self.work()
        self.assertEqual((run.state, run.done, run.total), ("done", 1, 1))
        self.assertIn("Nothing more", run.message)

    # -- ending and beginning again -------------------------------------------------------

    def test_a_run_that_waits_ends_at_once(self):
        run = self.import_large(self.rows(2))
        run.with_user(self.clerk).action_cancel()
        self.assertEqual(run.state, "cancelled")
        self.work()
        self.assertEqual(run.state, "cancelled")
        self.assertFalse(self.env["payment.bridge.statement"].search([("channel_id", "=", self.channel.id)]))

    def test_a_run_whose_worker_was_stopped_begins_again_and_not_for_ever(self):
        statements = self.statements(1)
        run = self.post_many(statements)
        run.sudo().write({"state": "running", "tries": 1})
        self.work()
        self.assertEqual((run.state, run.tries), ("done", 2))
        stuck = self.post_many(self.statement([row("deposit", "E9", "5.00", day=self.next_day(-5))], self.next_day(-5)))
        stuck.sudo().write({"state": "running", "tries": 3})
        self.work()
        self.assertEqual(stuck.state, "failed")
        self.assertIn("stopped from outside", stuck.message)

    @contextmanager
    def worker_at(self, channel):
        """Another worker is at a channel."""
        with self.registry.cursor() as other:
            other.execute("SELECT pg_advisory_lock(%s, %s)", (payment_bridge_run_work._WORKER_LOCK, channel.id))
            try:
                yield
            finally:
                other.execute("SELECT pg_advisory_unlock_all()")

    def test_a_channel_that_another_worker_is_at_is_left_to_it(self):
        second = self.make_channel(self.company, "Second")
        busy = self.import_large(self.rows(2))
        free = self.run_of(self.env["payment.bridge.run"].sudo()._start_match(second))
        with self.worker_at(self.channel):
            self.work()
            self.assertEqual((busy.state, busy.tries, free.state), ("waiting", 0, "done"))
        self.work()
        self.assertEqual((busy.state, busy.tries), ("done", 1))

    def test_a_run_that_was_passed_is_looked_at_again_after_the_next(self):
        second = self.make_channel(self.company, "Second")
        runs = self.env["payment.bridge.run"].sudo()
        both = self.run_of(runs._start_match(self.channel | second))
        one = self.run_of(runs._start_match(self.channel))
        there = ExitStack()
        there.enter_context(self.worker_at(second))
        work = type(runs)._work_match

        def let_go_and_work(run):
            there.close()
            return work(run)

        with there, patch.object(type(runs), "_work_match", let_go_and_work):
            self.work_once()
        self.assertEqual((one.state, both.state), ("done", "done"))

    def test_a_run_that_another_worker_is_at_is_not_taken_for_stranded(self):
        run = self.post_many(self.statements(1))
        run.sudo().write({"state": "running", "tries": 1})
        with self.worker_at(self.channel):
            self.work()
            self.assertEqual((run.state, run.tries), ("running", 1))
        self.work()
        self.assertEqual((run.state, run.tries), ("done", 2))

    def test_channels_are_let_go_whatever_happened(self):
        run = self.import_large(self.rows(2))
        work = patch.object(type(run), "_work_import", side_effect=ZeroDivisionError)
        with work, mute_logger(WORK_LOGGER):
            self.work()
        self.assertEqual(run.state, "failed")
        with self.registry.cursor() as other:
            other.execute(
                "SELECT pg_try_advisory_lock(%s, %s)", (payment_bridge_run_work._WORKER_LOCK, self.channel.id)
            )
            got = other.fetchone()[0]
            other.execute("SELECT pg_advisory_unlock_all()")
        self.assertTrue(got)

    def test_the_screen_is_told_how_far_it_is(self):
        run = self.post_many(self.statements(2))
        run.sudo().write({"state": "running", "done": 1})
        told = run.with_user(self.clerk).run_progress()
        self.assertEqual((told["live"], told["done"], told["total"], told["progress"]), (True, 1, 2, 50.0))
        run.with_user(self.clerk).action_cancel()
        self.assertTrue(run.run_progress()["cancelling"])
        self.assertEqual(run.state, "running")

    def test_runs_long_over_go_and_live_ones_stay(self):
        over = self.post_many(self.statements(1))
        live = self.import_large(self.rows(1))
        over.sudo()._end("done", "ok")
        over.sudo().finished_at = "2025-01-01 00:00:00"
        with self.assertRaisesRegex(UserError, "not over"):
            live.sudo().unlink()
        self.env["payment.bridge.run"].sudo()._gc_over()
        self.assertFalse(over.exists())
        self.assertTrue(live.exists())

    # -- rights ---------------------------------------------------------------------------

    def test_readers_see_runs_and_cannot_touch_them(self):
        run = self.post_many(self.statements(1))
        auditor = self.make_user("run_auditor", "payment_bridge.group_auditor")
        seen = run.with_user(auditor)
        self.assertEqual(seen.run_progress()["state"], "waiting")
        for act in (seen.action_cancel, seen.action_again):
            with self.assertRaisesRegex(UserError, "needs the role"):
                act()
        for user in (auditor, self.clerk):
            with self.assertRaises(AccessError):
                run.with_user(user).write({"state": "done"})
            with self.assertRaises(AccessError):
                self.env["payment.bridge.run"].with_user(user).create(
                    {"kind": "match", "unit": "channel", "company_id": self.company.id, "user_id": user.id}
                )
        with self.assertRaisesRegex(UserError, "needs the role"):
            run.statement_ids.with_user(auditor).action_post_many()

    def test_another_company_s_runs_are_not_seen(self):
        run = self.post_many(self.statements(1))
        other = self.setup_other_company()["company"]
        stranger = self.make_user("run_stranger", "payment_bridge.group_clerk")
        stranger.write({"company_id": other.id, "company_ids": [Command.set(other.ids)]})
        seen = self.env["payment.bridge.run"].with_user(stranger).with_context(allowed_company_ids=other.ids)
        self.assertFalse(seen.search([("id", "=", run.id)]))
        with self.assertRaises(AccessError):
            seen.browse(run.id).action_cancel()

    def test_limits_are_such_that_small_things_run_at_once(self):
        self.assertGreaterEqual(payment_bridge_run.LARGE_FILE_BYTES, 2**20)
        self.assertGreaterEqual(payment_bridge_run.MANY_ROWS, 5000)
