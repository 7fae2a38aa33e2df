"""Every cell of the table of rights of statements and their accounting, through every door."""

from functools import partial

from odoo import fields
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.payment_bridge.tests.rights_kit import RightsKit
from odoo.addons.payment_bridge.tests.rights_matrix import ROLES

from .canned import row
from .common import DAY, StatementCase
from .rights_matrix import ACTIONS, DIALOGS, MODELS, OPENS

ADDON = "payment_bridge_reconcile"
OWN_ONLY = {"workbench_open", "workbench_rows", "cockpit_data"}
"""They show what a search finds, and a search finds records of one's own companies."""


class TestRightsMatrix(RightsKit, StatementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = cls.make_people()

    def make_samples(self):
        """A record of every model, as ``{model: record}``."""
        posted, waiting, unseen = self.pay(100), self.pay(50), self.pay(75)
        rest = self.statement([row("collection", "C", "1.00", day=self.next_day(-1))], self.next_day(-1))
        done = self.statement([self.paid_row(posted)], opening=1001)
        posting = done._post()
        posting = posting if posting._name == "payment.bridge.posting" else done.posting_ids
        line = rest.line_ids
        schedule = self._make("fee.schedule", channel_id=self.channel.id, valid_from=DAY)
        samples = [
            rest,
            line,
            posting[:1],
            self._share(line, waiting),
            self.env["payment.bridge.open.payment"].search([("instruction_id", "=", unseen.id)]),
            self.env["payment.bridge.difference"].search([("line_id", "=", line.id)], limit=1),
            self._make(
                "fee.account",
                channel_id=self.channel.id,
                account_id=self.company_data["default_account_expense"].id,
            ),
            schedule,
            self._make("fee.tier", schedule_id=schedule.id, amount_from=0),
            self._make(
                "fee.claim",
                channel_id=self.channel.id,
                company_id=self.company.id,
                currency_id=self.channel.currency_id.id,
                line_id=line.id,
                day=DAY,
            ),
            self._make("fee.invoice", channel_id=self.channel.id, month=DAY.replace(month=DAY.month - 1, day=1)),
            self._receipt(posted),
            self.env["payment.bridge.balance.proof"].search([("channel_id", "=", self.channel.id)], limit=1),
            self.channel,
            posted.payment_id,
            posted.payment_id.move_id,
            posted.payment_id.move_id.line_ids[:1],
            *self._of_people(line, unseen, posted),
            self.env["payment.bridge.cockpit"],
        ]
        found = {record._name: record.with_env(self.env(su=True)) for record in samples}
        for model, record in found.items():
            if not self.env[model]._abstract:
                self.assertTrue(record.exists() if self.env[model]._auto else record, model)
        return found

    def _make(self, model, **values):
        return self.env[f"payment.bridge.{model}"].sudo().create(values)

    def _of_people(self, line, instruction, posted):
        """What comes of people's decisions, one record of each kind."""
        # then the button makes no account, for which Odoo has rights of its own
        self.channel.sudo().action_propose_accounts()
        where = {"company_id": self.company.id}
        channel = {"channel_id": self.channel.id, **where}
        money = {"currency_id": self.channel.currency_id.id, **channel}
        difference = self.env["payment.bridge.difference"].search([("line_id", "=", line.id)], limit=1)
        account = self.company_data["default_account_expense"]
        rule = self._make(
            "match.rule", name="Rent", text_words="rent", effect="account", account_id=account.id, **where
        )
        trial = self._insert("match.trial", rule_id=rule.id, date_from=DAY, date_to=DAY, digest="0" * 64, **where)
        run = self._insert("worklist.run", state="draft", user_id=self.env.uid, **where)
        return (
            rule,
            trial,
            self._insert("match.trial.line", trial_id=trial.id, line_id=line.id, outcome="new", **where),
            self._insert(
                "statement.proposal", line_id=line.id, way="account", state="open", account_id=account.id, **channel
            ),
            self._insert(
                "statement.allotment",
                line_id=line.id,
                document_id=posted.payment_id.move_id.id,
                amount=1,
                **where,
            ),
            self._insert("known.payer", key="0" * 64, partner_id=posted.payment_id.partner_id.id, active=True, **where),
            self._insert(
                "treatment",
                difference_id=difference.id,
                way="claim",
                state="done",
                done_at=fields.Datetime.now(),
                **money,
            ),
            self._insert("claim", amount=1, reason="It is missing.", state="open", **money),
            self._insert("chargeback", line_id=line.id, payment_id=posted.payment_id.id, state="taken", **money),
            run,
            self._insert("worklist.run.line", run_id=run.id, difference_id=difference.id, **where),
            self._insert("rounding.day", day=DAY, **money),
            self._make("banking.day", name="Founding day", first_day=DAY, last_day=DAY, **where),
            self._insert("run", kind="match", state="done", unit="row", user_id=self.env.uid, **where),
        )

    def _insert(self, model, **values):
        """A row that only the engine makes."""
        records = self.env[f"payment.bridge.{model}"]
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "INSERT INTO %s (%s) VALUES (%s) RETURNING id",
                SQL.identifier(records._table),
                SQL(", ").join(map(SQL.identifier, values)),
                SQL(", ").join(SQL("%s", value) for value in values.values()),
            )
        )
        return records.browse(self.env.cr.fetchone()[0])

    def _arguments(self, samples, name):
        """What a method is called with that is not about its own records."""
        line, channel = samples["payment.bridge.statement.line"], samples["payment.bridge.channel"]
        return {
            "workbench_rows": [channel.id],
            "workbench_books": [channel.id],
            "workbench_suggest": [line.id],
            "workbench_match": [line.ids, [["payment", 1]]],
            "workbench_undo": [line.ids],
            "cockpit_open": [channel.id, "statement", str(DAY), str(DAY)],
        }.get(name, [])

    def _share(self, line, instruction):
        self.env.cr.execute(
            SQL(
                "INSERT INTO payment_bridge_statement_share (line_id, company_id, instruction_id, amount)"
                " VALUES (%s, %s, %s, -1) RETURNING id",
                line.id,
                self.company.id,
                instruction.id,
            )
        )
        return self.env["payment.bridge.statement.share"].browse(self.env.cr.fetchone()[0])

    def _receipt(self, instruction):
        receipts = self.env["payment.bridge.receipt"].sudo()
        receipts._expect(self.channel.sudo(), instruction)
        return receipts.search([("instruction_id", "=", instruction.id)])

    def test_the_table_names_every_model_dialog_and_method(self):
        models, dialogs = self.models_of(ADDON)
        self.assertEqual(set(MODELS), models)
        self.assertEqual(set(DIALOGS), dialogs)
        methods = self.public_methods(ADDON)
        for model in dialogs:
            methods.pop(model, None)
        self.assertEqual({model: set(names) for model, names in ACTIONS.items()}, methods)

    def test_every_cell_of_the_models(self):
        samples = self.make_samples()
        for model, cells in MODELS.items():
            with self.subTest(model=model):
                self.try_cells(model, cells, self.people, samples[model])

    def test_every_cell_of_the_dialogs(self):
        for model, allowed in DIALOGS.items():
            for role, user in self.people.items():
                records = self.env[model].with_user(user)
                for operation in ("read", "create", "write", "unlink"):
                    self.assertEqual(records.has_access(operation), role in allowed, (role, operation, model))

    def test_every_method(self):
        samples = self.make_samples()
        for model, methods in ACTIONS.items():
            for name, allowed in methods.items():
                with self.subTest(method=f"{model}.{name}"):
                    arguments = self._arguments(samples, name)
                    self.try_method(model, name, allowed, self.people, samples[model], arguments)

    def test_companies_are_kept_apart_in_every_model_and_by_every_button(self):
        samples = self.make_samples()
        other = self.env["res.company"].create({"name": "Another"})
        strangers = self.make_people(other, "other")
        for model in MODELS:
            record = samples[model]
            self.assertEqual(record.company_id, self.company, model)
            for role in ("clerk", "approver", "channel_admin", "auditor"):
                seen = record.with_user(strangers[role])
                self.assertFalse(seen.search([("id", "=", record.id)]), (role, model))
                for operation in ("read", "write", "unlink"):
                    self.assertFalse(seen.has_access(operation), (role, operation, model))
                with self.assertRaises(UserError, msg=(role, model)):
                    seen.read(["company_id"])
        for model, methods in ACTIONS.items():
            for name, allowed in methods.items():
                if allowed == OPENS or name in OWN_ONLY:
                    continue
                for role in set(allowed) & set(ROLES):
                    record = samples[model].with_user(strangers[role])
                    press = partial(self._press, record, name, self._arguments(samples, name))
                    self.assertTrue(self.refused(press), f"{role} of another company: {model}.{name}")

    def _press(self, record, name, arguments):
        """Press a button and, where it opens a dialog, the dialog's own."""
        answer = getattr(record, name)(*arguments)
        if name == "action_book_opening":
            self.env[answer["res_model"]].with_user(record.env.uid).browse(answer["res_id"]).action_book()

    def test_nobody_changes_what_a_statement_says(self):
        """Whatever the cells say: amounts, days and states come from files and from the engine."""
        samples = self.make_samples()
        for model, values in (
            ("payment.bridge.statement", {"state": "waiting"}),
            ("payment.bridge.statement.line", {"amount": 1}),
            ("payment.bridge.posting", {"mode": "settlement"}),
            ("payment.bridge.difference", {"state": "closed"}),
            ("payment.bridge.difference", {"amount": 0}),
            ("payment.bridge.fee.claim", {"state": "settled"}),
            ("payment.bridge.receipt", {"state": "waiting"}),
        ):
            for role, user in self.people.items():
                with self.assertRaises(UserError, msg=(role, model, values)):
                    samples[model].with_user(user).write(values)
