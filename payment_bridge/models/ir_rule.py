"""Reaching for records of ours that one may not see leaves a trace."""

from odoo import models

from .refusal import refused

OURS = "payment.bridge."


class IrRule(models.Model):
    _inherit = "ir.rule"

    def _make_access_error(self, operation, records):
        error = super()._make_access_error(operation, records)
        if records._name.startswith(OURS):
            refused(records, "no_access", error, operation=operation, records=records.ids[:20])
        return error
