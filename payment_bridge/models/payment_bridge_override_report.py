"""Each month somebody reads which payments left without their approvals."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..checks.batch import company_zone
from .refusal import refused

READERS = ("payment_bridge.group_auditor", "payment_bridge.group_channel_admin")


class PaymentBridgeOverrideReport(models.Model):
    """The emergency overrides of a company in one month, sent to its auditors, its channel administrators and those who
    may override. A month without any is reported too, where somebody may override."""

    _name = "payment.bridge.override.report"
    _description = "Monthly Report of Emergency Overrides"
    _order = "month desc, id desc"
    _rec_name = "month"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    month = fields.Date(required=True, readonly=True, help="The first day of the month.")
    override_ids = fields.Many2many("payment.bridge.override", readonly=True)
    done_count = fields.Integer(string="Carried Out", readonly=True)
    count = fields.Integer(string="Asked For", readonly=True)
    reader_ids = fields.Many2many("res.users", string="Sent To", readonly=True)
    sent_at = fields.Datetime(readonly=True)

    _once = models.UniqueIndex("(company_id, month)", "A month is reported once.")

    def write(self, vals):  # pylint: disable=method-required-super
        raise refused(self, "report_written", UserError(self.env._("A report that was sent is not changed.")))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise refused(self, "deletion", UserError(self.env._("A report is part of the trail and stays.")))

    @api.model
    def _cron_report(self):
        """Report the month that is over, for each company for which it has not been done."""
        cron = self.env["ir.cron"]
        for company in self.env["res.company"].search([]):
            month = self._last_month(company)
            if not self.search_count([("company_id", "=", company.id), ("month", "=", month)], limit=1):
                self._report(company, month)
            if not cron._commit_progress(1):
                return

    @api.model
    def _last_month(self, company):
        today = datetime.now(company_zone(company)).date()
        return today.replace(day=1) - relativedelta(months=1)

    @api.model
    def _report(self, company, month):
        """Make and send the report; nothing where nobody may override and nobody did."""
        zone = company_zone(company)
        first, end = (
            datetime.combine(day, time.min, tzinfo=zone).astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
            for day in (month, month + relativedelta(months=1))
        )
        overrides = self.env["payment.bridge.override"].search(
            [
                ("company_id", "=", company.id),
                "|", "&", ("requested_at", ">=", first), ("requested_at", "<", end),
                "&", ("confirmed_at", ">=", first), ("confirmed_at", "<", end),
            ]
        )  # fmt: skip
        if not overrides and not company.bridge_override_user_ids:
            return
        readers = self._readers(company)
        done = overrides.filtered(lambda one: one.state == "done")
        report = self.create(
            {
                "company_id": company.id,
                "month": month,
                "override_ids": overrides.ids,
                "count": len(overrides),
                "done_count": len(done),
                "reader_ids": readers.ids,
                "sent_at": fields.Datetime.now(),
            }
        )
        for reader in readers:
            report.with_context(lang=reader.lang)._send(reader)
        self.env["payment.bridge.audit.event"]._record(
            "override.reported",
            report,
            month=f"{month:%Y-%m}",
            asked=len(overrides),
            carried_out=len(done),
            overrides=overrides.ids,
            readers=readers.mapped("login"),
        )

    def _readers(self, company):
        people = company.bridge_override_user_ids
        for group in READERS:
            people |= self.env.ref(group).all_user_ids
        return people.filtered(lambda user: user.active and not user.share and company in user.company_ids)

    def _send(self, reader):
        month = f"{self.month:%Y-%m}"
        subject = (
            self.env._(
                "EMERGENCY OVERRIDES in %(month)s at %(company)s: %(count)s payments left without their approvals",
                month=month,
                company=self.company_id.name,
                count=self.done_count,
            )
            if self.done_count
            else self.env._(
                "No emergency override in %(month)s at %(company)s", month=month, company=self.company_id.name
            )
        )
        body = self.env["ir.qweb"]._render("payment_bridge.override_report_mail", {"report": self, "subject": subject})
        self.env["mail.mail"].sudo().create(
            {
                "subject": subject,
                "body_html": body,
                "recipient_ids": [(4, reader.partner_id.id)],
                "auto_delete": True,
            }
        )
