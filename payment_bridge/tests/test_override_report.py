"""Each month's emergency overrides are put before people who were not asked."""

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .approval_common import ApprovalCommon


@tagged("post_install", "-at_install")
class TestOverrideReport(ApprovalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.auditor = cls.person("auditor", "auditor")
        cls.head, cls.deputy = cls.person("head", "approver"), cls.person("deputy", "approver")
        cls.company.bridge_override_user_ids = [Command.set((cls.head | cls.deputy).ids)]
        cls.next_month = fields.Date.add(fields.Date.start_of(fields.Date.today(), "month"), months=1, days=2)

    def override(self):
        self.make_rule(self.ann)
        payment = self.submit()
        overrides = self.env["payment.bridge.override"]
        override = overrides.with_user(self.head)._request(payment.with_user(self.head), "The mill is on fire.")
        override.with_user(self.deputy).action_confirm()
        return override

    def report(self):
        with freeze_time(self.next_month):
            self.run_job("payment.bridge.override.report", "_cron_report")
        return self.env["payment.bridge.override.report"].search([("company_id", "=", self.company.id)])

    def mails(self, person):
        return self.env["mail.mail"].search([("recipient_ids", "in", person.partner_id.ids)])

    def test_those_who_watch_read_what_left_without_its_approvals_and_why(self):
        override = self.override()
        report = self.report()
        self.assertEqual((report.override_ids, report.done_count), (override, 1))
        for person in (self.auditor, self.admin, self.head):
            mail = self.mails(person).filtered(lambda one: "EMERGENCY OVERRIDES" in (one.subject or ""))
            self.assertEqual(len(mail), 1, person.login)
            for words in ("The mill is on fire.", "Head", "Deputy", "Paper Mill"):
                self.assertIn(words, mail.body_html)
        self.assertFalse(self.mails(self.clerk).filtered(lambda one: "OVERRIDES" in (one.subject or "")))
        event = self.env["payment.bridge.audit.event"].search([("event", "=", "override.reported")])
        self.assertEqual(event.record_id, report.id)

    def test_a_month_is_reported_once(self):
        self.report()
        self.assertEqual(len(self.report()), 1)

    def test_a_quiet_month_says_so_where_somebody_could_have(self):
        self.assertEqual(self.report().count, 0)
        self.assertTrue(self.mails(self.auditor).filtered(lambda one: "No emergency override" in (one.subject or "")))

    def test_where_nobody_may_override_nobody_is_bothered(self):
        self.company.bridge_override_user_ids = False
        self.assertFalse(self.report())

    def test_a_report_is_neither_changed_nor_deleted_and_prints(self):
        self.override()
        report = self.report()
        for attempt in (lambda: report.sudo().write({"count": 0}), report.sudo().unlink):
            with self.assertRaises(UserError):
                attempt()
        page = self.env["ir.actions.report"].with_user(self.auditor)
        html = page._render_qweb_html("payment_bridge.override_report", report.ids)[0].decode()
        self.assertIn("The mill is on fire.", html)
