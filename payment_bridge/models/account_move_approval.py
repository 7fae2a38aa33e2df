"""Bills that wait for the approval of their payment, and entries that are not posted before it."""

from odoo import api, fields, models

from .account_payment_approval import UNDECIDED


class AccountMove(models.Model):
    _inherit = "account.move"

    bridge_undecided_payment_id = fields.Many2one(
        "account.payment", string="Payment to Be Approved", compute="_compute_bridge_approval"
    )
    bridge_approval_note = fields.Char(compute="_compute_bridge_approval")

    @api.depends("bridge_reservation_ids.payment_id.bridge_approval_state")
    @api.depends_context("lang")
    def _compute_bridge_approval(self):
        for move in self:
            payments = move.sudo().bridge_reservation_ids.filtered(lambda one: one.state == "held").payment_id
            payment = payments.filtered(lambda one: one.bridge_approval_state in UNDECIDED)[:1]
            move.bridge_undecided_payment_id = payment
            move.bridge_approval_note = payment.with_env(self.env)._bridge_approval_words() if payment else False

    def _post(self, soft=True):
        """The entry of a payment that is not approved is not posted, by whatever way it is tried."""
        if unreleased := self.origin_payment_id._bridge_unreleased():
            unreleased._bridge_refuse_posting()
        return super()._post(soft)

    def action_bridge_open_undecided(self):
        """Open the payment that waits for approval."""
        self.ensure_one()
        return self.bridge_undecided_payment_id._get_records_action()
