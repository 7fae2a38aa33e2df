"""Every cell of the table of rights, through every door: the ORM, RPC, export, import and the web."""

import json

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from .approval_common import ApprovalCommon
from .rights_kit import RightsKit
from .rights_matrix import ACTIONS, DIALOGS, DOORS, MODELS, OPENS, ROLES
from .rights_samples import RightsSamples

ADDON = "payment_bridge"


@tagged("post_install", "-at_install")
class TestRightsMatrix(RightsKit, RightsSamples, ApprovalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = cls.make_people()

    def test_the_table_names_every_model_dialog_and_method(self):
        models, dialogs = self.models_of(ADDON)
        self.assertEqual(set(MODELS), models)
        self.assertEqual(set(DIALOGS), dialogs)
        methods = self.public_methods(ADDON)
        for model in dialogs:
            methods.pop(model, None)  # whoever may not have the dialog cannot press its buttons
        self.assertEqual({model: set(names) for model, names in ACTIONS.items()}, methods)

    def test_every_cell_of_the_models(self):
        samples = self.make_samples()
        for model, row in MODELS.items():
            with self.subTest(model=model):
                self.try_cells(model, row, self.people, samples[model])

    def test_every_cell_of_the_dialogs(self):
        dialogs, buttons = self.make_dialogs(self.make_samples()), self.public_methods(ADDON)
        for model, allowed in DIALOGS.items():
            for role, user in self.people.items():
                records = self.env[model].with_user(user)
                for operation in ("read", "create", "write", "unlink"):
                    self.assertEqual(records.has_access(operation), role in allowed, (role, operation, model))
                own = dialogs[model].with_user(user)
                with self.assertRaises(UserError, msg=(role, model)):
                    own.read()  # somebody else's
                if role not in allowed:
                    for name in buttons.get(model, set()) - {"action_save"}:  # which only closes its dialog
                        self.assertTrue(self.refused(getattr(own, name), plainly=True), (role, model, name))

    def test_every_method(self):
        samples = self.make_samples()
        for model, methods in ACTIONS.items():
            for name, allowed in methods.items():
                with self.subTest(method=f"{model}.{name}"):
                    record = samples.get(f"{model}.{name}", samples[model])
                    self.try_method(model, name, allowed, self.people, record)

    def test_an_auditor_and_an_officer_write_nothing_but_what_their_cells_say(self):
        """No model of Odoo that payments go through is writable for them either."""
        for role in ("auditor", "officer"):
            for model in ("account.payment", "account.move", "res.partner.bank", "res.partner", "account.journal"):
                records = self.env[model].with_user(self.people[role])
                for operation in ("create", "write", "unlink"):
                    self.assertFalse(records.has_access(operation), (role, operation, model))

    def test_companies_are_kept_apart_in_every_model_that_knows_a_company(self):
        samples = self.make_samples()
        other = self.env["res.company"].create({"name": "Another"})
        strangers = self.make_people(other, "other")
        looked_at = 0
        for model in MODELS:
            if "company_id" not in self.env[model]._fields:
                self.assertEqual(model, "payment.bridge.aml.threshold", "knows no company, and is no law of a country")
                continue
            record = samples[model]
            if not record.company_id:
                continue  # a list for every company
            looked_at += 1
            self.assertEqual(record.company_id, self.company, model)
            for role, user in strangers.items():
                seen = record.with_user(user)
                if not seen.browse().has_access("read"):
                    continue
                self.assertFalse(seen.search([("id", "=", record.id)]), (role, model))
                self.assertFalse(seen.search_count([("id", "=", record.id)]), (role, model))
                for operation in ("read", "write", "unlink"):
                    self.assertFalse(seen.has_access(operation), (role, operation, model))
                with self.assertRaises(UserError, msg=(role, model)):
                    seen.read(["company_id"])
        self.assertGreater(looked_at, 20)

    def test_a_colleague_of_another_company_presses_no_button_by_id(self):
        samples = self.make_samples()
        other = self.env["res.company"].create({"name": "Another"})
        strangers = self.make_people(other, "other")
        for model, methods in ACTIONS.items():
            if model == "res.partner" or model == "res.partner.bank":
                continue  # contacts without a company belong to all
            for name, allowed in methods.items():
                if allowed == OPENS or getattr(getattr(self.env[model], name), "_api_model", False):
                    continue
                for role in set(allowed) & set(ROLES):
                    record = samples.get(f"{model}.{name}", samples[model]).with_user(strangers[role])
                    refused = self.refused(getattr(record, name))
                    self.assertTrue(refused, f"{role} of another company: {model}.{name}")


@tagged("post_install", "-at_install")
class TestDoors(RightsKit, RightsSamples, ApprovalCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = cls.make_people()

    def login(self, role):
        if self.session:
            self.logout()
        if role != "public":
            self.authenticate(self.people[role].login, self.people[role].login)

    def rpc(self, model, method, *arguments, **keywords):
        """Call a method as the web client does; answers (result, error)."""
        answer = self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            data=json.dumps(
                {"params": {"model": model, "method": method, "args": arguments, "kwargs": keywords}, "id": 1}
            ),
            headers={"Content-Type": "application/json"},
        ).json()
        return answer.get("result"), answer.get("error")

    def test_every_door(self):
        samples = self.make_samples()
        root, payment = samples["payment.bridge.audit.root"], samples["account.payment"]
        self.env.flush_all()
        opened = 0
        for door, allowed in DOORS.items():
            if set(allowed) - set(ROLES):
                continue  # for whoever has a link: tests of their own
            path = door.replace("<id>", str(payment.id if "/proof/" in door else root.id))
            for role in ROLES:
                self.login(role)
                answer = self.url_open(path, allow_redirects=False)
                if role in allowed:
                    # what is refused for another reason than rights says so: too early for a proof, no earlier root
                    self.assertIn(answer.status_code, (200, 400, 422), (role, path))
                    opened += answer.status_code == 200
                else:
                    self.assertNotEqual(answer.status_code, 200, (role, path))
                    self.assertNotIn(root.root_hash, answer.text, (role, path))
        self.assertGreater(opened, 5)

    def test_the_web_client_is_answered_as_the_table_says(self):
        samples = self.make_samples()
        self.env.flush_all()
        for role in ROLES:
            self.login(role)
            for model, row in MODELS.items():
                cell = dict(zip(ROLES, row.split(), strict=True))[role]
                result, error = self.rpc(model, "search_read", [["id", "=", samples[model].id]], ["id"])
                if "r" in cell:
                    self.assertEqual(result, [{"id": samples[model].id}], (role, model))
                else:
                    self.assertTrue(error, (role, model))
                if "c" not in cell:
                    _result, error = self.rpc(model, "create", [{}])
                    self.assertTrue(error, (role, model))

    def test_the_export_of_the_web_client_asks_for_the_same_rights(self):
        samples = self.make_samples()
        self.env.flush_all()
        for role in ("clerk", "auditor", "accountant"):
            self.login(role)
            for model in ("payment.bridge.instruction", "payment.bridge.credential", "payment.bridge.audit.event"):
                cell = dict(zip(ROLES, MODELS[model].split(), strict=True))[role]
                names = [self._plain_field(samples[model])]
                _result, error = self.rpc(model, "export_data", samples[model].ids, names)
                self.assertEqual(not error, "r" in cell, (role, model))
