"""What happens to rows that no payment explains: documents, then the accountant's rules, then proposals."""

from odoo import api, models
from odoo.tools import SQL


class PaymentBridgeChannel(models.Model):
    _inherit = "payment.bridge.channel"

    @api.private
    def _match_lines(self, only_classify=False, **loading):
        """After the engine's passes, over what they left."""
        matched = super()._match_lines(only_classify=only_classify, **loading)
        return matched + self._explain_left_over(only_propose=only_classify)

    def _explain_left_over(self, only_propose):
        """Match what is certain, apply the rules, and propose what is likely. Running it again changes nothing that
        is matched. Answers how many rows were matched."""
        self.env.flush_all()
        if not self._has_left_over():
            self._drop_proposals()
            return 0
        counts = {}
        proposed = []
        if not only_propose:
            if documents := self._match_documents():
                counts["document"] = documents
            by_rule, proposed = self._apply_rules()
            counts.update(by_rule)
        self._propose_left_over(proposed)
        if counts:
            self._settle_left_over(counts)
        return sum(counts.values())

    def _has_left_over(self):
        return bool(
            self.env.execute_query(
                SQL(
                    """
                    SELECT EXISTS (SELECT FROM payment_bridge_statement_line
                                    WHERE channel_id = %s AND state = 'unmatched')
                    """,
                    self.id,
                )
            )[0][0]
        )

    def _settle_left_over(self, counts):
        """Close the differences of rows that are explained now, and tell the trail."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE payment_bridge_difference d SET state = 'closed', closed_on = %s
                  FROM payment_bridge_statement_line l
                 WHERE d.line_id = l.id AND d.state = 'open' AND d.channel_id = %s AND l.state IN ('matched', 'ignored')
                   AND (d.difference, d.proposal) != ('fee', 'claim')
             RETURNING l.statement_id
                """,
                self._today(),
                self.id,
            )
        )
        self.env["payment.bridge.difference"].invalidate_model()
        self.env["payment.bridge.statement.line"].invalidate_model()
        self.env["payment.bridge.audit.event"]._record("statement_lines.matched", self, **counts)
        self.env["payment.bridge.statement"].browse({row[0] for row in rows})._refresh_state()
