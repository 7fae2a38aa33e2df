"""Accounts that money has come from, and whose they are."""

import hashlib
from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..documents.references import fold

SHORTEST_PAYER = 4


def payer_key(company_id, counterparty):
    """Stands for a payer as the statement shows it; None when it shows too little to tell payers apart."""
    text = "".join(fold(counterparty).split())
    if len(text) < SHORTEST_PAYER:
        return None
    return hashlib.sha256(f"{company_id}:{text}".encode()).hexdigest()


def payer_name(counterparty):
    """The payer's name as far as it is shown, folded; empty when the platform hides part of it."""
    name = fold(counterparty).partition("(")[0].strip()
    return "" if "*" in name else name


class PaymentBridgeKnownPayer(models.Model):
    """Learned from matches that a reference or a person made sure of: this payer is that partner.

    The payer is kept as a hash of what the statement shows, which is masked already. One payer may stand for several
    partners (who pays for others); then the link proves nothing by itself.
    """

    _name = "payment.bridge.known.payer"
    _description = "Known Payer"
    _order = "last_seen desc, id desc"
    _rec_name = "shown"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    key = fields.Char(required=True, readonly=True)
    shown = fields.Char(string="Payer", readonly=True, help="As the platform's statement shows it.")
    partner_id = fields.Many2one("res.partner", required=True, readonly=True, index=True, ondelete="cascade")
    confirmed = fields.Integer(string="Times Confirmed", readonly=True)
    last_seen = fields.Date(readonly=True)
    active = fields.Boolean(default=True, help="Switched off, it is neither used nor learned again.")

    _key_once = models.UniqueIndex("(company_id, key, partner_id)", "This payer is known as this partner already.")

    def write(self, vals):
        """People switch a link off and on; what is in it is learned."""
        if not self.env.su and set(vals) - {"active"}:
            raise UserError(self.env._("A known payer is learned from matches: it can only be switched off or on."))
        result = super().write(vals)
        if "active" in vals:
            for payer in self:
                self.env["payment.bridge.audit.event"]._record(
                    "known_payer.switched", payer, active=payer.active, partner=payer.partner_id.id
                )
        return result

    @api.model
    @api.private
    def _learn(self, company, seen, sign=1):
        """Count what was confirmed, or with ``sign`` -1 taken back: ``seen`` are (counterparty, partner id, day)."""
        found = {}
        for counterparty, partner_id, day in seen:
            if partner_id and (key := payer_key(company.id, counterparty)):
                times, _shown, last = found.get((key, partner_id), (0, "", date.min))
                found[key, partner_id] = (times + 1, counterparty, max(last, day))
        if not found:
            return
        rows = [
            SQL("(%s, %s, %s, %s, %s, %s, TRUE)", company.id, key, shown, partner_id, times, day)
            for (key, partner_id), (times, shown, day) in sorted(found.items())
        ]
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO payment_bridge_known_payer AS known
                       (company_id, key, shown, partner_id, confirmed, last_seen, active)
                VALUES %s
                    ON CONFLICT (company_id, key, partner_id) DO UPDATE
                   SET confirmed = GREATEST(known.confirmed + %s * excluded.confirmed, 0),
                       last_seen = GREATEST(known.last_seen, excluded.last_seen)
                """,
                SQL(", ").join(rows),
                sign,
            )
        )
        self.invalidate_model()

    @api.model
    @api.private
    def _partners_of(self, company, keys):
        """The partners that payers are known as, as {key: set of partner ids}."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT key, array_agg(partner_id) FROM payment_bridge_known_payer
                 WHERE company_id = %s AND key = ANY(%s) AND active AND confirmed > 0 GROUP BY key
                """,
                company.id,
                list(keys),
            )
        )
        return {key: frozenset(partner_ids) for key, partner_ids in rows}
