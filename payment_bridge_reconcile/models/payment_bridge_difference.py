"""Differences between a platform's statement and the books: one record each, from the day it is seen."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .difference_classes import SELECTION_CLASS, SELECTION_PROPOSAL, SELECTION_SEVERITY
from .match_classify import days_of, severity_of


class PaymentBridgeDifference(models.Model):
    """A row without its payment, a payment without its row, or two that do not agree.

    The engine opens, changes and closes these records as it sees them; they are never deleted. Who looks
    into one, until when, and what is done about it (:mod:`.payment_bridge_difference_treat`) is decided by people and
    stays as they decided, until something about the difference changes.
    """

    _name = "payment.bridge.difference"
    _description = "Statement Difference"
    _order = "due_on, id"
    _rec_name = "difference"
    _log_access = False

    channel_id = fields.Many2one("payment.bridge.channel", required=True, readonly=True, index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    side = fields.Selection(
        [("platform", "A row of a statement"), ("books", "A payment here")],
        string="Seen On",
        required=True,
        readonly=True,
    )
    line_id = fields.Many2one("payment.bridge.statement.line", string="Row", readonly=True, ondelete="cascade")
    instruction_id = fields.Many2one(
        "payment.bridge.instruction",
        readonly=True,
        index="btree_not_null",
        help="The payment that is missing, or that the row names.",
    )
    payment_id = fields.Many2one(related="instruction_id.payment_id")
    difference = fields.Selection(SELECTION_CLASS, string="Class", required=True, readonly=True, index=True)
    amount = fields.Monetary(readonly=True, help="What is at stake: the whole amount, or by how much the two differ.")
    day = fields.Date(readonly=True, help="The platform's day.")
    opened_on = fields.Date(readonly=True, required=True)
    age = fields.Integer(string="Days Open", compute="_compute_age")
    severity = fields.Selection(SELECTION_SEVERITY, required=True, readonly=True, index=True)
    due_on = fields.Date(string="Due", required=True, index=True)
    is_overdue = fields.Boolean(compute="_compute_age", search="_search_is_overdue")
    owner_id = fields.Many2one("res.users", help="Who looks into it.")
    proposal = fields.Selection(SELECTION_PROPOSAL, required=True, readonly=True)
    similar_id = fields.Many2one(
        "payment.bridge.instruction",
        string="Looks Like",
        readonly=True,
        help="The payment that the row most likely stands for.",
    )
    score = fields.Float(readonly=True, help="How alike the two are, between 0 and 1.")
    reasons = fields.Json(readonly=True)
    reason = fields.Char(compute="_compute_reason")
    state = fields.Selection(
        [("open", "Open"), ("treated", "Treated"), ("closed", "Gone by Itself")],
        string="Status",
        required=True,
        readonly=True,
        default="open",
        index=True,
    )
    closed_on = fields.Date(readonly=True)
    awaited = fields.Boolean(readonly=True, help="Treated without booking anything: the engine goes on seeing it.")
    awaited_until = fields.Date(readonly=True)
    instruction_state = fields.Char(readonly=True, help="How the payment read when the difference was first seen.")
    asked_at = fields.Datetime(string="Platform Asked", readonly=True)
    decisions = fields.Integer(readonly=True, help="Counts decisions, so that two at once cannot both be made.")

    _row_once = models.UniqueIndex("(line_id) WHERE line_id IS NOT NULL")
    _payment_once = models.UniqueIndex("(instruction_id) WHERE side = 'books'")

    @api.depends("difference", "amount")
    @api.depends_context("lang")
    def _compute_display_name(self):
        words = dict(self._fields["difference"]._description_selection(self.env))
        for difference in self:
            amount = difference.currency_id.format(difference.amount) if difference.currency_id else ""
            difference.display_name = f"{words.get(difference.difference, '')} {amount}".strip()

    @api.depends("day", "due_on", "state")
    def _compute_age(self):
        today = fields.Date.context_today(self)
        for difference in self:
            difference.age = (today - difference.day).days if difference.day else 0
            difference.is_overdue = difference.state == "open" and difference.due_on < today

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("state", "=", "open"), ("due_on", "<", fields.Date.context_today(self))]

    @api.depends("difference", "line_id", "instruction_id", "day", "similar_id", "score")
    @api.depends_context("lang")
    def _compute_reason(self):
        for difference in self:
            reason = difference.line_id.reason if difference.line_id else difference._why_missing()
            if difference.difference == "fee" and difference.line_id.state != "unmatched":
                reason = self.env._(
                    "The platform kept a fee of %(fee)s, the agreed rate makes another.",
                    fee=difference.currency_id.format(difference.line_id.fee),
                )
            if difference.similar_id:
                likeness = self.env._(
                    "It looks like %(key)s (%(percent)s %%).",
                    key=difference.similar_id.key,
                    percent=round(difference.score * 100),
                )
                reason = f"{reason or ''} {likeness}".strip()
            difference.reason = reason

    def _why_missing(self):
        key = self.instruction_id.key
        return {
            "cross_day": self.env._(
                "%s was made late in the day: a statement of one of the next days may show it.", key
            ),
            "refund_timing": self.env._("The refund %s may stand on a later day's statement.", key),
            "stale": self.env._("No statement has shown %s for too long. Ask the platform.", key),
        }.get(
            self.difference,
            self.env._("The platform said that %s went through, but its statement does not show it.", key),
        )

    def write(self, vals):
        """People decide who looks into a difference and until when; everything else is what the engine sees."""
        if not self.env.su and set(vals) - {"owner_id", "due_on"}:
            raise UserError(
                self.env._("A difference changes with what is found: only who looks into it and until when is chosen.")
            )
        return super().write(vals)

    def action_open(self):
        """What the difference is about: the row, or the payment."""
        self.ensure_one()
        return (self.line_id or self.payment_id or self.instruction_id)._get_records_action()

    # -- what the engine sees -----------------------------------------------------------

    @api.model
    @api.private
    def _refresh(self, channel):
        """Bring the records of ``channel`` up to what its last run has left in the tables of this
        transaction: one open record for each row and each payment that is left."""
        self._close_settled(channel)
        self._keep(channel, self._of_rows(channel), SQL("(line_id) WHERE line_id IS NOT NULL"))
        self._keep(channel, self._of_payments(channel), SQL("(instruction_id) WHERE side = 'books'"))
        self._keep(channel, self._of_fees(channel), SQL("(line_id) WHERE line_id IS NOT NULL"))
        self.env["payment.bridge.treatment"]._lapse(channel)
        self.invalidate_model()
        self._alarm_unordered(channel)

    def _of_rows(self, channel):
        return SQL(
            """
            SELECT 'platform' AS side, id AS line_id, candidate_id AS instruction_id, difference, at_stake AS amount,
                   settled_on AS day, proposal, similar_id, score, reasons FROM pb_rest
            """
        )

    def _of_payments(self, channel):
        return SQL(
            """
            SELECT 'books' AS side, NULL::integer AS line_id, instruction_id, difference, abs(amount) AS amount, day,
                   CASE difference WHEN 'cross_day' THEN 'wait' WHEN 'refund_timing' THEN 'wait' ELSE 'query' END
                   AS proposal, NULL::integer AS similar_id, NULL::numeric AS score, NULL::jsonb AS reasons
              FROM pb_missing WHERE difference IS NOT NULL
            """
        )

    def _of_fees(self, channel):
        return SQL(
            """
            SELECT 'platform' AS side, line_id, instruction_id, 'fee' AS difference, amount, day, 'claim' AS proposal,
                   NULL::integer AS similar_id, NULL::numeric AS score, NULL::jsonb AS reasons FROM pb_fee
            """
        )

    def _keep(self, channel, found, once):
        """Open a record for each of ``found``, or bring the one that is there up to date.

        One that is treated and awaited stays so while its class and amount do not change and its day has not passed.
        """
        severity = severity_of(SQL("f.difference"), SQL("f.amount"))
        told = [
            SQL.identifier(name)
            for name in (
                "difference", "amount", "severity", "proposal", "instruction_id", "similar_id", "score", "reasons",
            )
        ]  # fmt: skip
        stays = SQL(
            """
            known.state = 'treated' AND known.awaited AND known.difference = excluded.difference
            AND known.amount = excluded.amount AND COALESCE(known.awaited_until >= %s, TRUE)
            """,
            channel._today(),
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO payment_bridge_difference AS known
                    (channel_id, company_id, currency_id, owner_id, opened_on, due_on, side, line_id, instruction_id,
                     instruction_state, difference, amount, day, severity, proposal, similar_id, score, reasons, state,
                     awaited)
                SELECT %(channel)s, %(company)s, %(currency)s, %(owner)s, %(today)s, %(today)s + %(days)s,
                       side, line_id, instruction_id,
                       (SELECT i.state FROM payment_bridge_instruction i WHERE i.id = seen.instruction_id),
                       difference, amount, day, severity, proposal, similar_id, score, reasons, 'open', FALSE
                  FROM (SELECT f.*, %(severity)s AS severity FROM (%(found)s) f) seen
                    ON CONFLICT %(once)s DO UPDATE
                   SET (%(names)s) = ROW (%(excluded)s),
                       due_on = CASE WHEN known.severity = excluded.severity AND known.state != 'closed'
                                     THEN known.due_on ELSE known.opened_on + %(known_days)s END,
                       state = CASE WHEN %(stays)s THEN known.state ELSE 'open' END,
                       closed_on = CASE WHEN %(stays)s THEN known.closed_on END,
                       treatment_id = CASE WHEN %(stays)s THEN known.treatment_id END,
                       awaited = %(stays)s,
                       awaited_until = CASE WHEN %(stays)s THEN known.awaited_until END
                 WHERE (%(known)s) IS DISTINCT FROM (%(excluded)s) OR known.state != 'open' AND NOT (%(stays)s)
                """,
                channel=channel.id,
                company=channel.company_id.id,
                currency=channel.currency_id.id,
                owner=channel.difference_owner_id.id or None,
                today=channel._today(),
                days=days_of(SQL("severity")),
                known_days=days_of(SQL("excluded.severity")),
                severity=severity,
                found=found,
                once=once,
                stays=stays,
                names=SQL(", ").join(told),
                excluded=SQL(", ").join(SQL("excluded.%s", name) for name in told),
                known=SQL(", ").join(SQL("known.%s", name) for name in told),
            )
        )

    def _close_settled(self, channel):
        """What is explained by now is closed: rows that are not open, payments that a row stands for. What explained
        it is noted as its treatment."""
        closed = self.env.execute_query(
            SQL(
                """
                UPDATE payment_bridge_difference d SET state = 'closed', closed_on = %s, awaited = FALSE
                 WHERE d.channel_id = %s AND (d.state = 'open' OR d.state = 'treated' AND d.awaited)
                   AND CASE d.side
                       WHEN 'books' THEN NOT EXISTS (SELECT FROM pb_missing m WHERE m.instruction_id = d.instruction_id
                                                        AND m.difference IS NOT NULL)
                       ELSE (d.difference, d.proposal) != ('fee', 'claim')
                            AND NOT EXISTS (SELECT FROM pb_rest r WHERE r.id = d.line_id)
                       END
                RETURNING d.id
                """,
                channel._today(),
                channel.id,
            )
        )
        self.env["payment.bridge.treatment"]._note_closed(channel, [row[0] for row in closed])
