"""The control total where a platform's files show no balance: what the books held of their own, plus every row."""

from odoo import models


class PaymentBridgeStatement(models.Model):
    _inherit = "payment.bridge.statement"

    def _closing_balance(self):
        """Without any balance from the platform, the books' own items and the rows make one."""
        told = super()._closing_balance()
        if told is not None or not self._is_told_by_rows():
            return told
        own = sum(self._foreign_items([("date", "<=", self.last_day)]).mapped("amount_currency"))
        return self.currency_id.round(own + self._sum(self._rows_until()))

    def _is_told_by_rows(self):
        """Whether no file of this channel has ever shown a balance."""
        return (
            self.covers_balance
            and self.state in ("empty", "loaded", "posted")
            and not self.search_count([("channel_id", "=", self.channel_id.id), ("has_balance", "=", True)], limit=1)
        )

    def _rows_until(self):
        return [
            ("channel_id", "=", self.channel_id.id),
            ("statement_id.covers_balance", "=", True),
            ("settled_on", "<=", self.last_day),
        ]

    def _compute_control_table(self):
        result = super()._compute_control_table()
        for statement in self.filtered(lambda one: one._is_told_by_rows()):
            rows, lines = statement._explain_by_rows(statement._closing_balance())
            statement.control_table = statement._render_control(rows)
            statement.control_line_ids = lines
        return result

    def _explain_by_rows(self, expected):
        """From the ledger's balance to the one by rows as (label, amount, is a total) steps, and the rows between."""
        waiting = [*self._rows_until(), ("state", "in", ("unmatched", "matched", "ignored"))]
        lines = self.env["payment.bridge.statement.line"].sudo()
        by_state = dict(lines._read_group(waiting, ["state"], ["amount:sum"]))
        labels = {
            "unmatched": self.env._("Unmatched rows: not posted"),
            "matched": self.env._("Matched rows: not posted yet"),
            "ignored": self.env._("Rows left out by hand"),
        }
        steps = [(labels[state], amount, False) for state, amount in by_state.items()]
        rest = expected - self.ledger_balance - sum(by_state.values())
        if not self.currency_id.is_zero(rest):
            steps.append((self.env._("Rows posted on another day"), rest, False))
        rows = [
            (self.env._("Balance in the books"), self.ledger_balance, True),
            *steps,
            (self.env._("Balance by the rows (the platform's files show none)"), expected, True),
        ]
        return rows, lines.search([*waiting, ("state", "!=", "matched")], limit=500).sudo(False)
