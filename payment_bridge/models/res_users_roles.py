"""Changes of users and groups pass the guard of the roles."""

from odoo import api, models

USER_FIELDS = frozenset({"group_ids", "all_group_ids", "role", "active"})
GROUP_FIELDS = frozenset({"user_ids", "all_user_ids", "implied_ids", "implied_by_ids"})


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model_create_multi
    def create(self, vals_list):
        guard = self.env["payment.bridge.role.guard"]
        before = guard._before()
        users = super().create(vals_list)
        guard._after(before)
        return users

    def write(self, vals):
        if not USER_FIELDS & set(vals):
            return super().write(vals)
        guard = self.env["payment.bridge.role.guard"]
        before = guard._before()
        result = super().write(vals)
        guard._after(before)
        return result


class ResGroups(models.Model):
    _inherit = "res.groups"

    @api.model_create_multi
    def create(self, vals_list):
        guard = self.env["payment.bridge.role.guard"]
        before = guard._before()
        groups = super().create(vals_list)
        guard._after(before, groups=True)
        return groups

    def write(self, vals):
        if not GROUP_FIELDS & set(vals):
            return super().write(vals)
        guard = self.env["payment.bridge.role.guard"]
        before = guard._before()
        result = super().write(vals)
        guard._after(before, groups=True)
        return result

    def unlink(self):
        guard = self.env["payment.bridge.role.guard"]
        before = guard._before()
        result = super().unlink()
        guard._after(before)
        return result
