"""Differences that have a proposal: open documents that the row may pay, or what a rule says of it."""

from odoo import api, fields, models
from odoo.tools import SQL


class PaymentBridgeDifference(models.Model):
    _inherit = "payment.bridge.difference"

    proposal = fields.Selection(
        selection_add=[("document", "Match it to the documents found"), ("rule", "Do as the rule proposes")],
        ondelete={"document": "cascade", "rule": "cascade"},
    )
    best_proposal = fields.Char(compute="_compute_best_proposal")

    @api.depends("line_id.proposal_ids.reason", "line_id.proposal_ids.state")
    @api.depends_context("lang")
    def _compute_best_proposal(self):
        for difference in self:
            best = difference._best_proposal()
            difference.best_proposal = best and f"{best.names}: {best.reason}"

    def _best_proposal(self):
        return self.line_id.proposal_ids.filtered(lambda one: one.state == "open").sorted(
            lambda one: (-one.score, one.id)
        )[:1]

    @api.depends("line_id.proposal_ids.state")
    def _compute_reason(self):
        result = super()._compute_reason()
        for difference in self.filtered(lambda one: one.proposal in ("document", "rule")):
            if difference.best_proposal:
                difference.reason = f"{difference.reason or ''} {difference.best_proposal}".strip()
        return result

    def action_accept_proposal(self):
        """Accept the best proposal of each row."""
        self.env["payment.bridge.statement"]._require_clerk(self)
        best = self.env["payment.bridge.statement.proposal"].union(*(one._best_proposal() for one in self))
        return best.action_accept()

    @api.model
    @api.private
    def _close_of(self, lines):
        """The differences of rows that a person has just explained."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE payment_bridge_difference SET state = 'closed', closed_on = %s
                 WHERE line_id = ANY(%s) AND side = 'platform' AND state = 'open'
                   AND (difference, proposal) != ('fee', 'claim')
                """,
                fields.Date.context_today(self),
                lines.ids,
            )
        )
        self.invalidate_model()
