"""What explains a row, when a person knows better than the engine: a payment, open documents or an account."""

from odoo import api, fields, models
from odoo.exceptions import UserError


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
            line = wizard.line_id
            taken = (
                line.sudo()
                .search(
                    [
                        ("channel_id", "=", line.channel_id.id),
                        ("instruction_id", "!=", False),
                        ("kind", "!=", "fee"),
                        ("amount", "<" if line.amount < 0 else ">", 0),
                    ]
                )
                .instruction_id
            )
            states = ["succeeded", "returned"] if line.amount < 0 else ["returned"]
            wizard.allowed_instruction_ids = self.env["payment.bridge.instruction"].search(
                [
                    ("channel_id", "=", line.channel_id.id),
                    ("state", "in", states),
                    ("payment_id", "!=", False),
                    ("id", "not in", taken.ids),
                ]
            )

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
            wizard.remainder = order and line.currency_id.round(
                (-line.amount if line.amount < 0 else line.amount) - order.amount
            )

    def action_match(self):
        """Keep the decision; the row is posted with its statement."""
        self.ensure_one()
        line = self.line_id
        line.statement_id._require_clerk()
        if line.state != "unmatched":
            raise UserError(self.env._("This row is explained already."))
        if self.way == "payment":
            self._check_payment()
            line._decide(
                state="matched",
                match_pass="payment" if line.amount < 0 else "return",
                found_by="hand",
                instruction_id=self.instruction_id.id,
                payment_id=self.instruction_id.payment_id.id,
                note=self.note,
            )
        elif self.way == "document":
            self._match_documents()
        else:
            self._check_account()
            line._decide(
                state="matched",
                match_pass="account",
                found_by="hand",
                account_id=self.account_id.id,
                partner_id=self.partner_id.id,
                note=self.note,
            )
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _check_payment(self):
        order = self.instruction_id
        if not order or order not in self.allowed_instruction_ids:
            raise UserError(self.env._("Choose a payment of this channel that no other row stands for."))
        if self.line_id.amount > 0 and not order.payment_id.sudo().bridge_reversal_id:
            raise UserError(self.env._("The return of this payment is not booked yet. See Differences."))
        if self.currency_id.is_zero(self.remainder):
            return
        if not self.remainder_is_fee:
            raise UserError(
                self.env._(
                    "The row is %(row)s, the payment %(payment)s. Say that the difference is a fee, or choose"
                    " another payment.",
                    row=self.currency_id.format(abs(self.line_id.amount)),
                    payment=self.currency_id.format(order.amount),
                )
            )

    def _check_account(self):
        self._check_account_choice()
        if self.account_id.account_type in ("asset_receivable", "liability_payable") and not self.partner_id:
            raise UserError(self.env._("A receivable or payable needs its partner."))
        if not (self.note or "").strip():
            raise UserError(self.env._("Say why the row belongs to that account."))

    def _check_account_choice(self):
        if not self.account_id:
            raise UserError(self.env._("Choose the account."))
        if not self.account_id.filtered_domain(self.account_id._check_company_domain(self.company_id)):
            raise UserError(self.env._("Choose an account of %s.", self.company_id.name))
        if self.account_id == self.channel_id.sudo().journal_id.default_account_id:
            raise UserError(self.env._("Choose another account than the channel's own."))
