"""The trail: one event with each act, in the same transaction, chained once committed."""

import hashlib
import json
from datetime import datetime
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

SEAL_BATCH = 2000
VERIFY_BATCH = 20000
GENESIS = "0" * 64
_SEAL_LOCK = 0x70627365


def canonical(payload: dict) -> str:
    """The one text of a payload: sorted keys, no spaces, UTF-8, decimals and times as text."""
    return json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def _plain(value):
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"an audit payload cannot hold {type(value).__name__}")


def chain_hash(previous: str, position: int, content: str) -> str:
    """The hash of one link: SHA-256 over the previous hash, the position and the content."""
    return hashlib.sha256(f"{previous}\n{position}\n{content}".encode()).hexdigest()


class PaymentBridgeAuditEvent(models.Model):
    """One act on money or on what guards it.

    Written by the transaction that acts; a moment later, once committed, it gets its place in the
    company-wide chain. Sealing apart from writing keeps payments of different channels from waiting
    for each other; a trigger in the database lets nobody change or delete an event.
    """

    _name = "payment.bridge.audit.event"
    _description = "Payment Bridge Audit Event"
    _order = "id desc"
    _log_access = False

    at = fields.Datetime(required=True, readonly=True, index=True)
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    user_id = fields.Many2one("res.users", readonly=True)
    event = fields.Char(required=True, readonly=True, index=True)
    record_model = fields.Char(readonly=True)
    record_id = fields.Many2oneReference(model_field="record_model", readonly=True, index=True)
    content = fields.Text(
        readonly=True, required=True, help="What happened, as canonical JSON: the text that is hashed."
    )
    position = fields.Integer(string="Chain Position", readonly=True, help="Place in the chain; empty until sealed.")
    previous_hash = fields.Char(readonly=True)
    hash = fields.Char(readonly=True)

    _position_unique = models.UniqueIndex("(position) WHERE position IS NOT NULL")
    _unsealed = models.Index("(id) WHERE position IS NULL")

    def init(self):
        """Install the trigger that makes events append-only in the database itself."""
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION payment_bridge_audit_guard() RETURNS trigger AS $guard$
            BEGIN
                IF TG_OP = 'UPDATE' AND OLD.position IS NULL AND NEW.position IS NOT NULL
                    AND (OLD.at, OLD.company_id, OLD.user_id, OLD.event, OLD.record_model,
                         OLD.record_id, OLD.content)
                    IS NOT DISTINCT FROM
                        (NEW.at, NEW.company_id, NEW.user_id, NEW.event, NEW.record_model,
                         NEW.record_id, NEW.content)
                THEN
                    RETURN NEW;
                END IF;
                RAISE EXCEPTION 'audit events are append-only';
            END
            $guard$ LANGUAGE plpgsql;
            DROP TRIGGER IF EXISTS payment_bridge_audit_guard ON payment_bridge_audit_event;
            CREATE TRIGGER payment_bridge_audit_guard
                BEFORE UPDATE OR DELETE ON payment_bridge_audit_event
                FOR EACH ROW EXECUTE FUNCTION payment_bridge_audit_guard();
            """
        )

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("An audit event cannot be changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("An audit event cannot be deleted."))

    @api.model
    @api.private
    def _record(self, event, record, **details):
        """Write one event about ``record`` in the current transaction.

        ``details`` are plain values and hold nothing secret and no full account number.
        """
        at = fields.Datetime.now()
        company = record.company_id if "company_id" in record._fields else self.env.company
        content = canonical(
            {
                "at": at,
                "company": company.id,
                "user": self.env.uid,
                "event": event,
                "model": record._name,
                "id": record.id,
                "details": details,
            }
        )
        self.env.execute_query(
            SQL(
                """
                INSERT INTO payment_bridge_audit_event
                    (at, company_id, user_id, event, record_model, record_id, content)
                VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id
                """,
                at,
                company.id or None,
                self.env.uid,
                event,
                record._name,
                record.id,
                content,
            )
        )

    @api.model
    def _cron_seal(self):
        """Give committed events their place in the chain, oldest first. One sealer at a time."""
        cron = self.env["ir.cron"]
        cron._commit_progress()  # a fresh transaction sees the newest head
        while True:
            sealed = self._seal_batch()
            if not cron._commit_progress(sealed, remaining=self._count_unsealed() if sealed else 0):
                break
            if sealed < SEAL_BATCH:
                break

    @api.model
    @api.private
    def _seal_batch(self):
        """Seal up to ``SEAL_BATCH`` events; answers how many. The lock is asked for before the first
        read of the transaction, so that the head it sees is the newest."""
        self.env.cr.execute(SQL("SELECT pg_try_advisory_xact_lock(%s)", _SEAL_LOCK))
        if not self.env.cr.fetchone()[0]:
            return 0
        position, previous = self._head()
        rows = self.env.execute_query(
            SQL(
                "SELECT id, content FROM payment_bridge_audit_event WHERE position IS NULL ORDER BY id LIMIT %s",
                SEAL_BATCH,
            )
        )
        links = []
        for event_id, content in rows:
            position += 1
            digest = chain_hash(previous, position, content)
            links.append(SQL("(%s::integer, %s::integer, %s, %s)", event_id, position, previous, digest))
            previous = digest
        if links:
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE payment_bridge_audit_event AS event
                       SET position = link.position, previous_hash = link.previous, hash = link.hash
                      FROM (VALUES %s) AS link(id, position, previous, hash)
                     WHERE event.id = link.id
                    """,
                    SQL(", ").join(links),
                )
            )
            self.invalidate_model(["position", "previous_hash", "hash"])
        return len(links)

    @api.model
    @api.private
    def _head(self):
        """Position and hash of the newest link; 0 and the genesis hash before the first."""
        rows = self.env.execute_query(
            SQL(
                "SELECT position, hash FROM payment_bridge_audit_event"
                " WHERE position IS NOT NULL ORDER BY position DESC LIMIT 1"
            )
        )
        return rows[0] if rows else (0, GENESIS)

    @api.model
    def _count_unsealed(self):
        return self.env.execute_query(SQL("SELECT count(*) FROM payment_bridge_audit_event WHERE position IS NULL"))[0][
            0
        ]

    @api.model
    @api.private
    def _verify_chain(self):
        """Recompute the whole chain; answers the first broken position, or None when it is whole."""
        previous, expected = GENESIS, 0
        while True:
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT position, previous_hash, hash, content FROM payment_bridge_audit_event
                     WHERE position > %s ORDER BY position LIMIT %s
                    """,
                    expected,
                    VERIFY_BATCH,
                )
            )
            for position, stored_previous, stored, content in rows:
                expected += 1
                digest = chain_hash(previous, expected, content)
                if (position, stored_previous, stored) != (expected, previous, digest):
                    return expected
                previous = digest
            if len(rows) < VERIFY_BATCH:
                return None

    @api.model
    def _cron_verify(self):
        """Check the chain and raise a discrepancy where it is broken."""
        broken = self._verify_chain()
        if broken is None:
            return
        self.env["payment.bridge.discrepancy"]._raise(
            "audit_chain",
            company=self.env.company,
            key=f"audit-chain-{broken}",
            summary=self.env._(
                "The audit trail is broken at position %s: someone changed the database behind the"
                " application. Compare with the last exported chain head and call your auditor.",
                broken,
            ),
        )

    def action_open_record(self):
        """Open what the event is about."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.record_model,
            "res_id": self.record_id,
            "view_mode": "form",
        }
