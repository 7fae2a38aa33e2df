"""Many differences treated together: what cannot be is left, and a run is stopped or taken back."""

from lxml import etree

from odoo.exceptions import UserError

from ..models import payment_bridge_worklist_run
from .canned import row
from .common import DAY
from .treat_common import TreatCase


class TestWorklistRun(TreatCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls.make_user("wl_clerk", "payment_bridge.group_clerk")

    def run_of(self, differences, way, user=None, **values):
        runs = self.env["payment.bridge.worklist.run"].with_user(user or self.clerk)
        return runs.create({"difference_ids": differences.ids, "way": way, **values})

    def many(self, count=3):
        """A statement of lone receipts and one pay-out; answers their differences."""
        rows = [row("collection", f"C{place}", f"{place + 1}.00", day=DAY) for place in range(count)]
        lines = self.statement([*rows, row("pay_out", "P1", "-9.00", day=DAY)]).line_ids
        return self.env["payment.bridge.difference"].search([("line_id", "in", lines.ids)])

    def test_a_selection_is_treated_and_what_cannot_be_is_listed_and_left(self):
        differences = self.many()
        run = self.run_of(differences, "write_off", note="small change")
        self.assertEqual((run.total, run.can_count), (4, 1))
        self.assertIn("never written off", run.refusals)
        self.assertIn("1.00", run.totals)
        run.action_run()
        self.assertEqual((run.state, run.done_count, run.refused_count), ("done", 1, 3))
        self.assertEqual(sorted(differences.mapped("state")), ["open", "open", "open", "treated"])
        self.assertEqual(run.line_ids.treatment_id.done_by_id, self.clerk)
        with self.assertRaisesRegex(UserError, "begun already"):
            run.action_run()

    def test_a_run_can_be_stopped_and_taken_back_outside_of_its_dialog(self):
        run = self.run_of(self.many(), "suspense")
        self.assertEqual(run.display_name, "Hold it on the suspense account")
        page = etree.fromstring(run.get_view(view_type="form")["arch"])
        for name in ("action_stop", "action_undo"):
            [button] = page.xpath(f"//button[@name='{name}']")
            self.assertFalse(button.xpath("ancestor::footer"), "only a dialog shows its footer")

    def test_a_whole_run_is_taken_back(self):
        differences = self.many()
        run = self.run_of(differences, "suspense")
        run.action_run()
        self.assertEqual((run.done_count, run.standing_count, self.bank_balance()), (4, 4, -3.0))
        run.action_undo()
        self.assertEqual((run.done_count, run.standing_count), (4, 0))
        self.assertEqual((set(differences.mapped("state")), self.bank_balance()), ({"open"}, 0.0))
        with self.assertRaisesRegex(UserError, "still stands"):
            run.action_undo()

    def test_many_go_on_in_the_background_as_the_person_who_began(self):
        self.patch(payment_bridge_worklist_run, "AT_ONCE", 2)
        self.patch(payment_bridge_worklist_run, "BATCH", 3)
        differences = self.many()
        run = self.run_of(differences, "suspense")
        run.action_run()
        self.assertEqual((run.state, run.done_count), ("running", 0))
        self.run_cron("payment_bridge_reconcile.cron_worklist")
        run.invalidate_recordset()
        self.assertEqual((run.state, run.done_count, run.progress), ("done", 4, 100.0))
        self.assertEqual(run.line_ids.treatment_id.done_by_id, self.clerk)

    def test_a_run_that_is_stopped_leaves_done_what_is_done(self):
        self.patch(payment_bridge_worklist_run, "AT_ONCE", 2)
        differences = self.many()
        run = self.run_of(differences, "suspense")
        run.action_run()
        self.assertEqual(run.sudo()._treat_next(1), 3)
        run.action_stop()
        self.run_cron("payment_bridge_reconcile.cron_worklist")
        run.invalidate_recordset()
        self.assertEqual((run.state, run.done_count), ("cancelled", 1))

    def test_a_run_that_has_begun_is_not_changed(self):
        run = self.run_of(self.many(), "suspense")
        run.action_run()
        with self.assertRaisesRegex(UserError, "has begun"):
            run.note = "other"
        with self.assertRaisesRegex(UserError, "part of the trail"):
            run.unlink()
