"""An e-CNY channel in Odoo: set up by column titles, opened without a test, and it never sends."""

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.payment_bridge.tests.common import BridgeCommon

SETTINGS = {
    "wallet_id": "0022000000123456",
    "column_time": "交易时间",
    "column_reference": "流水号",
    "column_in": "收入",
    "column_out": "支出",
}


@tagged("post_install", "-at_install")
class TestEcnyChannel(BridgeCommon):
    def make_ecny(self, **changes):
        channel = self.env["payment.bridge.channel"].create(
            {
                "name": "e-CNY",
                "connector_code": "ecny",
                "company_id": self.company.id,
                "currency_id": self.cny.id,
            }
        )
        for name, value in {**SETTINGS, **changes}.items():
            if value:
                channel.credential_ids.filtered(lambda one, name=name: one.name == name).value = value
        channel._set_up_accounts()
        return channel

    def test_with_its_columns_named_it_opens_without_a_test(self):
        channel = self.make_ecny()
        channel.action_activate()
        self.assertEqual(channel.state, "active")
        self.assertIn("takes statements by upload", channel.abilities)
        self.assertIn("sends no payments", channel.abilities)

    def test_without_a_column_it_says_which(self):
        with self.assertRaisesRegex(UserError, "Column: time"):
            self.make_ecny(column_time=None).action_activate()
        with self.assertRaisesRegex(UserError, "Column: money in is missing"):
            self.make_ecny(column_in=None).action_activate()

    def test_it_is_not_offered_to_pay_through(self):
        channel = self.make_ecny()
        channel.action_activate()
        self.channel.action_pause()
        self.assertFalse(self.open_wizard(self.make_bill(100)).bridge_available)

    def test_a_vendor_s_wallet_has_16_digits(self):
        for kind in (True, False):
            vendor = self.make_vendor(f"Vendor {kind}", f"00220000001234{int(kind)}6", "ecny_wallet")
            vendor.is_company = kind
        with self.assertRaisesRegex(ValidationError, "16"):
            self.make_vendor("Wrong", "0022", "ecny_wallet")

    def test_no_other_channel_pays_to_a_wallet(self):
        vendor = self.make_vendor("Vendor", "0022000000123456", "ecny_wallet")
        with self.assertRaisesRegex(UserError, "e-CNY wallet"):
            self.pay(self.make_bill(100, vendor=vendor))
