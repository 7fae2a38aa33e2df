"""Screening in Odoo: lists, hits, decisions that are remembered, and who may do what."""

import base64
import json
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import BridgeCommon

LISTED = "reference,name,aliases,kind\nX1,Ivan Petrovich Volkov,Wolkow Ivan,person\nX2,骗子贸易有限公司,,企业\n"


@tagged("post_install", "-at_install")
class TestScreening(BridgeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = cls.person("officer")
        cls.lists = cls.env["payment.bridge.screening.list"].with_user(cls.officer)
        cls.cases = cls.env["payment.bridge.screening.case"].with_user(cls.officer)
        cls.list = cls.lists.create({"name": "Own list", "format": "own_csv"})

    @classmethod
    def person(cls, role):
        """A user with one role."""
        return cls.env["res.users"].create(
            {
                "name": role,
                "login": f"screening-{role}",
                "company_id": cls.company.id,
                "company_ids": [Command.set(cls.company.ids)],
                "group_ids": [Command.set(cls.env.ref(f"payment_bridge.group_{role}").ids)],
            }
        )

    def load(self, text=LISTED):
        """Load the list through the form."""
        wizard = self.env["payment.bridge.screening.load"].with_user(self.officer)
        wizard.create(
            {"list_id": self.list.id, "file": base64.b64encode(text.encode()), "file_name": "own.csv"}
        ).action_load()

    def screen(self, name, **values):
        """Screen a new vendor of this name."""
        vendor = self.env["res.partner"].create({"name": name, **values})
        return vendor, self.env["payment.bridge.screening"]._screen(vendor, self.company)

    def again(self, vendor):
        return self.env["payment.bridge.screening"]._screen(vendor, self.company)

    def hit(self):
        """A vendor with an open case; answers (vendor, case as the officer sees it)."""
        self.load()
        vendor, result = self.screen("Volkov Ivan Petrovich")
        self.assertEqual(result.verdict, "block")
        return vendor, self.cases.browse(result.case_ids)

    # -- lists --------------------------------------------------------------

    def test_without_a_list_the_answer_is_a_warning_not_a_pass(self):
        self.list.active = False
        self.assertEqual(self.screen("Anybody")[1].verdict, "warn")

    def test_a_loaded_list_says_what_it_is(self):
        self.load()
        self.assertEqual((self.list.entry_count, self.list.loaded_by_id, self.list.age_days), (2, self.officer, 0))
        self.assertFalse(self.list.is_old)
        event = self.env["payment.bridge.audit.event"].sudo().search([("event", "=", "screening_list.loaded")])
        self.assertEqual(json.loads(event.content)["details"]["sha256"], self.list.file_hash)

    def test_a_broken_file_leaves_the_list_as_it_was(self):
        self.load()
        before = self.list.file_hash
        with self.assertRaises(UserError) as raised, self.env.cr.savepoint():
            self.load("reference,name\n1,\n")
        self.assertIn("line 2", str(raised.exception))
        self.assertEqual((self.list.file_hash, len(self.list.entry_ids)), (before, 2))

    def test_a_new_file_replaces_the_old_one_at_once(self):
        self.load()
        self.load("name\nSomebody Quite Different\n")
        self.assertEqual(self.screen("Volkov Ivan Petrovich")[1].verdict, "pass")
        self.assertEqual(self.screen("Somebody Quite Different")[1].verdict, "block")

    def test_an_old_list_warns_and_blocks_where_it_is_set_so(self):
        self.load()
        self.list.sudo().loaded_at = fields.Datetime.now() - timedelta(days=8)
        result = self.screen("Anybody Else")[1]
        self.assertEqual(result.verdict, "warn")
        self.assertIn("8 days", str(result.sentence))
        self.list.block_when_old = True
        self.assertEqual(self.screen("Anybody Else")[1].verdict, "block")
        self.list.max_age_days = 0
        self.assertEqual(self.screen("Anybody Else")[1].verdict, "pass")

    def test_a_list_that_was_never_loaded_lets_nobody_through_unseen(self):
        self.list.block_when_old = True
        self.assertEqual(self.screen("Anybody")[1].verdict, "block")

    def test_nobody_makes_a_list_look_newer(self):
        self.load()
        for values in ({"loaded_at": fields.Datetime.now()}, {"published_on": fields.Date.today()}, {"entry_count": 9}):
            with self.assertRaises(UserError):
                self.list.write(values)
            with self.assertRaises(UserError):
                self.lists.create({"name": "x", **values})

    def test_another_companys_list_is_not_used(self):
        self.load()
        self.list.company_id = self.env["res.company"].create({"name": "Another"})
        self.list.sudo().copy({"company_id": False, "name": "Empty", "max_age_days": 0})
        self.assertEqual(self.screen("Volkov Ivan Petrovich")[1].evidence["hits"], [])

    # -- hits ---------------------------------------------------------------

    def test_a_stranger_passes_with_evidence(self):
        self.load()
        result = self.screen("Paper Mill of Ningbo")[1]
        self.assertEqual(result.verdict, "pass")
        self.assertEqual(result.evidence["names"], ["Paper Mill of Ningbo"])
        self.assertEqual(result.evidence["lists"][0]["sha256"], self.list.file_hash)
        json.dumps(result.evidence)

    def test_names_in_other_letters_and_orders_are_held(self):
        self.load()
        names = [
            "Иван Петрович Волков",
            "Ｖｏｌｋｏｖ，Ｉｖａｎ",
            "Vоlkоv Ivаn P",
            "骗子贸易",
            "Pianzi Maoyi Co., Ltd.",
        ]
        for name in names:
            self.assertEqual(self.screen(name)[1].verdict, "block", name)

    def test_the_account_holder_is_screened_too(self):
        self.load()
        vendor = self.make_vendor("Harmless Paper", "wallet-0007")
        result = self.env["payment.bridge.screening"]._screen(vendor, self.company, ["Ivan Petrovich Volkov"])
        self.assertEqual(result.verdict, "block")

    def test_the_same_hit_is_one_case(self):
        vendor, case = self.hit()
        self.assertEqual(self.again(vendor).case_ids, (case.id,))
        self.assertEqual((case.reference, case.list_name), ("X1", "Own list"))

    def test_payees_are_screened_when_a_list_has_come(self):
        self.load()
        vendor = self.make_vendor("Ivan Volkov", "wallet-0008")
        self.run_job("payment.bridge.screening", "_cron_screen_payees")
        self.assertEqual(self.cases.search([("partner_id", "=", vendor.id)]).state, "open")

    # -- decisions ----------------------------------------------------------

    def test_somebody_else_is_remembered_with_a_reason_until_it_expires(self):
        vendor, case = self.hit()
        with self.assertRaises(UserError):
            case.action_false_positive()
        case.reason = "Born 1990; the listed party in 1951."
        case.action_false_positive()
        self.assertEqual(self.again(vendor).verdict, "pass")
        self.assertTrue(case.expires_on > fields.Date.today())
        self.assertEqual(case.decided_by_id, self.officer)
        case.sudo().expires_on = fields.Date.today() - timedelta(days=1)
        self.assertEqual(self.again(vendor).verdict, "block")
        self.assertEqual(case.state, "open")

    def test_a_decision_does_not_outlive_a_change_of_the_listed_party(self):
        vendor, case = self.hit()
        case.reason = "Somebody else."
        case.action_false_positive()
        self.load(LISTED.replace("Wolkow Ivan", "Wolkow Ivan;Volkov I. P."))
        self.assertEqual(self.again(vendor).verdict, "block")
        self.assertEqual(case.state, "open")

    def test_a_confirmed_party_stays_blocked(self):
        vendor, case = self.hit()
        case.reason = "Same date of birth and passport."
        case.action_confirm()
        result = self.again(vendor)
        self.assertEqual(result.verdict, "block")
        self.assertIn("must not be paid", str(result.sentence))
        told = self.env["payment.bridge.audit.event"].sudo().search([("event", "=like", "screening.%")], order="id")
        self.assertEqual(told.mapped("event"), ["screening.hit", "screening.confirmed"])

    def test_a_decision_is_made_with_the_buttons_only(self):
        _vendor, case = self.hit()
        for values in ({"state": "false_positive"}, {"score": 1}, {"listed_hash": "x"}, {"decided_by_id": 1}):
            with self.assertRaises(UserError):
                case.write(values)
        case.reason = "Somebody else."
        case.action_false_positive()
        with self.assertRaises(UserError):
            case.expires_on = fields.Date.today() + timedelta(days=10000)
        with self.assertRaises(UserError):
            self.cases.create({"partner_id": self.vendor.id})

    def test_only_an_officer_decides_and_an_auditor_reads(self):
        _vendor, case = self.hit()
        case.reason = "Somebody else."
        for role in ("clerk", "approver", "channel_admin", "auditor"):
            person = self.person(role)
            with self.assertRaises(UserError):
                case.with_user(person).action_false_positive()
            with self.assertRaises(AccessError):
                self.list.with_user(person).name = "x"
            readable = case.with_user(person).has_access("read")
            self.assertEqual(readable, role == "auditor", role)
        with self.assertRaises(AccessError):
            case.unlink()

    def test_another_companys_cases_are_not_seen(self):
        _vendor, case = self.hit()
        other = self.env["res.company"].create({"name": "Another"})
        elsewhere = {"company_ids": [Command.set(other.ids)], "company_id": other.id}
        stranger = self.officer.copy({"login": "stranger", **elsewhere})
        self.assertFalse(case.with_user(stranger).search([("id", "=", case.id)]))

    def test_a_partner_is_screened_from_its_own_menu(self):
        self.load()
        partner = self.env["res.partner"].create({"name": "Ivan Volkov"}).with_user(self.officer)
        self.assertEqual(partner.action_bridge_screen()["res_model"], "payment.bridge.screening.case")
        harmless = self.env["res.partner"].create({"name": "Paper Mill"}).with_user(self.officer)
        self.assertEqual(harmless.action_bridge_screen()["params"]["type"], "success")
        with self.assertRaises(AccessError):
            harmless.with_user(self.person("clerk")).action_bridge_screen()
