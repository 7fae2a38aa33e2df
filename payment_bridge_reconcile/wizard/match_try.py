"""Trying a rule on history."""

from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

DAYS = 90


class PaymentBridgeMatchTry(models.TransientModel):
    """Asks for the days of a dry run."""

    _name = "payment.bridge.match.try"
    _description = "Try a Reconciliation Rule on History"

    rule_id = fields.Many2one("payment.bridge.match.rule", required=True, readonly=True, ondelete="cascade")
    date_from = fields.Date(
        string="From", required=True, default=lambda self: fields.Date.context_today(self) - timedelta(days=DAYS)
    )
    date_to = fields.Date(string="To", required=True, default=fields.Date.context_today)

    def action_try(self):
        """Run it; nothing is changed."""
        self.ensure_one()
        self.rule_id._require_author()
        if self.date_from > self.date_to:
            raise UserError(self.env._("A dry run ends on or after its first day."))
        trial = self.rule_id._try(self.date_from, self.date_to)
        return trial._get_records_action(name=self.env._("Dry Run"))
