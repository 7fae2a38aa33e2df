"""Payments that travel through a channel."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount

from ..checks.base import Stage
from ..connector.errors import InvalidOrder
from ..connector.types import Operation
from .account_journal import METHOD_CODE
from .connector_call import check
from .instruction_states import LIVE
from .payment_bridge_instruction import INCOMING
from .refusal import refused

PROTECTED_FIELDS = {
    "amount", "currency_id", "partner_id", "partner_bank_id", "journal_id", "payment_method_line_id",
    "payment_type", "date", "company_id", "move_id", "memo",
}  # fmt: skip
FORBIDDEN_STATES = {"canceled", "rejected"}


class AccountPayment(models.Model):
    _inherit = "account.payment"

    bridge_channel_id = fields.Many2one(
        "payment.bridge.channel",
        string="Channel",
        compute="_compute_bridge_channel",
        store=True,
        index="btree_not_null",
    )
    bridge_instruction_id = fields.Many2one(
        "payment.bridge.instruction", string="Instruction", readonly=True, copy=False, index="btree_not_null"
    )
    bridge_state = fields.Selection(
        string="Platform Status",
        related="bridge_instruction_id.state",
        store=True,
        index="btree_not_null",
    )
    bridge_is_live = fields.Boolean(compute="_compute_bridge_is_live")
    bridge_reservation_ids = fields.One2many("payment.bridge.reservation", "payment_id", readonly=True)
    bridge_reversal_id = fields.Many2one(
        "account.move", string="Return Entry", readonly=True, copy=False, index="btree_not_null"
    )
    bridge_can_cancel = fields.Boolean(related="bridge_instruction_id.can_cancel")
    bridge_can_query = fields.Boolean(related="bridge_instruction_id.can_query")

    @api.depends("journal_id", "payment_method_line_id")
    def _compute_bridge_channel(self):
        for payment in self:
            through = payment.payment_method_line_id.payment_method_id.code == METHOD_CODE
            payment.bridge_channel_id = through and payment.journal_id._bridge_channel()

    @api.depends("bridge_state")
    def _compute_bridge_is_live(self):
        for payment in self:
            payment.bridge_is_live = payment.sudo().bridge_state in LIVE

    @api.model
    def _get_method_codes_using_bank_account(self):
        return [*super()._get_method_codes_using_bank_account(), METHOD_CODE]

    @api.model
    def _get_method_codes_needing_bank_account(self):
        return [*super()._get_method_codes_needing_bank_account(), METHOD_CODE]

    def write(self, vals):
        if PROTECTED_FIELDS & set(vals) or vals.get("state") in FORBIDDEN_STATES:
            self._bridge_forbid_live()
        if vals.get("state") == "draft" and self.sudo().filtered("bridge_instruction_id"):
            words = self.env._("A payment that was ordered once is not used again: pay its bills anew instead.")
            raise refused(self, "ordered", UserError(words), fields=sorted(vals))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_ordered(self):
        if self.sudo().filtered("bridge_instruction_id"):
            words = self.env._("A payment that was ordered at a platform is part of the trail and stays.")
            raise refused(self, "deletion", UserError(words))

    def _bridge_forbid_live(self):
        live = self.filtered(lambda payment: payment.bridge_is_live and not payment._bridge_being_booked())
        if live:
            words = self.env._(
                "%s has been ordered at a platform and cannot be changed any more. While it still"
                " waits you can cancel it; after that the platform decides its result.",
                ", ".join(live.mapped("display_name")),
            )
            raise refused(live, "ordered", UserError(words))

    def action_post(self):
        """Post and place the order: it leaves after this transaction has committed."""
        self._bridge_require_money_received()
        outgoing = self.filtered(
            lambda payment: (
                payment.bridge_channel_id and payment.payment_type == "outbound" and not payment.bridge_instruction_id
            )
        )
        for payment in outgoing:
            payment._bridge_check()
        outgoing._bridge_run_checks(Stage.PREPARED)
        result = super().action_post()
        placed = self.env["payment.bridge.instruction"]._place(
            [payment._bridge_instruction_vals() for payment in outgoing]
        )
        for payment, instruction in zip(outgoing, placed, strict=True):
            payment.sudo().bridge_instruction_id = instruction
        return result

    # -- before it leaves -----------------------------------------------------

    def _bridge_check(self):
        """Everything known before sending that would make this payment fail, as one clear error.

        :raises UserError: naming the payment, the field and what to do; nothing has been sent.
        """
        self.ensure_one()
        channel = self.bridge_channel_id.sudo()
        if not self.env.user.has_group("payment_bridge.group_clerk") and not self.env.su:
            words = self.env._("Paying through a channel needs the role Payment Bridge / Clerk. Nothing was sent.")
            raise refused(self, "no_role", UserError(words))
        if problem := self._bridge_problem(channel):
            words = self.env._(
                "%(payee)s cannot be paid through %(channel)s: %(problem)s Nothing was sent.",
                payee=self.partner_id.display_name or self.env._("This payment"),
                channel=channel.name,
                problem=problem,
            )
            raise refused(self, "unpayable", UserError(words), bills=self.sudo()._bridge_documents().ids)
        probe = self._bridge_probe()
        try:
            check(channel._connector(), Operation(probe.operation), probe._order_for(fields.Datetime.now()))
        except InvalidOrder as error:
            raise UserError(
                self.env._(
                    "%(payee)s cannot be paid through %(channel)s: %(problem)s Nothing was sent.",
                    payee=self.partner_id.display_name,
                    channel=channel.name,
                    problem=error.advice.in_language(self.env.lang) if error.advice else error.message,
                )
            ) from error

    def _bridge_problem(self, channel):
        """The first thing that stands in the way, in words; empty when nothing does."""
        return self._bridge_problem_of_channel(channel) or self._bridge_problem_of_payee(channel)

    def _bridge_problem_of_channel(self, channel):
        capabilities = channel._capabilities()
        if channel.state == "draft":
            return self.env._("the channel is not active yet. Ask the channel administrator.")
        if not self.partner_id:
            return self.env._("it has no payee.")
        if not self.partner_id.active:
            return self.env._("the vendor is archived. Restore the vendor or choose another.")
        if self.currency_id.compare_amounts(self.amount, 0.0) <= 0:
            return self.env._("the amount must be above zero.")
        if self.currency_id.name not in capabilities.currencies or self.currency_id != channel.currency_id:
            return self.env._(
                "the channel pays in %(channel)s, not in %(currency)s.",
                channel=channel.currency_id.name,
                currency=self.currency_id.name,
            )
        if channel.limit_per_payment and self.amount > channel.limit_per_payment:
            return self.env._(
                "%(amount)s is over the channel's limit of %(limit)s a payment.",
                amount=format_amount(self.env, self.amount, self.currency_id),
                limit=format_amount(self.env, channel.limit_per_payment, channel.currency_id),
            )
        return ""

    def _bridge_problem_of_payee(self, channel):
        account = self.partner_bank_id
        kind = channel._capabilities().payee_kind(account.bridge_payee_kind or "")
        if not channel.can_pay_out:
            return self.env._(
                "it sends no payments. Order it at the platform's own portal, and record it by hand here."
            )
        if not account:
            return self.env._("the vendor has no account for it. Add one on the vendor's form.")
        if not account.active:
            return self.env._("the vendor's account is archived.")
        if account.partner_id.commercial_partner_id != self.partner_id.commercial_partner_id:
            return self.env._("the account belongs to another partner.")
        if not account.bridge_payee_kind:
            return self.env._("the vendor's account does not say what kind of account it is. Set it there.")
        if kind and kind.persons_only and self.partner_id.commercial_partner_id.is_company:
            return self.env._(
                "an account of the kind %s is a person's: a company cannot be paid there. Choose another channel.",
                kind.label.in_language(self.env.lang),
            )
        if not kind:
            return self.env._(
                "this channel cannot pay to an account of the kind %s. Choose another account or channel.",
                dict(account._selection_bridge_payee_kind()).get(account.bridge_payee_kind)
                or account.bridge_payee_kind,
            )
        return ""

    def _bridge_probe(self):
        """The instruction that would be placed, as an unsaved record."""
        return self.env["payment.bridge.instruction"].new({**self._bridge_instruction_vals(), "key": "PROBE00000"})

    def _bridge_instruction_vals(self):
        self.ensure_one()
        account = self.partner_bank_id
        return {
            **self._bridge_common_vals(),
            "operation": Operation.PAY_OUT.value,
            "payee_kind": account.bridge_payee_kind,
            "payee_account": (account.acc_number or "").strip(),
            "payee_name": (account.acc_holder_name or self.partner_id.name or "").strip(),
            "payee_registration": self.partner_id.commercial_partner_id.company_registry or self.partner_id.vat,
            "payee_bank_name": account.bank_id.name,
            "payee_bank_code": account.clearing_number,
            "payee_bank_province": account.bridge_bank_province,
            "payee_bank_city": account.bridge_bank_city,
            "payee_bank_branch": account.bridge_bank_branch,
            "not_before": self.bridge_channel_id.sudo()._leaves_not_before(),
        }

    def _bridge_common_vals(self):
        """What every instruction of this payment says, whatever it orders."""
        text = " ".join((self.memo or self.name or self.partner_id.name or "").split())
        capabilities = self.bridge_channel_id.sudo()._capabilities()
        return {
            "channel_id": self.bridge_channel_id.id,
            "company_id": self.company_id.id,
            "payment_id": self.id,
            "partner_id": self.partner_id.id,
            "amount": self.amount,
            "currency_id": self.currency_id.id,
            "title": text[: capabilities.title_max_length] or self.env._("Payment"),
            "remark": " ".join((self.memo or "").split())[:100] or False,
        }

    # -- what people may do ----------------------------------------------------

    def action_bridge_query(self):
        """Ask the platform now."""
        return self.sudo().bridge_instruction_id.with_env(self.env).action_query_now()

    def action_bridge_send_now(self):
        """Let a waiting payment leave now."""
        return self.bridge_instruction_id.action_send_now()

    def action_bridge_cancel(self):
        """Withdraw a payment that has not been sent."""
        return self.bridge_instruction_id.action_cancel()

    def action_bridge_pay_again(self):
        """Pay the bills of a payment that certainly did not happen, by this or another way."""
        self.ensure_one()
        if self.bridge_is_live or not self.bridge_instruction_id:
            words = self.env._("Its result is not a certain failure, so its bills must not be paid again.")
            raise refused(self, "paid_again", UserError(words))
        lines = self.sudo().bridge_reservation_ids.line_id.filtered(lambda line: not line.reconciled)
        if not lines:
            raise UserError(self.env._("Its bills are paid already, or it paid none."))
        return lines.with_env(self.env).move_id.action_register_payment()

    def action_bridge_open_instruction(self):
        """The order behind the payment."""
        self.ensure_one()
        return self.bridge_instruction_id._get_records_action()

    # -- what a result does ------------------------------------------------------

    @api.private
    def _bridge_documents(self):
        """The bills, invoices or credit notes that this payment settles."""
        return self.bridge_reservation_ids.bill_id | self.bridge_instruction_id.invoice_id

    @api.private
    def _bridge_refresh_bills(self):
        """Let the payment state of the documents follow the instruction."""
        bills = self._bridge_documents()
        self.env.add_to_compute(bills._fields["payment_state"], bills)

    @api.private
    def _bridge_undo(self, state, reason):
        """Take back the entry of a payment that certainly did not happen, and open its bills again.

        In a closed period the entry stays and an opposite one, dated in the open period, takes it back.
        """
        self.ensure_one()
        move = self.move_id
        if move.state == "posted" and move._get_violated_lock_dates(move.date, False):
            self._bridge_reverse(reason, cancel_out=True)
            self.state = "canceled"
        elif self.state != "canceled":
            self.action_cancel()
        self.bridge_reservation_ids._end("released")
        self._bridge_release_refund()
        self._bridge_tell_bills(state, reason)

    @api.private
    def _bridge_reverse_returned(self, reason):
        """Take back a payment whose money came home: an opposite entry, and the bills open again."""
        self.ensure_one()
        self._bridge_reverse(reason, cancel_out=False)
        self.bridge_reservation_ids._end("released")
        self._bridge_tell_bills("returned", reason)

    def _bridge_reverse(self, reason, *, cancel_out):
        """Post the opposite of the payment's entry; its payable side takes the place of the bills.

        With ``cancel_out`` the money sides cancel each other too. Without, both stay open: the platform's
        statement shows the money leaving and coming back, and each line finds its own item.
        """
        move = self.move_id
        liquidity, counterpart, _writeoff = self._seek_for_lines()
        counterpart.remove_move_reconcile()
        reversal = move._reverse_moves(
            [
                {
                    "date": move._get_accounting_date(fields.Date.context_today(self), False),
                    "ref": self.env._("Return of %(payment)s: %(reason)s", payment=self.name, reason=reason),
                }
            ]
        )
        reversal.reversed_entry_id = False  # or posting would pair the money sides by itself
        reversal.action_post()
        for lines in (counterpart, liquidity) if cancel_out else (counterpart,):
            opposite = reversal.line_ids.filtered(lambda line, lines=lines: line.account_id == lines.account_id)
            (lines + opposite).reconcile()
        self.bridge_reversal_id = reversal

    def _bridge_tell_bills(self, state, reason):
        """Say on the payment and its bills what happened and what to do, and ask its maker to look."""
        if self.bridge_instruction_id.operation in INCOMING and state in ("closed", "cancelled"):
            return  # nobody has paid an offer in time: no news to anybody
        words = self.env._(
            "The payment %(payment)s of %(amount)s through %(channel)s has ended: %(state)s. %(reason)s. %(advice)s"
            " The bill is open again.",
            payment=self.name or self.memo,
            amount=format_amount(self.env, self.amount, self.currency_id),
            channel=self.bridge_channel_id.name,
            state=self.bridge_instruction_id._say_state(state),
            reason=reason,
            advice=self.bridge_instruction_id.advice or "",
        )
        bills = self._bridge_documents()
        for document in (self, *bills):
            document.message_post(body=words)
        if state != "cancelled" and (self.create_uid.active and not self.create_uid.share):
            for bill in bills:
                bill.activity_schedule(
                    "mail.mail_activity_data_warning",
                    user_id=self.create_uid.id,
                    summary=self.env._("Payment: %s", self.bridge_instruction_id._say_state(state)),
                    note=words,
                )
