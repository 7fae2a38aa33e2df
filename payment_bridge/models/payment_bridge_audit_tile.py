"""Stored inner nodes of the trail's Merkle trees, so that a proof does not read every event."""

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.merkle import TILE, fold


class PaymentBridgeAuditTile(models.Model):
    """The root over one complete group of ``TILE`` events. It only saves time: it can be computed anew
    from the events, which is what verifying does."""

    _name = "payment.bridge.audit.tile"
    _description = "Audit Trail Tree Node"
    _order = "company_id, number"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict")
    number = fields.Integer(required=True, readonly=True, help="Counted from zero.")
    hash = fields.Char(required=True, readonly=True)

    _number_unique = models.UniqueIndex("(company_id, number)")

    @api.model
    @api.private
    def _hashes(self, company_id, begin, end):
        """The tiles from ``begin`` to before ``end``."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT hash FROM payment_bridge_audit_tile
                 WHERE company_id = %s AND number >= %s AND number < %s ORDER BY number
                """,
                company_id,
                begin,
                end,
            )
        )
        return [bytes.fromhex(row[0]) for row in rows]

    @api.model
    @api.private
    def _complete(self, company_id, tree):
        """Store the tiles that have become complete."""
        done = self.env.execute_query(
            SQL("SELECT coalesce(max(number) + 1, 0) FROM payment_bridge_audit_tile WHERE company_id = %s", company_id)
        )[0][0]
        size, _head = self.env["payment.bridge.audit.event"]._head(company_id)
        for number in range(done, size // TILE):
            self.env.execute_query(
                SQL(
                    "INSERT INTO payment_bridge_audit_tile (company_id, number, hash) VALUES (%s, %s, %s)",
                    company_id,
                    number,
                    fold(tree.leaves(number * TILE, (number + 1) * TILE)).hex(),
                )
            )
