"""What a platform said about a batch, noted for every order in it in one transaction."""

from odoo import api, fields, models
from odoo.tools import SQL

from ..connector.errors import InvalidOrder, Misconfigured, NotSent, Uncertain
from ..connector.types import Outcome, OutcomeStatus
from .instruction_states import OPEN_AT_PLATFORM, State
from .payment_bridge_instruction_query import LEASE, QUERY_BATCH

ASKED_ABOUT = OPEN_AT_PLATFORM | {State.SUCCEEDED}


class PaymentBridgeBatch(models.Model):
    _inherit = "payment.bridge.batch"

    @api.private
    def _record_call(self, call):
        """Note what came of sending it. Harmless to repeat."""
        members = self._lock()
        self.env["payment.bridge.exchange"]._keep(self.channel_id, call.exchanges, batch=self)
        if call.outcome is not None:
            self._take_answer(members, call.outcome)
        else:
            self._take_error(members, call.error)

    def _take_answer(self, members, outcome):
        self._note_reference(outcome)
        for member in members:
            told = self._told(member, outcome)
            if told is not None:
                member._apply(told, "answer")
            elif member.state == State.SENDING:
                member._move_to(
                    State.UNCERTAIN,
                    reason="the answer to its batch does not tell of it",
                    source="answer",
                    **member._query_values(first=True),
                )

    def _take_error(self, members, error):
        """By the rules for a single order, for all at once. An error that claims to be certain while the
        platform has told of one of them is not; and what left before and may still arrive is not refused for
        a rule of ours."""
        sending = members.filtered(lambda one: one.state == State.SENDING)
        in_doubt = any(one.may_arrive_until for one in members)
        if sending != members:
            error = Uncertain(error.message, code=error.code, advice=error.advice)
        elif in_doubt and isinstance(error, InvalidOrder):
            error = NotSent(error.message, code=error.code, advice=error.advice)
        for member in sending:
            member._note_send_error(error)
        if isinstance(error, NotSent) and not isinstance(error, InvalidOrder) and not in_doubt:
            self._dissolve(members, error.message)

    def _told(self, member, outcome):
        """What an answer says of one order; None where it says nothing. It never says of a single one that it
        did not arrive: that is known of the whole or not at all."""
        told = outcome.outcomes.get(member.key)
        if told is not None and told.status != OutcomeStatus.NOT_FOUND:
            return told
        if outcome.status == OutcomeStatus.PROCESSING and member.state in (State.SENDING, State.UNCERTAIN):
            return Outcome(OutcomeStatus.PROCESSING, key=member.key)
        return None

    @api.private
    def _doubt_waiting(self):
        """It arrived after all: what still waits to leave in it is unknown now."""
        self._members()._doubt_waiting("its batch arrived after all", "batch")

    def _note_reference(self, outcome):
        if outcome.platform_reference and not self.platform_reference:
            self.write({"platform_reference": outcome.platform_reference})

    # -- asking ---------------------------------------------------------------

    @api.model
    @api.private
    def _claim_due(self, channel):
        """Take the batches with an order that is to be asked about, and put the next time of each of their
        orders forward: one question answers for all."""
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM payment_bridge_batch
                 WHERE id IN (SELECT batch_id FROM payment_bridge_instruction
                               WHERE channel_id = %s AND next_query_at <= %s AND batch_id IS NOT NULL
                                 AND state IN ('uncertain', 'processing', 'succeeded'))
                 ORDER BY id LIMIT %s
                   FOR UPDATE SKIP LOCKED
                """,
                channel.id,
                now,
                QUERY_BATCH,
            )
        )
        due = self.browse(row[0] for row in rows)
        for batch in due:
            members = batch._lock()
            members.filtered(lambda one: one.state in ASKED_ABOUT and one.next_query_at)._set(next_query_at=now + LEASE)
        return due

    @api.private
    def _record_answer(self, call):
        """Note what a question about it brought."""
        members = self._lock()
        self.env["payment.bridge.exchange"]._keep(self.channel_id, call.exchanges, batch=self)
        if call.error is not None:
            for member in members:
                member._ask_again(call.error)
            if isinstance(call.error, Misconfigured) and self.channel_id.state == "active":
                self.channel_id._pause_by_platform(call.error)
        elif call.outcome.status == OutcomeStatus.NOT_FOUND:
            if call.known == members._known():
                self._not_found(members)
            else:
                for member in members:
                    member._ask_again()  # something was heard, or they left again, while the question was under way
        else:
            self._take_news(members, call.outcome)

    def _take_news(self, members, outcome):
        self._note_reference(outcome)
        for member in members:
            told = self._told(member, outcome)
            if told is None or not member._apply(told, "query"):
                member._ask_again()

    def _not_found(self, members):
        """The platform does not know the batch. It leaves again as it is when nothing was ever heard of any of
        its orders; else the platform contradicts itself, and nothing leaves."""
        states = {State(one.state) for one in members}
        if states == {State.UNCERTAIN}:
            outcome = Outcome(OutcomeStatus.NOT_FOUND)
            for member in members:
                member._leave_again(outcome)
            members._wake_dispatcher()
        else:
            self._note_vanished()
            for member in members:
                member._ask_again()

    def _note_vanished(self):
        self.env["payment.bridge.discrepancy"]._raise(
            "contradiction",
            channel=self.channel_id,
            key=f"vanished-batch-{self.key}",
            summary=self.env._(
                "The platform told of payments in the batch %s earlier and now says that it does not know the batch."
                " Nothing was sent again. Ask the platform with the wire log at hand.",
                self.key,
            ),
        )
