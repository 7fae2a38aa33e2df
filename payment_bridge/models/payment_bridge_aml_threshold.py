"""From which amounts banks report transfers to the authority."""

from odoo import api, fields, models

from ..checks.aml import ORGANISATION, PERSON, PERSON_ABROAD

SELECTION_SCOPE = [
    (ORGANISATION, "To an organisation"),
    (PERSON, "To a person, inside the country"),
    (PERSON_ABROAD, "To a person, across the border"),
]
AUDITED_FIELDS = (
    "scope", "active", "country_id", "amount", "currency_id", "foreign_amount", "foreign_currency_id", "valid_from",
    "valid_to", "source",
)  # fmt: skip


class PaymentBridgeAmlThreshold(models.Model):
    """An amount of the law, with the days on which it holds. Companies of its country are told when what they pay
    reaches it; the report itself is the bank's duty.

    ``amount`` counts what is paid in ``currency_id``, ``foreign_amount`` what is paid in any other currency, as its
    worth in ``foreign_currency_id``.
    """

    _name = "payment.bridge.aml.threshold"
    _description = "Reporting Amount"
    _inherit = ["payment.bridge.four.eyes"]
    _order = "country_id, scope, valid_from desc, id"
    _rec_name = "source"

    active = fields.Boolean(default=True)
    country_id = fields.Many2one("res.country", required=True, index=True, help="Companies of this country heed it.")
    scope = fields.Selection(SELECTION_SCOPE, required=True)
    currency_id = fields.Many2one("res.currency", required=True)
    amount = fields.Monetary(required=True)
    foreign_currency_id = fields.Many2one("res.currency")
    foreign_amount = fields.Monetary(string="In Other Currencies", currency_field="foreign_currency_id")
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(help="The last day on which it holds. Empty: until further notice.")
    source = fields.Char(required=True, help="The law or order that says so.")

    _amounts_positive = models.Constraint(
        "CHECK (amount > 0 AND COALESCE(foreign_amount, 0) >= 0)", "A reporting amount is above zero."
    )
    _days_in_order = models.Constraint(
        "CHECK (valid_to IS NULL OR valid_to >= valid_from)", "The last day is not before the first."
    )

    @api.model_create_multi
    def create(self, vals_list):
        made = super().create(vals_list)
        made._tell("aml_threshold.created")
        return made

    def write(self, vals):
        before = {one.id: one._details() for one in self}
        result = super().write(vals)
        self.filtered(lambda one: one._details() != before[one.id])._tell("aml_threshold.changed")
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_with_event(self):
        self._tell("aml_threshold.deleted")

    def _details(self):
        """The threshold as the trail keeps it: plain values."""
        details = {}
        for name in AUDITED_FIELDS:
            value = self[name]
            details[name] = value.id if isinstance(value, models.BaseModel) else str(value)
        return details

    def _tell(self, event):
        for one in self:
            self.env["payment.bridge.audit.event"]._record(event, one, **one._details())

    @api.model
    @api.private
    def _in_force(self, company):
        """The thresholds for a company, whatever the day."""
        return self.sudo().search([("country_id", "=", company.country_id.id)])

    @api.private
    def _holds_on(self, day):
        return self.valid_from <= day and (not self.valid_to or day <= self.valid_to)

    # -- changed by two people -----------------------------------------------------

    def _four_eyes_company(self):
        """It is no company's own: one of its country that wants four eyes is enough."""
        return self.env["res.company"]._bridge_wanting_four_eyes(self.country_id)

    @api.model
    def _four_eyes_company_for(self, vals):
        country = self.env["res.country"].browse(vals.get("country_id"))
        return self.env["res.company"]._bridge_wanting_four_eyes(country)

    @api.model
    def _four_eyes_group(self):
        return "payment_bridge.group_officer"
