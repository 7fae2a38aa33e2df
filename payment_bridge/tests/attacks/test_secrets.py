"""Attempts to read what nobody reads: keys, payment codes, tokens, raw messages and payees' numbers."""

import base64
import json
import logging

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..approval_common import ApprovalCommon
from ..rights_samples import RightsSamples

SECRET = "the-secret-of-the-merchant-0001"
UNREADABLE = (
    ("payment.bridge.credential", "sealed_value"),
    ("payment.bridge.audit.key", "sealed_private"),
    ("payment.bridge.change.request", "sealed_value"),
    ("payment.bridge.change.request", "values"),
    ("payment.bridge.change.request", "before"),
    ("payment.bridge.instruction", "payee_account"),
    ("payment.bridge.instruction", "payee_registration"),
    ("payment.bridge.instruction", "auth_code"),
    ("payment.bridge.instruction", "access_token"),
    ("payment.bridge.instruction", "action_fields"),
    ("payment.bridge.instruction", "payer_ip"),
    ("payment.bridge.instruction", "released_parts"),
    ("payment.bridge.approval", "part_digests"),
    ("payment.bridge.notification", "body"),
    ("payment.bridge.notification", "headers"),
    ("payment.bridge.notification", "query_string"),
    ("payment.bridge.channel", "notify_token"),
    ("res.partner.bank", "bridge_evidence_number"),
)


@tagged("post_install", "-at_install")
class TestSecrets(RightsSamples, ApprovalCommon):
    def asked(self, record, name):
        """Every question to which the value of a field, or a part of it, could be the answer."""
        ids = [("id", "=", record.id)]
        plain = record._fields[name].type in ("char", "text")
        return {
            "read": lambda: record.read([name]),
            "web_read": lambda: record.web_read({name: {}}),
            "search_read": lambda: record.search_read(ids, [name]),
            "export": lambda: record.export_data([name]),
            "set": lambda: record.search([(name, "!=", False)]),
            "like": lambda: record.search([(name, "=like", "a%")]) if plain else record.search([(name, "=", "a")]),
            "order": lambda: record.search(ids, order=name),
            "group": lambda: record.formatted_read_group(ids, [name], ["__count"]),
            "aggregate": lambda: record.formatted_read_group(ids, [], [f"{name}:max" if plain else f"{name}:count"]),
            "onchange": lambda: record.onchange({name: "x"}, [name], {name: {}}),
            "write": lambda: record.write({name: "x"}),
            "import": lambda: self._load(record, name),
            "create": lambda: record.create({name: "x"}),
        }

    def _load(self, record, name):
        answer = record.load([".id", name], [[str(record.id), "x"]])
        if answer["messages"]:
            raise AccessError(answer["messages"][0]["message"])

    def test_a_secret_field_answers_no_question(self):
        samples = self.make_samples()
        people = [self.clerk, self.ann, self.admin, self.person("aud", "auditor"), self.person("off", "officer")]
        for model, name in UNREADABLE:
            for user in people:
                record = samples[model].with_user(user)
                for question, attempt in self.asked(record, name).items():
                    asked = (user.name, model, name, question)
                    with self.assertRaises(UserError, msg=asked), self.env.cr.savepoint():
                        attempt()
                        self.env.flush_all()
                    self.env.invalidate_all()

    def test_the_way_over_another_model_is_no_way(self):
        """A path in a domain, a group or an export is judged at each of its steps."""
        samples = self.make_samples()
        payment = samples["account.payment"].with_user(self.person("aud", "auditor"))
        for path, value in (
            ("bridge_instruction_id.payee_account", "wallet-0001"),
            ("bridge_instruction_id.access_token", "x"),
            ("bridge_channel_id.notify_token", "x"),
            ("bridge_channel_id.credential_ids.sealed_value", "x"),
            ("bridge_approval_ids.part_digests", "x"),
        ):
            with self.assertRaises(AccessError, msg=path):
                payment.search([(path, "=", value)])
            with self.assertRaises(UserError, msg=path):
                payment.export_data([path.replace(".", "/")])
        with self.assertRaises(UserError):
            payment.formatted_read_group([], ["bridge_instruction_id.payee_account"], ["__count"])

    def test_a_secret_leaves_no_trace_in_attachments_messages_logs_or_the_trail(self):
        secret = self.channel.credential_ids.filtered(lambda one: one.name == "secret").with_user(self.admin)
        with self.assertLogs(logging.getLogger(), logging.INFO) as log:
            logging.getLogger().info("so that there is something")
            secret.value = SECRET
            entry = self.env["payment.bridge.credential.entry"].with_user(self.admin)
            made = entry.create(
                {"credential_id": secret.id, "file": base64.b64encode(SECRET.encode()), "file_name": "key.pem"}
            )
            made.action_save()
            self.assertNotIn(SECRET, json.dumps(made.read(), default=str))
            with self.assertRaises(UserError):
                self.channel.with_user(self.clerk).action_pause()
            self.env.flush_all()
        self.assertNotIn(SECRET, "\n".join(log.output))
        self.assertEqual(self.channel.credential_ids._clear_values()["secret"], SECRET)
        for table, column in (
            ("ir_attachment", "db_datas"),
            ("mail_message", "body"),
            ("mail_tracking_value", "new_value_text"),
            ("payment_bridge_audit_event", "content"),
            ("payment_bridge_credential", "plain_value"),
            ("payment_bridge_credential", "sealed_value"),
            ("payment_bridge_credential_entry", "file_name"),
        ):
            self.env.cr.execute(f"SELECT count(*) FROM {table} WHERE {column}::text LIKE %s", (f"%{SECRET}%",))
            self.assertEqual(self.env.cr.fetchone()[0], 0, (table, column))
        files = (
            self.env["ir.attachment"].sudo().search([("create_date", ">=", "2000-01-01")], order="id desc", limit=20)
        )
        self.assertFalse([one for one in files if SECRET.encode() in (one.raw or b"")])

    def test_a_secret_under_four_eyes_is_seen_by_neither_of_the_two(self):
        self.company.bridge_four_eyes = True
        secret = self.channel.credential_ids.filtered(lambda one: one.name == "secret")
        secret.with_user(self.admin).value = SECRET
        request = self.env["payment.bridge.change.request"].search([("state", "=", "waiting")])
        for user in (self.admin, self.second_admin):
            seen = request.with_user(user)
            shown = json.dumps([seen.read(), seen.message_ids.sudo().mapped("body")], default=str)
            self.assertNotIn(SECRET, shown)
        request.with_user(self.second_admin).action_apply()
        self.assertFalse(request.sudo().sealed_value)

    def test_a_payment_code_is_not_kept_after_it_was_charged(self):
        invoice = self.make_invoice(50)
        wizard = self.env["payment.bridge.charge"].with_user(self.clerk)
        made = wizard.create({"invoice_id": invoice.id, "code": "7712345678"})
        self.env.invalidate_all()
        self.assertNotIn("7712345678", json.dumps(made.read(), default=str))
        self.dispatch_urgent()
        self.assertFalse(made.instruction_id.sudo().auth_code)
        self.env.cr.execute("SELECT count(*) FROM payment_bridge_audit_event WHERE content LIKE '%%7712345678%%'")
        self.assertEqual(self.env.cr.fetchone()[0], 0)

    def test_a_template_of_a_clerk_does_not_print_a_number(self):
        """What people may put into a message is what they could read."""
        composer = self.env["mail.compose.message"].with_user(self.clerk)
        for expression in ("partner_bank_id.acc_number", "bridge_instruction_id.payee_account"):
            payment = self.submit(10)
            made = composer.create(
                {
                    "model": "account.payment",
                    "res_ids": repr(payment.ids),
                    "composition_mode": "comment",
                    "body": f"<p t-out='object.{expression}'/>",
                    "partner_ids": [Command.set(self.customer.ids)],
                }
            )
            made._action_send_mail()
            bodies = payment.message_ids.sudo().mapped("body")
            self.assertFalse([body for body in bodies if "wallet-0001" in body])
