"""A payment told in words: where it is, why, and how it came there."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_datetime

from ..connector.types import ActionKind
from .instruction_states import State

REFRESHING = frozenset({State.QUEUED, State.SENDING, State.UNCERTAIN, State.PROCESSING})
WAITING_STEP = "waiting"
DONE_STEP = "done"
BAD_STEP = "bad"
NEXT_STEP = "next"


class AccountPayment(models.Model):
    _inherit = "account.payment"

    bridge_timeline = fields.Html(compute="_compute_bridge_timeline", sanitize=False)
    bridge_why = fields.Char(string="Where It Is", compute="_compute_bridge_timeline")
    bridge_refreshing = fields.Boolean(compute="_compute_bridge_timeline")

    @api.depends("bridge_state", "state", "is_matched")
    @api.depends_context("lang", "tz")
    def _compute_bridge_timeline(self):
        for payment in self:
            if not payment.bridge_instruction_id:
                payment.bridge_timeline = payment.bridge_why = False
                payment.bridge_refreshing = False
                continue
            payment.bridge_why = payment._bridge_why()
            payment.bridge_timeline = payment._bridge_render(payment._bridge_steps())
            payment.bridge_refreshing = payment.bridge_state in REFRESHING

    def bridge_refresh(self):
        """What the live view asks for while it is looked at: the state now. A question that has become
        due is put to the platform at once instead of with the next scheduled run."""
        self.ensure_one()
        self.check_access("read")
        instruction = self.sudo().bridge_instruction_id
        now = fields.Datetime.now()
        if instruction.next_query_at and instruction.next_query_at <= now:
            instruction._wake_querier()
        return {"state": self.bridge_state, "matched": self.is_matched, "refreshing": self.bridge_state in REFRESHING}

    @api.private
    def _bridge_why(self):
        """One sentence: why this payment is not done yet, or that it is."""
        instruction = self.sudo().bridge_instruction_id.with_env(self.env(su=True))
        special = getattr(self, f"_bridge_why_{instruction.operation}_{instruction.state}", None)
        teller = special or getattr(self, f"_bridge_why_{instruction.state}", None)
        return teller(instruction) if teller else False

    def _bridge_why_queued(self, instruction):
        channel = instruction.channel_id
        if channel.state != "active":
            return self.env._(
                "Not sent: the channel %(channel)s is not active (%(reason)s).",
                channel=channel.name,
                reason=channel.pause_reason or self.env._("set-up not finished"),
            )
        if channel.health_id._circuit_is_open():
            return self.env._("Not sent: the platform does not answer. It leaves by itself when it does.")
        if instruction.hold_reason:
            return self.env._(
                "Not sent: %(reason)s Tried again at %(time)s.",
                reason=instruction.hold_reason,
                time=self._bridge_time(instruction.not_before) or self.env._("once"),
            )
        if instruction.not_before and instruction.not_before > fields.Datetime.now():
            return self.env._("It leaves at %s.", self._bridge_time(instruction.not_before))
        return self.env._("Waiting to be sent with the next run.")

    def _bridge_why_sending(self, _instruction):
        return self.env._("On its way to the platform.")

    def _bridge_why_uncertain(self, instruction):
        return self.env._(
            "The platform's answer did not arrive, so nobody knows yet whether the money moved. It is asked"
            " about at %s and never sent a second time before that is certain. Do not pay it another way.",
            self._bridge_time(instruction.next_query_at),
        )

    def _bridge_why_processing(self, instruction):
        if instruction.action_kind == ActionKind.CONFIRM:
            return self.env._(
                "Waiting for the payee to confirm: send the link below. Without a confirmation until %s it ends and the"
                " money stays here.",
                self._bridge_time(instruction.action_expires_at) or self.env._("its time is over"),
            )
        if instruction.expected_at:
            return self.env._(
                "The platform has it and expects to finish by %s.", self._bridge_time(instruction.expected_at)
            )
        return self.env._("The platform has it; it is asked again at %s.", self._bridge_time(instruction.next_query_at))

    def _bridge_why_succeeded(self, _instruction):
        if self.is_matched:
            return self.env._("Paid, and found on the platform's statement.")
        return self.env._("Paid. The platform's statement, usually there the next day, will confirm it.")

    def _bridge_why_failed(self, instruction):
        return self.env._(
            "It failed and no money moved: %(reason)s. %(advice)s Its bills are open again.",
            reason=instruction.platform_message or instruction.platform_code or self.env._("no reason given"),
            advice=instruction.advice or "",
        )

    def _bridge_why_returned(self, instruction):
        return self.env._(
            "The money was paid and came back: %s. Its bills are open again.",
            instruction.platform_message or self.env._("no reason given"),
        )

    def _bridge_why_closed(self, instruction):
        return self.env._(
            "It ended without payment and no money moved: %s. Its bills are open again.",
            instruction.platform_message or instruction.platform_status or self.env._("its time was over"),
        )

    def _bridge_why_cancelled(self, _instruction):
        return self.env._("It was withdrawn before sending; its bills are open again.")

    # -- the timeline -----------------------------------------------------------

    def _bridge_steps(self):
        """The steps from bill to bank line as (kind, title, when, detail)."""
        instruction = self.sudo().bridge_instruction_id
        steps = [
            self._bridge_step_document(),
            (DONE_STEP, self.env._("Payment"), self.create_date, self._bridge_made_by()),
            (DONE_STEP, self.env._("Instruction"), instruction.create_date, instruction.key),
            self._bridge_step_sent(instruction),
            *self._bridge_steps_told(instruction),
            self._bridge_step_result(instruction),
            *self._bridge_steps_books(instruction),
            *self._bridge_steps_refunds(),
        ]
        return [step for step in steps if step]

    def _bridge_step_document(self):
        documents = self.sudo()._bridge_documents()
        title = self.env._("Invoice") if documents[:1].is_sale_document(include_receipts=True) else self.env._("Bill")
        return (DONE_STEP, title, None, ", ".join(documents.mapped("name")) or self.env._("none"))

    def _bridge_made_by(self):
        maker = self.create_uid
        return f"{self.name or self.memo or ''} · {maker.name}" if maker.active else (self.name or self.memo or "")

    def _bridge_step_sent(self, instruction):
        if not instruction.sent_at:
            return (WAITING_STEP, self.env._("Sent"), None, self._bridge_why())
        detail = instruction.channel_id.name
        if instruction.send_count > 1:
            detail = self.env._(
                "%(channel)s, %(count)s times under the same number",
                channel=detail,
                count=instruction.send_count,
            )
        return (DONE_STEP, self.env._("Sent"), instruction.sent_at, detail)

    def _bridge_steps_told(self, instruction):
        return [
            (
                DONE_STEP,
                self.env._("Notification"),
                notification.received_at,
                f"{notification.note or ''} (×{notification.times_received})",
            )
            for notification in instruction.notification_ids.sorted("received_at")
        ]

    def _bridge_step_result(self, instruction):
        state = instruction.state
        label = dict(instruction._fields["state"]._description_selection(self.env))[state]
        if state in REFRESHING:
            return (WAITING_STEP, label, None, self._bridge_why()) if instruction.sent_at else None
        detail = instruction.platform_reference or instruction.platform_message or ""
        tones = {State.SUCCEEDED: DONE_STEP, State.CLOSED: NEXT_STEP, State.CANCELLED: NEXT_STEP}
        kind = tones.get(State(state), BAD_STEP)
        return (kind, label, instruction.executed_at or instruction.finished_at, detail)

    def _bridge_steps_books(self, instruction):
        """What the books did with the result; the reconciliation add-on adds the statement line."""
        if instruction.state == State.RETURNED and self.bridge_reversal_id:
            return [(BAD_STEP, self.env._("Taken back"), None, self.bridge_reversal_id.name)]
        if instruction.state == State.SUCCEEDED:
            if self.is_matched:
                return [(DONE_STEP, self.env._("Statement"), None, self.env._("matched"))]
            return [(NEXT_STEP, self.env._("Statement"), None, self.env._("expected the next day"))]
        return []

    def _bridge_steps_refunds(self):
        """What was given back of a receipt, refund by refund; and of a refund, what it gives back."""
        steps = []
        if original := self.sudo().bridge_refund_of_id:
            steps.append((DONE_STEP, self.env._("Gives back"), None, original.name))
        for refund in self.sudo().bridge_refund_ids.sorted("id"):
            instruction = refund.bridge_instruction_id
            state = instruction.state
            kind = {State.SUCCEEDED: DONE_STEP, State.FAILED: BAD_STEP}.get(state, NEXT_STEP)
            amount = refund.currency_id.format(refund.amount)
            told = f"{amount} · {instruction._say_state(state)} · {refund.memo or ''}"
            steps.append((kind, self.env._("Refund"), instruction.executed_at or refund.create_date, told))
        return steps

    def _bridge_render(self, steps):
        rows = Markup("").join(
            Markup(
                '<li class="o_bridge_step o_bridge_step_{kind}"><span class="o_bridge_dot"></span>'
                '<div><span class="fw-bold">{title}</span> <span class="text-muted small">{when}</span>'
                '<div class="small">{detail}</div></div></li>'
            ).format(kind=kind, title=title, when=self._bridge_time(when) or "", detail=detail or "")
            for kind, title, when, detail in steps
        )
        return Markup('<ul class="o_bridge_timeline list-unstyled mb-0">{}</ul>').format(rows)

    def _bridge_time(self, when):
        return format_datetime(self.env, when, dt_format="short") if when else ""
