"""Which payments need whose approval."""

from collections import Counter

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

AUDITED_FIELDS = (
    "name", "active", "company_id", "amount_from", "amount_to", "channel_ids", "partner_ids", "category_ids",
    "in_order", "level_ids", "risk_from", "after_warning",
)  # fmt: skip


class PaymentBridgeApprovalRule(models.Model):
    """A rule fits a payment by amount, channel and payee; every rule that fits adds its levels.

    A payment keeps the levels that it was submitted with: changing a rule changes nothing that waits.
    """

    _name = "payment.bridge.approval.rule"
    _description = "Approval Rule"
    _inherit = ["mail.thread", "payment.bridge.four.eyes"]
    _order = "sequence, id"

    name = fields.Char(required=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount_from = fields.Monetary(
        string="From", tracking=True, help="The smallest amount that needs it, in the company's currency."
    )
    amount_to = fields.Monetary(
        string="To", tracking=True, help="The largest amount that needs it, in the company's currency. Zero: no end."
    )
    channel_ids = fields.Many2many("payment.bridge.channel", string="Channels", help="Empty: every channel.")
    partner_ids = fields.Many2many("res.partner", string="Payees", help="Empty: every payee.")
    category_ids = fields.Many2many(
        "res.partner.category", string="Payee Tags", help="A payee with any of these tags. Empty: every payee."
    )
    in_order = fields.Boolean(
        default=True, tracking=True, help="A level is asked when the one before it has approved. Off: all at once."
    )
    level_ids = fields.One2many("payment.bridge.approval.level", "rule_id", string="Levels", copy=True)

    @api.constrains("amount_from", "amount_to")
    def _check_band(self):
        for rule in self:
            if rule.amount_from < 0 or rule.amount_to < 0 or (rule.amount_to and rule.amount_to < rule.amount_from):
                raise ValidationError(self.env._("The amounts of a rule begin at zero or above and end above that."))

    @api.constrains("active", "level_ids")
    def _check_levels(self):
        if self.filtered(lambda rule: rule.active and not rule.level_ids):
            raise ValidationError(self.env._("A rule needs at least one level."))

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        self.env.registry.clear_cache()
        for rule in rules:
            self.env["payment.bridge.audit.event"]._record("approval_rule.created", rule, **rule._audit_details())
        return rules

    def write(self, vals):
        before = {rule: rule._audit_details() for rule in self}
        result = super().write(vals)
        self.env.registry.clear_cache()
        for rule in self:
            if (after := rule._audit_details()) != before[rule]:
                self.env["payment.bridge.audit.event"]._record(
                    "approval_rule.changed", rule, before=before[rule], after=after
                )
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_with_event(self):
        for rule in self:
            self.env["payment.bridge.audit.event"]._record("approval_rule.deleted", rule, **rule._audit_details())
        self.env.registry.clear_cache()

    def _audit_details(self):
        """The rule as the trail keeps it: plain values."""
        self.ensure_one()
        rule = self.sudo()
        details = {name: rule._plain(name) for name in AUDITED_FIELDS if name != "level_ids"}
        details["levels"] = [[*level._signature(), level._needed()] for level in rule.level_ids]
        return details

    def _plain(self, name):
        value = self[name]
        if isinstance(value, models.BaseModel):
            return sorted(value.ids)
        return str(value) if isinstance(value, float) else value

    @api.model
    @tools.ormcache("company_id")
    def _company_has_rules(self, company_id):
        """Whether any rule is in force in the company: spares everybody else the search."""
        return bool(self.sudo().search_count([("company_id", "=", company_id)], limit=1))

    @api.model
    @api.private
    def _fitting(self, payment):
        """The rules in force that fit ``payment``."""
        company = payment.company_id
        if not self._company_has_rules(company.id):
            return self.browse()
        amount = payment.currency_id._convert(payment.amount, company.currency_id, company, payment.date)
        candidates = self.sudo().search([("company_id", "=", company.id)])
        return candidates.filtered(lambda rule: rule._fits(payment, amount))

    def _fits(self, payment, amount):
        """Whether this rule fits; ``amount`` is the payment's, in the company's currency."""
        currency, payee = self.currency_id, payment.partner_id.commercial_partner_id
        return (
            currency.compare_amounts(amount, self.amount_from) >= 0
            and (not self.amount_to or currency.compare_amounts(amount, self.amount_to) <= 0)
            and (not self.channel_ids or payment.bridge_channel_id in self.channel_ids)
            and (not self.partner_ids or payee in self.partner_ids.commercial_partner_id)
            and (not self.category_ids or bool(self.category_ids & (payee | payment.partner_id).category_id))
            and self._fits_risk(payment)
        )

    def _fits_risk(self, _payment):
        """Further conditions, such as a risk score or checks that did not pass. Extended by those who know them."""
        return True

    @api.private
    def _levels_for(self):
        """The levels of these rules: what two rules ask of the same people is asked once. A rule that asks one group at
        two levels wants two of its people, whatever other rules ask."""
        levels = self.env["payment.bridge.approval.level"]
        asked = Counter()
        for rule in self.sudo():
            asked_here = Counter()
            for level in rule.level_ids:
                signature = level._signature()
                if asked_here[signature] and level.kind != "group":
                    continue
                asked_here[signature] += 1
                if asked_here[signature] > asked[signature]:
                    asked[signature] += 1
                    levels |= level
        return levels
