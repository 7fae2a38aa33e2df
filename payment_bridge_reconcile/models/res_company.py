"""Closing the books only when the channels have nothing open."""

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .closing_obstacles import LOCK_FIELDS, obstacles_until


class ResCompany(models.Model):
    _inherit = "res.company"

    bridge_check_before_lock = fields.Boolean(
        string="Lock Only What Is Reconciled",
        help="The lock date moves only over days on which no payment channel has anything open.",
    )

    def write(self, vals):
        moved = [vals[name] for name in LOCK_FIELDS if vals.get(name)]
        if moved:
            until = max(map(fields.Date.to_date, moved))
            for company in self:
                company._bridge_check_lock(until)
        return super().write(vals)

    def _bridge_exchange_account(self, difference):
        """Odoo's own account for an exchange difference: a loss is positive, as the debit it becomes."""
        return self.expense_currency_exchange_account_id if difference > 0 else self.income_currency_exchange_account_id

    def _bridge_check_lock(self, until):
        """A company's lock date closes the books of its branches too.

        :raises UserError: naming what stands in the way of closing up to that day.
        """
        sudo = self.sudo().with_context(active_test=False)
        closed = sudo.search([("id", "child_of", self.ids)])
        if not self.bridge_check_before_lock:
            closed = closed.filtered("bridge_check_before_lock")
        channels = sudo.env["payment.bridge.channel"].search(
            [("company_id", "in", closed.ids), ("state", "!=", "draft")]
        )
        if not channels:
            return
        words = dict(self.env["payment.bridge.month.check.line"]._fields["code"]._description_selection(self.env))
        found = [
            f"{words[one.code]}: {count}"
            for one in obstacles_until(channels, until)
            if one.blocks and (count := self.env[one.model].sudo().search_count(one.domain))
        ]
        if found:
            raise UserError(
                self.env._(
                    "The books cannot be closed up to %(day)s yet. %(found)s. See the month-end check.",
                    day=format_date(self.env, until),
                    found="; ".join(found),
                )
            )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    bridge_check_before_lock = fields.Boolean(related="company_id.bridge_check_before_lock", readonly=False)
