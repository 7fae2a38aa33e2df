"""What is refused leaves a trace, though the refused transaction is undone."""

from unittest.mock import patch

from odoo import Command
from odoo.exceptions import ConcurrencyError, UserError
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..checks import base
from ..connector.types import Bilingual
from ..models.refusal import keep_anyway, refused
from .approval_common import ApprovalCommon


class AlwaysCheck(base.Check):
    """A check that refuses everything."""

    code = "always"
    label = Bilingual("Always", "总是")
    purpose = Bilingual("Refuses.", "拒绝。")

    def judge(self, case):
        return self.fault("refused by a check", figure=1)


@tagged("post_install", "-at_install")
class TestRefusal(ApprovalCommon):
    def block_everything(self):
        base.register(AlwaysCheck)
        self.addCleanup(base.unregister, "always")

    def draft(self):
        journal = self.channel.journal_id
        return self.env["account.payment"].create(
            {
                "payment_type": "outbound",
                "partner_type": "supplier",
                "partner_id": self.vendor.id,
                "partner_bank_id": self.account.id,
                "amount": 100,
                "currency_id": self.cny.id,
                "journal_id": journal.id,
                "payment_method_line_id": journal._bridge_method_line("outbound").id,
            }
        )

    def refuse_plainly(self, env):
        raise refused(self.vendor.with_env(env), "plainly", UserError("no"))

    # -- what is kept ------------------------------------------------------------

    def test_what_a_check_found_outlives_the_payment_that_it_blocked(self):
        self.block_everything()
        payment = self.draft()
        error = self.attempt(lambda env: payment.with_env(env).action_post(), self.clerk)
        self.assertIn("refused by a check", str(error))
        self.assertEqual(payment.state, "draft")
        [refusal] = self.refusals(payment)
        self.assertEqual(
            (refusal["code"], refusal["checks"], refusal["stage"], refusal["user"]),
            ("checks", ["always"], "prepared", self.clerk.id),
        )
        kept = payment.bridge_check_ids
        self.assertEqual((kept.code, kept.verdict, kept.evidence), ("always", "block", {"figure": 1}))

    def test_a_payment_that_never_came_to_be_is_refused_at_its_bill(self):
        self.block_everything()
        bill = self.make_bill(100)
        journal = self.channel.journal_id

        def pay(env):
            values = {
                "journal_id": journal.id,
                "payment_method_line_id": journal._bridge_method_line("outbound").id,
            }
            wizard = env["account.payment.register"].with_context(active_model="account.move", active_ids=bill.ids)
            wizard.create(values)._create_payments()

        self.assertIsNotNone(self.attempt(pay, self.clerk))
        self.assertIsNotNone(self.attempt(pay, self.clerk))
        notes = bill.message_ids.filtered(lambda one: "refused by a check" in one.body)
        self.assertEqual(notes.author_id, self.clerk.partner_id)
        self.assertEqual(len(notes), 1, "the same is said once")
        refusal, _second = self.refusals(bill)
        self.assertEqual((refusal["attempted"], refusal["bills"]), ("account.payment", bill.ids))
        self.assertFalse(self.env["payment.bridge.check"].search([("code", "=", "always")]))

    def test_what_names_an_amount_is_noted_once_too(self):
        bill = self.make_bill(100)
        words = f"more than {self.cny.format(1000)}, {self.cny.format(100)} of it today"
        self.assertIn("\N{NO-BREAK SPACE}", words)

        def note(env, problem):
            bill.with_env(env)._bridge_note_refusal(self.channel, problem)
            self.refuse_plainly(env)

        for problem in (words, words, words.replace("today", "this month")):
            self.attempt(lambda env, problem=problem: note(env, problem), self.clerk)
        notes = bill.message_ids.filtered(lambda one: "Not paid through" in one.body)
        self.assertEqual(len(notes), 2, "each thing is said once")

    def test_newer_results_are_not_overwritten_by_those_of_a_refused_run(self):
        self.block_everything()
        payment = self.draft()
        checks = self.env["payment.bridge.check"].sudo()
        checks._run(payment, "prepared")
        older = checks._copy_of(payment, "prepared")
        self.env.cr.execute(
            """
            UPDATE payment_bridge_check
               SET at = at + interval '1 hour', sentence_texts = '{"en_US": "newer"}' WHERE payment_id = %s
            """,
            (payment.id,),
        )
        older(self.env)
        self.env.invalidate_all()
        self.assertEqual(payment.bridge_check_ids.mapped("sentence"), ["newer"])

    def test_work_that_must_not_be_undone_is_done_after_the_end_and_once(self):
        done = []

        def act(env):
            for attempt in range(2):
                keep_anyway(env, "work", lambda env, which=attempt: done.append((which, env.su)))
            self.refuse_plainly(env)

        self.attempt(act)
        self.assertEqual(done, [(1, True)])

    # -- who tried what ----------------------------------------------------------

    def test_approving_an_own_payment_is_noted_with_the_one_who_tried(self):
        both = self.person("both", "clerk", "approver")
        group = self.env["res.groups"].create({"name": "All", "user_ids": (both | self.ann).ids})
        self.make_rule(group)
        payment = self.submit(user=both)
        self.attempt(lambda env: payment.with_env(env)._bridge_decide("approve"), both)
        [refusal] = self.refusals(payment)
        self.assertEqual((refusal["code"], refusal["user"]), ("own_payment", both.id))

    def test_neither_sudo_nor_the_superuser_is_spared(self):
        self.make_rule(self.ann)
        payment = self.submit()
        self.attempt(lambda env: payment.with_env(env).sudo()._bridge_decide("approve"), self.env.ref("base.user_root"))
        self.attempt(lambda env: payment.with_env(env).sudo().write({"bridge_approval_state": "approved"}), self.clerk)
        self.attempt(lambda env: payment.with_env(env).sudo().write({"state": "in_process"}), self.clerk)
        codes = [(one["code"], one["user"]) for one in self.refusals(payment)]
        expected = [("no_person", 1), ("approval_told", self.clerk.id), ("not_approved", self.clerk.id)]
        self.assertEqual(codes, expected)
        self.assertWaits(payment)

    def test_an_error_that_a_dialog_catches_is_noted_too(self):
        group = self.env["res.groups"].create({"name": "All", "user_ids": (self.ann | self.bob).ids})
        self.make_rule(group)
        first, second = self.submit(), self.submit(60)
        dialog = (
            self.env["payment.bridge.approve"]
            .with_user(self.ann)
            .create({"payment_ids": [Command.set((first | second).ids)], "decision": "approve"})
        )
        self.decide(first, self.bob)
        self.assertIsNone(self.attempt(lambda env: dialog.with_env(env).action_confirm(), self.ann))
        self.assertReleased(second)
        self.assertEqual([one["code"] for one in self.refusals(first)], ["not_waiting"])

    def test_what_is_not_ones_company_or_role_is_noted(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.person("stranger", "clerk")
        stranger.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self.attempt(lambda env: self.channel.with_env(env).read(["name"]), stranger)
        self.attempt(lambda env: self.channel.with_env(env).write({"limit_per_day": 1}), self.clerk)
        [foreign] = self.refusals(self.channel)
        self.assertEqual((foreign["code"], foreign["operation"]), ("no_access", "read"))
        [role] = [one for one in self.refusals(self.company) if one["code"] == "no_role"]
        self.assertEqual((role["model"], role["operation"]), ("payment.bridge.channel", "write"))

    def test_it_says_nothing_about_names_or_accounts(self):
        self.block_everything()
        payment = self.draft()
        self.attempt(lambda env: payment.with_env(env).action_post(), self.clerk)
        event = self.env["payment.bridge.audit.event"].search([("event", "=", "attempt.refused")])
        for secret in (self.vendor.name, self.account.acc_number, self.account.acc_holder_name):
            self.assertNotIn(secret, event.content)

    # -- how it is written -------------------------------------------------------

    def test_the_same_refusal_is_noted_once_in_a_transaction(self):
        def act(env):
            for _time in range(3):
                try:
                    with env.cr.savepoint():
                        self.refuse_plainly(env)
                except UserError:
                    continue

        self.assertIsNone(self.attempt(act))
        self.assertEqual(len(self.refusals(self.vendor)), 1)

    def test_an_attempt_that_is_made_again_is_noted_by_its_last_run(self):
        runs = []

        def act(env):
            def request():
                runs.append(1)
                error = refused(self.vendor.with_env(env), "plainly", UserError("no"))
                if len(runs) < 3:
                    raise ConcurrencyError("another one was faster")
                raise error

            with patch("time.sleep"):
                retrying(request, env)

        with mute_logger("odoo.service.model"):
            self.assertIsNotNone(self.attempt(act))
        self.assertEqual(len(runs), 3)
        self.assertEqual(len(self.refusals(self.vendor)), 1)

    def test_when_the_trace_cannot_be_written_the_refusal_still_arrives(self):
        events = type(self.env["payment.bridge.audit.event"])
        with (
            patch.object(events, "_record", side_effect=ZeroDivisionError),
            self.assertLogs("odoo.addons.payment_bridge.models.refusal", "ERROR"),
        ):
            self.assertEqual(str(self.attempt(self.refuse_plainly)), "no")

    def test_what_is_carried_out_is_not_noted_as_refused(self):
        self.make_rule(self.ann)
        payment = self.submit()
        self.assertIsNone(self.attempt(lambda env: payment.with_env(env)._bridge_decide("approve"), self.ann))
        self.assertReleased(payment)
        self.assertFalse(self.refusals())
