"""Giving back what a customer paid: on the channel that took it, and never more than it took."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..connector.types import Operation
from .instruction_states import ENDED_WITHOUT_PAYMENT, State
from .payment_bridge_instruction import INCOMING
from .refusal import refused


class AccountPayment(models.Model):
    _inherit = "account.payment"

    bridge_refund_of_id = fields.Many2one(
        "account.payment", string="Refund Of", readonly=True, copy=False, index="btree_not_null"
    )
    bridge_refund_ids = fields.One2many("account.payment", "bridge_refund_of_id", string="Refunds", readonly=True)
    bridge_refund_held = fields.Monetary(
        readonly=True, copy=False, help="What this refund holds of the receipt, while it waits and once it is ordered."
    )
    bridge_refundable = fields.Monetary(string="Left to Refund", compute="_compute_bridge_refundable")
    bridge_can_refund = fields.Boolean(compute="_compute_bridge_refundable")

    @api.depends("bridge_state", "bridge_refund_ids.bridge_state", "bridge_refund_ids.bridge_refund_held")
    def _compute_bridge_refundable(self):
        for payment in self:
            instruction = payment.sudo().bridge_instruction_id
            collected = instruction.operation in INCOMING and instruction.state == State.SUCCEEDED
            payment.bridge_refundable = collected and payment.amount - (instruction.refund_held or 0.0)
            offers = collected and Operation.REFUND in instruction.channel_id._capabilities().operations
            payment.bridge_can_refund = offers and payment.currency_id.compare_amounts(payment.bridge_refundable, 0) > 0

    @api.model_create_multi
    def create(self, vals_list):
        self._bridge_forbid_held(*vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._bridge_forbid_held(vals)
        return super().write(vals)

    def _bridge_forbid_held(self, *vals_list):
        """What a refund holds follows from what it gives back."""
        if any("bridge_refund_held" in vals for vals in vals_list):
            words = self.env._("What a refund holds of its receipt is counted, not told.")
            raise refused(self, "refund_told", UserError(words))

    @api.depends("bridge_refund_of_id", "payment_type", "bridge_channel_id")
    def _compute_show_require_partner_bank(self):
        """A receipt comes from nobody's account that we know, and a refund goes back where it came from."""
        result = super()._compute_show_require_partner_bank()
        incoming = self.filtered(lambda payment: payment.bridge_channel_id and payment.payment_type == "inbound")
        without_account = incoming | self.filtered("bridge_refund_of_id")
        without_account.show_partner_bank_account = False
        without_account.require_partner_bank_account = False
        return result

    def action_bridge_refund(self):
        """Ask how much to give back and why."""
        self.ensure_one()
        wizard = self.env["payment.bridge.refund.entry"].create({"payment_id": self.id})
        return wizard._get_records_action(target="new", name=self.env._("Refund"))

    # -- before it leaves -----------------------------------------------------

    def _bridge_problem(self, channel):
        if not self.bridge_refund_of_id:
            return super()._bridge_problem(channel)
        return self._bridge_problem_of_channel(channel) or self._bridge_problem_of_refund(channel)

    def _bridge_problem_of_refund(self, channel):
        """What stands in the way of this refund, in words; empty when nothing does."""
        original = self.bridge_refund_of_id.sudo()
        collection = original.bridge_instruction_id
        rules = channel._capabilities().refund
        if rules is None or collection.channel_id != channel:
            return self.env._("money can only be given back on the channel that took it.")
        if collection.state != State.SUCCEEDED or collection.operation not in INCOMING:
            return self.env._("what it would give back has not been collected.")
        left = original.bridge_refundable + self.sudo().bridge_refund_held
        if self.currency_id.compare_amounts(self.amount, left) > 0:
            return self.env._("only %s of it is left to give back.", self.currency_id.format(left))
        if not rules.partial and self.currency_id.compare_amounts(self.amount, original.amount):
            return self.env._("the platform gives back the whole amount only.")
        if rules.within_days and collection.executed_at:
            last = collection.executed_at + timedelta(days=rules.within_days)
            if last < fields.Datetime.now():
                return self.env._("the platform gives back only within %s days.", rules.within_days)
        parts = collection.refund_ids.filtered(lambda one: one.state not in ENDED_WITHOUT_PAYMENT)
        waiting = original._bridge_waiting_refunds() - self
        if rules.parts and len(parts) + len(waiting) >= rules.parts:
            return self.env._("the platform gives back in at most %s parts.", rules.parts)
        return ""

    def _bridge_instruction_vals(self):
        if not self.bridge_refund_of_id:
            return super()._bridge_instruction_vals()
        original = self.bridge_refund_of_id.sudo().bridge_instruction_id
        return {
            **self._bridge_common_vals(),
            "operation": Operation.REFUND.value,
            "original_id": original.id,
        }

    def action_post(self):
        """Hold what is to be given back before it is ordered: the database keeps the sum within what was taken."""
        refunds = self.filtered(lambda payment: payment.bridge_refund_of_id and not payment.bridge_instruction_id)
        for refund in refunds:
            if refund.bridge_refund_of_id.bridge_undecided:
                raise UserError(self.env._("Decide about the money first: book it as the customer's credit."))
        result = super().action_post()
        for refund in refunds:
            refund._bridge_hold_refund(refund.amount)
        return result

    @api.private
    def _bridge_hold_refund(self, amount):
        """Hold exactly ``amount`` of the receipt for this refund, whatever it held before: zero frees it. A constraint
        keeps what all refunds of a receipt hold within what was taken."""
        self.flush_recordset()
        original = self.bridge_refund_of_id.sudo().bridge_instruction_id
        original.flush_recordset()
        self.env.cr.execute(
            SQL(
                """
                WITH before AS (SELECT COALESCE(bridge_refund_held, 0) AS held FROM account_payment
                                 WHERE id = %(refund)s FOR UPDATE),
                     noted AS (UPDATE account_payment SET bridge_refund_held = %(amount)s WHERE id = %(refund)s)
                UPDATE payment_bridge_instruction
                   SET refund_held = COALESCE(refund_held, 0) + %(amount)s - (SELECT held FROM before)
                 WHERE id = %(original)s
                """,
                refund=self.id,
                amount=amount,
                original=original.id,
            )
        )
        original.invalidate_recordset(["refund_held"])
        self.invalidate_recordset(["bridge_refund_held"])
        self.bridge_refund_of_id.invalidate_recordset(["bridge_refundable", "bridge_can_refund"])

    @api.private
    def _bridge_release_refund(self):
        """A refund that certainly does not happen frees what it held."""
        if self.bridge_refund_of_id:
            self._bridge_hold_refund(0.0)

    @api.private
    def _bridge_give_back(self, amount, reason):
        """Order a refund of ``amount`` of this receipt; answers its payment."""
        self.ensure_one()
        channel = self.bridge_channel_id.sudo()
        refund = self.create(
            {
                "payment_type": "outbound",
                "partner_type": "customer",
                "partner_id": self.partner_id.id,
                "destination_account_id": self.destination_account_id.id,
                "amount": amount,
                "currency_id": self.currency_id.id,
                "journal_id": channel.journal_id.id,
                "payment_method_line_id": channel.journal_id._bridge_method_line("outbound").id,
                "memo": reason,
                "company_id": self.company_id.id,
                "bridge_refund_of_id": self.id,
            }
        )
        refund.action_post()
        refund.sudo()._bridge_settle_credit()
        return refund

    def _bridge_settle_credit(self):
        """Where the receipt still stands as the customer's credit, the refund takes it away."""
        items = self.bridge_refund_of_id._seek_for_lines()[1] + self._seek_for_lines()[1]
        still_open = items.filtered(lambda item: not item.reconciled)
        if len(still_open.move_id) > 1:
            still_open.reconcile()
