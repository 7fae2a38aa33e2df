"""What a row of a statement pays of an invoice or a bill."""

from odoo import api, fields, models
from odoo.tools import SQL

from .ledger_link import LedgerLink


class PaymentBridgeStatementAllotment(models.Model):
    """A part of a row's amount, given to one open item of a document.

    From matching until the row is posted the part is *held* on the item, as the payments of the core hold what they
    are going to pay: a constraint of the database keeps the sum of everything that is promised within what is open, so
    that two rows, two runs or a payment beside them cannot pay the same money twice.
    """

    _name = "payment.bridge.statement.allotment"
    _description = "Part of a Statement Row Paid to a Document"
    _order = "line_id, id"
    _log_access = False

    line_id = fields.Many2one(
        "payment.bridge.statement.line", string="Row", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = LedgerLink("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="line_id.currency_id")
    document_id = fields.Many2one("account.move", required=True, readonly=True, index=True, ondelete="restrict")
    item_id = fields.Many2one(
        "account.move.line", string="Open Item", readonly=True, index="btree_not_null", ondelete="set null"
    )
    partner_id = fields.Many2one(related="document_id.commercial_partner_id")
    amount = fields.Monetary(readonly=True, help="With the sign of the row.")
    day = fields.Date(related="line_id.settled_on", string="Day")
    state = fields.Selection(related="line_id.state", string="Status")

    _item_once = models.UniqueIndex("(line_id, item_id)", "A row pays an open item once.")

    @api.model
    @api.private
    def _hold(self, lines, sign=1):
        """Hold what ``lines`` pay on the items that they pay; with ``sign`` -1 let go of it."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE account_move_line i SET bridge_held = GREATEST(COALESCE(i.bridge_held, 0) + %s * held.amount, 0)
                  FROM (SELECT item_id, sum(abs(amount)) AS amount FROM payment_bridge_statement_allotment
                         WHERE line_id = ANY(%s) AND item_id IS NOT NULL GROUP BY item_id) held
                 WHERE i.id = held.item_id
                """,
                sign,
                lines.ids,
            )
        )
        self.env["account.move.line"].invalidate_model(["bridge_held"])

    @api.model
    @api.private
    def _drop(self, lines):
        """Take back what ``lines`` pay, of rows that are not posted."""
        self._hold(lines, sign=-1)
        self.sudo().search([("line_id", "in", lines.ids)]).unlink()

    def action_open(self):
        """The document."""
        self.ensure_one()
        return self.document_id._get_records_action()
