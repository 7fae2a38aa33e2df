"""Bills that are paid through channels."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from .payment_bridge_instruction import SELECTION_STATE

GUARDED_FIELDS = {"date", "journal_id", "partner_id", "currency_id", "line_ids"}


class AccountMove(models.Model):
    _inherit = "account.move"

    bridge_reservation_ids = fields.One2many("payment.bridge.reservation", "bill_id", readonly=True)
    bridge_payment_id = fields.Many2one("account.payment", compute="_compute_bridge_payment")
    bridge_state = fields.Selection(SELECTION_STATE, string="Platform Status", compute="_compute_bridge_payment")
    bridge_note = fields.Char(compute="_compute_bridge_payment")

    @api.depends("bridge_reservation_ids.payment_id.bridge_state", "bridge_instruction_ids.payment_id.bridge_state")
    @api.depends_context("lang")
    def _compute_bridge_payment(self):
        for move in self:
            payments = move.sudo().bridge_reservation_ids.payment_id | move.sudo().bridge_instruction_ids.payment_id
            payment = payments.filtered("bridge_state").sorted("id")[-1:]
            move.bridge_payment_id = payment
            move.bridge_state = payment.bridge_state
            move.bridge_note = payment._bridge_why() if payment else False

    def _compute_payment_state(self):
        """A bill is *in payment*, not paid, while the platform has not confirmed a payment of it."""
        super()._compute_payment_state()
        paid = self.filtered(lambda move: move.payment_state == "paid" and move.is_invoice(True))
        if not paid.ids:
            return
        rows = (
            self.env["payment.bridge.reservation"]
            .sudo()
            ._read_group(
                [
                    ("bill_id", "in", paid.ids),
                    ("state", "=", "booked"),
                    ("payment_id.bridge_state", "in", ("queued", "sending", "uncertain", "processing")),
                ],
                ["bill_id"],
            )
        )
        for (bill,) in rows:
            bill.with_env(self.env).payment_state = "in_payment"

    def _track_subtype(self, init_values):
        """Telling followers that a bill is paid costs more than paying it: where nobody follows that, the
        change is logged on the bill and no more."""
        subtype = super()._track_subtype(init_values)
        followed = self.message_follower_ids.subtype_ids
        return False if self.bridge_reservation_ids and subtype and subtype not in followed else subtype

    def write(self, vals):
        if GUARDED_FIELDS & set(vals):
            self._bridge_forbid_live()
        return super().write(vals)

    def _check_draftable(self):
        self._bridge_forbid_live()
        return super()._check_draftable()

    def _bridge_forbid_live(self):
        """Refuse to change the entry of a payment that has an instruction under way."""
        live = self.filtered("origin_payment_id").origin_payment_id.filtered("bridge_is_live")
        if live:
            raise UserError(
                self.env._(
                    "%s has been ordered at a platform: its entry cannot be changed any more.",
                    ", ".join(live.mapped("display_name")),
                )
            )

    def action_bridge_open_payment(self):
        """Open the bill's newest payment through a channel."""
        self.ensure_one()
        return self.bridge_payment_id._get_records_action()
