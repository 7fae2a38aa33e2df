"""What holds for every model of ours, of whatever add-on: rights by role, companies kept apart, dialogs one's own."""

from odoo.tests import TransactionCase, tagged

OF_NO_COMPANY = {"payment.bridge.aml.threshold"}
"""The law of a country."""

LINES = {"payment.bridge.month.check.line"}
"""Parts of a dialog, made by it and reached through it."""


@tagged("post_install", "-at_install")
class TestRightsEverywhere(TransactionCase):
    def models(self, transient):
        """The models of every installed add-on of ours that hold records."""
        found = [
            self.env[name]
            for name in sorted(self.env.registry)
            if name.startswith("payment.bridge.")
            and not self.env[name]._abstract
            and self.env[name].is_transient() == transient
        ]
        self.assertGreater(len(found), 8)
        return found

    def global_rules(self, model):
        """The conditions that hold for everybody, whatever the role."""
        rules = self.env["ir.rule"].search([("model_id.model", "=", model._name), ("groups", "=", False)])
        whole = rules.filtered(lambda one: one.perm_read and one.perm_write and one.perm_create and one.perm_unlink)
        return " ".join(whole.mapped("domain_force"))

    def test_every_model_gives_rights_to_roles_and_to_nobody_else(self):
        people = self.env.ref("base.group_user") | self.env.ref("base.group_portal") | self.env.ref("base.group_public")
        for model in (*self.models(False), *self.models(True)):
            access = self.env["ir.model.access"].search([("model_id.model", "=", model._name)])
            self.assertTrue(access, f"{model._name}: nobody may do anything with it")
            self.assertTrue(all(one.group_id for one in access), f"{model._name}: rights for everybody")
            self.assertFalse(access.group_id & people, f"{model._name}: rights without a role")

    def test_every_model_keeps_companies_apart(self):
        for model in self.models(False):
            if model._name in OF_NO_COMPANY:
                self.assertNotIn("company_id", model._fields)
                continue
            self.assertIn("company_id", model._fields, model._name)
            self.assertIn("company_ids", self.global_rules(model), f"{model._name}: no rule about companies")

    def test_every_dialog_is_its_users_own(self):
        for model in self.models(True):
            self.assertIn("create_uid", self.global_rules(model), f"{model._name}: read by colleagues")

    def test_a_dialog_is_opened_about_what_its_user_may_see(self):
        """It shows parts of records, read with more rights than its user has."""
        guarded = set(self.env.registry.descendants(["payment.bridge.dialog"], "_inherit"))
        for model in self.models(True):
            subjects = {
                name
                for name, field in model._fields.items()
                if field.type in ("many2one", "many2many") and field.store and not field.related
            } - {"create_uid", "write_uid"}
            if subjects and model._name not in LINES:
                self.assertIn(model._name, guarded, f"{model._name}: {sorted(subjects)}")
