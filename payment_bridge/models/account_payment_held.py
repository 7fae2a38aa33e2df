"""A payment whose order is held, because it is not what was approved: it is approved again, or withdrawn."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.approval_digest import changed_parts
from .account_payment_approval import UNDECIDED
from .instruction_states import State
from .payment_bridge_approval import GOOD
from .refusal import refused


class AccountPayment(models.Model):
    _inherit = "account.payment"

    bridge_is_held = fields.Boolean(
        string="Held", compute="_compute_bridge_is_held", help="Ordered, but held back: it is not what was approved."
    )

    @api.depends("bridge_state", "bridge_approval_state")
    def _compute_bridge_is_held(self):
        for payment in self:
            payment.bridge_is_held = bool(payment._bridge_held_order())

    def _bridge_held_order(self):
        """The order of this payment that is held for want of approval; empty when none is."""
        payment = self.sudo()
        order = payment.bridge_instruction_id
        held = order.state == State.QUEUED and payment.bridge_approval_state in UNDECIDED
        return order if held else order.browse()

    @api.private
    def _bridge_content(self):
        """What is ordered already is what leaves: nothing else can be approved then."""
        order = self._bridge_held_order()
        return order._approval_content() if order else super()._bridge_content()

    # -- submitting again ----------------------------------------------------------

    def action_bridge_submit_again(self):
        """Ask for approval of what was ordered and is held."""
        self.ensure_one()
        order = self._bridge_held_order()
        if not order:
            return super().action_bridge_submit_again()
        order.with_env(self.env)._require_group("payment_bridge.group_clerk")
        if order._lock_state() != State.QUEUED or self.sudo().bridge_approval_state != "changed":
            raise UserError(self._bridge_approval_words() or self.env._("It does not wait to be submitted again."))
        self._bridge_require_same_order(order)
        levels = self._bridge_levels()
        if not levels:
            raise UserError(
                self.env._("No rule asks for its approval any more: cancel it before sending and pay its bills anew.")
            )
        self._bridge_before_approval()
        self._bridge_ask_approval(levels)
        return None

    def _bridge_says_now(self):
        """What the payment itself says, whatever was ordered."""
        return super()._bridge_content()

    def _bridge_require_same_order(self, order):
        """Refuse to have approved what the approvers do not see: an order that differs from its payment."""
        now = self._bridge_says_now().part_digests()
        if parts := changed_parts(order._approval_content().part_digests(), now):
            words = self.env._(
                "What was ordered differs from the payment: %s. It is not approved again: find out who changed it,"
                " cancel it before sending and pay its bills anew.",
                self._bridge_part_words(parts),
            )
            raise refused(self, "not_as_approved", UserError(words), parts=list(parts))

    # -- deciding ------------------------------------------------------------------

    @api.private
    def _bridge_release(self):
        """It is posted and ordered already: now it leaves."""
        order = self._bridge_held_order()
        if not order:
            return super()._bridge_release()
        if order._lock_state() != State.QUEUED:
            raise UserError(self.env._("It does not wait to be sent any more."))
        self._bridge_require_same_order(order)
        order._release_again()
        self.sudo()._bridge_set_approval(bridge_approval_state="approved")
        self.env["payment.bridge.audit.event"]._record(
            "approval.released", self.sudo(), round=self.sudo().bridge_approval_round, held=order.key
        )
        return None

    def _bridge_refused(self, reason):
        """The order is withdrawn; that cancels the payment and opens its bills again."""
        order = self._bridge_held_order()
        if not order:
            return super()._bridge_refused(reason)
        order._require_withdrawable()
        payment = self.sudo()
        payment._bridge_current_approvals().filtered(lambda one: one.state in GOOD | {"waiting"})._set(state="void")
        payment._bridge_set_approval(bridge_approval_state="refused")
        payment._bridge_end_asking()
        order._withdraw(
            self.env._("Refused by %(person)s: %(reason)s", person=self.env.user.name, reason=reason.strip())
        )
        return None
