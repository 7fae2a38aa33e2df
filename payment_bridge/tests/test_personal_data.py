"""What is known about a person is handed out, and erased as far as the law allows."""

import base64
import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL

from .approval_common import ApprovalCommon


@tagged("post_install", "-at_install")
class TestPersonalData(ApprovalCommon):
    def setUp(self):
        super().setUp()
        self.officer = self.person("officer", "officer")
        self.payment = self.pay(self.make_bill(100))
        self.dispatch()
        self.order = self.payment.sudo().bridge_instruction_id
        self.env["payment.bridge.exchange"].sudo()._keep(self.channel, [self.exchange()], self.order)

    def exchange(self):
        from ..connector.transport import Exchange

        return Exchange(
            label="pay_out",
            method="POST",
            url="https://obedient.example",
            request="to wallet-0001",
            started_at=fields.Datetime.now(),
            elapsed_ms=1,
            status=200,
            response="paid Paper Mill Ltd",
        )

    def wizard(self, user=None, **values):
        opened = self.vendor.with_user(user or self.officer).action_bridge_personal_data()
        wizard = self.env["payment.bridge.personal.data"].with_user(user or self.officer).browse(opened["res_id"])
        wizard.write(values)
        return wizard

    def term_is_over(self):
        self.company.bridge_retention_years = 1
        self.env.flush_all()
        self.env.cr.execute(
            SQL("UPDATE account_move SET date = date - 800 WHERE commercial_partner_id = %s", self.vendor.id)
        )
        self.env.invalidate_all()

    def everything(self):
        """All that the tables of Payment Bridge say about the payee's orders, as text."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT (SELECT string_agg(to_jsonb(o)::text, '') FROM payment_bridge_instruction o WHERE id = %s)
                    || (SELECT string_agg(to_jsonb(e)::text, '') FROM payment_bridge_exchange e
                         WHERE instruction_id = %s)
                    || (SELECT string_agg(to_jsonb(b)::text, '') FROM res_partner_bank b WHERE partner_id = %s)
                    || (SELECT to_jsonb(p)::text FROM res_partner p WHERE id = %s)
                """,
                self.order.id,
                self.order.id,
                self.vendor.id,
                self.vendor.id,
            )
        )
        return self.env.cr.fetchone()[0]

    def test_everything_that_is_kept_is_handed_out(self):
        wizard = self.wizard()
        wizard.action_export()
        data = json.loads(base64.b64decode(wizard.file))
        self.assertEqual(data["accounts"][0]["acc_number"], "wallet-0001")
        self.assertEqual(data["orders"][0]["payee_account"], "wallet-0001")
        self.assertEqual(data["contacts"][0]["name"], "Paper Mill")
        self.assertEqual(data["messages"][0]["request_text"], "to wallet-0001")
        event = self.env["payment.bridge.audit.event"].search([("event", "=", "personal_data.exported")])
        self.assertEqual(json.loads(event.content)["details"]["orders"], 1)
        self.assertNotIn("Paper Mill", event.content)

    def test_within_the_term_only_what_passed_over_the_wire_goes(self):
        exchange = self.order.exchange_ids.filtered("request_text")
        hashes = exchange.mapped("request_hash")
        wizard = self.wizard(reason="Asked by letter.")
        self.assertTrue(wizard.kept_until > fields.Date.today())
        wizard.action_erase()
        self.env.invalidate_all()
        self.assertFalse(any(exchange.mapped("request_text")) or any(exchange.mapped("response_text")))
        self.assertEqual(exchange.mapped("request_hash"), hashes)
        self.assertEqual((self.order.payee_account, self.vendor.name), ("wallet-0001", "Paper Mill"))

    def test_after_the_term_nothing_names_the_person_and_the_books_and_the_chain_stand(self):
        self.run_job("payment.bridge.audit.event", "_cron_seal")
        move, residual = self.payment.move_id, self.payment.move_id.line_ids.mapped("balance")
        self.term_is_over()
        self.wizard(reason="Asked by letter.").action_erase()
        self.env.invalidate_all()
        text = self.everything()
        for name in ("wallet-0001", "Paper Mill"):
            self.assertNotIn(name, text)
        self.assertEqual((move.state, move.line_ids.mapped("balance")), ("posted", residual))
        self.assertEqual((self.order.amount, self.order.state), (100, "succeeded"))
        self.assertFalse(self.vendor.active)
        self.run_job("payment.bridge.audit.event", "_cron_seal")
        self.assertIsNone(self.env["payment.bridge.audit.event"]._verify_company(self.company.id))

    def test_names_go_out_of_what_checks_have_found(self):
        rules = self.env["payment.bridge.check.rule"].sudo()
        rules.search([("company_id", "=", self.company.id), ("code", "=", "account_name")]).mode = "warn"
        self.account.acc_holder_name = "Quiet Holder"
        self.env["payment.bridge.check"].sudo()._run(self.payment, "prepared")
        found = self.payment.bridge_check_ids.filtered(lambda one: one.code == "account_name")
        self.assertIn("held by Quiet Holder, the vendor is Paper Mill", found.sentence)
        self.term_is_over()
        self.wizard(reason="Asked by letter.").action_erase()
        self.env.invalidate_all()
        self.assertIn("held by …, the vendor is …", found.sentence)

    def test_nothing_is_erased_while_something_is_under_way(self):
        self.term_is_over()
        self.make_rule(self.ann)
        self.submit(50)
        with self.assertRaisesRegex(UserError, "under way"):
            self.wizard(reason="Asked by letter.").action_erase()
        self.assertIn("wallet-0001", self.everything())

    def test_who_is_on_a_list_is_not_forgotten(self):
        self.term_is_over()
        one = self.env["payment.bridge.screening.list"].sudo().create({"name": "Own", "format": "own_csv"})
        one._load("own.csv", b"reference,name\nX1,Paper Mill\n")
        self.env["payment.bridge.screening"]._screen(self.vendor, self.company)
        with self.assertRaisesRegex(UserError, "on a list"):
            self.wizard(reason="Asked by letter.").action_erase()

    def test_only_an_officer_does_it_and_says_why(self):
        with self.assertRaisesRegex(UserError, "Screening Officer"):
            self.vendor.with_user(self.clerk).action_bridge_personal_data()
        with self.assertRaisesRegex(UserError, "Write down"):
            self.wizard(reason=" ").action_erase()

    def test_the_term_follows_the_country_and_may_be_set(self):
        self.company.country_id = self.env.ref("base.de")
        self.assertEqual(self.company.bridge_retention_years, 10)
        self.company.bridge_retention_years = 12
        self.assertTrue(self.env["payment.bridge.audit.event"].search([("event", "=", "retention.changed")]))

    def test_old_wire_texts_go_by_themselves_and_their_hashes_stay(self):
        exchange = self.order.exchange_ids.filtered("request_text")
        self.env.cr.execute(
            SQL(
                "UPDATE payment_bridge_exchange SET started_at = %s WHERE id = ANY(%s)",
                fields.Datetime.now() - timedelta(days=181),
                exchange.ids,
            )
        )
        self.run_job("payment.bridge.exchange", "_cron_retention")
        self.assertFalse(any(exchange.mapped("request_text")))
        self.assertTrue(all(exchange.mapped("request_hash")))
