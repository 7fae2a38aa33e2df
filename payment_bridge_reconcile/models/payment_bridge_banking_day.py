"""Where the calendar of banks differs from Monday to Friday."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .banking_days import arrivals

ZONE_COUNTRIES = {"Asia/Shanghai": "base.cn", "Asia/Hong_Kong": "base.hk"}
"""Where the platforms of a time zone keep their accounts, when a channel's company does not tell better."""


class PaymentBridgeBankingDay(models.Model):
    """A holiday, or a weekend on which banks work, in a country or for one company alone."""

    _name = "payment.bridge.banking.day"
    _description = "Banking Calendar Exception"
    _order = "first_day desc, id"

    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(
        [("holiday", "Banks rest"), ("working", "Banks work")], required=True, default="holiday", index=True
    )
    first_day = fields.Date(required=True, default=fields.Date.context_today)
    last_day = fields.Date(required=True, default=fields.Date.context_today)
    country_id = fields.Many2one("res.country", default=lambda self: self.env.company.country_id, index=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Only for this company, in place of what its country says. Empty: for all."
    )
    active = fields.Boolean(default=True)

    _days_in_order = models.Constraint("CHECK (first_day <= last_day)", "It ends on or after its first day.")
    _of_somebody = models.Constraint(
        "CHECK (country_id IS NOT NULL OR company_id IS NOT NULL)", "Say for which country or company it counts."
    )
    _days = models.Index("(first_day, last_day)")

    @api.constrains("first_day", "last_day", "country_id", "company_id", "active")
    def _check_told_once(self):
        """One day is told once: two exceptions for it would contradict each other."""
        for one in self.filtered("active"):
            of_whom = (
                [("company_id", "=", one.company_id.id)]
                if one.company_id
                else [("company_id", "=", False), ("country_id", "=", one.country_id.id)]
            )
            others = self.search(
                [
                    ("id", "!=", one.id),
                    ("first_day", "<=", one.last_day),
                    ("last_day", ">=", one.first_day),
                    *of_whom,
                ],
                limit=1,
            )
            if others:
                raise ValidationError(
                    self.env._("%(other)s tells some of these days already.", other=others.display_name)
                )


class PaymentBridgeChannel(models.Model):
    _inherit = "payment.bridge.channel"

    banking_country_id = fields.Many2one(
        "res.country",
        string="Banking Days Of",
        compute="_compute_banking_country",
        store=True,
        readonly=False,
        tracking=True,
        help="Whose holidays and working weekends count when a payment is carried over to the next banking day.",
    )

    @api.depends("connector_code", "company_id")
    def _compute_banking_country(self):
        """The country in whose time zone the platform keeps its days, else the company's."""
        for channel in self:
            connector = channel._connector_class()
            of_zone = ZONE_COUNTRIES.get(connector.capabilities.zone) if connector else None
            channel.banking_country_id = (
                self.env.ref(of_zone, raise_if_not_found=False) if of_zone else channel.company_id.country_id
            )

    @api.private
    def _banking_day_after(self, day, count=1):
        """The ``count``-th banking day after ``day``."""
        self.ensure_one()
        self.env.flush_all()
        rows = dict(self.env.execute_query(arrivals(self, count, day, day)))
        return rows[day]

    @api.model
    def _audited_fields(self):
        return super()._audited_fields() | {"banking_country_id"}
