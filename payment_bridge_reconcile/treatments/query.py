"""Asking the platform, and what its answer settles (补单)."""

from odoo import fields
from odoo.tools import SQL

from .base import Way, register

ASK_AGAIN = "1 day"


@register
class Query(Way):
    """The platform said what became of a payment, and with that the row found it, or the payment was rejected.

    The answer completes or rejects the payment through the same method as any other answer; what is kept here is what
    it was before, what was answered, and who told it. A statement alone never changes a payment: only the platform's
    answer does. Rows of payments whose result is unknown are asked about by the engine as soon as it sees them;
    payments that the statement does not show are asked about here, once a day while they are missing.
    """

    code = "query"
    switch = "treat_query"
    keeps_closed = True

    def refusal(self, difference, asked):
        return difference.env._("The platform's answer does this by itself: ask it now, or wait for the answer.")

    def ask(self, channel) -> int:
        """Ask about the payments that statements should show and do not. Answers how many are being asked about."""
        now = fields.Datetime.now()
        rows = channel.env.execute_query(
            SQL(
                """
                UPDATE payment_bridge_difference d SET asked_at = %(now)s
                  FROM payment_bridge_instruction i
                 WHERE i.id = d.instruction_id AND d.channel_id = %(channel)s AND d.state = 'open'
                   AND d.side = 'books' AND d.difference IN ('books_only_in', 'books_only_out', 'stale')
                   AND i.state IN ('uncertain', 'processing', 'succeeded')
                   AND (d.asked_at IS NULL OR d.asked_at < %(now)s::timestamp - %(again)s::interval)
                   AND (i.next_query_at IS NULL OR i.next_query_at > %(now)s)
                RETURNING i.id
                """,
                now=now,
                channel=channel.id,
                again=ASK_AGAIN,
            )
        )
        channel.env["payment.bridge.difference"].invalidate_model(["asked_at"])
        instructions = channel.env["payment.bridge.instruction"].sudo().browse(row[0] for row in rows)
        if instructions:
            instructions._set(next_query_at=now)
            instructions._wake_querier()
        return len(instructions)
