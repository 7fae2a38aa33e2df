"""Links of the sub-ledger, which holds millions of rows."""

from odoo import fields


class LedgerLink(fields.Many2one):
    """A many2one of a statement row whose target is kept by somebody else.

    PostgreSQL checks a foreign key row by row and locks the target each time, which for the links of a row
    costs several times what inserting it does. What these links point to cannot be deleted anyway: a
    statement, once loaded, an instruction and a posting by their own rules; channel, company and currency
    through the statement's foreign keys; a payment through its instruction's; a user who decided through
    the trail. The engine writes them set by set from rows that it has joined in the same statement.
    """

    def update_db_foreign_key(self, model, column):
        """Make none."""
