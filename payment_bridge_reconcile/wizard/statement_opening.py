"""The balance that the account held before its first statement."""

from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class PaymentBridgeStatementOpening(models.TransientModel):
    """Books the opening balance once, against an account that a person chooses."""

    _name = "payment.bridge.statement.opening"
    _description = "Book the Opening Balance"

    statement_id = fields.Many2one("payment.bridge.statement", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="statement_id.company_id")
    currency_id = fields.Many2one(related="statement_id.currency_id")
    amount = fields.Monetary(related="statement_id.opening_missing")
    date = fields.Date(compute="_compute_date", store=True, precompute=True, readonly=False, required=True)
    account_id = fields.Many2one(
        "account.account",
        string="Counterpart",
        required=True,
        compute="_compute_account",
        store=True,
        precompute=True,
        readonly=False,
        domain="[('company_ids', 'in', company_id), ('active', '=', True)]",
    )

    @api.depends("statement_id")
    def _compute_date(self):
        for wizard in self:
            statement = wizard.statement_id
            wizard.date = statement._entry_date(fields.Date.subtract(statement.first_day, days=1))

    @api.depends("statement_id")
    def _compute_account(self):
        for wizard in self:
            company = wizard.statement_id.company_id.sudo()
            wizard.account_id = company.transfer_account_id or company.get_unaffected_earnings_account()

    def action_book(self):
        """Post the opening balance."""
        self.ensure_one()
        statement = self.statement_id
        statement._require_clerk()
        statement._check_can_post(False)
        amount = statement.opening_missing
        if statement.currency_id.is_zero(amount):
            raise UserError(self.env._("The books have the opening balance already."))
        journal = statement.channel_id.sudo().journal_id
        if not self.account_id.filtered_domain(self.account_id._check_company_domain(self.company_id)):
            raise UserError(self.env._("Choose an account of %s.", self.company_id.name))
        if self.account_id == journal.default_account_id:
            raise UserError(self.env._("The counterpart must be another account than the channel's own."))
        label = self.env._("Opening balance of %s", statement.channel_id.name)
        balance = statement.currency_id._convert(
            amount, statement.company_id.currency_id, statement.company_id, self.date
        )
        items = [(journal.default_account_id, 1), (self.account_id, -1)]
        entry = (
            self.env["account.bank.statement.line"]
            .sudo()
            .with_company(statement.company_id)
            .create(
                {
                    "journal_id": journal.id,
                    "date": self.date,
                    "payment_ref": label,
                    "amount": amount,
                    "bridge_opening_id": statement.id,
                    "line_ids": [
                        Command.create(
                            {
                                "account_id": account.id,
                                "name": label,
                                "currency_id": statement.currency_id.id,
                                "amount_currency": sign * amount,
                                "balance": sign * balance,
                            }
                        )
                        for account, sign in items
                    ],
                }
            )
        )
        self.env["payment.bridge.audit.event"]._record(
            "statement.opening_booked",
            statement,
            amount=f"{amount:.2f}",
            account=self.account_id.code,
            entry=entry.move_id.name,
        )
        return {"type": "ir.actions.client", "tag": "soft_reload"}
