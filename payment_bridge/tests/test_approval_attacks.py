"""Ways round an approval, each through the deepest door it could use; none leads anywhere."""

from unittest.mock import MagicMock, patch

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .approval_common import ApprovalCommon
from .common import ObedientConnector


@tagged("post_install", "-at_install")
class TestApprovalAttacks(ApprovalCommon):
    def draft_vals(self, **values):
        """A payment as an import or RPC would make it, without the wizard."""
        journal = self.channel.journal_id
        return {
            "payment_type": "outbound",
            "partner_type": "supplier",
            "partner_id": self.vendor.id,
            "partner_bank_id": self.account.id,
            "amount": 100,
            "currency_id": self.cny.id,
            "journal_id": journal.id,
            "payment_method_line_id": journal._bridge_method_line("outbound").id,
            **values,
        }

    # -- who approves ------------------------------------------------------------

    def test_nobody_approves_an_own_payment(self):
        both = self.person("both", "clerk", "approver")
        group = self.env["res.groups"].create({"name": "All", "user_ids": (both | self.ann).ids})
        self.make_rule(group)
        payment = self.submit(user=both)
        with self.assertRaisesRegex(UserError, "of one's own"):
            self.decide(payment, both)
        for rights in (payment.with_user(both), payment.with_user(both).sudo()):
            with self.assertRaisesRegex(AccessError, "of one's own"):
                rights._bridge_decide("approve")
        self.assertWaits(payment)
        self.assertNothingSent()

    def test_whoever_submits_or_changes_what_another_made_is_its_maker_too(self):
        both = self.person("both", "clerk", "approver")
        self.make_rule(both, self.bob, in_order=False)
        payment = self.env["account.payment"].with_user(self.clerk).create(self.draft_vals())
        with self.assertRaisesRegex(UserError, "Nobody could approve"), self.env.cr.savepoint():
            payment.with_user(both).action_post()
        payment.with_user(self.clerk).action_post()
        payment.with_user(both).amount = 90
        with self.assertRaisesRegex(UserError, "Nobody could approve"), self.env.cr.savepoint():
            payment.with_user(self.clerk).action_post()

    def test_whoever_changed_the_account_last_does_not_approve(self):
        group = self.env["res.groups"].create({"name": "All", "user_ids": (self.assistant | self.ann).ids})
        self.make_rule(group)
        payment = self.submit()
        with self.assertRaisesRegex(UserError, "changed the payee's account"):
            self.decide(payment, self.assistant)
        self.decide(payment, self.ann)
        self.assertReleased(payment)

    def test_the_editor_of_an_account_cannot_put_another_name_in_the_place(self):
        self.edit_account(self.assistant, acc_holder_name="Paper Mill Inc", bridge_edited_by_id=self.bob.id)
        self.assertEqual(self.account.bridge_edited_by_id, self.assistant)
        self.account.with_user(self.bob).sudo().write({"bridge_edited_by_id": self.bob.id})
        self.assertEqual(self.account.bridge_edited_by_id, self.assistant)

    def test_a_delegate_of_the_maker_gains_nothing_and_the_maker_as_delegate_neither(self):
        both = self.person("both", "clerk", "approver")
        self.make_rule(self.ann)
        self.env["payment.bridge.delegation"].with_user(self.ann).create(
            {"delegate_id": both.id, "date_to": self.days(1), "reason": "Away"}
        )
        payment = self.submit(user=both)
        with self.assertRaisesRegex(UserError, "of one's own"):
            self.decide(payment, both)

    def test_a_user_without_the_role_or_of_another_company_does_not_approve(self):
        self.make_rule(self.ann, self.bob, in_order=False)
        payment = self.submit()
        self.ann.group_ids = [Command.set(self.env.ref("payment_bridge.group_clerk").ids)]
        with self.assertRaisesRegex(AccessError, "role Approver"):
            payment.with_user(self.ann)._bridge_decide("approve")
        other = self.env["res.company"].create({"name": "Other"})
        self.bob.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        with self.assertRaises(AccessError):
            payment.with_user(self.bob).sudo()._bridge_decide("approve")
        self.assertWaits(payment)

    def test_neither_the_superuser_nor_a_scheduled_action_approves(self):
        self.make_rule(self.ann)
        payment = self.submit()
        root = self.env(user=1, su=True)
        for env in (root, self.env(user=self.ann, context={"cron_id": 1})):
            with self.assertRaisesRegex(AccessError, "logged in"):
                payment.with_env(env)._bridge_decide("approve")
        self.assertWaits(payment)

    def test_code_that_takes_on_an_approvers_identity_is_found_out(self):
        self.make_rule(self.ann)
        payment = self.submit()
        request = MagicMock()
        with patch("odoo.addons.payment_bridge.models.real_user.request", request):
            request.session.uid = self.clerk.id
            with self.assertRaisesRegex(AccessError, "own name"):
                payment.with_user(self.ann)._bridge_decide("approve")
            request.session.uid = self.ann.id
            payment.with_user(self.ann)._bridge_decide("approve")
        self.assertReleased(payment)

    def test_the_database_refuses_a_second_approval_of_one_person_and_one_of_nobody(self):
        self.make_rule(self.ann, self.bob, in_order=False)
        payment = self.submit()
        self.decide(payment, self.ann)
        waiting = payment.sudo().bridge_approval_ids.filtered(lambda one: one.state == "waiting")
        self.env.flush_all()
        for person, refused in ((self.ann.id, UniqueViolation), (None, CheckViolation), (1, CheckViolation)):
            with self.assertRaises(refused), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                self.env.cr.execute(
                    SQL(
                        "UPDATE payment_bridge_approval SET state = 'approved', decided_by_id = %s, decided_at = now()"
                        " WHERE id = %s",
                        person,
                        waiting.id,
                    )
                )

    def test_two_approvers_at_once_count_once_each(self):
        committee = self.env["payment.bridge.committee"].create(
            {"name": "Both", "member_ids": (self.ann | self.bob).ids, "quorum": 1}
        )
        self.make_rule(committee)
        payment = self.submit()
        opened = [payment.with_user(user).action_bridge_approve()["res_id"] for user in (self.ann, self.bob)]
        dialogs = self.env["payment.bridge.approve"]
        dialogs.with_user(self.ann).browse(opened[0]).action_confirm()
        with self.assertRaisesRegex(UserError, "does not wait"):
            dialogs.with_user(self.bob).browse(opened[1]).action_confirm()
        self.assertEqual(len(payment.sudo().bridge_instruction_id), 1)
        self.dispatch()
        self.assertEqual(len(ObedientConnector.paid), 1)

    # -- posting past it ---------------------------------------------------------

    def test_no_way_of_posting_passes_it(self):
        self.make_rule(self.ann)
        payment = self.submit()
        as_clerk = payment.with_user(self.clerk)
        for name, attempt in {
            "action_post again": as_clerk.action_post,
            "action_post with sudo": as_clerk.sudo().action_post,
            "action_validate": as_clerk.action_validate,
            "write in_process": lambda: as_clerk.write({"state": "in_process"}),
            "write paid with sudo": lambda: as_clerk.sudo().write({"state": "paid"}),
            "write as superuser": lambda: payment.with_user(1).sudo().write({"state": "in_process"}),
            "post its entry": as_clerk.sudo().move_id.action_post,
            "post its entry softly": lambda: as_clerk.sudo().move_id._post(),
        }.items():
            with self.assertRaises(UserError, msg=name), self.env.cr.savepoint():
                attempt()
        self.assertWaits(payment)
        self.assertNothingSent()

    def test_a_payment_created_or_imported_waits_too(self):
        self.make_rule(self.ann)
        payments = self.env["account.payment"].with_user(self.clerk)
        made = payments.create(self.draft_vals())
        made.action_post()
        self.assertEqual((made.state, made.bridge_approval_state), ("draft", "waiting"))
        loaded = payments.load(
            ["payment_type", "partner_type", "partner_id/.id", "partner_bank_id/.id", "amount", "journal_id/.id",
             "payment_method_line_id/.id", "memo"],
            [["outbound", "supplier", str(self.vendor.id), str(self.account.id), "100", str(self.channel.journal_id.id),
              str(self.channel.journal_id._bridge_method_line("outbound").id), "imported"]],
        )  # fmt: skip
        imported = payments.browse(loaded["ids"])
        imported.action_post()
        self.assertEqual(imported.bridge_approval_state, "waiting")
        for state in ("in_process", "paid"):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                payments.create(self.draft_vals(state=state))
            with self.assertRaises(UserError), self.env.cr.savepoint():
                payments.sudo().create(self.draft_vals(state=state, write_off_line_vals=[])).move_id.action_post()
        self.assertNothingSent()

    def test_the_state_of_approval_is_written_by_nobody(self):
        self.make_rule(self.ann)
        payment = self.submit()
        approval = payment.sudo().bridge_approval_ids
        for values in (
            {"bridge_approval_state": "approved"},
            {"bridge_approval_round": 0},
            {"bridge_submitted_by_id": self.ann.id},
            {"bridge_approval_ids": [Command.clear()]},
        ):
            with self.assertRaises(UserError, msg=values), self.env.cr.savepoint():
                payment.with_user(self.clerk).sudo().write(values)
            with self.assertRaises(UserError, msg=values), self.env.cr.savepoint():
                payment.create(self.draft_vals(**values))
        for attempt in (
            lambda: approval.write({"state": "approved", "decided_by_id": self.ann.id}),
            approval.unlink,
            approval.copy,
            lambda: approval.create({"payment_id": payment.id, "state": "approved", "decided_by_id": self.ann.id}),
            payment.sudo().unlink,
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                attempt()
        for user in (self.clerk, self.ann, self.admin):
            for operation in ("write", "create", "unlink"):
                self.assertFalse(approval.with_user(user).has_access(operation), (user.name, operation))
        self.assertWaits(payment)

    def test_defaults_in_the_callers_context_decide_nothing(self):
        self.make_rule(self.ann)
        context = {
            "default_state": "approved",
            "default_decided_by_id": self.ann.id,
            "default_decided_at": "2026-01-01 00:00:00",
        }
        payment = self.env["account.payment"].with_user(self.clerk).create(self.draft_vals())
        payment.with_context(**context).action_post()
        approval = payment.sudo().bridge_approval_ids
        self.assertEqual((approval.state, bool(approval.decided_by_id)), ("waiting", False))
        self.assertEqual((payment.state, payment.bridge_approval_state), ("draft", "waiting"))
        with self.assertRaises(UserError):
            self.env["account.payment"].with_context(default_bridge_approval_state="approved").create(self.draft_vals())
        self.decide(payment, self.ann)
        self.assertEqual(payment.sudo().bridge_instruction_id.state, "queued")

    def test_an_order_is_not_born_as_paid_by_a_default(self):
        payment = self.env["account.payment"].create(self.draft_vals())
        instructions = self.env["payment.bridge.instruction"].with_context(default_state="succeeded")
        self.assertEqual(instructions._place([payment._bridge_instruction_vals()]).state, "queued")

    def test_an_instruction_made_directly_is_refused(self):
        self.make_rule(self.ann)
        payment = self.submit()
        vals = payment.sudo()._bridge_instruction_vals()
        instructions = self.env["payment.bridge.instruction"]
        without_payment = {**vals, "payment_id": False}
        for attempt in (
            lambda: instructions._place([vals]),
            lambda: instructions.sudo().create({**vals, "key": "DIRECT0001"}),
            lambda: instructions.sudo().create({**vals, "key": "DIRECT0002", "state": "sending"}),
            lambda: instructions._place([without_payment]),
            lambda: instructions.sudo().create({**vals, "key": "DIRECT0003", "released_digest": "0" * 64}),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                attempt()
        self.assertNothingSent()

    def test_an_instruction_put_into_the_database_is_held(self):
        payment = self.submit(10)  # no rule yet: it is there to be copied
        self.make_rule(self.ann)
        victim = self.env["account.payment"].create(self.draft_vals())
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO payment_bridge_instruction
                    (key, channel_id, company_id, payment_id, partner_id, operation, amount, currency_id, payee_kind,
                     payee_account, payee_name, title, state, urgent)
                SELECT 'SMUGGLED01', channel_id, company_id, %s, partner_id, operation, 100, currency_id, payee_kind,
                       payee_account, payee_name, title, 'queued', false
                  FROM payment_bridge_instruction WHERE id = %s
                """,
                victim.id,
                payment.sudo().bridge_instruction_id.id,
            )
        )
        self.dispatch()
        self.assertNotIn("SMUGGLED01", ObedientConnector.paid)
        held = self.env["payment.bridge.instruction"].search([("key", "=", "SMUGGLED01")])
        self.assertEqual(held.state, "queued")
        self.assertIn("not approved", held.hold_reason)
        self.assertTrue(self.env["payment.bridge.discrepancy"].search([("kind", "=", "approval")]))

    def test_one_who_leaves_the_channel_to_get_round_it_is_stopped(self):
        self.make_rule(self.ann)
        payment = self.submit().with_user(self.clerk)
        bank = self.company_data["default_journal_bank"]
        payment.sudo().write(
            {"journal_id": bank.id, "payment_method_line_id": bank.outbound_payment_method_line_ids[:1].id}
        )
        self.assertEqual(payment.bridge_approval_state, "changed")
        with self.assertRaises(UserError):
            payment.sudo().action_post()

    # -- changing a rule ---------------------------------------------------------

    def test_editing_the_rule_does_not_help_what_waits(self):
        both = self.person("both", "clerk", "approver", "channel_admin")
        rule = self.make_rule(self.ann)
        payment = self.submit(user=both)
        rule.with_user(both).level_ids.user_id = both
        for change in ({"level_ids": [Command.clear()], "active": False},):
            rule.with_user(both).write(change)
        with self.assertRaises(UserError):
            self.decide(payment, both)
        with self.assertRaises(UserError):
            payment.with_user(both).action_post()
        self.assertWaits(payment)
        self.decide(payment, self.ann)
        self.assertReleased(payment)

    def test_a_rule_that_names_its_maker_asks_nobody_and_so_stops_the_payment(self):
        both = self.person("both", "clerk", "approver", "channel_admin")
        rule = self.make_rule(self.ann)
        rule.with_user(both).level_ids.user_id = both
        with self.assertRaisesRegex(UserError, "Nobody could approve"), self.env.cr.savepoint():
            self.submit(user=both)

    def test_only_channel_administrators_write_rules(self):
        rule = self.make_rule(self.ann)
        for user in (self.clerk, self.ann):
            for record in (rule, rule.level_ids):
                for operation in ("write", "create", "unlink"):
                    self.assertFalse(record.with_user(user).has_access(operation))

    def test_another_company_sees_neither_rules_nor_approvals(self):
        rule = self.make_rule(self.ann)
        payment = self.submit()
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.person("stranger", "auditor", "approver", "channel_admin")
        stranger.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        for record in (rule, rule.level_ids, payment.sudo().bridge_approval_ids):
            self.assertFalse(record.with_user(stranger).search([("id", "in", record.ids)]))
        with self.assertRaises(UserError):
            payment.with_user(stranger).action_bridge_approve()
        with self.assertRaises(AccessError):
            payment.with_user(stranger)._bridge_decide("approve")
