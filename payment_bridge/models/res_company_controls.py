"""How strictly a company controls its payments."""

from odoo import api, fields, models

GUARDED = frozenset({"bridge_four_eyes", "bridge_step_up_amount", "bridge_override_user_ids"})


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "payment.bridge.four.eyes"]

    bridge_four_eyes = fields.Boolean(
        string="Four Eyes for Settings",
        help="Changes of approval rules, limits, credentials and fee accounts wait until another channel"
        " administrator agrees. Switching it off needs the same.",
    )
    bridge_step_up_amount = fields.Monetary(
        string="Identity Check From",
        help="Whoever approves a payment of at least this amount enters the password or the second factor again."
        " Zero: never.",
    )
    bridge_override_user_ids = fields.Many2many(
        "res.users",
        "payment_bridge_override_users",
        string="May Override in an Emergency",
        help="Two of these people together release a payment that its approvers cannot release.",
    )

    def _four_eyes_whole(self):
        return False

    def _four_eyes_company(self):
        return self

    def _four_eyes_guarded(self, vals):
        return GUARDED & set(vals)

    def write(self, vals):
        if not GUARDED & set(vals):
            return super().write(vals)
        before = {company: company._bridge_controls() for company in self}
        result = super().write(vals)
        for company in self:
            if (after := company._bridge_controls()) != before[company]:
                self.env["payment.bridge.audit.event"]._record(
                    "controls.changed", company, before=before[company], after=after
                )
        return result

    @api.model
    @api.private
    def _bridge_wanting_four_eyes(self, country=None):
        """For a setting that is no company's own: one that uses it (of ``country``) and wants four eyes, or else the
        present company."""
        domain = [("bridge_four_eyes", "=", True)]
        if country:
            domain.append(("partner_id.country_id", "=", country.id))
        return self.sudo().search(domain, limit=1) or self.env.company

    def _bridge_controls(self):
        """The controls as the trail keeps them: plain values."""
        company = self.sudo()
        return {
            "four_eyes": company.bridge_four_eyes,
            "step_up_amount": str(company.bridge_step_up_amount),
            "override_users": sorted(company.bridge_override_user_ids.ids),
        }


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    bridge_four_eyes = fields.Boolean(related="company_id.bridge_four_eyes", readonly=False)
    bridge_step_up_amount = fields.Monetary(
        related="company_id.bridge_step_up_amount", readonly=False, currency_field="currency_id"
    )
    bridge_override_user_ids = fields.Many2many(related="company_id.bridge_override_user_ids", readonly=False)
