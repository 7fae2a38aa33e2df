"""What to print: channels, a period, a form and a language."""

import base64
import re
from urllib.parse import quote

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ..report.reconciliation_xlsx import workbook_of

LONGEST_DAYS = 366


class PaymentBridgeReconciliationReport(models.TransientModel):
    """Prints how a period was reconciled, for a file, an auditor or the month's folder."""

    _name = "payment.bridge.reconciliation.report"
    _description = "Print a Reconciliation Report"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    channel_ids = fields.Many2many(
        "payment.bridge.channel", string="Channels", help="None: all of the company's.", check_company=True
    )
    first_day = fields.Date(string="From", required=True, default=lambda self: self._default_first())
    last_day = fields.Date(
        string="To", required=True, default=lambda self: self._default_first() + relativedelta(day=31)
    )
    form = fields.Selection(
        [("pdf", "PDF"), ("xlsx", "Excel workbook"), ("screen", "On the screen")], required=True, default="pdf"
    )
    lang = fields.Selection(
        selection="_selection_lang", string="Language", required=True, default=lambda self: self.env.lang or "en_US"
    )
    file = fields.Binary(readonly=True)
    file_name = fields.Char(readonly=True)

    @api.model
    def _selection_lang(self):
        return self.env["res.lang"].get_installed()

    @api.model
    def _default_first(self):
        return fields.Date.context_today(self).replace(day=1) - relativedelta(months=1)

    @api.constrains("first_day", "last_day")
    def _check_days(self):
        for wizard in self:
            if wizard.first_day > wizard.last_day:
                raise ValidationError(self.env._("The period ends before it begins. Choose its days anew."))
            if (wizard.last_day - wizard.first_day).days >= LONGEST_DAYS:
                raise ValidationError(self.env._("Choose a period of a year at most."))

    def action_print(self):
        """Hand out the report in the form that was chosen."""
        self.ensure_one()
        self.env["payment.bridge.statement"].check_access("read")
        if self.form == "xlsx":
            return self._download_workbook()
        action = self.env.ref("payment_bridge_reconcile.action_report_reconciliation").report_action(self, config=False)
        return {**action, "report_type": "qweb-html"} if self.form == "screen" else action

    def _channels(self):
        channels = self.channel_ids or self.env["payment.bridge.channel"].with_context(active_test=False).search(
            [("company_id", "=", self.company_id.id), ("state", "!=", "draft")]
        )
        if not channels:
            raise UserError(self.env._("%s has no channel yet. Set one up first.", self.company_id.name))
        return channels

    @api.private
    def _figures(self):
        """The figures of each channel, in the report's language."""
        self.ensure_one()
        source = self.env["payment.bridge.reconciliation.figures"].with_context(lang=self.lang)
        channels = self._channels().with_context(lang=self.lang)
        return [source._figures(channel, self.first_day, self.last_day) for channel in channels]

    def _title(self):
        """How the file is named."""
        names = self._channels().mapped("name")
        what = names[0] if len(names) == 1 else self.company_id.name
        days = f"{self.first_day:%Y-%m-%d}_{self.last_day:%Y-%m-%d}"
        return re.sub(r"[^\w.-]+", "-", f"{what}-{days}").strip("-")

    def _period(self):
        """The period in words."""
        env = self.with_context(lang=self.lang).env
        return f"{format_date(env, self.first_day)} – {format_date(env, self.last_day)}"

    def _download_workbook(self):
        env = self.with_context(lang=self.lang).env
        content = workbook_of(env, self._figures(), self._period())
        name = f"{self._title()}.xlsx"
        self.write({"file": base64.b64encode(content), "file_name": name})
        address = f"/web/content/{self._name}/{self.id}/file/{quote(name)}?download=true"
        return {"type": "ir.actions.act_url", "url": address, "target": "download"}
