"""What a row that was held on the suspense account turned out to be."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..treatments.facts import rest_of
from .plan_preview import render_items


class PaymentBridgeSuspenseClear(models.TransientModel):
    """Clears a held row to a payment, a document, an account, or the row with which its money came back."""

    _name = "payment.bridge.suspense.clear"
    _description = "Clear a Held Row"

    line_id = fields.Many2one("payment.bridge.statement.line", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="line_id.company_id")
    channel_id = fields.Many2one(related="line_id.channel_id")
    currency_id = fields.Many2one(related="line_id.currency_id")
    amount = fields.Monetary(related="line_id.amount")
    description = fields.Char(related="line_id.description")
    counterparty = fields.Char(related="line_id.counterparty")
    age = fields.Integer(related="line_id.age")
    way = fields.Selection(
        [
            ("payment", "A payment through this channel"),
            ("document", "An invoice or bill"),
            ("account", "An account"),
            ("row", "Another held row: the money came back"),
        ],
        required=True,
        default="document",
    )
    instruction_id = fields.Many2one(
        "payment.bridge.instruction",
        string="Payment",
        domain="[('channel_id', '=', channel_id), ('state', 'in', ('succeeded', 'returned')),"
        " ('payment_id', '!=', False)]",
    )
    rest = fields.Monetary(compute="_compute_rest", string="Left Over")
    document_id = fields.Many2one(
        "account.move",
        domain="[('company_id', '=', company_id), ('state', '=', 'posted'), ('amount_residual', '!=', 0),"
        " ('move_type', 'in', ('out_invoice', 'in_invoice', 'out_refund', 'in_refund'))]",
    )
    account_id = fields.Many2one(
        "account.account",
        domain="[('company_ids', 'in', company_id), ('active', '=', True),"
        " ('account_type', 'not in', ('asset_cash', 'liability_credit_card'))]",
    )
    partner_id = fields.Many2one("res.partner")
    other_id = fields.Many2one(
        "payment.bridge.statement.line",
        string="Row",
        domain="[('channel_id', '=', channel_id), ('state', '=', 'posted'), ('match_pass', '=', 'suspense'),"
        " ('id', '!=', line_id), ('amount', '=', opposite)]",
    )
    opposite = fields.Monetary(compute="_compute_rest")
    note = fields.Char(string="Why", help="Kept with the row.")
    preview = fields.Html(compute="_compute_preview", sanitize=False)
    problem = fields.Char(compute="_compute_preview")

    @api.depends("line_id", "instruction_id", "way")
    def _compute_rest(self):
        for wizard in self:
            order = wizard.instruction_id if wizard.way == "payment" else wizard.instruction_id.browse()
            wizard.rest = rest_of(wizard.line_id, order) if order else 0.0
            wizard.opposite = -wizard.line_id.amount

    @api.depends("line_id", "way", "instruction_id", "document_id", "account_id", "partner_id", "other_id")
    @api.depends_context("lang")
    def _compute_preview(self):
        for wizard in self:
            wizard.preview = wizard.problem = False
            if wizard.way == "row" or not wizard._is_chosen():
                continue
            try:
                values, settles = wizard._values()
                items = wizard.line_id._planned_clearing(values, settles)
            except UserError as error:
                wizard.problem = str(error)
                continue
            wizard.preview = render_items(self.env, wizard.currency_id, items)

    def _is_chosen(self):
        return bool({"payment": self.instruction_id, "document": self.document_id}.get(self.way, self.account_id))

    def _values(self):
        """What the row turns out to be, as fields, and the items of a document that it pays."""
        if self.way == "payment":
            return self.line_id._as_payment(self.instruction_id, self.account_id), None
        if self.way == "document":
            return self.line_id._as_document(self.document_id)
        self._check_account()
        return {"match_pass": "account", "account_id": self.account_id.id, "partner_id": self.partner_id.id}, None

    def _check_account(self):
        account, held = self.account_id, self.line_id.sudo().move_line_id.account_id
        if not account.filtered_domain(account._check_company_domain(self.company_id)):
            raise UserError(self.env._("Choose an account of %s.", self.company_id.name))
        if account in (held, self.channel_id.sudo().journal_id.default_account_id):
            raise UserError(self.env._("Choose another account than the one the row is on."))
        if account.account_type in ("asset_receivable", "liability_payable") and not self.partner_id:
            raise UserError(self.env._("A receivable or payable needs its partner."))

    def _check_limit(self):
        """Holding a row first is no way around the limit for write-offs."""
        if self.way == "account":
            self.line_id._check_account_limit(self.account_id)
        elif self.rest:
            self.line_id._check_rest_limit(self.rest, self.account_id)

    def action_clear(self):
        """Post what is shown."""
        self.ensure_one()
        self.env["payment.bridge.statement"]._require_clerk(self)
        note = (self.note or "").strip()
        if self.way == "row":
            if not self.other_id:
                raise UserError(self.env._("Choose the row with which the money came back."))
            self.line_id._clear_with_row(self.other_id, note)
        elif not self._is_chosen():
            raise UserError(self.env._("Choose what the row turned out to be."))
        else:
            if (self.way == "account" or self.rest) and not note:
                raise UserError(self.env._("Say why the row belongs to that account."))
            values, settles = self._values()
            self._check_limit()
            self.line_id._clear(values, note, settles)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
