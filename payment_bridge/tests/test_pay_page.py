"""The doors for customers: a link nobody can guess, ways that fit, a page that says when it is paid."""

import json
from datetime import timedelta
from urllib.parse import urlsplit

from odoo import fields
from odoo.tests import HttpCase, tagged

from .common import BridgeCommon, ObedientConnector


@tagged("post_install", "-at_install")
class TestPayPage(BridgeCommon, HttpCase):
    def setUp(self):
        super().setUp()
        ObedientConnector.reset()
        self.invoice = self.make_invoice(88)
        self.invoice._portal_ensure_token()

    def choose(self, **values):
        """Press a button of the invoice's portal page."""
        page = self.url_open(self.portal_path())
        token = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
        data = {
            "csrf_token": token,
            "access_token": self.invoice.access_token,
            "channel_id": self.channel.id,
            "method": "qr",
            **values,
        }
        return self.url_open(f"/payment_bridge/invoice/{self.invoice.id}/collect", data=data, allow_redirects=False)

    def portal_path(self):
        return f"/my/invoices/{self.invoice.id}?access_token={self.invoice.access_token}"

    def state_of(self, instruction):
        path = urlsplit(instruction.sudo()._page_url()).path
        answer = self.url_open(
            f"{path}/state", data=json.dumps({"params": {}}), headers={"Content-Type": "application/json"}
        )
        return answer.json()["result"]

    def test_the_portal_offers_the_ways_that_fit_and_leads_to_the_code(self):
        page = self.url_open(self.portal_path()).text
        self.assertTrue("Pay now" in page and 'data-method="qr"' in page, "the portal page offers nothing")
        answer = self.choose()
        self.assertIn("/payment_bridge/pay/", answer.headers["Location"])
        instruction = self.invoice.bridge_instruction_ids
        self.assertEqual(self.state_of(instruction)["state"], "queued")
        self.dispatch_urgent()
        state = self.state_of(instruction)
        self.assertEqual((state["state"], state["kind"]), ("processing", "qr"))
        self.assertTrue(state["qr"].startswith("data:image/svg"))
        shown = self.url_open(urlsplit(instruction.sudo()._page_url()).path).text
        self.assertTrue("o_payment_bridge_code" in shown, "the page shows no code")
        self.assertTrue("88.00" in shown, "the page does not say how much")

    def test_pressing_twice_is_one_offer(self):
        self.choose()
        self.choose()
        self.assertEqual(len(self.invoice.bridge_instruction_ids), 1)

    def test_the_pages_say_when_it_is_paid(self):
        self.choose()
        instruction = self.invoice.bridge_instruction_ids
        self.dispatch_urgent()
        ObedientConnector.customer_pays(instruction.key)
        self.query(instruction)
        state = self.state_of(instruction)
        self.assertEqual((state["state"], state["over"]), ("succeeded", True))
        self.assertTrue("payment_bridge_paid" in self.url_open(self.portal_path()).text)

    def test_looking_asks_the_platform_when_a_question_is_due(self):
        self.choose()
        instruction = self.invoice.bridge_instruction_ids
        self.dispatch_urgent()
        instruction.sudo()._set(next_query_at=fields.Datetime.now() - timedelta(seconds=1))
        self.env.flush_all()
        self.state_of(instruction)
        cron = self.env.ref("payment_bridge.cron_query")
        self.assertTrue(self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]))

    def test_strangers_find_nothing(self):
        self.assertEqual(self.url_open("/payment_bridge/pay/guessed").status_code, 404)
        answer = self.choose(access_token="guessed")
        self.assertEqual(urlsplit(answer.headers["Location"]).path, "/my")
        self.assertFalse(self.invoice.bridge_instruction_ids)

    def test_a_way_that_does_not_fit_leads_back(self):
        answer = self.choose(method="nothing")
        self.assertIn("/my/invoices/", answer.headers["Location"])
        other = self.make_channel("Hidden", collect_on_portal=False)
        self.env.flush_all()
        answer = self.choose(channel_id=other.id)
        self.assertIn("/my/invoices/", answer.headers["Location"])
        self.assertFalse(self.invoice.bridge_instruction_ids)

    def test_a_request_from_another_site_is_refused(self):
        answer = self.choose(csrf_token="forged")
        self.assertEqual(answer.status_code, 400)
        self.assertFalse(self.invoice.bridge_instruction_ids)
