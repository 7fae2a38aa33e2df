"""What explains a row, when a person knows better than the engine: a payment, open documents or an account."""

from odoo import api, fields, models

from ..models.payment_bridge_statement_line_books import BookFilter
from ..models.payment_bridge_statement_line_by_hand import FEE, NO_REMAINDER

BOOKS_OF_PAYMENTS = ("payment", "return")
MOST_CHOICES = 1000
"""How many payments are offered at most, those with the nearest amounts."""


class PaymentBridgeStatementLineMatch(models.TransientModel):
    """Matches one row to a payment or to open documents, or books it to an account."""

    _name = "payment.bridge.statement.line.match"
    _description = "Match a Statement Row by Hand"

    line_id = fields.Many2one("payment.bridge.statement.line", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="line_id.company_id")
    channel_id = fields.Many2one(related="line_id.channel_id")
    currency_id = fields.Many2one(related="line_id.currency_id")
    amount = fields.Monetary(related="line_id.amount")
    description = fields.Char(related="line_id.description")
    counterparty = fields.Char(related="line_id.counterparty")
    reason = fields.Char(related="line_id.reason")
    way = fields.Selection(
        [
            ("payment", "A payment through this channel"),
            ("document", "Open invoices or bills"),
            ("account", "An account"),
        ],
        compute="_compute_way",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    instruction_id = fields.Many2one(
        "payment.bridge.instruction",
        string="Payment",
        compute="_compute_instruction",
        store=True,
        readonly=False,
    )
    allowed_instruction_ids = fields.Many2many("payment.bridge.instruction", compute="_compute_allowed")
    remainder = fields.Monetary(compute="_compute_remainder")
    remainder_is_fee = fields.Boolean(string="The difference is the platform's fee")
    account_id = fields.Many2one(
        "account.account",
        domain="[('company_ids', 'in', company_id), ('active', '=', True),"
        " ('account_type', 'not in', ('asset_cash', 'liability_credit_card'))]",
    )
    partner_id = fields.Many2one("res.partner")
    note = fields.Char(string="Why", help="Kept with the row.")

    @api.depends("line_id")
    def _compute_way(self):
        """Documents where they are proposed and the row names no payment."""
        for wizard in self:
            is_document = not wizard.line_id.candidate_id and wizard._proposed_documents()
            wizard.way = "document" if is_document else "payment"

    def _proposed_documents(self):
        """The best proposal's documents."""
        proposals = self.line_id.sudo().proposal_ids
        best = proposals.filtered(lambda one: one.way == "document" and one.state == "open")
        return best.sorted(lambda one: (-one.score, one.id))[:1].document_ids.with_env(self.env)

    @api.depends("line_id")
    def _compute_allowed(self):
        for wizard in self:
            line = wizard.line_id.sudo()
            wanted = BookFilter(incoming=line.gross > 0, near=abs(line.gross), limit=MOST_CHOICES)
            books = line._workbench_books(line.channel_id, wanted)
            wizard.allowed_instruction_ids = [one["id"] for one in books if one["kind"] in BOOKS_OF_PAYMENTS]

    @api.depends("line_id", "allowed_instruction_ids")
    def _compute_instruction(self):
        """Propose the payment that the row names, else the only one of its amount."""
        for wizard in self:
            line, allowed = wizard.line_id, wizard.allowed_instruction_ids
            equal = allowed.filtered(
                lambda one, line=line: one.currency_id.compare_amounts(one.amount, abs(line.gross)) == 0
            )
            wizard.instruction_id = (line.candidate_id & allowed) or (equal if len(equal) == 1 else False)

    @api.depends("instruction_id", "line_id")
    def _compute_remainder(self):
        for wizard in self:
            line, order = wizard.line_id, wizard.instruction_id
            wizard.remainder = order and line.currency_id.round(abs(line.gross) - order.amount)

    def action_match(self):
        """Keep the decision; the row is posted with its statement."""
        self.ensure_one()
        if self.way == "payment":
            way = FEE if self.remainder_is_fee else NO_REMAINDER
            self.line_id._match_by_hand(self._books(), way, note=self.note)
        elif self.way == "document":
            self._match_documents()
        else:
            self.line_id._book_by_hand(self.account_id, self.partner_id, self.note)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _books(self):
        """The leg of the chosen payment that the row may stand for: money that comes back of one that went out."""
        order = self.instruction_id
        is_return = self.line_id.gross > 0 and order.operation == "pay_out"
        return [("return" if is_return else "payment", order.id)] if order else []
