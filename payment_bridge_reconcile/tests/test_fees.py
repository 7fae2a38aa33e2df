from odoo import Command
from odoo.exceptions import UserError, ValidationError

from .canned import row
from .common import DAY, StatementCase


class TestFees(StatementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.special = cls.make_account("FEES01", "Fees of pay-outs")
        cls.tax = cls.env["account.tax"].create(
            {"name": "6%", "amount": 6, "type_tax_use": "purchase", "company_id": cls.company.id}
        )
        cls.tax_account = cls.company_data["default_account_tax_purchase"]
        cls.tax.invoice_repartition_line_ids.filtered(
            lambda part: part.repartition_type == "tax"
        ).account_id = cls.tax_account
        cls.tax.refund_repartition_line_ids.filtered(
            lambda part: part.repartition_type == "tax"
        ).account_id = cls.tax_account

    @classmethod
    def make_account(cls, code, name, **values):
        return cls.env["account.account"].create(
            {
                "code": code,
                "name": name,
                "account_type": "expense",
                "company_ids": [Command.link(cls.company.id)],
                **values,
            }
        )

    def fee_line(self, kind="pay_out", **values):
        return self.env["payment.bridge.fee.account"].create(
            {"channel_id": self.channel.id, "fee_kind": kind, "account_id": self.special.id, **values}
        )

    def schedule(self, **values):
        return self.env["payment.bridge.fee.schedule"].create(
            {"channel_id": self.channel.id, "fee_kind": "pay_out", "valid_from": "2026-01-01", **values}
        )

    def posted(self, statement, account):
        return sum(
            statement.posting_ids[:1]
            .entry_ids.move_id.line_ids.filtered(lambda item: item.account_id == account)
            .mapped("balance")
        )

    # -- accounts ---------------------------------------------------------------------

    def test_each_kind_of_fee_goes_to_its_own_account(self):
        self.fee_line()
        order = self.pay(100)
        statement = self.statement(
            [
                self.paid_row(order, amount=101, fee=1),
                row("fee", "F1", "-0.50", day=DAY, key=order.key),
                row("fee", "F2", "-0.30", day=DAY),
            ]
        )
        for mode in ("settlement", "per_line", "daily_summary"):
            self.channel.posting_mode = mode
            posting = statement._post()
            self.assertAlmostEqual(self.posted(statement, self.special), 1.5, msg=mode)
            self.assertAlmostEqual(self.posted(statement, self.channel.fee_account_id), 0.3, msg=mode)
            posting.action_undo()

    def test_the_platform_s_own_word_is_more_exact_than_the_kind(self):
        other = self.make_account("FEES02", "Other fees")
        self.fee_line()
        self.fee_line(platform_kind="pay_out", account_id=other.id)  # the canned platform calls its rows as their kind
        statement = self.statement([self.paid_row(self.pay(100), amount=101, fee=1)])
        statement._post()
        self.assertEqual((self.posted(statement, other), self.posted(statement, self.special)), (1.0, 0.0))

    def test_tax_is_taken_out_of_the_fee_and_comes_back_with_undoing(self):
        self.fee_line(tax_id=self.tax.id)
        statement = self.statement([self.paid_row(self.pay(100), amount=110.6, fee=10.6)])
        posting = statement._post()
        items = posting.entry_ids.move_id.line_ids
        base = items.filtered(lambda item: item.account_id == self.special)
        tax = items.filtered("tax_repartition_line_id")
        self.assertEqual(
            (base.balance, base.tax_ids, tax.balance, tax.account_id), (10.0, self.tax, 0.6, self.tax_account)
        )
        self.assertEqual(statement.line_ids.fee_move_line_id, base)
        posting.action_undo()
        taxes = posting.entry_ids.move_id.line_ids.filtered("tax_repartition_line_id")
        self.assertEqual((len(taxes), sum(taxes.mapped("balance"))), (2, 0.0))

    def test_a_day_whose_taxes_are_closed_is_posted_and_undone_in_the_open_one(self):
        self.fee_line(tax_id=self.tax.id)
        for days, mode in enumerate(("settlement", "per_line", "daily_summary")):
            with self.subTest(mode=mode):
                self.channel.posting_mode = mode
                day = self.next_day(-days)
                statement = self.statement([self.paid_row(self.pay(100), amount=110.6, fee=10.6, day=day)], day)
                self.company.tax_lock_date = day
                shown = [entry.date for entry in statement._plan().entries]
                posting = statement._post()
                self.assertEqual(shown, [self.next_day(1 - days)])
                self.assertEqual(posting.entry_ids.mapped("date"), shown)
                self.assertIn("that day is closed", statement._entry_title(day, "", shown[0]))
                self.company.tax_lock_date = shown[0]
                posting.action_undo()
                self.assertEqual(set(posting.entry_ids.mapped("date")), {*shown, self.next_day(2 - days)})
                self.company.tax_lock_date = False

    def test_analytic_distribution_of_the_fee(self):
        plan = self.env["account.analytic.plan"].create({"name": "Shops"})
        shop = self.env["account.analytic.account"].create({"name": "Shop 1", "plan_id": plan.id})
        self.fee_line(analytic_distribution={str(shop.id): 100})
        self.statement([self.paid_row(self.pay(100), amount=101, fee=1)])._post()
        told = self.env["account.analytic.line"].search([("general_account_id", "=", self.special.id)])
        self.assertEqual((told.amount, told[plan._column_name()]), (-1.0, shop))

    # -- schedules and claims -----------------------------------------------------------

    def charged(self, *fees_of_hundred):
        """A statement of payments of 100 each, with these fees."""
        return self.statement(
            [self.paid_row(self.pay(100), amount=100 + fee, fee=fee) for fee in fees_of_hundred]
        ).line_ids.sorted("row")

    def claims(self):
        self.channel._check_fees()
        return self.env["payment.bridge.fee.claim"].search([("channel_id", "=", self.channel.id)], order="line_id")

    def test_a_fee_that_differs_from_the_schedule_is_on_the_list(self):
        self.schedule(rate=0.6)
        lines = self.charged(0.6, 0.8, 0.61)
        claim = self.claims()
        self.assertEqual((claim.line_id, claim.charged, claim.expected), (lines[1], 0.8, 0.6))
        self.assertAlmostEqual(claim.difference, 0.2)

    def test_fees_in_rows_of_their_own_count_with_the_payment(self):
        self.schedule(rate=0.6)
        order = self.pay(100)
        self.statement([self.paid_row(order), row("fee", "F1", "-0.90", day=DAY, key=order.key)])
        self.assertEqual((self.claims().charged, self.claims().expected), (0.9, 0.6))

    def test_fixed_part_minimum_cap_and_tiers(self):
        schedule = self.schedule(rate=1, fixed=0.5)
        self.assertEqual(schedule.display_name, f"{self.channel.name} · Pay-out")
        self.charged(1.5)
        self.assertFalse(self.claims())
        schedule.minimum = 2
        self.assertEqual(self.claims().expected, 2.0)
        schedule.write({"minimum": 0, "maximum": 1})
        self.assertEqual(self.claims().expected, 1.0)
        schedule.maximum = 0
        schedule.tier_ids = [Command.create({"amount_from": 100, "rate": 0.2}), Command.create({"amount_from": 101})]
        self.assertEqual(self.claims().expected, 0.2)
        schedule.valid_from = "2026-03-11"
        self.assertFalse(self.claims(), "before its first day a schedule says nothing")

    def test_what_people_decided_stays_when_fees_are_checked_again(self):
        schedule = self.schedule(rate=0.6)
        self.charged(0.8)
        self.claims().action_claim()
        schedule.rate = 0.8
        claim = self.claims()
        self.assertEqual((claim.state, claim.expected), ("claimed", 0.6))
        claim.action_reopen()
        self.assertFalse(self.claims())

    def test_two_schedules_never_count_for_the_same_fee(self):
        first = self.schedule(rate=0.6)
        with self.assertRaises(ValidationError):
            self.schedule(rate=0.7, valid_from="2026-06-01")
        first.valid_to = "2026-05-31"
        self.assertTrue(self.schedule(rate=0.7, valid_from="2026-06-01"))

    # -- the monthly invoice --------------------------------------------------------------

    def bill(self, amount, currency=None):
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.payee.id,
                "invoice_date": "2026-04-02",
                "currency_id": (currency or self.company.currency_id).id,
                "invoice_line_ids": [Command.create({"name": "Fees", "price_unit": amount, "tax_ids": []})],
            }
        )
        bill.action_post()
        return bill

    def test_monthly_invoice_is_compared_and_reconciled_with_the_fees(self):
        accrued = self.make_account("FEES09", "Fees not invoiced", account_type="liability_payable", reconcile=True)
        self.payee.property_account_payable_id = accrued
        self.fee_line(account_id=accrued.id)
        lines = self.charged(0.6, 0.4)
        month = self.env["payment.bridge.fee.invoice"].create({"channel_id": self.channel.id, "month": "2026-03-01"})
        self.assertEqual((month.accrued, month.not_booked, month.state), (0.0, 1.0, "missing"))
        lines.statement_id._post()
        month.invalidate_recordset()
        self.assertEqual((month.accrued, month.not_booked), (1.0, 0.0))
        month.move_ids = self.bill(1.2)
        self.assertEqual((month.state, round(month.difference, 2)), ("differs", 0.2))
        with self.assertRaises(UserError):
            month.action_reconcile()
        month.move_ids = self.bill(1)
        self.assertEqual(month.state, "equal")
        month.action_reconcile()
        self.assertEqual(set(lines.fee_move_line_id.mapped("reconciled")), {True})

    def test_an_invoice_in_another_currency_is_reconciled_at_another_rate(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        euro.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            [
                {"currency_id": euro.id, "company_id": self.company.id, "name": day, "rate": rate}
                for day, rate in (("2026-03-01", 0.8), ("2026-04-01", 0.7))
            ]
        )
        channel = self.make_channel(self.company, "Euro", euro)
        channel.fee_account_id = self.payee.property_account_payable_id
        self.load([row("fee", "F1", "-10.00", day=DAY)], channel=channel).statement._post()
        month = self.env["payment.bridge.fee.invoice"].create({"channel_id": channel.id, "month": "2026-03-01"})
        month.move_ids = self.bill(10, euro)
        self.assertEqual(month.state, "equal")
        month.action_reconcile()
        self.assertEqual((month.move_ids.amount_residual, month.move_ids.payment_state), (0.0, "paid"))
