"""What each day's rows of a channel have rounded off, kept below the cap by the database."""

from odoo import api, fields, models
from odoo.tools import SQL


class PaymentBridgeRoundingDay(models.Model):
    """One day of the platform. Two runs that round off at once meet on its row, so the cap holds for both together."""

    _name = "payment.bridge.rounding.day"
    _description = "Roundings of a Day"
    _order = "day desc, channel_id"
    _rec_name = "day"
    _log_access = False

    channel_id = fields.Many2one("payment.bridge.channel", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    day = fields.Date(required=True, readonly=True)
    amount = fields.Monetary(readonly=True, help="All roundings together, whichever way they go.")

    _day_once = models.UniqueIndex("(channel_id, day)")


class PaymentBridgeChannel(models.Model):
    _inherit = "payment.bridge.channel"

    @api.private
    def _rounding_left(self, day):
        """How much rows of that day may still round off."""
        self.ensure_one()
        known = self.env["payment.bridge.rounding.day"].sudo().search([("channel_id", "=", self.id), ("day", "=", day)])
        return self.currency_id.round(max(self.rounding_daily_cap - known.amount, 0.0))

    @api.private
    def _round_off(self, day, amount):
        """Count ``amount`` into that day's roundings, or out of them when it is negative. Answers False, and counts
        nothing, when the cap does not allow it."""
        self.ensure_one()
        if amount > 0 and self.currency_id.compare_amounts(amount, self.rounding_daily_cap) > 0:
            return False
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO payment_bridge_rounding_day AS known (channel_id, company_id, currency_id, day, amount)
                VALUES (%(channel)s, %(company)s, %(currency)s, %(day)s, GREATEST(%(amount)s::numeric, 0))
                    ON CONFLICT (channel_id, day) DO UPDATE
                   SET amount = GREATEST(known.amount + %(amount)s::numeric, 0)
                 WHERE %(amount)s::numeric <= 0 OR known.amount + %(amount)s::numeric <= %(cap)s::numeric
                """,
                channel=self.id,
                company=self.company_id.id,
                currency=self.currency_id.id,
                day=day,
                amount=f"{amount:.{self.currency_id.decimal_places}f}",
                cap=f"{self.rounding_daily_cap:.{self.currency_id.decimal_places}f}",
            )
        )
        counted = self.env.cr.rowcount
        self.env["payment.bridge.rounding.day"].invalidate_model()
        return bool(counted)
