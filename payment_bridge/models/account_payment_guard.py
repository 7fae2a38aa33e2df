"""What a payment knows of its order follows from what was done, and is written by nobody."""

from odoo import api, models
from odoo.exceptions import UserError

from .refusal import refused

FOLLOWS = frozenset(
    {
        "bridge_instruction_id", "bridge_state", "bridge_operation", "bridge_reversal_id", "bridge_undecided",
        "bridge_check_verdict", "bridge_reservation_ids", "bridge_check_ids", "bridge_refund_ids",
    }
)  # fmt: skip
FIXED = FOLLOWS | {"bridge_refund_of_id"}
"""What a payment refunds is said when it is made, and then stays."""


class AccountPayment(models.Model):
    _inherit = "account.payment"

    @api.model_create_multi
    def create(self, vals_list):
        told = FOLLOWS | {f"default_{name}" for name in FOLLOWS}
        for vals in (*vals_list, self.env.context):
            self._bridge_forbid_told(told & set(vals))
        return super().create(vals_list)

    def write(self, vals):
        self._bridge_forbid_told(FIXED & set(vals))
        return super().write(vals)

    def _bridge_forbid_told(self, names):
        """:raises UserError: when a person, by whatever way, says that a payment was ordered, sent or checked."""
        if names and not self.env.su:
            words = self.env._(
                "Where a payment stands at the platform follows from its order and is written by nobody."
            )
            raise refused(self, "order_told", UserError(words))
