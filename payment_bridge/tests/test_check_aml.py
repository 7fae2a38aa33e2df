"""Signals of money laundering: they warn, never stop, and wait for an officer."""

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .check_common import CheckCommon


@tagged("post_install", "-at_install")
class TestCheckAml(CheckCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = cls.make_user("officer", "officer")
        cls.usd = cls.env.ref("base.USD")
        cls.company.country_id = cls.env.ref("base.cn")
        cls.person = cls.make_vendor("Li Si", "wallet-lisi")
        cls.person.is_company = False

    def cases(self, vendor=None):
        return (
            self.env["payment.bridge.aml.case"]
            .sudo()
            .search([("company_id", "=", self.company.id), ("partner_id", "=", (vendor or self.vendor).id)])
        )

    def days_ago(self, days):
        return fields.Date.subtract(fields.Date.today(), days=days)

    def paid(self, amount, vendor=None, days=0, kind="outbound", **values):
        """A payment that was made by hand some days ago."""
        payment = self.env["account.payment"].create(
            {
                "payment_type": kind,
                "partner_type": "supplier" if kind == "outbound" else "customer",
                "partner_id": (vendor or self.vendor).id,
                "amount": amount,
                "currency_id": self.cny.id,
                "date": self.days_ago(days),
                "journal_id": self.company_data["default_journal_bank"].id,
                **values,
            }
        )
        payment.action_post()
        return payment

    # -- reporting amounts -----------------------------------------------------------

    def test_the_amounts_of_the_order_hold_for_each_kind_of_payee(self):
        for vendor, below, at in ((self.vendor, 1999999.99, 2000000), (self.person, 499999.99, 500000)):
            self.assertVerdict(self.draft(below, vendor), "aml_large_value", "pass", "below")
            self.env["account.payment"].search([("partner_id", "=", vendor.id)]).unlink()
            found = self.assertVerdict(self.draft(at, vendor), "aml_large_value", "warn", "the bank reports it")
            self.assertEqual(found.evidence["limit"], at)
            self.assertIn("PBOC", found.evidence["source"])

    def test_payments_of_one_day_to_one_payee_are_added_up(self):
        self.paid(300000, self.person)
        self.paid(400000, self.person, days=1)
        found = self.assertVerdict(self.draft(200000, self.person), "aml_large_value", "warn", "2 payments")
        self.assertEqual(found.evidence["total"], 500000)

    def test_what_comes_in_does_not_count(self):
        self.paid(400000, self.person, kind="inbound")
        self.assertVerdict(self.draft(200000, self.person), "aml_large_value", "pass")

    def test_a_person_abroad_is_judged_by_the_lower_amount(self):
        self.person.country_id = self.env.ref("base.us")
        payment = self.draft(200000, self.person)
        self.assertVerdict(payment, "aml_cross_border", "warn", "the bank reports it")
        self.assertVerdict(payment, "aml_large_value", "pass", "another check")

    def test_other_money_is_judged_by_its_worth_in_dollars(self):
        self.person.country_id = self.env.ref("base.us")
        self.usd.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": self.usd.id, "company_id": self.company.id, "name": self.days_ago(9), "rate": 0.125}
        )
        channel = self.make_channel("Dollars", currency_id=self.usd.id)
        for amount, verdict in ((9999.99, "pass"), (10000, "warn")):
            payment = self.draft(amount, self.person, channel=channel, currency_id=self.usd.id)
            found = self.assertVerdict(payment, "aml_cross_border", verdict)
            self.assertEqual((found.evidence["limit"], found.evidence["currency"]), (10000, "USD"))
            payment.unlink()

    def test_amounts_hold_from_their_day_to_their_day(self):
        amount = self.env.ref("payment_bridge.aml_threshold_cn_person").sudo()
        amount.valid_to = self.days_ago(1)
        self.assertVerdict(self.draft(600000, self.person), "aml_large_value", "pass", "No reporting amount")
        amount.copy({"amount": 700000, "valid_from": fields.Date.today(), "valid_to": False})
        self.assertVerdict(self.draft(600000, self.person), "aml_large_value", "warn", "1,200,000|700,000")

    def test_companies_of_other_countries_heed_amounts_of_their_own(self):
        self.company.country_id = self.env.ref("base.de")
        self.assertVerdict(self.draft(9000000), "aml_cross_border", "pass", "another check|No reporting amount")
        self.assertVerdict(self.draft(9000000), "aml_large_value", "pass", "another check|No reporting amount")

    # -- structuring -----------------------------------------------------------------

    def test_several_payments_just_below_the_amount_are_seen(self):
        self.paid(480000, self.person, days=2)
        self.assertVerdict(self.draft(490000, self.person, date=self.days_ago(1)), "aml_structuring", "pass")
        payment = self.draft(470000, self.person)
        found = self.assertVerdict(payment, "aml_structuring", "warn", "3 payments")
        self.assertIn(payment.id, found.evidence["payments"])

    def test_payments_far_below_or_long_ago_are_none_of_it(self):
        for days in (8, 9):
            self.paid(480000, self.person, days=days)
        for _again in range(3):
            self.paid(300000, self.person, days=1)
        self.assertVerdict(self.draft(490000, self.person), "aml_structuring", "pass")

    # -- round trip ------------------------------------------------------------------

    def test_money_that_goes_back_to_who_paid_it_in_is_seen(self):
        receipt = self.paid(10000, days=5, kind="inbound")
        found = self.assertVerdict(self.draft(9900), "aml_round_trip", "warn", "goes back")
        self.assertEqual(found.evidence["receipts"], receipt.ids)
        self.assertVerdict(self.draft(9000), "aml_round_trip", "pass")
        self.general("aml_round_trip", days=3)
        self.assertVerdict(self.draft(9900), "aml_round_trip", "pass")

    def test_money_that_goes_back_through_another_partner_with_the_account_is_seen(self):
        other = self.make_vendor("Front", "wallet-0001")
        self.paid(10000, vendor=other, days=1, kind="inbound")
        self.assertVerdict(self.draft(10000), "aml_round_trip", "warn")

    # -- dormant ---------------------------------------------------------------------

    def test_a_payee_who_wakes_up_with_a_large_sum_is_seen(self):
        self.assertVerdict(self.draft(5000), "aml_dormant", "pass", "never been paid")
        self.paid(100, days=200)
        self.assertVerdict(self.draft(100), "aml_dormant", "pass")
        self.assertVerdict(self.draft(101), "aml_dormant", "warn", "200 days")
        self.general("aml_dormant", amount=1000)
        self.assertVerdict(self.draft(101), "aml_dormant", "pass")
        self.paid(100, days=20)
        self.assertVerdict(self.draft(5000), "aml_dormant", "pass")

    # -- cases -----------------------------------------------------------------------

    def test_a_signal_stops_nothing_and_makes_one_case(self):
        payment = self.draft(600000, self.person)
        for _again in range(2):
            self.result(payment, "aml_large_value")
        case = self.cases(self.person)
        self.assertEqual((case.state, case.signal_count, case.payment_ids), ("open", 1, payment))
        self.assertEqual(case.signal_ids.figures["limit"], 500000)
        self.assertFalse(payment._bridge_blocked("prepared"))
        events = self.env["payment.bridge.audit.event"].search([("event", "=", "aml.signal")])
        self.assertEqual(events.record_id, case.id)

    def test_a_company_may_let_a_signal_stop_payments(self):
        self.general("aml_large_value", mode="block")
        payment = self.draft(600000, self.person)
        self.assertTrue(payment._bridge_blocked("prepared"))

    def test_the_signal_outlives_the_refused_payment_and_another_amount_is_another_signal(self):
        self.general("aml_large_value", mode="block")
        payment = self.draft(600000, self.person)
        self.attempt(lambda env: payment.with_env(env)._bridge_run_checks("prepared"))
        self.attempt(lambda env: payment.with_env(env)._bridge_run_checks("prepared"))
        self.assertEqual(self.cases(self.person).signal_ids.payment_id, payment)
        self.assertEqual(self.cases(self.person).signal_count, 1)
        payment.amount = 700000
        self.attempt(lambda env: payment.with_env(env)._bridge_run_checks("prepared"))
        self.assertEqual(self.cases(self.person).signal_count, 2)
        payment.unlink()
        self.env.invalidate_all()
        self.assertEqual(self.cases(self.person).signal_count, 2)

    def test_an_officer_decides_with_a_reason_and_what_comes_later_is_another_case(self):
        self.result(self.draft(600000, self.person), "aml_large_value")
        first = self.cases(self.person).with_user(self.officer)
        with self.assertRaisesRegex(UserError, "Write down why"):
            first.action_dismiss()
        first.reason = "The rent of the year, by contract."
        first.action_dismiss()
        self.assertEqual((first.state, first.decided_by_id), ("dismissed", self.officer))
        self.result(self.draft(800000, self.person), "aml_large_value")
        second = self.cases(self.person) - first
        self.assertEqual(second.state, "open")
        second.with_user(self.officer).write({"reason": "No contract.", "report_reference": "R-1"})
        second.with_user(self.officer).action_report()
        self.assertEqual(second.state, "reported")
        with self.assertRaisesRegex(UserError, "Open the case again"):
            second.with_user(self.officer).reason = "Changed my mind"

    def test_nobody_else_decides_or_writes(self):
        self.result(self.draft(600000, self.person), "aml_large_value")
        case = self.cases(self.person)
        case.reason = "Because"
        for role in ("clerk", "approver", "channel_admin", "auditor"):
            user = self.make_user(f"one-{role}", role)
            with self.assertRaises(UserError):
                case.with_user(user).action_dismiss()
            self.assertEqual(case.with_user(user).has_access("read"), role == "auditor", role)
        for attempt in (
            lambda: case.with_user(self.officer).write({"state": "dismissed"}),
            lambda: case.with_user(self.officer).create({"partner_id": self.person.id}),
            lambda: case.signal_ids.sudo().write({"sentence": "nothing"}),
            case.sudo().unlink,
        ):
            with self.assertRaises(UserError):
                attempt()

    def test_the_report_says_who_what_and_why_and_no_full_account(self):
        payment = self.draft(600000, self.person)
        self.result(payment, "aml_large_value")
        case = self.cases(self.person).with_user(self.officer)
        case.reason = "No contract was shown."
        report = self.env["ir.actions.report"].with_user(self.officer)
        page = report._render_qweb_html("payment_bridge.aml_case", case.ids)[0].decode()
        for words in ("Li Si", "No contract was shown.", "600,000", "PBOC"):
            self.assertIn(words, page)
        self.assertNotIn("wallet-lisi", page)
        self.assertTrue(self.env["payment.bridge.audit.event"].search([("event", "=", "aml.printed")]))

    def test_the_number_of_queries_does_not_follow_the_payments(self):
        few, many = (
            self.env["account.payment"].union(
                *(self.draft(100, self.make_vendor(f"P{size}-{at}", f"wallet-{size}-{at}")) for at in range(size))
            )
            for size in (3, 15)
        )
        counts = []
        for payments in (few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["payment.bridge.check"].sudo()._run(payments, "prepared")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 3, counts)
