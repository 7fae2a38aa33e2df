"""Rows that pay invoices and bills: what they pay, and why."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..documents.allot import allot


class PaymentBridgeStatementLine(models.Model):
    _inherit = "payment.bridge.statement.line"

    match_pass = fields.Selection(selection_add=[("document", "Invoices and bills")])
    found_by = fields.Selection(
        selection_add=[
            ("document", "the documents' numbers"),
            ("payer", "the documents' numbers and the payer's account"),
            ("rule", "a rule"),
        ]
    )
    allotment_ids = fields.One2many("payment.bridge.statement.allotment", "line_id", string="Pays", readonly=True)
    proposal_ids = fields.One2many("payment.bridge.statement.proposal", "line_id", readonly=True)
    document_names = fields.Char(string="Documents", compute="_compute_document_names")

    @api.depends("allotment_ids.document_id.name")
    def _compute_document_names(self):
        for line in self:
            documents = line.sudo().allotment_ids.document_id
            line.document_names = ", ".join(document.name or document.display_name for document in documents)

    # -- why ------------------------------------------------------------------------

    def _why_matched(self):
        if self.match_pass == "document" and self.found_by in ("document", "payer"):
            return self._why_document()
        reason = super()._why_matched()
        if self.match_pass == "document" and self.document_names:
            return self.env._("Pays %(documents)s. %(reason)s", documents=self.document_names, reason=reason)
        return reason

    def _why_document(self):
        figures = self.evidence or {}
        if (figures.get("rows") or 1) > 1:
            return self.env._(
                "One of %(rows)s rows that name %(documents)s and together come to what was open on it.",
                rows=figures["rows"],
                documents=self.document_names,
            )
        if self.found_by == "payer":
            return self.env._(
                "Its text names %(documents)s, the payer's account is known as the partner's, and the amount is what"
                " was open.",
                documents=self.document_names,
            )
        return self.env._(
            "Its text names %(documents)s, and the amount is what was open.", documents=self.document_names
        )

    # -- what people decide -----------------------------------------------------------

    @api.private
    def _decide_documents(self, documents, rest_account=None, in_full=False, note=None):
        """A person says that the row pays ``documents`` (values, :meth:`_documents_by_id`).

        :param rest_account: where what the row does not pay to them goes, when it is not a fee of the platform
        :param in_full: the documents are paid whatever is missing; the difference goes to the account or is a fee
        """
        self.ensure_one()
        channel = self.channel_id
        amount = channel._minor(abs(self.gross))
        is_open = sum(document.open for document in documents)
        if not documents or {document.incoming for document in documents} != {self.amount > 0}:
            raise UserError(self.env._("Choose documents that are open and that money in this direction pays."))
        allotments, _left = allot(is_open if in_full else amount, documents)
        partners = {document.partner_id for document in documents}
        self.sudo()._allot({self.id: allotments})
        self._decide(
            state="matched",
            match_pass="document",
            found_by="hand",
            partner_id=partners.pop() if len(partners) == 1 else False,
            account_id=rest_account.id if rest_account else False,
            evidence={"documents": len(documents), "rows": 1},
            note=note,
        )
        self.env["payment.bridge.audit.event"]._record(
            "statement_line.allotted",
            self,
            entry=self.entry_reference,
            documents=self.sudo().allotment_ids.document_id.mapped("name"),
            paid=f"{sum(self.sudo().allotment_ids.mapped('amount')):.2f}",
            of=f"{self.gross:.2f}",
            rest_account=rest_account.code if rest_account else None,
        )
        self.sudo()._learn_payers()

    @api.private
    def _forget(self):
        paying = self.filtered(lambda line: line.match_pass == "document")
        if paying:
            paying._learn_payers(sign=-1)
            self.env["payment.bridge.statement.allotment"]._drop(paying)
        return super()._forget()

    def action_open_documents(self):
        """The documents that these rows pay."""
        documents = self.sudo().allotment_ids.document_id
        if len(documents) == 1:
            return documents.with_env(self.env)._get_records_action()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("id", "in", documents.ids)],
            "name": self.env._("Documents Paid"),
        }
