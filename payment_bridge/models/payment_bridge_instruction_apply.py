"""What a platform said about an instruction, taken in: by whatever way it came, in any order, once."""

from odoo import api, models

from ..tools.languages import in_each_language
from .instruction_states import ARRIVED, ENDED_WITHOUT_PAYMENT, FINAL, FROM_OUTCOME, State, is_old_news, may_become
from .payment_bridge_instruction import INCOMING


class PaymentBridgeInstruction(models.Model):
    _inherit = "payment.bridge.instruction"

    @api.private
    def _apply(self, outcome, source):
        """Take in what a platform said about this order: once, in any order, by whatever way it came.

        Answers True when the state changed. Anything that contradicts what is final becomes a
        discrepancy and changes nothing.
        """
        self.ensure_one()
        current = self._lock_state()
        told = FROM_OUTCOME[outcome.status]
        if outcome.amount is not None and outcome.amount != self._money():
            self._note_amount_difference(outcome, source)
            if current == State.SENDING:
                self._move_to(
                    State.UNCERTAIN,
                    reason="the answer speaks of another amount",
                    source=source,
                    **self._query_values(first=True),
                )
            return False
        if current == told or is_old_news(current, told):
            self._complete(outcome)
            return False
        if current == State.QUEUED and self.placed_at and told not in ARRIVED:
            return False  # how an earlier sending ended: the next one, under the same number, is answered
        if not self._is_possible(current, told):
            self._note_contradiction(current, told, outcome, source)
            return False
        reason = outcome.platform_message or outcome.platform_code or outcome.platform_status or told.value
        values = self._outcome_values(outcome)
        if told == State.PROCESSING:
            values.update(self._query_values(first=True))
        if current == State.QUEUED:
            values["not_before"] = False
        self._step(current, told, reason, source, values)
        return True

    def _is_possible(self, current, told):
        """Whether a platform can tell ``told`` of this order. Of one that waits it can when the order left before
        and the platform did not know it when asked: that sending has arrived since."""
        if current == State.QUEUED and not self.placed_at:
            return False
        return current not in ENDED_WITHOUT_PAYMENT and may_become(current, told)

    def _outcome_values(self, outcome):
        values = {
            "platform_status": outcome.platform_status,
            "platform_code": outcome.platform_code,
            "platform_message": outcome.platform_message,
            "advice_texts": in_each_language(self.env, outcome.advice),
            "hold_texts": False,
        }
        references = {
            "platform_reference": outcome.platform_reference,
            "fund_reference": outcome.fund_reference,
            "executed_at": outcome.executed_at and outcome.executed_at.replace(tzinfo=None),
            "expected_at": outcome.expected_at and outcome.expected_at.replace(tzinfo=None),
            "counterparty": outcome.counterparty,
        }
        values.update({name: value for name, value in references.items() if value})
        if outcome.action is not None:
            values.update(self._action_values(outcome.action))
        return values

    def _action_values(self, action):
        """What somebody outside has to do next, as fields."""
        return {
            "action_kind": action.kind.value,
            "action_content": action.content,
            "action_fields": dict(action.fields),
            "action_expires_at": action.expires_at and action.expires_at.replace(tzinfo=None),
        }

    def _complete(self, outcome):
        """Fill references that an earlier message did not carry, and what the payer needs, which may change."""
        filled = ("platform_reference", "fund_reference", "executed_at", "counterparty")
        missing = {
            name: value
            for name, value in self._outcome_values(outcome).items()
            if value and name in filled and not self[name]
        }
        if outcome.action is not None and self.state not in FINAL:
            missing.update(self._action_values(outcome.action))
        if missing:
            self._set(**missing)

    def _note_amount_difference(self, outcome, source):
        self.env["payment.bridge.discrepancy"]._raise(
            "amount",
            instruction=self,
            key=f"amount-{self.key}-{outcome.amount.amount}-{outcome.amount.currency}",
            summary=self.env._(
                "%(teller)s speaks of %(told)s for %(key)s, which was ordered for %(ordered)s. Nothing was"
                " changed. Compare with the platform's own record before anything else.",
                teller=self._say_source(source),
                told=f"{outcome.amount.amount} {outcome.amount.currency}",
                key=self.key,
                ordered=f"{self._money().amount} {self.currency_id.name}",
            ),
        )

    def _note_contradiction(self, current, told, outcome, source):
        if told == State.SUCCEEDED and self.operation in INCOMING:
            self._note_late_money(current, outcome, source)
            return
        self.env["payment.bridge.discrepancy"]._raise(
            "contradiction",
            instruction=self,
            key=f"contradiction-{self.key}-{current}-{told}",
            summary=self.env._(
                "%(teller)s says %(told)s for %(key)s, which is already %(current)s. Nothing was changed."
                " Check the platform's record; if money has moved twice or not at all, act from there.",
                teller=self._say_source(source),
                told=self._say_state(told),
                key=self.key,
                current=self._say_state(current),
            ),
        )

    def _say_source(self, source):
        """Who told us something, in words."""
        return {
            "answer": self.env._("The platform's answer"),
            "query": self.env._("The answer to our question"),
            "notification": self.env._("A notification"),
        }.get(source, source)
