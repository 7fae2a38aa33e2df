"""From money to documents: rows that no payment explains, matched to what is open where that is near certain."""

from odoo import api, fields, models
from odoo.tools import SQL

from ..documents import certain


class PaymentBridgeChannel(models.Model):
    _inherit = "payment.bridge.channel"

    document_matching = fields.Selection(
        [("off", "No"), ("propose", "Propose only"), ("certain", "Match what is certain, propose the rest")],
        string="Invoices and Bills",
        default="certain",
        required=True,
        tracking=True,
        help="Whether rows that no payment explains are matched to open invoices and bills. Certain is a row whose text"
        " names the documents and whose amount is what is open on them. A pay-out that nobody ordered here is only ever"
        " proposed.",
    )
    document_days = fields.Integer(
        string="Documents Within",
        default=90,
        required=True,
        tracking=True,
        help="How many days a document may be older than a row that does not name it, to be proposed.",
    )

    @api.model
    def _audited_fields(self):
        return super()._audited_fields() | {"document_matching", "document_days"}

    @api.private
    def _match_documents(self):
        """Match this channel's rows that surely pay open documents. Answers how many."""
        if self.document_matching != "certain" or not self._has_open_documents():
            return 0
        rows = self._rows_that_may_pay()
        if not any(row.may_match for row in rows):
            return 0
        documents = self._documents_for(rows)
        matches = certain.match(rows, documents)
        if matches:
            self._keep_document_matches(matches, {document.id: document for document in documents})
        return len(matches)

    def _keep_document_matches(self, matches, documents):
        values = {
            one.row_id: {
                "partner_id": documents[one.allotments[0].document_id].partner_id,
                "found_by": "payer" if one.by_payer else "document",
                "documents": len({part.document_id for part in one.allotments}),
                "rows": one.rows,
            }
            for one in matches
        }
        self.env.cr.execute(
            SQL(
                """
                UPDATE payment_bridge_statement_line l
                   SET state = 'matched', match_pass = 'document', difference = NULL, found_by = found.found_by,
                       partner_id = found.partner_id,
                       evidence = jsonb_build_object('documents', found.documents, 'rows', found.rows)
                  FROM unnest(%s::integer[], %s::varchar[], %s::integer[], %s::integer[], %s::integer[])
                       AS found (id, found_by, partner_id, documents, rows)
                 WHERE l.id = found.id AND l.state = 'unmatched'
                """,
                list(values),
                *([one[name] for one in values.values()] for name in ("found_by", "partner_id", "documents", "rows")),
            )
        )
        lines = self.env["payment.bridge.statement.line"].browse(values)
        lines.invalidate_model()
        lines._allot({one.row_id: one.allotments for one in matches})
        lines._learn_payers()


class PaymentBridgeStatementLine(models.Model):
    _inherit = "payment.bridge.statement.line"

    @api.private
    def _allot(self, allotments):
        """Keep what these rows pay of documents, as {row id: allotments in minor units}, and hold it there."""
        parts = [(line, part) for line in self for part in allotments[line.id]]
        self.env["payment.bridge.statement.allotment"].sudo().create(
            [
                {
                    "line_id": line.id,
                    "company_id": line.company_id.id,
                    "document_id": part.document_id,
                    "item_id": part.item_id,
                    "amount": line.channel_id._major(part.amount) * (1 if line.amount > 0 else -1),
                }
                for line, part in parts
            ]
        )
        self.env["payment.bridge.statement.allotment"]._hold(self)

    @api.private
    def _learn_payers(self, sign=1):
        """Remember whose documents the payers of these rows paid; with ``sign`` -1 that they did not."""
        for company, lines in self.grouped("company_id").items():
            seen = [
                (line.counterparty, line.partner_id.id, line.settled_on)
                for line in lines
                if line.match_pass == "document" and line.partner_id
            ]
            self.env["payment.bridge.known.payer"]._learn(company, seen, sign)
