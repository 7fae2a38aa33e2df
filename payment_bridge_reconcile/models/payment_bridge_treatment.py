"""What was done about a difference, on what evidence, by whom, and whether it still stands."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..treatments import WAYS
from .match_words import IS_WHOLE
from .treatment_ways import SELECTION_WAY


class PaymentBridgeTreatment(models.Model):
    """One treatment. It is never changed or deleted: taking it back is noted on it, and doing it again is another one.

    The engine notes what it sees set by set, so the table has no log of its own; the audit trail has.
    """

    _name = "payment.bridge.treatment"
    _description = "Treatment of a Statement Difference"
    _order = "id desc"
    _rec_name = "way"
    _log_access = False

    difference_id = fields.Many2one(
        "payment.bridge.difference", required=True, readonly=True, index=True, ondelete="restrict"
    )
    channel_id = fields.Many2one("payment.bridge.channel", required=True, readonly=True, index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    line_id = fields.Many2one("payment.bridge.statement.line", string="Row", readonly=True, index="btree_not_null")
    instruction_id = fields.Many2one("payment.bridge.instruction", readonly=True, index="btree_not_null")
    way = fields.Selection(SELECTION_WAY, string="What Was Done", required=True, readonly=True, index=True)
    by_itself = fields.Boolean(readonly=True, help="The evidence decided, no person.")
    difference = fields.Selection(related="difference_id.difference", string="Class")
    amount = fields.Monetary(readonly=True)
    day = fields.Date(readonly=True, help="The platform's day of the row, or of the payment.")
    evidence = fields.Json(readonly=True, help="The figures on which it rests.")
    evidence_text = fields.Char(string="On What Evidence", compute="_compute_evidence_text")
    note = fields.Char(readonly=True)
    until = fields.Date(readonly=True)
    claim_id = fields.Many2one("payment.bridge.claim", readonly=True)
    payment_id = fields.Many2one("account.payment", string="Drafted Payment", readonly=True)
    posting_id = fields.Many2one("payment.bridge.posting", readonly=True)
    state = fields.Selection(
        [("done", "Done"), ("undone", "Undone"), ("lapsed", "Lapsed")],
        string="Status",
        required=True,
        readonly=True,
        default="done",
        index=True,
        help="Lapsed: what it was about changed, or the day has passed until which it was awaited.",
    )
    done_by_id = fields.Many2one("res.users", readonly=True)
    done_at = fields.Datetime(required=True, readonly=True)
    undone_by_id = fields.Many2one("res.users", readonly=True)
    undone_at = fields.Datetime(readonly=True)

    _of_row = models.Index("(line_id) WHERE state = 'done'")

    @api.depends("way")
    @api.depends_context("lang")
    def _compute_display_name(self):
        words = dict(self._fields["way"]._description_selection(self.env))
        for treatment in self:
            treatment.display_name = words.get(treatment.way)

    @api.depends("evidence")
    @api.depends_context("lang")
    def _compute_evidence_text(self):
        words = self._evidence_words()
        classes = dict(self._fields["difference"]._description_selection(self.env))
        for treatment in self:
            told = (treatment.evidence or {}).items()
            treatment.evidence_text = " · ".join(
                f"{words.get(name, name)} {classes.get(value, value) if name == 'class' else value}"
                for name, value in told
                if value not in (None, False, "")
            )

    def _evidence_words(self):
        """What the figures of evidence are called."""
        return {
            "entry": self.env._("entry"),
            "row_amount": self.env._("row"),
            "key": self.env._("our number"),
            "ordered": self.env._("ordered"),
            "rest": self.env._("rest"),
            "tolerance": self.env._("tolerance"),
            "cap": self.env._("cap of the day"),
            "agreed": self.env._("agreed fee"),
            "written_off": self.env._("written off"),
            "limit": self.env._("limit of the person"),
            "held": self.env._("held"),
            "left_out": self.env._("left out"),
            "claimed": self.env._("claimed"),
            "to_give_back": self.env._("to give back"),
            "class": self.env._("class"),
            "amount": self.env._("amount"),
            "until": self.env._("until"),
            "was": self.env._("it was"),
            "is": self.env._("it is"),
            "answer": self.env._("the platform said"),
            "told_by": self.env._("told by"),
            "statement_day": self.env._("statement of"),
            "days": self.env._("days later"),
            "score": self.env._("likeness"),
            "reasons": self.env._("because"),
            "twin": self.env._("the same as"),
            "opening": self.env._("opening"),
            "closing": self.env._("closing"),
            "rows": self.env._("rows add up to"),
            "repeated": self.env._("repeated"),
        }

    @api.private
    def _say(self):
        """What was done, in words."""
        words = dict(self._fields["way"]._description_selection(self.env))[self.way]
        return f"{words}: {self.note}" if self.note else f"{words}."

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A treatment is part of the trail: undo it instead."))

    def action_undo(self):
        """Take treatments back; the differences are open again."""
        self.env["payment.bridge.statement"]._require_clerk(self)
        for treatment in self:
            treatment._undo()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    @api.private
    def _undo(self):
        """Take one treatment back, whatever was booked with it by an opposite entry.

        :raises UserError: when it does not stand any more, or something later has to be undone first.
        """
        self.ensure_one()
        treatment = self.sudo()
        treatment.difference_id._lock()
        treatment.invalidate_recordset(["state"])
        if treatment.state != "done":
            raise UserError(self.env._("This has been taken back already."))
        WAYS[treatment.way].undo(treatment.with_env(self.env).sudo())
        if treatment.state == "done":
            treatment._mark_undone()
        treatment.channel_id._match_lines(only_classify=True)

    def _mark_undone(self):
        self.sudo().write({"state": "undone", "undone_by_id": self.env.uid, "undone_at": fields.Datetime.now()})
        for treatment in self:
            WAYS[treatment.way].let_go(treatment)
        for treatment in self:
            difference = treatment.difference_id.sudo()
            if difference.treatment_id == treatment:
                difference.write({"state": "open", "treatment_id": False, "awaited": False, "awaited_until": False})
            self.env["payment.bridge.discrepancy"]._open_with(treatment.line_id)
            self.env["payment.bridge.audit.event"]._record(
                "treatment.undone", treatment, way=treatment.way, amount=f"{treatment.amount:.2f}"
            )

    @api.model
    @api.private
    def _note_undone(self, lines):
        """The match of rows was taken back by another door: what had treated them stands no more."""
        if lines:
            self.sudo().search([("line_id", "in", lines.ids), ("state", "=", "done")])._mark_undone()

    # -- what the engine notes -------------------------------------------------------------

    @api.model
    @api.private
    def _note_closed(self, channel, difference_ids):
        """Note what closed differences by itself: the platform's answer about a payment that was in doubt, else a row
        or a payment that came later. Differences that a person closed by deciding about the row are told there."""
        if not difference_ids:
            return
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO payment_bridge_treatment
                       (difference_id, channel_id, company_id, currency_id, line_id, instruction_id, way, by_itself,
                        amount, day, evidence, state, done_at)
                SELECT d.id, d.channel_id, d.company_id, d.currency_id, l.id, i.id,
                       CASE WHEN answered THEN 'query' ELSE 'arrival' END, TRUE, d.amount, d.day,
                       jsonb_strip_nulls(jsonb_build_object(
                           'entry', l.entry_reference, 'key', i.key, 'statement_day', l.settled_on,
                           'days', NULLIF(GREATEST(l.settled_on - d.day, 0), 0),
                           'was', CASE WHEN answered THEN d.instruction_state END,
                           'is', CASE WHEN answered THEN i.state END,
                           'answer', CASE WHEN answered THEN concat_ws(' ', i.platform_status, i.platform_code) END,
                           'told_by', CASE WHEN answered THEN told.source END)),
                       'done', %(now)s
                  FROM payment_bridge_difference d
                  JOIN payment_bridge_statement_line l
                    ON l.id = CASE d.side WHEN 'platform' THEN d.line_id ELSE (
                           SELECT o.id FROM payment_bridge_statement_line o
                            WHERE o.instruction_id = d.instruction_id AND %(is_whole)s
                              AND (o.amount > 0) = (SELECT operation IN ('collect', 'charge')
                                                    FROM payment_bridge_instruction WHERE id = d.instruction_id)
                            LIMIT 1) END
                  LEFT JOIN payment_bridge_instruction i ON i.id = COALESCE(l.instruction_id, d.instruction_id)
                 CROSS JOIN LATERAL (
                       SELECT d.side = 'platform' AND d.instruction_state IS NOT NULL
                              AND d.instruction_state != i.state AS answered) how
                  LEFT JOIN LATERAL (
                       SELECT (e.content::jsonb)->'details'->>'source' AS source
                         FROM payment_bridge_audit_event e
                        WHERE answered AND e.record_model = 'payment.bridge.instruction' AND e.record_id = i.id
                          AND e.event = 'instruction.' || i.state
                        ORDER BY e.id DESC LIMIT 1) told ON TRUE
                 WHERE d.id = ANY(%(ids)s) AND l.state IN ('matched', 'posted') AND l.decided_by_id IS NULL
                RETURNING line_id
                """,
                is_whole=IS_WHOLE,
                now=fields.Datetime.now(),
                ids=difference_ids,
            )
        )
        rows = self.env.cr.fetchall()
        if rows:
            self.invalidate_model()
            lines = self.env["payment.bridge.statement.line"].browse(row[0] for row in rows)
            self.env["payment.bridge.discrepancy"]._settle_with(lines, self.env._("Explained by what came later."))
            self.env["payment.bridge.audit.event"]._record("treatments.noted", channel, differences=len(rows))

    @api.model
    @api.private
    def _lapse(self, channel):
        """What stands for a difference that is open again, because something about it changed, stands no more."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE payment_bridge_treatment t SET state = 'lapsed'
                  FROM payment_bridge_difference d
                 WHERE d.id = t.difference_id AND t.state = 'done' AND d.state = 'open' AND d.channel_id = %s
                """,
                channel.id,
            )
        )
        if self.env.cr.rowcount:
            self.invalidate_model(["state"])
