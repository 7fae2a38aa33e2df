"""Money that comes in: an offer that ends, a code that is charged, money that comes when nobody expects it."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..connector.errors import InvalidOrder
from ..connector.types import Bilingual, Operation
from .instruction_states import ENDED_WITHOUT_PAYMENT, OPEN_AT_PLATFORM, State
from .payment_bridge_instruction import INCOMING
from .payment_bridge_instruction_query import LATE_ARRIVAL

CODE_LIFE = timedelta(minutes=1)
"""How long a presented payment code works; platforms renew it every minute on the customer's screen."""
CODE_EXPIRED = Bilingual(
    "The payment code was not charged in time and no longer works. Nothing was taken: scan the customer's code again.",
    "付款码未能及时扣款，已失效。未扣款，请重新扫描顾客的付款码。",
)
OFFER_EXPIRED = Bilingual(
    "It expired before it could be offered. Nobody has paid: offer it again.",
    "收款在发出前已过期，无人付款，请重新发起。",
)


class PaymentBridgeInstruction(models.Model):
    _inherit = "payment.bridge.instruction"

    can_close = fields.Boolean(compute="_compute_can_close")
    can_accept = fields.Boolean(compute="_compute_can_accept")

    @api.depends("state", "operation", "ends_at")
    def _compute_can_close(self):
        for instruction in self:
            capabilities = instruction.channel_id._capabilities() if instruction.channel_id else None
            if instruction.operation in INCOMING:
                instruction.can_close = instruction.state in OPEN_AT_PLATFORM
            else:
                kind = capabilities and capabilities.payee_kind(instruction.payee_kind or "")
                instruction.can_close = bool(
                    instruction.state == State.PROCESSING
                    and instruction.operation == Operation.PAY_OUT
                    and Operation.CANCEL in capabilities.operations
                    and kind
                    and kind.confirms_within
                )

    @api.depends("state", "discrepancy_ids.state")
    def _compute_can_accept(self):
        for instruction in self:
            instruction.can_accept = instruction.state in ENDED_WITHOUT_PAYMENT and any(
                discrepancy.kind == "paid_after_close" and discrepancy.state == "open"
                for discrepancy in instruction.discrepancy_ids
            )

    # -- what people may do -------------------------------------------------

    def action_close(self):
        """Have the platform end what nobody has paid or confirmed yet; it asks first whether somebody has."""
        self._require_group("payment_bridge.group_clerk")
        for instruction in self.sudo():
            if not instruction.can_close:
                raise UserError(self.env._("%s cannot be ended any more: ask for its result.", instruction.key))
        self.sudo()._end_soon()
        return self._notice(self.env._("The platform is being told to end it."))

    def action_accept_late_money(self):
        """Take money in that came after its collection had ended: it becomes a payment after all."""
        self._require_group("payment_bridge.group_clerk")
        self.ensure_one()
        if not self.can_accept:
            raise UserError(self.env._("The platform has not told of money for %s that came late.", self.key))
        instruction = self.sudo()
        instruction.payment_id._bridge_renew(instruction)
        instruction._move_to(State.SUCCEEDED, reason=self.env._("Accepted by %s.", self.env.user.name), source="person")
        late = instruction.discrepancy_ids.filtered(lambda one: one.kind == "paid_after_close" and one.state == "open")
        late.write({"resolution": self.env._("The money was accepted as a payment.")})
        late.with_env(self.env).sudo().action_resolve()

    # -- ending ---------------------------------------------------------------

    @api.private
    def _end_soon(self):
        """From now on the platform is told to end these; what has not left yet is withdrawn."""
        now = fields.Datetime.now()
        for instruction in self:
            state = instruction._lock_state()
            if state == State.QUEUED:
                instruction._move_to(State.CANCELLED, reason=self.env._("Ended before it was sent."))
            elif state in OPEN_AT_PLATFORM or state == State.SENDING:
                instruction._set(ends_at=now, next_query_at=now)
        self._wake_querier()

    @api.private
    def _next_question(self, now):
        """What to ask the platform now: for the result, or, when its time is over, to end it."""
        if self.state not in OPEN_AT_PLATFORM or not self.ends_at or self.ends_at > now:
            return Operation.QUERY
        offered = self.channel_id._capabilities().operations
        wanted = Operation.CLOSE if self.operation == Operation.COLLECT else Operation.CANCEL
        return wanted if wanted in offered else Operation.QUERY

    def _check_in_time(self, now):
        """Refuse to send what has become pointless while it waited.

        :raises InvalidOrder: nothing has been sent.
        """
        if self.operation == Operation.CHARGE and self.create_date + CODE_LIFE < now:
            raise InvalidOrder("auth_code", CODE_EXPIRED.en, advice=CODE_EXPIRED)
        if self.operation == Operation.COLLECT and self.expires_at <= now:
            raise InvalidOrder("expires_at", OFFER_EXPIRED.en, advice=OFFER_EXPIRED)

    def _doubt_values(self, now):
        """When an order that leaves now has to be ended should it have no result by then."""
        if self.operation == Operation.COLLECT:
            return {"ends_at": self.expires_at}
        if self.operation == Operation.CHARGE:
            return {"ends_at": now + self.channel_id._capabilities().charge.doubt}
        return {}

    def _lives_on_request(self):
        method = self.channel_id._capabilities().collect_method(self.method or "")
        return bool(method and method.live_on_request) and not self._is_over()

    def _is_over(self):
        """Whether an incoming order that the platform does not know can never be paid any more."""
        if self.operation not in INCOMING or not self.ends_at:
            return False
        now = fields.Datetime.now()
        settled = not self.sent_at or self.sent_at + LATE_ARRIVAL <= now
        return self.ends_at <= now and (settled or self.operation == Operation.COLLECT)

    # -- money that nobody expects ------------------------------------------------

    def _note_late_money(self, current, outcome, source):
        self._complete(outcome)
        self.env["payment.bridge.discrepancy"]._raise(
            "paid_after_close",
            instruction=self,
            key=f"late-money-{self.key}",
            summary=self.env._(
                "%(teller)s says that %(key)s (%(amount)s) was paid, but it had ended here (%(current)s). Nothing was"
                " booked. Accept the money as a payment, or give it back at the platform.",
                teller=self._say_source(source),
                key=self.key,
                amount=self.currency_id.format(self.amount),
                current=self._say_state(current),
            ),
        )

    @api.private
    def _end_siblings(self):
        """The other offers for the same invoice end as soon as one was paid."""
        siblings = self.search(
            [
                ("invoice_id", "in", self.invoice_id.ids),
                ("id", "not in", self.ids),
                ("operation", "=", Operation.COLLECT.value),
                ("state", "in", ("queued", "uncertain", "processing", "sending")),
            ]
        )
        if siblings:
            siblings._end_soon()
