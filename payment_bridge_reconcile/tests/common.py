"""What every test of statements needs: a company, a channel, paid payments, files."""

from datetime import date, timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.tests import tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.payment_bridge.connector import registry
from odoo.addons.payment_bridge.connector.types import Outcome, OutcomeStatus
from odoo.addons.payment_bridge.models.instruction_states import State
from odoo.addons.payment_bridge.tests.roles import give_roles

from .canned import CannedConnector, row, statement_bytes, with_balances

DAY = date(2026, 3, 10)


@tagged("post_install", "-at_install")
class StatementCase(AccountTestInvoicingCommon):
    """A channel with its journal and accounts, and a user in each role.

    Scheduled actions commit, and a test's own cursor must not. They run through
    :meth:`run_cron`, on a cursor of Odoo's test mode, where a commit releases a savepoint.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        registry.register(CannedConnector)
        cls.addClassCleanup(registry.unregister, CannedConnector.code)
        give_roles(cls.env.user, "clerk", "channel_admin")
        cls.company = cls.company_data["company"]
        cls.channel = cls.make_channel(cls.company, "Canned")
        cls.payee = cls.make_payee("Paper Mill")

    def setUp(self):
        super().setUp()
        clock = freeze_time("2026-03-11 12:00:00", tick=True)
        clock.start()
        self.addCleanup(clock.stop)

    @classmethod
    def make_channel(cls, company, name, currency=None):
        channel = cls.env["payment.bridge.channel"].create(
            {
                "name": name,
                "connector_code": CannedConnector.code,
                "company_id": company.id,
                "currency_id": (currency or company.currency_id).id,
                "statements_from": DAY,
            }
        )
        channel._set_up_accounts()
        channel.state = "active"
        return channel

    @classmethod
    def make_payee(cls, name):
        partner = cls.env["res.partner"].create({"name": name})
        cls.env["res.partner.bank"].create(
            {
                "partner_id": partner.id,
                "acc_number": f"{name.lower().replace(' ', '')}@example.cn",
                "bridge_payee_kind": "canned",
                "allow_out_payment": True,
            }
        )
        return partner

    @classmethod
    def make_user(cls, login, *groups):
        user = cls.env["res.users"].create(
            {
                "name": login,
                "login": login,
                "email": f"{login}@example.com",
                "company_id": cls.company.id,
                "company_ids": [Command.set(cls.company.ids)],
                "group_ids": [Command.set(cls.env.ref("base.group_user").ids)],
            }
        )
        return give_roles(user, *groups)

    # -- payments -------------------------------------------------------------

    def order(self, amount):
        """A posted payment with its instruction, which has not left yet."""
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.payee.id,
                "invoice_date": DAY,
                "date": DAY,
                "currency_id": self.channel.currency_id.id,
                "invoice_line_ids": [Command.create({"name": "Paper", "price_unit": amount, "tax_ids": []})],
            }
        )
        bill.action_post()
        method = self.channel.journal_id._bridge_method_line("outbound")
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=bill.ids)
            .create(
                {
                    "journal_id": self.channel.journal_id.id,
                    "payment_method_line_id": method.id,
                    "partner_bank_id": self.payee.bank_ids.id,
                    "payment_date": DAY,
                }
            )
        )
        wizard.action_create_payments()
        return bill.matched_payment_ids.bridge_instruction_id

    def pay(self, amount, status=OutcomeStatus.SUCCEEDED, **outcome):
        """A payment that the platform has answered with ``status``."""
        return self.answer(self.order(amount), status, **outcome)

    def answer(self, instruction, status=OutcomeStatus.SUCCEEDED, **outcome):
        """The payment leaves, and the platform answers."""
        instruction = instruction.sudo()
        instruction._move_to(State.SENDING, reason="test", sent_at=fields.Datetime.now())
        outcome.setdefault("executed_at", fields.Datetime.to_datetime(f"{DAY} 10:00:00"))
        instruction._apply(Outcome(status, **outcome), "answer")
        return instruction

    def tell(self, instruction, status, **outcome):
        """A later message of the platform."""
        return instruction.sudo()._apply(Outcome(status, **outcome), "query")

    def match(self):
        """Match the channel's open rows, as the scheduled action does."""
        return self.channel.sudo()._match_lines()

    # -- statements -----------------------------------------------------------

    def paid_row(self, instruction, entry=None, amount=None, **values):
        """The row of a payment that left."""
        return row(
            "pay_out",
            entry or f"E-{instruction.key}",
            f"-{instruction.amount if amount is None else amount:.2f}",
            day=values.pop("day", DAY),
            key=values.pop("key", instruction.key),
            **values,
        )

    def load(
        self, rows, day=DAY, *, opening=None, kind="account", source="uploaded", channel=None, correct=False, **file
    ):
        """Load a canned file; answers what came of it."""
        channel = channel or self.channel
        if opening is not None:
            rows = with_balances(rows, opening)
        file.setdefault("currency", channel.currency_id.name)
        content = statement_bytes(day, rows, **file)
        loaded = (
            self.env["payment.bridge.statement"]
            .sudo()
            ._load(channel.sudo(), content, f"{day}.csv", channel._statement_kind(kind), source, correct)
        )
        if loaded.outcome == "loaded":
            channel.sudo()._match_lines()
        loaded.statement = loaded.statement.with_env(self.env)
        return loaded

    def statement(self, rows, day=DAY, **file):
        """A loaded and matched statement."""
        loaded = self.load(rows, day, **file)
        self.assertEqual(loaded.outcome, "loaded", loaded.message)
        return loaded.statement

    def run_cron(self, xmlid):
        """Run a scheduled action as the scheduler does, its commits included."""
        with self.enter_registry_test_mode():
            self.env.ref(xmlid).method_direct_trigger()

    def next_day(self, days=1):
        return DAY + timedelta(days=days)

    def open_item(self, payment):
        """The payment's item on its outstanding account."""
        return payment.move_id.line_ids.filtered(lambda item: item.account_id == payment.outstanding_account_id)
