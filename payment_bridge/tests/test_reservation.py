"""The open amount of a bill is promised once."""

from psycopg2.errors import CheckViolation

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BridgeCommon, ObedientConnector


@tagged("post_install", "-at_install")
class TestReservation(BridgeCommon):
    def setUp(self):
        super().setUp()
        ObedientConnector.reset()

    def test_two_wizards_opened_on_one_bill_pay_it_once(self):
        bill = self.make_bill(100)
        first, second = self.open_wizard(bill), self.open_wizard(bill)
        first._create_payments()
        with self.assertRaisesRegex(UserError, "nothing left to pay"):
            second._create_payments()

    def test_an_ordinary_payment_does_not_pay_a_bill_that_is_on_its_way(self):
        bill = self.make_bill(100)
        cash = self.open_wizard(
            bill, journal_id=self.company_data["default_journal_cash"].id, payment_method_line_id=False
        )
        self.pay(bill)
        with self.assertRaisesRegex(UserError, "nothing left to pay"):
            cash._create_payments()

    def test_part_payments_may_not_exceed_the_open_amount(self):
        bill = self.make_bill(100)
        self.pay(bill, amount=60)
        self.assertEqual(bill.amount_residual, 40)
        self.pay(bill, amount=40)
        self.assertEqual(bill.payment_state, "in_payment")

    def test_the_database_itself_refuses_to_hold_more_than_is_open(self):
        line = self.make_bill(100).line_ids.filtered(lambda item: item.account_type == "liability_payable")
        line.flush_recordset()
        reservations = self.env["payment.bridge.reservation"]
        reservations._count_held(line, 70)
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            reservations._count_held(line, 40)

    def test_the_reservation_of_a_failed_payment_is_released(self):
        bill = self.make_bill(100)
        payment = self.pay(bill)
        self.assertEqual(payment.bridge_reservation_ids.state, "booked")
        payment.action_bridge_cancel()
        self.assertEqual(payment.bridge_reservation_ids.state, "released")
