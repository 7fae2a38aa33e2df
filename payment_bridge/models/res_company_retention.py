"""How long a company's vouchers keep the people who are named in them."""

from odoo import api, fields, models

TERMS = {"CN": 30, "DE": 10, "FR": 10, "GB": 6, "US": 7}
"""Years for which vouchers are kept by law, where we know it; a company may set a longer or shorter term."""
USUAL = 10


class ResCompany(models.Model):
    _inherit = "res.company"

    bridge_retention_years = fields.Integer(
        string="Vouchers Kept (Years)",
        compute="_compute_bridge_retention_years",
        store=True,
        readonly=False,
        help="Personal data of a payee are erased only when so many years have passed since the last voucher.",
    )

    @api.depends("partner_id.country_id")
    def _compute_bridge_retention_years(self):
        for company in self:
            company.bridge_retention_years = TERMS.get(company.partner_id.country_id.code, USUAL)

    def write(self, vals):
        """Leave an event where the term changes."""
        before = {company: company.bridge_retention_years for company in self}
        result = super().write(vals)
        for company, years in before.items():
            if "bridge_retention_years" in vals and company.bridge_retention_years != years:
                self.env["payment.bridge.audit.event"]._record(
                    "retention.changed", company, before=years, after=company.bridge_retention_years
                )
        return result


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    bridge_retention_years = fields.Integer(related="company_id.bridge_retention_years", readonly=False)
