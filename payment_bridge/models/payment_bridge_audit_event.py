"""The trail: one event with each act, in the same transaction, chained once committed."""

import json
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools.trail import CANONICAL_VERSION, GENESIS, canonical, link_hash, utc_text
from .refusal import refused

SEAL_BATCH = 2000
VERIFY_BATCH = 20000
_SEAL_LOCK = 0x70627365


class BrokenLink(NamedTuple):
    """Where a company's chain stops being true, and how one can tell."""

    company_id: int
    position: int
    reason: str


class PaymentBridgeAuditEvent(models.Model):
    """One act on money or on what guards it.

    Written by the transaction that acts; a moment later, once committed, it gets its place in its
    company's chain. Sealing apart from writing keeps payments of different channels from waiting for
    each other and leaves no gap where a transaction is undone. Triggers in the database let nobody
    change, delete, empty or backdate what is there.
    """

    _name = "payment.bridge.audit.event"
    _description = "Payment Bridge Audit Event"
    _rec_name = "event"
    _order = "id desc"
    _log_access = False

    at = fields.Datetime(required=True, readonly=True, index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="restrict")
    user_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    event = fields.Char(required=True, readonly=True, index=True)
    record_model = fields.Char(readonly=True)
    record_id = fields.Many2oneReference(model_field="record_model", readonly=True, index=True)
    content = fields.Text(
        readonly=True, required=True, help="What happened, as canonical JSON: the text that is hashed."
    )
    position = fields.Integer(string="Chain Position", readonly=True, help="Place in the chain; empty until sealed.")
    previous_hash = fields.Char(readonly=True)
    hash = fields.Char(readonly=True)

    _position_positive = models.Constraint("CHECK (position > 0)", "Places in a chain are counted from one.")
    _position_unique = models.UniqueIndex("(company_id, position) WHERE position IS NOT NULL")
    _unsealed = models.Index("(company_id, id) WHERE position IS NULL")

    def init(self):
        """Install the triggers that make events append-only in the database itself."""
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION payment_bridge_audit_guard() RETURNS trigger AS $guard$
            BEGIN
                IF TG_OP = 'UPDATE' AND OLD.position IS NULL AND NEW.position IS NOT NULL
                    AND (OLD.id, OLD.at, OLD.company_id, OLD.user_id, OLD.event, OLD.record_model,
                         OLD.record_id, OLD.content)
                    IS NOT DISTINCT FROM
                        (NEW.id, NEW.at, NEW.company_id, NEW.user_id, NEW.event, NEW.record_model,
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
            DROP TRIGGER IF EXISTS payment_bridge_audit_guard_insert ON payment_bridge_audit_event;
            CREATE TRIGGER payment_bridge_audit_guard_insert
                BEFORE INSERT ON payment_bridge_audit_event FOR EACH ROW
                WHEN (NEW.position IS NOT NULL OR NEW.hash IS NOT NULL OR NEW.previous_hash IS NOT NULL)
                EXECUTE FUNCTION payment_bridge_audit_guard();
            DROP TRIGGER IF EXISTS payment_bridge_audit_guard_truncate ON payment_bridge_audit_event;
            CREATE TRIGGER payment_bridge_audit_guard_truncate
                BEFORE TRUNCATE ON payment_bridge_audit_event
                FOR EACH STATEMENT EXECUTE FUNCTION payment_bridge_audit_guard();
            """
        )

    def write(self, vals):  # pylint: disable=method-required-super
        raise refused(self, "trail_written", UserError(self.env._("An audit event cannot be changed.")))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise refused(self, "trail_written", UserError(self.env._("An audit event cannot be deleted.")))

    @api.model
    @api.private
    def _record(self, event, record, **details):
        """Write one event about ``record`` in the current transaction.

        ``details`` are plain values and hold nothing secret and no full account number.
        """
        at = fields.Datetime.now()
        company = self._company_of(record)
        content = canonical(
            {
                "v": CANONICAL_VERSION,
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
                VALUES (%s, %s, %s, %s, %s, %s, %s)
                """,
                at,
                company.id,
                self.env.uid,
                event,
                record._name,
                record.id,
                content,
            )
        )

    def _company_of(self, record):
        """The company in whose chain an event about ``record`` stands."""
        if record._name == "res.company":
            return record
        return (record.company_id if "company_id" in record._fields else None) or self.env.company

    # -- sealing ------------------------------------------------------------

    @api.model
    def _cron_seal(self):
        """Give committed events their place in the chains, oldest first. One sealer at a time."""
        cron = self.env["ir.cron"]
        cron._commit_progress()  # a fresh transaction sees the newest heads
        while True:
            sealed = self._seal_batch()
            if not cron._commit_progress(sealed, remaining=self._count_unsealed() if sealed else 0):
                break
            if sealed < SEAL_BATCH:
                break

    @api.model
    @api.private
    def _lock_chains(self):
        """Whether this transaction may now lengthen the chains. To be asked before its first read, so
        that the heads it sees are the newest."""
        return self.env.execute_query(SQL("SELECT pg_try_advisory_xact_lock(%s)", _SEAL_LOCK))[0][0]

    @api.model
    @api.private
    def _seal_batch(self):
        """Seal up to ``SEAL_BATCH`` events; answers how many."""
        if not self._lock_chains():
            return 0
        rows = self.env.execute_query(
            SQL(
                """
                SELECT company_id, id, content FROM payment_bridge_audit_event
                 WHERE position IS NULL ORDER BY company_id, id LIMIT %s
                """,
                SEAL_BATCH,
            )
        )
        heads = {company_id: self._head(company_id) for company_id in {row[0] for row in rows}}
        links = []
        for company_id, event_id, content in rows:
            position, previous = heads[company_id]
            position += 1
            digest = link_hash(previous, position, content)
            links.append((event_id, position, previous, digest))
            heads[company_id] = (position, digest)
        if links:
            ids, positions, previous_hashes, hashes = map(list, zip(*links, strict=True))
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE payment_bridge_audit_event AS event
                       SET position = link.position, previous_hash = link.previous, hash = link.hash
                      FROM unnest(%s::integer[], %s::integer[], %s::text[], %s::text[])
                           AS link(id, position, previous, hash)
                     WHERE event.id = link.id
                    """,
                    ids,
                    positions,
                    previous_hashes,
                    hashes,
                )
            )
            self.invalidate_model(["position", "previous_hash", "hash"])
        return len(links)

    @api.model
    @api.private
    def _head(self, company_id):
        """Position and hash of the newest link; 0 and the genesis hash before the first."""
        rows = self.env.execute_query(
            SQL(
                "SELECT position, hash FROM payment_bridge_audit_event"
                " WHERE company_id = %s AND position IS NOT NULL ORDER BY position DESC LIMIT 1",
                company_id,
            )
        )
        return rows[0] if rows else (0, GENESIS)

    @api.model
    @api.private
    def _hash_at(self, company_id, position):
        """The hash of one link; at 0 the genesis hash."""
        if not position:
            return GENESIS
        return self.env.execute_query(
            SQL(
                "SELECT hash FROM payment_bridge_audit_event WHERE company_id = %s AND position = %s",
                company_id,
                position,
            )
        )[0][0]

    @api.model
    def _count_unsealed(self):
        return self.env.execute_query(SQL("SELECT count(*) FROM payment_bridge_audit_event WHERE position IS NULL"))[0][
            0
        ]

    # -- verifying ----------------------------------------------------------

    @api.model
    @api.private
    def _companies(self):
        """Ids of the companies that have a chain."""
        return [
            row[0]
            for row in self.env.execute_query(
                SQL(
                    "SELECT id FROM res_company company WHERE EXISTS"
                    " (SELECT 1 FROM payment_bridge_audit_event event WHERE event.company_id = company.id) ORDER BY id"
                )
            )
        ]

    @api.model
    @api.private
    def _verify_chain(self):
        """Recompute every chain; answers the first :class:`BrokenLink`, or None when all are whole."""
        return next(filter(None, map(self._verify_company, self._companies())), None)

    @api.model
    @api.private
    def _verify_company(self, company_id):
        """Recompute a company's chain: its places, its hashes, and that each column says what was hashed."""
        previous, expected = GENESIS, 0
        while True:
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT position, previous_hash, hash, content, at, user_id, event, record_model, record_id
                      FROM payment_bridge_audit_event
                     WHERE company_id = %s AND position > %s ORDER BY position LIMIT %s
                    """,
                    company_id,
                    expected,
                    VERIFY_BATCH,
                )
            )
            for position, stored_previous, stored, content, *columns in rows:
                expected += 1
                digest = link_hash(previous, expected, content)
                if position != expected:
                    return BrokenLink(company_id, expected, self.env._("%(found)s stands there", found=position))
                if (stored_previous, stored) != (previous, digest):
                    return BrokenLink(company_id, expected, self.env._("its hash is another"))
                if not _columns_agree(content, company_id, columns):
                    reason = self.env._("its columns say something else than its content")
                    return BrokenLink(company_id, expected, reason)
                previous = digest
            if len(rows) < VERIFY_BATCH:
                return None

    @api.model
    def _cron_verify(self):
        """Check the chains and raise a discrepancy where one is broken."""
        for company in self.env["res.company"].browse(self._companies()):
            if broken := self._verify_company(company.id):
                self.env["payment.bridge.discrepancy"]._raise(
                    "audit_chain",
                    company=company,
                    key=f"audit-chain-{broken.position}",
                    summary=self.env._(
                        "The audit trail is broken at position %(position)s (%(reason)s): someone changed the"
                        " database behind the application. Compare with the last exported root and call your"
                        " auditor.",
                        position=broken.position,
                        reason=broken.reason,
                    ),
                )
            self.env["payment.bridge.audit.root"]._verify_roots(company)

    def action_open_record(self):
        """Open what the event is about."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.record_model,
            "res_id": self.record_id,
            "view_mode": "form",
        }


def _columns_agree(content, company_id, columns):
    """Whether the columns that screens search and show say what the hashed content says."""
    at, *others = columns
    try:
        said = json.loads(content)
        hashed = [said[key] for key in ("at", "company", "user", "event", "model", "id")]
    except (ValueError, KeyError, TypeError):
        return False
    return hashed == [utc_text(at), company_id, *others]
