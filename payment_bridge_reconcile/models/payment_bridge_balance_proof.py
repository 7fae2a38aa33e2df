"""The balance proof, day by day: opening and rows make the closing balance, and the ledger says the same."""

from odoo import fields, models
from odoo.tools import SQL


class PaymentBridgeBalanceProof(models.Model):
    """One day of a channel, as the database sees it now: what its statement says and what the books say."""

    _name = "payment.bridge.balance.proof"
    _description = "Balance Proof"
    _auto = False
    _order = "day desc, channel_id"
    _rec_name = "day"
    _depends = {
        "payment.bridge.statement": ["state", "covers_balance", "first_day", "last_day", "opening", "closing"],
        "payment.bridge.statement.line": ["state", "amount", "balance"],
        "payment.bridge.treatment": ["state", "way"],
        "account.move.line": ["date", "amount_currency", "parent_state"],
    }

    channel_id = fields.Many2one("payment.bridge.channel", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    statement_id = fields.Many2one("payment.bridge.statement", readonly=True)
    day = fields.Date(readonly=True)
    before = fields.Monetary(string="Closing Before", readonly=True)
    opening = fields.Monetary(readonly=True)
    moved = fields.Monetary(string="Rows", readonly=True)
    closing = fields.Monetary(readonly=True)
    ledger = fields.Monetary(string="Books", readonly=True)
    not_posted = fields.Monetary(
        readonly=True,
        help="What rows up to this day hold that are still to be booked; those left out by hand make the books differ.",
    )
    gap_before = fields.Monetary(readonly=True, help="Opening less the closing of the day before.")
    gap_inside = fields.Monetary(string="Gap in the File", readonly=True, help="Closing less opening and rows.")
    gap_books = fields.Monetary(string="Books Differ", readonly=True, help="The books less the closing balance.")
    broken_line_id = fields.Many2one(
        "payment.bridge.statement.line",
        string="Breaks At",
        readonly=True,
        help="The first row whose balance does not follow from the one before; else the first not in the books.",
    )
    state = fields.Selection(
        [
            ("proven", "Proven"),
            ("posting", "Once posted"),
            ("gap", "Rows missing"),
            ("books", "Books differ"),
        ],
        string="Proof",
        readonly=True,
    )

    @property
    def _table_query(self):
        return SQL(
            """
            WITH told AS (
                SELECT s.*, lag(s.closing) OVER chain AS before, lag(s.last_day) OVER chain AS before_day
                  FROM payment_bridge_statement s
                 WHERE s.covers_balance AND s.has_balance AND s.state IN ('loaded', 'posted')
                WINDOW chain AS (PARTITION BY s.channel_id ORDER BY s.last_day, s.id)
            ), printed_twice AS (
                SELECT line_id FROM payment_bridge_treatment WHERE way = 'repeat' AND state = 'done'
            ), moved AS (
                SELECT l.channel_id, l.statement_id, sum(l.amount) AS amount FROM payment_bridge_statement_line l
                 WHERE NOT EXISTS (SELECT FROM printed_twice t WHERE t.line_id = l.id)
                 GROUP BY l.channel_id, l.statement_id
            ), waiting AS (
                SELECT l.channel_id, l.settled_on, min(l.id) AS line_id,
                       sum(l.amount) FILTER (WHERE l.state != 'ignored') AS amount
                  FROM payment_bridge_statement_line l
                 WHERE l.state IN ('unmatched', 'matched', 'ignored')
                   AND NOT EXISTS (SELECT FROM printed_twice t WHERE t.line_id = l.id)
                 GROUP BY l.channel_id, l.settled_on
            ), booked AS (
                SELECT j.default_account_id AS account_id, a.date, sum(a.amount_currency) AS amount
                  FROM account_move_line a
                  JOIN account_journal j ON j.default_account_id = a.account_id
                  JOIN payment_bridge_channel c ON c.journal_id = j.id
                 WHERE a.parent_state = 'posted' GROUP BY j.default_account_id, a.date
            ), proof AS (
                SELECT t.id, t.channel_id, t.company_id, t.currency_id, t.id AS statement_id, t.last_day AS day,
                       t.before, t.opening, COALESCE(m.amount, 0) AS moved, t.closing,
                       COALESCE(b.amount, 0) AS ledger, COALESCE(w.amount, 0) AS not_posted,
                       CASE WHEN t.before IS NULL OR t.known_count > 0 THEN 0
                            ELSE t.opening - t.before - COALESCE(between_files.amount, 0) END AS gap_before,
                       CASE WHEN t.known_count > 0 THEN 0
                            ELSE t.closing - t.opening - COALESCE(m.amount, 0) END AS gap_inside,
                       COALESCE(b.amount, 0) - t.closing AS gap_books,
                       COALESCE(jump.line_id, w.line_id) AS broken_line_id
                  FROM told t
                  JOIN payment_bridge_channel c ON c.id = t.channel_id
                  LEFT JOIN account_journal j ON j.id = c.journal_id
                  LEFT JOIN moved m ON m.statement_id = t.id
                  LEFT JOIN LATERAL (SELECT sum(amount) AS amount FROM booked
                                      WHERE account_id = j.default_account_id AND date <= t.last_day) b ON TRUE
                  LEFT JOIN LATERAL (SELECT sum(w.amount) AS amount, min(w.line_id) AS line_id FROM waiting w
                                      WHERE w.channel_id = t.channel_id AND w.settled_on <= t.last_day) w ON TRUE
                  LEFT JOIN LATERAL (
                        SELECT sum(m.amount) AS amount
                          FROM payment_bridge_statement o JOIN moved m ON m.statement_id = o.id
                         WHERE o.channel_id = t.channel_id AND o.covers_balance AND NOT o.has_balance
                           AND o.first_day > t.before_day AND o.last_day < t.first_day) between_files ON TRUE
                  LEFT JOIN LATERAL (
                        SELECT min(steps.id) AS line_id FROM (
                            SELECT l.id, l.balance - l.amount
                                   - lag(l.balance) OVER (ORDER BY l.occurred_at, l.row) AS jump
                              FROM payment_bridge_statement_line l WHERE l.statement_id = t.id) steps
                         WHERE steps.jump != 0) jump
                         ON t.closing - t.opening != COALESCE(m.amount, 0) AND t.known_count = 0
            )
            SELECT p.*, CASE WHEN gap_before != 0 OR gap_inside != 0 THEN 'gap'
                             WHEN gap_books = 0 THEN 'proven'
                             WHEN gap_books + not_posted = 0 THEN 'posting'
                             ELSE 'books' END AS state
              FROM proof p
            """
        )

    def action_open_broken(self):
        """The row that breaks the proof, or the statement with its explanation."""
        self.ensure_one()
        return (self.broken_line_id or self.statement_id)._get_records_action()

    def action_open_statement(self):
        """The day's statement, whose control total explains the difference."""
        self.ensure_one()
        return self.statement_id._get_records_action()
