"""Strings that break programs, in every text of ours and at every door: kept as they are, or refused in words."""

import json
from pathlib import Path
from urllib.parse import quote

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..approval_common import ApprovalCommon
from ..rights_samples import RightsSamples

BLNS = next(
    (up / "shared/testdata/strings/blns.json" for up in Path(__file__).resolve().parents if (up / "shared").is_dir()),
    Path(),
)
OWN = (
    "\x00",
    "a\x00b",
    "\ud83d",
    "\u202egnp.exe",
    "=1+1",
    "${7*7}",
    "{{7*7}}",
    "%s%n",
    "%(name)s",
    "\r\nX: y",
    "a" * 5000,
)


def naughty():
    """The public list where it is, and some of our own."""
    return (*OWN, *(json.loads(BLNS.read_text(encoding="utf-8")) if BLNS.is_file() else ()))


@tagged("post_install", "-at_install")
class TestNaughtyStrings(RightsSamples, ApprovalCommon, HttpCase):
    def setUp(self):
        super().setUp()
        if not BLNS.is_file():
            self.skipTest("the shared list of naughty strings is not there")

    def test_every_text_that_people_write_keeps_them_or_refuses_them_in_words(self):
        samples = self.make_samples()
        samples["payment.bridge.discrepancy"].sudo().state = "open"
        samples.update(self.make_dialogs(samples))
        kept = refused = 0
        for model in self.env.registry.descendants(["payment.bridge.plain.text"], "_inherit"):
            if model not in samples:
                continue
            record = samples[model].sudo()
            for name in sorted(record._plain_text_fields()):
                for text in naughty():
                    try:
                        with self.env.cr.savepoint():
                            record.write({name: text})
                            self.env.flush_all()
                            record.invalidate_recordset()
                            self.assertIn(record[name] or "", (text, text.encode("utf-8", "replace").decode()), model)
                            kept += 1
                    except UserError as error:
                        refused += 1
                        self.assertTrue(str(error).strip(), (model, name))
        self.assertGreater(kept, 2000)
        self.assertGreater(refused, 10)

    def test_payees_names_and_memos_made_of_them_are_paid_or_refused_and_shown_as_text(self):
        payment = None
        for text in naughty():
            if not text.strip() or "\x00" in text or "\ud83d" == text:
                continue
            self.vendor.sudo().name = text[:200]
            self.assertNotIn("<script>", payment.bridge_timeline if payment else "")
        self.vendor.sudo().name = "<script>alert(1)</script>"
        payment = self.submit(50, communication="<img src=x onerror=alert(1)>")
        self.dispatch()
        shown = str(payment.bridge_timeline)
        reports = self.env["ir.actions.report"]
        page = reports._render_qweb_html("payment_bridge.payment_dossier", payment.ids)[0].decode()
        for text in (shown, page, *payment.message_ids.mapped("body")):
            self.assertNotIn("<script>alert", text)
            self.assertNotIn("<img src=x", text)
        self.assertIn("&lt;script&gt;", page)

    def test_every_search_answers_them(self):
        user = self.person("aud", "auditor")
        texts = [text for text in naughty() if "\x00" not in text and "\ud83d" != text]
        for model in sorted(self.env.registry):
            if not model.startswith("payment.bridge.") or self.env[model]._abstract or self.env[model].is_transient():
                continue
            records = self.env[model].with_user(user)
            if not records.has_access("read"):
                continue
            for text in texts[::9]:
                records.name_search(text, limit=1)
                records.search_count([("display_name", "ilike", text)], limit=1)

    def test_the_doors_of_the_web_answer_them(self):
        before = self.env["payment.bridge.notification"].search_count([])
        with mute_logger("odoo.http", "werkzeug"):
            for text in naughty()[:160]:
                token = quote(text.encode("utf-8", "replace"), safe="")
                for path in (f"/payment_bridge/pay/{token}", f"/payment_bridge/pay/{token}/content"):
                    self.assertIn(self.url_open(path).status_code, (400, 404), (path, text))
                answer = self.url_open(f"/payment_bridge/notify/{token}", data=text.encode("utf-8", "replace") or b"x")
                self.assertIn(answer.status_code, (400, 404, 405), text)
        self.assertEqual(self.env["payment.bridge.notification"].search_count([]), before)
