"""The trail: complete, in order, and nothing in it can be changed."""

import psycopg2

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BridgeCommon, ObedientConnector


@tagged("post_install", "-at_install")
class TestAudit(BridgeCommon):
    def setUp(self):
        super().setUp()
        ObedientConnector.reset()
        self.events = self.env["payment.bridge.audit.event"].sudo()

    def seal(self):
        self.run_job("payment.bridge.audit.event", "_cron_seal")

    def test_each_step_of_a_payment_leaves_one_event(self):
        payment = self.pay(self.make_bill(100))
        self.dispatch()
        told = self.events.search(
            [("record_model", "=", "payment.bridge.instruction"), ("record_id", "=", payment.bridge_instruction_id.id)],
            order="id",
        ).mapped("event")
        self.assertEqual(told, ["instruction.queued", "instruction.sending", "instruction.succeeded"])

    def test_sealed_events_form_a_whole_chain(self):
        self.pay(self.make_bill(100))
        self.seal()
        self.assertFalse(self.events._count_unsealed())
        self.assertIsNone(self.events._verify_chain())

    def test_nobody_changes_or_deletes_an_event(self):
        self.pay(self.make_bill(100))
        event = self.events.search([], limit=1)
        with self.assertRaises(UserError):
            event.event = "nothing"
        with self.assertRaises(UserError):
            event.unlink()
        for statement in (
            "UPDATE payment_bridge_audit_event SET content = '{}'",
            "DELETE FROM payment_bridge_audit_event",
        ):
            with self.assertRaises(psycopg2.Error), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                self.env.cr.execute(statement)

    def test_a_change_behind_the_application_is_found(self):
        self.pay(self.make_bill(100))
        self.seal()
        self.env.cr.execute("ALTER TABLE payment_bridge_audit_event DISABLE TRIGGER payment_bridge_audit_guard")
        self.env.cr.execute(
            "UPDATE payment_bridge_audit_event SET content = replace(content, '100.00', '999.00')"
            " WHERE event = 'instruction.queued'"
        )
        self.assertIsNotNone(self.events._verify_chain())
        self.events._cron_verify()
        self.assertTrue(self.env["payment.bridge.discrepancy"].search([("kind", "=", "audit_chain")]))

    def test_no_account_number_or_secret_is_in_the_trail(self):
        self.pay(self.make_bill(100, self.make_vendor("Card Holder", "6222021234567890123")))
        contents = " ".join(self.events.search([]).mapped("content"))
        self.assertNotIn("6222021234567890123", contents)
        self.assertNotIn("right", contents)
