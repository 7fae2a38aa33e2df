"""Attacks by import: a spreadsheet says what the screens do not let one say."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..approval_common import ApprovalCommon
from ..rights_samples import RightsSamples


@tagged("post_install", "-at_install")
class TestImportDoor(RightsSamples, ApprovalCommon):
    def assertNotImported(self, user, model, names, *rows):
        """The import ends with a message, and nothing has come in."""
        records = self.env[model].with_user(user)
        before = self.env[model].sudo().with_context(active_test=False).search_count([])
        answer = records.load(names, [list(map(str, row)) for row in rows])
        self.assertFalse(answer["ids"], (model, names))
        self.assertTrue(answer["messages"][0]["message"], (model, names))
        self.env.invalidate_all()
        self.assertEqual(self.env[model].sudo().with_context(active_test=False).search_count([]), before)

    def test_approvals_orders_results_and_events_are_imported_by_nobody(self):
        self.make_rule(self.ann)
        payment = self.submit()
        order = self.env["payment.bridge.instruction"].sudo()._new_key()
        people = [self.clerk, self.ann, self.admin, self.person("aud", "auditor"), self.env.ref("base.user_admin")]
        for user in people:
            self.assertNotImported(
                user,
                "payment.bridge.approval",
                [
                    "payment_id/.id",
                    "company_id/.id",
                    "round",
                    "level_name",
                    "kind",
                    "digest",
                    "state",
                    "decided_by_id/.id",
                ],
                [payment.id, self.company.id, 1, "x", "user", "0" * 64, "approved", self.ann.id],
            )
            self.assertNotImported(
                user,
                "payment.bridge.instruction",
                ["key", "channel_id/.id", "company_id/.id", "amount", "currency_id/.id", "title", "payment_id/.id"],
                [order, self.channel.id, self.company.id, 100, self.cny.id, "x", payment.id],
            )
            self.assertNotImported(
                user,
                "payment.bridge.check",
                ["payment_id/.id", "company_id/.id", "code", "stage", "verdict", "sentence", "at"],
                [payment.id, self.company.id, "limit_day", "prepared", "pass", "Fine.", "2026-01-01 00:00:00"],
            )
            self.assertNotImported(
                user,
                "payment.bridge.audit.event",
                ["at", "company_id/.id", "event", "content"],
                ["2026-01-01 00:00:00", self.company.id, "approval.approved", "{}"],
            )
            self.assertNotImported(
                user,
                "payment.bridge.reservation",
                ["payment_id/.id", "line_id/.id", "amount"],
                [payment.id, self.bill_of(payment).line_ids[0].id, 1],
            )
        self.assertWaits(payment)

    def test_an_import_over_an_existing_record_changes_no_state(self):
        samples = self.make_samples()
        for model, name, value in (
            ("payment.bridge.instruction", "state", "succeeded"),
            ("payment.bridge.approval", "state", "approved"),
            ("payment.bridge.override", "state", "done"),
            ("payment.bridge.change.request", "state", "applied"),
            ("payment.bridge.role.exception", "state", "agreed"),
            ("payment.bridge.discrepancy", "state", "resolved"),
            ("payment.bridge.screening.case", "state", "false_positive"),
            ("payment.bridge.credential", "plain_value", "mine"),
            ("payment.bridge.audit.key", "public_key", "bWluZQ=="),
            ("account.payment", "bridge_approval_state", "approved"),
            ("account.payment", "bridge_state", "succeeded"),
        ):
            before = samples[model][name]
            for user in (self.clerk, self.ann, self.admin, self.person(f"off-{model}-{name}", "officer")):
                records = self.env[model].with_user(user)
                try:
                    answer = records.load([".id", name], [[str(samples[model].id), value]])
                except AccessError:  # who may not even see it
                    answer = {"ids": False}
                self.assertFalse(answer["ids"], (user.name, model))
                self.env.invalidate_all()
                self.assertEqual(samples[model][name], before, (user.name, model))

    def test_a_payment_imported_as_posted_waits_or_is_refused(self):
        self.make_rule(self.ann)
        vals = self.draft_vals()
        names = ["payment_type", "partner_type", "partner_id/.id", "partner_bank_id/.id", "amount", "journal_id/.id"]
        row = [
            vals["payment_type"],
            vals["partner_type"],
            vals["partner_id"],
            vals["partner_bank_id"],
            100,
            vals["journal_id"],
        ]
        self.assertNotImported(self.clerk, "account.payment", [*names, "state"], [*row, "paid"])
        self.assertNotImported(self.clerk, "account.payment", [*names, "bridge_approval_state"], [*row, "approved"])
        self.assertNothingSent()

    def test_a_rule_that_is_imported_waits_for_four_eyes_like_any_other(self):
        self.company.bridge_four_eyes = True
        rules = self.env["payment.bridge.approval.rule"].with_user(self.admin)
        answer = rules.load(
            ["name", "company_id/.id", "level_ids/kind", "level_ids/user_id/.id"],
            [["Mine", str(self.company.id), "user", str(self.admin.id)]],
        )
        self.assertFalse(rules.browse(answer["ids"] or []).filtered("active"))

    def test_a_role_is_not_imported_by_whoever_may_not_give_it(self):
        users = self.env["res.users"].with_user(self.admin)
        group = self.env.ref("payment_bridge.group_approver")
        answer = users.load([".id", "group_ids/.id"], [[str(self.clerk.id), str(group.id)]])
        self.assertFalse(answer["ids"])
        self.assertFalse(self.clerk._has_group("payment_bridge.group_approver"))
