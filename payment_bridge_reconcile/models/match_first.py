"""The first pass, by our own number, and what the others start from: which instruction each row that is left names."""

from odoo.tools import SQL

from .match_words import CANDIDATE, HAS_MOVED, INSTRUCTION, KIND, SIGNED, found_now, leg_taken, row_stands


def own_number(open_rows, channel, careful):
    """The first pass, over all open rows: a row that carries our number, with the kind, direction, amount
    and currency of that instruction, which has moved its money: of the instruction's own leg, therefore.

    ``careful`` looks each payment up, whether a row stands for it already. Without it that is left, for the rows that
    are new, to the unique index, which says so at the cost of the whole run where it is so, and spares the looking
    where it is not.
    """
    return SQL(
        """
        INSERT INTO pb_match (id, instruction_id, payment_id, match_pass, found_by, incoming)
        SELECT l.id, i.id, i.payment_id, 'payment', 'key', l.amount > 0
          FROM %(open_rows)s l
          JOIN payment_bridge_instruction i ON i.channel_id = %(channel)s AND i.key = l.key
         WHERE l.only_by_hand IS NOT TRUE AND %(has_moved)s
           AND COALESCE(l.gross = %(signed)s AND l.kind = %(kind)s AND i.currency_id = %(currency)s, FALSE)
           AND (%(trusted)s OR NOT %(row_stands)s)
           AND NOT EXISTS (SELECT FROM payment_bridge_statement_line o
                            WHERE o.instruction_id = i.id AND o.match_pass = 'part'
                              AND (o.amount > 0) = (l.amount > 0))
           AND NOT EXISTS (SELECT FROM payment_bridge_statement_share o
                            WHERE o.instruction_id = i.id AND (o.amount > 0) = (l.amount > 0))
        """,
        open_rows=open_rows,
        channel=channel.id,
        currency=channel.currency_id.id,
        signed=SIGNED,
        kind=KIND,
        has_moved=HAS_MOVED,
        trusted=SQL("FALSE" if careful else "l.is_new"),
        row_stands=row_stands(INSTRUCTION),
    )


TWICE = SQL("SELECT instruction_id FROM pb_match GROUP BY instruction_id HAVING count(*) > 1")
"""Payments of which the first pass has found more than one row. The next pass decides between those, which takes the
rows in their order."""


CANDIDATES = (
    ("key", "own", SQL("i.key = l.key"), SQL("l.key")),
    ("platform_reference", "own", SQL("i.platform_reference = l.platform_reference"), SQL("l.platform_reference")),
    ("fund_reference", "own", SQL("i.fund_reference = l.platform_reference"), SQL("l.platform_reference")),
    ("original", "original", SQL("i.key = l.original_key"), SQL("l.original_key")),
    ("original", "original", SQL("i.platform_reference = l.original_reference"), SQL("l.original_reference")),
)
"""How a row names an instruction, in the order of trust: (found_by, names, condition, what the row must carry)."""


def name_candidates(channel, found_by, names, condition, carried):
    """Note on each row that is left the instruction that it names, unless a better number named one."""
    return SQL(
        """
        UPDATE pb_rest target SET candidate_id = found.instruction_id, found_by = %s,
               names = CASE WHEN target.only_by_hand THEN NULL
                            WHEN target.kind = 'refund' AND found.operation IN ('collect', 'charge')
                              OR target.kind = 'chargeback' THEN 'original' ELSE %s END
          FROM (SELECT DISTINCT ON (l.id) l.id, i.id AS instruction_id, i.operation
                  FROM pb_rest l
                  JOIN payment_bridge_instruction i ON i.channel_id = %s AND %s
                 WHERE l.candidate_id IS NULL AND %s IS NOT NULL
                 ORDER BY l.id, i.id DESC) found
         WHERE target.id = found.id
        """,
        found_by,
        names,
        channel.id,
        condition,
        carried,
    )


NOTE_TAKEN = (
    SQL(
        "UPDATE pb_rest l SET taken = TRUE WHERE l.candidate_id IS NOT NULL AND %s",
        leg_taken(CANDIDATE),
    ),
    SQL(
        """
        UPDATE pb_rest l SET taken = TRUE FROM pb_match m
         WHERE m.instruction_id = l.candidate_id AND m.incoming = (l.amount > 0) AND NOT l.taken
        """
    ),
)
"""After the first pass: which of the legs that rows name are taken."""
NOTE_TAKEN_SINCE = SQL(
    "UPDATE pb_rest l SET taken = TRUE WHERE l.candidate_id IS NOT NULL AND NOT l.taken AND %s", found_now(CANDIDATE)
)
"""After the last one: those that the passes in between have taken."""
