"""Everything about one payment: on a page, and as a proof that the other party checks without this software."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from markupsafe import escape

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from ..models.event_words import event_title
from .trail_common import TrailCommon

VERIFY = Path(__file__).parents[2] / "setup" / "verify-trail"


def verify(*files, key=None):
    """Run the standalone program on texts; answers its exit code and what it printed."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, text in enumerate(files):
            paths.append(Path(folder) / f"file-{number}")
            paths[-1].write_bytes(text if isinstance(text, bytes) else text.encode())
        command = [sys.executable, "-I", str(VERIFY), *map(str, paths), *(("--key", key) if key else ())]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr


@tagged("post_install", "-at_install")
class TestDossier(TrailCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.roots = self.env["payment.bridge.audit.root"].sudo()
        self.payment = self.pay(self.make_bill(123))
        self.dispatch()
        self.auditor = self.person("auditor")

    def person(self, role):
        """Somebody with one role who can log in."""
        return self.env["res.users"].create(
            {
                "name": role,
                "login": f"trail-{role}",
                "password": f"trail-{role}",
                "company_id": self.company.id,
                "company_ids": [Command.set(self.company.ids)],
                "group_ids": [Command.set(self.env.ref(f"payment_bridge.group_{role}").ids)],
            }
        )

    def sign(self):
        self.seal()
        return self.roots._sign(self.company)

    def page(self, user=None):
        """The printed page as HTML."""
        report = self.env["ir.actions.report"].with_user(user or self.env.user)
        return report._render_qweb_html("payment_bridge.payment_dossier", self.payment.ids)[0].decode()

    # -- the page -----------------------------------------------------------

    def test_the_page_tells_who_when_what_was_checked_said_and_booked(self):
        self.sign()
        page = self.page(self.auditor)
        instruction = self.payment.bridge_instruction_id
        for text in (
            self.payment.name,
            self.vendor.name,
            instruction.payee_account_masked,
            self.payment.bridge_reservation_ids.bill_id.name,
            self.env.user.name,
            instruction.key,
            instruction.platform_reference,
            self.payment.move_id.name,
            "123.00",
            self.roots._newest_of(self.company).root_hash,
        ):
            self.assertIn(text, page)
        self.assertNotIn(instruction.sudo().payee_account, page.replace(instruction.payee_account_masked, ""))

    def test_the_page_says_what_each_check_found_and_names_events_in_words(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.assertTrue(self.payment.bridge_check_ids)
        for lang in ("en_US", "zh_CN"):
            payment = self.payment.with_context(lang=lang)
            page = self.env["ir.actions.report"].with_context(lang=lang)
            page = page._render_qweb_html("payment_bridge.payment_dossier", payment.ids)[0].decode()
            for check in payment.bridge_check_ids:
                self.assertIn(check.label, page)
            for event in payment._bridge_trail_events():
                title = event_title(payment.env, event.event)
                self.assertNotIn(".", title, f"{event.event} has no words")
                self.assertIn(str(escape(title)), page)

    def test_hostile_words_stay_words_on_the_page(self):
        self.vendor.name = "<script>alert(1)</script> {{ 7*7 }} ${7*7}"
        page = self.page()
        self.assertNotIn("<script>alert(1)", page)
        self.assertIn("&lt;script&gt;alert(1)", page)
        self.assertIn("{{ 7*7 }}", page)

    def test_another_companys_payment_is_not_printed(self):
        stranger = self.auditor.copy({"login": "stranger-trail"})
        other = self.env["res.company"].create({"name": "Another"})
        stranger.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        with self.assertRaises(AccessError):
            self.page(stranger)

    # -- proofs -------------------------------------------------------------

    def test_the_other_party_verifies_a_payment_without_our_software(self):
        root = self.sign()
        proof = self.payment._bridge_proof()
        code, told = verify(proof, key=root.fingerprint)
        self.assertEqual(code, 0, told)
        self.assertIn("instruction.succeeded", told)
        self.assertIn(self.payment.bridge_instruction_id.key, told)
        self.assertIn(self.payment.name, told)

    def test_a_changed_proof_is_refused(self):
        root = self.sign()
        proof = json.loads(self.payment._bridge_proof())

        def changed(change):
            values = json.loads(json.dumps(proof))
            change(values)
            return json.dumps(values)

        def amount(values):
            values["events"][0]["link"] = values["events"][0]["link"].replace("123.00", "923.00")

        def place(values):
            values["events"][0]["link"] = values["events"][1]["link"]

        def path(values):
            values["events"][0]["path"] = values["events"][0]["path"][:-1]

        def statement(values):
            values["root"]["statement"] = values["root"]["statement"].replace(str(root.size), str(root.size + 1))

        for change in (amount, place, path, statement):
            code, told = verify(changed(change))
            self.assertEqual(code, 1, f"{change.__name__}: {told}")
        self.assertEqual(verify(json.dumps(proof), key="0" * 64)[0], 1, "another key")

    def test_a_proof_tells_of_later_events_and_a_payment_without_root_has_none_yet(self):
        with self.assertRaises(UserError):
            self.payment.action_bridge_proof()
        self.sign()
        self.events._record("payment.noted", self.payment)
        code, told = verify(self.payment._bridge_proof())
        self.assertEqual(code, 0, told)
        self.assertIn("1 later events", told)

    def test_what_colleagues_wrote_stays_inside(self):
        discrepancy = self.env["payment.bridge.discrepancy"]._raise(
            "amount", key="k", summary="odd", instruction=self.payment.bridge_instruction_id
        )
        discrepancy.resolution = "we suspect fraud"
        discrepancy.action_resolve()
        self.sign()
        self.assertIn("we suspect fraud", self.page())
        self.assertNotIn("we suspect fraud", self.payment._bridge_proof())

    def test_a_root_is_proved_to_continue_the_one_before(self):
        self.sign()
        self.pay(self.make_bill(50))
        newer = self.sign()
        proof = newer._consistency_proof()
        self.assertEqual(verify(proof)[0], 0)
        values = json.loads(proof)
        values["path"][0] = "0" * 64
        self.assertEqual(verify(json.dumps(values))[0], 1)

    # -- downloads ----------------------------------------------------------

    def test_an_auditor_downloads_a_trail_that_verifies(self):
        older = self.sign()
        self.pay(self.make_bill(50))
        root = self.sign()
        self.authenticate("trail-auditor", "trail-auditor")
        trail = self.url_open(f"/payment_bridge/trail/{root.id}")
        self.assertEqual(trail.status_code, 200)
        lone = self.url_open(f"/payment_bridge/root/{older.id}").content
        code, told = verify(trail.content, lone, key=root.fingerprint)
        self.assertEqual(code, 0, told)
        proof = self.url_open(f"/payment_bridge/proof/{self.payment.id}")
        self.assertEqual(verify(proof.content)[0], 0)
        self.assertEqual(verify(self.url_open(f"/payment_bridge/consistency/{root.id}").content)[0], 0)
        told = self.events.search([("event", "in", ("trail.downloaded", "proof.handed_out"))])
        self.assertEqual(told.user_id, self.auditor)
        self.assertEqual(len(told), 4)
        self.assertEqual(root.delivery_ids.mapped("way"), ["download", "download"])

    def test_others_download_nothing(self):
        root = self.sign()
        ways = [f"/payment_bridge/{what}/{root.id}" for what in ("root", "trail", "consistency")]
        ways.append(f"/payment_bridge/proof/{self.payment.id}")
        self.person("clerk")
        for login in (None, "trail-clerk"):
            self.authenticate(login, login)
            for way in ways:
                answer = self.url_open(way, allow_redirects=False)
                self.assertIn(answer.status_code, (303, 403), f"{login} {way}")
        self.authenticate("trail-auditor", "trail-auditor")
        self.assertEqual(self.url_open("/payment_bridge/root/999999999").status_code, 404)
