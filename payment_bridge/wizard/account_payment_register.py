"""Odoo's own register-payment wizard, with a channel as one more way to pay."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.account_journal import METHOD_CODE


class AccountPaymentRegister(models.TransientModel):
    _inherit = "account.payment.register"

    bridge_channel_id = fields.Many2one(
        "payment.bridge.channel",
        string="Channel",
        compute="_compute_bridge_channel",
        inverse="_inverse_bridge_channel",
        domain="[('id', 'in', bridge_fitting_ids)]",
        help="The platform account that pays. Empty: an ordinary payment that is only recorded.",
    )
    bridge_refund_of_id = fields.Many2one(
        "account.payment",
        string="Give Back",
        compute="_compute_bridge_refund_of",
        store=True,
        readonly=False,
        help="The receipt that is given back, on the channel that took it. Empty: the customer is paid another way.",
    )
    bridge_refundable_ids = fields.Many2many("account.payment", compute="_compute_bridge_refundable")
    bridge_fitting_ids = fields.Many2many("payment.bridge.channel", compute="_compute_bridge_fitting")
    bridge_available = fields.Boolean(compute="_compute_bridge_fitting")
    bridge_notice = fields.Char(compute="_compute_bridge_notice")

    @api.depends("payment_type", "company_id", "line_ids")
    def _compute_bridge_fitting(self):
        """The channels that can pay, and of those, for a single payee, the ones that know one of his accounts."""
        channels = self.env["payment.bridge.channel"]
        may_read = channels.has_access("read")
        for wizard in self:
            outbound = may_read and wizard.payment_type == "outbound"
            fitting = outbound and channels.search(
                [("state", "=", "active"), ("company_id", "=", wizard.company_id.id), ("can_pay_out", "=", True)]
            )
            accounts = wizard.line_ids.partner_id.commercial_partner_id.bank_ids
            if fitting and len(accounts.partner_id.commercial_partner_id) == 1:
                fitting = fitting.filtered(lambda one, known=accounts: one._payable_accounts(known)) or fitting
            wizard.bridge_fitting_ids = fitting
            wizard.bridge_available = bool(fitting)

    @api.depends("journal_id", "payment_method_line_id", "payment_type")
    def _compute_bridge_channel(self):
        for wizard in self:
            through = wizard.payment_method_line_id.code == METHOD_CODE
            wizard.bridge_channel_id = through and wizard.journal_id._bridge_channel()

    @api.depends("bridge_channel_id", "journal_id", "payment_type", "partner_bank_id", "can_edit_wizard")
    @api.depends_context("lang")
    def _compute_bridge_notice(self):
        for wizard in self:
            by_hand = wizard.journal_id._bridge_channel()
            if wizard.bridge_channel_id:
                asked = self.env._(
                    "%s will be asked to pay as soon as you confirm. Until it has answered the bill reads In Payment.",
                    wizard.bridge_channel_id.name,
                )
                wizard.bridge_notice = " ".join(filter(None, (asked, wizard._bridge_confirmation_notice())))
            elif wizard.payment_type == "outbound" and by_hand and not by_hand.can_pay_out:
                wizard.bridge_notice = self.env._(
                    "This only records the payment. %s sends nothing: order it at the portal of the institution.",
                    by_hand.name,
                )
            else:
                wizard.bridge_notice = False

    def _bridge_confirmation_notice(self):
        """That a payee has to confirm, and by when, where one of the chosen accounts is of such a kind."""
        accounts = self.partner_bank_id
        if not self.can_edit_wizard:
            accounts = accounts.union(*map(self._get_batch_account, self.batches))
        capabilities = self.bridge_channel_id.sudo()._capabilities()
        kinds = [capabilities.payee_kind(account.bridge_payee_kind or "") for account in accounts]
        limits = [kind.confirms_within for kind in kinds if kind and kind.confirms_within]
        if not limits:
            return ""
        return self.env._(
            "The payee has to confirm within %s hours, on a page whose link you send. Until then the money stays with"
            " you; without a confirmation nothing is paid.",
            int(min(limits).total_seconds() // 3600),
        )

    @api.depends("line_ids")
    def _compute_bridge_refundable(self):
        """What was collected for the invoices that credit notes take back, and can still be given back."""
        for wizard in self:
            notes = wizard.line_ids.move_id.filtered(lambda move: move.move_type == "out_refund")
            collected = notes.reversed_entry_id.sudo().bridge_instruction_ids.payment_id
            wizard.bridge_refundable_ids = collected.filtered("bridge_can_refund")

    @api.depends("bridge_refundable_ids")
    def _compute_bridge_refund_of(self):
        for wizard in self:
            fits = wizard.bridge_refundable_ids.filtered(
                lambda receipt, wizard=wizard: (
                    receipt.currency_id.compare_amounts(receipt.bridge_refundable, wizard.source_amount_currency) >= 0
                )
            )
            wizard.bridge_refund_of_id = fits[:1]

    @api.depends("bridge_refund_of_id")
    def _compute_show_require_partner_bank(self):
        """A refund goes back where the money came from: it needs no account of the customer."""
        result = super()._compute_show_require_partner_bank()
        refunds = self.filtered("bridge_refund_of_id")
        refunds.show_partner_bank_account = False
        refunds.require_partner_bank_account = False
        return result

    @api.onchange("bridge_refund_of_id")
    def _onchange_bridge_refund_of(self):
        """A refund leaves by the channel that took the money."""
        for wizard in self.filtered("bridge_refund_of_id"):
            wizard.bridge_channel_id = wizard.bridge_refund_of_id.bridge_channel_id
            wizard._inverse_bridge_channel()

    @api.onchange("bridge_channel_id")
    def _onchange_bridge_channel(self):
        self._inverse_bridge_channel()

    def _inverse_bridge_channel(self):
        for wizard in self.filtered("bridge_channel_id"):
            journal = wizard.bridge_channel_id.sudo().journal_id
            if wizard.journal_id != journal:
                wizard.journal_id = journal
            line = journal._bridge_method_line("outbound")
            if wizard.payment_method_line_id != line:
                wizard.payment_method_line_id = line

    @api.depends("bridge_channel_id")
    def _compute_partner_bank_id(self):
        """Prefer the vendor's account that the channel can pay to."""
        result = super()._compute_partner_bank_id()
        for wizard in self.filtered("bridge_channel_id"):
            payable = wizard.bridge_channel_id._payable_accounts(wizard.available_partner_bank_ids._origin)
            if payable and wizard.partner_bank_id._origin not in payable:
                wizard.partner_bank_id = payable[0]
        return result

    def _get_batch_account(self, batch_result):
        account = super()._get_batch_account(batch_result)
        if self.bridge_channel_id and not self.can_edit_wizard:
            partner = self.env["res.partner"].browse(batch_result["payment_values"]["partner_id"])
            payable = self.bridge_channel_id._payable_accounts(partner.commercial_partner_id.bank_ids)
            if payable and account not in payable:
                return payable[0]
        return account

    def _create_payment_vals_from_batch(self, batch_result):
        vals = super()._create_payment_vals_from_batch(batch_result)
        if self.bridge_refund_of_id:
            vals.update(self._bridge_refund_vals())
        elif self.bridge_channel_id:
            vals["partner_bank_id"] = self._get_batch_account(batch_result).id
        return vals

    def _create_payment_vals_from_wizard(self, batch_result):
        vals = super()._create_payment_vals_from_wizard(batch_result)
        if self.bridge_refund_of_id:
            vals.update(self._bridge_refund_vals())
        return vals

    def _bridge_refund_vals(self):
        return {"bridge_refund_of_id": self.bridge_refund_of_id.id, "partner_bank_id": False}

    def _create_payments(self):
        """Refuse bills that another payment holds, whatever the way of paying chosen here."""
        if self.payment_method_line_id.code == METHOD_CODE:
            self._bridge_check()
        lines = self.line_ids.filtered(lambda line: line.move_id.move_type in ("in_invoice", "in_receipt"))
        self.env["payment.bridge.reservation"]._require_open(lines)
        return super()._create_payments()

    def _bridge_check(self):
        """What can be said before a payment exists.

        :raises UserError: for a user without the role, or an amount that is no amount.
        """
        if not self.env.user.has_group("payment_bridge.group_clerk"):
            raise UserError(
                self.env._("Paying through a channel needs the role Payment Bridge / Clerk. Nothing was sent.")
            )
        if self.can_edit_wizard and self.currency_id.compare_amounts(self.amount, 0.0) <= 0:
            raise UserError(self.env._("The amount must be above zero. Nothing was sent."))

    def _init_payments(self, to_process, edit_mode=False):
        payments = super()._init_payments(to_process, edit_mode=edit_mode)
        for values in to_process:
            if values["payment"].bridge_channel_id:
                self.env["payment.bridge.reservation"]._hold(values["payment"], values["to_reconcile"])
        return payments

    def _reconcile_payments(self, to_process, edit_mode=False):
        for values in to_process:
            values["payment"].bridge_reservation_ids._end("booked")
        return super()._reconcile_payments(to_process, edit_mode=edit_mode)
