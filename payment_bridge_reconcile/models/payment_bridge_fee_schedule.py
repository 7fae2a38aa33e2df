"""What a platform may charge by contract, and the check of every fee against it."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from .fee_bands import agreed_fees
from .payment_bridge_fee_account import SELECTION_FEE_KIND


class PaymentBridgeFeeSchedule(models.Model):
    """The agreed fee of one kind of row during a time: a rate and a fixed part, by tiers of the amount where there are
    any, at least and at most so much. Amounts are in the channel's currency."""

    _name = "payment.bridge.fee.schedule"
    _description = "Agreed Fees"
    _inherit = ["mail.thread"]
    _order = "channel_id, fee_kind, valid_from desc, id"
    _rec_name = "fee_kind"

    channel_id = fields.Many2one("payment.bridge.channel", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="channel_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="channel_id.currency_id")
    active = fields.Boolean(default=True)
    fee_kind = fields.Selection(
        SELECTION_FEE_KIND, string="Charged For", required=True, default="collection", tracking=True
    )
    platform_kind = fields.Char(
        string="Platform's Kind", tracking=True, help="Only rows that the platform itself calls so. Empty: all others."
    )
    valid_from = fields.Date(required=True, default=fields.Date.context_today, tracking=True)
    valid_to = fields.Date(tracking=True, help="The last day. Empty: until further notice.")
    rate = fields.Float(string="Rate (%)", digits=(16, 6), tracking=True)
    fixed = fields.Monetary(string="Fixed Part", tracking=True)
    minimum = fields.Monetary(string="At Least", tracking=True)
    maximum = fields.Monetary(string="At Most", tracking=True, help="Zero: no cap.")
    tolerance = fields.Monetary(
        default=0.01, tracking=True, help="Differences up to this amount are rounding and not claimed."
    )
    tier_ids = fields.One2many(
        "payment.bridge.fee.tier", "schedule_id", help="From an amount on, another rate and fixed part count."
    )

    _days_in_order = models.Constraint(
        "CHECK (valid_to IS NULL OR valid_from <= valid_to)", "A schedule ends on or after its first day."
    )
    _no_less_than_nothing = models.Constraint(
        "CHECK (rate >= 0 AND fixed >= 0 AND minimum >= 0 AND maximum >= 0 AND tolerance >= 0)",
        "Rates and amounts of a schedule cannot be negative.",
    )

    @api.depends("channel_id.name", "fee_kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        words = dict(self._fields["fee_kind"]._description_selection(self.env))
        for schedule in self:
            schedule.display_name = " · ".join(filter(None, (schedule.channel_id.name, words.get(schedule.fee_kind))))

    @api.constrains("channel_id", "fee_kind", "platform_kind", "valid_from", "valid_to", "active")
    def _check_one_at_a_time(self):
        for schedule in self.filtered("active"):
            others = self.search(
                [
                    ("id", "!=", schedule.id),
                    ("channel_id", "=", schedule.channel_id.id),
                    ("fee_kind", "=", schedule.fee_kind),
                    ("platform_kind", "=", schedule.platform_kind),
                    "|",
                    ("valid_to", "=", False),
                    ("valid_to", ">=", schedule.valid_from),
                ]
            )
            if others.filtered(lambda one, end=schedule.valid_to: not end or one.valid_from <= end):
                raise ValidationError(self.env._("Another schedule counts for the same fees in these days."))


class PaymentBridgeFeeTier(models.Model):
    """From an amount on, another rate counts for the whole of it."""

    _name = "payment.bridge.fee.tier"
    _description = "Tier of Agreed Fees"
    _order = "schedule_id, amount_from"

    schedule_id = fields.Many2one("payment.bridge.fee.schedule", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="schedule_id.company_id", store=True)
    currency_id = fields.Many2one(related="schedule_id.currency_id")
    amount_from = fields.Monetary(string="From", required=True)
    rate = fields.Float(string="Rate (%)", digits=(16, 6))
    fixed = fields.Monetary(string="Fixed Part")

    _amount_once = models.UniqueIndex("(schedule_id, amount_from)", "There is a tier from this amount already.")


class PaymentBridgeChannel(models.Model):
    _inherit = "payment.bridge.channel"

    fee_schedule_ids = fields.One2many("payment.bridge.fee.schedule", "channel_id")

    def _charged_rows(self):
        """Each row of this channel that says what was charged for what, as SQL: a payment's own row, with a fee inside
        or in rows of their own that name it (those of other days too)."""
        return SQL(
            """
            SELECT l.id, l.channel_id, l.kind, l.platform_kind, l.settled_on, abs(l.gross) AS base,
                   l.fee + COALESCE(own.fee, 0) AS charged
              FROM payment_bridge_statement_line l
              JOIN payment_bridge_statement s ON s.id = l.statement_id AND s.covers_balance
              LEFT JOIN LATERAL (
                    SELECT sum(-f.amount) AS fee FROM payment_bridge_statement_line f
                     WHERE f.match_pass = 'fee' AND f.instruction_id = l.instruction_id
                   ) own ON l.instruction_id IS NOT NULL
             WHERE l.channel_id = %s AND l.kind NOT IN ('fee', 'adjustment', 'return')
               AND l.state IN ('matched', 'posted', 'unmatched')
            """,
            self.id,
        )

    def _checked_fees(self, rows=None):
        """What each row was charged and what its schedule allows, as SQL: (line_id, schedule_id, settled_on, charged,
        expected, tolerance). ``rows`` stand in place of :meth:`_charged_rows`."""
        return SQL(
            """
            SELECT id AS line_id, schedule_id, settled_on, charged, expected, tolerance FROM (%s) agreed
             WHERE schedule_id IS NOT NULL
            """,
            agreed_fees(rows or self._charged_rows(), self),
        )
