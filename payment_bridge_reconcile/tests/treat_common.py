"""What tests of treating differences need: collections, differences by their row, and the wizard as people use it."""

from odoo import Command, fields

from odoo.addons.payment_bridge.connector.types import Outcome, OutcomeStatus
from odoo.addons.payment_bridge.models.instruction_states import State

from ..treatments import Asked
from .canned import row
from .common import DAY, StatementCase


class TreatCase(StatementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.env["res.partner"].create({"name": "Tea House"})
        cls.rounding = cls.make_account("TRT001", "Roundings")
        cls.losses = cls.make_account("TRT002", "Written off")
        cls.held = cls.make_account("TRT003", "To be explained", account_type="liability_current", reconcile=True)
        cls.channel.write(
            {
                "rounding_account_id": cls.rounding.id,
                "write_off_account_id": cls.losses.id,
                "suspense_account_id": cls.held.id,
            }
        )

    @classmethod
    def make_account(cls, code, name, account_type="expense", **values):
        return cls.env["account.account"].create(
            {
                "code": code,
                "name": name,
                "account_type": account_type,
                "company_ids": [Command.link(cls.company.id)],
                **values,
            }
        )

    # -- money in ----------------------------------------------------------------------

    def make_invoice(self, amount):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": DAY,
                "date": DAY,
                "invoice_line_ids": [Command.create({"name": "Tea", "price_unit": amount, "tax_ids": []})],
            }
        )
        invoice.action_post()
        return invoice

    def collect(self, amount, invoice=None, at=f"{DAY} 09:00:00"):
        """A collection that the platform has confirmed; answers its instruction."""
        invoice = invoice or self.make_invoice(amount)
        order = self.env["account.payment"]._bridge_offer(
            invoice,
            self.channel.sudo(),
            operation="collect",
            method="qr",
            expires_at=fields.Datetime.to_datetime("2026-03-31 00:00:00"),
        )
        order = order.sudo()
        order._move_to(State.SENDING, reason="test", sent_at=fields.Datetime.now())
        order._apply(Outcome(OutcomeStatus.SUCCEEDED, executed_at=fields.Datetime.to_datetime(at)), "answer")
        return order

    def collected_row(self, order, entry=None, amount=None, **values):
        return row(
            "collection",
            entry or f"E-{order.key}",
            f"{order.amount if amount is None else amount:.2f}",
            day=values.pop("day", DAY),
            key=values.pop("key", order.key),
            **values,
        )

    # -- differences ------------------------------------------------------------------------

    def difference_of(self, record):
        """The difference about a row, or about a payment that no row stands for."""
        name = "line_id" if record._name == "payment.bridge.statement.line" else "instruction_id"
        domain = [(name, "=", record.id)]
        if name == "instruction_id":
            domain.append(("side", "=", "books"))
        return self.env["payment.bridge.difference"].search(domain)

    def lone_receipt(self, amount="30.00", entry="C1"):
        """Money in that nothing explains; answers its difference."""
        return self.open_row("collection", entry, amount)

    def open_row(self, *cells, **file):
        """A statement of this one row, which nothing explains; answers its difference."""
        line = self.statement([row(*cells, day=file.pop("day", DAY), **file.pop("values", {}))], **file).line_ids
        return self.difference_of(line)

    def wizard(self, difference, way, user=None, **values):
        model = self.env["payment.bridge.difference.resolve"]
        if user:
            model = model.with_user(user)
        return model.create({"difference_id": difference.id, "way": way, **values})

    def resolve(self, difference, way, user=None, **values):
        """Resolve a difference as a person does; answers what was noted of it."""
        self.wizard(difference, way, user, **values).action_resolve()
        return difference.treatment_id

    @staticmethod
    def asked(**values):
        """What a person adds to a decision."""
        return Asked(**values)

    def treat(self):
        """Treat what the evidence decides, as the scheduled action does."""
        return self.channel.sudo()._treat_differences()

    def balance_of(self, account):
        items = self.env["account.move.line"].search([("account_id", "=", account.id), ("parent_state", "=", "posted")])
        return round(sum(items.mapped("balance")), 2)

    def bank_balance(self):
        self.channel.invalidate_recordset()
        return self.channel.ledger_balance

    def events(self, event):
        return self.env["payment.bridge.audit.event"].search([("event", "=", event)])

    def held_row(self, amount="30.00", entry="C1", kind="collection"):
        """A row that is held on the suspense account."""
        difference = self.open_row(kind, entry, amount)
        self.resolve(difference, "suspense")
        return difference.line_id

    def clear(self, line, **values):
        """Clear a held row as a person does; answers what was shown before."""
        wizard = self.env["payment.bridge.suspense.clear"].create({"line_id": line.id, **values})
        shown = wizard.preview
        wizard.action_clear()
        return shown
