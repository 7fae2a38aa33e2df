"""Hands out or erases what is known about a payee as a person."""

import base64
import json

from odoo import api, fields, models


class PaymentBridgePersonalData(models.TransientModel):
    """For a screening officer. The file is made when it is asked for and goes with the dialog."""

    _name = "payment.bridge.personal.data"
    _description = "Personal Data of a Payee"
    _transient_max_hours = 0.2

    partner_id = fields.Many2one("res.partner", required=True, readonly=True)
    kept_until = fields.Date(compute="_compute_kept_until", help="Until then vouchers keep names and accounts.")
    reason = fields.Text(help="Who asked for it, when, and why.")
    file = fields.Binary(readonly=True, attachment=False)
    file_name = fields.Char(readonly=True)

    @api.depends("partner_id")
    def _compute_kept_until(self):
        for wizard in self:
            wizard.kept_until = wizard.partner_id._bridge_kept_until()

    def action_export(self):
        """Make the file to hand out."""
        self.ensure_one()
        data = self.partner_id._bridge_personal_data()
        text = json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True)
        self.write({"file": base64.b64encode(text.encode()), "file_name": f"personal-data-{self.partner_id.id}.json"})
        return self._get_records_action(target="new", name=self.env._("Personal Data"))

    def action_erase(self):
        """Erase what no law keeps, and say what stays."""
        self.ensure_one()
        until = self.partner_id._bridge_erase(self.reason)
        words = (
            self.env._(
                "What passed over the wire was erased. Names and accounts stay on vouchers until %s, as the law wants:"
                " ask again then.",
                until,
            )
            if until
            else self.env._("Everything that named this partner was erased. Books and audit trail stay as they were.")
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if until else "success",
                "message": words,
                "sticky": True,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
