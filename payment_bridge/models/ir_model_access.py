"""Doing to records of ours what one's role does not do leaves a trace."""

from odoo import models

from .ir_rule import OURS
from .refusal import refused


class IrModelAccess(models.Model):
    _inherit = "ir.model.access"

    def _make_access_error(self, model, mode):
        error = super()._make_access_error(model, mode)
        if model.startswith(OURS):
            refused(self.env.company, "no_role", error, operation=mode, model=model)
        return error
