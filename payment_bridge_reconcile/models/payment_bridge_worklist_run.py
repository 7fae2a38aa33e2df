"""Treating many differences in one way: what can be done is done, what cannot is listed with the reason and left."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..treatments import WAYS, Asked
from .treatment_ways import FOUND_BY_ITSELF, SELECTION_WAY

AT_ONCE = 100
"""Up to so many are treated while the person waits; more go to the background, with a progress bar."""
BATCH = 20
LISTED = 200
LOOKED_AT = 300
"""So many of a selection are looked at before it begins; the others when their turn comes."""
ALIKE = 3

SELECTION_BULK = [(code, label) for code, label in SELECTION_WAY if code not in FOUND_BY_ITSELF]


class PaymentBridgeWorklistRun(models.Model):
    """One person's decision over a selection. It is kept: who did what to how many, and what was refused why."""

    _name = "payment.bridge.worklist.run"
    _description = "Differences Resolved Together"
    _order = "id desc"
    _rec_name = "way"

    company_id = fields.Many2one("res.company", compute="_compute_company", store=True, index=True)
    difference_ids = fields.Many2many(
        "payment.bridge.difference", "payment_bridge_worklist_run_rel", "run_id", "difference_id", readonly=True
    )
    way = fields.Selection(SELECTION_BULK, string="What Is to Be Done")
    allowed_ways = fields.Json(compute="_compute_allowed_ways")
    note = fields.Char(string="Why")
    account_id = fields.Many2one("account.account", string="Write Off To")
    partner_id = fields.Many2one("res.partner", string="Whose Money")
    until = fields.Date()
    post_now = fields.Boolean(string="Post at Once")
    total = fields.Integer(string="Selected", compute="_compute_totals")
    can_count = fields.Integer(string="Can Be Done", compute="_compute_totals")
    totals = fields.Html(compute="_compute_totals", sanitize=False)
    refusals = fields.Html(string="Left as They Are", compute="_compute_totals", sanitize=False)
    state = fields.Selection(
        [
            ("draft", "Being Prepared"),
            ("running", "Running"),
            ("done", "Done"),
            ("cancelled", "Stopped"),
        ],
        string="Status",
        required=True,
        readonly=True,
        default="draft",
        index=True,
    )
    user_id = fields.Many2one("res.users", string="Done By", readonly=True, default=lambda self: self.env.uid)
    line_ids = fields.One2many("payment.bridge.worklist.run.line", "run_id", readonly=True)
    done_count = fields.Integer(string="Done", compute="_compute_progress")
    refused_count = fields.Integer(string="Left", compute="_compute_progress")
    standing_count = fields.Integer(string="Standing", compute="_compute_progress", help="Done and not taken back.")
    progress = fields.Float(compute="_compute_progress", help="Per cent.")

    @api.depends("way")
    @api.depends_context("lang")
    def _compute_display_name(self):
        words = dict(self._fields["way"]._description_selection(self.env))
        for run in self:
            run.display_name = words.get(run.way) or self._description

    @api.depends("difference_ids.company_id")
    def _compute_company(self):
        for run in self:
            run.company_id = run.difference_ids.company_id[:1] or self.env.company

    @api.depends("difference_ids")
    def _compute_allowed_ways(self):
        """The ways that one of the selection allows, looked up for one of each kind."""
        for run in self:
            open_ones = run.difference_ids.filtered(lambda one: one.state == "open")
            kinds = open_ones.grouped(lambda one: (one.side, one.difference, one.line_id.kind, bool(one.similar_id)))
            found = {way.code for alike in kinds.values() for one in alike[:ALIKE] for way in one._ways()}
            run.allowed_ways = [code for code, _label in SELECTION_BULK if code in found]

    @api.depends("difference_ids", "way", "note", "account_id", "partner_id", "until", "state", "line_ids")
    @api.depends_context("lang")
    def _compute_totals(self):
        for run in self:
            run.total = len(run.difference_ids)
            refused = (
                run._refused()
                if run.state == "draft"
                else {line.difference_id: line.message for line in run.line_ids if line.message}
            )
            looked_at = run.difference_ids[:LOOKED_AT] if run.state == "draft" else run.difference_ids
            can = looked_at - self.env["payment.bridge.difference"].union(*refused)
            run.can_count = len(can) if run.way else 0
            run.totals = run._render_totals(can) if run.way else False
            run.refusals = run._render_refusals(refused) if run.way and refused else False

    def _refused(self):
        """Those of the selection that cannot be treated that way, as {difference: why}."""
        if not self.way:
            return {}
        way, asked = WAYS[self.way], self._asked()
        return {
            difference: problem
            for difference in self.difference_ids[:LOOKED_AT]
            if (problem := self._problem(difference, way, asked))
        }

    def _problem(self, difference, way, asked):
        if difference.state != "open":
            return self.env._("It is not open any more.")
        return way.refusal(difference, asked) or way.missing(difference, asked)

    def _asked(self):
        return Asked(
            note=self.note or "",
            account=self.account_id,
            partner=self.partner_id,
            until=self.until or None,
            post_now=self.post_now,
        )

    def _render_totals(self, can):
        """What would be done, by currency."""
        return Markup("<br/>").join(
            self.env._(
                "Differences: %(count)s, together %(amount)s",
                count=len(of_currency),
                amount=currency.format(sum(of_currency.mapped("amount"))),
            )
            for currency, of_currency in can.grouped("currency_id").items()
        )

    def _render_refusals(self, refused):
        """Each one that is left, with the reason."""
        shown = list(refused.items())[:LISTED]
        rows = Markup("").join(
            Markup("<tr><td>{}</td><td class='text-end text-nowrap'>{}</td><td>{}</td></tr>").format(
                difference.line_id.entry_reference or difference.instruction_id.key or "",
                difference.currency_id.format(difference.amount),
                problem,
            )
            for difference, problem in shown
        )
        rest = len(refused) - len(shown)
        if rest > 0:
            rows += Markup("<tr><td colspan='3' class='text-muted'>{}</td></tr>").format(
                self.env._("and %s more", rest)
            )
        return Markup("<table class='table table-sm mb-0'>{}</table>").format(rows)

    @api.depends("line_ids.message", "line_ids.treatment_id.state", "difference_ids")
    def _compute_progress(self):
        for run in self:
            refused = run.line_ids.filtered("message")
            run.refused_count = len(refused)
            run.done_count = len(run.line_ids) - len(refused)
            run.standing_count = len(run.line_ids.treatment_id.filtered(lambda one: one.state == "done"))
            run.progress = 100.0 * len(run.line_ids) / len(run.difference_ids) if run.difference_ids else 0.0

    def write(self, vals):
        if not self.env.su and self.filtered(lambda run: run.state != "draft"):
            raise UserError(self.env._("A run that has begun is not changed: stop it, or undo single treatments."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        if self.filtered(lambda run: run.state != "draft"):
            raise UserError(self.env._("A run that has begun is part of the trail and stays."))

    # -- doing ---------------------------------------------------------------------------

    def action_run(self):
        """Treat what can be treated: now, or in the background when they are many."""
        self.ensure_one()
        self.env["payment.bridge.statement"]._require_clerk(self)
        if self.state != "draft" or self.user_id != self.env.user:
            raise UserError(self.env._("This run has begun already, or belongs to somebody else."))
        if not self.way:
            raise UserError(self.env._("Choose what is to be done."))
        if not self.can_count:
            raise UserError(self.env._("None of these can be treated that way: see why below."))
        self.sudo().state = "running"
        self.env["payment.bridge.audit.event"]._record(
            "worklist.begun", self, way=self.way, selected=self.total, note=self.note or None
        )
        if self.total <= AT_ONCE:
            self._treat_next(self.total)
        else:
            self.env.ref("payment_bridge_reconcile.cron_worklist").sudo()._trigger()
        return self._get_records_action(target="new", name=self.env._("Resolve Several"))

    def action_stop(self):
        """Stop after the batch that is under way; what was done stays done."""
        self.env["payment.bridge.statement"]._require_clerk(self)
        for run in self.filtered(lambda one: one.state == "running"):
            run.sudo().state = "cancelled"
            self.env["payment.bridge.audit.event"]._record("worklist.stopped", run, done=run.done_count)

    def action_undo(self):
        """Take back everything that the run did and that still stands."""
        self.ensure_one()
        self.env["payment.bridge.statement"]._require_clerk(self)
        standing = self.line_ids.treatment_id.filtered(lambda one: one.state == "done")
        if not standing:
            raise UserError(self.env._("Nothing that this run did still stands."))
        return standing.action_undo()

    @api.private
    def _treat_next(self, count):
        """Treat up to ``count`` more of the selection, each by itself. Answers how many are left."""
        self.ensure_one()
        way, asked = WAYS[self.way], self._asked()
        waiting = (self.difference_ids - self.line_ids.difference_id).sorted("id")
        lines = []
        for difference in waiting[:count]:
            message, treatment = "", None
            try:
                with self.env.cr.savepoint():
                    treatment = difference._treat(way.code, asked)
            except UserError as error:
                message = str(error)
            lines.append(
                {
                    "run_id": self.id,
                    "difference_id": difference.id,
                    "message": message,
                    "treatment_id": treatment and treatment.id,
                }
            )
        self.env["payment.bridge.worklist.run.line"].sudo().create(lines)
        left = len(waiting) - len(lines)
        if not left:
            self.sudo().state = "done"
            self.env["payment.bridge.audit.event"]._record(
                "worklist.done", self, way=self.way, treated=self.done_count, left=self.refused_count
            )
        return left

    @api.model
    def _cron_run(self):
        """Go on with the runs that are under way, batch by batch, each as the person who began it."""
        cron = self.env["ir.cron"]
        for run in self.search([("state", "=", "running")], order="id"):
            own = run.with_user(run.user_id).with_company(run.company_id)
            left = 1
            while left:
                left = own._treat_next(BATCH)
                if not cron._commit_progress(BATCH, remaining=left):
                    return
                run.invalidate_recordset(["state"])
                if run.state != "running":
                    break


class PaymentBridgeWorklistRunLine(models.Model):
    """What became of one difference of a run."""

    _name = "payment.bridge.worklist.run.line"
    _description = "Difference of a Run"
    _order = "id"
    _log_access = False

    run_id = fields.Many2one("payment.bridge.worklist.run", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="run_id.company_id", store=True, index=True)
    difference_id = fields.Many2one("payment.bridge.difference", required=True, readonly=True)
    currency_id = fields.Many2one(related="difference_id.currency_id")
    amount = fields.Monetary(related="difference_id.amount")
    treatment_id = fields.Many2one("payment.bridge.treatment", readonly=True)
    message = fields.Char(string="Why It Was Left", readonly=True)
