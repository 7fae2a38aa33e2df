"""Attacks over the wire: any method by its name, any argument, any context, any record by its number."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged

from ..approval_common import ApprovalCommon
from ..common import ObedientConnector
from ..rights_kit import HOSTILE
from ..rights_samples import RightsSamples
from ..roles import give_roles

PRIVATE = {
    "account.payment": (
        "_bridge_decide", "_bridge_release", "_bridge_submit", "_bridge_set_approval", "_bridge_undo",
        "_bridge_settle_held", "_bridge_void", "_bridge_book", "_bridge_offer", "_bridge_give_back",
    ),
    "payment.bridge.instruction": ("_place", "_set", "_move_to", "_step", "_apply", "_cron_dispatch", "_lock_state"),
    "payment.bridge.approval": ("_set", "_require", "_cron_remind"),
    "payment.bridge.change.request": ("_propose", "_propose_secret", "_decide", "_apply_values", "_set"),
    "payment.bridge.credential": ("_clear_values", "_set_value", "_rotate", "_box"),
    "payment.bridge.audit.event": ("_record", "_seal_batch", "_cron_seal"),
    "payment.bridge.audit.key": ("_private_key", "_make", "_in_use"),
    "payment.bridge.reservation": ("_hold", "_end", "_count_held"),
    "payment.bridge.role.exception": ("_set", "_allowed_to"),
    "payment.bridge.override": ("_request", "_set", "_require_same"),
    "payment.bridge.notification": ("_receive", "_process", "_keep"),
    "payment.bridge.delegation": ("_set",),
    "res.partner.bank": ("_bridge_keep", "_bridge_verify", "_field_to_sql"),
}  # fmt: skip


@tagged("post_install", "-at_install")
class TestRpcDoor(RightsSamples, ApprovalCommon):
    def call(self, user, model, method, *arguments, **keywords):
        """What a program of ``user`` would send, with everything in the context that it would like to be true."""
        keywords["context"] = {**HOSTILE, **keywords.get("context", {})}
        return call_kw(self.env[model].with_user(user), method, list(arguments), keywords)

    def test_no_private_method_is_called_by_its_name(self):
        both = self.person("both", "clerk", "approver", "channel_admin")
        for model, names in PRIVATE.items():
            for name in names:
                self.assertTrue(hasattr(self.env[model], name), f"{model}.{name} is not there any more")
                with self.assertRaisesRegex(AccessError, "cannot be called remotely", msg=f"{model}.{name}"):
                    self.call(both, model, name, [1])

    def test_no_context_of_a_caller_passes_an_approval(self):
        self.make_rule(self.ann)
        made = self.call(self.clerk, "account.payment", "create", [self.draft_vals()])
        payment = self.env["account.payment"].browse(made)
        self.call(self.clerk, "account.payment", "action_post", made)
        self.assertEqual((payment.state, payment.bridge_approval_state), ("draft", "waiting"))
        for context in (
            {"default_bridge_approval_state": "approved"},
            {"default_state": "in_process"},
            {"check_move_validity": False, "skip_account_move_synchronization": True},
            {"force_delete": True, "dynamic_unlink": True},
            {"uid": self.ann.id, "user_id": self.ann.id, "force_user": self.ann.id},
        ):
            for method in ("action_post", "action_bridge_approve", "action_bridge_submit_again"):
                with self.assertRaises(UserError, msg=(context, method)), self.env.cr.savepoint():
                    self.call(self.clerk, "account.payment", method, made, context=context)
        for values in ({"state": "in_process"}, {"state": "paid"}, {"bridge_approval_state": "approved"}):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self.call(self.clerk, "account.payment", "write", made, values)
        self.assertNothingSent()

    def test_the_word_of_agreement_cannot_be_sent(self):
        """Four eyes look for an object of this process, which no message holds."""
        self.company.bridge_four_eyes = True
        for value in (True, 1, "agreed", {}, None):
            self.call(
                self.admin,
                "payment.bridge.channel",
                "write",
                self.channel.ids,
                {"limit_per_day": 77},
                context={"bridge_agreed_change": value},
            )
            self.assertFalse(self.channel.limit_per_day, value)
        requests = self.env["payment.bridge.change.request"].search([("res_id", "=", self.channel.id)])
        self.assertEqual(requests.filtered(lambda one: one.state == "waiting").proposed_by_id, self.admin)

    def test_another_companys_records_are_not_reached_by_their_numbers(self):
        samples = self.make_samples()
        other = self.env["res.company"].create({"name": "B"})
        stranger = self.person("stranger")
        stranger.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        give_roles(stranger, "clerk", "approver", "channel_admin")
        for model, name in (
            ("payment.bridge.instruction", "action_cancel"),
            ("payment.bridge.instruction", "action_query_now"),
            ("payment.bridge.instruction", "action_send_now"),
            ("payment.bridge.instruction", "action_close"),
            ("payment.bridge.notification", "action_process_again"),
            ("payment.bridge.credential", "action_clear"),
            ("payment.bridge.discrepancy", "action_resolve"),
            ("payment.bridge.change.request", "action_apply"),
            ("payment.bridge.role.exception", "action_agree"),
            ("payment.bridge.audit.key", "action_replace"),
            ("account.payment", "action_bridge_refund"),
            ("account.payment", "action_bridge_check"),
            ("account.payment", "bridge_refresh"),
        ):
            self.noted()
            with self.assertRaises(AccessError, msg=(model, name)):
                self.call(stranger, model, name, samples[model].ids)
            if model.startswith("payment.bridge."):
                self.assertIn("no_access", self.noted(), (model, name))
        self.assertEqual(samples["payment.bridge.instruction"].state, "queued")

    def test_no_dialog_is_opened_about_another_companys_record(self):
        """A dialog shows parts of what it is about, read with more rights than its user has."""
        samples = self.make_samples()
        other = self.env["res.company"].create({"name": "B"})
        stranger = self.person("stranger")
        stranger.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        give_roles(stranger, "clerk", "approver", "channel_admin")
        payment, credential = samples["account.payment"], self.channel.credential_ids[0]
        for model, values in (
            ("payment.bridge.refund.entry", {"payment_id": payment.id, "amount": 1}),
            ("payment.bridge.approve", {"payment_ids": [Command.set(payment.ids)], "decision": "approve"}),
            ("payment.bridge.override.entry", {"payment_id": payment.id, "reason": "Now"}),
            ("payment.bridge.credential.entry", {"credential_id": credential.id, "value": "mine"}),
            ("payment.bridge.channel.test", {"channel_id": self.channel.id, "passed": True}),
            ("payment.bridge.collect", {"invoice_id": samples["account.move"].id}),
            ("payment.bridge.charge", {"invoice_id": samples["account.move"].id, "code": "7712345678"}),
        ):
            with self.assertRaises(AccessError, msg=model), self.env.cr.savepoint():
                self.call(stranger, model, "create", [values])
            self.env.invalidate_all()
        self.assertEqual(credential.shown_value, "someone")
        self.assertFalse(ObedientConnector.charged)

    def test_a_dialog_of_a_colleague_is_not_read_or_confirmed(self):
        self.make_rule(self.ann)
        payment = self.submit()
        opened = payment.with_user(self.ann).action_bridge_approve()
        for method, arguments in (
            ("read", [["decision"]]),
            ("action_confirm", []),
            ("write", [{"decision": "refuse"}]),
        ):
            with self.assertRaises(AccessError):
                self.call(self.bob, "payment.bridge.approve", method, [opened["res_id"]], *arguments)
            self.assertIn("no_access", self.noted(), method)
        self.assertWaits(payment)

    def test_an_approval_dialog_does_not_decide_what_its_user_may_not(self):
        self.make_rule(self.ann)
        payment = self.submit()
        made = self.call(self.bob, "payment.bridge.approve", "create", [{"payment_ids": [Command.set(payment.ids)]}])
        for method in ("action_confirm", "action_confirm_checked"):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                answer = self.call(self.bob, "payment.bridge.approve", method, made)
                self.assertNotIn("Decided: 1", str(answer))
                undone = "the dialog told that nothing was decided"
                raise UserError(undone)
        self.assertWaits(payment)

    def test_lines_written_along_with_a_record_that_one_may_write_ask_for_their_own_rights(self):
        """A command for lines is a write of their model, whatever record carries it."""
        self.make_rule(self.ann)
        payment = self.submit()
        approval = payment.sudo().bridge_approval_ids
        accountant = self.person("accountant", "account.group_account_manager", "account.group_account_user")
        for user, record, values in (
            (self.clerk, payment, {"bridge_approval_ids": [Command.update(approval.id, {"state": "approved"})]}),
            (self.clerk, payment, {"bridge_reservation_ids": [Command.clear()]}),
            (
                accountant,
                self.channel.journal_id,
                {"bridge_channel_ids": [Command.update(self.channel.id, {"limit_per_payment": 10**9})]},
            ),
            (accountant, self.channel.journal_id, {"bridge_channel_ids": [Command.clear()]}),
            (self.clerk, self.vendor, {"bank_ids": [Command.update(self.account.id, {"acc_number": "wallet-6666"})]}),
        ):
            with self.assertRaises(UserError, msg=values), self.env.cr.savepoint():
                self.call(user, record._name, "write", record.ids, values)
                self.env.flush_all()
            self.env.invalidate_all()
        self.assertEqual(self.channel.limit_per_payment, 0)
        self.assertWaits(payment)

    def test_nobody_but_those_with_access_rights_gives_anybody_anything(self):
        group = self.env.ref("payment_bridge.group_approver")
        for user in (self.clerk, self.ann, self.admin, self.person("aud", "auditor")):
            for model, ids, values in (
                ("res.users", user.ids, {"group_ids": [Command.link(group.id)]}),
                ("res.groups", group.ids, {"user_ids": [Command.link(user.id)]}),
                ("res.groups", self.env.ref("base.group_user").ids, {"implied_ids": [Command.link(group.id)]}),
            ):
                with self.assertRaises(AccessError, msg=(user.name, model)):
                    self.call(user, model, "write", ids, values)
