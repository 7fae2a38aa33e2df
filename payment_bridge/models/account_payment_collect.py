"""Money from customers: a payment that is drafted with the offer and booked when the platform has the money."""

from datetime import UTC
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError

from .instruction_states import State
from .payment_bridge_instruction import INCOMING


class AccountPayment(models.Model):
    _inherit = "account.payment"

    bridge_operation = fields.Selection(string="Ordered As", related="bridge_instruction_id.operation", store=True)
    bridge_undecided = fields.Boolean(
        string="Waits for a Decision",
        readonly=True,
        copy=False,
        help="The money is at the platform, but its invoice has nothing left to pay: nothing is booked before"
        " somebody decides.",
    )
    bridge_can_close = fields.Boolean(related="bridge_instruction_id.can_close")
    bridge_can_accept = fields.Boolean(related="bridge_instruction_id.can_accept")
    bridge_action_kind = fields.Selection(related="bridge_instruction_id.action_kind")
    bridge_action_expires_at = fields.Datetime(related="bridge_instruction_id.action_expires_at")
    bridge_pay_url = fields.Char(string="Link", related="bridge_instruction_id.pay_url")
    bridge_qr = fields.Binary(string="Code", related="bridge_instruction_id.qr")

    # -- what people may do ----------------------------------------------------

    def action_bridge_close(self):
        """Have the platform end an offer that nobody has paid, or a pay-out that nobody has confirmed."""
        return self.bridge_instruction_id.action_close()

    def action_bridge_accept(self):
        """Take money in that came after its offer had ended."""
        return self.bridge_instruction_id.action_accept_late_money()

    def action_bridge_book_credit(self):
        """Book money that waits for a decision: what its invoice still needs goes there, the rest is the
        customer's credit."""
        self.bridge_instruction_id._require_group("payment_bridge.group_clerk")
        for payment in self.filtered("bridge_undecided"):
            payment.sudo()._bridge_book(payment.sudo()._bridge_open_items())
            payment.sudo()._bridge_decided(self.env._("Booked as the customer's credit."))

    # -- offering ---------------------------------------------------------------

    @api.model
    @api.private
    def _bridge_offer(self, invoice, channel, **instruction_values):
        """A drafted receipt for what ``invoice`` still needs, with its instruction; answers the instruction."""
        receivable = invoice._bridge_receivable_items()
        payment = self.sudo().create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": invoice.commercial_partner_id.id,
                "destination_account_id": receivable.account_id[:1].id,
                "amount": invoice.amount_residual,
                "currency_id": invoice.currency_id.id,
                "journal_id": channel.journal_id.id,
                "payment_method_line_id": channel.journal_id._bridge_method_line("inbound").id,
                "memo": invoice.payment_reference or invoice.name,
                "company_id": invoice.company_id.id,
            }
        )
        instruction = self.env["payment.bridge.instruction"]._place(
            [
                {
                    **payment._bridge_common_vals(),
                    "invoice_id": invoice.id,
                    "title": " ".join((invoice.name or "").split())[: channel._capabilities().title_max_length],
                    **instruction_values,
                }
            ]
        )
        payment.bridge_instruction_id = instruction
        return instruction

    @api.private
    def _bridge_renew(self, instruction):
        """Give ``instruction`` a drafted receipt again, in place of one that was cancelled with its end."""
        self.ensure_one()
        if self.state != "canceled":
            return
        renewed = self.copy({"bridge_instruction_id": instruction.id, "memo": self.memo})
        instruction._set(payment_id=renewed.id)
        self.bridge_instruction_id = False

    # -- booking ------------------------------------------------------------------

    def _bridge_require_money_received(self):
        """Refuse to post a receipt before the platform has the money."""
        early = self.sudo().filtered(
            lambda payment: (
                payment.bridge_instruction_id.operation in INCOMING
                and payment.bridge_instruction_id.state != State.SUCCEEDED
            )
        )
        if early:
            raise UserError(
                self.env._(
                    "%s has not been paid yet: it is booked by itself as soon as the platform has the money.",
                    ", ".join(payment.memo or payment.display_name for payment in early),
                )
            )

    @api.private
    def _bridge_receive(self):
        """Book money that the platform has received. More than the invoice still needs is booked by nobody
        but a person."""
        self.ensure_one()
        if self.state != "draft":
            return
        instruction = self.bridge_instruction_id
        invoice = instruction.invoice_id
        items = self._bridge_open_items()
        needed = abs(sum(items.mapped("amount_residual_currency")))
        if self.currency_id.compare_amounts(self.amount, needed) > 0:
            self._bridge_leave_undecided(instruction, invoice, needed)
            return
        self._bridge_book(items)
        instruction._end_siblings()

    def _bridge_open_items(self):
        """The open items of the invoice that this receipt is for."""
        return self.bridge_instruction_id.invoice_id._bridge_receivable_items()

    def _bridge_book(self, items):
        """Post the receipt on the day on which the platform received it, and settle ``items`` with it."""
        self.date = self._bridge_received_on()
        self.action_post()
        counterpart = self._seek_for_lines()[1]
        if items:
            (items + counterpart).filtered(lambda item: not item.reconciled).reconcile()

    def _bridge_received_on(self):
        """The day in the platform's zone, or the first open one where the books of that day are closed."""
        moment = self.bridge_instruction_id.executed_at or fields.Datetime.now()
        zone = ZoneInfo(self.bridge_channel_id._capabilities().zone)
        day = moment.replace(tzinfo=UTC).astimezone(zone).date()
        locks = self.company_id._get_violated_lock_dates(day, False, self.journal_id)
        return fields.Date.add(locks[-1][0], days=1) if locks else day

    def _bridge_being_booked(self):
        """Whether the books are about to follow money that came in: the only change of a receipt once ordered."""
        instruction = self.sudo().bridge_instruction_id
        received = instruction.operation in INCOMING and instruction.state == State.SUCCEEDED
        return self.env.su and received and self.move_id.state != "posted"

    def _bridge_leave_undecided(self, instruction, invoice, needed):
        self.bridge_undecided = True
        self.env["payment.bridge.discrepancy"]._raise(
            "paid_twice",
            instruction=instruction,
            key=f"paid-twice-{instruction.key}",
            summary=self.env._(
                "%(amount)s was paid for %(invoice)s through %(channel)s, but only %(needed)s of it was still open:"
                " it was paid more than once, or otherwise meanwhile. The money is at the platform and nothing was"
                " booked. Open the payment to give it back or to book it as the customer's credit.",
                amount=self.currency_id.format(self.amount),
                invoice=invoice.name,
                channel=instruction.channel_id.name,
                needed=self.currency_id.format(needed),
            ),
        )

    @api.private
    def _bridge_decided(self, resolution):
        """Somebody has decided about money that waited: its difference is settled."""
        self.bridge_undecided = False
        open_ones = self.bridge_instruction_id.discrepancy_ids.filtered(
            lambda one: one.kind == "paid_twice" and one.state == "open"
        )
        open_ones.write({"resolution": resolution})
        open_ones.action_resolve()
