"""Links of the sub-ledger, which holds millions of rows."""

from odoo import fields


class LedgerLink(fields.Many2one):
    """A many2one of a statement row whose target is kept by somebody else.

    PostgreSQL queues a check for each foreign key of each row that is inserted, also where it is empty, which for the
    links of a row costs several times what inserting it does. What these links point to is kept otherwise: a statement,
    once loaded, an instruction and a posting by their own rules; channel, company and currency through the statement's
    foreign keys; a payment through its instruction's; a user who decided through the trail; a journal item, an account
    and a partner by what refuses to delete them so long as a row points to them. Records that are merged are followed
    (see ``base_partner_merge``). The engine writes links set by set from rows that it has joined in the same statement.
    """

    def update_db_foreign_key(self, model, column):
        """Make none."""
