"""Asking: what became of an order, until somebody knows."""

import logging
import random
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..connector.errors import Misconfigured, Throttled
from ..connector.types import Operation, OutcomeStatus
from ..tools.languages import in_each_language
from .connector_call import Call, carry_out
from .instruction_states import OPEN_AT_PLATFORM, State

_logger = logging.getLogger(__name__)

SCHEDULE = (
    timedelta(seconds=10),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
)
WAITED_FOR = (
    *(timedelta(seconds=seconds) for seconds in (5, 5, 5, 10, 10, 20, 30)),
    *(timedelta(minutes=1),) * 120,
)
"""While a customer stands and waits the question is asked more often."""
HOURS = 24
JITTER = 0.2
QUERY_BATCH = 40
LEASE = timedelta(minutes=2)
SOONEST_REPEAT = timedelta(seconds=5)
WATCH_EVERY = timedelta(hours=12)
FIRST_REPEAT, LAST_REPEAT = timedelta(minutes=1), timedelta(hours=1)
LATE_ARRIVAL = timedelta(minutes=15)  # longer than platforms accept an old request: Alipay refuses it after 10


def delay_after(query_count: int, schedule: Sequence[timedelta] = SCHEDULE) -> timedelta:
    """How long to wait before asking once more after ``query_count`` questions: as the ``schedule`` says, then
    hourly, then daily without end, with a jitter of a fifth so that many do not ask at the same moment."""
    if query_count < len(schedule):
        delay = schedule[query_count]
    else:
        delay = timedelta(hours=1) if query_count < len(schedule) + HOURS else timedelta(days=1)
    return delay * random.uniform(1 - JITTER, 1 + JITTER)


class PaymentBridgeInstruction(models.Model):
    _inherit = "payment.bridge.instruction"

    @api.model
    def _wake_querier(self):
        self.env.ref("payment_bridge.cron_query").sudo()._trigger()

    def _query_values(self, *, first=False, at_once=False):
        """When to ask next; ``first`` starts the schedule anew."""
        count = 0 if first else self.query_count + 1
        now = fields.Datetime.now()
        due = now if at_once else now + delay_after(count, self._schedule())
        if self.ends_at and due > self.ends_at:
            due = max(self.ends_at, now + SOONEST_REPEAT)
        return {"query_count": count, "next_query_at": due}

    def _schedule(self):
        """The waits between questions: the platform's own where it names them."""
        own = self.channel_id._capabilities().query_schedule.get(Operation(self.operation))
        return own or (WAITED_FOR if self.urgent else SCHEDULE)

    def _watch_values(self):
        """A payment of a kind that can come back late is asked about for some days after success."""
        kind = self.channel_id._capabilities().payee_kind(self.payee_kind)
        days = kind.late_return_days if kind else 0
        if not days:
            return {"next_query_at": False, "watch_until": False}
        now = fields.Datetime.now()
        return {"next_query_at": now + WATCH_EVERY, "watch_until": now + timedelta(days=days)}

    @api.model
    def _cron_query(self):
        """Ask about everything that is due, in bounded batches."""
        self._recover_abandoned()
        self._settle_pending_books()
        channels = self.env["payment.bridge.channel"].with_context(active_test=False).search([])
        for channel in channels:
            if not channel._speaking()._query_due():
                self._wake_querier()  # the time is used up, the questions may not be
                break
        self.env.ref("payment_bridge.cron_seal")._trigger()
        self.env["ir.cron"]._commit_progress()

    @api.private
    def _claim_due(self, channel):
        """Take what is due and put its next time forward, so that another worker leaves it alone."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM payment_bridge_instruction
                 WHERE channel_id = %s AND next_query_at <= %s AND batch_id IS NULL
                   AND state IN ('uncertain', 'processing', 'succeeded')
                 ORDER BY next_query_at LIMIT %s
                   FOR UPDATE SKIP LOCKED
                """,
                channel.id,
                fields.Datetime.now(),
                QUERY_BATCH,
            )
        )
        due = self.browse(row[0] for row in rows)
        if due:
            due._set(next_query_at=fields.Datetime.now() + LEASE)
        return due

    def _known(self):
        """What an answer that knows nothing of these orders is held against: how far each is, and how often it left."""
        return tuple((one.id, one.state, one.send_count) for one in self)

    @api.private
    def _record_answer(self, call):
        """Note what a question brought."""
        self.ensure_one()
        self.env["payment.bridge.exchange"]._keep(self.channel_id, call.exchanges, self)
        state = self._lock_state()
        if call.error is not None:
            self._ask_again(call.error)
            if isinstance(call.error, Misconfigured) and self.channel_id.state == "active":
                self.channel_id._pause_by_platform(call.error)
        elif call.outcome.status == OutcomeStatus.NOT_FOUND:
            if call.known == self._known():
                self._not_found(state, call.outcome)
            else:
                self._ask_again()  # something was heard, or it left again, while the question was under way
        elif not self._apply(call.outcome, "query"):
            self._ask_again()

    def _ask_again(self, error=None):
        """Nothing final yet: plan the next question."""
        if self.state == State.SUCCEEDED:
            now = fields.Datetime.now()
            watching = self.watch_until and self.watch_until > now
            self._set(next_query_at=now + WATCH_EVERY if watching else False)
        elif self.state in OPEN_AT_PLATFORM:
            values = self._query_values()
            if isinstance(error, Throttled):
                values["next_query_at"] = max(
                    values["next_query_at"], fields.Datetime.now() + timedelta(seconds=error.retry_after)
                )
            self._set(**values)

    def _not_found(self, state, outcome):
        """Nothing under this key at the platform: not yet paid, over, or never arrived."""
        if self.operation == Operation.COLLECT and state == State.PROCESSING and self._lives_on_request():
            self._ask_again()
        elif state in OPEN_AT_PLATFORM and self._is_over():
            self._move_to(State.CLOSED, reason="it never arrived and its time is over", source="query")
        else:
            self._never_arrived(state, outcome)

    def _never_arrived(self, state, outcome):
        """The platform does not know this key. An uncertain order may leave again under the same key, which is
        harmless should the first one still arrive, and so may a refund that was taken but never carried out; any
        other that the platform had accepted is a contradiction."""
        if state == State.UNCERTAIN or (state == State.PROCESSING and self.operation == Operation.REFUND):
            self._leave_again(outcome)
            self._wake_dispatcher(self.urgent)
            return
        self.env["payment.bridge.discrepancy"]._raise(
            "contradiction",
            instruction=self,
            key=f"vanished-{self.key}",
            summary=self.env._(
                "The platform accepted %s earlier and now says that it does not know it. Nothing was sent"
                " again. Ask the platform with the wire log at hand.",
                self.key,
            ),
        )
        self._ask_again()

    def _leave_again(self, outcome):
        self._move_to(
            State.QUEUED,
            reason="the platform never received it",
            source="query",
            not_before=self._leaves_again_at(),
            hold_texts=in_each_language(self.env, self.platform_message) if self.send_count > 1 else False,
            next_query_at=False,
            may_arrive_until=self.sent_at and self.sent_at + LATE_ARRIVAL,
            **{k: v for k, v in self._outcome_values(outcome).items() if k.startswith("platform_")},
        )

    @api.private
    def _doubt_waiting(self, reason, source):
        """Ask about those that wait to leave again: an earlier sending has arrived after all."""
        for instruction in self:
            if instruction._lock_state() == State.QUEUED:
                instruction._move_to(
                    State.UNCERTAIN,
                    reason=reason,
                    source=source,
                    not_before=False,
                    hold_texts=False,
                    **instruction._query_values(first=True, at_once=True),
                )
        self._wake_querier()

    def _leaves_again_at(self):
        """The first repeat leaves at once; an order that gets lost again and again, ever later."""
        if self.send_count < 2:
            return False
        return fields.Datetime.now() + min(FIRST_REPEAT * 2 ** min(self.send_count - 2, 8), LAST_REPEAT)


class PaymentBridgeChannel(models.Model):
    _inherit = "payment.bridge.channel"

    @api.private
    def _query_due(self):
        """Ask about this channel's due instructions. Answers False when time is up."""
        self.ensure_one()
        instructions = self.env["payment.bridge.instruction"]
        seen = Counter()
        time_left = True
        while time_left:
            due, batches = instructions._claim_due(self), self.env["payment.bridge.batch"]._claim_due(self)
            if not (due or batches):
                break
            try:
                connector = self._connector()
            except UserError as error:
                _logger.warning("channel %s cannot ask: %s", self.id, error)
                self.env["ir.cron"]._commit_progress()
                return True
            now = fields.Datetime.now()
            calls = [batch._question(connector) for batch in batches] + [
                Call(one._name, one.id, self.id, connector, one._next_question(now), one._reference(), one._known())
                for one in due
            ]
            time_left = self.env["ir.cron"]._commit_progress() > 0
            with ThreadPoolExecutor(min(self.max_concurrency, len(calls))) as pool:
                answered = list(pool.map(carry_out, calls))
            for record, call in zip(self._records(answered), answered, strict=True):
                call.count_in(seen)
                self._in_own_transaction(record._record_answer, call)
            if len(due) < QUERY_BATCH and len(batches) < QUERY_BATCH:
                break
        self._note_calls(seen)
        return time_left
