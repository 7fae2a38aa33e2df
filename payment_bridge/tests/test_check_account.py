"""Money goes to the payee and to nobody who has changed an account."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..checks.account_name import mixed_scripts
from ..checks.iban import is_valid
from ..connector.errors import Rejected
from .check_common import CheckCommon
from .common import ObedientConnector


@tagged("post_install", "-at_install")
class TestChangedAccount(CheckCommon):
    def setUp(self):
        super().setUp()
        self.account = self.vendor.bank_ids

    def change(self, days_ago=0, number="wallet-9999"):
        """Somebody changes the account's number, so many days ago."""
        self.account.allow_out_payment = False
        with patch.object(fields.Datetime, "now", lambda: self.moment(days_ago)):
            self.account.acc_number = number
        self.account.allow_out_payment = True

    @staticmethod
    def moment(days_ago):
        return fields.Datetime.to_datetime(fields.Date.today()) - timedelta(days=days_ago)

    def verify(self, user=None, **values):
        wizard = (
            self.env["payment.bridge.account.verify"]
            .with_user(user or self.colleague)
            .create(
                {
                    "account_id": self.account.id,
                    "spoken_with": "Ms. Lin",
                    "number_called": "021-1234",
                    "note": "yes",
                    **values,
                }
            )
        )
        wizard.action_confirm()

    def test_an_account_as_it_was_entered_passes(self):
        self.assertVerdict(self.draft(), "account_changed", "pass")

    def test_a_changed_number_is_kept_as_it_was_written(self):
        self.account.allow_out_payment = False
        self.account.write({"acc_number": "New.Wallet-77@mill.example"})
        self.assertEqual(self.account.acc_number, "New.Wallet-77@mill.example")
        self.assertEqual(self.account.sanitized_acc_number, "NEWWALLET77MILLEXAMPLE")

    def test_a_changed_account_waits(self):
        self.change()
        self.assertVerdict(self.draft(), "account_changed", "block", "may be paid from")

    def test_after_the_waiting_time_a_call_back_is_missing(self):
        self.change(days_ago=4)
        payment = self.draft()
        self.assertVerdict(payment, "account_changed", "block", "called the payee back")
        self.verify()
        self.assertVerdict(payment, "account_changed", "pass")
        self.assertIn("Ms. Lin", self.account.bridge_evidence)

    def test_a_call_back_does_not_shorten_the_waiting_time(self):
        self.change()
        self.verify()
        self.assertVerdict(self.draft(), "account_changed", "block", "may be paid from")

    def test_the_rule_may_do_without_the_call_back(self):
        self.change(days_ago=4)
        self.general("account_changed", call_back=False)
        self.assertVerdict(self.draft(), "account_changed", "pass")

    def test_the_editor_cannot_confirm(self):
        self.change(days_ago=4)
        self.account.sudo().allow_out_payment = False
        self.account.sudo().with_user(self.colleague).sudo().acc_number = "wallet-7777"
        with self.assertRaisesRegex(UserError, "somebody else"):
            self.verify()

    def test_the_one_who_entered_it_cannot_confirm_it_either(self):
        with self.assertRaisesRegex(UserError, "somebody else"):
            self.verify(user=self.env.user)

    def test_a_confirmation_needs_evidence(self):
        self.change(days_ago=4)
        with self.assertRaisesRegex(UserError, "with whom you spoke"):
            self.verify(note="  ")

    def test_only_clerks_and_approvers_confirm(self):
        with self.assertRaisesRegex(UserError, "role"):
            self.account.with_user(self.make_user("aud", "auditor"))._bridge_may_verify()

    def test_another_change_voids_the_confirmation(self):
        self.change(days_ago=8)
        self.verify()
        self.change(days_ago=4, number="wallet-5555")
        self.assertFalse(self.account.bridge_verified_at)
        self.assertVerdict(self.draft(), "account_changed", "block", "called the payee back")

    def test_every_part_of_the_account_counts(self):
        self.account.allow_out_payment = False
        for name, value in (
            ("acc_holder_name", "Somebody"),
            ("clearing_number", "1234"),
            ("acc_number", "1001234500678"),
            ("bridge_payee_kind", "bank_account"),
            ("bridge_bank_branch", "Pudong"),
            ("bank_id", self.env["res.bank"].create({"name": "Bank"}).id),
        ):
            self.account[name] = value
            self.assertIn(name, self.account.bridge_changed_fields.split(", "))
            self.assertEqual(self.account.bridge_changed_by_id, self.env.user)

    def test_what_changed_is_told_by_the_names_on_the_form(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.account.allow_out_payment = False
        self.account.write({"acc_number": "1001234500678", "bridge_payee_kind": "bank_account"})
        self.assertEqual(self.account.bridge_changed_words, "Account Number, Kind of Account")
        self.assertIn("账户类型", self.account.with_context(lang="zh_CN").bridge_changed_words)
        self.account.active = False
        self.account.active = True
        self.assertEqual(self.account.bridge_changed_words, "restored from the archive")

    def test_writing_what_was_there_is_no_change(self):
        self.account.write({"acc_holder_name": self.account.acc_holder_name})
        self.assertFalse(self.account.bridge_changed_at)

    def test_an_account_from_the_archive_has_changed(self):
        self.account.active = False
        self.assertFalse(self.account.bridge_changed_at)
        self.account.active = True
        self.assertEqual(self.account.bridge_changed_fields, "restored")

    def test_nobody_sets_what_is_kept(self):
        for values in (
            {"bridge_changed_at": False},
            {"bridge_verified_at": fields.Datetime.now()},
            {"bridge_verified_by_id": self.colleague.id},
            {"bridge_evidence": "trust me"},
        ):
            for record in (self.account, self.account.sudo()):
                with self.assertRaisesRegex(UserError, "Nobody sets"):
                    record.write(values)
        with self.assertRaisesRegex(UserError, "Nobody sets"):
            self.account.create(
                {"partner_id": self.vendor.id, "acc_number": "x-1", "bridge_verified_at": fields.Datetime.now()}
            )

    def test_a_default_from_the_context_sets_nothing_either(self):
        made = self.account.with_context(default_bridge_verified_at="2026-01-01 00:00:00").create(
            {"partner_id": self.vendor.id, "acc_number": "wallet-0303"}
        )
        self.assertFalse(made.bridge_verified_at)

    def test_an_account_changed_after_ordering_holds_the_order(self):
        payment = self.pay(self.make_bill(100))
        self.change()
        self.dispatch()
        instruction = payment.bridge_instruction_id
        self.assertEqual(instruction.state, "queued")
        self.assertRegex(instruction.hold_reason, "changed after this payment was ordered")
        self.assertGreater(instruction.not_before, fields.Datetime.now())
        self.assertFalse(ObedientConnector.paid)
        self.assertRegex(payment.bridge_why, "Not sent: The payee's account")
        held = payment.bridge_check_ids.filtered(lambda one: one.stage == "sending" and one.verdict == "block")
        self.assertEqual(held.code, "account_changed")
        payment.action_bridge_cancel()
        self.assertEqual(payment.bridge_state, "cancelled")

    def test_the_holder_changed_after_ordering_holds_too_and_others_leave(self):
        other = self.make_vendor("Ink Works", "wallet-0044")
        held, free = self.pay(self.make_bill(100)), self.pay(self.make_bill(70, other))
        self.account.acc_holder_name = "Somebody Else"
        self.dispatch()
        self.assertEqual((held.bridge_state, free.bridge_state), ("queued", "succeeded"))

    def test_what_was_held_leaves_when_the_reason_is_gone(self):
        payment = self.pay(self.make_bill(100))
        self.account.acc_holder_name = "Somebody Else"
        self.dispatch()
        self.assertEqual(payment.bridge_state, "queued")
        self.general("account_changed", mode="warn")
        payment.action_bridge_send_now()
        self.dispatch()
        self.assertEqual(payment.bridge_state, "succeeded")
        self.assertFalse(payment.bridge_instruction_id.hold_reason)


@tagged("post_install", "-at_install")
class TestAccount(CheckCommon):
    def test_the_first_payment_to_an_account_warns(self):
        self.assertVerdict(self.draft(), "account_new", "warn", "first payment")
        self.pay(self.make_bill(100))
        self.assertVerdict(self.draft(70), "account_new", "warn")  # ordered is not paid
        self.dispatch()
        self.assertVerdict(self.draft(70), "account_new", "pass", "paid before")

    def test_a_confirmed_account_is_not_new(self):
        self.vendor.bank_ids.with_user(self.colleague)._bridge_verify("called")
        self.assertVerdict(self.draft(), "account_new", "pass", "confirmed by Colleague")

    def test_the_rule_may_block_new_accounts(self):
        self.general("account_new", mode="block")
        with self.assertRaisesRegex(UserError, "first payment"):
            self.pay(self.make_bill(100))

    def test_one_account_at_two_vendors_warns_and_names_the_other(self):
        self.assertVerdict(self.draft(), "account_shared", "pass")
        self.make_vendor("Twin", "WALLET-0001")
        self.assertVerdict(self.draft(), "account_shared", "warn", "Twin")

    def test_a_vendors_own_address_is_no_other_vendor(self):
        branch = self.env["res.partner"].create({"name": "Branch", "parent_id": self.vendor.id})
        self.env["res.partner.bank"].create({"partner_id": branch.id, "acc_number": "wallet 0001"})
        self.assertVerdict(self.draft(), "account_shared", "pass")

    def test_another_companys_vendor_is_not_named(self):
        other = self.setup_other_company(name="Secret Sister Ltd")["company"]
        twin = self.make_vendor("Hidden Twin", "wallet-0001")
        twin.company_id = other
        found = self.assertVerdict(self.draft(), "account_shared", "warn", "may not see")
        self.assertNotIn("Hidden", f"{found.sentence}{found.evidence}")

    def test_a_platform_that_refused_the_name_is_believed(self):
        with patch.object(ObedientConnector, "payee_mismatch_codes", frozenset({"NAME_WRONG"})):
            payment = self.draft(70)
            self.assertVerdict(payment, "account_name", "pass")
            ObedientConnector.answers[None] = [Rejected("the name is wrong", code="NAME_WRONG")]
            failed = self.pay(self.make_bill(100))
            self.dispatch()
            self.assertEqual(failed.bridge_state, "failed")
            self.assertVerdict(payment, "account_name", "block", "do not belong together")
            self.vendor.bank_ids.acc_holder_name = "Paper Mill Co"
            self.assertVerdict(payment, "account_name", "warn", "held by Paper Mill Co")

    def test_a_failure_of_another_kind_says_nothing_about_the_name(self):
        with patch.object(ObedientConnector, "payee_mismatch_codes", frozenset({"NAME_WRONG"})):
            ObedientConnector.answers[None] = [Rejected("no such account", code="GONE")]
            self.pay(self.make_bill(100))
            self.dispatch()
            self.assertVerdict(self.draft(70), "account_name", "pass")

    def test_another_holder_warns(self):
        self.vendor.bank_ids.acc_holder_name = "Wang Wu"
        self.assertVerdict(self.draft(), "account_name", "warn", "held by Wang Wu")

    def test_letters_that_only_look_alike_block(self):
        self.assertTrue(mixed_scripts("P\u0430per Mill"))
        self.assertFalse(mixed_scripts("Paper Mill 造纸厂"))
        self.assertFalse(mixed_scripts("Бумага Paper"))
        self.vendor.bank_ids.acc_holder_name = "P\u0430per Mill"
        self.assertVerdict(self.draft(), "account_name", "block", "look like")

    def make_number(self, number, kind="wallet", **bank):
        vendor = self.make_vendor("Numbered", number, kind)
        if bank:
            vendor.bank_ids.bank_id = self.env["res.bank"].create({"name": "Bank", **bank})
        return self.draft(vendor=vendor)

    def test_iban_check_digits(self):
        self.assertTrue(is_valid("DE89370400440532013000"))
        self.assertFalse(is_valid("DE88370400440532013000"))
        self.assertFalse(is_valid("DE8937040044053201300"))
        self.assertVerdict(self.make_number("DE89 3704 0044 0532 0130 00"), "account_number", "pass")

    def test_a_wrong_iban_blocks(self):
        self.assertVerdict(self.make_number("GB33BUKB20201555555555"), "account_number", "pass")
        self.assertVerdict(self.make_number("GB33BUKB20201555555556"), "account_number", "block", "IBAN")

    def test_full_width_digits_block(self):
        self.assertVerdict(self.make_number("８７１９001"), "account_number", "block", "look like")

    def test_a_chinese_account_number_passes(self):
        self.assertVerdict(self.make_number("871900123456780001", "bank_account"), "account_number", "pass")

    def test_countries(self):
        german = self.make_number("DE89370400440532013000")
        self.general("account_number", country_ids=[(6, 0, self.env.ref("base.cn").ids)])
        self.assertVerdict(german, "account_number", "block", "is in DE")
        self.vendor.country_id = self.env.ref("base.cn")
        self.assertVerdict(self.draft(), "account_number", "pass")
        self.vendor.country_id = False
        self.assertVerdict(self.draft(), "account_number", "block", "unknown country")

    def test_an_iban_of_another_country_than_its_bank_warns(self):
        payment = self.make_number("DE89370400440532013000", country=self.env.ref("base.fr").id)
        self.assertVerdict(payment, "account_number", "warn", "DE.*FR")
