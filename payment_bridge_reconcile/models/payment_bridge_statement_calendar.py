"""The calendar of expected statements: each day is asked for until it is there."""

import logging
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg2.errors

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.payment_bridge.connector.errors import ConnectorError, StatementError

_logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
FIRST_RETRY = timedelta(minutes=15)
LONGEST_RETRY = timedelta(hours=6)
DAYS_AHEAD = 400
"""How many missing days one run puts into the calendar at most."""
COLLISIONS = (
    psycopg2.errors.SerializationFailure,
    psycopg2.errors.DeadlockDetected,
    psycopg2.errors.UniqueViolation,
)


class PaymentBridgeStatement(models.Model):
    _inherit = "payment.bridge.statement"

    @api.model
    def _cron_import(self):
        """Put missing days into the calendar and fetch what is due, day by day, until time is used up."""
        channels = self.env["payment.bridge.channel"].search([("state", "in", ("active", "paused"))])
        for channel in channels.filtered(lambda one: one._fetches_statements() and one._booked_kind()):
            try:
                with self.env.cr.savepoint():
                    channel._expect_statements()
            except psycopg2.errors.UniqueViolation:
                _logger.info("the calendar of channel %s is being made by somebody else", channel.id)
            if not self.env["ir.cron"]._commit_progress():
                break
            if not channel._fetch_due():
                break
        self.env.ref("payment_bridge_reconcile.cron_post")._trigger()
        self.env["ir.cron"]._commit_progress()

    @api.model
    @api.private
    def _expect_now(self, channel, kind, day):
        """The calendar's record of ``day``, due at once unless it is loaded already."""
        of_day = self.search(
            [
                ("channel_id", "=", channel.id),
                ("kind", "=", kind.code),
                ("first_day", "<=", day),
                ("last_day", ">=", day),
            ]
        )
        open_day = of_day.filtered(lambda one: one.state in ("waiting", "refused", "empty"))[:1]
        if of_day and not open_day:
            return of_day[:1]
        values = {"next_try_at": fields.Datetime.now()}
        if not open_day:
            open_day = self.create(
                {
                    "channel_id": channel.id,
                    "kind": kind.code,
                    "covers_balance": kind.covers_balance,
                    "first_day": day,
                    "last_day": day,
                    "zone": channel._capabilities().zone,
                    **values,
                }
            )
        elif open_day.state != "empty":
            open_day.write(values)
        self.env.ref("payment_bridge_reconcile.cron_import").sudo()._trigger()
        return open_day

    @api.model
    @api.private
    def _claim_due(self, channel):
        """Take the oldest due day and put its next time forward, so that another worker leaves it."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM payment_bridge_statement
                 WHERE channel_id = %s AND state IN ('waiting', 'refused') AND next_try_at <= %s
                 ORDER BY first_day LIMIT 1 FOR UPDATE SKIP LOCKED
                """,
                channel.id,
                fields.Datetime.now(),
            )
        )
        due = self.browse(row[0] for row in rows)
        if due:
            due.write({"next_try_at": fields.Datetime.now() + LEASE, "tries": due.tries + 1})
            due.flush_recordset()
        return due

    @api.private
    def _fetch(self):
        """Ask the platform for this day's file, with nothing held in the database meanwhile, and take in
        what it gave. Answers what came of it as :class:`Loaded`, or None when there is no file yet."""
        self.ensure_one()
        channel, kind = self.channel_id, self.channel_id._statement_kind(self.kind)
        connector = channel._connector()
        self.env["ir.cron"]._commit_progress()
        with connector.transport.recorded() as exchanges:
            given, failure = None, None
            try:
                given = connector.statement(self.first_day, self.kind)
            except ConnectorError as error:
                failure = error
        self.env["payment.bridge.exchange"]._keep(channel, exchanges)
        self.env["ir.cron"]._commit_progress()
        if failure is not None:
            self._note_failure(failure)
        elif given.content is not None:
            return self._take(given, kind)
        elif given.empty:
            self._mark_empty()
        else:
            self._wait_until(given.retry_at)
        return None

    def _take(self, given, kind):
        """Load the fetched file."""
        name = given.name or f"{self.kind}-{self.first_day}"
        loaded = self._load(self.channel_id, given.content, name, kind, "fetched")
        if loaded.outcome == "refused":
            self._keep_refused(given.content, name, loaded)
        elif loaded.statement != self and self.exists():
            self._mark_covered(loaded.statement)
        return loaded

    def _mark_covered(self, statement):
        """The file that the platform gave for this day was loaded under other days."""
        if statement.first_day <= self.first_day and statement.last_day >= self.last_day:
            self.unlink()
        else:
            self.write(
                {
                    "message": self.env._("The platform gave the file of %s for this day.", statement.name),
                    "next_try_at": fields.Datetime.now() + LONGEST_RETRY,
                }
            )

    def _note_failure(self, error):
        """The platform did not answer, or not with a file: wait longer each time, and say why."""
        words = error.advice.in_language(self.channel_id.company_id.partner_id.lang) if error.advice else error.message
        row = error.row if isinstance(error, StatementError) else None
        pause = min(FIRST_RETRY * 2 ** min(max(self.tries - 1, 0), 10), LONGEST_RETRY)
        self.write({"message": words, "refused_row": row or 0, "next_try_at": fields.Datetime.now() + pause})

    def _wait_until(self, retry_at):
        """The file is not made yet."""
        now = fields.Datetime.now()
        when = retry_at.astimezone(UTC).replace(tzinfo=None) if retry_at else now + FIRST_RETRY * 4
        self.write(
            {
                "state": "waiting",
                "message": self.env._("The platform has not made it yet."),
                "next_try_at": max(when, now + FIRST_RETRY),
            }
        )

    @api.private
    def _mark_empty(self):
        """A day without movement: an answer, with nothing to post."""
        kind = self.channel_id._statement_kind(self.kind)
        self.write(
            {
                "state": "empty",
                "source": "fetched",
                "covers_balance": kind.covers_balance,
                "zone": self.channel_id._capabilities().zone,
                "imported_at": fields.Datetime.now(),
                "imported_by_id": self.env.uid,
                "message": False,
                "refused_row": 0,
                "next_try_at": False,
            }
        )
        self.env["payment.bridge.audit.event"]._record("statement.empty", self, day=str(self.first_day), kind=self.kind)
        self._settle_refusals(self.file_name)


class PaymentBridgeChannel(models.Model):
    _inherit = "payment.bridge.channel"

    @api.private
    def _expect_statements(self):
        """Put every day since the channel's first one that has ended and has no statement into the
        calendar, to be asked for when the platform makes it available."""
        self.ensure_one()
        kind, capabilities = self._booked_kind(), self._capabilities()
        first = self.statements_from or self.create_date.date()
        yesterday = self._today() - timedelta(days=1)
        statements = self.env["payment.bridge.statement"]
        known = set()
        for first_day, last_day in statements._read_group(
            [("channel_id", "=", self.id), ("kind", "=", kind.code), ("last_day", ">=", first)],
            ["first_day:day", "last_day:day"],
        ):
            known.update(first_day + timedelta(days=offset) for offset in range((last_day - first_day).days + 1))
        missing = [
            day
            for offset in range((yesterday - first).days + 1)
            if (day := first + timedelta(days=offset)) not in known
        ]
        statements.create(
            [
                {
                    "channel_id": self.id,
                    "kind": kind.code,
                    "covers_balance": kind.covers_balance,
                    "first_day": day,
                    "last_day": day,
                    "zone": capabilities.zone,
                    "next_try_at": self._statement_ready_at(day),
                }
                for day in missing[:DAYS_AHEAD]
            ]
        )

    def _statement_ready_at(self, day):
        """When the platform makes the statement of ``day`` available, in UTC."""
        capabilities = self._capabilities()
        local = datetime.combine(
            day + timedelta(days=1), capabilities.statement_ready_at, tzinfo=ZoneInfo(capabilities.zone)
        )
        return local.astimezone(UTC).replace(tzinfo=None)

    @api.private
    def _fetch_due(self):
        """Fetch this channel's due days, oldest first. Answers False when time is up."""
        self.ensure_one()
        statements = self.env["payment.bridge.statement"]
        while due := statements._claim_due(self):
            try:
                due._fetch()
            except COLLISIONS as error:
                self._back_to_the_claim()
                _logger.info("statement %s is being loaded by somebody else: %s", due.id, error)
            except UserError as error:
                self._back_to_the_claim()
                due.message = str(error)
            except Exception as error:  # a defect of one connector must not stop the other channels
                self._back_to_the_claim()
                _logger.exception("statement %s could not be taken in", due.id)
                due.message = self.env._(
                    "It could not be read: the connector failed (%s). Tell its maintainers.",
                    type(error).__name__,
                )
            if not self.env["ir.cron"]._commit_progress(1):
                return False
            self._match_lines()
            if not self.env["ir.cron"]._commit_progress():
                return False
        return True

    def _back_to_the_claim(self):
        """Forget what a failed fetch has written since its last commit; it is tried again when its lease
        ends."""
        self.env.cr.rollback()
        self.env.invalidate_all()
