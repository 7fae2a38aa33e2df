"""The text and hash that an approval binds to: the same for ever."""

from dataclasses import replace
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..tools.approval_digest import PARTS, Account, ApprovedContent, Bill, changed_parts

CONTENT = ApprovedContent(
    operation="pay_out",
    payee=7,
    payee_name="杭州纸业有限公司",
    account=Account(kind="bank_account", number="6222 0210", bank="ICBC"),
    amount=Decimal("1280.50"),
    currency="CNY",
    bills=(Bill(12, Decimal("280.50"), Decimal("280.50")), Bill(9, Decimal("1000.00"), Decimal("1500.00"))),
    channel=3,
)
TEXT = (
    '{"account":{"bank":"ICBC","bank_code":"","branch":"","city":"","kind":"bank_account","number":"6222 0210",'
    '"province":""},"amount":"1280.50","bills":[{"amount":"1000.00","item":9,"total":"1500.00"},'
    '{"amount":"280.50","item":12,"total":"280.50"}],"channel":3,"currency":"CNY",'
    '"operation":{"kind":"pay_out","original":""},"payee":{"id":7,"name":"杭州纸业有限公司"},"v":1}'
)


@tagged("post_install", "-at_install")
class TestApprovalDigest(BaseCase):
    def test_the_canonical_text_is_this_one(self):
        self.assertEqual(CONTENT.text(), TEXT)

    def test_the_digest_is_this_one(self):
        self.assertEqual(CONTENT.digest(), "ff8b2d04d5ff068759b7cccf7ca4d4ce4f17d15c87251198d86e7a993472d7a6")

    def test_order_of_bills_and_forms_of_characters_make_no_difference(self):
        composed = replace(CONTENT, payee_name="Caf\u00e9", bills=CONTENT.bills[::-1])
        decomposed = replace(CONTENT, payee_name=" Cafe\u0301 ")
        self.assertEqual(composed.digest(), decomposed.digest())

    def test_every_change_is_seen_and_named(self):
        changes = {
            "operation": replace(CONTENT, operation="refund"),
            "payee": replace(CONTENT, payee=8),
            "account": replace(CONTENT, account=replace(CONTENT.account, number="6222 0211")),
            "amount": replace(CONTENT, amount=Decimal("1280.51")),
            "currency": replace(CONTENT, currency="USD"),
            "bills": replace(CONTENT, bills=CONTENT.bills[:1]),
            "channel": replace(CONTENT, channel=4),
        }
        self.assertEqual(set(changes), set(PARTS))
        for part, changed in changes.items():
            self.assertNotEqual(changed.digest(), CONTENT.digest(), part)
            self.assertEqual(changed_parts(CONTENT.part_digests(), changed.part_digests()), (part,))

    def test_look_alike_letters_are_a_change(self):
        latin, cyrillic = replace(CONTENT, payee_name="Apple"), replace(CONTENT, payee_name="\u0410pple")
        full_width = replace(CONTENT, payee_name="\uff21pple")
        self.assertEqual(len({one.digest() for one in (latin, cyrillic, full_width)}), 3)
