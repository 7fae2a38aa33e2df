"""A long job that a person started: what it is, how far it has come, and how it ended."""

import base64

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

SELECTION_KIND = [("import", "Load a file"), ("match", "Match rows"), ("post", "Post statements")]
SELECTION_STATE = [
    ("waiting", "Waiting"),
    ("running", "Running"),
    ("done", "Done"),
    ("cancelled", "Cancelled"),
    ("failed", "Failed"),
]
OVER = ("done", "cancelled", "failed")
LARGE_FILE_BYTES = 4 * 1024 * 1024
"""From this size on a file is loaded in the background."""
KEPT_DAYS = 60
MANY_ROWS = 20_000
"""From so many rows on matching or posting them is done in the background."""


class PaymentBridgeRun(models.Model):
    """Loading a large file, matching many rows, or posting many statements, one after the other.

    It is worked off in bounded steps by one of two scheduled actions, so that the files of two channels are loaded at
    once; each step is a transaction of its own that is done whole or not at all. What is written here while a step is
    under way goes over a cursor of its own, so that people see it; nobody but its worker changes a run, but for the
    wish to end it.
    """

    _name = "payment.bridge.run"
    _description = "Reconciliation Run"
    _order = "id desc"
    _rec_names_search = ("file_name", "channel_ids")

    name = fields.Char(compute="_compute_name")
    kind = fields.Selection(SELECTION_KIND, required=True, readonly=True)
    state = fields.Selection(
        SELECTION_STATE, string="Status", required=True, readonly=True, default="waiting", index=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    user_id = fields.Many2one("res.users", string="Started By", required=True, readonly=True)
    channel_ids = fields.Many2many("payment.bridge.channel", string="Channels", readonly=True)
    statement_ids = fields.Many2many("payment.bridge.statement", string="Statements", readonly=True)

    file = fields.Binary(attachment=True, readonly=True)
    file_name = fields.Char(readonly=True)
    file_kind = fields.Char(readonly=True)
    correct = fields.Boolean(readonly=True, help="The file may correct rows that are known.")
    with_suspense = fields.Boolean(string="Unmatched Rows to Suspense", readonly=True)
    expected_digest = fields.Char(readonly=True, help="Stands for the plan that the person has seen.")

    total = fields.Integer(readonly=True, help="How many steps there are, or rows where a file is read.")
    done = fields.Integer(readonly=True)
    unit = fields.Selection(
        [("row", "Rows"), ("statement", "Statements"), ("channel", "Channels")], readonly=True, required=True
    )
    progress = fields.Float(compute="_compute_progress", help="In per cent.")
    message = fields.Char(readonly=True, help="What it does now, or what came of it.")
    problems = fields.Text(readonly=True, help="What could not be done, one a line.")
    problem_count = fields.Integer(readonly=True)
    result_count = fields.Integer(string="Rows Done", readonly=True, help="Rows loaded, matched or posted.")
    cancel_requested = fields.Boolean(readonly=True)
    started_at = fields.Datetime(readonly=True)
    finished_at = fields.Datetime(readonly=True)
    tries = fields.Integer(readonly=True, help="How often it was begun.")
    is_live = fields.Boolean(compute="_compute_progress")

    @api.depends("kind", "file_name", "channel_ids.name", "statement_ids")
    @api.depends_context("lang")
    def _compute_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for run in self:
            names = run.channel_ids.mapped("name")
            what = run.file_name or (
                self.env._("%(first)s and %(more)s more", first=names[0], more=len(names) - 1)
                if len(names) > 1
                else "".join(names)
            )
            run.name = f"{kinds.get(run.kind, '')} · {what}" if what else kinds.get(run.kind, "")

    @api.depends("state", "total", "done")
    def _compute_progress(self):
        for run in self:
            run.is_live = run.state not in OVER
            if run.state == "done":
                run.progress = 100.0
            else:
                run.progress = min(100.0 * run.done / run.total, 100.0) if run.total else 0.0

    @api.ondelete(at_uninstall=False)
    def _unlink_only_over(self):
        if self.filtered("is_live"):
            raise UserError(self.env._("A run that is not over cannot be deleted. End it first."))

    # -- starting ---------------------------------------------------------------------

    @api.model
    @api.private
    def _start(self, channels, values):
        """Make a run and wake the worker; answers the action that shows it."""
        run = self.sudo().create(
            {
                "company_id": channels.company_id[:1].id or self.env.company.id,
                "user_id": self.env.uid,
                "channel_ids": [Command.set(channels.ids)],
                "message": self.env._("Waiting for its turn."),
                **values,
            }
        )
        self.env["payment.bridge.audit.event"]._record("run.started", run, kind=run.kind, file=run.file_name or None)
        for worker in ("cron_run", "cron_run_beside"):
            self.env.ref(f"payment_bridge_reconcile.{worker}").sudo()._trigger()
        return run.with_env(self.env)._get_records_action(name=run.name)

    @api.model
    @api.private
    def _start_import(self, channel, content, file_name, kind, correct):
        """Load a file in the background."""
        return self._start(
            channel,
            {
                "kind": "import",
                "unit": "row",
                "file": base64.b64encode(content),
                "file_name": file_name,
                "file_kind": kind.code,
                "correct": correct,
            },
        )

    @api.model
    @api.private
    def _start_match(self, channels):
        """Match the open rows of channels in the background, one channel a step."""
        return self._start(channels, {"kind": "match", "unit": "channel", "total": len(channels)})

    @api.model
    @api.private
    def _start_post(self, statements, with_suspense=False, expected=None):
        """Post statements in the background, oldest first, one a step."""
        return self._start(
            statements.channel_id,
            {
                "kind": "post",
                "unit": "statement",
                "total": len(statements),
                "statement_ids": [Command.set(statements.ids)],
                "with_suspense": with_suspense,
                "expected_digest": expected,
            },
        )

    # -- buttons --------------------------------------------------------------------

    def action_cancel(self):
        """End runs: those that wait at once, those under way before their next step."""
        self.env["payment.bridge.statement"]._require_clerk(self)
        self.check_access("read")
        live = self.sudo().filtered("is_live")
        for run in live:
            self.env["payment.bridge.audit.event"]._record("run.cancelled", run, kind=run.kind, done=run.done)
        live.cancel_requested = True
        live.filtered(lambda run: run.state == "waiting")._end("cancelled", self.env._("Ended before it began."))

    def action_again(self):
        """Start an ended run once more; what it has done already stays done."""
        self.ensure_one()
        self.env["payment.bridge.statement"]._require_clerk(self)
        self.check_access("read")
        if self.state not in ("cancelled", "failed"):
            raise UserError(self.env._("Only a run that was cancelled or has failed can be started again."))
        copied = {
            name: self.sudo()[name]
            for name in (
                "kind", "unit", "file", "file_name", "file_kind", "correct", "with_suspense", "total",
            )
        }  # fmt: skip
        if self.statement_ids:
            copied["statement_ids"] = [Command.set(self.statement_ids.ids)]
        return self._start(self.channel_ids, copied)

    def action_open_statements(self):
        """The statements that the run is about."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("payment_bridge_reconcile.action_statement")
        if len(self.statement_ids) == 1:
            return self.statement_ids._get_records_action()
        return {**action, "domain": [("id", "in", self.statement_ids.ids)], "context": {}}

    def run_progress(self):
        """What the screen asks for while it shows a run."""
        self.ensure_one()
        self.check_access("read")
        return {
            "state": self.state,
            "live": self.is_live,
            "total": self.total,
            "done": self.done,
            "progress": self.progress,
            "message": self.message or "",
            "cancelling": self.cancel_requested and self.is_live,
            "seconds": self._seconds(),
        }

    def _seconds(self):
        if not self.started_at:
            return 0
        return ((self.finished_at or fields.Datetime.now()) - self.started_at).total_seconds()

    @api.private
    def _end(self, state, message, **values):
        """Write how it ended."""
        self.write({"state": state, "message": message, "finished_at": fields.Datetime.now(), **values})

    @api.autovacuum
    def _gc_over(self):
        """Runs that are long over go; the audit trail keeps that they were."""
        before = fields.Datetime.subtract(fields.Datetime.now(), days=KEPT_DAYS)
        self.search([("state", "in", OVER), ("finished_at", "<", before)], limit=1000).unlink()
