"""The daily root of a company's trail: one hash over every event so far, signed."""

import base64
import logging
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools.merkle import TILE, Tree, fold
from ..tools.trail import SignedRoot, sign_root
from .refusal import refused

_logger = logging.getLogger(__name__)


class PaymentBridgeAuditRoot(models.Model):
    """A statement "so many events, this root", signed, that leaves the database the day it is made.

    Whoever holds one can tell for ever whether the events up to it were changed, removed or put in
    another order: a chain alone can be computed anew by someone who owns the database, a root that
    others hold cannot. The tree is that of RFC 6962, its leaves are the hashes of the chain.
    """

    _name = "payment.bridge.audit.root"
    _description = "Signed Root of the Audit Trail"
    _order = "id desc"
    _rec_name = "root_hash"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="restrict")
    signed_at = fields.Datetime(required=True, readonly=True)
    size = fields.Integer(string="Events", required=True, readonly=True, help="How many events the root covers.")
    root_hash = fields.Char(required=True, readonly=True)
    head_hash = fields.Char(required=True, readonly=True, help="The hash of the last event that the root covers.")
    key_id = fields.Many2one("payment.bridge.audit.key", required=True, readonly=True, ondelete="restrict")
    fingerprint = fields.Char(string="Key", related="key_id.fingerprint")
    statement = fields.Text(required=True, readonly=True, help="What is signed.")
    signature = fields.Char(required=True, readonly=True)
    delivery_ids = fields.One2many("payment.bridge.audit.delivery", "root_id", readonly=True)

    _newest = models.Index("(company_id, size DESC, id DESC)")
    _some_events = models.Constraint("CHECK (size > 0)", "A root covers at least one event.")

    def init(self):
        """Install the triggers that make roots append-only in the database itself."""
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION payment_bridge_root_guard() RETURNS trigger AS $guard$
            BEGIN
                RAISE EXCEPTION 'signed roots are append-only';
            END
            $guard$ LANGUAGE plpgsql;
            DROP TRIGGER IF EXISTS payment_bridge_root_guard ON payment_bridge_audit_root;
            CREATE TRIGGER payment_bridge_root_guard
                BEFORE UPDATE OR DELETE OR TRUNCATE ON payment_bridge_audit_root
                FOR EACH STATEMENT EXECUTE FUNCTION payment_bridge_root_guard();
            """
        )

    def write(self, vals):  # pylint: disable=method-required-super
        raise refused(self, "trail_written", UserError(self.env._("A signed root cannot be changed.")))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise refused(self, "deletion", UserError(self.env._("A signed root cannot be deleted.")))

    # -- making -------------------------------------------------------------

    @api.model
    def _cron_sign(self):
        """Seal what waits, sign a root for every company that has a chain, and send the roots out."""
        events = self.env["payment.bridge.audit.event"]
        events._cron_seal()
        self.env["ir.cron"]._commit_progress()  # a fresh transaction sees the newest heads
        if not events._lock_chains():
            _logger.info("Another worker is at the audit trail; its roots are signed with the next run")
            self._wake()
            return
        for company in self.env["res.company"].browse(events._companies()):
            self._sign_or_raise(company)
        self.env["ir.cron"]._commit_progress()  # a root that is not committed must not be seen outside
        self._deliver_all()

    @api.model
    def _wake(self):
        self.env.ref("payment_bridge.cron_sign").sudo()._trigger()

    def _sign_or_raise(self, company):
        try:
            self._sign(company)
        except UserError as error:
            self.env["payment.bridge.discrepancy"]._raise(
                "audit_root", company=company, key="audit-root-unsigned", summary=str(error)
            )

    @api.model
    @api.private
    def _sign(self, company):
        """Sign a root over all sealed events of a company; without any, answers no record."""
        size, head = self.env["payment.bridge.audit.event"]._head(company.id)
        if not size:
            return self.browse()
        key = self.env["payment.bridge.audit.key"]._in_use(company)
        now = fields.Datetime.now()
        root = self._tree(company.id, keep_tiles=True).root(size).hex()
        signed = sign_root(
            key._private_key(),
            {
                "at": now,
                "company": company.id,
                "company_name": company.name,
                "database": self.env["ir.config_parameter"].sudo().get_param("database.uuid"),
                "head": head,
                "root": root,
                "size": size,
            },
        )
        return self.sudo().create(
            {
                "company_id": company.id,
                "signed_at": now,
                "size": size,
                "root_hash": root,
                "head_hash": head,
                "key_id": key.id,
                "statement": signed.statement,
                "signature": base64.b64encode(signed.signature).decode(),
            }
        )

    # -- the tree -----------------------------------------------------------

    @api.model
    @api.private
    def _tree(self, company_id, *, keep_tiles=False):
        """The Merkle tree of a company's chain, read from the database as it is needed."""
        tiles = self.env["payment.bridge.audit.tile"]
        tree = Tree(partial(self._leaves, company_id), partial(tiles._hashes, company_id))
        if keep_tiles:
            tiles._complete(company_id, tree)
        return tree

    @api.model
    def _leaves(self, company_id, begin, end):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT hash FROM payment_bridge_audit_event
                 WHERE company_id = %s AND position > %s AND position <= %s ORDER BY position
                """,
                company_id,
                begin,
                end,
            )
        )
        return [bytes.fromhex(row[0]) for row in rows]

    @api.private
    def _signed(self):
        """The root in the form in which it leaves the database."""
        self.ensure_one()
        return SignedRoot(
            self.statement, base64.b64decode(self.signature), base64.b64decode(self.sudo().key_id.public_key)
        )

    @api.model
    @api.private
    def _newest_of(self, company):
        """The newest root of a company, or no record."""
        return self.sudo().search([("company_id", "=", company.id)], order="size desc, id desc", limit=1)

    # -- verifying ----------------------------------------------------------

    @api.model
    @api.private
    def _fault(self, company, signed):
        """Why a signed root of this company does not fit its chain; None when it does.

        The tree is computed from the events alone, without the stored tiles.
        """
        if not signed.is_genuine():
            return self.env._("its signature is not genuine")
        says = signed.says
        size, _head = self.env["payment.bridge.audit.event"]._head(company.id)
        if says["size"] > size:
            return self.env._("%(gone)s events at the end of the trail are gone", gone=says["size"] - size)
        hashes = (
            fold(self._leaves(company.id, begin, min(begin + TILE, says["size"])))
            for begin in range(0, says["size"], TILE)
        )
        if fold(hashes).hex() != says["root"]:
            return self.env._("the events before it are not those that were signed")
        return None

    @api.model
    @api.private
    def _verify_roots(self, company):
        """Compare the company's roots, here and in the folder outside, with its chain; raise what differs.

        The newest root covers all earlier events, and each earlier root is on the newest one's way.
        """
        roots = self.sudo().search([("company_id", "=", company.id)], order="size, id")
        here = [root._signed() for root in roots[-1:]]
        outside = self.env["payment.bridge.audit.delivery"]._newest_in_folder(company)
        for signed in here + outside:
            if fault := self._fault(company, signed):
                return self._raise_fault(company, signed.says, fault)
        tree = self._tree(company.id)
        for root in roots:
            signed = root._signed()
            if not signed.is_genuine() or signed.says["root"] != tree.root(root.size).hex():
                return self._raise_fault(
                    company, {"size": root.size, "at": root.signed_at}, self.env._("it is not on the tree")
                )
        return None

    def _raise_fault(self, company, says, fault):
        return self.env["payment.bridge.discrepancy"]._raise(
            "audit_chain",
            company=company,
            key=f"audit-root-{says['size']}",
            summary=self.env._(
                "The audit trail does not fit the root over %(size)s events signed at %(at)s: %(fault)s."
                " Someone changed the database behind the application. Keep the exported files safe and"
                " call your auditor.",
                size=says["size"],
                at=says["at"],
                fault=fault,
            ),
        )
