"""Attacks through the web: without a log-in, from another site, by number, in floods."""

import json

from odoo import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ...models.payment_bridge_notification import REFUSED_KEPT_BYTES, REFUSED_PER_HOUR
from ..approval_common import ApprovalCommon
from ..rights_samples import RightsSamples
from ..roles import give_roles


@tagged("post_install", "-at_install")
class TestWebDoor(RightsSamples, ApprovalCommon, HttpCase):
    def call(self, model, method, *arguments, **headers):
        """What a browser or a program would send."""
        params = {"model": model, "method": method, "args": arguments, "kwargs": {}}
        return self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            data=json.dumps({"jsonrpc": "2.0", "id": 1, "method": "call", "params": params}),
            headers={"Content-Type": "application/json", **headers},
        )

    def login(self, user):
        user.sudo().password = f"{user.login}-password"
        self.authenticate(user.login, f"{user.login}-password")

    def test_without_a_log_in_nothing_is_decided_sent_or_read(self):
        self.make_rule(self.ann)
        payment = self.submit()
        self.env.flush_all()
        with mute_logger("odoo.http"):
            for model, method, arguments in (
                ("account.payment", "action_bridge_approve", [payment.ids]),
                ("account.payment", "action_post", [payment.ids]),
                ("payment.bridge.approval", "search_read", [[]]),
                ("payment.bridge.channel", "action_read_balance", [self.channel.ids]),
                ("payment.bridge.credential", "search_read", [[]]),
            ):
                self.assertIn("error", self.call(model, method, *arguments).json(), method)
        for path in (f"/payment_bridge/proof/{payment.id}", "/payment_bridge/root/1", "/payment_bridge/trail/1"):
            answer = self.url_open(path, allow_redirects=False)
            self.assertIn(answer.status_code, (303, 302), path)
            self.assertIn("/web/login", answer.headers["Location"])
        self.assertWaits(payment)

    def test_another_site_makes_no_browser_decide(self):
        """A foreign page can send a form or plain text with the user's cookies, not JSON; and a link is a GET."""
        self.make_rule(self.ann)
        payment = self.submit()
        self.login(self.ann)
        body = json.dumps(
            {"params": {"model": "account.payment", "method": "action_bridge_approve", "args": [payment.ids]}}
        )
        path = "/web/dataset/call_kw/account.payment/action_bridge_approve"
        with mute_logger("odoo.http"):
            for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
                answer = self.url_open(
                    path, data=body, headers={"Content-Type": kind, "Origin": "https://evil.example"}
                )
                self.assertNotIn('"result"', answer.text, kind)
            self.assertNotIn('"result"', self.url_open(path).text)
            answer = self.url_open(
                f"/payment_bridge/invoice/{self.make_invoice(5).id}/collect",
                data={"channel_id": self.channel.id, "method": "qr"},
                headers={"Origin": "https://evil.example"},
            )
        self.assertEqual(answer.status_code, 400)
        self.assertWaits(payment)

    def test_the_trail_of_another_company_is_not_downloaded_by_its_number(self):
        samples = self.make_samples()
        root, payment = samples["payment.bridge.audit.root"], samples["account.payment"]
        other = self.env["res.company"].create({"name": "B"})
        stranger = self.person("stranger")
        stranger.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        give_roles(stranger, "auditor")
        self.login(stranger)
        with mute_logger("odoo.http"):
            for path in (
                f"/payment_bridge/root/{root.id}",
                f"/payment_bridge/trail/{root.id}",
                f"/payment_bridge/consistency/{root.id}",
                f"/payment_bridge/proof/{payment.id}",
                "/payment_bridge/root/999999999",
                "/payment_bridge/proof/-1",
            ):
                answer = self.url_open(path, allow_redirects=False)
                self.assertNotEqual(answer.status_code, 200, path)
                self.assertNotIn(root.root_hash, answer.text)

    def test_what_is_downloaded_of_the_trail_is_told_to_the_trail(self):
        samples = self.make_samples()
        auditor = self.person("aud", "auditor")
        self.login(auditor)
        self.assertEqual(
            self.url_open(f"/payment_bridge/root/{samples['payment.bridge.audit.root'].id}").status_code, 200
        )
        self.env.invalidate_all()
        event = self.env["payment.bridge.audit.event"].sudo().search([("event", "=", "trail.downloaded")], limit=1)
        self.assertEqual(event.user_id, auditor)

    def test_a_flood_of_forged_messages_fills_nothing_and_moves_nothing(self):
        payment = self.submit()
        key = payment.sudo().bridge_instruction_id.key
        token = self.channel.sudo().notify_token
        forged = {"id": "f", "key": key, "status": "succeeded", "amount": "100", "signature": "guessed"}
        self.env.flush_all()
        with mute_logger("odoo.addons.payment_bridge.models.payment_bridge_notification"):
            for number in range(REFUSED_PER_HOUR + 20):
                body = json.dumps({**forged, "id": str(number), "filler": "x" * (2 * REFUSED_KEPT_BYTES)})
                answer = self.url_open(
                    f"/payment_bridge/notify/{token}", data=body, headers={"Content-Type": "application/json"}
                )
                self.assertNotEqual(answer.text, "success")
        self.env.invalidate_all()
        kept = self.env["payment.bridge.notification"].sudo().search([("channel_id", "=", self.channel.id)])
        self.assertEqual((len(kept), set(kept.mapped("state"))), (REFUSED_PER_HOUR, {"refused"}))
        self.env.cr.execute("SELECT max(length(body)) FROM payment_bridge_notification WHERE state = 'refused'")
        self.assertLessEqual(self.env.cr.fetchone()[0], REFUSED_KEPT_BYTES)
        self.run_job("payment.bridge.notification", "_cron_process")
        self.assertEqual(payment.sudo().bridge_instruction_id.state, "queued")

    def test_a_genuine_message_sent_again_and_again_is_one_message(self):
        payment = self.submit()
        self.dispatch()
        instruction = payment.sudo().bridge_instruction_id
        body = json.dumps(
            {"id": "once", "key": instruction.key, "status": "succeeded", "amount": "100.00", "signature": "right"}
        )
        self.env.flush_all()
        events = self.env["payment.bridge.audit.event"].sudo()
        for _time in range(30):
            self.url_open(f"/payment_bridge/notify/{self.channel.sudo().notify_token}", data=body)
        self.env.invalidate_all()
        for _time in range(2):
            self.run_job("payment.bridge.notification", "_cron_process")
        kept = self.env["payment.bridge.notification"].sudo().search([("event_id", "=", "once")])
        self.assertEqual((len(kept), kept.times_received), (1, 30))
        told = events.search([("event", "=", "instruction.succeeded"), ("record_id", "=", instruction.id)])
        self.assertEqual(len(told), 1)

    def test_a_message_of_one_channel_sent_to_another_moves_nothing(self):
        other = self.make_channel("Other")
        payment = self.submit()
        key = payment.sudo().bridge_instruction_id.key
        body = json.dumps({"id": "x", "key": key, "status": "succeeded", "amount": "100.00", "signature": "right"})
        self.env.flush_all()
        self.url_open(f"/payment_bridge/notify/{other.sudo().notify_token}", data=body)
        self.env.invalidate_all()
        self.run_job("payment.bridge.notification", "_cron_process")
        self.assertEqual(payment.sudo().bridge_instruction_id.state, "queued")
        self.assertTrue(self.env["payment.bridge.discrepancy"].search([("kind", "=", "foreign")]))

    def test_the_page_of_an_offer_tells_nothing_of_payees_and_lets_nobody_act(self):
        payment = self.submit()
        instruction = payment.sudo().bridge_instruction_id
        self.env.flush_all()
        for suffix in ("", "/content"):
            answer = self.url_open(f"/payment_bridge/pay/{instruction.access_token}{suffix}")
            self.assertNotIn("wallet-0001", answer.text)
        with mute_logger("odoo.http"):
            answer = self.url_open(
                f"/payment_bridge/pay/{instruction.access_token}/state",
                data=json.dumps({"params": {"state": "succeeded"}}),
                headers={"Content-Type": "application/json"},
            )
        self.assertNotIn("wallet-0001", answer.text)
        self.assertEqual(instruction.state, "queued")
