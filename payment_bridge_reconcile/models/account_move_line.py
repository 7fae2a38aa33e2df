"""Journal items and the rows of platforms' statements behind them."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    bridge_statement_line_id = fields.Many2one(
        "payment.bridge.statement.line",
        string="Platform Statement Row",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_behind_rows(self):
        rows = self.env["payment.bridge.statement.line"].sudo()
        behind = ["|", ("move_line_id", "in", self.ids), ("fee_move_line_id", "in", self.ids)]
        if found := rows.search(behind, limit=1):
            raise UserError(
                self.env._(
                    "This item stands for the row %(entry)s of %(statement)s. Undo the posting of the statement instead"
                    " of deleting its entry.",
                    entry=found.entry_reference,
                    statement=found.statement_id.name,
                )
            )

    def action_bridge_open_rows(self):
        """The rows that these items stand for, or hold the fees of."""
        action = self.env["ir.actions.act_window"]._for_xml_id("payment_bridge_reconcile.action_statement_line")
        behind = ["|", ("move_line_id", "in", self.ids), ("fee_move_line_id", "in", self.ids)]
        return {**action, "domain": behind, "context": {}}
