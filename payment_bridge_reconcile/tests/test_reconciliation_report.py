"""The reconciliation report: the same figures on the page and in the workbook, in both languages."""

import base64
import io

from lxml import html
from openpyxl import load_workbook

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.payment_bridge_reconcile.report.reconciliation_xlsx import safe_text

from .canned import row
from .common import DAY, StatementCase


class TestReconciliationReport(StatementCase):
    def wizard(self, user=None, **values):
        values = {
            "channel_ids": self.channel.ids,
            "first_day": self.next_day(-1),
            "last_day": DAY,
            "lang": "en_US",
            **values,
        }
        model = self.env["payment.bridge.reconciliation.report"]
        return (model.with_user(user) if user else model).create(values)

    def mixed_day(self):
        """Payments, a fee beside and a fee inside, something open, all but that posted."""
        orders = [self.pay(100), self.pay(40)]
        statement = self.statement(
            [
                self.paid_row(orders[0]),
                self.paid_row(orders[1], amount=41, fee=1),
                row("fee", "F1", "-0.50", day=DAY, key=orders[0].key),
                row("collection", "C1", "30.00", day=DAY),
            ],
            opening=1000,
        )
        statement._post()
        return statement

    def figures(self, **values):
        return self.wizard(**values)._figures()[0]

    def cells(self, content):
        """Every cell of a workbook's first sheet that holds something."""
        sheet = load_workbook(io.BytesIO(content)).worksheets[0]
        return [[cell.value for cell in line if cell.value is not None] for line in sheet.iter_rows()]

    def workbook(self, wizard):
        wizard.form = "xlsx"
        action = wizard.action_print()
        self.assertIn(f"/{wizard.id}/file/", action["url"])
        return base64.b64decode(wizard.file)

    # -- figures ------------------------------------------------------------------------

    def test_balances_movements_and_fees(self):
        self.mixed_day()
        figures = self.figures()
        balances = figures.balances
        self.assertEqual((balances.opening, balances.moved, balances.closing), (1000.0, -111.5, 888.5))
        self.assertEqual((balances.books, balances.not_posted, balances.gap), (-141.5, 30.0, 0.0))
        self.assertEqual(balances.unexplained, 1000.0)  # the opening balance is not booked
        by_kind = {one["kind"]: one for one in figures.movements}
        self.assertEqual((by_kind["pay_out"]["count_out"], by_kind["pay_out"]["sum_out"]), (2, -141.0))
        self.assertEqual((by_kind["collection"]["count_in"], by_kind["collection"]["sum_in"]), (1, 30.0))
        self.assertEqual(figures.fees, {"own": 0.5, "inside": 1.0, "declared": 0.0, "total": 1.5})
        self.assertEqual((figures.total["count"], figures.total["net"]), (4, -111.5))

    def test_how_rows_were_explained(self):
        self.mixed_day()
        figures = self.figures()
        told = {one["label"]: (one["count"], one["share"], one["open"]) for one in figures.passes}
        self.assertEqual(told, {"Payment": (2, 0.5, False), "Fee": (1, 0.25, False), "Unmatched": (1, 0.25, True)})
        self.assertEqual((figures.explained, figures.explained_count), (0.75, 3))

    def test_what_floats_leave_behind_is_no_figure(self):
        self.statement(
            [row("collection", f"C{place}", amount, day=DAY) for place, amount in enumerate(("0.10", "0.20", "0.70"))]
            + [row("fee", "F1", "-0.30", day=DAY)],
            opening=0.1,
        )
        figures = self.figures()
        self.assertEqual((figures.balances.moved, figures.balances.closing), (0.7, 0.8))
        self.assertEqual((figures.balances.gap, figures.balances.unexplained), (0.0, 0.1))
        shown = [value for line in self.cells(self.workbook(self.wizard())) for value in line]
        self.assertNotIn("Not explained by the platform's own rows", shown)
        self.assertFalse([value for value in shown if isinstance(value, float) and value != round(value, 2)])

    def test_rows_in_suspense_are_not_explained(self):
        statement = self.statement([row("collection", "C1", "30.00", day=DAY)])
        statement._post(with_suspense=True)
        self.assertEqual(self.figures().explained, 0.0)

    def test_what_a_person_declared_a_fee_is_one(self):
        order = self.pay(100)
        line = self.statement([row("pay_out", "E1", "-100.60", day=DAY)]).line_ids
        line._match_by_hand([("payment", order.id)], "fee")
        figures = self.figures()
        self.assertEqual(figures.fees["declared"], 0.6)
        self.assertTrue(figures.passes[0]["by_hand"])

    def test_each_day_with_its_proof_and_missing_days(self):
        self.channel.statements_from = self.next_day(-2)
        self.mixed_day()
        figures = self.figures(first_day=self.next_day(-5))
        self.assertEqual(figures.missing, [self.next_day(-2), self.next_day(-1)])
        self.assertEqual([one["day"] for one in figures.days], [self.next_day(-2), self.next_day(-1), DAY])
        last = figures.days[-1]
        self.assertEqual((last["state"], last["rows"], last["opening"], last["closing"]), ("loaded", 4, 1000.0, 888.5))
        self.assertEqual(last["proof"], "books")

    def test_open_differences_by_class_with_their_age(self):
        self.channel.statements_from = DAY
        self.statement([row("pay_out", "E1", "-50.00", day=DAY), row("collection", "E2", "5.00", day=DAY)])
        old = self.env["payment.bridge.difference"].search(
            [("channel_id", "=", self.channel.id), ("difference", "=", "platform_only_in")]
        )
        old.sudo().day = "2026-01-05"
        told = {one["label"]: one for one in self.figures().differences}
        self.assertEqual(told["Only at the platform: money out"]["ages"], [1, 0, 0, 0])
        self.assertEqual(told["Only at the platform: money in"]["ages"], [0, 0, 0, 1])
        self.assertEqual(told["Only at the platform: money in"]["amount"], 5.0)

    def test_postings_with_who_posted_and_who_undid_them(self):
        statement = self.mixed_day()
        clerk = self.make_user("rp_clerk", "payment_bridge.group_clerk")
        statement.posting_ids.with_user(clerk).action_undo()
        statement.with_user(clerk)._post()
        told = sorted(self.figures().postings, key=lambda one: one["id"])
        self.assertEqual([one["undone"] for one in told], [True, False])
        self.assertEqual([one["who"] for one in told], [self.env.user.name, "rp_clerk"])
        self.assertEqual(told[0]["undone_by"], "rp_clerk")
        self.assertEqual(told[1]["rows"], 3)

    def test_a_channel_whose_files_show_no_balance(self):
        self.statement([row("deposit", "E1", "5.00", day=DAY)])
        balances = self.figures().balances
        self.assertEqual((balances.opening, balances.closing, balances.unexplained), (None, None, None))
        self.assertIn("not shown by its files", self.page())

    # -- forms ---------------------------------------------------------------------------

    def page(self, **values):
        """The printed page as HTML, which is what becomes the PDF."""
        wizard = self.wizard(**values)
        page, kind = self.env["ir.actions.report"]._render_qweb_html(
            "payment_bridge_reconcile.reconciliation", wizard.ids
        )
        self.assertEqual(kind, "html")
        return page.decode()

    def test_the_page_shows_every_section(self):
        statement = self.mixed_day()
        page = self.page()
        for words in (
            "Reconciliation Report", "Balances", "Movements by Kind", "How Rows Were Explained", "Open Differences",
            "Day by Day", "Postings", "888.50", "75.00", self.env.user.name,
            statement.posting_ids.entry_ids.move_id.name,
        ):  # fmt: skip
            self.assertIn(words, page)

    def test_all_channels_are_one_document(self):
        """A wkhtmltopdf without Qt's patches prints one document of a report, and no second one."""
        self.mixed_day()
        other = self.make_channel(self.company, "Second")
        page = self.page(channel_ids=[Command.set((self.channel + other).ids)])
        self.assertIn("Second", page)
        self.assertEqual(len(html.fromstring(page).xpath("//div[contains(@class, 'article')]")), 1)

    def test_the_page_in_chinese(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.mixed_day()
        page = self.page(lang="zh_CN")
        self.assertIn("对账报告", page)
        self.assertNotIn("Movements by Kind", page)

    def test_pdf_and_screen_are_one_report(self):
        wizard = self.wizard()
        self.assertEqual(wizard.action_print()["report_type"], "qweb-pdf")
        wizard.form = "screen"
        action = wizard.action_print()
        self.assertEqual(
            (action["report_type"], action["report_name"]), ("qweb-html", "payment_bridge_reconcile.reconciliation")
        )

    def test_the_workbook_holds_numbers_as_numbers(self):
        self.mixed_day()
        cells = self.cells(self.workbook(self.wizard()))
        self.assertIn(["Closing balance at the platform", 888.5], cells)
        self.assertIn(["Explained", 3, 0.75], cells)
        self.assertTrue(any(line[:2] == ["Pay-out", 0] for line in cells))

    def test_the_workbook_in_chinese(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.mixed_day()
        cells = self.cells(self.workbook(self.wizard(lang="zh_CN")))
        self.assertEqual(cells[0], ["对账报告"])

    def test_no_text_becomes_a_formula(self):
        for text in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"):
            self.assertTrue(safe_text(text).startswith("'"), text)
        self.assertEqual((safe_text("plain"), safe_text(None), safe_text(False)), ("plain", "", ""))
        self.channel.name = "=HYPERLINK(1)"
        self.statement([row("deposit", "E1", "5.00", day=DAY)])
        content = self.workbook(self.wizard())
        book = load_workbook(io.BytesIO(content))
        formulas = [
            cell for sheet in book.worksheets for line in sheet.iter_rows() for cell in line if cell.data_type == "f"
        ]
        self.assertFalse(formulas)

    def test_channels_of_one_name_get_sheets_of_their_own(self):
        name = "A channel / with a name that is much too long for a sheet"
        other = self.make_channel(self.company, name)
        self.channel.name = name
        content = self.workbook(self.wizard(channel_ids=(self.channel | other).ids))
        self.assertEqual(len({sheet.title for sheet in load_workbook(io.BytesIO(content)).worksheets}), 2)

    # -- rights and limits ----------------------------------------------------------------

    def test_every_role_prints_what_it_may_read(self):
        self.mixed_day()
        for role in ("clerk", "approver", "channel_admin", "auditor"):
            user = self.make_user(f"rp_{role}", f"payment_bridge.group_{role}")
            self.assertEqual(self.wizard(user)._figures()[0].total["count"], 4)
        with self.assertRaises(AccessError):
            self.wizard(self.make_user("rp_outsider", "account.group_account_invoice"))

    def test_other_companies_channels_are_not_printed(self):
        other = self.setup_other_company()["company"]
        channel = self.make_channel(other, "Elsewhere")
        user = self.make_user("rp_own", "payment_bridge.group_auditor")
        figures = self.env["payment.bridge.reconciliation.figures"].with_user(user)
        with self.assertRaises(AccessError):
            figures._figures(channel.with_user(user), DAY, DAY)
        names = [one.channel for one in self.wizard(user, channel_ids=[])._figures()]
        self.assertNotIn(channel, names)

    def test_a_period_must_make_sense(self):
        with self.assertRaisesRegex(ValidationError, "ends before"):
            self.wizard(first_day=self.next_day(1))
        with self.assertRaisesRegex(ValidationError, "a year at most"):
            self.wizard(first_day="2024-01-01")

    def test_a_company_without_a_channel_is_told_so(self):
        other = self.setup_other_company()["company"]
        with self.assertRaisesRegex(UserError, "no channel yet"):
            self.wizard(company_id=other.id, channel_ids=[])._figures()
