"""Whose manager approves whose payments."""

from odoo import api, fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    bridge_manager_id = fields.Many2one(
        "res.users",
        string="Payments Approved By",
        help="Who approves this person's payments where a rule asks the maker's manager. Empty: the manager in the"
        " employee's record, where Employees is installed.",
    )

    @api.private
    def _bridge_manager(self):
        """The manager of this person for payments; empty when nobody is known."""
        self.ensure_one()
        user = self.sudo()
        if user.bridge_manager_id or "employee_id" not in self._fields:
            return user.bridge_manager_id
        return user["employee_id"].parent_id.user_id
