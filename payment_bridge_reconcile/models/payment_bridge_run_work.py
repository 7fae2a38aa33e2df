"""Working runs off: one bounded step after the other, with the progress told on a cursor of its own."""

import base64
import logging
from contextlib import contextmanager

import psycopg2.errors

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

_WORKER_LOCK = 0x7062776B

MOST_TRIES = 3
"""How often a run is begun whose worker was stopped from outside."""
KEPT_PROBLEMS = 200


class RunCancelled(Exception):
    """A person has ended the run: what is under way is taken back."""


class PaymentBridgeRun(models.Model):
    _inherit = "payment.bridge.run"

    @api.model
    def _cron_work(self):
        """Work off what waits, oldest first, until time is used up.

        Each scheduled action that calls this is a worker, and one worker at a time is at a channel. A run that reads
        as running while nobody is at its channels was left by a worker that was stopped, and begins again. Every step
        can be repeated: what is done stays done.
        """
        self._take_up_stranded()
        passed = []
        while run := self.search([("state", "=", "waiting"), ("id", "not in", passed)], order="id", limit=1):
            with run._at_its_channels("waiting") as is_ours:
                if not is_ours:
                    passed.append(run.id)  # whoever is there looks for it afterwards
                elif run._work_in_time():
                    passed = []  # their channels may have been let go, or have been ours
                else:
                    return

    @contextmanager
    def _at_its_channels(self, state):
        """A time in which no other worker is at this run's channels. Answers whether it is so, and the run is still in
        this ``state``. What is not committed at the end is undone.

        The locks are the connection's: they last over the steps' commits, and end when the worker does.
        """
        self.ensure_one()
        cr = self.env.cr
        wanted, got = sorted(self.channel_ids.ids), []
        try:
            for channel_id in wanted:
                cr.execute(SQL("SELECT pg_try_advisory_lock(%s, %s)", _WORKER_LOCK, channel_id))
                if not cr.fetchone()[0]:
                    break
                got.append(channel_id)
            self._commit_step()  # what others did before they let go is seen from here on
            self.invalidate_recordset()
            yield got == wanted and self.exists().state == state
        finally:
            cr.rollback()
            for channel_id in got:
                cr.execute(SQL("SELECT pg_advisory_unlock(%s, %s)", _WORKER_LOCK, channel_id))

    def _work_in_time(self):
        """Begin a run that waits, and do it; answers whether there is time for more."""
        cron = self.env["ir.cron"]
        self.write(
            {
                "state": "running",
                "started_at": self.started_at or fields.Datetime.now(),
                "tries": self.tries + 1,
                "cancel_requested": False,
            }
        )
        remaining = self.search_count([("state", "=", "waiting")])
        if not cron._commit_progress(remaining=remaining + 1):
            self.state = "waiting"
            cron._commit_progress()
            return False
        self._work()
        return bool(cron._commit_progress(1, remaining=remaining))

    def _take_up_stranded(self):
        """Let runs wait again that a worker has left when it was stopped; not for ever."""
        for run in self.search([("state", "=", "running")]):
            with run._at_its_channels("running") as is_stranded:
                if is_stranded:
                    run._take_up()
                    self.env["ir.cron"]._commit_progress()

    def _take_up(self):
        if self.cancel_requested:
            self._end("cancelled", self.env._("Ended. What was done before stays done."))
        elif self.tries >= MOST_TRIES:
            self._end(
                "failed",
                self.env._(
                    "It was stopped from outside %s times, as by a restart of the server. What was done before"
                    " stays done; nothing is half done. Start it again when the server has time.",
                    self.tries,
                ),
            )
        else:
            self.state = "waiting"

    def _work(self):
        """Do one run as the person who started it, in that person's language.

        Its own record is written only when the last step is committed: what was told meanwhile has changed it.
        """
        self.ensure_one()
        run = self.with_user(self.user_id).with_context(lang=self.user_id.lang, bridge_run_id=self.id).sudo()
        try:
            state, message, values = getattr(run, f"_work_{self.kind}")()
        except RunCancelled:
            self._back_to_the_step()
            state, message, values = "cancelled", run._say_cancelled(), {}
        except UserError as error:
            self._back_to_the_step()
            state, message, values = "failed", str(error), {}
        except Exception as error:  # a defect in one run must not stop the others
            self._back_to_the_step()
            _logger.exception("run %s failed", self.id)
            message = run.env._(
                "It failed (%s). What was done before stays done; nothing is half done. Tell the maintainers.",
                type(error).__name__,
            )
            state, values = "failed", {}
        self._end(state, message, **values)
        self.env["payment.bridge.audit.event"]._record(
            "run.ended", self, kind=self.kind, state=state, done=self.done, rows=self.result_count or None
        )

    def _back_to_the_step(self):
        """Forget what the step under way has written."""
        self.env.cr.rollback()
        self.env.invalidate_all()

    def _say_cancelled(self):
        if self.kind == "import":
            return self.env._("Ended. Nothing of the file was loaded.")
        return self.env._(
            "Ended after %(done)s of %(total)s. What was done stays done.", done=self.done, total=self.total
        )

    # -- the kinds ------------------------------------------------------------------------

    def _work_import(self):
        """Load the file, as a whole or not at all."""
        channel = self.channel_ids
        kind = channel._statement_kind(self.file_kind)
        content = base64.b64decode(self.with_context(bin_size=False).file)
        loaded = self.env["payment.bridge.statement"]._load(
            channel, content, self.file_name or "statement", kind, "uploaded", self.correct
        )
        if loaded.outcome == "refused":
            return "failed", self.env._("The file was refused and nothing of it was loaded. %s", loaded.message), {}
        self._commit_step()
        rows = loaded.new + loaded.corrected
        return (
            "done",
            loaded.message,
            {
                "statement_ids": [Command.set(loaded.statement.ids)],
                "result_count": rows,
                "done": loaded.new + loaded.known,
                "total": loaded.new + loaded.known,
                "file": False,
            },
        )

    def _work_match(self):
        """Match channel by channel."""
        matched = 0
        for number, channel in enumerate(self.channel_ids.sorted("id")):
            self._tell(number, self.env._("Matching the rows of %s.", channel.name))
            matched += channel._match_lines()
            self._commit_step()
        message = self.env._("Rows matched: %s.", matched) if matched else self.env._("Nothing more could be matched.")
        return "done", message, {"result_count": matched, "done": len(self.channel_ids)}

    def _work_post(self):
        """Post statement by statement, oldest first; one that cannot be posted does not keep the others."""
        posted = rows = 0
        problems = []
        statements = self.statement_ids.sorted(lambda one: (one.last_day, one.id))
        for number, statement in enumerate(statements):
            self._tell(number, self.env._("Posting %s.", statement.name))
            try:
                run = statement.with_company(statement.company_id)._post(
                    with_suspense=self.with_suspense, expected=self.expected_digest or None
                )
            except UserError as error:
                self._back_to_the_step()
                problems.append(f"{statement.name}: {error}")
                continue
            posted += bool(run)
            rows += run.row_count
            self._commit_step()
        values = {
            "done": len(statements),
            "result_count": rows,
            "problem_count": len(problems),
            "problems": "\n".join(problems[:KEPT_PROBLEMS]),
        }
        if problems and not posted:
            return "failed", self.env._("None could be posted. %s", problems[0]), values
        message = self.env._("Statements posted: %(posted)s, rows: %(rows)s.", posted=posted, rows=rows)
        if problems:
            message += " " + self.env._("Not posted: %s, see below.", len(problems))
        return "done", message, values

    def _commit_step(self):
        """A step is done: it stays, whatever comes."""
        self.env["ir.cron"]._commit_progress()

    # -- telling -------------------------------------------------------------------------

    @api.private
    def _tell(self, done, message=None, total=None):
        """Show how far the run has come, at once and whatever becomes of the step.

        :raises RunCancelled: when a person has ended it meanwhile.
        """
        values = [SQL("done = %s", done)]
        if message is not None:
            values.append(SQL("message = %s", message))
        if total is not None:
            values.append(SQL("total = %s", total))
        told = SQL(
            "UPDATE payment_bridge_run SET %s WHERE id = %s RETURNING cancel_requested", SQL(", ").join(values), self.id
        )
        try:
            with self.env.registry.cursor() as cursor:
                cursor.execute(told, log_exceptions=False)
                row = cursor.fetchone()
        except psycopg2.errors.SerializationFailure:  # the wish to end it is being written: the next step sees it
            return
        if row and row[0]:
            raise RunCancelled
