"""Matching: set-based passes from certain to explained, each saying on the row why it matched."""

from odoo import api, fields, models
from odoo.tools import SQL

SINGLY_TOLD = 20
"""Up to so many new differences of one class and statement are told one by one, more as one."""

FIND = {
    "key": SQL("i.key = l.key"),
    "platform_reference": SQL("i.platform_reference = l.platform_reference"),
    "fund_reference": SQL("i.fund_reference = l.platform_reference"),
}
"""How a row names an instruction, in the order of trust."""

IS_FREE = SQL(
    """
    NOT EXISTS (SELECT FROM payment_bridge_statement_line o
                 WHERE o.instruction_id = i.id AND o.kind != 'fee' AND (o.amount > 0) = (l.amount > 0))
    """
)
"""No other row stands for this leg of the instruction yet."""

CLASSIFY = SQL(
    """
    CASE
        WHEN l.only_by_hand THEN 'opened'
        WHEN i.id IS NOT NULL AND NOT (%s) THEN 'duplicate'
        WHEN i.id IS NOT NULL AND (abs(l.gross) != i.amount OR l.currency_id != i.currency_id) THEN 'amount'
        WHEN i.id IS NOT NULL THEN 'status'
        WHEN l.amount < 0 THEN 'platform_only_out'
        ELSE 'platform_only_in'
    END
    """,
    IS_FREE,
)

PASSES = {
    "payment": SQL(
        """
        SELECT DISTINCT ON (i.id) l.id, i.id AS instruction_id, i.payment_id, 'payment' AS match_pass
          FROM open_line l
          JOIN payment_bridge_instruction i ON i.id = l.candidate_id
         WHERE l.kind = 'pay_out' AND l.gross = -i.amount AND l.currency_id = i.currency_id
           AND i.state IN ('succeeded', 'returned') AND %s
         ORDER BY i.id, l.occurred_at, l.id
        """,
        IS_FREE,
    ),
    "return": SQL(
        """
        SELECT DISTINCT ON (i.id) l.id, i.id AS instruction_id, i.payment_id, 'return' AS match_pass
          FROM open_line l
          JOIN payment_bridge_instruction i ON i.id = l.candidate_id
          JOIN account_payment p ON p.id = i.payment_id AND p.bridge_reversal_id IS NOT NULL
         WHERE l.kind IN ('return', 'deposit', 'adjustment', 'pay_out')
           AND l.gross = i.amount AND l.currency_id = i.currency_id AND i.state = 'returned' AND %s
         ORDER BY i.id, l.occurred_at, l.id
        """,
        IS_FREE,
    ),
    "out_and_back": SQL(
        """
        SELECT unnest(ARRAY[gone, home]) AS id, instruction_id, payment_id, 'out_and_back' AS match_pass
          FROM (
            SELECT i.id AS instruction_id, i.payment_id,
                   min(l.id) FILTER (WHERE l.gross = -i.amount AND l.kind = 'pay_out') AS gone,
                   min(l.id) FILTER (WHERE l.gross = i.amount AND l.kind != 'fee') AS home
              FROM open_line l
              JOIN payment_bridge_instruction i ON i.id = l.candidate_id
             WHERE i.state = 'failed' AND l.currency_id = i.currency_id AND %s
             GROUP BY i.id
          ) legs
         WHERE gone IS NOT NULL AND home IS NOT NULL
        """,
        IS_FREE,
    ),
    "fee": SQL(
        """
        SELECT l.id, i.id AS instruction_id, i.payment_id, 'fee' AS match_pass
          FROM open_line l
          LEFT JOIN payment_bridge_instruction i ON i.id = l.candidate_id
         WHERE l.kind = 'fee'
        """
    ),
    "transfer": SQL(
        """
        SELECT l.id, NULL::integer AS instruction_id, NULL::integer AS payment_id, 'transfer' AS match_pass
          FROM open_line l
         WHERE l.kind IN ('deposit', 'withdrawal') AND l.candidate_id IS NULL
        """
    ),
}
"""The passes in order; each selects of the open rows (``open_line``) those that it matches, and to what."""


class PaymentBridgeChannel(models.Model):
    _inherit = "payment.bridge.channel"

    @api.private
    def _match_lines(self, only_classify=False):
        """Match this channel's open rows and say of the rest why they are open.

        Running it again changes nothing that is matched. Answers how many rows were matched.
        """
        self.ensure_one()
        self.env.flush_all()
        scope = SQL("l.channel_id = %s AND l.state = 'unmatched'", self.id)
        self._find_candidates(scope)
        counts = {} if only_classify else {name: self._run_pass(query, scope) for name, query in PASSES.items()}
        changed = self._classify(scope)
        self.env["payment.bridge.statement.line"].invalidate_model()
        matched = sum(counts.values())
        if matched:
            self.env["payment.bridge.audit.event"]._record(
                "statement_lines.matched", self, **{name: count for name, count in counts.items() if count}
            )
        self._ask_about_open_lines(scope)
        self._tell_differences(changed)
        open_statements = self.env["payment.bridge.statement"].search(
            [("channel_id", "=", self.id), ("state", "in", ("loaded", "posted")), ("covers_balance", "=", True)]
        )
        open_statements._refresh_state()
        return matched

    def _find_candidates(self, scope):
        """Note on each open row the instruction that it names, by our number before the platform's."""
        for found_by, condition in FIND.items():
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE payment_bridge_statement_line target
                       SET candidate_id = found.instruction_id, found_by = %s
                      FROM (SELECT DISTINCT ON (l.id) l.id, i.id AS instruction_id
                              FROM payment_bridge_statement_line l
                              JOIN payment_bridge_instruction i ON i.channel_id = l.channel_id AND %s
                             WHERE %s AND l.candidate_id IS NULL
                             ORDER BY l.id, i.id DESC) found
                     WHERE target.id = found.id
                    """,
                    found_by,
                    condition,
                    scope,
                )
            )

    def _run_pass(self, query, scope):
        """One pass: match what its query selects."""
        self.env.cr.execute(
            SQL(
                """
                WITH open_line AS (SELECT * FROM payment_bridge_statement_line l
                                   WHERE %s AND l.only_by_hand IS NOT TRUE)
                UPDATE payment_bridge_statement_line target
                   SET state = 'matched', match_pass = found.match_pass, difference = NULL,
                       instruction_id = found.instruction_id, payment_id = found.payment_id
                  FROM (%s) found
                 WHERE target.id = found.id
                """,
                scope,
                query,
            )
        )
        return self.env.cr.rowcount

    def _classify(self, scope):
        """Give each open row its class; answers the ids of rows whose class is new."""
        return [
            row[0]
            for row in self.env.execute_query(
                SQL(
                    """
                    UPDATE payment_bridge_statement_line target SET difference = found.difference
                      FROM (SELECT l.id, %s AS difference
                              FROM payment_bridge_statement_line l
                              LEFT JOIN payment_bridge_instruction i ON i.id = l.candidate_id
                             WHERE %s) found
                     WHERE target.id = found.id AND target.difference IS DISTINCT FROM found.difference
                 RETURNING target.id
                    """,
                    CLASSIFY,
                    scope,
                )
            )
        ]

    def _ask_about_open_lines(self, scope):
        """A row for an instruction that is not final here is evidence: ask the platform at once."""
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT i.id FROM payment_bridge_instruction i
                 WHERE i.id IN (SELECT i.id FROM payment_bridge_statement_line l
                                  JOIN payment_bridge_instruction i ON i.id = l.candidate_id
                                 WHERE %s AND l.difference = 'status'
                                   AND (i.next_query_at IS NULL OR i.next_query_at > %s)
                                   AND (i.state IN ('uncertain', 'processing')
                                        OR i.state = 'succeeded' AND l.amount > 0))
                   FOR UPDATE SKIP LOCKED
                """,
                scope,
                now,
            )
        )
        if rows:
            instructions = self.env["payment.bridge.instruction"].sudo()
            instructions.browse(row[0] for row in rows)._set(next_query_at=now)
            instructions._wake_querier()

    # -- telling people ---------------------------------------------------------

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
