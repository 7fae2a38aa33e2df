"""Payments that no row of a statement stands for yet, as the database sees them now."""

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from .match_words import HAS_NO_ROW

LATE_EVENING = "23:30"


class PaymentBridgeOpenPayment(models.Model):
    """A payment that succeeded and that no statement shows, with the reason."""

    _name = "payment.bridge.open.payment"
    _description = "Payment Not on a Statement"
    _auto = False
    _order = "executed_on, id"
    _rec_name = "payment_id"
    _depends = {
        "payment.bridge.instruction": ["state", "executed_at", "finished_at"],
        "payment.bridge.statement": ["state", "covers_balance", "first_day", "last_day", "zone"],
        "payment.bridge.statement.line": ["state", "candidate_id", "instruction_id", "difference"],
    }

    instruction_id = fields.Many2one("payment.bridge.instruction", readonly=True)
    payment_id = fields.Many2one("account.payment", readonly=True)
    partner_id = fields.Many2one("res.partner", readonly=True)
    channel_id = fields.Many2one("payment.bridge.channel", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    key = fields.Char(string="Our Number", readonly=True)
    platform_reference = fields.Char(readonly=True)
    amount = fields.Monetary(readonly=True)
    executed_at = fields.Datetime(readonly=True)
    executed_on = fields.Date(string="Day", readonly=True, help="The day at the platform.")
    statement_id = fields.Many2one("payment.bridge.statement", readonly=True, help="The statement of that day.")
    line_id = fields.Many2one(
        "payment.bridge.statement.line", string="Row", readonly=True, help="A row that names it but does not fit."
    )
    difference = fields.Selection(
        [
            ("books_only", "Missing on the statement"),
            ("cross_day", "Close to midnight"),
            ("expected", "Statement not there yet"),
            ("row", "Its row does not fit"),
        ],
        string="Class",
        readonly=True,
    )
    reason = fields.Char(compute="_compute_reason")
    age = fields.Integer(string="Days Open", compute="_compute_age")

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT i.id, i.id AS instruction_id, i.payment_id, i.partner_id, i.channel_id, i.company_id,
                   i.currency_id, i.key, i.platform_reference, i.amount, i.executed_at,
                   i.local::date AS executed_on, s.id AS statement_id, l.id AS line_id,
                   CASE WHEN l.id IS NOT NULL THEN 'row'
                        WHEN s.id IS NULL THEN 'expected'
                        WHEN i.local::time >= %s AND NOT EXISTS (
                             SELECT FROM payment_bridge_statement n
                              WHERE n.channel_id = i.channel_id AND n.covers_balance
                                AND n.state IN ('empty', 'loaded', 'posted')
                                AND i.local::date + 1 BETWEEN n.first_day AND n.last_day) THEN 'cross_day'
                        ELSE 'books_only' END AS difference
              FROM (SELECT i.*, COALESCE(i.executed_at, i.finished_at) AT TIME ZONE 'UTC' AT TIME ZONE COALESCE(
                             (SELECT zone FROM payment_bridge_statement z
                               WHERE z.channel_id = i.channel_id AND z.zone IS NOT NULL ORDER BY id DESC LIMIT 1),
                             'UTC') AS local
                      FROM payment_bridge_instruction i
                     WHERE i.state IN ('succeeded', 'returned')
                       AND %s
                   ) i
              LEFT JOIN LATERAL (
                    SELECT s.id FROM payment_bridge_statement s
                     WHERE s.channel_id = i.channel_id AND s.covers_balance
                       AND s.state IN ('empty', 'loaded', 'posted')
                       AND i.local::date BETWEEN s.first_day AND s.last_day
                     ORDER BY s.id LIMIT 1) s ON TRUE
              LEFT JOIN LATERAL (
                    SELECT l.id FROM payment_bridge_statement_line l
                     WHERE l.channel_id = i.channel_id AND l.candidate_id = i.id AND l.state = 'unmatched'
                       AND l.kind != 'fee'
                       AND (l.amount > 0) = (i.operation IN ('collect', 'charge'))
                     ORDER BY l.id LIMIT 1) l ON TRUE
            """,
            LATE_EVENING,
            HAS_NO_ROW,
        )

    @api.depends("difference", "executed_on", "line_id")
    @api.depends_context("lang")
    def _compute_reason(self):
        for payment in self:
            day = format_date(self.env, payment.executed_on)
            payment.reason = {
                "row": payment.line_id.reason,
                "expected": self.env._("The statement of %s is not there yet.", day),
                "cross_day": self.env._(
                    "Paid shortly before midnight of %s: the next day's statement may show it.", day
                ),
                "books_only": self.env._(
                    "The platform said that it paid on %(day)s, but %(statement)s does not show it. Query the"
                    " payment, then ask the platform.",
                    day=day,
                    statement=payment.statement_id.name,
                ),
            }.get(payment.difference)

    @api.depends("executed_on")
    def _compute_age(self):
        today = fields.Date.context_today(self)
        for payment in self:
            payment.age = (today - payment.executed_on).days if payment.executed_on else 0

    def action_query_now(self):
        """Ask the platform about these payments again."""
        return self.instruction_id.action_query_now()

    def action_open_payment(self):
        """The payment itself."""
        self.ensure_one()
        return self.payment_id._get_records_action()
