"""Entries that a file prints twice."""

from odoo.tools import SQL

from .base import Way, register
from .facts import open_row_refusal


@register
class Repeat(Way):
    """A row that says word for word what another entry of the same file says, under a number of its own, and that the
    file's own balance does not count: it is left out.

    Why the balance and nothing less: two customers may well pay the same amount in the same second, and then both
    entries are true. Only where the file's opening and closing balance are met exactly when all such repetitions are
    left out, and missed with them, and where the running balance after the row is the one after its twin, is it proven
    that no money moved. A file without balances proves nothing, so nothing is done.

    Why never for money out: a repetition of a pay-out may be a payment that was made twice, and a wrong guess would
    hide it. There a person decides, who asks the platform first.
    """

    code = "repeat"
    switch = "treat_repeat"
    keeps_closed = True

    def refusal(self, difference, asked):
        if problem := open_row_refusal(difference):
            return problem
        if difference.line_id.amount < 0:
            return difference.env._("Money out is never taken for a misprint without asking the platform.")
        if not self._proof(difference.line_id):
            return difference.env._("The file's balance does not prove that the entry was printed twice.")
        return ""

    def row_values(self, difference, asked):
        twin = self._proof(difference.line_id)["twin"]
        note = difference.env._("The file prints the entry %s twice; its balance counts it once.", twin)
        return {"state": "ignored", "note": note}

    def evidence(self, difference, asked):
        return self._proof(difference.line_id) or {}

    def due(self, channel):
        return channel.env["payment.bridge.difference"].search(
            [
                ("channel_id", "=", channel.id),
                ("state", "=", "open"),
                ("difference", "=", "duplicate"),
                ("instruction_id", "=", False),
                ("line_id.amount", ">", 0),
                ("line_id.only_by_hand", "=", False),
            ],
            order="id",
        )

    def _proof(self, line):
        """The figures that prove it, as plain values; None when they do not."""
        line.env.flush_all()
        rows = line.env.execute_query(
            SQL(
                """
                WITH file AS (
                    SELECT id, amount, row_number() OVER same > 1 AS repeats,
                           first_value(entry_reference) OVER same AS twin
                      FROM payment_bridge_statement_line l
                     WHERE statement_id = %(statement)s
                    WINDOW same AS (
                        PARTITION BY settled_on, occurred_at, kind, amount, gross, fee, balance, key, counterparty,
                                     description, COALESCE(platform_reference, entry_reference)
                            ORDER BY entry_reference, id)
                )
                SELECT f.twin, s.opening::text, s.closing::text,
                       (SELECT sum(amount) FROM file)::text, (SELECT sum(amount) FROM file WHERE repeats)::text
                  FROM file f JOIN payment_bridge_statement s ON s.id = %(statement)s
                 WHERE f.id = %(line)s AND f.repeats AND s.has_balance AND s.known_count = 0
                   AND s.closing - s.opening = (SELECT sum(amount) FROM file WHERE NOT repeats)
                """,
                statement=line.statement_id.id,
                line=line.id,
            )
        )
        if not rows:
            return None
        twin, opening, closing, rows_sum, repeated = rows[0]
        return {"twin": twin, "opening": opening, "closing": closing, "rows": rows_sum, "repeated": repeated}
