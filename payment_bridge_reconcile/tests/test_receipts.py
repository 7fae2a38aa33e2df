import dataclasses
from unittest.mock import patch

from odoo import fields

from odoo.addons.payment_bridge.connector.errors import NotSent, Rejected
from odoo.addons.payment_bridge.connector.types import Operation, OutcomeStatus, Receipt

from .canned import CannedConnector
from .common import StatementCase

PDF = b"%PDF-1.7\n" + b"receipt of one payment " * 8


class TestReceipts(StatementCase):
    def setUp(self):
        super().setUp()
        able = dataclasses.replace(
            CannedConnector.capabilities,
            operations=CannedConnector.capabilities.operations | {Operation.RECEIPT},
        )
        self.answers, self.asked = [], []

        def receipt(_connector, reference, handle=None):
            self.asked.append((reference.key, handle))
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        for name, value in (("capabilities", able), ("receipt", receipt)):
            patcher = patch.object(CannedConnector, name, value)
            patcher.start()
            self.addCleanup(patcher.stop)

    def fetch(self, *answers):
        self.answers += answers
        waiting = self.env["payment.bridge.receipt"].sudo().search([("state", "!=", "fetched")])
        waiting.next_try_at = fields.Datetime.now()
        self.run_cron("payment_bridge_reconcile.cron_receipt")
        self.env.invalidate_all()

    def documents(self, payment):
        return self.env["ir.attachment"].search(
            [("res_model", "=", "account.payment"), ("res_id", "=", payment.id), ("mimetype", "=", "application/pdf")]
        )

    def test_receipt_is_applied_for_awaited_and_attached(self):
        payment = self.pay(100).payment_id
        self.fetch(Receipt(handle="H1"))
        self.assertEqual((payment.bridge_receipt_ids.state, payment.bridge_receipt_ids.handle), ("waiting", "H1"))
        self.fetch(Receipt(handle="H1", name="r.pdf", content=PDF))
        self.assertEqual([handle for _key, handle in self.asked], [None, "H1"])
        self.assertEqual(payment.bridge_receipt_state, "fetched")
        self.assertEqual((self.documents(payment).raw, self.documents(payment).name), (PDF, "r.pdf"))

    def test_only_pay_outs_that_succeeded_are_expected(self):
        self.pay(100, OutcomeStatus.FAILED)
        self.order(50)
        self.fetch()
        self.assertFalse(self.asked)

    def test_fetching_again_keeps_one_document(self):
        payment = self.pay(100).payment_id
        self.fetch(Receipt(content=PDF))
        payment.action_bridge_fetch_receipt()
        self.fetch(Receipt(content=PDF))
        self.assertEqual((len(self.documents(payment)), len(self.asked)), (1, 2))

    def test_what_is_no_document_is_refused_and_asked_for_again(self):
        payment = self.pay(100).payment_id
        self.fetch(Receipt(content=b"<html>busy</html>" * 9))
        receipt = payment.bridge_receipt_ids
        self.assertEqual(receipt.state, "refused")
        self.assertIn("no PDF", receipt.message)
        self.assertTrue(receipt.next_try_at)
        self.fetch(Receipt(content=b"%PDF-"))
        self.assertIn("5 bytes", receipt.message)
        self.fetch(Receipt(content=PDF))
        self.assertEqual((receipt.state, receipt.message), ("fetched", False))

    def test_the_document_of_another_payment_is_refused(self):
        first, second = self.pay(100).payment_id, self.pay(40).payment_id
        self.fetch(Receipt(content=PDF), Receipt(content=PDF))
        states = (first | second).bridge_receipt_ids.mapped("state")
        self.assertEqual(sorted(states), ["fetched", "refused"])
        self.assertEqual(len(self.documents(first) | self.documents(second)), 1)

    def test_failures_wait_longer_and_a_refused_handle_is_forgotten(self):
        payment = self.pay(100).payment_id
        self.fetch(Receipt(handle="H1"))
        self.fetch(NotSent("no line"))
        receipt = payment.bridge_receipt_ids
        self.assertEqual((receipt.state, receipt.handle), ("waiting", "H1"))
        self.assertGreater(receipt.next_try_at, fields.Datetime.now())
        self.fetch(Rejected("gone", code="FAIL"))
        self.assertFalse(receipt.handle)

    def test_two_workers_do_not_ask_for_the_same_one(self):
        self.pay(100)
        receipts = self.env["payment.bridge.receipt"].sudo()
        receipts._expect(self.channel)
        self.assertTrue(receipts._claim_due(self.channel))
        self.assertFalse(receipts._claim_due(self.channel))
