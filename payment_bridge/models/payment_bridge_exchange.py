"""The wire log: what was sent and what came back, redacted."""

import hashlib
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

PRUNE_BATCH = 5000


class PaymentBridgeExchange(models.Model):
    """One request and its answer. The text goes after the channel's retention time; hashes stay."""

    _name = "payment.bridge.exchange"
    _description = "Wire Exchange"
    _order = "id desc"
    _rec_name = "operation"
    _log_access = False

    instruction_id = fields.Many2one("payment.bridge.instruction", readonly=True, index="btree_not_null")
    batch_id = fields.Many2one("payment.bridge.batch", readonly=True, index="btree_not_null")
    channel_id = fields.Many2one("payment.bridge.channel", readonly=True, required=True, index=True)
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    operation = fields.Char(readonly=True)
    method = fields.Char(readonly=True)
    url = fields.Char(readonly=True)
    started_at = fields.Datetime(readonly=True, index=True)
    elapsed_ms = fields.Integer(string="Took (ms)", readonly=True)
    status = fields.Integer(string="HTTP Status", readonly=True)
    error = fields.Char(readonly=True)
    request_text = fields.Text(string="Request", readonly=True)
    response_text = fields.Text(string="Answer", readonly=True)
    request_hash = fields.Char(readonly=True)
    response_hash = fields.Char(readonly=True)

    @api.model
    @api.private
    def _keep(self, channel, exchanges, instruction=None, batch=None):
        """Store what the transport recorded."""
        if not exchanges:
            return
        rows = [
            SQL(
                "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                (instruction and instruction.id) or None,
                (batch and batch.id) or None,
                channel.id,
                channel.company_id.id,
                exchange.label,
                exchange.method,
                exchange.url,
                exchange.started_at.replace(tzinfo=None),
                exchange.elapsed_ms,
                exchange.status,
                exchange.error,
                exchange.request.replace("\x00", "�"),
                exchange.response and exchange.response.replace("\x00", "�"),
                _hash(exchange.request),
                _hash(exchange.response),
            )
            for exchange in exchanges
        ]
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO payment_bridge_exchange
                    (instruction_id, batch_id, channel_id, company_id, operation, method, url, started_at,
                     elapsed_ms, status, error, request_text, response_text, request_hash, response_hash)
                VALUES %s
                """,
                SQL(", ").join(rows),
            )
        )

    @api.model
    def _cron_retention(self):
        """Remove the text of exchanges, and the body of settled notifications, past their time."""
        cron = self.env["ir.cron"]
        for channel in self.env["payment.bridge.channel"].with_context(active_test=False).search([]):
            before = fields.Datetime.now() - timedelta(days=max(channel.exchange_retention_days, 1))
            for prune in (self._prune, self.env["payment.bridge.notification"]._prune):
                while pruned := prune(channel, before):
                    if not cron._commit_progress(pruned):
                        return

    @api.model
    @api.private
    def _prune(self, channel, before):
        self.env.cr.execute(
            SQL(
                """
                UPDATE payment_bridge_exchange SET request_text = NULL, response_text = NULL
                 WHERE id IN (SELECT id FROM payment_bridge_exchange
                               WHERE channel_id = %s AND started_at < %s
                                 AND (request_text IS NOT NULL OR response_text IS NOT NULL)
                               ORDER BY id LIMIT %s)
                """,
                channel.id,
                before,
                PRUNE_BATCH,
            )
        )
        self.invalidate_model(["request_text", "response_text"])
        return self.env.cr.rowcount


def _hash(text):
    return hashlib.sha256(text.encode()).hexdigest() if text else None
