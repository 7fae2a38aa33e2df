"""Payees' numbers are shown by their ends, asked about in vain, and shown whole to one person at a time."""

import json
import logging

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..connector.redaction import mask_account
from .common import BridgeCommon, ObedientConnector

NUMBER = "6222021001122334458"
SHOWN = "622202*********4458"
PHONE = "13800138000"
REGISTRATION = "440106199001011234"


@tagged("post_install", "-at_install")
class TestMasking(BridgeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.payee = cls.make_vendor("Zhang Wei", NUMBER, kind="bank_account")
        cls.payee.vat = REGISTRATION
        cls.account = cls.payee.bank_ids
        cls.people = {
            role: cls.person(role, f"payment_bridge.group_{role}")
            for role in ("clerk", "approver", "channel_admin", "auditor", "officer")
        }
        cls.people["accountant"] = cls.person("accountant", "account.group_account_user")
        cls.people["keeper"] = cls.person("keeper", "base.group_partner_manager")

    @classmethod
    def person(cls, name, group, company=None):
        company = company or cls.company
        return cls.env["res.users"].create(
            {
                "name": name,
                "login": f"{name}-masking",
                "company_id": company.id,
                "company_ids": [Command.set(company.ids)],
                "group_ids": [
                    Command.set([cls.env.ref(one).id for one in (group, "base.group_user", "base.group_allow_export")])
                ],
            }
        )

    def setUp(self):
        super().setUp()
        ObedientConnector.reset()

    def assertHidden(self, answer, who):
        """Neither the number nor more of it than its ends is in what was answered."""
        text = json.dumps(answer, default=str)
        self.assertNotIn(NUMBER, text, who)
        self.assertNotIn(NUMBER[5:-4], text, who)

    # -- what leaves -------------------------------------------------------------

    def test_every_way_out_shows_the_ends_only(self):
        names = ["acc_number", "sanitized_acc_number", "display_name"]
        spec = {name: {} for name in names}
        for who, user in self.people.items():
            account = self.account.with_user(user)
            self.env.invalidate_all()
            answers = [
                account.read(names),
                account.read() if who != "keeper" else [],  # who may not read its journal
                account.search_read([("id", "=", account.id)], names),
                account.web_read(spec),
                account.web_search_read([("id", "=", account.id)], spec),
                account.name_search("", domain=[("id", "=", account.id)]),
                account.export_data(names)["datas"],
                account.with_context(import_compat=False).export_data(names)["datas"],
                account.with_context(display_account_trust=True).web_read({"display_name": {}}),
            ]
            if account.has_access("write"):
                answers += [
                    account.onchange({"bank_id": False}, ["bank_id"], {"bank_id": {}, **spec}),
                    account.onchange({"acc_number": False}, ["acc_number"], spec),
                ]
            for answer in answers:
                self.assertHidden(answer, who)
            self.assertEqual(account.read(["acc_number"])[0]["acc_number"], SHOWN, who)
            self.assertEqual(account.export_data(["acc_number"])["datas"], [[SHOWN]], who)

    def test_the_way_over_other_records_shows_no_more(self):
        payment = self.pay(self.make_bill(100, self.payee))
        inner = {"fields": {"acc_number": {}, "sanitized_acc_number": {}, "display_name": {}}}
        for who, user in self.people.items():
            partner, seen = self.payee.with_user(user), payment.with_user(user)
            self.env.invalidate_all()
            answers = [
                partner.web_read({"bank_ids": inner}),
                partner.export_data(["bank_ids/acc_number", "bank_ids/display_name", "bank_ids/sanitized_acc_number"]),
            ]
            if partner.has_access("write"):
                answers.append(partner.onchange({"name": "x"}, ["name"], {"name": {}, "bank_ids": inner}))
            if seen.has_access("read"):
                answers += [
                    seen.web_read({"partner_bank_id": inner}),
                    seen.read(["partner_bank_id"]),
                    seen.export_data(["partner_bank_id", "partner_bank_id/acc_number"]),
                ]
            if seen.has_access("write"):
                answers.append(seen.onchange({"memo": "x"}, ["memo"], {"memo": {}, "partner_bank_id": inner}))
            for answer in answers:
                self.assertHidden(answer, who)

    def test_the_payment_dialog_shows_no_more(self):
        bill = self.make_bill(100, self.payee)
        wizard = (
            self.env["account.payment.register"]
            .with_user(self.people["clerk"])
            .with_context(active_model="account.move", active_ids=bill.ids)
        )
        spec = {"partner_bank_id": {"fields": {"acc_number": {}, "display_name": {}}}, "journal_id": {}}
        self.assertHidden(wizard.onchange({}, [], spec), "clerk")
        made = wizard.create({"journal_id": self.channel.journal_id.id})
        self.assertEqual(made.partner_bank_id, self.account)
        self.assertHidden(made.web_read(spec), "clerk")

    def test_no_other_field_hands_the_number_on(self):
        """A field of another model that follows a payee's number would need masking of its own."""
        numbers = ("acc_number", "sanitized_acc_number")
        known = {("account.journal", "bank_acc_number"), ("account.setup.bank.manual.config", "acc_number")}
        found = {
            (model, name)
            for model, cls in self.env.registry.items()
            for name, field in cls._fields.items()
            if field.related and str(field.related).split(".")[-1] in numbers and not field.inherited
        }
        inherited = {
            (model, name)
            for model, cls in self.env.registry.items()
            if "res.partner.bank" in cls._inherits
            for name in numbers
        }
        self.assertLessEqual(found, known)  # both of them know the company's own accounts only
        self.assertLessEqual({model for model, _name in inherited}, {"account.setup.bank.manual.config"})

    def test_a_journal_does_not_take_a_payees_account_to_show_it(self):
        journal = self.company_data["default_journal_bank"]
        with self.assertRaises(UserError), self.env.cr.savepoint():
            journal.bank_account_id = self.account
            self.env.flush_all()

    def test_code_works_with_the_whole_number_whoever_asks(self):
        for user in self.people.values():
            accounts = self.env["res.partner.bank"].with_user(user)
            self.env.invalidate_all()
            found = accounts.search_fetch([("id", "=", self.account.id)], ["acc_number", "acc_holder_name"])
            self.assertEqual((found.acc_number, found.acc_holder_name), (NUMBER, "Zhang Wei"))
            self.env.invalidate_all()
            self.assertEqual(accounts.browse(self.account.id).sanitized_acc_number, NUMBER)
            self.assertEqual(found.env.uid, user.id)
        payment = self.pay(self.make_bill(100, self.payee))
        self.assertEqual(payment.bridge_instruction_id.sudo().payee_account, NUMBER)

    def test_the_companys_own_accounts_and_those_without_a_kind_are_odoos(self):
        own = self.env["res.partner.bank"].create(
            {"partner_id": self.company.partner_id.id, "acc_number": "1001234500678", "bridge_payee_kind": "wallet"}
        )
        plain = self.env["res.partner.bank"].create({"partner_id": self.vendor.id, "acc_number": "1009876500432"})
        for user in self.people.values():
            for account in (own.with_user(user), plain.with_user(user)):
                self.assertEqual(account.read(["acc_number"])[0]["acc_number"], account.acc_number)
                self.assertIn(account.acc_number, account.display_name)
                self.assertEqual(account.search([("acc_number", "=", account.acc_number)]), account)

    # -- what is asked -----------------------------------------------------------

    def test_a_masked_number_is_found_by_no_question(self):
        self.pay(self.make_bill(100, self.payee))
        questions = [
            (field, operator, value)
            for field in ("acc_number", "sanitized_acc_number")
            for operator, value in (
                ("=", NUMBER),
                ("in", [NUMBER, "1"]),
                ("like", NUMBER[:8]),
                ("ilike", NUMBER[6:12]),
                ("=like", f"{NUMBER[:7]}%"),
                ("=ilike", f"%{NUMBER[-5:]}"),
                (">=", NUMBER[:7]),
            )
        ] + [("display_name", "ilike", NUMBER[:8])]
        for who, user in self.people.items():
            accounts, payments = (self.env[name].with_user(user) for name in ("res.partner.bank", "account.payment"))
            partners = self.env["res.partner"].with_user(user)
            for field, operator, value in questions:
                domain = [(field, operator, value)]
                self.assertFalse(accounts.search_count(domain + [("id", "=", self.account.id)]), (who, domain))
                inner = [(f"bank_ids.{field}", operator, value), ("id", "=", self.payee.id)]
                self.assertFalse(partners.search_count(inner), (who, inner))
                if payments.has_access("read"):
                    inner = [(f"partner_bank_id.{field}", operator, value), ("partner_id", "=", self.payee.id)]
                    self.assertFalse(payments.search_count(inner), (who, inner))
            self.assertFalse(accounts.name_search(NUMBER[:8]), who)
        self.assertEqual(self.env["res.partner.bank"].sudo().search([("acc_number", "=", NUMBER)]), self.account)

    def test_questions_that_turn_things_round_answer_the_same_for_every_number(self):
        """What is not there is smaller than anything and unlike anything, whatever the number is."""
        for who, user in self.people.items():
            accounts = self.env["res.partner.bank"].with_user(user)
            for field in ("acc_number", "sanitized_acc_number"):
                for operator in ("<", "<=", "!=", "not like", "not ilike", "not in"):
                    answers = {
                        accounts.search_count(
                            [
                                (field, operator, [value] if operator == "not in" else value),
                                ("id", "=", self.account.id),
                            ]
                        )
                        for value in (NUMBER, NUMBER[:7], NUMBER[:6] + "1", NUMBER[:6] + "9", "9")
                    }
                    self.assertEqual(len(answers), 1, (who, field, operator))

    def test_neither_groups_nor_order_tell_about_a_masked_number(self):
        self.pay(self.make_bill(100, self.payee))
        second = self.make_vendor("Zhang San", "6222021001122334466", kind="bank_account").bank_ids
        ours = [("id", "in", (self.account | second).ids)]
        for who, user in self.people.items():
            accounts = self.env["res.partner.bank"].with_user(user)
            for field in ("acc_number", "sanitized_acc_number"):
                if field == "sanitized_acc_number" or accounts._fields[field].store:
                    groups = accounts.formatted_read_group(ours, [field], ["__count"])
                    self.assertEqual([group["__count"] for group in groups], [2], who)
                    totals = accounts.formatted_read_group(
                        ours, [], [f"{field}:max", f"{field}:min", f"{field}:array_agg", f"{field}:count_distinct"]
                    )
                    self.assertHidden(totals, who)
                    self.assertHidden(groups, who)
                up = accounts.search(ours, order=f"{field}, id")
                down = accounts.search(ours, order=f"{field} desc, id")
                self.assertEqual(up, down, who)
            payments = self.env["account.payment"].with_user(user)
            if payments.has_access("read"):
                answer = payments.formatted_read_group(
                    [("partner_id", "=", self.payee.id)], ["partner_bank_id.sanitized_acc_number"], ["__count"]
                )
                self.assertHidden(answer, who)
                self.assertHidden(payments.formatted_read_group([], ["partner_bank_id"], ["__count"]), who)

    # -- revealing ---------------------------------------------------------------

    def test_a_clerk_and_a_channel_administrator_reveal_one_value_and_the_trail_knows(self):
        instruction = self.pay(self.make_bill(100, self.payee)).bridge_instruction_id
        reveals = (
            (self.account, "action_bridge_reveal", NUMBER, "acc_number"),
            (instruction, "action_reveal_account", NUMBER, "payee_account"),
            (instruction, "action_reveal_registration", REGISTRATION, "payee_registration"),
        )
        for who, user in self.people.items():
            for record, method, value, field in reveals:
                before = self._reveals(record)
                if who in ("clerk", "channel_admin"):
                    answer = getattr(record.with_user(user), method)()
                    self.assertEqual(answer["params"]["message"], value)
                    event = self._reveals(record) - before
                    self.assertEqual((event.user_id, len(event)), (user, 1))
                    self.assertEqual(json.loads(event.content)["details"], {"field": field})
                    self.assertHidden(event.content, who)
                else:
                    with self.assertRaises(AccessError, msg=(who, method)):
                        getattr(record.with_user(user), method)()
                    self.assertEqual(self._reveals(record), before)

    def test_nobody_reveals_many_or_as_the_system_or_of_another_company(self):
        clerk = self.people["clerk"]
        with self.assertRaises(ValueError):
            (self.account | self.vendor.bank_ids).with_user(clerk).action_bridge_reveal()
        with self.assertRaises(AccessError):
            self.account.with_user(1).action_bridge_reveal()
        with self.assertRaises(AccessError):
            self.account.with_user(self.people["auditor"]).sudo().action_bridge_reveal()
        stranger = self.person("stranger", "payment_bridge.group_clerk", self.env["res.company"].create({"name": "B"}))
        instruction = self.pay(self.make_bill(100, self.payee)).bridge_instruction_id
        for rights in (instruction.with_user(stranger), instruction.with_user(stranger).sudo()):
            with self.assertRaises(AccessError):
                rights.action_reveal_account()

    def _reveals(self, record):
        self.env.flush_all()
        return (
            self.env["payment.bridge.audit.event"]
            .sudo()
            .search(
                [
                    ("event", "=", "account.revealed"),
                    ("record_model", "=", record._name),
                    ("record_id", "=", record.id),
                ]
            )
        )

    def test_registration_and_identity_numbers_are_read_by_no_role(self):
        instruction = self.pay(self.make_bill(100, self.payee)).bridge_instruction_id
        for who, user in self.people.items():
            if not instruction.with_user(user).has_access("read"):
                continue
            for name in ("payee_registration", "payee_account"):
                seen = instruction.with_user(user)
                with self.assertRaises(AccessError, msg=who):
                    seen.read([name])
                with self.assertRaises(AccessError, msg=who):
                    seen.search([(name, "=like", "6%")])
                with self.assertRaises(AccessError, msg=who):
                    seen.export_data([name])
            self.assertEqual(instruction.with_user(user).payee_registration_masked, mask_account(REGISTRATION))
        self.assertEqual(instruction.sudo()._pay_out_order(None).payee.registration, REGISTRATION)

    def test_the_telephone_number_of_a_call_back_is_kept_and_shown_by_its_ends(self):
        wizard = self.env["payment.bridge.account.verify"].with_user(self.people["approver"])
        wizard.create(
            {"account_id": self.account.id, "spoken_with": "Ms. Lin", "number_called": PHONE, "note": "Confirmed."}
        ).action_confirm()
        self.assertIn(mask_account(PHONE), self.account.bridge_evidence)
        self.assertNotIn(PHONE, self.account.bridge_evidence)
        with self.assertRaises(AccessError):
            self.account.with_user(self.people["clerk"]).read(["bridge_evidence_number"])
        shown = self.account.with_user(self.people["clerk"]).action_bridge_reveal_call()
        self.assertEqual(shown["params"]["message"], PHONE)

    # -- ways to have it shown whole ---------------------------------------------

    def test_a_copy_another_kind_or_another_partner_do_not_unveil_a_number(self):
        self.account.allow_out_payment = False
        account = self.account.with_user(self.people["keeper"])
        for attempt in (
            lambda: account.copy({"bridge_payee_kind": False}),
            account.copy_data,
            lambda: account.copy_data({"partner_id": self.vendor.id}),
            lambda: account.write({"bridge_payee_kind": False}),
            lambda: account.write({"partner_id": self.company.partner_id.id}),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                attempt()
        self.assertEqual(self.account.bridge_payee_kind, "bank_account")
        account.write({"bridge_payee_kind": False, "acc_number": "1001234500678"})
        self.assertEqual(account.read(["acc_number"])[0]["acc_number"], "1001234500678")

    def test_an_export_that_comes_back_changes_no_number(self):
        keeper = self.env["res.partner.bank"].with_user(self.people["keeper"])
        account = keeper.browse(self.account.id)
        rows = account.export_data([".id", "acc_number"])["datas"]
        self.assertEqual(rows[0][1], SHOWN)
        loaded = keeper.load([".id", "acc_number"], rows)
        self.assertEqual(loaded["ids"], account.ids)
        self.assertEqual(self.account.acc_number, NUMBER)
        with self.assertRaisesRegex(UserError, "masked"), self.env.cr.savepoint():
            account.acc_number = "622202*********0000"
        with self.assertRaisesRegex(UserError, "masked"), self.env.cr.savepoint():
            keeper.create({"partner_id": self.vendor.id, "acc_number": SHOWN})

    def test_what_is_entered_twice_is_one_account(self):
        keeper = self.env["res.partner.bank"].with_user(self.people["keeper"])
        vals = {"partner_id": self.payee.id, "acc_number": "6222 0210 0112 2334 458"}
        other = {"partner_id": self.payee.id, "acc_number": "1001234500678"}
        made = keeper.create([vals, other])
        self.assertEqual((made[0], made[1].acc_number), (self.account, "1001234500678"))
        with self.assertRaisesRegex(UserError, "already"), self.env.cr.savepoint():
            keeper.create({**vals, "acc_holder_name": "Somebody Else"})
        self.account.active = False
        with self.assertRaisesRegex(UserError, "archived") as refused, self.env.cr.savepoint():
            keeper.create(vals)
        self.assertHidden(str(refused.exception), "keeper")

    # -- what is left behind -----------------------------------------------------

    def test_the_chatter_of_account_and_partner_keeps_the_ends_only(self):
        self.account.allow_out_payment = False
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.account.with_user(self.people["keeper"]).acc_number = "6222021001122334466"
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.account.unlink()
        messages = self.env["mail.message"].search(
            ["|", ("model", "=", "res.partner.bank"), ("model", "=", "res.partner")]
        )
        told = messages.sudo().tracking_value_ids.filtered(lambda value: value.field_id.name == "acc_number")
        self.assertEqual(set(told.mapped("old_value_char")), {SHOWN})
        self.assertEqual(set(told.mapped("new_value_char")), {"622202*********4466"})
        for message in messages:
            self.assertHidden(message.body, "chatter")
            self.assertNotIn("6222021001122334466", message.body)

    def test_the_printed_page_shows_no_whole_number(self):
        payment = self.pay(self.make_bill(100, self.payee))
        self.account.with_user(self.people["clerk"]).action_bridge_reveal()
        self.dispatch()
        html = (
            self.env["ir.actions.report"]._render_qweb_html("payment_bridge.payment_dossier", payment.ids)[0].decode()
        )
        self.assertIn(SHOWN, html)
        self.assertHidden(html, "dossier")
        self.assertNotIn(REGISTRATION, html)

    def test_the_servers_log_and_the_errors_show_no_whole_number(self):
        root = logging.getLogger()
        with self.assertLogs(root, logging.INFO) as log:
            root.info("so that there is something")
            payment = self.pay(self.make_bill(100, self.payee))
            self.dispatch()
            with self.assertRaises(AccessError):
                self.account.with_user(self.people["auditor"]).action_bridge_reveal()
            with self.assertRaises(UserError) as refused, self.env.cr.savepoint():
                self.account.with_user(self.people["keeper"]).sudo().write(
                    {"bridge_payee_kind": "wallet", "acc_number": f"{NUMBER}\n"}
                )
                undone = "the number is accepted with a line break"
                raise UserError(undone)
        self.assertTrue(ObedientConnector.paid)
        self.assertEqual(payment.bridge_state, "succeeded")
        self.assertHidden(str(refused.exception), "error")
        self.assertHidden(log.output, "log")

    def test_the_trail_holds_no_whole_number(self):
        payment = self.pay(self.make_bill(100, self.payee))
        self.dispatch()
        self.env.flush_all()
        contents = self.env["payment.bridge.audit.event"].sudo().search([]).mapped("content")
        self.assertTrue(any(mask_account(NUMBER) in content for content in contents))
        for content in contents:
            self.assertHidden(content, payment.name)
            self.assertNotIn(REGISTRATION, content)
