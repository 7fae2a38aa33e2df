"""A scheduled action is no person, whoever it says it is."""

from odoo import models

from .real_user import scheduled_action


class IrCron(models.Model):
    _inherit = "ir.cron"

    def _callback(self, cron_name, server_action_id):
        with scheduled_action():
            return super()._callback(cron_name, server_action_id)
