"""Posting many statements: what will happen, before it is begun."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class PaymentBridgeStatementPostMany(models.TransientModel):
    """Posts statements one after the other in the background, oldest first."""

    _name = "payment.bridge.statement.post.many"
    _description = "Post Statements"

    statement_ids = fields.Many2many("payment.bridge.statement", required=True)
    statement_count = fields.Integer(string="Statements", compute="_compute_counts")
    to_post_count = fields.Integer(string="Rows to Post", compute="_compute_counts")
    unmatched_count = fields.Integer(string="Rows Without an Explanation", compute="_compute_counts")
    first_day = fields.Date(string="From", compute="_compute_counts")
    last_day = fields.Date(string="To", compute="_compute_counts")
    with_suspense = fields.Boolean(
        string="Post unmatched rows to suspense",
        help="Each unmatched row becomes an entry on the suspense account, so that the balance agrees; it"
        " stays there until somebody explains it.",
    )

    @api.depends("statement_ids")
    def _compute_counts(self):
        for wizard in self:
            statements = wizard.statement_ids
            counts = dict(
                self.env["payment.bridge.statement.line"]._read_group(
                    [("statement_id", "in", statements.ids), ("state", "in", ("matched", "unmatched"))],
                    ["state"],
                    ["__count"],
                )
            )
            wizard.statement_count = len(statements)
            wizard.to_post_count = counts.get("matched", 0)
            wizard.unmatched_count = counts.get("unmatched", 0)
            wizard.first_day = min(statements.mapped("first_day"), default=False)
            wizard.last_day = max(statements.mapped("last_day"), default=False)

    def action_post(self):
        """Begin, and show how far it is."""
        self.ensure_one()
        self.env["payment.bridge.statement"]._require_clerk(self)
        self.statement_ids.check_access("read")
        if not self.to_post_count and not (self.with_suspense and self.unmatched_count):
            raise UserError(self.env._("No row of these statements is ready to be posted. Match them first."))
        return self.env["payment.bridge.run"]._start_post(self.statement_ids, self.with_suspense)
