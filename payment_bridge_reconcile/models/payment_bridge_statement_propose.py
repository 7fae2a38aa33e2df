"""Proposals for the rows that are left: made, renewed and taken away as what is open changes."""

import json

from odoo import api, models
from odoo.tools import SQL

from ..documents import likely


class PaymentBridgeChannel(models.Model):
    _inherit = "payment.bridge.channel"

    @api.private
    def _propose_left_over(self, by_rule):
        """Keep exactly the proposals that hold now. ``by_rule`` are those that rules make, as values."""
        found = {}
        for values in (*by_rule, *self._propose_documents()):
            found.setdefault(self._proposal_key(values), values)
        proposals = self.env["payment.bridge.statement.proposal"].sudo()
        known = {
            self._proposal_key(
                {
                    "line_id": one.line_id.id,
                    "way": one.way,
                    "documents": one.document_ids.ids,
                    "instruction_id": one.instruction_id.id,
                    "account_id": one.account_id.id,
                    "rule_id": one.rule_id.id,
                }
            ): one
            for one in proposals.search([("channel_id", "=", self.id)])
        }
        gone = [one.id for key, one in known.items() if key not in found and one.state == "open"]
        proposals.browse(gone).unlink()
        proposals.create(
            [
                {
                    "channel_id": self.id,
                    "company_id": self.company_id.id,
                    **{name: value for name, value in values.items() if name != "documents"},
                    "document_ids": values["documents"],
                }
                for key, values in found.items()
                if key not in known
            ]
        )
        for key, one in known.items():
            if key in found and one.state == "open":
                one._renew(found[key])
        self._tell_proposals()

    def _proposal_key(self, values):
        return (
            values["line_id"],
            values["way"],
            tuple(sorted(values["documents"])),
            values.get("instruction_id") or False,
            values.get("account_id") or False,
            values.get("rule_id") or False,
        )

    def _propose_documents(self):
        if self.document_matching == "off" or not self._has_open_documents():
            return []
        rows = self._rows_that_may_pay()
        if not rows:
            return []
        return [
            {
                "line_id": one.row_id,
                "way": "document",
                "documents": list(one.document_ids),
                "kind": one.kind,
                "score": one.score,
                "reasons": {name: value for name, value in one.reasons.items() if name != "rest"},
                "rest": self._major(one.reasons["rest"]),
            }
            for one in likely.propose(rows, self._documents_for(rows), self.document_days)
        ]

    @api.private
    def _drop_proposals(self):
        """Nothing is left to be explained."""
        self.env["payment.bridge.statement.proposal"].sudo().search(
            [("channel_id", "=", self.id), ("state", "=", "open")]
        ).unlink()

    def _tell_proposals(self):
        """The best proposal of a row stands on its difference too."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE payment_bridge_difference d
                   SET proposal = best.way, score = best.score, reasons = best.reasons
                  FROM (SELECT DISTINCT ON (p.line_id) p.line_id, p.score, p.reasons,
                               CASE p.way WHEN 'document' THEN 'document' ELSE 'rule' END AS way
                          FROM payment_bridge_statement_proposal p
                         WHERE p.channel_id = %s AND p.state = 'open' ORDER BY p.line_id, p.score DESC, p.id) best
                 WHERE d.line_id = best.line_id AND d.state = 'open' AND d.similar_id IS NULL
                """,
                self.id,
            )
        )
        self.env["payment.bridge.difference"].invalidate_model()


class PaymentBridgeStatementProposal(models.Model):
    _inherit = "payment.bridge.statement.proposal"

    @api.private
    def _renew(self, values):
        """Write what has changed, and nothing when nothing has."""
        told = {name: values.get(name) for name in ("kind", "score", "reasons", "rest")}
        known = {"kind": self.kind, "score": self.score, "reasons": self.reasons, "rest": self.rest}
        if json.dumps(told, sort_keys=True) != json.dumps(known, sort_keys=True):
            self.write(told)
