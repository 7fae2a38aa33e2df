"""Chargebacks: a customer's bank takes the money of a collection back, and may give it back once the dispute is won."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class PaymentBridgeChargeback(models.Model):
    """One chargeback that is in the books: which row took the money, what it opened again, and which row brought it
    back. It is made and ended by posting and undoing alone."""

    _name = "payment.bridge.chargeback"
    _description = "Chargeback"
    _order = "id desc"
    _rec_name = "line_id"

    line_id = fields.Many2one("payment.bridge.statement.line", string="Row", required=True, readonly=True, index=True)
    won_line_ids = fields.One2many("payment.bridge.statement.line", "chargeback_id", string="Won With", readonly=True)
    channel_id = fields.Many2one("payment.bridge.channel", required=True, readonly=True, index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    payment_id = fields.Many2one("account.payment", required=True, readonly=True, index=True)
    partner_id = fields.Many2one(related="payment_id.partner_id")
    amount = fields.Monetary(readonly=True)
    day = fields.Date(readonly=True)
    goes_to = fields.Selection(
        [("reopen", "The invoice is open again"), ("account", "The account for chargebacks")], readonly=True
    )
    reopened_item_ids = fields.Many2many(
        "account.move.line", "payment_bridge_chargeback_reopened_rel", "chargeback_id", "item_id", readonly=True
    )
    invoice_ids = fields.Many2many("account.move", compute="_compute_invoice_ids", string="Invoices")
    state = fields.Selection(
        [("taken", "Taken Back"), ("won", "Won"), ("undone", "Undone")],
        string="Status",
        required=True,
        readonly=True,
        default="taken",
        index=True,
    )

    _row_once = models.UniqueIndex("(line_id) WHERE state != 'undone'", "This chargeback is in the books already.")

    @api.depends("reopened_item_ids")
    def _compute_invoice_ids(self):
        for chargeback in self:
            chargeback.invoice_ids = chargeback.reopened_item_ids.move_id

    @api.private
    def _left(self):
        """What of it has not come back yet."""
        self.ensure_one()
        return self.currency_id.round(self.amount - sum(self.won_line_ids.mapped("gross")))

    @api.private
    def _follow_wins(self):
        """Won once all of it has come back."""
        for chargeback in self:
            chargeback.state = "taken" if chargeback._left() > 0 else "won"

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A chargeback is part of the trail and stays."))

    # -- opening and closing ---------------------------------------------------------------

    @api.private
    def _open_invoices(self):
        """Part the receipt from the invoices that it pays; they wait for money again. Chargebacks of one receipt that
        are booked together open the same invoices."""
        self.payment_id.ensure_one()
        counterpart = self.payment_id._seek_for_lines()[1]
        partials = _with_invoices(counterpart)
        self.reopened_item_ids = _other_side(partials, counterpart)
        partials.unlink()

    @api.private
    def _pay_rest(self):
        """What is left of the receipt after a chargeback of a part goes on paying the invoices."""
        items = self.payment_id._seek_for_lines()[1] | self.reopened_item_ids
        waiting = items.filtered(lambda item: not item.reconciled)
        if len(waiting.move_id) > 1:
            waiting.reconcile()

    @api.private
    def _tell(self, words):
        for document in (self.payment_id, *self.invoice_ids):
            document.message_post(body=words)
        for invoice in self.invoice_ids.filtered(lambda one: one.invoice_user_id.active):
            invoice.activity_schedule(
                "mail.mail_activity_data_warning", user_id=invoice.invoice_user_id.id, summary=words[:120], note=words
            )


def _with_invoices(counterpart):
    """The reconciliations of a receipt's item with invoices."""
    partials = counterpart.matched_debit_ids | counterpart.matched_credit_ids
    return partials.filtered(
        lambda one: any(
            move.is_invoice(include_receipts=True) for move in (one.debit_move_id | one.credit_move_id).move_id
        )
    )


def _other_side(partials, counterpart):
    return (partials.debit_move_id | partials.credit_move_id) - counterpart


class PaymentBridgeChannel(models.Model):
    _inherit = "payment.bridge.channel"

    chargeback_to = fields.Selection(
        [("reopen", "Open the invoice again"), ("account", "Book to the account for chargebacks")],
        string="Chargebacks",
        default="reopen",
        required=True,
        tracking=True,
        help="Whether the customer owes the invoice again, or the amount waits on an account of its own until the"
        " dispute is decided.",
    )
    chargeback_account_id = fields.Many2one("account.account", check_company=True, tracking=True)

    @api.model
    def _audited_fields(self):
        return super()._audited_fields() | {"chargeback_to", "chargeback_account_id"}


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_live_payment(self):
        """Money that a chargeback has taken back does not pay its invoice any more."""
        payments = (self.debit_move_id | self.credit_move_id).move_id.origin_payment_id
        taken = (
            self.env["payment.bridge.chargeback"]
            .sudo()
            .search([("payment_id", "in", payments.ids), ("state", "in", ("taken", "won"))])
            .payment_id
        )
        others = self.filtered(
            lambda one: not (one.debit_move_id | one.credit_move_id).move_id.origin_payment_id & taken
        )
        return super(AccountPartialReconcile, others)._unlink_except_live_payment()
