"""The same money is not paid twice under another number, to another vendor, or by another company."""

from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..checks.references import exact_key, keys, loose_key
from .check_common import CheckCommon


@tagged("post_install", "-at_install")
class TestDuplicate(CheckCommon):
    def paid(self, amount, ref, **values):
        """A bill with a reference that was paid through the channel."""
        payment = self.pay(self.make_bill(amount, ref=ref, **values))
        self.dispatch()
        self.assertEqual(payment.bridge_state, "succeeded")
        return payment

    def draft_of(self, amount, ref, vendor=None, **values):
        # a draft bill: Odoo itself refuses to post an equal reference of one vendor
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": (vendor or self.vendor).id,
                "invoice_date": fields.Date.today(),
                "ref": ref,
                "invoice_line_ids": [Command.create({"name": "Paper", "price_unit": amount, "tax_ids": []})],
            }
        )
        return self.draft(amount, vendor=vendor, bills=bill, **values)

    def test_references_are_compared_without_what_people_add(self):
        self.assertEqual(exact_key("INV-0042"), exact_key("inv 42"))
        self.assertEqual(exact_key("ＩＮＶ４２"), "inv42")
        self.assertNotEqual(exact_key("INV-10"), exact_key("INV-1"))
        self.assertEqual(loose_key("INV-2026/00123"), loose_key("Rechnung 2026 123"))
        self.assertEqual(loose_key("INV-10"), "")
        self.assertEqual(keys(""), set())

    def test_the_same_reference_and_amount_blocks(self):
        first = self.paid(100, "INV-2026-0123")
        found = self.assertVerdict(self.draft_of(100, "inv 2026 123"), "duplicate", "block", "reference")
        self.assertIn(first.name, found.sentence)

    def test_another_reference_is_no_duplicate(self):
        self.paid(100, "INV-2026-0123")
        self.assertVerdict(self.draft_of(100, "INV-2026-0124"), "duplicate", "pass")

    def test_another_amount_is_no_duplicate_unless_the_rule_is_wide(self):
        self.paid(100, "INV-2026-0123")
        payment = self.draft_of(101, "INV-2026-0123")
        self.assertVerdict(payment, "duplicate", "pass")
        self.general("duplicate", percent=2)
        self.assertVerdict(payment, "duplicate", "block")

    def test_a_like_amount_in_another_currency_counts(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": usd.id,
                "company_id": self.company.id,
                "name": fields.Date.today() - timedelta(days=30),
                "company_rate": 0.125,
            }
        )
        self.paid(800, "INV-2026-0123")
        self.assertVerdict(self.draft_of(100, "INV-2026-0123", currency_id=usd.id), "duplicate", "block", "like amount")

    def test_the_window_ends(self):
        self.paid(100, "INV-2026-0123")
        later = self.draft_of(100, "INV-2026-0123", date=fields.Date.today() + timedelta(days=91))
        self.assertVerdict(later, "duplicate", "pass")
        later.date = fields.Date.today() + timedelta(days=90)
        self.assertVerdict(later, "duplicate", "block")

    def test_the_same_account_at_another_vendor_counts(self):
        self.paid(100, "INV-2026-0123")
        twin = self.make_vendor("Paper Mill Ltd", "WALLET 0001")
        self.assertVerdict(self.draft_of(100, "INV-2026-0123", twin), "duplicate", "block")

    def test_drafts_count(self):
        one, two = self.draft_of(100, "A-2026-777"), self.draft_of(100, "B-2026-777")
        self.assertVerdict(one, "duplicate", "block", among=one + two)
        self.assertVerdict(two, "duplicate", "block", among=one + two)

    def test_a_payment_that_failed_does_not_count(self):
        bill = self.make_bill(100, ref="INV-2026-0123")
        payment = self.pay(bill)
        payment.action_bridge_cancel()
        self.assertVerdict(self.draft_for(bill), "duplicate", "pass")

    def test_two_halves_of_one_bill_are_no_duplicates(self):
        bill = self.make_bill(100, ref="INV-2026-0123")
        self.pay(bill, amount=50)
        self.assertVerdict(self.draft(50, bills=bill), "duplicate", "pass")

    def test_without_references_an_equal_amount_is_only_doubtful(self):
        self.pay(self.make_bill(100))
        self.assertVerdict(self.draft_for(self.make_bill(100)), "duplicate", "warn", "neither has a reference")

    def test_a_memo_of_words_is_no_reference(self):
        self.draft(100, memo="rent")
        self.assertVerdict(self.draft(100, memo="rent"), "duplicate", "warn")

    def test_a_memo_with_a_number_is_one(self):
        self.paid(100, "INV-2026-0123")
        self.assertVerdict(self.draft(100, memo="Invoice 2026/123"), "duplicate", "block")

    def test_another_companys_payment_is_told_but_not_shown(self):
        other = self.setup_other_company(name="Secret Sister Ltd")["company"]
        other.currency_id = self.cny
        theirs = self.env["account.payment"].create(
            {
                "payment_type": "outbound",
                "partner_type": "supplier",
                "partner_id": self.vendor.id,
                "amount": 100,
                "currency_id": self.cny.id,
                "company_id": other.id,
                "journal_id": self.env["account.journal"]
                .search([("company_id", "=", other.id), ("type", "=", "bank")], limit=1)
                .id,
                "memo": "INV-2026-0123",
            }
        )
        found = self.assertVerdict(self.draft_of(100, "INV-2026-0123"), "duplicate", "block", "may not see")
        shown = f"{found.sentence} {found.evidence}"
        self.assertNotIn("Sister", shown)
        self.assertNotIn(str(theirs.id), str(found.evidence["payments"]))
        self.assertEqual(found.evidence, {"payments": [], "elsewhere": True})

    def test_posting_is_refused(self):
        self.paid(100, "INV-2026-0123")
        bill = self.make_bill(100, ref="No. 2026-123")
        with self.assertRaisesRegex(UserError, "like amount and reference.*Nothing was sent"), self.env.cr.savepoint():
            self.pay(bill)
