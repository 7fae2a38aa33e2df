"""What stands in the way of closing a month: one list, each line with the records behind it."""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import format_date

from ..models.closing_obstacles import obstacles_until


class PaymentBridgeMonthCheck(models.TransientModel):
    """Goes through a month of some channels, or of all of a company's."""

    _name = "payment.bridge.month.check"
    _description = "Month-End Check"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    channel_ids = fields.Many2many(
        "payment.bridge.channel", string="Channels", help="None: all of the company's.", check_company=True
    )
    month = fields.Date(required=True, default=lambda self: self._last_month(), help="Any day of it.")
    last_day = fields.Date(compute="_compute_last_day")
    line_ids = fields.One2many("payment.bridge.month.check.line", "check_id", readonly=True)
    is_clear = fields.Boolean(compute="_compute_is_clear")

    @api.model
    def _last_month(self):
        return fields.Date.context_today(self).replace(day=1) - relativedelta(months=1)

    @api.depends("month")
    def _compute_last_day(self):
        for check in self:
            check.last_day = check.month and check.month + relativedelta(day=31)

    @api.depends("month")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for check in self:
            month = check.month and format_date(self.env, check.month, date_format="yyyy-MM")
            check.display_name = self.env._("Month-End Check %s", month or "")

    @api.depends("line_ids.count")
    def _compute_is_clear(self):
        for check in self:
            check.is_clear = not check.line_ids.filtered(lambda line: line.blocks and line.count)

    def action_check(self):
        """Look again."""
        self.ensure_one()
        channels = self.channel_ids or self.env["payment.bridge.channel"].with_context(active_test=False).search(
            [("company_id", "=", self.company_id.id), ("state", "!=", "draft")]
        )
        self.line_ids.unlink()
        self.line_ids = self.env["payment.bridge.month.check.line"].create(
            [
                {
                    "check_id": self.id,
                    "code": one.code,
                    "blocks": one.blocks,
                    "res_model": one.model,
                    "domain": repr(one.domain),
                    "count": self.env[one.model].search_count(one.domain),
                }
                for one in obstacles_until(channels, self.last_day)
            ]
        )
        return self._get_records_action(name=self.display_name)

    @api.model
    def action_new(self):
        """The check of last month, done."""
        return self.create({}).action_check()


class PaymentBridgeMonthCheckLine(models.TransientModel):
    """How many there are of one kind of obstacle."""

    _name = "payment.bridge.month.check.line"
    _description = "Obstacle to Closing a Month"
    _order = "id"

    check_id = fields.Many2one("payment.bridge.month.check", required=True, ondelete="cascade")
    code = fields.Selection(
        [
            ("unknown", "Payments whose result is not known"),
            ("missing_days", "Days without a statement"),
            ("not_posted", "Rows that are not in the books"),
            ("fees", "Fees that are not in the books"),
            ("opened_again", "Payments opened again after their row was posted"),
            ("differences", "Differences that nobody has explained"),
            ("suspense", "Rows held on the suspense account"),
            ("balances", "Days whose balance is not proven"),
            ("receipts", "Electronic receipts that are missing"),
            ("claims", "Fees that differ from the contract"),
        ],
        string="What",
        required=True,
    )
    blocks = fields.Boolean(string="In the Way")
    count = fields.Integer(string="How Many")
    res_model = fields.Char()
    domain = fields.Char()

    def action_open(self):
        """The records that this line counts."""
        self.ensure_one()
        words = dict(self._fields["code"]._description_selection(self.env))
        return {
            "type": "ir.actions.act_window",
            "name": words[self.code],
            "res_model": self.res_model,
            "view_mode": "list,form" if self.res_model != "payment.bridge.balance.proof" else "list",
            "domain": self.domain,
        }
