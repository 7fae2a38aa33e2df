"""The held part of a bill item's open amount, guarded by the database."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from .refusal import refused


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    bridge_held = fields.Float(
        string="Held for Payments",
        readonly=True,
        copy=False,
        digits=(16, 4),
        help="What payments in preparation hold of this item's open amount, in its currency.",
    )

    _bridge_held_within_open = models.Constraint(
        "CHECK (COALESCE(bridge_held, 0) = 0"
        " OR (bridge_held > 0 AND bridge_held <= abs(amount_residual_currency) + 0.00005))",
        "Another payment holds the open amount of this bill already. Nothing was sent. Open the bill to"
        " see the payment.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._bridge_forbid_held(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._bridge_forbid_held(vals)
        return super().write(vals)

    def _bridge_forbid_held(self, vals):
        """What is held is counted where it is held and nowhere else: written to nothing, a bill could be paid twice."""
        if "bridge_held" in vals:
            words = self.env._("What payments hold of a bill is counted by themselves and written by nobody.")
            raise refused(self, "held_written", UserError(words))
