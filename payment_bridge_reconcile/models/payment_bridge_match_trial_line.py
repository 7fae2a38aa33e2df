"""One row of a dry run."""

from odoo import fields, models

from .payment_bridge_match_trial import SELECTION_OUTCOME
from .payment_bridge_statement_proposal import SELECTION_WAY


class PaymentBridgeMatchTrialLine(models.Model):
    """A row that the rule fits, and whether people decided about it as the rule would."""

    _name = "payment.bridge.match.trial.line"
    _description = "Row of a Dry Run"
    _order = "trial_id, id"
    _log_access = False

    trial_id = fields.Many2one(
        "payment.bridge.match.trial", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="trial_id.company_id", store=True, index=True)
    line_id = fields.Many2one(
        "payment.bridge.statement.line", string="Row", required=True, readonly=True, index=True, ondelete="cascade"
    )
    outcome = fields.Selection(SELECTION_OUTCOME, required=True, readonly=True)
    way = fields.Selection(SELECTION_WAY, string="The Rule Would", readonly=True)
    day = fields.Date(related="line_id.settled_on", string="Day")
    currency_id = fields.Many2one(related="line_id.currency_id")
    amount = fields.Monetary(related="line_id.amount")
    description = fields.Char(related="line_id.description")
    counterparty = fields.Char(related="line_id.counterparty")
    reason = fields.Char(related="line_id.reason", string="As It Stands")

    def action_open_row(self):
        """The row."""
        self.ensure_one()
        return self.line_id._get_records_action()
