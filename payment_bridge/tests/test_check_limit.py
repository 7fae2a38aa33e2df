"""Limits by payment, run, day, payee, channel and clerk, and sums cut to stay below one."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .check_common import CheckCommon
from .common import ObedientConnector


@tagged("post_install", "-at_install")
class TestLimit(CheckCommon):
    def limit(self, code, amount, mode="block", **values):
        return self.general(code, amount=amount, mode=mode, **values)

    def test_without_an_amount_a_limit_cannot_be_switched_on(self):
        with self.assertRaisesRegex(ValidationError, "needs an amount"):
            self.general("limit_day", mode="block")

    def test_limits_are_off_until_they_are_set(self):
        self.assertFalse(self.result(self.draft(), "limit_payment"))

    def test_one_payment(self):
        self.limit("limit_payment", 100)
        self.assertVerdict(self.draft(100), "limit_payment", "pass")
        self.assertVerdict(self.draft(100.01), "limit_payment", "block", "over the limit")

    def test_another_currency_counts_at_the_days_rate(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        rates = self.env["res.currency.rate"]
        for days, rate in ((10, 0.2), (1, 0.125)):
            rates.create(
                {
                    "currency_id": usd.id,
                    "company_id": self.company.id,
                    "name": fields.Date.today() - timedelta(days=days),
                    "company_rate": rate,
                }
            )
        self.limit("limit_payment", 700)
        today = self.draft(100, currency_id=usd.id)
        self.assertVerdict(today, "limit_payment", "block", "800.00")
        earlier = self.draft(100, currency_id=usd.id, date=fields.Date.today() - timedelta(days=5))
        found = self.assertVerdict(earlier, "limit_payment", "pass")
        self.assertEqual(found.evidence["amount"], 500)

    def test_a_limit_lowered_after_ordering_holds_the_order(self):
        payment = self.pay(self.make_bill(100))
        self.limit("limit_payment", 50)
        self.dispatch()
        self.assertEqual(payment.bridge_state, "queued")
        self.assertRegex(payment.bridge_instruction_id.hold_reason, "over the limit")
        self.assertFalse(ObedientConnector.paid)

    def test_what_holds_an_order_is_told_to_each_in_his_own_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        payment = self.pay(self.make_bill(100))
        self.limit("limit_payment", 50)
        self.dispatch()
        order = payment.bridge_instruction_id
        self.assertRegex(order.with_context(lang="en_US").hold_reason, "100.00.* is over the limit of .*50.00")
        self.assertRegex(order.with_context(lang="zh_CN").hold_reason, "限额")
        self.assertNotRegex(order.with_context(lang="zh_CN").hold_reason, "limit")

    def test_one_run(self):
        self.limit("limit_run", 150)
        payments = self.draft(100) + self.draft(60)
        self.assertVerdict(payments[0], "limit_run", "block", "160.00", among=payments)
        self.assertVerdict(payments[0], "limit_run", "pass", among=payments[0])

    def test_one_day_with_what_was_ordered_before(self):
        self.limit("limit_day", 150)
        self.pay(self.make_bill(100))
        self.assertVerdict(self.draft(50), "limit_day", "pass")
        self.assertVerdict(self.draft(51), "limit_day", "block", "151.00")
        payments = self.draft(30) + self.draft(30)
        self.assertVerdict(payments[0], "limit_day", "pass", among=payments)
        self.assertVerdict(payments[1], "limit_day", "block", among=payments)

    def test_what_did_not_move_does_not_count(self):
        self.limit("limit_day", 150)
        self.pay(self.make_bill(100)).action_bridge_cancel()
        self.assertVerdict(self.draft(150), "limit_day", "pass")

    def test_one_payee_over_days(self):
        other = self.make_vendor("Other", "wallet-0002")
        self.limit("limit_payee", 150, days=3)
        payment = self.pay(self.make_bill(100))
        self.env.cr.execute(
            "UPDATE payment_bridge_instruction SET create_date = create_date - interval '2 days' WHERE id = %s",
            (payment.bridge_instruction_id.id,),
        )
        self.assertVerdict(self.draft(100), "limit_payee", "block", "within 3 days")
        self.assertVerdict(self.draft(100, vendor=other), "limit_payee", "pass")
        self.general("limit_payee", days=2)
        self.assertVerdict(self.draft(100), "limit_payee", "pass")

    def test_one_channel(self):
        other = self.make_channel("Second")
        self.limit("limit_channel", 150)
        self.pay(self.make_bill(100))
        self.assertVerdict(self.draft(100), "limit_channel", "block", "by the channel")
        self.assertVerdict(self.draft(100, channel=other), "limit_channel", "pass")

    def test_one_clerk(self):
        self.limit("limit_clerk", 150)
        self.pay(self.make_bill(100))
        mine = self.draft(100)
        self.assertVerdict(mine, "limit_clerk", "block", "clerk has prepared")
        self.env.cr.execute("UPDATE account_payment SET create_uid = %s WHERE id = %s", (self.colleague.id, mine.id))
        mine.invalidate_recordset()
        self.assertVerdict(mine, "limit_clerk", "pass")

    def test_a_sum_cut_into_pieces_is_found(self):
        self.limit("splitting", 100)
        first = self.draft(60)
        self.assertVerdict(first, "splitting", "pass")
        second = self.draft(60)
        self.assertVerdict(second, "splitting", "block", "2 payments to this payee.*120.00")
        self.assertVerdict(first, "splitting", "block")

    def test_pieces_over_the_limit_or_too_small_are_no_split(self):
        self.limit("splitting", 100)
        self.draft(30)
        self.assertVerdict(self.draft(30), "splitting", "pass")
        self.assertVerdict(self.draft(200), "splitting", "pass")

    def test_pieces_of_another_time_do_not_count(self):
        self.limit("splitting", 100, days=2)
        first = self.draft(60)
        self.env.cr.execute(
            "UPDATE account_payment SET create_date = create_date - interval '3 days' WHERE id = %s", (first.id,)
        )
        self.assertVerdict(self.draft(60), "splitting", "pass")

    def test_a_run_is_refused_with_every_reason(self):
        self.limit("limit_payment", 50)
        self.general("account_new", mode="block")
        with self.assertRaises(UserError) as caught:
            self.pay(self.make_bill(100))
        self.assertRegex(str(caught.exception), "first payment")
        self.assertRegex(str(caught.exception), "over the limit")
