"""Where a company's trail goes."""

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    bridge_trail_email = fields.Char(
        string="Trail Witness E-mail",
        help="Gets each day's signed root of the payment trail. Choose someone outside: an auditor, a notary, a mailbox"
        " that nobody who runs Odoo can empty.",
    )

    def write(self, vals):
        """Leave an event where the witness changes."""
        changes = {
            company: (company.bridge_trail_email, vals["bridge_trail_email"])
            for company in self
            if "bridge_trail_email" in vals and (vals["bridge_trail_email"] or False) != company.bridge_trail_email
        }
        result = super().write(vals)
        for company, (before, after) in changes.items():
            self.env["payment.bridge.audit.event"]._record(
                "audit_witness.changed", company, before=before or None, after=after or None
            )
        return result


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    bridge_trail_email = fields.Char(related="company_id.bridge_trail_email", readonly=False)
