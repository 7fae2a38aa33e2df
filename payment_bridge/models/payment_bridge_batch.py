"""Several pay-outs that leave as one order: made, repeated whole, and dissolved."""

import itertools
from zoneinfo import ZoneInfo

import psycopg2.errors

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..connector.errors import InvalidOrder
from ..connector.types import Operation, PayOutBatch
from ..tools.languages import in_each_language
from .connector_call import Call, check
from .instruction_states import State
from .payment_bridge_instruction_order import aware
from .refusal import refused

CLAIM_REPEATS = 40
NOTED_LATER = frozenset({"platform_reference", "dissolved_at"})


class PaymentBridgeBatch(models.Model):
    """A batch as the platform knows it: by its key, its number of the day, and the moment it was placed at.

    What became of the orders in it stands on its instructions. Once it may have reached the platform it
    leaves again whole, with the same content under the same key, number and time, or not at all.
    """

    _name = "payment.bridge.batch"
    _description = "Payment Batch"
    _order = "id desc"
    _rec_name = "key"
    _log_access = False

    key = fields.Char(string="Our Number", required=True, readonly=True)
    channel_id = fields.Many2one("payment.bridge.channel", required=True, readonly=True, index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    day = fields.Date(required=True, readonly=True, help="The day in the platform's calendar.")
    number = fields.Integer(
        string="Number of the Day", required=True, readonly=True, help="The platform tells a day's batches by it."
    )
    placed_at = fields.Datetime(required=True, readonly=True, help="When it was sent first: the same in every repeat.")
    platform_reference = fields.Char(readonly=True, index="btree_not_null")
    dissolved_at = fields.Datetime(
        readonly=True, help="From then on its payments leave without it: it certainly never reached the platform."
    )
    instruction_ids = fields.One2many("payment.bridge.instruction", "batch_id", string="Payments", readonly=True)
    exchange_ids = fields.One2many("payment.bridge.exchange", "batch_id", string="Wire Log", readonly=True)
    currency_id = fields.Many2one(related="channel_id.currency_id")
    payment_count = fields.Integer(string="Number of Payments", compute="_compute_totals")
    amount_total = fields.Monetary(string="Total", compute="_compute_totals")

    _key_unique = models.UniqueIndex("(channel_id, key)", "A batch's number is used once per channel.")
    _number_unique = models.UniqueIndex("(channel_id, day, number)", "A day's batches are counted one by one.")

    @api.depends("instruction_ids.amount")
    def _compute_totals(self):
        totals = {
            batch: (count, amount)
            for batch, count, amount in self.env["payment.bridge.instruction"]._read_group(
                [("batch_id", "in", self.ids)], ["batch_id"], ["__count", "amount:sum"]
            )
        }
        for batch in self:
            batch.payment_count, batch.amount_total = totals.get(batch, (0, 0.0))

    def write(self, vals):
        if not NOTED_LATER.issuperset(vals):
            words = self.env._("A batch is changed by nobody: its content is fixed when it is made.")
            raise refused(self, "instruction_written", UserError(words))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise refused(self, "deletion", UserError(self.env._("A batch is part of the trail and cannot be deleted.")))

    # -- making -------------------------------------------------------------

    @api.model
    @api.private
    def _form(self, channel, connector, members, now):
        """Make a batch of instructions that were never sent; answers the call that sends it, or None when
        the platform's rules do not allow this one, whose members then leave alone."""
        try:
            with self.env.cr.savepoint():
                batch = self._open(channel, now)
                order = batch._content(members)
                check(connector, Operation.PAY_OUT_BATCH, order)
        except InvalidOrder:
            return None
        self.env["payment.bridge.audit.event"]._record(
            "batch.placed", batch, key=batch.key, number=batch.number, payments=[one.key for one in order.orders]
        )
        return batch._call(connector, Operation.PAY_OUT_BATCH, order)

    @api.model
    def _open(self, channel, placed_at):
        """An empty batch with the next number of its day. A number that another worker takes at the same
        moment is not seen from here: the database refuses it, and the next one is tried."""
        zone = ZoneInfo(channel._capabilities().zone)
        day = aware(placed_at).astimezone(zone).date()
        for number in itertools.count(max(self._last_number(channel, day) + 1, channel.first_batch_number)):
            try:
                with self.env.cr.savepoint(flush=False):
                    return self.browse(self._insert(channel, day, number, placed_at))
            except psycopg2.errors.UniqueViolation:
                continue

    @api.model
    def _last_number(self, channel, day):
        last = self.search([("channel_id", "=", channel.id), ("day", "=", day)], order="number desc", limit=1)
        return last.number

    @api.model
    def _insert(self, channel, day, number, placed_at):
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO payment_bridge_batch (key, channel_id, company_id, day, number, placed_at)
                VALUES (%s, %s, %s, %s, %s, %s) RETURNING id
                """,
                self.env["payment.bridge.instruction"]._new_key(),
                channel.id,
                channel.company_id.id,
                day,
                number,
                placed_at,
            ),
            log_exceptions=False,  # two workers meeting here is normal; the later one takes the next number
        )
        return self.env.cr.fetchone()[0]

    # -- what leaves ----------------------------------------------------------

    def _content(self, members):
        """The batch in the port's words; its orders in the order in which they were made."""
        self.ensure_one()
        orders = tuple(one._order_for(self.placed_at) for one in members.sorted("id"))
        return PayOutBatch(self.key, self.number, orders, aware(self.placed_at))

    def _call(self, connector, method, order):
        return Call(self._name, self.id, self.channel_id.id, connector, method, order)

    @api.private
    def _question(self, connector):
        """The call that asks what became of the batch."""
        members = self._members()
        call = self._call(connector, "query_batch", self._content(members))
        call.known = members._known()
        return call

    def _members(self):
        return self.env["payment.bridge.instruction"].search([("batch_id", "=", self.id)], order="id")

    @api.private
    def _lock(self):
        """Lock the batch, then the instructions in it, and answer these as they are now."""
        self.ensure_one()
        instructions = self.env["payment.bridge.instruction"]
        instructions.flush_model()
        self.env.cr.execute(
            SQL("SELECT id FROM payment_bridge_batch WHERE id = %s FOR UPDATE", self.id), log_exceptions=False
        )
        self.env.cr.execute(
            SQL("SELECT id FROM payment_bridge_instruction WHERE batch_id = %s ORDER BY id FOR UPDATE", self.id),
            log_exceptions=False,
        )
        members = instructions.browse(row[0] for row in self.env.cr.fetchall())
        members.invalidate_recordset()
        return members

    @api.model
    @api.private
    def _claim_repeats(self, channel, connector, token, room):
        """Mark the batches that leave once more as being sent; answers their calls, and what is left of
        ``room``, the day's limit (None without one)."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT batch.id FROM payment_bridge_batch batch
                 WHERE batch.id IN (SELECT batch_id FROM payment_bridge_instruction
                                     WHERE state = 'queued' AND channel_id = %s AND batch_id IS NOT NULL)
                   AND NOT EXISTS (SELECT FROM payment_bridge_instruction member
                                    WHERE member.batch_id = batch.id
                                      AND (member.state != 'queued' OR member.not_before > %s))
                 ORDER BY batch.id LIMIT %s
                   FOR UPDATE OF batch SKIP LOCKED
                """,
                channel.id,
                fields.Datetime.now(),
                CLAIM_REPEATS,
            )
        )
        calls = []
        for batch in self.browse(row[0] for row in rows):
            call, room = batch._claim_again(connector, token, room)
            calls += [call] if call else []
        return calls, room

    def _claim_again(self, connector, token, room):
        """Claim this batch whole, or let all of it wait."""
        members = self._lock()
        if any(one.state != State.QUEUED for one in members):
            return None, room
        order = self._content(members)
        try:
            for one in order.orders:
                check(connector, Operation.PAY_OUT, one)
            check(connector, Operation.PAY_OUT_BATCH, order)
        except InvalidOrder as error:
            self._wait_or_dissolve(members, error)
            return None, room
        total = sum(one.amount.amount for one in order.orders)
        if room is not None and total > room:
            for one in members:
                one._hold_until_tomorrow()
            return None, room
        now = fields.Datetime.now()
        for one in members:
            one._leave(token, now, self)
        return self._call(connector, Operation.PAY_OUT_BATCH, order), None if room is None else room - total

    def _wait_or_dissolve(self, members, error):
        """What left once and breaks a rule now: nobody is refused, and nobody leaves otherwise, before the
        first sending can no longer arrive."""
        until = self._may_arrive_until(members)
        if until:
            members._set(not_before=until, hold_texts=in_each_language(self.env, error.advice or error.message))
        else:
            self._dissolve(members, error.message)

    def _may_arrive_until(self, members):
        """Until when an earlier sending may still reach the platform; None where that is over."""
        return max((one.may_arrive_until for one in members if one._may_still_arrive()), default=None)

    @api.private
    def _dissolve(self, members, reason):
        """Let ``members`` (locked, waiting) go: it is certain that the batch never reached the platform. Those
        that keep their ``placed_at`` were in doubt once and leave alone from now on."""
        self.ensure_one()
        if any(one.state not in (State.QUEUED, State.CANCELLED) for one in members):
            raise ValueError(f"batch {self.key} is under way and cannot be dissolved")
        if self._may_arrive_until(members):
            raise ValueError(f"batch {self.key} may still arrive and cannot be dissolved")
        members._set(batch_id=False)
        self.write({"dissolved_at": fields.Datetime.now()})
        self.env["payment.bridge.audit.event"]._record("batch.dissolved", self, key=self.key, reason=reason)
        members._wake_dispatcher()
