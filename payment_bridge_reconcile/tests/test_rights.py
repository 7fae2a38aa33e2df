import base64

from odoo.exceptions import AccessError, UserError

from .canned import row, statement_bytes
from .common import DAY, StatementCase


class TestRights(StatementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls.make_user("rec_clerk", "payment_bridge.group_clerk")
        cls.auditor = cls.make_user("rec_auditor", "payment_bridge.group_auditor")
        cls.approver = cls.make_user("rec_approver", "payment_bridge.group_approver")
        cls.outsider = cls.make_user("rec_outsider", "account.group_account_invoice")

    def test_clerk_imports_matches_and_posts_without_bookkeeping_rights(self):
        order = self.pay(100)
        content = statement_bytes(DAY, [self.paid_row(order)])
        wizard = (
            self.env["payment.bridge.statement.import"]
            .with_user(self.clerk)
            .create({"channel_id": self.channel.id, "file": base64.b64encode(content), "file_name": "a.csv"})
        )
        wizard.action_import()
        action = wizard.statement_id.action_post()
        post = self.env["payment.bridge.statement.post"].with_user(self.clerk).browse(action["res_id"])
        self.assertTrue(post.preview)
        post.action_post()
        self.assertTrue(order.payment_id.is_matched)
        wizard.statement_id.posting_ids.action_undo()
        self.assertFalse(order.payment_id.is_matched)

    def test_others_read_but_do_not_act(self):
        statement = self.statement([self.paid_row(self.pay(100)), row("collection", "C", "1.00", day=DAY)])
        statement._post()
        for user in (self.auditor, self.approver):
            seen = statement.with_user(user)
            self.assertTrue(seen.line_ids.mapped("reason"))
            self.assertTrue(seen.read(["control", "control_table", "ledger_balance"]))
            for act in (
                seen.action_match,
                seen.action_post,
                seen.posting_ids.action_undo,
                seen.line_ids.filtered(lambda line: line.state == "unmatched").action_ignore,
            ):
                with self.assertRaises(UserError):
                    act()
            with self.assertRaises(AccessError):
                self.env["payment.bridge.statement.import"].with_user(user).create({"channel_id": self.channel.id})

    def test_outsiders_see_nothing(self):
        statement = self.statement([row("collection", "C", "1.00", day=DAY)])
        with self.assertRaises(AccessError):
            statement.with_user(self.outsider).read(["state"])

    def test_nobody_writes_rows(self):
        line = self.statement([row("collection", "C", "1.00", day=DAY)]).line_ids
        for user in (self.clerk, self.approver, self.auditor):
            with self.assertRaises(AccessError):
                line.with_user(user).write({"amount": 2})
            with self.assertRaises(AccessError):
                line.with_user(user).unlink()

    def test_loaded_statement_cannot_be_deleted(self):
        statement = self.statement([row("collection", "C", "1.00", day=DAY)])
        with self.assertRaisesRegex(UserError, "part of the trail"):
            statement.sudo().unlink()

    def test_companies_do_not_see_each_other(self):
        other = self.setup_other_company()["company"]
        channel = self.make_channel(other, "Elsewhere")
        loaded = self.load([row("collection", "C", "1.00", day=DAY)], channel=channel)
        self.assertFalse(
            self.env["payment.bridge.statement"].with_user(self.clerk).search([("id", "=", loaded.statement.id)])
        )
        self.assertFalse(
            self.env["payment.bridge.statement.line"]
            .with_user(self.clerk)
            .search([("id", "in", loaded.statement.line_ids.ids)])
        )
