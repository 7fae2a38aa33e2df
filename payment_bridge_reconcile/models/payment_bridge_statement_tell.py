"""Telling people what they must look into beyond the list of differences."""

from odoo import models

TOLD = ("platform_only_out", "duplicate", "amount", "status")
"""The classes that people are told of beyond the list of differences."""
SINGLY_TOLD = 20
"""Up to so many new differences of one class and statement are told one by one, more as one."""


class PaymentBridgeChannel(models.Model):
    _inherit = "payment.bridge.channel"

    def _tell_differences(self, line_ids):
        """Raise what a person must look into: money that left without an order, twice, in another amount,
        or for a payment that reads failed."""
        lines = self.env["payment.bridge.statement.line"].browse(line_ids)
        for statement, of_statement in lines.grouped("statement_id").items():
            for kind, loud in (
                ("platform_only_out", self._is_unordered),
                ("line_duplicate", lambda line: line.difference == "duplicate"),
                ("line_amount", lambda line: line.difference == "amount"),
                ("line_status", self._is_contradiction),
            ):
                told = of_statement.filtered(loud)
                if len(told) > SINGLY_TOLD:
                    self._tell_many(kind, statement, told)
                else:
                    for line in told:
                        self._tell_one(kind, line)

    def _is_unordered(self, line):
        return line.difference == "platform_only_out" and line.kind == "pay_out"

    def _is_contradiction(self, line):
        return line.difference == "status" and line.candidate_id.state in ("queued", "failed", "cancelled")

    def _tell_one(self, kind, line):
        self.env["payment.bridge.discrepancy"]._raise(
            kind,
            channel=self,
            instruction=line.candidate_id or None,
            key=f"{kind}-{self.id}-{line.entry_reference}",
            summary=self.env._(
                "%(statement)s, row %(row)s, %(amount)s, entry %(entry)s: %(reason)s",
                statement=line.statement_id.name,
                row=line.row,
                amount=line.currency_id.format(line.amount),
                entry=line.entry_reference,
                reason=line.reason,
            ),
        )

    def _tell_many(self, kind, statement, lines):
        self.env["payment.bridge.discrepancy"]._raise(
            kind,
            channel=self,
            key=f"{kind}-{self.id}-statement-{statement.id}",
            summary=self.env._(
                "%(statement)s: %(count)s rows, %(amount)s together. The first: %(reason)s See Unmatched.",
                statement=statement.name,
                count=len(lines),
                amount=self.currency_id.format(sum(lines.mapped("amount"))),
                reason=lines[0].reason,
            ),
        )
