"""The inbox: what platforms told us, kept before it is understood."""

import hashlib
import logging

from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..connector.errors import ConnectorError, NotificationRefused
from ..connector.types import InboundRequest, OutcomeStatus
from .instruction_states import OPEN_AT_PLATFORM
from .payment_bridge_instruction_dispatch import COLLISIONS
from .refusal import refused

_logger = logging.getLogger(__name__)

PRUNE_BATCH = 5000
PROCESS_TRIES = 5
REFUSED_KEPT_BYTES = 4096
REFUSED_PER_HOUR = 200


class PaymentBridgeNotification(models.Model):
    """One message of a platform. Stored raw and committed before it is acknowledged, then applied by a
    scheduled action; a repeat of it is counted and changes nothing."""

    _name = "payment.bridge.notification"
    _description = "Platform Notification"
    _order = "id desc"
    _rec_name = "event_id"
    _log_access = False

    channel_id = fields.Many2one("payment.bridge.channel", required=True, readonly=True, index=True)
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    received_at = fields.Datetime(required=True, readonly=True, index=True)
    last_received_at = fields.Datetime(readonly=True)
    times_received = fields.Integer(default=1, readonly=True)
    event_id = fields.Char(string="Platform Message", readonly=True)
    event_type = fields.Char(readonly=True)
    state = fields.Selection(
        [
            ("new", "New"),
            ("applied", "Applied"),
            ("ignored", "Nothing new"),
            ("unmatched", "Unknown order"),
            ("refused", "Refused"),
        ],
        required=True,
        readonly=True,
        index=True,
    )
    note = fields.Char(readonly=True, help="What became of the message, in words.")
    instruction_id = fields.Many2one("payment.bridge.instruction", readonly=True, index="btree_not_null")
    query_string = fields.Char(readonly=True, groups="base.group_system")
    headers = fields.Json(readonly=True, groups="base.group_system")
    body = fields.Binary(attachment=False, readonly=True, groups="base.group_system")
    body_hash = fields.Char(readonly=True)
    path = fields.Char(readonly=True)
    method = fields.Char(readonly=True)

    _event_unique = models.UniqueIndex("(channel_id, event_id) WHERE event_id IS NOT NULL")
    _new = models.Index("(id) WHERE state = 'new'")

    @api.model
    @api.private
    def _receive(self, channel, inbound):
        """Verify, keep and acknowledge one inbound request; answers what to say to the platform.

        The signature is checked first, so that strangers cannot fill the inbox; nothing is applied here.
        """
        connector = channel._connector()
        try:
            event = channel._read_message(inbound)
        except NotificationRefused as refusal:
            self._keep_refused(channel, inbound, refusal)
            return connector.acknowledge(False)
        if self._keep(channel, inbound, event):
            self._wake()
        return connector.acknowledge(True)

    @api.model
    def _keep(self, channel, inbound, event):
        """Insert the message, or count its repeat. Answers True for a new one."""
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO payment_bridge_notification
                    (channel_id, company_id, received_at, last_received_at, times_received, event_id,
                     event_type, state, query_string, headers, body, body_hash, path, method)
                VALUES (%(channel)s, %(company)s, %(at)s, %(at)s, 1, %(event_id)s,
                        %(event_type)s, 'new', %(query)s, %(headers)s, %(body)s, %(hash)s, %(path)s, %(method)s)
                ON CONFLICT (channel_id, event_id) WHERE event_id IS NOT NULL
                DO UPDATE SET times_received = payment_bridge_notification.times_received + 1,
                              last_received_at = EXCLUDED.last_received_at
                RETURNING times_received
                """,
                **self._columns(channel, inbound),
                event_id=event.event_id[:200],
                event_type=event.event_type[:100],
            )
        )
        return rows[0][0] == 1

    @api.model
    def _columns(self, channel, inbound):
        return {
            "channel": channel.id,
            "company": channel.company_id.id,
            "at": inbound.received_at.replace(tzinfo=None),
            "query": inbound.query,
            "headers": Json(dict(inbound.headers)),
            "body": inbound.body,
            "hash": hashlib.sha256(inbound.body).hexdigest(),
            "path": inbound.path[:200],
            "method": inbound.method,
        }

    @api.model
    def _keep_refused(self, channel, inbound, refusal):
        """Keep a bounded record of what was refused: evidence, never input."""
        _logger.info("a message for channel %s was refused: %s", channel.id, refusal.message)
        hour_ago = fields.Datetime.subtract(fields.Datetime.now(), hours=1)
        if (
            self.search_count(
                [("channel_id", "=", channel.id), ("state", "=", "refused"), ("received_at", ">=", hour_ago)],
                limit=REFUSED_PER_HOUR,
            )
            >= REFUSED_PER_HOUR
        ):
            return
        columns = self._columns(channel, inbound)
        columns["body"] = inbound.body[:REFUSED_KEPT_BYTES]
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO payment_bridge_notification
                    (channel_id, company_id, received_at, last_received_at, times_received, state, note,
                     query_string, headers, body, body_hash, path, method)
                VALUES (%(channel)s, %(company)s, %(at)s, %(at)s, 1, 'refused', %(note)s,
                        %(query)s, %(headers)s, %(body)s, %(hash)s, %(path)s, %(method)s)
                """,
                **columns,
                note=refusal.message[:250],
            )
        )

    @api.model
    def _wake(self):
        """Wake the scheduled action, once for many messages.

        A trigger from before the last run began belongs to that run, which may be past its last look.
        """
        cron = self.env.ref("payment_bridge.cron_notifications").sudo()
        waiting = self.env.execute_query(
            SQL(
                """
                SELECT id FROM ir_cron_trigger
                 WHERE cron_id = %(cron)s AND call_at <= %(now)s
                   AND create_date > COALESCE((SELECT create_date FROM ir_cron_progress
                                                WHERE cron_id = %(cron)s ORDER BY id DESC LIMIT 1), '-infinity')
                 LIMIT 1
                """,
                cron=cron.id,
                now=fields.Datetime.now(),
            )
        )
        if not waiting:
            cron._trigger()

    @api.model
    def _cron_process(self):
        """Apply what is new, oldest first. Safe to run twice at once."""
        cron = self.env["ir.cron"]
        last, tries, time_left = 0, 0, 1.0
        while time_left > 0 and tries < PROCESS_TRIES:
            try:
                notification = self._take_next(last)
                if not notification:
                    break
                notification._speaking()._process()
                time_left = cron._commit_progress(1)
                last, tries = notification.id, 0
            except COLLISIONS:
                self.env.cr.rollback()
                self.env.invalidate_all()
                tries += 1
        else:  # something may be left: the next run, which starts at once, takes it
            self.env.ref("payment_bridge.cron_notifications")._trigger()
        self.env.ref("payment_bridge.cron_seal")._trigger()

    @api.model
    def _take_next(self, last):
        """The oldest new message after ``last`` that no other worker holds, locked."""
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM payment_bridge_notification WHERE state = 'new' AND id > %s"
                " ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED",
                last,
            )
        )
        return self.browse(row[0] for row in rows)

    def action_process_again(self):
        """Apply messages once more: harmless, and useful after a cause was cured."""
        if not self.env.user.has_group("payment_bridge.group_channel_admin"):
            words = self.env._("Only a channel administrator may process messages again.")
            raise refused(self, "no_role", UserError(words))
        self.check_access("read")
        for notification in self.sudo().filtered(lambda one: one.state != "refused"):
            notification._process()

    @api.private
    def _speaking(self):
        """The message in the language of its channel's company, for what is written about it."""
        return self.with_env(self.channel_id._speaking().env)

    @api.private
    def _process(self):
        """Apply one message."""
        self.ensure_one()
        try:
            event = self.channel_id._read_message(self._inbound())
        except NotificationRefused as error:
            self._conclude("refused", error.message)
            return
        except (ConnectorError, UserError) as error:  # what is needed to read it is missing now: it waits
            self.write({"note": str(error)[:250]})
            return
        if event.outcome is None or event.operation is None:
            self._conclude("ignored", self.env._("It concerns no order of ours."))
            return
        instruction = self.env["payment.bridge.instruction"].search(
            [("channel_id", "=", self.channel_id.id), ("key", "=", event.outcome.key)], limit=1
        )
        if not instruction:
            self._note_unknown_order(event)
            return
        self._apply_to(instruction, event)

    def _apply_to(self, instruction, event):
        """A message is a hint that must fit our record; a status that settles nothing is asked about."""
        if event.outcome.status == OutcomeStatus.NOT_FOUND:
            changed = False
        else:
            changed = instruction._apply(event.outcome, "notification")
        if not changed and instruction.state in OPEN_AT_PLATFORM:
            instruction._set(next_query_at=fields.Datetime.now())
            instruction._wake_querier()
        self._conclude(
            "applied" if changed else "ignored",
            self._say_effect(changed),
            instruction,
        )

    def _say_effect(self, changed):
        if changed:
            return self.env._("It moved the payment on.")
        return self.env._("It confirmed what was known.")

    def _note_unknown_order(self, event):
        self._conclude("unmatched", self.env._("No instruction of this channel has that number."))
        self.env["payment.bridge.discrepancy"]._raise(
            "foreign",
            channel=self.channel_id,
            key=f"foreign-{self.channel_id.id}-{event.outcome.key}",
            summary=self.env._(
                "The platform told us about an order %(key)s (%(status)s) that this database never placed."
                " Find out who uses the same merchant account.",
                key=event.outcome.key,
                status=event.outcome.platform_status or event.outcome.status.value,
            ),
        )

    def _conclude(self, state, note, instruction=None):
        self.write({"state": state, "note": note[:250], "instruction_id": instruction and instruction.id})

    def _inbound(self):
        """The stored request as it came in."""
        self.env.cr.execute("SELECT body FROM payment_bridge_notification WHERE id = %s", (self.id,))
        body = self.env.cr.fetchone()[0]
        return InboundRequest(
            method=self.method or "POST",
            path=self.path or "",
            query=self.query_string or "",
            headers=self.headers or {},
            body=bytes(body or b""),
            received_at=self.received_at,
        )

    @api.model
    @api.private
    def _prune(self, channel, before):
        self.env.cr.execute(
            SQL(
                """
                UPDATE payment_bridge_notification SET body = NULL, headers = NULL, query_string = NULL
                 WHERE id IN (SELECT id FROM payment_bridge_notification
                               WHERE channel_id = %s AND received_at < %s AND state != 'new'
                                 AND body IS NOT NULL ORDER BY id LIMIT %s)
                """,
                channel.id,
                before,
                PRUNE_BATCH,
            )
        )
        self.invalidate_model(["body", "headers", "query_string"])
        return self.env.cr.rowcount
