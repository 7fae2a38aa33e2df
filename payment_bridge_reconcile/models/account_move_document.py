"""Invoices and bills that rows of platforms' statements pay."""

from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    bridge_allotment_ids = fields.One2many("payment.bridge.statement.allotment", "document_id", readonly=True)

    def action_bridge_open_paying_rows(self):
        """The rows of statements that pay this document."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("payment_bridge_reconcile.action_statement_line")
        return {**action, "domain": [("allotment_ids.document_id", "=", self.id)], "context": {}}
