"""Each rule that refuses says so in the trail: who tried what, in an event that outlives the refused transaction."""

from unittest.mock import MagicMock, patch

from odoo import SUPERUSER_ID, Command
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import SQL

from ..approval_common import ApprovalCommon
from ..rights_samples import RightsSamples

PERSON = "odoo.addons.payment_bridge.models.real_user.request"
CARD = "4111 1111 1111 1111"


@tagged("post_install", "-at_install")
class TestTrace(RightsSamples, ApprovalCommon):
    def assertNoted(self, code, act, user=None, record=None):
        """``act(env)`` is refused by the rule of that code, and the trail says that ``user`` tried it, and on what."""
        before = len(self.refusals())
        user = user or self.clerk
        error = self.attempt(act, user)
        self.assertIsNotNone(error, f"{code}: nobody refused it")
        noted = self.refusals()[before:]
        self.assertIn((code, user.id), [(one["code"], one["user"]) for one in noted], str(error))
        if record is not None:
            self.assertIn(code, [one["code"] for one in self.refusals(record)])

    def decide_by(self, payment):
        return lambda env: payment.with_env(env)._bridge_decide("approve")

    # -- deciding ----------------------------------------------------------------

    def test_who_decides_what_one_may_not(self):
        both = self.person("both", "clerk", "approver")
        everybody = (both | self.ann | self.bob | self.assistant).ids
        first, second = self.env["res.groups"].create([{"name": name, "user_ids": everybody} for name in ("A", "B")])
        self.make_rule(first, second)
        payment = self.submit(user=both)
        decide = self.decide_by(payment)
        self.assertNoted("own_payment", decide, both, payment)
        self.assertNoted("own_account", decide, self.assistant, payment)
        self.assertNoted("not_approver", decide, self.admin, payment)
        self.assertNoted("not_asked", decide, self.cid, payment)
        self.assertNoted("no_person", decide, self.env.ref("base.user_root"), payment)
        self.decide(payment, self.ann)
        self.assertNoted("second_level", decide, self.ann, payment)
        request = MagicMock()
        request.session.uid = self.clerk.id
        with patch(PERSON, request):
            self.assertNoted("other_person", decide, self.bob, payment)
        clerks = self.env.ref("payment_bridge.group_clerk")
        self.env.cr.execute(SQL("INSERT INTO res_groups_users_rel (gid, uid) VALUES (%s, %s)", clerks.id, self.bob.id))
        self.env.registry.clear_cache()
        self.assertNoted("role_conflict", decide, self.bob, payment)
        self.company.bridge_step_up_amount = 50
        self.env.cr.execute(SQL("DELETE FROM res_groups_users_rel WHERE gid = %s AND uid = %s", clerks.id, self.bob.id))
        self.env.registry.clear_cache()
        self.env.invalidate_all()
        self.assertNoted("identity", decide, self.bob, payment)
        given = {"user_id": self.bob.id, "delegate_id": self.ann.id, "date_to": self.days(1), "reason": "x"}
        self.assertNoted("other_person", lambda env: env["payment.bridge.delegation"].create(given), self.ann)

    def test_who_decides_what_does_not_wait_or_nobody_could_decide(self):
        rule = self.make_rule(self.ann)
        payment = self.submit()
        self.decide(payment, self.ann)
        self.assertNoted("not_waiting", self.decide_by(payment), self.ann, payment)
        rule.level_ids.user_id = self.assistant
        draft = self.env["account.payment"].create(self.draft_vals())
        self.assertNoted("nobody_approves", lambda env: draft.with_env(env).action_post(), self.clerk)

    def test_who_overrides_alone(self):
        self.make_rule(self.ann)
        payment = self.submit()
        override = self._override(payment)
        self.assertNoted("second_person", lambda env: override.with_env(env).action_confirm(), self.cid, payment)
        self.assertNoted("not_named", lambda env: override.with_env(env).action_confirm(), self.ann, payment)

    # -- writing -----------------------------------------------------------------

    def test_who_writes_what_is_written_by_nobody(self):
        samples = self.make_samples()
        waiting = samples["account.payment.action_bridge_approve"]
        ordered = samples["account.payment"]
        bill = self.bill_of(waiting)
        item = bill.line_ids.filtered(lambda line: line.account_type == "liability_payable")
        admin = self.admin

        def write(model, values):
            record = samples[model] if isinstance(model, str) else model
            return lambda env: record.with_env(env).write(values)

        for code, user, record, values in (
            ("approval_told", self.clerk, waiting, {"bridge_approval_state": "approved"}),
            ("not_approved", self.clerk, waiting, {"state": "in_process"}),
            ("order_told", self.clerk, ordered, {"bridge_state": "succeeded"}),
            ("held_written", self.clerk, item, {"bridge_held": 0}),
            ("trail_written", admin, "payment.bridge.audit.key", {"public_key": "bWluZQ=="}),
            ("difference_written", self.clerk, "payment.bridge.discrepancy", {"summary": "Nothing."}),
            ("channel_written", admin, self.channel, {"state": "draft"}),
            ("channel_written", admin, self.channel, {"connector_code": "other"}),
            ("kept_written", admin, "payment.bridge.credential", {"fingerprint": "0"}),
            ("no_role", admin, "payment.bridge.notification", {"state": "new"}),
        ):
            self.assertNoted(code, write(record, values), user)
        officer = self.person("officer", "officer")
        self.assertNoted("list_written", write("payment.bridge.screening.list", {"file_hash": "x"}), officer)
        self.assertNoted("case_written", write("payment.bridge.aml.case", {"state": "dismissed"}), officer)
        self.assertNoted(
            "instruction_written",
            lambda env: samples["payment.bridge.instruction"].with_env(env).sudo().write({"state": "succeeded"}),
        )
        self.assertNoted(
            "result_written",
            lambda env: env["payment.bridge.check"].sudo().create({"payment_id": waiting.id, "verdict": "pass"}),
        )
        self.assertNoted("deletion", lambda env: samples["payment.bridge.audit.root"].with_env(env).sudo().unlink())

    def test_who_writes_a_card_number_or_puts_a_mask_in_the_place_of_a_number(self):
        self.assertNoted("card_number", lambda env: self.account.with_env(env).write({"note": CARD}), self.clerk)
        memo = self.draft_vals(memo=CARD)
        self.assertNoted("card_number", lambda env: env["account.payment"].create(memo), self.clerk)
        self.account.sudo().allow_out_payment = False
        self.account.sudo().write({"bridge_payee_kind": "bank_account", "acc_number": "6222021001122334458"})
        self.assertNoted(
            "masked_number", lambda env: self.account.with_env(env).write({"acc_number": "622202*****9999"}), self.clerk
        )
        keeper = self.person("keeper", "base.group_partner_manager")
        self.assertNoted("unveiling", lambda env: self.account.with_env(env).copy_data(), keeper)
        self.assertNoted("no_role", lambda env: self.account.with_env(env).action_bridge_reveal(), keeper, self.account)

    def test_who_pays_twice_or_what_a_check_stops(self):
        self.make_rule(self.ann)
        bill = self.make_bill(100)
        self.submit(bills=bill)
        journal = self.channel.journal_id
        line = journal._bridge_method_line("outbound")

        def pay(bills):
            def act(env):
                wizard = env["account.payment.register"].with_context(active_model="account.move", active_ids=bills.ids)
                wizard.create({"journal_id": journal.id, "payment_method_line_id": line.id})._create_payments()

            return act

        self.assertNoted("paid_again", pay(bill), self.clerk)
        rule = self.env["payment.bridge.check.rule"].search(
            [("company_id", "=", self.company.id), ("code", "=", "limit_payment"), ("is_general", "=", True)]
        )
        rule.write({"amount": 10, "mode": "block"})
        self.assertNoted("checks", pay(self.make_bill(20)), self.clerk)

    def test_who_sends_what_cannot_be_sent(self):
        foreign = self.submit(30)
        refund = (
            self.env["account.payment"]
            .with_user(self.clerk)
            .create(self.draft_vals(bridge_refund_of_id=foreign.id, partner_bank_id=False))
        )
        self.assertNoted("unpayable", lambda env: refund.with_env(env).action_post(), self.clerk, refund)

    # -- roles, four eyes, other companies ---------------------------------------

    def test_who_gives_roles_or_agrees_alone(self):
        giver = self.person("giver", "base.group_erp_manager")
        self.person("other-giver", "base.group_erp_manager")
        clerks, approvers = self.env.ref("payment_bridge.group_clerk"), self.env.ref("payment_bridge.group_approver")

        def give(user, *groups):
            return lambda env: user.with_env(env).write({"group_ids": [Command.link(group.id) for group in groups]})

        self.assertNoted("own_role", give(giver, clerks), giver, giver)
        self.assertNoted("roles_together", give(self.ann, clerks), giver, self.ann)
        request = MagicMock()
        request.session.uid = SUPERUSER_ID
        with patch(PERSON, request):
            self.assertNoted("no_person", give(self.clerk, approvers), giver, self.clerk)
        exception = self._role_exception()
        self.assertNoted("own_exception", lambda env: exception.with_env(env).action_agree(), self.admin, exception)
        self.company.bridge_four_eyes = True
        self.channel.with_user(self.admin).limit_per_day = 5
        request = self.env["payment.bridge.change.request"].search([("state", "=", "waiting")])
        self.assertNoted("own_change", lambda env: request.with_env(env).action_apply(), self.admin, request)

    def test_who_reaches_for_another_company_or_does_what_the_role_does_not(self):
        payment = self.submit()
        order = payment.sudo().bridge_instruction_id
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.person("stranger", "clerk")
        stranger.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self.assertNoted(
            "no_access", lambda env: call_kw(order.with_env(env).browse(), "read", [order.ids, ["key"]], {}), stranger
        )
        self.assertNoted("no_access", lambda env: order.with_env(env).action_cancel(), stranger, order)
        self.assertNoted("no_role", lambda env: order.with_env(env).action_cancel(), self.ann, order)
        self.assertNoted("no_role", lambda env: env["payment.bridge.instruction"].create({}), self.clerk)
        self.assertNoted("no_role", lambda env: env["payment.bridge.channel"].create({"name": "x"}), self.clerk)
