"""How a channel is doing, in a row of its own that workers may write without touching the settings."""

import logging
from datetime import timedelta

import psycopg2.errors

from odoo import api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

FAILURES_TO_OPEN = 5
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(minutes=15)


class PaymentBridgeChannelHealth(models.Model):
    """Observed health of a channel: written by machines, read by people. Only failures to reach the
    platform open the circuit; a refusal is an answer."""

    _name = "payment.bridge.channel.health"
    _description = "Payment Channel Health"
    _rec_name = "channel_id"
    _log_access = False

    channel_id = fields.Many2one("payment.bridge.channel", required=True, ondelete="cascade", readonly=True, index=True)
    company_id = fields.Many2one(related="channel_id.company_id", store=True)
    currency_id = fields.Many2one(related="channel_id.currency_id")
    last_success_at = fields.Datetime(readonly=True)
    last_error_at = fields.Datetime(readonly=True)
    last_error = fields.Char(readonly=True)
    failure_streak = fields.Integer(readonly=True)
    circuit_open_until = fields.Datetime(readonly=True)
    balance_available = fields.Monetary(readonly=True)
    balance_at = fields.Datetime(readonly=True)
    certificate_expiry = fields.Date(readonly=True)

    @api.private
    def _note(self, successes, failures, error=None):
        """Add what a batch of calls saw. A health row that another worker is writing is left to it:
        health is advice, never worth a conflict."""
        self.ensure_one()
        if not successes and not failures:
            return
        now = fields.Datetime.now()
        values = {}
        if successes:
            values.update(last_success_at=now, failure_streak=0, circuit_open_until=None)
        if failures:
            streak = failures if successes else self.failure_streak + failures
            values.update(last_error_at=now, last_error=error, failure_streak=streak)
            if streak >= FAILURES_TO_OPEN and not successes:
                doublings = min(streak // FAILURES_TO_OPEN - 1, 4)
                values["circuit_open_until"] = now + min(FIRST_PAUSE * 2**doublings, LONGEST_PAUSE)
        self._write_quietly(values)

    @api.private
    def _write_quietly(self, values):
        assignments = SQL(", ").join(SQL("%s = %s", SQL.identifier(name), value) for name, value in values.items())
        try:
            with self.env.cr.savepoint():
                self.env.cr.execute(
                    SQL("SELECT id FROM payment_bridge_channel_health WHERE id = %s FOR UPDATE NOWAIT", self.id)
                )
                self.env.cr.execute(
                    SQL("UPDATE payment_bridge_channel_health SET %s WHERE id = %s", assignments, self.id)
                )
        except (psycopg2.errors.LockNotAvailable, psycopg2.errors.SerializationFailure):
            _logger.info("health of channel %s is being written by another worker", self.channel_id.id)
        self.invalidate_recordset()

    @api.private
    def _circuit_is_open(self):
        self.ensure_one()
        return bool(self.circuit_open_until and self.circuit_open_until > fields.Datetime.now())
