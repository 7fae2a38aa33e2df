"""People, rules and payments for the tests of approvals."""

from odoo import Command, fields

from .common import BridgeCommon, ObedientConnector
from .roles import give_roles


class ApprovalCommon(BridgeCommon):
    """A clerk who pays, four approvers who decide, and a payee whose account an assistant entered."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls.person("clerk", "clerk")
        cls.ann, cls.bob, cls.cid, cls.dan = (cls.person(name, "approver") for name in ("ann", "bob", "cid", "dan"))
        cls.assistant = cls.person("assistant", "approver")
        cls.admin = cls.person("admin-of-channels", "channel_admin")
        cls.second_admin = cls.person("second-admin", "channel_admin")
        rules = cls.env["payment.bridge.check.rule"]
        rules._ensure_general(cls.company)
        rules.search([("company_id", "=", cls.company.id)]).mode = "off"  # what checks say has tests of its own
        cls.account = cls.vendor.bank_ids
        cls.edit_account(cls.assistant, acc_holder_name="Paper Mill Ltd")

    @classmethod
    def person(cls, name, *roles):
        """A user with roles of Payment Bridge in the company."""
        user = cls.env["res.users"].create(
            {
                "name": name.title(),
                "login": f"{name}@approval.example",
                "email": f"{name}@approval.example",
                "company_id": cls.company.id,
                "company_ids": [Command.set(cls.company.ids)],
                "group_ids": [Command.set(cls.env.ref("base.group_user").ids)],
            }
        )
        return give_roles(user, *roles)

    @classmethod
    def edit_account(cls, user, **values):
        """Change the payee's account as ``user`` and have it trusted again."""
        cls.account.allow_out_payment = False
        cls.account.with_user(user).sudo().write(values)
        cls.account.allow_out_payment = True

    def setUp(self):
        super().setUp()
        ObedientConnector.reset()

    def make_rule(self, *levels, **values):
        """A rule with one level for each user, group, committee or the word ``manager``."""
        return self.env["payment.bridge.approval.rule"].create(
            {
                "name": "Large",
                "company_id": self.company.id,
                "level_ids": [Command.create({**self.level(one), "sequence": at}) for at, one in enumerate(levels)],
                **values,
            }
        )

    def level(self, target):
        if isinstance(target, str):
            return {"kind": target}
        kind = {"res.users": "user", "res.groups": "group", "payment.bridge.committee": "committee"}[target._name]
        return {"kind": kind, f"{kind}_id": target.id}

    def submit(self, bill_amount=100, bills=None, user=None, **wizard):
        """Pay a bill over ``bill_amount`` as the clerk, or ``bills``; answers the payments."""
        bills = bills or self.make_bill(bill_amount)
        journal = self.channel.journal_id
        return (
            self.env["account.payment.register"]
            .with_user(user or self.clerk)
            .with_context(active_model="account.move", active_ids=bills.ids)
            .create(
                {
                    "journal_id": journal.id,
                    "payment_method_line_id": journal._bridge_method_line("outbound").id,
                    **wizard,
                }
            )
            ._create_payments()
            .with_env(self.env)
        )

    def decide(self, payment, user, decision="approve", reason=""):
        """Decide in the dialog, as on the screen."""
        action = payment.with_user(user)[0].with_context(active_ids=payment.ids)
        opened = action.action_bridge_approve() if decision == "approve" else action.action_bridge_refuse()
        wizard = self.env["payment.bridge.approve"].with_user(user).browse(opened["res_id"])
        wizard.reason = reason
        return wizard.action_confirm()

    def bill_of(self, payment):
        return payment.sudo().bridge_reservation_ids.bill_id

    def assertWaits(self, payment):
        """Nothing has moved, and the bill's amount is kept for it."""
        payment.invalidate_recordset()
        self.assertEqual((payment.state, payment.bridge_approval_state), ("draft", "waiting"))
        self.assertFalse(payment.sudo().bridge_instruction_id)
        self.assertNotEqual(payment.move_id.state, "posted")
        self.assertEqual(set(payment.sudo().bridge_reservation_ids.mapped("state")), {"held"})

    def assertReleased(self, payment):
        """Posted, its bills settled, and ordered."""
        payment.invalidate_recordset()
        self.assertEqual((payment.state, payment.bridge_approval_state), ("in_process", "approved"))
        self.assertEqual(payment.move_id.state, "posted")
        self.assertEqual(payment.sudo().bridge_instruction_id.state, "queued")
        for bill in self.bill_of(payment):
            self.assertEqual((bill.amount_residual, bill.payment_state), (0, "in_payment"))

    def assertNothingSent(self):
        self.dispatch()
        self.assertFalse(ObedientConnector.paid)

    def events(self, payment, event):
        """The payment's audit events of one kind."""
        self.env.flush_all()
        return (
            self.env["payment.bridge.audit.event"]
            .sudo()
            .search([("record_model", "=", "account.payment"), ("record_id", "=", payment.id), ("event", "=", event)])
        )

    def days(self, count):
        return fields.Date.add(fields.Date.today(), days=count)
