"""How checks are chosen, run, kept and obeyed."""

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..checks import base
from ..connector.types import Bilingual
from .check_common import CheckCommon
from .common import ObedientConnector


class AlwaysFault(base.Check):
    """A check that never agrees."""

    code = "always"
    label = Bilingual("Always", "总是")
    purpose = Bilingual("Refuses.", "拒绝。")

    def judge(self, case):
        return self.fault(f"refused at {self.batch.stage}", reason="test")


@tagged("post_install", "-at_install")
class TestPipeline(CheckCommon):
    def add_check(self, check=AlwaysFault):
        base.register(check)
        self.addCleanup(base.unregister, check.code)

    def test_a_new_check_gets_its_rule_and_blocks(self):
        self.add_check()
        with self.assertRaisesRegex(UserError, "refused at prepared Nothing was sent"), self.env.cr.savepoint():
            self.pay(self.make_bill(100))
        self.assertVerdict(self.draft(), "always", "block")
        self.assertEqual(self.general("always").mode, "block")

    def test_a_rule_decides_what_a_fault_means(self):
        self.add_check()
        payment = self.draft()
        self.assertVerdict(payment, "always", "block")
        self.general("always", mode="warn")
        self.assertVerdict(payment, "always", "warn")
        self.general("always", mode="off")
        self.assertFalse(self.result(payment, "always"))

    def test_the_first_special_rule_that_fits_holds(self):
        self.add_check()
        self.assertVerdict(self.draft(100), "always", "block")
        tag = self.env["res.partner.category"].create({"name": "Trusted"})
        other = self.make_channel("Second")
        make = {"code": "always", "company_id": self.company.id, "mode": "warn"}
        self.rules.create({**make, "amount_from": 1000})
        self.rules.create({**make, "channel_ids": [Command.set(other.ids)]})
        self.rules.create({**make, "category_ids": [Command.set(tag.ids)]})
        self.assertVerdict(self.draft(999.99), "always", "block")
        self.assertVerdict(self.draft(1000), "always", "warn")
        self.assertVerdict(self.draft(100, channel=other), "always", "warn")
        self.vendor.category_id = tag
        self.assertVerdict(self.draft(100), "always", "warn")

    def test_a_general_rule_stays_general_and_stays(self):
        rule = self.general("duplicate")
        with self.assertRaises(UserError):
            rule.unlink()
        with self.assertRaises(ValidationError):
            rule.amount_from = 5
        with self.assertRaises(UserError):
            rule.is_general = False
        with self.assertRaises(UserError):
            rule.code = "three_way"
        with self.assertRaises(UserError):
            self.rules.create({"code": "duplicate", "is_general": True})
        rule.sequence = 1
        special = self.rules.create({"code": "duplicate", "company_id": self.company.id, "mode": "off"})
        self.assertGreater(special.sequence, rule.sequence)
        self.assertFalse(self.result(self.draft(), "duplicate"), "a special rule comes before the general one")

    def test_changes_of_rules_are_in_the_trail(self):
        events = self.env["payment.bridge.audit.event"]
        rule = self.general("duplicate", mode="warn")
        event = events.search([("event", "=", "check_rule.changed"), ("record_id", "=", rule.id)])
        self.assertIn('"mode":["block","warn"]', event.content)
        special = self.rules.create({"code": "duplicate", "company_id": self.company.id})
        special.unlink()
        self.assertTrue(events.search_count([("event", "=", "check_rule.deleted"), ("record_id", "=", special.id)]))

    def test_each_stage_keeps_its_newest_results(self):
        self.add_check()
        payment = self.draft()
        for _again in range(2):
            self.result(payment, "always")
            self.result(payment, "always", "approved")
        found = payment.bridge_check_ids.filtered(lambda one: one.code == "always")
        self.assertEqual(sorted(found.mapped("sentence")), ["refused at approved", "refused at prepared"])
        self.assertEqual(payment.bridge_check_verdict, "block")

    def test_each_reads_it_in_his_own_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        payment = self.draft()
        said = self.result(payment.with_context(lang="zh_CN"), "account_new")
        self.assertEqual(
            said.with_context(lang="en_US").sentence,
            "It is the first payment to this account, and nobody has called the payee back.",
        )
        self.assertRegex(said.with_context(lang="zh_CN").sentence, r"^首次.*")
        results = self.env["payment.bridge.check"]
        for lang, words in (("zh_CN", "首次"), ("en_US", "FIRST payment")):
            there = results.with_context(lang=lang)
            self.assertIn(said, there.search([("sentence", "ilike", words)]))
            self.assertIn(said, there.search([("sentence", "in", [said.with_context(lang=lang).sentence])]))
        self.assertNotIn(said, results.with_context(lang="en_US").search([("sentence", "ilike", "首次")]))
        self.assertNotIn(said, results.search([("sentence", "ilike", "%first_payment")]))

    def test_the_approved_stage_refuses_too(self):
        self.add_check()
        with self.assertRaisesRegex(UserError, "refused at approved"):
            self.draft()._bridge_run_checks("approved")

    def test_only_cheap_checks_run_while_sending(self):
        self.add_check()
        self.rules._ensure_general(self.company)
        self.general("always", mode="warn")
        payment = self.pay(self.make_bill(100))
        self.dispatch()
        self.assertEqual(payment.bridge_state, "succeeded")
        sent = payment.bridge_check_ids.filtered(lambda one: one.stage == "sending")
        self.assertEqual(set(sent.mapped("code")), {"account_changed", "account_number", "screening"})
        self.assertEqual(len(set(payment.bridge_check_ids.mapped("digest"))), 1)

    def test_the_digest_follows_what_was_checked(self):
        payment = self.draft()
        first = self.result(payment, "three_way").digest
        self.assertEqual(self.result(payment, "three_way").digest, first)
        payment.amount = 101
        self.assertNotEqual(self.result(payment, "three_way").digest, first)

    def test_an_existing_draft_is_refused_when_posted(self):
        self.add_check()
        payment = self.draft_for(self.make_bill(100))
        with self.assertRaisesRegex(UserError, "refused"), self.env.cr.savepoint():
            payment.sudo().action_post()
        self.assertEqual(payment.state, "draft")
        self.assertFalse(payment.bridge_instruction_id)
        self.dispatch()
        self.assertFalse(ObedientConnector.paid)

    def test_the_button_keeps_results_and_changes_nothing_else(self):
        self.add_check()
        payments = self.draft(100) + self.draft(70)
        shown = payments.with_user(self.colleague).action_bridge_check()
        self.assertEqual(shown["params"]["type"], "danger")
        self.assertRegex(shown["params"]["message"], "2 checked: 0 passed, 0 with a warning, 2 blocked")
        self.assertEqual(payments.mapped("state"), ["draft", "draft"])
        self.assertEqual(payments.mapped("bridge_check_verdict"), ["block", "block"])

    def test_the_button_is_for_those_who_pay_or_approve(self):
        payment = self.draft()
        with self.assertRaisesRegex(UserError, "role Clerk or Approver"):
            payment.with_user(self.make_user("reader", "auditor")).action_bridge_check()
        self.assertFalse(payment.bridge_check_ids)

    def test_a_draft_without_an_account_is_told_so(self):
        payment = self.draft()
        payment.partner_bank_id = False
        payment.with_user(self.colleague).action_bridge_check()
        blocked = payment.bridge_check_ids.filtered(lambda one: one.verdict == "block")
        self.assertEqual(blocked.mapped("sentence"), ["There is no account to pay to."])

    def test_what_does_not_leave_through_a_channel_is_not_checked(self):
        self.add_check()
        plain = self.draft()
        plain.journal_id = self.company_data["default_journal_bank"]
        self.assertFalse(plain._bridge_to_check())
        with self.assertRaisesRegex(UserError, "Nothing here waits"):
            plain.action_bridge_check()

    def test_nobody_writes_results(self):
        found = self.result(self.draft(), "three_way")
        for change in (
            lambda: found.sudo().write({"verdict": "pass"}),
            lambda: found.sudo().unlink(),
            lambda: found.sudo().create({"payment_id": found.payment_id.id}),
        ):
            with self.assertRaises(UserError):
                change()

    def test_a_draft_takes_its_results_with_it(self):
        payment = self.draft()
        found = self.result(payment, "three_way")
        payment.unlink()
        self.env.invalidate_all()
        self.assertFalse(found.exists())

    def test_rights_of_every_role(self):
        roles = {role: self.make_user(role, role) for role in ("auditor", "clerk", "approver", "channel_admin")}
        for role, user in roles.items():
            for model in ("payment.bridge.check", "payment.bridge.check.rule"):
                self.assertTrue(self.env[model].with_user(user).has_access("read"), role)
            self.assertFalse(self.env["payment.bridge.check"].with_user(user).has_access("write"), role)
            may = self.rules.with_user(user).has_access("write")
            self.assertEqual(may, role == "channel_admin", role)
        with self.assertRaises(AccessError):
            self.general("duplicate").with_user(roles["clerk"]).write({"mode": "off"})

    def test_another_companys_rules_and_results_stay_hidden(self):
        other = self.setup_other_company(name="Sister")["company"]
        foreigner = self.make_user("foreigner", "channel_admin", company=other)
        self.result(self.draft(), "three_way")
        self.rules._ensure_general(other)
        self.assertFalse(self.env["payment.bridge.check"].with_user(foreigner).search([]))
        self.assertEqual(self.rules.with_user(foreigner).search([]).company_id, other)
        with self.assertRaises(AccessError):
            self.general("duplicate").with_user(foreigner).read(["mode"])

    def test_the_number_of_queries_does_not_follow_the_payments(self):
        def drafts(count):
            bills = [
                self.bill_order(
                    self.make_order((self.product, 2, 5, self.tax_13), vendor=vendor), ref=f"N-{count}-{number}00"
                )
                for number in range(1, count + 1)
                for vendor in [self.make_vendor(f"V{count}-{number}", f"wallet-{count}-{number}")]
            ]
            return self.env["account.payment"].union(*[self.draft_for(bill) for bill in bills])

        few, many = drafts(3), drafts(15)
        counts = []
        for payments in (few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["payment.bridge.check"].sudo()._run(payments, "prepared")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 3, counts)
        self.assertEqual(set(many.bridge_check_ids.mapped("verdict")), {"pass", "warn"})
