"""The cockpit: each day of each channel gives one answer, and leads to what is behind it."""

from datetime import date, timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError

from .canned import row, shelf
from .common import DAY, StatementCase

CRON = "payment_bridge_reconcile.cron_import"


class TestCockpit(StatementCase):
    def data(self, user=None, **period):
        cockpit = self.env["payment.bridge.cockpit"]
        return (cockpit.with_user(user) if user else cockpit).cockpit_data(**period)

    def row_of(self, data, channel=None):
        return next(one for one in data["channels"] if one["id"] == (channel or self.channel).id)

    def cell(self, day=DAY, **period):
        cells = self.row_of(self.data(**period))["cells"]
        return next(one for one in cells if one["day"] == str(day))

    def open_cell(self, what, day=DAY, channel=None):
        return self.env["payment.bridge.cockpit"].cockpit_open((channel or self.channel).id, what, str(day), str(day))

    def test_the_grid_ends_yesterday_and_can_be_moved(self):
        data = self.data()
        self.assertEqual((data["first_day"], data["last_day"], len(data["days"])), ("2026-02-25", str(DAY), 14))
        earlier = self.data(last_day="2026-02-24", days=7)
        self.assertEqual((earlier["first_day"], len(earlier["days"])), ("2026-02-18", 7))
        self.assertLessEqual(len(self.data(days=5000)["days"]), 62)

    def test_a_loaded_day_tells_rows_share_and_proof(self):
        orders = [self.pay(100), self.pay(40)]
        statement = self.statement(
            [*(self.paid_row(order) for order in orders), row("collection", "E1", "30.00", day=DAY)], opening=1000
        )
        cell = self.cell()
        self.assertEqual((cell["state"], cell["statement_id"]), ("loaded", statement.id))
        self.assertEqual((cell["rows"], cell["open"], cell["to_post"], cell["posted"]), (3, 1, 2, 0))
        self.assertEqual((cell["open_amount"], cell["moved"]), (30.0, -110.0))
        self.assertAlmostEqual(cell["explained"], 2 / 3)
        self.assertEqual(cell["proof"], "books")
        total = self.row_of(self.data())["total"]
        self.assertEqual((total["rows"], total["open"], total["missing"]), (3, 1, 0))

    def test_the_proof_follows_the_books(self):
        self.statement([row("deposit", "E1", "500.00", day=DAY)], opening=0)
        self.assertEqual(self.cell()["proof"], "posting")
        self.env["payment.bridge.statement"].search([("channel_id", "=", self.channel.id)])._post()
        cell = self.cell()
        self.assertEqual((cell["proof"], cell["posted"], cell["explained"]), ("proven", 1, 1.0))

    def test_an_empty_day_is_an_answer_and_a_missing_one_is_red(self):
        self.channel.statements_from = DAY - timedelta(days=3)
        with shelf(d2026_03_09=b""):
            self.run_cron(CRON)
        states = {one["day"]: one["state"] for one in self.row_of(self.data())["cells"]}
        self.assertEqual(states["2026-03-09"], "empty")
        self.assertEqual(states["2026-03-08"], "missing")
        self.assertEqual(states["2026-03-07"], "missing")
        self.assertEqual(states["2026-03-10"], "waiting")  # yesterday's: not late yet
        self.assertEqual(states["2026-03-06"], "none")
        self.assertEqual(self.row_of(self.data())["total"]["missing"], 2)

    def test_days_that_nobody_put_into_the_calendar_are_missing_too(self):
        self.channel.statements_from = date(2026, 3, 1)
        self.assertEqual(self.cell(date(2026, 3, 2))["state"], "missing")

    def test_one_file_of_several_days_answers_for_each(self):
        before = self.next_day(-1)
        self.statement(
            [row("deposit", "E1", "5.00", day=before), row("deposit", "E2", "7.00", day=DAY)], before, last_day=DAY
        )
        self.assertEqual([self.cell(day)["moved"] for day in (before, DAY)], [5.0, 7.0])

    def test_statements_for_information_do_not_count(self):
        self.load([row("collection", "E1", "5.00", day=DAY)], kind="trade")
        self.assertEqual((self.cell()["state"], self.cell()["rows"]), ("waiting", 0))

    def test_matched_by_hand_and_left_out_are_counted(self):
        order = self.pay(100)
        lines = self.statement(
            [row("pay_out", "E1", "-100.60", day=DAY), row("collection", "E2", "1.00", day=DAY)]
        ).line_ids.sorted("row")
        lines[0]._match_by_hand([("payment", order.id)], "fee")
        self.env["payment.bridge.statement.line.ignore"].create(
            {"line_ids": lines[1].ids, "note": "a test"}
        ).action_ignore()
        cell = self.cell()
        self.assertEqual((cell["by_hand"], cell["ignored"], cell["explained"]), (1, 1, 1.0))

    def test_differences_are_counted_with_those_that_are_late(self):
        self.statement([row("pay_out", "E1", "-50.00", day=DAY)])
        self.env["payment.bridge.difference"].sudo().search([("channel_id", "=", self.channel.id)]).write(
            {"due_on": DAY}
        )
        found = self.row_of(self.data())
        self.assertEqual((found["differences"], found["overdue"], found["severe"]), (1, 1, 1))

    # -- where a click leads ----------------------------------------------------------------

    def test_a_click_leads_to_what_is_behind_the_cell(self):
        statement = self.statement([row("pay_out", "E1", "-50.00", day=DAY)], opening=100)
        self.assertEqual(self.open_cell("statement")["res_id"], statement.id)
        for what in ("rows", "open"):
            action = self.open_cell(what)
            self.assertEqual(self.env[action["res_model"]].search(action["domain"]), statement.line_ids)
        action = self.open_cell("proof")
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]).statement_id, statement)
        action = self.open_cell("differences")
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]).line_id, statement.line_ids)
        self.assertEqual(self.open_cell("import")["context"]["default_channel_id"], self.channel.id)
        with self.assertRaisesRegex(UserError, "nothing to open"):
            self.open_cell("everything")

    def test_statements_are_posted_from_the_cockpit(self):
        statement = self.statement([row("deposit", "E1", "5.00", day=DAY)])
        action = self.open_cell("post")
        self.assertEqual(self.env[action["res_model"]].browse(action["res_id"]).statement_ids, statement)

    # -- rights ----------------------------------------------------------------------------------

    def test_every_role_reads_and_nobody_else(self):
        self.statement([row("deposit", "E1", "5.00", day=DAY)], opening=1)
        for role in ("clerk", "approver", "channel_admin", "auditor"):
            user = self.make_user(f"cp_{role}", f"payment_bridge.group_{role}")
            data = self.data(user)
            self.assertEqual(self.row_of(data)["total"]["rows"], 1)
            self.assertEqual((data["is_clerk"], data["is_admin"]), (role == "clerk", role == "channel_admin"))
        with self.assertRaises(AccessError):
            self.data(self.make_user("cp_outsider", "account.group_account_invoice"))

    def test_another_company_sees_neither_the_channel_nor_its_statements(self):
        self.statement([row("deposit", "E1", "5.00", day=DAY)])
        other = self.setup_other_company()["company"]
        user = self.make_user("cp_other", "payment_bridge.group_clerk")
        user.write({"company_id": other.id, "company_ids": [Command.set(other.ids)]})
        cockpit = self.env["payment.bridge.cockpit"].with_user(user).with_context(allowed_company_ids=other.ids)
        self.assertNotIn(self.channel.id, [one["id"] for one in cockpit.cockpit_data()["channels"]])
        with self.assertRaises(AccessError):
            cockpit.cockpit_open(self.channel.id, "statement", str(DAY), str(DAY))

    def test_auditors_do_not_post_from_it(self):
        self.statement([row("deposit", "E1", "5.00", day=DAY)])
        auditor = self.make_user("cp_auditor2", "payment_bridge.group_auditor")
        with self.assertRaisesRegex(UserError, "needs the role"):
            self.env["payment.bridge.cockpit"].with_user(auditor).cockpit_open(
                self.channel.id, "post", str(DAY), str(DAY)
            )

    def test_nothing_of_ours_changes_odoo_s_own_reconciliation_views(self):
        """So that account_reconcile_oca and its like go on beside us."""
        ours = self.env["ir.ui.view"].search(
            [
                ("model", "in", ("account.bank.statement.line", "account.bank.statement")),
                ("key", "like", "payment_bridge"),
            ]
        )
        names = self.env["ir.model.data"].search(
            [
                ("model", "=", "ir.ui.view"),
                ("module", "in", ("payment_bridge", "payment_bridge_reconcile")),
                (
                    "res_id",
                    "in",
                    self.env["ir.ui.view"]
                    .search([("model", "in", ("account.bank.statement.line", "account.bank.statement"))])
                    .ids,
                ),
            ]
        )
        self.assertFalse(ours)
        self.assertFalse(names.mapped("complete_name"))
