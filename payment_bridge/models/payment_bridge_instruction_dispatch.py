"""Sending: claim and commit, call outside any transaction, record what came back."""

import logging
import secrets
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg2.errors

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from ..connector.errors import (
    InvalidOrder,
    Misconfigured,
    NotSent,
    Rejected,
    Throttled,
)
from ..connector.types import Bilingual, Operation
from ..tools.languages import in_each_language
from .connector_call import Call, carry_out, check
from .instruction_states import State
from .payment_bridge_instruction import INCOMING

_logger = logging.getLogger(__name__)

_lt = LazyTranslate(__name__)
CLAIM_BATCH = 40
_CLAIM_LOCK = 0x7062636C
RECORD_TRIES = 5
COLLISIONS = (psycopg2.errors.SerializationFailure, psycopg2.errors.DeadlockDetected)
NOT_SENT_PAUSE = timedelta(seconds=30)
CURE_PAUSE = timedelta(minutes=30)
URGENT_PAUSE = timedelta(seconds=5)


class PaymentBridgeInstruction(models.Model):
    _inherit = "payment.bridge.instruction"

    @api.model
    def _wake_dispatcher(self, urgent=False):
        name = "cron_dispatch_urgent" if urgent else "cron_dispatch"
        self.env.ref(f"payment_bridge.{name}").sudo()._trigger()

    @api.model
    def _cron_dispatch(self, urgent_only=False):
        """Send what waits, channel by channel, until nothing is left or the time is used up.

        What somebody waits for has a scheduled action of its own (``urgent_only``), so that a long queue of
        other payments, here or on another channel, does not keep a customer at the counter.
        """
        self._recover_abandoned()
        channels = self.env["payment.bridge.channel"].search([("state", "=", "active")])
        for channel in channels:
            if not channel.health_id._circuit_is_open() and not channel._speaking()._dispatch(urgent_only):
                self._wake_dispatcher(urgent_only)  # the time is used up, the queue may not be
                break
        self.env.ref("payment_bridge.cron_seal")._trigger()
        self.env["ir.cron"]._commit_progress()

    @api.model
    @api.private
    def _recover_abandoned(self):
        """Instructions whose dispatcher died between claim and record become uncertain.

        A dispatcher holds a session lock on its claim token while it lives; a lock that can be taken
        proves that it is gone.
        """
        tokens = self.env.execute_query(
            SQL("SELECT DISTINCT claim_token FROM payment_bridge_instruction WHERE state = 'sending'")
        )
        for (token,) in tokens:
            with self._dead_owners_lock(token) as dead:
                if dead:
                    self._doubt_claimed(token)
        if tokens:
            self._wake_querier()

    @contextmanager
    def _dead_owners_lock(self, token):
        """Take the lock of a claim if its owner is gone; tells whether it could."""
        self.env.cr.execute(SQL("SELECT pg_try_advisory_lock(%s, %s)", _CLAIM_LOCK, token))
        dead = self.env.cr.fetchone()[0]
        try:
            yield dead
        except BaseException:
            self.env.cr.rollback()  # or the unlock below could not run in the failed transaction
            raise
        finally:
            if dead:
                self.env.cr.execute(SQL("SELECT pg_advisory_unlock(%s, %s)", _CLAIM_LOCK, token))

    def _doubt_claimed(self, token):
        """What the dead owner of ``token`` was sending is unknown now."""
        for instruction in self.search([("state", "=", State.SENDING.value), ("claim_token", "=", token)]):
            if instruction._lock_state() == State.SENDING:
                instruction._move_to(
                    State.UNCERTAIN,
                    reason="the sender stopped before it noted the answer",
                    source="recovery",
                    **instruction._query_values(first=True, at_once=True),
                )
        self.env["ir.cron"]._commit_progress()

    @api.private
    def _claim(self, channel, token, urgent_only=False):
        """Mark what may leave now as being sent and commit; answers the calls to make.

        Nothing leaves before the claim is committed.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM payment_bridge_instruction
                 WHERE state = 'queued' AND channel_id = %s AND batch_id IS NULL
                   AND (not_before IS NULL OR not_before <= %s) AND (urgent OR NOT %s)
                 ORDER BY urgent DESC, id LIMIT %s
                   FOR UPDATE SKIP LOCKED
                """,
                channel.id,
                fields.Datetime.now(),
                urgent_only,
                max(CLAIM_BATCH, channel._batch_size()),
            )
        )
        connector = channel._connector()
        calls, leaving = [], []
        room = channel._room_today()
        if not urgent_only:
            calls, room = self.env["payment.bridge.batch"]._claim_repeats(channel, connector, token, room)
        claimed = len(rows) + sum(len(call.order.orders) for call in calls)
        now = fields.Datetime.now()
        waiting = self.browse(row[0] for row in rows)
        for instruction in waiting - waiting._hold_blocked(now):
            if not instruction._leaves_as_approved():
                continue
            operation = Operation(instruction.operation)
            order = instruction._order_for(instruction.placed_at or now)
            try:
                instruction._check_in_time(now)
                check(connector, operation, order)
            except InvalidOrder as error:
                instruction._refuse_before_sending(error)
                continue
            if operation == Operation.PAY_OUT and room is not None:
                if order.amount.amount > room:
                    instruction._hold_until_tomorrow()
                    continue
                room -= order.amount.amount
            leaving.append(Call(self._name, instruction.id, channel.id, connector, operation, order))
        calls += self._set_off(channel, connector, token, leaving, now)
        return calls, claimed

    def _set_off(self, channel, connector, token, leaving, now):
        """Mark what leaves as being sent; answers ``leaving`` with the pay-outs of each batch in one call."""
        instructions = self.browse(call.record_id for call in leaving)
        fresh = instructions.filtered(lambda one: one.operation == Operation.PAY_OUT and not one.placed_at)
        calls = channel._form_batches(connector, fresh, now)
        batches = {order.key: call.record_id for call in calls for order in call.order.orders}
        for instruction, call in zip(instructions, leaving, strict=True):
            batch = batches.get(instruction.key)
            instruction._leave(token, now, self.env["payment.bridge.batch"].browse(batch))
            if not batch:
                calls.append(call)
        return calls

    def _leave(self, token, now, batch):
        """The state with which an instruction leaves, alone or in a batch."""
        claim = {
            "claim_token": token,
            "sent_at": now,
            "placed_at": batch.placed_at or self.placed_at or now,
            **self._doubt_values(now),
            "send_count": self.send_count + 1,
            "hold_texts": False,
            "not_before": False,
            "batch_id": batch.id,
        }
        self._step(State.QUEUED, State.SENDING, "claimed", "dispatcher", claim)

    def _refuse_before_sending(self, error):
        """End what breaks a rule of ours. A payment that left before may still arrive: until it cannot, its bills
        must not open again, so it waits."""
        if self.operation not in INCOMING and self._may_still_arrive():
            self._set(
                not_before=self.may_arrive_until,
                hold_texts=in_each_language(self.env, error.advice or error.message),
            )
            return
        self._move_to(
            State.FAILED,
            reason=error.message,
            source="check",
            platform_code=error.code,
            platform_message=error.message,
            advice_texts=in_each_language(self.env, error.advice),
        )

    def _hold_until_tomorrow(self):
        tomorrow = datetime.combine(
            self.channel_id._today() + timedelta(days=1), datetime.min.time(),
            tzinfo=ZoneInfo(self.channel_id._capabilities().zone),
        ).astimezone(ZoneInfo("UTC")).replace(tzinfo=None)  # fmt: skip
        self._set(
            not_before=tomorrow,
            hold_texts=in_each_language(self.env, _lt("The channel's limit for today is used up; it leaves tomorrow.")),
        )

    @api.private
    def _record_call(self, call):
        """Note what came of this instruction's call, in one transaction. Harmless to repeat."""
        self.ensure_one()
        self.env["payment.bridge.exchange"]._keep(self.channel_id, call.exchanges, self)
        if call.outcome is not None:
            self._apply(call.outcome, "answer")
        elif self._lock_state() == State.SENDING:
            self._note_send_error(call.error)

    def _note_send_error(self, error):
        """Decide by what is known about the money where an instruction goes after a failed send."""
        words = {
            "platform_code": error.code,
            "platform_message": error.message,
            "advice_texts": in_each_language(self.env, error.advice),
        }
        if isinstance(error, InvalidOrder) and self.operation not in INCOMING and self._may_still_arrive():
            error = NotSent(error.message, code=error.code, advice=error.advice)
        if isinstance(error, Rejected) and not error.retry_same_key or isinstance(error, InvalidOrder):
            self._move_to(State.FAILED, reason=error.message, source="answer", **words)
        elif isinstance(error, (NotSent, Rejected)):
            if isinstance(error, NotSent) and not self.may_arrive_until:
                words["placed_at"] = False  # certainly never sent: the next attempt is the first
            self._move_to(
                State.QUEUED,
                reason=error.message,
                source="answer",
                not_before=fields.Datetime.now() + self._pause_after(error),
                hold_texts=in_each_language(self.env, error.advice or error.message),
                **words,
            )
            if isinstance(error, Misconfigured) and self.channel_id.state == "active":
                self.channel_id._pause_by_platform(error)
        else:
            self._move_to(
                State.UNCERTAIN,
                reason=error.message,
                source="answer",
                **words,
                **self._query_values(first=True),
            )

    def _pause_after(self, error):
        if self.urgent:
            return URGENT_PAUSE
        if isinstance(error, Throttled):
            return timedelta(seconds=error.retry_after)
        if isinstance(error, Rejected):
            return CURE_PAUSE
        return min(NOT_SENT_PAUSE * 2 ** min(self.send_count, 6), CURE_PAUSE)


class PaymentBridgeChannel(models.Model):
    _inherit = "payment.bridge.channel"

    @api.private
    def _dispatch(self, urgent_only=False):
        """Send this channel's queue through a small pool of threads. Answers False when time is up."""
        self.ensure_one()
        instructions = self.env["payment.bridge.instruction"]
        token = secrets.randbelow(2**31)
        seen = Counter()
        try:
            self._connector()
        except UserError as error:
            self._pause(str(error))
            self.env["ir.cron"]._commit_progress()
            return True
        with self._claim_lock(token), ThreadPoolExecutor(self.max_concurrency) as pool:
            pending, more, time_left = set(), True, True
            while pending or (more and time_left):
                if more and time_left and len(pending) < 2 * self.max_concurrency:
                    calls, claimed = instructions._claim(self, token, urgent_only)
                    time_left = self.env["ir.cron"]._commit_progress(claimed) > 0
                    more = claimed >= CLAIM_BATCH and self._may_go_on(seen)
                    pending |= {pool.submit(carry_out, call) for call in calls}
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                self._record_all([future.result() for future in done], seen)
        self._note_calls(seen)
        return time_left

    def _may_go_on(self, seen):
        """Stop claiming when a run only meets a platform that cannot be reached, or was paused."""
        return self.state == "active" and not (seen["unreachable"] >= 5 and not seen["answered"])

    @contextmanager
    def _claim_lock(self, token):
        """Hold the session lock that shows this dispatcher is alive."""
        self.env.cr.execute(SQL("SELECT pg_advisory_lock(%s, %s)", _CLAIM_LOCK, token))
        try:
            yield
        except BaseException:
            self.env.cr.rollback()  # or the unlock below could not run in the failed transaction
            raise
        finally:
            self.env.cr.execute(SQL("SELECT pg_advisory_unlock(%s, %s)", _CLAIM_LOCK, token))

    def _record_all(self, calls, seen):
        """Record finished calls and commit; one by one when together they collide with another worker."""
        records = self._records(calls)
        for call in calls:
            call.count_in(seen)
        try:
            for record, call in zip(records, calls, strict=True):
                record._record_call(call)
            self.env["ir.cron"]._commit_progress()
        except COLLISIONS:
            self.env.cr.rollback()
            self.env.invalidate_all()
            for record, call in zip(records, calls, strict=True):
                self._in_own_transaction(record._record_call, call)

    @api.private
    def _records(self, calls):
        """The record that notes each call's result. Browsed together, they and what belongs to them are read
        together."""
        ids = {
            model: [call.record_id for call in calls if call.model == model] for model in {one.model for one in calls}
        }
        return [self.env[call.model].browse(call.record_id).with_prefetch(ids[call.model]) for call in calls]

    @api.private
    def _in_own_transaction(self, record, call):
        """Note one call's result and commit, again when another worker was in the way. A result that
        cannot be noted is not lost: the instruction stays unknown and is asked about."""
        for _attempt in range(RECORD_TRIES):
            try:
                record(call)
                self.env["ir.cron"]._commit_progress()
                return
            except COLLISIONS:
                self.env.cr.rollback()
                self.env.invalidate_all()
        _logger.warning("the result of %s could not be noted; it will be asked for", call.order.key)

    def _note_calls(self, seen):
        """Tell the channel's health what this run met."""
        self.health_id._note(successes=seen["answered"], failures=seen["unreachable"], error=seen.get("last_error"))
        self.env["ir.cron"]._commit_progress()

    @api.private
    def _room_today(self):
        """What the day's limit still allows, as a Decimal; None without a limit."""
        self.ensure_one()
        if not self.limit_per_day:
            return None
        zone = ZoneInfo(self._capabilities().zone)
        day_start = (
            datetime.combine(self._today(), datetime.min.time(), tzinfo=zone)
            .astimezone(ZoneInfo("UTC"))
            .replace(tzinfo=None)
        )
        instructions = self.env["payment.bridge.instruction"]
        sent = instructions._read_group(
            [
                ("channel_id", "=", self.id),
                ("sent_at", ">=", day_start),
                ("operation", "=", Operation.PAY_OUT.value),
                ("state", "not in", ("queued", "failed", "closed", "cancelled")),
            ],
            [],
            ["amount:sum"],
        )[0][0]
        probe = instructions.new({"currency_id": self.currency_id.id})
        return probe._exact(self.limit_per_day) - probe._exact(sent or 0.0)

    @api.private
    def _pause_by_platform(self, error):
        """The platform says that our side is set up wrongly: stop sending until a person has looked."""
        words = error.advice or Bilingual(error.message, error.message)
        self._pause(words.in_language(self._speaking().env.lang))
