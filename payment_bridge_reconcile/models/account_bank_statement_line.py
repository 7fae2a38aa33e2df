"""Statement entries that were made from a platform's statement."""

from odoo import fields, models


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

    def _auto_reconcile(self):
        """Where OCA's ``account_reconcile_oca`` is installed it reconciles new statement entries by its rules. An
        entry that was made from a statement has its items already."""
        others = self.filtered(lambda entry: not (entry.bridge_posting_id or entry.bridge_opening_id))
        reconcile = getattr(super(AccountBankStatementLine, others), "_auto_reconcile", None)
        return reconcile() if reconcile else None
