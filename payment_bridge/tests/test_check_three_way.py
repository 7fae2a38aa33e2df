"""Order, receipt and bill agree before a bill is paid."""

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .check_common import CheckCommon
from .common import ObedientConnector


@tagged("post_install", "-at_install")
class TestThreeWay(CheckCommon):
    def none(self):
        return self.env["account.tax"]

    def test_a_bill_that_agrees_passes(self):
        bill = self.bill_order(self.make_order((self.product, 10, 5, self.tax_13)))
        self.assertVerdict(self.draft_for(bill), "three_way", "pass", "agree")
        self.assertEqual(bill.bridge_match_state, "matched")

    def test_what_was_not_received_is_not_paid(self):
        bill = self.bill_order(self.make_order((self.product, 10, 5, self.none()), received=[6]))
        self.assertVerdict(self.draft_for(bill), "three_way", "block", "Board: 10 charged so far, 6 received")
        self.assertEqual(bill.bridge_match_state, "differs")

    def test_a_partial_receipt_is_paid_as_far_as_it_came(self):
        order = self.make_order((self.product, 10, 5, self.none()), received=[6])
        self.assertVerdict(self.draft_for(self.bill_order(order, {"quantity": 6})), "three_way", "pass")

    def test_several_bills_of_one_order_add_up(self):
        order = self.make_order((self.product, 10, 5, self.none()), received=[8])
        first = self.bill_order(order, {"quantity": 6}, ref="A-100")
        second = self.bill_order(order, {"quantity": 2}, ref="A-200")
        third = self.bill_order(order, {"quantity": 2}, ref="A-300")
        drafts = [self.draft_for(bill) for bill in (first, second, third)]
        together = self.env["account.payment"].union(*drafts)
        self.assertVerdict(drafts[0], "three_way", "pass", among=together)
        self.assertVerdict(drafts[1], "three_way", "pass", among=together)
        self.assertVerdict(drafts[2], "three_way", "block", "10 charged so far, 8 received", among=together)

    def test_a_credit_note_makes_room_again(self):
        order = self.make_order((self.product, 10, 5, self.none()), received=[8])
        bill = self.bill_order(order)
        self.assertVerdict(self.draft_for(bill), "three_way", "block")
        self.bill_order(order, {"quantity": 2}, move_type="in_refund")
        self.assertVerdict(self.draft_for(bill), "three_way", "pass")

    def test_a_service_is_paid_as_ordered(self):
        order = self.make_order((self.service, 3, 100, self.none()), received=[0])
        self.assertVerdict(self.draft_for(self.bill_order(order)), "three_way", "pass")
        more = self.bill_order(order, {"quantity": 1})
        self.assertVerdict(self.draft_for(more), "three_way", "block", "4 charged so far, 3 ordered")

    def test_more_than_ordered_is_not_paid_though_it_came(self):
        order = self.make_order((self.product, 10, 5, self.none()), received=[12])
        self.assertVerdict(
            self.draft_for(self.bill_order(order, {"quantity": 12})), "three_way", "block", "12 charged.*10 ordered"
        )

    def test_a_higher_price_blocks_and_a_lower_one_warns(self):
        higher = self.bill_order(self.make_order((self.product, 10, 5, self.none())), {"price_unit": 5.5})
        self.assertVerdict(self.draft_for(higher), "three_way", "block", "charged at .*5.50.*ordered at .*5.00")
        lower = self.bill_order(self.make_order((self.product, 10, 5, self.none())), {"price_unit": 4.5})
        self.assertVerdict(self.draft_for(lower), "three_way", "warn", "charged at")

    def test_tolerances_the_smaller_of_both_holds(self):
        bill = self.bill_order(self.make_order((self.product, 10, 5, self.none())), {"price_unit": 5.2})
        payment = self.draft_for(bill)
        self.general("three_way", percent=5)
        self.assertVerdict(payment, "three_way", "pass")
        self.general("three_way", amount=1)
        self.assertVerdict(payment, "three_way", "block")
        self.general("three_way", amount=2)
        self.assertVerdict(payment, "three_way", "pass")
        self.general("three_way", percent=0, amount=1.99)
        self.assertVerdict(payment, "three_way", "pass")  # a rounding unit is always allowed
        self.general("three_way", amount=1.98)
        self.assertVerdict(payment, "three_way", "block")

    def test_another_tax_blocks(self):
        order = self.make_order((self.product, 10, 5, self.tax_9))
        bill = self.bill_order(order, {"tax_ids": [Command.set(self.tax_13.ids)]})
        self.assertVerdict(self.draft_for(bill), "three_way", "block", "tax 13%.*9%")

    def test_another_currency_blocks(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        order = self.make_order((self.product, 10, 5, self.none()), currency_id=usd.id)
        bill = self.bill_order(order, currency_id=self.cny.id)
        self.assertVerdict(self.draft_for(bill), "three_way", "block", "is in USD, the bill in CNY")

    def test_another_vendors_order_blocks(self):
        other = self.make_vendor("Other", "wallet-0002")
        bill = self.bill_order(self.make_order((self.product, 1, 5, self.none())), partner_id=other.id)
        self.assertVerdict(self.draft_for(bill), "three_way", "block", "another vendor")

    def test_an_order_cancelled_meanwhile_blocks(self):
        order = self.make_order((self.product, 1, 5, self.none()))
        bill = self.bill_order(order)
        order.sudo().write({"state": "cancel"})
        self.assertVerdict(self.draft_for(bill), "three_way", "block", "not a confirmed order")

    def test_units_are_converted(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self.make_order((self.product, 24, 5, self.none()))
        good = self.bill_order(order, {"quantity": 2, "product_uom_id": dozen.id, "price_unit": 60})
        self.assertVerdict(self.draft_for(good), "three_way", "pass")

    def test_a_bill_without_an_order_follows_the_policy(self):
        payment = self.draft_for(self.make_bill(100))
        for policy, verdict in (("warn", "warn"), ("block", "block"), ("off", "pass")):
            self.general("three_way", without_order=policy)
            self.assertVerdict(payment, "three_way", verdict, "was ordered")

    def test_a_line_that_was_not_ordered_follows_the_policy_too(self):
        bill = self.bill_order(self.make_order((self.product, 1, 5, self.none())), post=False)
        bill.invoice_line_ids = [Command.create({"name": "Freight", "price_unit": 3, "tax_ids": []})]
        bill.action_post()
        self.assertVerdict(self.draft_for(bill), "three_way", "warn", "ordered")
        self.assertEqual(bill.bridge_match_state, "differs")
        self.assertIn("Freight was not ordered", bill.bridge_match_table)

    def test_a_payment_without_a_bill_follows_the_policy(self):
        self.assertVerdict(self.draft(), "three_way", "warn", "pays no bill")

    def test_an_advance_passes_and_is_not_paid_twice(self):
        order = self.make_order((self.product, 10, 10, self.none()))
        advance = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.vendor.id,
                "invoice_date": fields.Date.today(),
                "invoice_line_ids": [Command.create({"name": "Advance", "price_unit": 30, "tax_ids": []})],
            }
        )
        advance_line = order._create_downpayments(
            [
                {
                    "name": "Advance",
                    "product_qty": 0.0,
                    "price_unit": 30,
                    "order_id": order.id,
                    "is_downpayment": True,
                    "tax_ids": [Command.clear()],
                }
            ]
        )
        advance.invoice_line_ids.write({"purchase_line_id": advance_line.id, "is_downpayment": True})
        advance.action_post()
        self.assertVerdict(self.draft_for(advance), "three_way", "pass")
        goods = order.order_line.filtered(lambda line: line.product_id)
        rest = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.vendor.id,
                "invoice_date": fields.Date.today(),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "quantity": 10,
                            "price_unit": 10,
                            "tax_ids": [],
                            "purchase_line_id": goods.id,
                        }
                    )
                ],
            }
        )
        rest.action_post()
        self.assertVerdict(self.draft_for(rest), "three_way", "block", "down payments")
        self.bill_refund_of_advance(advance_line)
        self.assertVerdict(self.draft_for(rest), "three_way", "pass")

    def bill_refund_of_advance(self, advance_line):
        """The advance is credited."""
        credit = self.env["account.move"].create(
            {
                "move_type": "in_refund",
                "partner_id": self.vendor.id,
                "invoice_date": fields.Date.today(),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Advance taken off",
                            "price_unit": 30,
                            "tax_ids": [],
                            "purchase_line_id": advance_line.id,
                            "is_downpayment": True,
                        }
                    )
                ],
            }
        )
        credit.action_post()

    def test_the_wizard_refuses_and_names_the_line(self):
        bill = self.bill_order(self.make_order((self.product, 10, 5, self.none()), received=[4]))
        before = self.env["account.payment"].search_count([])
        with self.assertRaisesRegex(UserError, "Board: 10 charged so far, 4 received.*Nothing was sent"):
            with self.env.cr.savepoint():
                self.pay(bill)
        self.assertEqual(self.env["account.payment"].search_count([]), before)
        self.dispatch()
        self.assertFalse(ObedientConnector.paid)

    def test_the_bill_shows_the_table_with_the_differing_cell(self):
        bill = self.bill_order(self.make_order((self.product, 10, 5, self.none()), received=[4]))
        self.assertRegex(bill.bridge_match_table, r'text-danger fw-bold">4<')
        self.assertIn("<table", bill.bridge_match_table)
        action = bill.action_bridge_open_match()
        self.assertEqual((action["res_model"], action["res_id"]), ("account.move", bill.id))

    def test_a_markup_in_a_product_name_is_shown_as_text(self):
        self.product.name = "<script>alert(1)</script>"
        bill = self.bill_order(self.make_order((self.product, 1, 5, self.none())))
        self.assertNotIn("<script>", bill.bridge_match_table)

    def test_an_ordinary_entry_and_an_invoice_have_no_table(self):
        self.assertFalse(self.make_invoice(10).bridge_match_state)
