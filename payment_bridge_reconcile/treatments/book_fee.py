"""Booking as a fee what a row lacks, when it is what was agreed."""

from odoo.tools import SQL

from .base import Way, register, say_amount
from .facts import matched_values, open_row_refusal, order_of, order_refusal, pair_evidence, rest_of


@register
class BookFee(Way):
    """The row shows only what the platform left of its payment, and what is missing is the fee by contract.

    By itself only where the amount is exactly the fee of the schedule in force on that day (or of the channel's agreed
    rate); a person may book another amount, which then comes to the list of fee claims.
    """

    code = "book_fee"
    switch = "treat_fee"
    keeps_closed = True

    def refusal(self, difference, asked):
        if problem := open_row_refusal(difference):
            return problem
        line, order, channel = difference.line_id, order_of(difference, asked).sudo(), difference.channel_id.sudo()
        if problem := order_refusal(line, order):
            return problem
        rest = rest_of(line, order)
        if difference.currency_id.compare_amounts(rest, 0) <= 0:
            return difference.env._("The row does not show less than %s: nothing of it can be a fee.", order.key)
        if difference.currency_id.compare_amounts(rest, order.amount) >= 0:
            return difference.env._("A fee takes a part of a payment, not the whole of it.")
        if not line.statement_id.sudo()._fee_destination(line._fee_kind(), line.platform_kind).account:
            return difference.env._("%s has no account for fees. Its administrator chooses one.", channel.name)
        if asked.by_itself:
            agreed = channel._agreed_fee(line, order)
            if agreed is None or difference.currency_id.compare_amounts(rest, agreed):
                return difference.env._("%s is not the agreed fee.", say_amount(difference, rest))
        return ""

    def fitness(self, difference):
        if difference.proposal == self.code:
            return 100
        return 50 if difference.difference == "amount" else 0

    def row_values(self, difference, asked):
        line, order = difference.line_id, order_of(difference, asked)
        found_by = line.found_by if asked.by_itself and line.found_by else "hand"
        return matched_values(line, order, "net", found_by=found_by, note=asked.note or False)

    def evidence(self, difference, asked):
        line, order = difference.line_id, order_of(difference, asked).sudo()
        agreed = difference.channel_id.sudo()._agreed_fee(line, order)
        return pair_evidence(line, order) | {"agreed": None if agreed is None else f"{agreed:.2f}"}

    def due(self, channel):
        """The class *fee*, and amounts that a schedule explains to the cent."""
        rows = channel.env.execute_query(
            SQL(
                """
                SELECT d.id FROM payment_bridge_difference d
                  JOIN payment_bridge_statement_line l ON l.id = d.line_id
                  JOIN payment_bridge_instruction i ON i.id = d.instruction_id
                 WHERE d.channel_id = %s AND d.state = 'open' AND d.difference IN ('fee', 'amount')
                   AND l.state = 'unmatched' AND l.only_by_hand IS NOT TRUE AND l.kind = 'collection' AND l.fee = 0
                   AND i.amount > l.gross
                 ORDER BY d.id
                """,
                channel.id,
            )
        )
        return channel.env["payment.bridge.difference"].browse(row[0] for row in rows)
