"""The worklist: what people do about differences, what they see before, and how each is taken back."""

from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form
from odoo.tools import mute_logger

from odoo.addons.payment_bridge.connector.types import OutcomeStatus

from .canned import row
from .common import DAY
from .treat_common import TreatCase


class TestWorklist(TreatCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls.make_user("wl_clerk", "payment_bridge.group_clerk")
        cls.chief = cls.make_user("wl_chief", "payment_bridge.group_clerk", "payment_bridge.group_channel_admin")
        cls.auditor = cls.make_user("wl_auditor", "payment_bridge.group_auditor")
        cls.approver = cls.make_user("wl_approver", "payment_bridge.group_approver")

    def short_row(self, short=5, amount=100):
        """A payment whose row shows less; answers (order, difference)."""
        order = self.pay(amount)
        line = self.statement([self.paid_row(order, amount=amount - short)]).line_ids
        return order, self.difference_of(line)

    # -- seeing before doing -------------------------------------------------------------------

    def test_the_entries_shown_are_the_entries_booked(self):
        difference = self.lone_receipt()
        wizard = self.wizard(difference, "suspense")
        self.assertIn(self.held.name, wizard.preview)
        self.assertIn("30.00", wizard.preview)
        of_journal = [("journal_id", "=", self.channel.journal_id.id)]
        self.assertFalse(self.env["account.bank.statement.line"].search(of_journal))
        wizard.action_resolve()
        line = difference.line_id
        self.assertEqual((line.state, line.move_line_id.account_id), ("posted", self.held))
        self.assertEqual((self.balance_of(self.held), self.bank_balance()), (-30.0, 30.0))

    def test_nothing_else_than_what_was_shown_is_booked(self):
        difference = self.lone_receipt()
        wizard = self.wizard(difference, "suspense")
        self.assertTrue(wizard.shown_digest)
        self.channel.suspense_account_id = self.make_account(
            "TRT009", "Elsewhere", account_type="liability_current", reconcile=True
        )
        with self.assertRaisesRegex(UserError, "Nothing was posted"):
            wizard.action_resolve()
        self.assertEqual((difference.state, difference.line_id.state), ("open", "unmatched"))

    def test_the_form_proposes_the_nearest_way_and_offers_only_what_may_be(self):
        form = Form(
            self.env["payment.bridge.difference.resolve"].with_context(default_difference_id=self.lone_receipt().id)
        )
        self.assertEqual(form.way, "suspense")
        self.assertNotIn("match", form.allowed_ways)
        self.assertNotIn("claim", form.allowed_ways)
        self.assertIn("give_back", form.allowed_ways)
        form.way = "write_off"
        self.assertIn(self.losses.name, form.preview)

    def test_a_similar_payment_is_proposed_first_and_matched_with_one_click(self):
        order = self.pay(100, platform_reference="20260310220014987766")
        line = self.statement(
            [self.paid_row(order, "E1", key="", reference="2026031022001498776", amount=100)]
        ).line_ids
        difference = self.difference_of(line)
        self.assertEqual((difference.similar_id, difference.state), (order, "open"))
        self.assertEqual(difference._ways()[0].code, "match")
        wizard = self.env["payment.bridge.difference.resolve"].create({"difference_id": difference.id})
        self.assertEqual(wizard.way, "match")
        self.assertIn(order.payment_id.name, wizard.preview)
        wizard.action_resolve()
        self.assertEqual((line.state, line.instruction_id), ("posted", order))
        self.assertIn("score", difference.treatment_id.evidence)

    def test_what_is_known_tells_both_sides(self):
        order, difference = self.short_row()
        self.assertIn(order.key, difference.known + difference.reason)
        self.assertIn("95.00", difference.known)
        self.assertIn("left the account", difference.money)
        self.assertEqual(difference.bridge_ways()[0]["refusal"], "")

    def test_money_that_is_held_is_said_to_be_in_the_books(self):
        difference = self.lone_receipt()
        self.assertIn("books do not show it yet", difference.money)
        self.resolve(difference, "suspense")
        self.assertIn(difference.line_id.move_id.name, difference.money)
        self.assertNotIn("fee", difference.money)

    # -- writing off ------------------------------------------------------------------------------

    def test_a_rest_within_the_limit_is_written_off_and_posted(self):
        order, difference = self.short_row(short=1)
        treatment = self.resolve(difference, "write_off", self.clerk, note="bank charge", post_now=True)
        self.assertEqual((difference.line_id.state, order.payment_id.is_matched), ("posted", True))
        self.assertEqual(self.balance_of(self.losses), -1.0)
        self.assertEqual((treatment.done_by_id, treatment.evidence["limit"]), (self.clerk, "1.00"))

    def test_above_the_limit_the_refusal_says_who_may(self):
        _order, difference = self.short_row(short=5)
        with self.assertRaisesRegex(UserError, r"at most.*1\.00.*5\.00.*may"):
            difference.with_user(self.clerk)._treat("write_off", self.asked(note="charge"))
        self.assertNotIn("write_off", self.wizard(difference, "ignore", self.clerk).allowed_ways)
        self.assertEqual((difference.state, self.balance_of(self.losses)), ("open", 0.0))
        self.resolve(difference, "write_off", self.chief, note="charge", post_now=True)
        self.assertEqual(self.balance_of(self.losses), -5.0)

    def test_a_limit_of_one_s_own_counts_before_the_role_s(self):
        _order, difference = self.short_row(short=5)
        self.clerk.with_company(self.company).bridge_write_off_limit = 10
        self.chief.with_company(self.company).bridge_write_off_limit = -1
        self.assertEqual(self.chief._bridge_write_off_limit(self.company), 0.0)
        with self.assertRaisesRegex(UserError, "wl_clerk"):
            difference.with_user(self.chief)._treat("write_off", self.asked(note="charge"))
        self.resolve(difference, "write_off", self.clerk, note="charge")
        self.assertTrue(self.events("write_off_limit.changed"))

    def test_where_nobody_may_the_refusal_says_that(self):
        _order, difference = self.short_row(short=5000, amount=10000)
        with self.assertRaisesRegex(UserError, "nobody may write off so much"):
            difference.with_user(self.clerk)._treat("write_off", self.asked(note="charge"))

    def test_money_out_without_an_order_is_never_written_off(self):
        difference = self.open_row("pay_out", "E1", "-0.50")
        with self.assertRaisesRegex(UserError, "never written off"):
            difference._treat("write_off", self.asked(note="small"))

    def test_the_limit_holds_through_every_other_door(self):
        clerk_s = {"account_id": self.losses.id, "note": "charge"}
        order, difference = self.short_row(short=5)
        lines = difference.line_id.with_user(self.clerk)
        with self.assertRaisesRegex(UserError, "at most"):
            lines.workbench_match(lines.ids, [("payment", order.id)], {"way": "account", **clerk_s})
        with self.assertRaisesRegex(UserError, "at most"):
            lines.workbench_match(lines.ids, [], {"way": "account", **clerk_s})
        self.resolve(difference, "suspense", self.clerk)
        clearing = self.env["payment.bridge.suspense.clear"].with_user(self.clerk)
        for values in ({"way": "payment", "instruction_id": order.id}, {"way": "account"}):
            with self.assertRaisesRegex(UserError, "at most"):
                clearing.create({"line_id": lines.id, **values, **clerk_s}).action_clear()
        self.assertEqual((lines.is_held, self.balance_of(self.losses)), (True, 0.0))
        clearing.with_user(self.chief).create(
            {"line_id": lines.id, "way": "payment", "instruction_id": order.id, **clerk_s}
        ).action_clear()
        self.assertEqual(self.balance_of(self.losses), -5.0)

    def test_the_limit_holds_for_what_a_document_has_left_over(self):
        invoice = self.make_invoice(100)
        line = self.lone_receipt("95.00").line_id
        wizard = (
            self.env["payment.bridge.statement.line.match"]
            .with_user(self.clerk)
            .create({"line_id": line.id, "way": "document", "document_ids": invoice.ids})
        )
        wizard.write({"rest_way": "account", "account_id": self.losses.id, "note": "discount"})
        with self.assertRaisesRegex(UserError, "at most"):
            wizard.action_match()
        wizard.with_user(self.chief).action_match()
        self.assertEqual(line.state, "matched")

    def test_a_written_off_row_posted_by_itself_is_taken_back_with_its_entry(self):
        order, difference = self.short_row(short=1)
        treatment = self.resolve(difference, "write_off", note="charge", post_now=True)
        treatment.action_undo()
        self.assertEqual((difference.state, difference.line_id.state), ("open", "unmatched"))
        self.assertFalse(order.payment_id.is_matched)
        self.assertEqual((self.balance_of(self.losses), self.bank_balance()), (0.0, 0.0))

    def test_undo_after_the_period_was_closed_books_the_opposite_in_the_open_one(self):
        _order, difference = self.short_row(short=1)
        treatment = self.resolve(difference, "write_off", note="charge", post_now=True)
        entries = difference.line_id.posting_id.entry_ids
        posting = difference.line_id.posting_id
        self.company.fiscalyear_lock_date = DAY
        treatment.action_undo()
        self.assertEqual((posting.entry_ids - entries).date, self.next_day())
        self.assertEqual(self.balance_of(self.losses), 0.0)

    # -- once -------------------------------------------------------------------------------------

    def test_two_people_who_look_at_one_difference_decide_once(self):
        difference = self.lone_receipt()
        first = self.wizard(difference, "suspense", self.clerk)
        second = self.wizard(difference, "ignore", self.chief, note="not ours")
        first.action_resolve()
        with self.assertRaisesRegex(UserError, "treated this difference already"):
            second.action_resolve()
        self.assertEqual(len(difference.treatment_ids), 1)

    def test_one_payment_is_not_matched_by_two_rows(self):
        order = self.pay(100)
        lines = self.statement(
            [self.paid_row(order, "E1", amount=90), self.paid_row(order, "E2", amount=80, time="11:00:00")]
        ).line_ids.sorted("row")
        self.chief.with_company(self.company).bridge_write_off_limit = 100
        first, second = (self.difference_of(line) for line in lines)
        self.resolve(first, "write_off", self.chief, note="one")
        with self.assertRaisesRegex(UserError, "Another row stands for"):
            second.with_user(self.chief)._treat("write_off", self.asked(note="two", instruction=order))

    def test_what_was_raised_about_a_row_is_closed_and_opened_with_it(self):
        _order, difference = self.short_row(short=1)
        raised = self.env["payment.bridge.discrepancy"].search(
            [("kind", "=", "line_amount"), ("channel_id", "=", self.channel.id)]
        )
        self.assertEqual(raised.state, "open")
        treatment = self.resolve(difference, "write_off", note="bank charge")
        self.assertEqual((raised.state, "bank charge" in raised.resolution), ("resolved", True))
        treatment.action_undo()
        self.assertEqual(raised.state, "open")

    def test_holding_a_row_does_not_explain_it_but_clearing_it_does(self):
        difference = self.open_row("pay_out", "E1", "-50.00")
        raised = self.env["payment.bridge.discrepancy"].search(
            [("kind", "=", "platform_only_out"), ("channel_id", "=", self.channel.id)]
        )
        self.resolve(difference, "suspense")
        self.assertEqual(raised.state, "open")
        line = difference.line_id
        self.clear(line, way="account", account_id=self.losses.id, note="paid at the portal by the treasurer")
        self.assertEqual((raised.state, "treasurer" in raised.resolution), ("resolved", True))
        line.action_unclear()
        self.assertEqual(raised.state, "open")

    # -- claims -------------------------------------------------------------------------------------

    def test_a_claim_holds_the_money_until_it_comes_back(self):
        difference = self.open_row("pay_out", "E1", "-50.00", values={"reference": "PX-1"})
        treatment = self.resolve(difference, "claim", note="nobody ordered it")
        claim, line = treatment.claim_id, difference.line_id
        self.assertEqual((claim.state, claim.amount, line.is_held), ("open", 50.0, True))
        for told in ("PX-1", "E1", "nobody ordered it", self.channel._capabilities().zone):
            self.assertIn(told, claim.letter)
        self.assertIn("Only at the platform: money out", treatment.evidence_text)
        self.assertEqual(treatment.display_name, "Claim it from the platform")
        claim.with_user(self.clerk).action_send()
        claim.received_line_id = self.held_row("50.00", "R1", "adjustment")
        claim.with_user(self.clerk).action_receive()
        self.assertEqual((claim.state, line.move_line_id.reconciled), ("received", True))
        self.assertEqual(self.balance_of(self.held), 0.0)
        with self.assertRaisesRegex(UserError, "that step is not open"):
            claim.action_send()

    def test_taking_a_claim_back_withdraws_it(self):
        difference = self.open_row("pay_out", "E1", "-50.00")
        treatment = self.resolve(difference, "claim", note="nobody ordered it")
        treatment.action_undo()
        self.assertEqual((treatment.claim_id.state, difference.line_id.state), ("withdrawn", "unmatched"))
        self.assertEqual(difference.state, "open")
        self.resolve(difference, "claim", note="again")
        self.assertEqual(len(difference.claim_ids), 2)

    def test_a_claim_is_withdrawn_when_the_posting_of_its_row_is_undone(self):
        difference = self.open_row("pay_out", "E1", "-50.00")
        treatment = self.resolve(difference, "claim", note="nobody ordered it")
        difference.line_id.posting_id.action_undo()
        self.assertEqual((treatment.state, treatment.claim_id.state), ("undone", "withdrawn"))
        self.resolve(difference, "claim", note="again")
        self.assertEqual(len(difference.claim_ids), 2)

    def test_a_missing_payment_is_claimed_without_booking_anything(self):
        order = self.pay(100)
        self.statement([row("fee", "F1", "-1.00", day=DAY)])
        difference = self.difference_of(order)
        claim = self.resolve(difference, "claim", note="paid, not shown").claim_id
        self.assertEqual((claim.instruction_id, difference.state), (order, "treated"))
        self.match()
        self.assertEqual(difference.state, "treated")

    def test_money_that_is_on_the_account_is_not_claimed(self):
        with self.assertRaisesRegex(UserError, "nothing to claim"):
            self.lone_receipt()._treat("claim", self.asked(note="x"))

    # -- giving back ---------------------------------------------------------------------------------

    def test_giving_back_drafts_a_payment_and_sends_nothing(self):
        difference = self.lone_receipt()
        treatment = self.resolve(difference, "give_back", partner_id=self.customer.id, post_now=True)
        payment = treatment.payment_id
        self.assertEqual((payment.state, payment.amount, payment.payment_type), ("draft", 30.0, "outbound"))
        self.assertFalse(payment.bridge_instruction_id)
        self.assertEqual(difference.line_id.move_line_id.partner_id, self.customer)
        treatment.action_undo()
        self.assertEqual((payment.state, difference.line_id.state), ("canceled", "unmatched"))

    def test_opening_the_row_takes_the_draft_back_too(self):
        difference = self.lone_receipt()
        payment = self.resolve(difference, "give_back", partner_id=self.customer.id, post_now=False).payment_id
        difference.line_id.action_undo()
        self.assertEqual((payment.state, difference.line_id.state), ("canceled", "unmatched"))

    def test_giving_back_needs_to_know_to_whom(self):
        with self.assertRaisesRegex(UserError, "whose money"):
            self.lone_receipt()._treat("give_back", self.asked())

    # -- leaving out, awaiting, explaining -------------------------------------------------------------

    def test_leaving_out_needs_a_reason_and_is_taken_back(self):
        difference = self.lone_receipt()
        with self.assertRaisesRegex(UserError, "Say why"):
            difference._treat("ignore", self.asked(note="  "))
        treatment = self.resolve(difference, "ignore", note="a test of the platform")
        self.assertEqual((difference.line_id.state, difference.state), ("ignored", "treated"))
        treatment.action_undo()
        self.assertEqual((difference.line_id.state, difference.state), ("unmatched", "open"))

    def awaited(self, until):
        order = self.pay(100)
        self.statement([row("fee", "F1", "-1.00", day=DAY)])
        difference = self.difference_of(order)
        return order, difference, self.resolve(difference, "wait", until=until, note="the platform is late")

    def test_an_awaited_difference_rests_until_its_day(self):
        _order, difference, treatment = self.awaited(date(2026, 3, 15))
        self.match()
        self.assertEqual((difference.state, treatment.state), ("treated", "done"))
        self.env.cr.execute(
            "UPDATE payment_bridge_difference SET awaited_until = '2026-03-10' WHERE id = %s", (difference.id,)
        )
        self.match()
        self.assertEqual((difference.state, treatment.state), ("open", "lapsed"))

    def test_what_is_awaited_and_comes_is_noted(self):
        order, difference, _treatment = self.awaited(date(2026, 3, 15))
        line = self.statement([self.paid_row(order, day=DAY - timedelta(days=1))], DAY - timedelta(days=1)).line_ids
        self.assertEqual((line.state, difference.state), ("matched", "closed"))
        self.assertIn("arrival", difference.treatment_ids.mapped("way"))

    def test_what_is_awaited_comes_back_when_it_changes(self):
        difference = self.short_row()[1]
        order = difference.instruction_id
        self.resolve(difference, "wait", until=date(2026, 3, 20))
        self.statement([self.paid_row(order, "E2", day=DAY - timedelta(days=1))], DAY - timedelta(days=1))
        self.assertEqual((difference.difference, difference.state), ("duplicate", "open"))
        self.assertEqual(difference.treatment_ids.state, "lapsed")

    def test_money_out_without_an_order_cannot_wait(self):
        with self.assertRaisesRegex(UserError, "cannot wait"):
            self.open_row("pay_out", "E1", "-5.00")._treat("wait", self.asked(until=date(2026, 3, 20)))

    def test_a_missing_payment_is_explained_but_a_row_is_not(self):
        order = self.pay(100)
        self.statement([row("collection", "C1", "5.00", day=DAY)])
        difference = self.difference_of(order)
        self.resolve(difference, "explain", note="it stands on the old account's statement")
        self.match()
        self.assertEqual(difference.state, "treated")
        of_row = self.env["payment.bridge.difference"].search([("line_id.entry_reference", "=", "C1")])
        with self.assertRaisesRegex(UserError, "has moved the balance"):
            of_row._treat("explain", self.asked(note="x"))

    def test_a_fee_that_is_explained_leaves_the_list(self):
        self.channel.fee_rate = 0.6
        order = self.collect(100)
        line = self.statement([self.collected_row(order, amount=99, fee=1)]).line_ids
        difference = self.difference_of(line)
        self.assertEqual((difference.difference, line.state), ("fee", "matched"))
        self.resolve(difference, "explain", note="agreed by mail")
        self.match()
        self.assertEqual(difference.state, "treated")

    # -- rights ----------------------------------------------------------------------------------------

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_only_clerks_treat(self):
        difference = self.lone_receipt()
        for user in (self.auditor, self.approver):
            with self.assertRaises(UserError):
                difference.with_user(user)._treat("ignore", self.asked(note="x"))
            with self.assertRaises(AccessError):
                self.wizard(difference, "ignore", user, note="x")
        treatment = self.resolve(difference, "ignore", self.clerk, note="x")
        with self.assertRaises(UserError):
            treatment.with_user(self.auditor).action_undo()
        with self.assertRaises(AccessError):
            treatment.with_user(self.clerk).write({"note": "y"})

    def test_people_choose_who_looks_and_until_when_and_nothing_else(self):
        difference = self.lone_receipt()
        mine = difference.with_user(self.clerk)
        mine.write({"owner_id": self.clerk.id, "due_on": date(2026, 3, 12)})
        self.match()
        self.assertEqual((difference.owner_id, difference.due_on), (self.clerk, date(2026, 3, 12)))
        with self.assertRaisesRegex(UserError, "only who looks into it"):
            mine.write({"state": "closed"})

    def test_other_companies_see_nothing(self):
        other = self.setup_other_company()["company"]
        channel = self.make_channel(other, "Elsewhere")
        self.load([row("collection", "C", "1.00", day=DAY)], channel=channel)
        theirs = self.env["payment.bridge.difference"].search([("channel_id", "=", channel.id)])
        theirs.with_company(other)._treat("suspense", self.asked())
        for model in ("payment.bridge.treatment", "payment.bridge.difference"):
            seen = self.env[model].with_user(self.clerk).search([("channel_id", "=", channel.id)])
            self.assertFalse(seen, model)

    def test_overdue_differences_are_found(self):
        difference = self.lone_receipt()
        difference.due_on = date(2026, 3, 1)
        found = self.env["payment.bridge.difference"].search(
            [("is_overdue", "=", True), ("channel_id", "=", self.channel.id)]
        )
        self.assertEqual(found, difference)
        self.resolve(difference, "ignore", note="x")
        self.assertFalse(difference.is_overdue)

    def test_a_payment_whose_result_is_unknown_is_not_matched_by_a_person(self):
        order = self.pay(100, OutcomeStatus.PROCESSING)
        difference = self.difference_of(self.statement([self.paid_row(order)]).line_ids)
        with self.assertRaisesRegex(UserError, "Ask the platform"):
            difference._treat("match", self.asked())
