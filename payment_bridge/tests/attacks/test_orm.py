"""Attacks by whoever can write records: as a person, and as code that has lent itself every right."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..approval_common import ApprovalCommon
from ..rights_samples import RightsSamples


@tagged("post_install", "-at_install")
class TestOrmDoor(RightsSamples, ApprovalCommon):
    def assertEachRefused(self, *attempts, noted=True):
        """Each is refused, nothing of it stays, and the trail will say so; not so what Odoo itself refuses before us,
        or a form that is not filled in."""
        for number, attempt in enumerate(attempts):
            self.noted()
            with self.assertRaises(UserError, msg=f"attempt {number}"), self.env.cr.savepoint():
                attempt()
                self.env.flush_all()
            self.env.invalidate_all()
            self.assertEqual(bool(self.noted()), noted, f"attempt {number}: what the trail says of it")

    # -- orders ------------------------------------------------------------------

    def test_no_state_amount_or_payee_of_an_order_is_written_by_anybody(self):
        instruction = self.submit().sudo().bridge_instruction_id
        for values in (
            {"state": "succeeded"},
            {"state": "failed"},
            {"amount": 1},
            {"payee_account": "wallet-6666"},
            {"payee_name": "Somebody"},
            {"key": "ANOTHER"},
            {"partner_id": self.customer.id},
            {"channel_id": self.channel.id},
            {"released_digest": "0" * 64},
            {"refund_held": -1},
            {"not_before": False},
            {"claim_token": 1},
        ):
            for rights in (instruction, instruction.with_user(self.clerk), instruction.with_user(self.admin).sudo()):
                self.assertEachRefused(lambda rights=rights, values=values: rights.write(values))
        self.assertEachRefused(instruction.copy, instruction.unlink, lambda: instruction.copy({"key": "TWICE"}))
        self.assertEqual(instruction.state, "queued")

    def test_a_payment_does_not_claim_that_it_was_ordered_or_paid(self):
        """Then its bill would read as paid, and no approval would be asked for."""
        self.make_rule(self.ann)
        ordered = self.submit(10)
        self.env["payment.bridge.approval.rule"].search([]).active = False
        other = self.submit(20).sudo().bridge_instruction_id
        self.env["payment.bridge.approval.rule"].with_context(active_test=False).search([]).active = True
        payments = self.env["account.payment"].with_user(self.clerk)
        for name, value in (
            ("bridge_instruction_id", other.id),
            ("bridge_state", "succeeded"),
            ("bridge_operation", "collect"),
            ("bridge_undecided", True),
            ("bridge_check_verdict", "pass"),
            ("bridge_refund_of_id", ordered.id),
        ):
            self.assertEachRefused(lambda name=name, value=value: ordered.with_user(self.clerk).write({name: value}))
            if name != "bridge_refund_of_id":  # which the dialog says when it makes a refund, and which is checked
                self.assertEachRefused(
                    lambda name=name, value=value: payments.create(self.draft_vals(**{name: value})),
                    lambda name=name, value=value: payments.with_context(**{f"default_{name}": value}).create(
                        self.draft_vals()
                    ),
                )
        self.assertWaits(ordered)

    def test_what_a_payment_holds_of_a_bill_is_written_by_nobody(self):
        """Else a second payment of the same bill could be approved as well."""
        self.make_rule(self.ann)
        bill = self.make_bill(100)
        payment = self.submit(bills=bill)
        item = bill.line_ids.filtered(lambda line: line.account_type == "liability_payable")
        accountant = self.person("accountant", "account.group_account_user")
        for user in (self.clerk, accountant):
            own = item.with_user(user)
            self.assertEachRefused(
                lambda own=own: own.write({"bridge_held": 0}),
                lambda own=own: own.sudo().write({"bridge_held": 0}),
                lambda user=user: payment.sudo().bridge_reservation_ids.with_user(user).write({"state": "released"}),
                lambda user=user: payment.with_user(user).write({"bridge_reservation_ids": [Command.clear()]}),
            )
            self.assertEachRefused(
                lambda own=own: own.move_id.write({"line_ids": [Command.update(item.id, {"bridge_held": 0})]}),
                noted=False,  # lines of a posted bill are refused by Odoo
            )
        self.assertEqual(item.bridge_held, 100)
        with self.assertRaisesRegex(UserError, "nothing left to pay"):
            self.submit(bills=bill)

    def test_a_default_that_somebody_has_saved_makes_no_approval_and_no_order(self):
        self.make_rule(self.ann)
        defaults = self.env["ir.default"].with_user(self.clerk)
        for model, name, value in (
            ("payment.bridge.approval", "state", "approved"),
            ("payment.bridge.approval", "decided_by_id", self.ann.id),
            ("payment.bridge.approval", "decided_at", "2026-01-01 00:00:00"),
            ("payment.bridge.instruction", "state", "succeeded"),
            ("payment.bridge.reservation", "state", "released"),
            ("account.payment", "bridge_approval_state", "approved"),
        ):
            defaults.set(model, name, value, user_id=True)
        payment = self.submit()
        self.assertWaits(payment)
        self.assertEqual(payment.sudo().bridge_approval_ids.mapped("state"), ["waiting"])
        self.decide(payment, self.ann)
        self.assertEqual(payment.sudo().bridge_instruction_id.state, "queued")

    def test_a_foreign_receipt_is_not_given_back_by_a_payment_made_by_hand(self):
        foreign = self.submit(30)
        refund = (
            self.env["account.payment"]
            .with_user(self.clerk)
            .create(self.draft_vals(bridge_refund_of_id=foreign.id, partner_bank_id=False))
        )
        with self.assertRaisesRegex(UserError, "not been collected|collected"):
            refund.action_post()
        self.assertNotIn(100.0, self.env["payment.bridge.instruction"].search([]).mapped("amount"))

    # -- keys, settings, differences ---------------------------------------------

    def test_what_is_kept_of_a_credential_is_not_written_past_its_button(self):
        admin, auditor = self.admin, self.person("aud", "auditor")
        credentials = self.channel.credential_ids
        secret = credentials.filtered(lambda one: one.name == "secret")
        plain = (credentials - secret)[:1]
        before = credentials.mapped("fingerprint"), credentials.mapped("plain_value")
        self.assertEachRefused(
            lambda: plain.with_user(admin).write({"plain_value": "mine"}),
            lambda: secret.with_user(admin).write({"fingerprint": "0000"}),
            lambda: secret.with_user(admin).write({"sealed_value": "x"}),
            lambda: plain.with_user(admin).write({"name": "secret2"}),
            lambda: credentials.with_user(admin).create(
                {"channel_id": self.channel.id, "name": "other", "plain_value": "mine"}
            ),
            lambda: secret.with_user(auditor).action_clear(),
            lambda: secret.with_user(self.clerk).action_clear(),
            lambda: secret.with_user(auditor).write({"value": "mine"}),
            lambda: secret.with_user(auditor)._set_value("mine"),
        )
        self.assertEqual((credentials.mapped("fingerprint"), credentials.mapped("plain_value")), before)

    def test_the_key_that_signs_the_trail_is_replaced_never_changed(self):
        key = self.env["payment.bridge.audit.key"]._in_use(self.company)
        before = key.public_key
        self.assertEachRefused(
            lambda: key.with_user(self.admin).write({"public_key": "bWluZQ=="}),
            lambda: key.with_user(self.admin).write({"fingerprint": "0"}),
            lambda: key.with_user(self.admin).write({"retired_at": "2026-01-01 00:00:00"}),
            lambda: key.with_user(self.admin).create({"company_id": self.company.id, "public_key": "x"}),
            lambda: key.with_user(self.admin).unlink(),
        )
        self.assertEqual(key.public_key, before)

    def test_a_difference_is_not_made_to_say_something_else_or_closed_without_a_word(self):
        instruction = self.submit().sudo().bridge_instruction_id
        difference = self.env["payment.bridge.discrepancy"]._raise(
            "books", instruction=instruction, key="k", summary="Wrong."
        )
        for user in (self.clerk, self.ann, self.admin):
            mine = difference.with_user(user)
            self.assertEachRefused(
                lambda mine=mine: mine.write({"state": "resolved"}),
                lambda mine=mine: mine.write({"summary": "Nothing."}),
                lambda mine=mine: mine.write({"company_id": 1}),
                lambda mine=mine: mine.write({"resolved_by_id": self.bob.id}),
                mine.unlink,
            )
            self.assertEachRefused(mine.action_resolve, noted=False)  # without an explanation
        self.assertEqual((difference.state, difference.summary), ("open", "Wrong."))

    def test_a_channel_is_not_changed_in_the_shadow_of_being_a_draft(self):
        self.company.bridge_four_eyes = True
        channel = self.channel.with_user(self.admin)
        self.assertEachRefused(
            lambda: channel.write({"state": "draft"}), lambda: channel.sudo().write({"state": "draft"})
        )
        channel.write({"limit_per_day": 10**7})
        self.assertFalse(self.channel.limit_per_day)
        self.assertEqual(self.channel.state, "active")

    def test_a_channel_administrator_does_not_point_a_channel_elsewhere_once_it_has_paid(self):
        self.submit()
        other = self.make_channel("Elsewhere")
        for values in (
            {"connector_code": "alipay"},
            {"journal_id": other.journal_id.id},
            {"company_id": self.env["res.company"].create({"name": "B"}).id},
        ):
            self.assertEachRefused(lambda values=values: self.channel.with_user(self.admin).write(values))

    # -- what was approved -------------------------------------------------------

    def test_money_is_not_cut_into_pieces_to_stay_below_an_approval(self):
        """Each piece fits no rule; together they do, and the check says so."""
        self.make_rule(self.ann, amount_from=100)
        rule = self.env["payment.bridge.check.rule"].search(
            [("company_id", "=", self.company.id), ("code", "=", "splitting"), ("is_general", "=", True)]
        )
        rule.write({"amount": 100, "days": 7, "mode": "block"})
        self.submit(60)
        with self.assertRaises(UserError) as refused:
            self.submit(60)
        self.assertIn("Nothing was sent", str(refused.exception))

    def test_a_payee_account_is_not_taken_over_by_its_last_editors_friend(self):
        """An account changed while its payment waits voids the approval; whoever changed it does not approve."""
        self.make_rule(self.ann, self.bob, in_order=False)
        payment = self.submit()
        self.decide(payment, self.ann)
        self.edit_account(self.bob, acc_number="wallet-6666")
        self.assertEqual(payment.bridge_approval_state, "changed")
        with self.assertRaises(AccessError):
            payment.with_user(self.bob)._bridge_decide("approve")
        self.assertNothingSent()

    def test_an_exchange_a_message_and_a_receipt_of_the_wire_are_not_rewritten(self):
        samples = self.make_samples()
        for model in ("payment.bridge.exchange", "payment.bridge.notification", "payment.bridge.batch"):
            for user in (self.clerk, self.ann, self.admin, self.person(f"aud-{model}", "auditor")):
                record = samples[model].with_user(user)
                self.assertEachRefused(lambda record=record: record.write({}), record.unlink)
