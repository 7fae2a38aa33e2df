"""Matching a row by hand to open invoices and bills, with what is left over shown as they are chosen."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class PaymentBridgeStatementLineMatch(models.TransientModel):
    _inherit = "payment.bridge.statement.line.match"

    is_incoming = fields.Boolean(compute="_compute_is_incoming")
    document_ids = fields.Many2many(
        "account.move",
        "payment_bridge_line_match_document_rel",
        string="Documents",
        compute="_compute_document_ids",
        store=True,
        readonly=False,
    )
    gross = fields.Monetary(string="The Row Brings", compute="_compute_documents")
    is_open = fields.Monetary(string="Open on Them", compute="_compute_documents")
    document_rest = fields.Monetary(
        string="Left Over", compute="_compute_documents", help="Below zero: what the row does not pay of them."
    )
    rest_way = fields.Selection(
        [
            ("open", "Stays open on the document"),
            ("fee", "Is the platform's fee"),
            ("account", "Goes to an account"),
        ],
        string="The Difference",
        compute="_compute_rest_way",
        store=True,
        readonly=False,
    )

    @api.depends("amount")
    def _compute_is_incoming(self):
        for wizard in self:
            wizard.is_incoming = wizard.amount > 0

    @api.depends("line_id")
    def _compute_document_ids(self):
        for wizard in self:
            wizard.document_ids = wizard._proposed_documents()

    @api.depends("line_id", "document_ids")
    def _compute_documents(self):
        for wizard in self:
            documents = wizard._open_documents()
            channel = wizard.channel_id
            wizard.gross = abs(wizard.line_id.gross)
            wizard.is_open = channel._major(sum(document.open for document in documents)) if documents else 0.0
            wizard.document_rest = wizard.currency_id.round(wizard.gross - wizard.is_open)

    @api.depends("document_rest")
    def _compute_rest_way(self):
        for wizard in self:
            wizard.rest_way = "open" if wizard.document_rest < 0 else "account"

    def _open_documents(self):
        """What is chosen, as far as money in the row's direction pays it."""
        if not self.document_ids:
            return []
        documents = self.channel_id.sudo()._documents_by_id(self.document_ids.ids)
        return [document for document in documents if document.incoming == self.is_incoming]

    def _match_documents(self):
        documents = self._open_documents()
        if not documents or {document.id for document in documents} != set(self.document_ids.ids):
            raise UserError(
                self.env._(
                    "Choose posted documents of this company and currency that have something open and that %s pays."
                    " One that another row or payment holds is not open any more.",
                    self.env._("money in") if self.is_incoming else self.env._("money out"),
                )
            )
        has_rest = not self.currency_id.is_zero(self.document_rest)
        if has_rest:
            self._check_rest(documents)
        goes_elsewhere = has_rest and self.rest_way != "open"
        self.line_id._decide_documents(
            documents,
            rest_account=self.account_id if goes_elsewhere and self.rest_way == "account" else None,
            in_full=goes_elsewhere,
            note=self.note,
        )

    def _check_rest(self, documents):
        if self.rest_way == "open":
            if self.document_rest > 0:
                raise UserError(
                    self.env._(
                        "The row brings %s more than is open. Choose another document, or say where that goes.",
                        self.currency_id.format(self.document_rest),
                    )
                )
            return
        if self.rest_way == "account":
            if self.account_id.account_type in ("asset_receivable", "liability_payable") and (
                len({document.partner_id for document in documents}) > 1
            ):
                raise UserError(self.env._("The documents belong to several partners: match them one by one."))
            self.line_id._check_account_by_hand(self.account_id, documents[0].partner_id, self.note)
            self.line_id._check_rest_limit(self.document_rest, self.account_id)
        if not (self.note or "").strip():
            raise UserError(self.env._("Say why the difference goes there."))
