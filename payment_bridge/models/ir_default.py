"""Defaults that people save for themselves make no record of ours what it is not."""

from odoo import api, models

OURS = "payment.bridge."
PREFIX = "bridge_"


class IrDefault(models.Model):
    """Anybody may save a default for any field, and code that creates records for that person would use it: an approval
    would be born as given, an order as paid."""

    _inherit = "ir.default"

    @api.model
    def _get_model_defaults(self, model_name, condition=False):
        if model_name.startswith(OURS):
            return {}
        defaults = super()._get_model_defaults(model_name, condition)
        return {name: value for name, value in defaults.items() if not name.startswith(PREFIX)}
