"""The last pass: what is left on both sides and looks alike is proposed, never matched."""

import json
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from . import match_score
from .match_score import Pair

MOST_PAIRS = 200_000
"""How many pairs one run compares at most, the nearest amounts and days first."""


class PaymentBridgeChannel(models.Model):
    _inherit = "payment.bridge.channel"

    @api.private
    def _propose_similar(self):
        """Note on the rows that are left which missing payment they most likely stand for, with the score
        and its reasons. Answers how many got a proposal."""
        proposals = match_score.propose(self._similar_pairs())
        if proposals:
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE pb_rest l SET similar_id = found.instruction_id, score = found.score,
                           reasons = found.reasons::jsonb, proposal = 'match'
                      FROM unnest(%s::integer[], %s::integer[], %s::numeric[], %s::varchar[])
                           AS found (id, instruction_id, score, reasons)
                     WHERE l.id = found.id
                    """,
                    [one.pair.line_id for one in proposals],
                    [one.pair.instruction_id for one in proposals],
                    [one.total for one in proposals],
                    [json.dumps(one.reasons) for one in proposals],
                )
            )
        return len(proposals)

    def _similar_pairs(self):
        """Rows without a payment beside payments without a row: of one direction, near in time, and near in
        amount, which a grid of steps of the tolerance finds without comparing all with all."""
        rows = self.env.execute_query(
            SQL(
                """
                WITH missing AS (
                    SELECT m.instruction_id, abs(m.amount) AS amount, m.amount > 0 AS incoming, m.day,
                           floor(ln(abs(m.amount)) / %(step)s) + near AS cell
                      FROM pb_missing m, generate_series(-1, 1) near
                     WHERE m.currency_id = %(currency)s
                )
                SELECT l.id, m.instruction_id, abs(l.gross)::text, m.amount::text, abs(l.settled_on - m.day),
                       l.key, l.platform_reference, i.key, i.platform_reference, i.fund_reference,
                       l.counterparty, COALESCE(i.payee_name, p.name)
                  FROM pb_rest l
                  JOIN missing m ON m.cell = floor(ln(abs(l.gross)) / %(step)s) AND m.incoming = (l.amount > 0)
                   AND abs(l.settled_on - m.day) <= %(days)s
                   AND abs(abs(l.gross) - m.amount) <= %(tolerance)s * m.amount
                  JOIN payment_bridge_instruction i ON i.id = m.instruction_id
                  LEFT JOIN res_partner p ON p.id = i.partner_id
                 WHERE l.difference IN ('platform_only_in', 'platform_only_out') AND l.candidate_id IS NULL
                   AND l.gross != 0
                   AND l.kind IN ('collection', 'pay_out', 'refund')
                 ORDER BY abs(abs(l.gross) - m.amount), abs(l.settled_on - m.day), l.id, m.instruction_id
                 LIMIT %(most)s
                """,
                step=match_score.AMOUNT_TOLERANCE,
                tolerance=match_score.AMOUNT_TOLERANCE,
                days=match_score.FARTHEST_DAYS,
                currency=self.currency_id.id,
                most=MOST_PAIRS,
            )
        )
        return [
            Pair(
                line_id,
                instruction_id,
                Decimal(line_amount),
                Decimal(amount),
                days,
                tuple(filter(None, (line_key, line_reference))),
                tuple(filter(None, (key, reference, fund_reference))),
                line_party or "",
                party or "",
            )
            for (
                line_id, instruction_id, line_amount, amount, days, line_key, line_reference, key, reference,
                fund_reference, line_party, party,
            ) in rows
        ]  # fmt: skip
