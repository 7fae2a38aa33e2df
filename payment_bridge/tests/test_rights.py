"""Who may see and do what, and nobody sees another company's money."""

from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import BridgeCommon, ObedientConnector

ROLES = ("auditor", "clerk", "approver", "channel_admin")
MODELS = (
    "payment.bridge.channel",
    "payment.bridge.channel.health",
    "payment.bridge.credential",
    "payment.bridge.instruction",
    "payment.bridge.batch",
    "payment.bridge.exchange",
    "payment.bridge.notification",
    "payment.bridge.reservation",
    "payment.bridge.discrepancy",
    "payment.bridge.audit.event",
    "payment.bridge.audit.root",
    "payment.bridge.audit.delivery",
    "payment.bridge.audit.key",
    "payment.bridge.audit.tile",
)
WRITERS = {
    "payment.bridge.channel": {"channel_admin"},
    "payment.bridge.credential": {"channel_admin"},
    "payment.bridge.audit.key": {"channel_admin"},
    "payment.bridge.discrepancy": {"clerk", "approver", "channel_admin"},
}


@tagged("post_install", "-at_install")
class TestRights(BridgeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = {role: cls.person(role, cls.company) for role in ROLES}

    @classmethod
    def person(cls, role, company):
        """A user with one role in one company."""
        return cls.env["res.users"].create(
            {
                "name": role,
                "login": f"{role}-{company.id}",
                "company_id": company.id,
                "company_ids": [Command.set(company.ids)],
                "group_ids": [Command.set(cls.env.ref(f"payment_bridge.group_{role}").ids)],
            }
        )

    def setUp(self):
        super().setUp()
        ObedientConnector.reset()

    def test_only_the_right_roles_may_write_each_model(self):
        for model in MODELS:
            for role in ROLES:
                allowed = self.env[model].with_user(self.people[role]).has_access("write")
                self.assertEqual(allowed, role in WRITERS.get(model, set()), f"{role} on {model}")

    def test_nobody_creates_or_deletes_an_instruction_or_message(self):
        models = ("instruction", "batch", "notification", "audit.event", "audit.root", "audit.delivery", "audit.key")
        for model in (f"payment.bridge.{name}" for name in models):
            for user in self.people.values():
                records = self.env[model].with_user(user)
                self.assertFalse(records.has_access("create") or records.has_access("unlink"), model)

    def test_only_channel_administrators_and_auditors_see_credentials(self):
        for role in ROLES:
            readable = self.env["payment.bridge.credential"].with_user(self.people[role]).has_access("read")
            self.assertEqual(readable, role in ("auditor", "channel_admin"), role)

    def test_the_payees_account_and_the_raw_message_are_read_by_no_role(self):
        instruction = self.pay(self.make_bill(100)).bridge_instruction_id
        for user in self.people.values():
            with self.assertRaises(AccessError):
                instruction.with_user(user).read(["payee_account"])
            masked = instruction.with_user(user).payee_account_masked
            self.assertNotEqual(masked, instruction.sudo().payee_account)

    def test_an_auditor_presses_no_button(self):
        payment = self.pay(self.make_bill(100)).with_user(self.people["auditor"])
        with self.assertRaises(UserError):
            payment.action_bridge_cancel()
        with self.assertRaises(UserError):
            self.channel.with_user(self.people["auditor"]).action_pause()

    def test_a_clerk_neither_activates_nor_pauses_a_channel(self):
        channel = self.channel.with_user(self.people["clerk"])
        for action in (channel.action_pause, channel.action_activate, channel.action_set_up_accounts):
            with self.assertRaises(AccessError):
                action()

    def test_another_company_sees_nothing(self):
        payment = self.pay(self.make_bill(100))
        self.dispatch()
        other = self.env["res.company"].create({"name": "Another"})
        stranger = self.person("auditor", other)
        for model in MODELS:
            mine = self.env[model].sudo().search([("company_id", "=", self.company.id)])
            seen = self.env[model].with_user(stranger).search([("company_id", "=", self.company.id)])
            self.assertFalse(seen, model)
            if model == "payment.bridge.instruction":
                self.assertIn(payment.bridge_instruction_id, mine)

    def test_an_accountant_without_a_role_still_opens_payments_and_bills(self):
        bill = self.make_bill(100)
        payment = self.pay(bill)
        accountant = self.env["res.users"].create(
            {
                "name": "Accountant",
                "login": "accountant-rights",
                "company_id": self.company.id,
                "company_ids": [Command.set(self.company.ids)],
                "group_ids": [Command.set(self.env.ref("account.group_account_invoice").ids)],
            }
        )
        for record, form in ((payment, "account.view_account_payment_form"), (bill, "account.view_move_form")):
            arch = record.with_user(accountant).get_view(self.env.ref(form).id, "form")["arch"]
            names = {node.get("name") for node in etree.fromstring(arch).iter("field")} & set(record._fields)
            ours = {name: {} for name in names if name.startswith("bridge_")}
            self.assertIn("bridge_state", ours)
            self.assertTrue(record.with_user(accountant).web_read(ours))
