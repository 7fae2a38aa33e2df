"""One place that makes a company, a channel, a vendor, a bill; and a platform that does as told."""

import base64
import json
import os
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from decimal import Decimal
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import RedirectWarning, UserError
from odoo.tests import HttpCase

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from ..connector import registry
from ..connector.base import Connector
from ..connector.declarations import Capabilities, ChargeRules, CollectMethod, PayeeKind, RefundRules, SettingField
from ..connector.errors import InvalidOrder, NotificationRefused
from ..connector.types import (
    Action,
    ActionKind,
    Balance,
    BatchOutcome,
    Bilingual,
    ConnectionReport,
    HttpAnswer,
    Money,
    NotificationEvent,
    Operation,
    Outcome,
    OutcomeStatus,
)
from .roles import give_roles

MASTER_KEY = base64.b64encode(b"k" * 32).decode()
PLATFORM_CODE = "obedient"


class ObedientConnector(Connector):
    """A platform that answers what the test has laid ready, and pays one key once.

    ``answers[key]`` (or ``answers[None]`` for any key) is a list used from the front: an Outcome, an
    exception to raise, or a callable on the order. ``paid`` counts what really was executed. Batches have
    answers of their own; ``batches`` are those that arrived, by key, ``sent_batches`` all that were sent.
    """

    code = PLATFORM_CODE
    label = Bilingual("Obedient Pay", "听话支付")
    capabilities = Capabilities(
        operations=frozenset(Operation),
        currencies=frozenset({"CNY", "USD"}),
        payee_kinds=(
            PayeeKind("wallet", Bilingual("Wallet", "钱包"), Bilingual("wallet number", "钱包号")),
            PayeeKind(
                "bank_account",
                Bilingual("Bank account", "银行账户"),
                Bilingual("account number", "账号"),
                late_return_days=7,
            ),
        ),
        pay_out_maximum=Decimal("50000"),
        collect_methods=(
            CollectMethod(
                "qr",
                Bilingual("QR code", "二维码"),
                Bilingual("The customer scans it.", "顾客扫码。"),
                action=ActionKind.QR,
                lifetime=timedelta(hours=2),
                maximum=Decimal("5000"),
            ),
        ),
        charge=ChargeRules(code_pattern=r"77\d{8}"),
        refund=RefundRules(within_days=365, parts=3),
        batch_maximum=4,
    )
    setting_fields = (
        SettingField("user", Bilingual("User", "用户"), Bilingual("Who.", "谁。")),
        SettingField("secret", Bilingual("Secret", "密钥"), Bilingual("Key.", "密钥。"), secret=True),
    )
    answers = {}
    query_answers = {}
    close_answers = {}
    batch_answers = {}
    batch_query_answers = {}
    batches = {}
    sent_batches = []
    paid = {}
    offered = {}
    ended = set()
    charged = []
    asked = []

    @classmethod
    def reset(cls):
        """Forget everything laid ready and everything done."""
        cls.answers, cls.query_answers, cls.close_answers = {}, {}, {}
        cls.paid, cls.offered, cls.ended = {}, {}, set()
        cls.asked, cls.charged = [], []
        cls.batch_answers, cls.batch_query_answers = {}, {}
        cls.batches, cls.sent_batches = {}, []

    def check_pay_out(self, order):
        if order.amount.amount > self.capabilities.pay_out_maximum:
            raise InvalidOrder("amount", "over the platform's limit")
        if "\x00" in order.title:
            raise InvalidOrder("title", "a character that the platform refuses")

    def pay_out(self, order):
        return self._answer(self.answers, order.key, order, self._execute)

    def check_pay_out_batch(self, batch):
        for order in batch.orders:
            self.check_pay_out(order)
        if sum(order.amount.amount for order in batch.orders) > 2 * self.capabilities.pay_out_maximum:
            raise InvalidOrder("orders", "over the platform's limit for a batch")

    def pay_out_batch(self, batch):
        type(self).sent_batches.append(batch)
        return self._answer(self.batch_answers, batch.key, batch, self._execute_batch)

    def query_batch(self, batch):
        type(self).asked.append(batch.key)
        return self._answer(self.batch_query_answers, batch.key, batch, self._tell_batch)

    def _execute_batch(self, batch):
        """Take a batch, once, pay its orders, each once, and say that it was taken."""
        if batch.key not in self.batches:
            type(self).batches[batch.key] = batch
            for order in batch.orders:
                self._execute(order)
        return BatchOutcome(OutcomeStatus.PROCESSING, platform_reference=f"OB{batch.key}")

    def _tell_batch(self, batch):
        if batch.key not in self.batches:
            return BatchOutcome(OutcomeStatus.NOT_FOUND)
        outcomes = {order.key: self._tell(order) for order in self.batches[batch.key].orders}
        return BatchOutcome(OutcomeStatus.SUCCEEDED, outcomes, f"OB{batch.key}")

    def check_collect(self, order):
        if order.amount.amount > 5000:
            raise InvalidOrder("amount", "over the platform's limit")

    check_charge = check_collect

    def check_refund(self, order):
        if not order.reason:
            raise InvalidOrder("reason", "a refund needs a reason")

    def collect(self, order):
        return self._answer(self.answers, order.key, order, self._offer)

    def charge(self, order):
        type(self).charged.append(order.auth_code)
        return self._answer(self.answers, order.key, order, self._execute)

    def refund(self, order):
        return self._answer(self.answers, order.key, order, self._execute)

    def close(self, reference):
        return self._answer(self.close_answers, reference.key, reference, self._end)

    cancel = close

    def query(self, reference):
        type(self).asked.append(reference.key)
        return self._answer(self.query_answers, reference.key, reference, self._tell)

    def _offer(self, order):
        """Show a code, once for each key."""
        type(self).offered.setdefault(order.key, order.amount)
        return self._tell(order)

    def _end(self, reference):
        """End what nobody has paid."""
        if reference.key not in self.paid:
            type(self).ended.add(reference.key)
        return self._tell(reference)

    @classmethod
    def customer_pays(cls, key, amount=None):
        """Let a customer pay an offer; answers whether that was still possible."""
        if key in cls.ended or key not in cls.offered:
            return False
        cls.paid[key] = Money(Decimal(amount), "CNY") if amount else cls.offered[key]
        return True

    def _answer(self, ready, key, subject, default):
        laid = ready.get(key) or ready.get(None)
        answer = laid.pop(0) if laid else default
        if isinstance(answer, Exception):
            raise answer
        return answer(subject) if callable(answer) else answer

    def _execute(self, order):
        """Pay now, once, and say so."""
        type(self).paid.setdefault(order.key, order.amount)
        return self._tell(order)

    def _tell(self, subject):
        paid = self.paid.get(subject.key)
        if paid is None and subject.key in self.ended:
            return Outcome(OutcomeStatus.CLOSED, key=subject.key)
        if paid is None and subject.key in self.offered:
            action = Action(ActionKind.QR, f"https://obedient.example/{subject.key}")
            return Outcome(OutcomeStatus.PROCESSING, key=subject.key, action=action)
        if paid is None:
            return Outcome(OutcomeStatus.NOT_FOUND, key=subject.key)
        return Outcome(OutcomeStatus.SUCCEEDED, key=subject.key, platform_reference=f"OB{subject.key}", amount=paid)

    def balance(self):
        money = Money(Decimal("1000.00"), "CNY")
        zero = Money(Decimal(0), "CNY")
        return Balance(money, zero, money, fields.Datetime.now())

    def test_connection(self):
        good = self.settings.get("secret") == "right"
        words = Bilingual("The secret was tried.", "已尝试密钥。")
        return [ConnectionReport(Bilingual("Secret", "密钥"), good, words)]

    def read_notification(self, request):
        message = json.loads(request.body)
        if message.get("signature") != self.settings.get("secret"):
            raise NotificationRefused("the signature is wrong", forged=True)
        return NotificationEvent(
            event_id=message["id"],
            event_type="order.changed",
            operation=Operation(message.get("operation", "pay_out")),
            outcome=Outcome(
                OutcomeStatus(message["status"]),
                key=message["key"],
                platform_reference=message.get("reference"),
                amount=Money(Decimal(message["amount"]), "CNY"),
            ),
        )

    def acknowledge(self, accepted):
        return HttpAnswer(200, b"success" if accepted else b"fail")


class BridgeCommon(AccountTestInvoicingCommon):
    """A company with one active channel on the obedient platform, and users for each role."""

    @classmethod
    @AccountTestInvoicingCommon.setup_country("cn")
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(patch.dict(os.environ, {"PAYMENT_BRIDGE_MASTER_KEY": MASTER_KEY}))
        registry.register(ObedientConnector)
        cls.addClassCleanup(registry.unregister, PLATFORM_CODE)
        ObedientConnector.reset()
        cls.company = cls.company_data["company"]
        cls.cny = cls.env.ref("base.CNY")
        cls.cny.active = True
        cls.company.currency_id = cls.cny
        give_roles(cls.env.user, "clerk", "approver", "channel_admin", "account.group_validate_bank_account")
        cls.channel = cls.make_channel("Obedient")
        cls.vendor = cls.make_vendor("Paper Mill", "wallet-0001")
        cls.customer = cls.env["res.partner"].create({"name": "Book Shop", "customer_rank": 1})

    @classmethod
    def make_channel(cls, name, **values):
        """An active channel with journal, accounts and credentials."""
        channel = cls.env["payment.bridge.channel"].create(
            {
                "name": name,
                "connector_code": PLATFORM_CODE,
                "company_id": cls.company.id,
                "currency_id": cls.cny.id,
                **values,
            }
        )
        for credential in channel.credential_ids:
            credential.value = "right" if credential.name == "secret" else "someone"
        channel._set_up_accounts()
        channel.action_activate()
        return channel

    @classmethod
    def make_vendor(cls, name, number, kind="wallet"):
        """A vendor with one trusted account."""
        vendor = cls.env["res.partner"].create({"name": name, "is_company": True, "supplier_rank": 1})
        cls.env["res.partner.bank"].create(
            {
                "partner_id": vendor.id,
                "acc_number": number,
                "acc_holder_name": name,
                "bridge_payee_kind": kind,
                "allow_out_payment": True,
            }
        )
        return vendor

    @classmethod
    def make_bill(cls, amount, vendor=None, **values):
        """A posted vendor bill over exactly ``amount``."""
        bill = cls.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": (vendor or cls.vendor).id,
                "invoice_date": fields.Date.today(),
                "invoice_line_ids": [
                    Command.create({"name": "Paper", "quantity": 1, "price_unit": amount, "tax_ids": []})
                ],
                **values,
            }
        )
        bill.action_post()
        return bill

    @classmethod
    def make_invoice(cls, amount, partner=None, **values):
        """A posted customer invoice over exactly ``amount``."""
        invoice = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": (partner or cls.customer).id,
                "invoice_date": fields.Date.today(),
                "invoice_line_ids": [
                    Command.create({"name": "Paper", "quantity": 1, "price_unit": amount, "tax_ids": []})
                ],
                **values,
            }
        )
        invoice.action_post()
        return invoice

    def open_wizard(self, bills, channel=None, **values):
        """The register-payment wizard, with the channel chosen."""
        journal = (channel or self.channel).journal_id
        return (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=bills.ids)
            .create(
                {
                    "journal_id": journal.id,
                    "payment_method_line_id": journal._bridge_method_line("outbound").id,
                    **values,
                }
            )
        )

    def pay(self, bills, channel=None, **values):
        """Pay bills through the wizard; answers the payments."""
        return self.open_wizard(bills, channel, **values)._create_payments()

    @contextmanager
    def job_env(self):
        """An environment in which scheduled actions may commit, as they do in life."""
        self.env.flush_all()
        mode = nullcontext() if isinstance(self, HttpCase) else self.enter_registry_test_mode()
        with mode, self.registry.cursor() as cr:
            yield self.env(cr=cr, su=True)
        self.env.invalidate_all()

    def attempt(self, act, user=None):
        """Carry out ``act(env)`` as a request of ``user`` does, in a transaction of its own; answers its error, if any.

        An error undoes what was done. What a refusal leaves behind is written after the end, as in life.
        """
        self.env.flush_all()
        mode = nullcontext() if isinstance(self, HttpCase) else self.enter_registry_test_mode()
        error = None
        try:
            with mode, self.registry.cursor() as cr:
                act(self.env(cr=cr, user=user or self.env.user, su=False, context={}))
                cr.flush()
                cr.postcommit.run()  # Odoo's test cursor leaves it out
        except (UserError, RedirectWarning) as refusal:
            error = refusal
        self.env.invalidate_all()
        return error

    def noted(self):
        """The codes of the refusals that the trail will hold when the present transaction ends; they are taken away,
        so that each call tells what came since the one before."""
        waiting = self.env.cr.postcommit.data.get("payment_bridge.aftermath")
        if not waiting:
            return []
        codes = [note.code for note in waiting.notes.values()]
        waiting.notes.clear()
        return codes

    def refusals(self, record=None):
        """What the trail says about refused attempts, oldest first: details by ``code`` and so on."""
        domain = [("event", "=", "attempt.refused")]
        if record is not None:
            domain += [("record_model", "=", record._name), ("record_id", "in", record.ids)]
        events = self.env["payment.bridge.audit.event"].sudo().search(domain, order="id")
        return [{**json.loads(event.content)["details"], "user": event.user_id.id} for event in events]

    def run_job(self, model, method):
        """Run one scheduled action to its end."""
        with self.job_env() as env:
            getattr(env[model], method)()

    def dispatch(self):
        """Send what waits."""
        self.run_job("payment.bridge.instruction", "_cron_dispatch")

    def dispatch_urgent(self):
        """Send what somebody waits for."""
        with self.job_env() as env:
            env["payment.bridge.instruction"]._cron_dispatch(urgent_only=True)

    def query(self, instructions=None):
        """Ask about what is due; ``instructions`` are made due first."""
        if instructions:
            instructions.sudo()._set(next_query_at=fields.Datetime.subtract(fields.Datetime.now(), seconds=1))
        self.run_job("payment.bridge.instruction", "_cron_query")

    def assertBooksBalance(self, payment, paid):
        """The payment's bill is settled exactly when the money moved."""
        for bill in payment.bridge_reservation_ids.bill_id:
            expected = 0.0 if paid else bill.amount_total
            self.assertAlmostEqual(bill.amount_residual, expected, msg=f"{bill.name} after {payment.bridge_state}")
