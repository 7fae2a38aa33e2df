"""Channels say what they can do, and one that sends nothing is offered for no payment and can still be opened."""

from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..connector import registry
from ..connector.base import Connector
from ..connector.declarations import Capabilities, PayeeKind, StatementKind
from ..connector.types import Bilingual
from .common import BridgeCommon, ObedientConnector

PORTAL_CODE = "portal_only"
CONFIRMED = PayeeKind(
    "confirmed_wallet",
    Bilingual("Wallet that confirms", "需确认的钱包"),
    Bilingual("wallet number", "钱包号"),
    persons_only=True,
    confirms_within=timedelta(hours=24),
)


class PortalConnector(Connector):
    """A platform with nothing but a portal: statements by upload."""

    code = PORTAL_CODE
    label = Bilingual("Portal Pay", "门户支付")
    capabilities = Capabilities(
        operations=frozenset(),
        currencies=frozenset({"CNY"}),
        payee_kinds=(PayeeKind("wallet", Bilingual("Wallet", "钱包"), Bilingual("wallet number", "钱包号")),),
        statement_kinds=(StatementKind("wallet", Bilingual("Wallet", "钱包"), covers_balance=True),),
    )


@tagged("post_install", "-at_install")
class TestAbilities(BridgeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        registry.register(PortalConnector)
        cls.addClassCleanup(registry.unregister, PORTAL_CODE)
        kinds = (*ObedientConnector.capabilities.payee_kinds, CONFIRMED)
        extended = Capabilities(
            operations=ObedientConnector.capabilities.operations,
            currencies=ObedientConnector.capabilities.currencies,
            payee_kinds=kinds,
        )
        cls.startClassPatcher(patch.object(ObedientConnector, "capabilities", extended))
        cls.portal = cls.make_channel("Portal", connector_code=PORTAL_CODE)

    def setUp(self):
        super().setUp()
        ObedientConnector.reset()

    # -- a channel that talks to nobody ----------------------------------------

    def test_a_channel_without_online_operations_is_opened_without_a_test(self):
        self.assertEqual(self.portal.state, "active")
        self.assertFalse(self.portal.is_online or self.portal.can_pay_out or self.portal.reads_balance)
        with self.assertRaisesRegex(UserError, "no online connection"):
            self.portal.action_test_connection()

    def test_its_balance_is_not_asked_for_and_its_queue_is_empty(self):
        self.run_job("payment.bridge.channel", "_cron_balance")
        self.dispatch()
        self.assertFalse(self.portal.last_error or self.portal.balance_at)

    def test_it_is_not_offered_to_pay_through(self):
        wizard = self.open_wizard(self.make_bill(100))
        self.assertTrue(wizard.bridge_available)
        domain = [("state", "=", "active"), ("company_id", "=", self.company.id), ("can_pay_out", "=", True)]
        self.assertEqual(self.env["payment.bridge.channel"].search(domain), self.channel)
        self.channel.action_pause()
        wizard = self.open_wizard(self.make_bill(100))
        self.assertFalse(wizard.bridge_available)

    def test_channels_are_found_by_whether_they_pay_out(self):
        channels = self.env["payment.bridge.channel"].search([("company_id", "=", self.company.id)])
        self.assertEqual(channels, self.channel + self.portal)
        self.assertEqual(channels.filtered_domain([("can_pay_out", "=", False)]), self.portal)
        found = self.env["payment.bridge.channel"].search
        self.assertEqual(found([("can_pay_out", "=", False), ("id", "in", channels.ids)]), self.portal)
        self.assertEqual(found([("can_pay_out", "!=", False), ("id", "in", channels.ids)]), self.channel)
        self.assertEqual(found([("can_pay_out", "in", [True, False]), ("id", "in", channels.ids)]), channels)

    def test_a_payment_that_a_person_ordered_is_recorded_and_sends_nothing(self):
        journal = self.portal.journal_id
        manual = journal.outbound_payment_method_line_ids.filtered(lambda line: line.code == "manual")
        self.assertTrue(manual.payment_account_id.reconcile)
        self.assertFalse(journal._bridge_method_line("outbound") or journal._bridge_method_line("inbound"))
        wizard = self.open_wizard(
            self.make_bill(100), journal_id=journal.id, payment_method_line_id=manual.id, partner_bank_id=False
        )
        self.assertIn("only records", wizard.bridge_notice)
        payment = wizard._create_payments()
        self.assertFalse(payment.bridge_channel_id or payment.bridge_instruction_id)
        self.assertEqual(payment.outstanding_account_id, manual.payment_account_id)
        self.dispatch()
        self.assertFalse(ObedientConnector.paid)

    def test_a_method_line_that_somebody_added_sends_nothing_either(self):
        self.portal._add_method_line("outbound", "Added by hand")
        with self.assertRaisesRegex(UserError, "sends no payments"):
            self.pay(self.make_bill(100), channel=self.portal)
        self.assertFalse(self.env["payment.bridge.instruction"].search([("channel_id", "=", self.portal.id)]))

    # -- in words ----------------------------------------------------------------

    def test_a_channel_says_what_it_does(self):
        self.assertEqual(
            self.portal.abilities,
            "This channel takes statements by upload. It sends no payments: a person orders them at the portal, and"
            " records them here.",
        )
        said = self.channel.abilities
        for words in ("pays out", "collects by code", "charges presented codes", "refunds", "reads the balance"):
            self.assertIn(words, said)
        self.assertIn("fetches statements", said)
        self.assertNotIn("upload", said)
        self.assertNotIn("sends no payments", said)

    def test_it_says_so_in_the_reader_s_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        chinese = self.portal.with_context(lang="zh_CN").abilities
        self.assertIn("上传", chinese)
        self.assertNotIn("upload", chinese)

    # -- payees who confirm ------------------------------------------------------

    def make_person(self, kind="confirmed_wallet", **values):
        person = self.make_vendor("Li Lei", "wallet-0002", kind)
        person.write({"is_company": False, **values})
        return person

    def test_before_paying_it_is_said_that_the_payee_has_to_confirm(self):
        wizard = self.open_wizard(self.make_bill(100, vendor=self.make_person()))
        self.assertIn("within 24 hours", wizard.bridge_notice)
        self.assertIn("the money stays", wizard.bridge_notice)
        self.assertNotIn("confirm within", self.open_wizard(self.make_bill(100)).bridge_notice)

    def test_with_several_vendors_one_who_confirms_is_enough_to_say_it(self):
        bills = self.make_bill(100) + self.make_bill(50, vendor=self.make_person())
        wizard = self.open_wizard(bills)
        self.assertFalse(wizard.can_edit_wizard)
        self.assertIn("within 24 hours", wizard.bridge_notice)

    def test_a_person_s_account_is_never_proposed_for_a_company(self):
        company = self.make_vendor("Paper Ltd", "wallet-0003", "confirmed_wallet")
        self.assertFalse(self.channel._payable_accounts(company.bank_ids))
        wizard = self.open_wizard(self.make_bill(100, vendor=company))
        with self.assertRaisesRegex(UserError, "a company cannot be paid there"):
            wizard._create_payments()
        self.assertFalse(ObedientConnector.paid)

    def test_another_account_of_the_company_is_proposed_instead(self):
        company = self.make_vendor("Paper Ltd", "wallet-0003", "confirmed_wallet")
        good = company.bank_ids.copy({"acc_number": "wallet-0004", "bridge_payee_kind": "wallet"})
        good.allow_out_payment = True
        wizard = self.open_wizard(self.make_bill(100, vendor=company))
        self.assertEqual(wizard.partner_bank_id, good)

    def test_somebody_who_works_for_a_company_is_that_company(self):
        company = self.make_vendor("Paper Ltd", "wallet-0003")
        person = self.make_person(parent_id=company.id)
        self.assertFalse(self.channel._payable_accounts(person.bank_ids))
