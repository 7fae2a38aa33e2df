"""Statement entries that were made from a platform's statement."""

from odoo import api, fields, models


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    bridge_posting_id = fields.Many2one(
        "payment.bridge.posting", readonly=True, copy=False, index="btree_not_null", ondelete="restrict"
    )
    bridge_opening_id = fields.Many2one(
        "payment.bridge.statement",
        string="Opening Balance Of",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    @api.depends("bridge_posting_id.state")
    def _compute_is_reconciled(self):
        """On a suspense account without reconciliation Odoo would see what was held there as open for ever, and never
        close the period."""
        result = super()._compute_is_reconciled()
        for entry in self.filtered(lambda one: one.bridge_posting_id and not one.is_reconciled):
            if entry._bridge_holds_nothing():
                entry.update({"is_reconciled": True, "amount_residual": 0.0})
        return result

    def _bridge_holds_nothing(self):
        """Whether the posting was undone, by an opposite entry, or every row held here was cleared since."""
        if self.bridge_posting_id.state == "undone":
            return True
        suspense = self._seek_for_lines()[1]
        rows = self.env["payment.bridge.statement.line"].sudo().search([("move_line_id", "in", suspense.ids)])
        return bool(rows) and all(row.cleared_move_id or row.cleared_with_id for row in rows)

    @api.private
    def _bridge_follow_clearing(self):
        """Look again whether these entries still hold a row."""
        self.env.add_to_compute(self._fields["is_reconciled"], self)

    def _auto_reconcile(self):
        """Where OCA's ``account_reconcile_oca`` is installed it reconciles new statement entries by its rules. An
        entry that was made from a statement has its items already."""
        others = self.filtered(lambda entry: not (entry.bridge_posting_id or entry.bridge_opening_id))
        reconcile = getattr(super(AccountBankStatementLine, others), "_auto_reconcile", None)
        return reconcile() if reconcile else None
