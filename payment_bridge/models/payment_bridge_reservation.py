"""The open amount of a bill, promised to one payment."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, float_compare

from .refusal import refused


class PaymentBridgeReservation(models.Model):
    """A part of a bill's open amount that a payment holds.

    While it is *held*, the amount is also counted on the journal item itself, where a database
    constraint keeps the sum of all holds within what is still open: two users, two wizards or two
    workers cannot promise the same money twice. When the payment is booked the open amount itself
    goes down and the hold ends; the record stays and says which bill a payment pays, and how much.
    """

    _name = "payment.bridge.reservation"
    _description = "Bill Amount Reservation"
    _order = "id"

    payment_id = fields.Many2one("account.payment", required=True, readonly=True, index=True, ondelete="cascade")
    line_id = fields.Many2one(
        "account.move.line", string="Bill Item", required=True, readonly=True, index=True, ondelete="restrict"
    )
    bill_id = fields.Many2one(related="line_id.move_id", store=True, index=True)
    company_id = fields.Many2one(related="payment_id.company_id", store=True)
    currency_id = fields.Many2one(related="line_id.currency_id")
    amount = fields.Monetary(required=True, readonly=True)
    state = fields.Selection(
        [("held", "Held"), ("booked", "Booked"), ("released", "Released")],
        required=True,
        readonly=True,
        default="held",
        index=True,
    )

    _amount_positive = models.Constraint("CHECK (amount > 0)", "A reservation needs an amount above zero.")

    @api.model
    @api.private
    def _hold(self, payment, lines):
        """Hold the open amounts of ``lines`` for ``payment``, oldest first, up to its amount.

        :raises UserError: when less is open than the payment would pay, naming who holds it.
        """
        lines = lines.sorted(lambda line: (line.date_maturity or line.date, line.id))
        lines.flush_recordset()
        self._require_open(lines)
        left = payment.currency_id.round(payment.amount)
        reservations = self.browse()
        for line in lines:
            free = abs(line.amount_residual_currency) - line.bridge_held
            if line.currency_id != payment.currency_id:
                amount = free
            else:
                amount = min(free, left)
                left -= amount
            if line.currency_id.compare_amounts(amount, 0.0) > 0:
                self._count_held(line, amount)
                reservations |= self.sudo().create({"payment_id": payment.id, "line_id": line.id, "amount": amount})
        return reservations

    @api.model
    def _require_open(self, lines):
        """Refuse in words what the constraint would refuse."""
        for line in lines:
            free = abs(line.amount_residual_currency) - line.bridge_held
            if float_compare(free, 0.0, precision_rounding=line.currency_id.rounding) > 0:
                continue
            holders = self.sudo().search([("line_id", "=", line.id), ("state", "in", ("held", "booked"))]).payment_id
            words = self.env._(
                "%(bill)s has nothing left to pay: %(payments)s. Nothing was sent. Open that payment"
                " to see how far it is.",
                bill=line.move_id.display_name,
                payments=", ".join(holders.mapped("display_name")) or self.env._("it was paid or reconciled meanwhile"),
            )
            raise refused(line.move_id, "paid_again", UserError(words), payments=holders.ids)

    @api.model
    def _count_held(self, line, amount):
        self.env.cr.execute(
            SQL(
                "UPDATE account_move_line SET bridge_held = COALESCE(bridge_held, 0) + %s WHERE id = %s",
                amount,
                line.id,
            )
        )
        line.invalidate_recordset(["bridge_held"])

    @api.private
    def _end(self, state):
        """End the hold: ``booked`` when the payment's entry takes its place, ``released`` when not."""
        for reservation in self.sudo():
            if reservation.state == "held":
                self._count_held(reservation.line_id, -reservation.amount)
            if reservation.state != state:
                reservation.state = state
