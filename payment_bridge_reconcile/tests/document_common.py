"""What tests of documents and rules need: invoices, bills, and rows with a payer of their own."""

from odoo import Command
from odoo.tools import SQL

from .canned import row
from .common import DAY, StatementCase


class DocumentCase(StatementCase):
    """Customers and vendors with open documents, on a channel whose rows no instruction explains."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.env["res.partner"].create({"name": "Ink and Sons"})
        cls.other_customer = cls.env["res.partner"].create({"name": "Quill Limited"})
        cls.account = cls.company_data["default_account_revenue"].copy({"name": "Sundry"})

    def document(self, amount, partner=None, move_type="out_invoice", currency=None, company=None, **values):
        """A posted document without taxes."""
        company = company or self.company
        move = (
            self.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": move_type,
                    "partner_id": (partner or self.customer).id,
                    "invoice_date": DAY,
                    "date": DAY,
                    "currency_id": (currency or company.currency_id).id,
                    "invoice_payment_term_id": False,
                    "invoice_line_ids": [Command.create({"name": "Ink", "price_unit": amount, "tax_ids": []})],
                    **values,
                }
            )
        )
        move.action_post()
        return move

    def came_in(self, entry, amount, text="", party=None, **values):
        """A row of money that came in, as (row, payer)."""
        return row("collection", entry, f"{amount:.2f}", day=values.pop("day", DAY), text=text, **values), party

    def went_out(self, entry, amount, text="", kind="refund", **values):
        """A row of money that left without an order."""
        return row(kind, entry, f"-{amount:.2f}", day=values.pop("day", DAY), text=text, **values), None

    def told(self, *rows, channel=None, day=DAY):
        """A loaded statement of these rows, matched once all payers are in place. Answers its rows by their order."""
        channel = channel or self.channel
        before = channel.document_matching
        channel.document_matching = "off"
        statement = self.load([one for one, _party in rows], day, channel=channel).statement
        lines = statement.line_ids.sorted("row")
        for line, (_row, party) in zip(lines, rows, strict=True):
            self.env.cr.execute(
                SQL(
                    "UPDATE payment_bridge_statement_line SET counterparty = %s WHERE id = %s",
                    party or f"P{line.row}***({line.id})",
                    line.id,
                )
            )
        lines.invalidate_model()
        channel.document_matching = before
        channel.sudo()._match_lines()
        return lines

    def difference_of(self, line):
        return self.env["payment.bridge.difference"].search([("line_id", "=", line.id)])

    def events(self, *names):
        return self.env["payment.bridge.audit.event"].search([("event", "in", names)])

    def post(self, lines):
        posting = lines.statement_id._post()
        self.env.flush_all()
        return posting

    def held(self, document):
        document.line_ids.invalidate_recordset(["bridge_held"])
        return sum(document.line_ids.mapped("bridge_held"))
