"""Reading notification bodies before the framework does."""

from odoo import models
from odoo.http import request

NOTIFY_PATH = "/payment_bridge/notify/"


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _pre_dispatch(cls, rule, args):
        """Keep the raw bytes of a form: a signature covers them, and parsing the form would eat them."""
        result = super()._pre_dispatch(rule, args)
        if rule.rule.startswith(NOTIFY_PATH):
            request.httprequest.get_data(cache=True)
        return result
