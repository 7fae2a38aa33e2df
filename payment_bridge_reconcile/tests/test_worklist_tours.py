"""The worklist in a browser, in both languages."""

from odoo.tests import HttpCase

from .canned import row
from .common import DAY, StatementCase
from .treat_common import TreatCase

LANGUAGES = ("en_US", "zh_CN")
ACTION = "/odoo/action-payment_bridge_reconcile"


class TestWorklistTours(TreatCase, HttpCase):
    def setUp(self):
        super(StatementCase, self).setUp()  # a browser does not live on a frozen clock
        self.env["payment.bridge.difference"].search([]).unlink()

    def clerk_of(self, lang):
        self.env["res.lang"]._activate_lang(lang)
        clerk = self.make_user(f"tour-{lang}", "payment_bridge.group_clerk")
        clerk.write({"password": clerk.login, "lang": lang})
        return clerk

    def receipts(self, *amounts, prefix="C"):
        rows = [
            row("collection", f"{prefix}{place + 1}", f"{amount:.2f}", day=DAY) for place, amount in enumerate(amounts)
        ]
        return self.statement(rows).line_ids

    def test_one_is_resolved_with_its_entries_shown_and_cleared_later(self):
        for place, lang in enumerate(LANGUAGES):
            with self.subTest(lang=lang):
                clerk = self.clerk_of(lang)
                clerk.bridge_write_off_limit = 50
                line = self.receipts(30, prefix=f"C1{place}")
                self.start_tour(f"{ACTION}.action_difference", "payment_bridge_resolve_one", login=clerk.login)
                line.invalidate_recordset()
                self.assertTrue(line.is_held)
                self.start_tour(f"{ACTION}.action_suspense", "payment_bridge_clear_held", login=clerk.login)
                line.invalidate_recordset()
                self.assertEqual((line.account_id, line.note), (self.losses, "lost"))

    def test_several_are_resolved_together(self):
        clerk = self.clerk_of("zh_CN")
        lines = self.receipts(12, 30)
        self.start_tour(f"{ACTION}.action_difference", "payment_bridge_resolve_many", login=clerk.login)
        lines.invalidate_recordset()
        self.assertEqual(lines.mapped("is_held"), [True, True])
