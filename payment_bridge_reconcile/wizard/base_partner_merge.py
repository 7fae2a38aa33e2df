"""Merged partners and accounts are followed by the rows of the sub-ledger, whose links are no foreign keys."""

from odoo import models

from ..models.ledger_link import LedgerLink


class BasePartnerMerge(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _get_fk_on(self, table):
        rows = self.env["payment.bridge.statement.line"]
        links = [
            (rows._table, name)
            for name, field in rows._fields.items()
            if isinstance(field, LedgerLink) and self.env[field.comodel_name]._table == table
        ]
        return [*super()._get_fk_on(table), *links]
