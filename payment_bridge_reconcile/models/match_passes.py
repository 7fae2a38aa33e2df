"""The passes of matching after the first (:mod:`.match_first`) as SQL, in order: what each selects of the rows that are
left, and to what it matches them.

Tables of the transaction carry a run. ``pb_match`` holds what was matched: (id of the row, instruction_id, payment_id,
match_pass, found_by, incoming, evidence). ``pb_rest`` holds the open rows that are left, each with the instruction that
it names (``candidate_id``, ``found_by``), how (``names``: 'own', or 'original' when the row gives back what that
instruction took) and whether another row stands for that already (``taken``). Nearly every row is matched by the first
pass, into ``pb_match`` at once; what the others find goes through ``pb_found``, which stays small, and so does
everything that they look at. Rows of other channels are never in these tables, and every instruction is asked to be of
the row's channel and currency, so that nothing is matched across those, nor across companies.

Ties are broken by what the rows say (time, then the platform's entry number), never by the order they came in.
"""

from odoo.tools import SQL

from .match_words import (
    BESIDES,
    HAS_MOVED,
    HAS_NO_ROW,
    INSTRUCTION,
    IS_FREE_NOW,
    IS_IN,
    KIND,
    NUMBERS_ALLOW,
    SIGNED,
    explained_rows_of,
    found_now,
    leg_taken,
    may_be_meant,
    platform_time,
)


def keep(query):
    """Keep what a pass has found, and take it from what is left."""
    return SQL(
        """
        WITH found AS (%s RETURNING id) DELETE FROM pb_rest l USING found WHERE l.id = found.id
        """,
        query,
    )


_MATCH = SQL("INSERT INTO pb_found (id, instruction_id, payment_id, match_pass, found_by, incoming, evidence)")

PLATFORM_NUMBER = SQL(
    """
    %s
    SELECT DISTINCT ON (i.id) l.id, i.id, i.payment_id, 'payment', l.found_by, l.amount > 0, NULL::jsonb
      FROM pb_rest l
      JOIN payment_bridge_instruction i ON i.id = l.candidate_id
     WHERE l.names = 'own' AND l.kind = %s AND l.gross = %s AND i.currency_id = l.currency_id AND %s AND %s
     ORDER BY i.id, l.found_by != 'key', l.occurred_at, l.entry_reference
    """,
    _MATCH,
    KIND,
    SIGNED,
    HAS_MOVED,
    IS_FREE_NOW,
)
"""A row that carries the platform's number of an instruction, or the number of its fund movement; and the earliest of
several rows that carry ours."""

RETURN = SQL(
    """
    %s
    SELECT DISTINCT ON (i.id) l.id, i.id, i.payment_id, 'return', l.found_by, TRUE, NULL::jsonb
      FROM pb_rest l
      JOIN payment_bridge_instruction i ON i.id = l.candidate_id
      JOIN account_payment p ON p.id = i.payment_id AND p.bridge_reversal_id IS NOT NULL
     WHERE l.names IS NOT NULL AND l.kind IN ('return', 'deposit', 'adjustment', 'pay_out') AND i.operation = 'pay_out'
       AND l.gross = i.amount AND l.currency_id = i.currency_id AND i.state = 'returned' AND %s
     ORDER BY i.id, l.occurred_at, l.entry_reference
    """,
    _MATCH,
    IS_FREE_NOW,
)
"""The money of a returned pay-out, whose return is booked."""

OUT_AND_BACK = SQL(
    """
    %s
    SELECT unnest(ARRAY[gone, home]), instruction_id, payment_id, 'out_and_back', found_by,
           unnest(ARRAY[FALSE, TRUE]), NULL::jsonb
      FROM (
        SELECT i.id AS instruction_id, i.payment_id, min(l.found_by) AS found_by,
               (array_agg(l.id ORDER BY l.occurred_at, l.entry_reference)
                FILTER (WHERE l.gross = -i.amount AND l.kind = 'pay_out'))[1] AS gone,
               (array_agg(l.id ORDER BY l.occurred_at, l.entry_reference)
                FILTER (WHERE l.gross = i.amount AND l.kind != 'fee'))[1] AS home
          FROM pb_rest l
          JOIN payment_bridge_instruction i ON i.id = l.candidate_id
         WHERE l.names = 'own' AND i.state = 'failed' AND i.operation = 'pay_out'
           AND l.currency_id = i.currency_id AND %s
         GROUP BY i.id
      ) legs
     WHERE gone IS NOT NULL AND home IS NOT NULL
    """,
    _MATCH,
    IS_FREE_NOW,
)
"""A failed pay-out that had left and came back: both rows, together."""

REFUND = SQL(
    """
    %s
    SELECT id, instruction_id, payment_id, 'payment', 'original', incoming, NULL::jsonb
      FROM (
        SELECT l.id, i.id AS instruction_id, i.payment_id, l.amount > 0 AS incoming,
               count(*) OVER (PARTITION BY l.id) AS refunds, count(*) OVER (PARTITION BY i.id) AS rows
          FROM pb_rest l
          JOIN payment_bridge_instruction o ON o.id = l.candidate_id
          JOIN payment_bridge_instruction i ON i.original_id = o.id AND i.operation = 'refund'
         WHERE l.names = 'original' AND l.kind = 'refund' AND l.gross = -i.amount
           AND i.currency_id = l.currency_id AND %s AND NOT %s AND NOT %s
           AND NOT EXISTS (SELECT FROM pb_match m WHERE m.instruction_id = i.id AND m.incoming = (l.amount > 0))
      ) pairs
     WHERE refunds = 1 AND rows = 1
    """,
    _MATCH,
    HAS_MOVED,
    found_now(INSTRUCTION),
    leg_taken(INSTRUCTION),
)
"""A refund that names only what it gives back: the one refund of that payment with this amount."""

CHARGEBACK = SQL(
    """
    %(match)s
    SELECT id, instruction_id, payment_id, 'chargeback', found_by, incoming,
           jsonb_build_object('taken', gross, 'total', taken)
      FROM (
        SELECT *, min(taken) OVER so_far AS least, max(taken) OVER so_far AS most
          FROM (
            SELECT l.id, i.id AS instruction_id, i.payment_id, l.found_by, l.amount > 0 AS incoming, -l.gross AS gross,
                   i.amount - COALESCE(refunded.amount, 0) AS left_of_it, l.occurred_at, l.entry_reference,
                   COALESCE(earlier.taken, 0)
                     - sum(l.gross) OVER (PARTITION BY i.id ORDER BY l.occurred_at, l.entry_reference) AS taken
              FROM pb_rest l
              JOIN payment_bridge_instruction i ON i.id = l.candidate_id
              LEFT JOIN LATERAL (
                    SELECT -sum(o.gross) AS taken FROM payment_bridge_statement_line o
                     WHERE o.instruction_id = i.id AND o.match_pass = 'chargeback') earlier ON TRUE
              LEFT JOIN LATERAL (
                    SELECT sum(r.amount) AS amount FROM payment_bridge_instruction r
                     WHERE r.original_id = i.id AND r.operation = 'refund' AND r.state IN ('succeeded', 'returned')
                   ) refunded ON TRUE
             WHERE l.names = 'original' AND l.kind = 'chargeback' AND %(is_in)s AND %(has_moved)s
               AND i.currency_id = l.currency_id
          ) taken_back
        WINDOW so_far AS (PARTITION BY instruction_id ORDER BY occurred_at, entry_reference)
      ) told
     WHERE least >= 0 AND most <= left_of_it
    """,
    match=_MATCH,
    is_in=IS_IN,
    has_moved=HAS_MOVED,
)
"""What a payer's bank took back of a collection, in parts or as a whole, or gave again after a dispute: never more in
all than was collected and not refunded. Rows after the first that does not fit wait with it."""

PART = SQL(
    """
    %s
    SELECT unnest(rows), instruction_id, payment_id, 'part', found_by, incoming,
           jsonb_build_object('rows', cardinality(rows), 'total', total)
      FROM (
        SELECT i.id AS instruction_id, i.payment_id, l.amount > 0 AS incoming, min(l.found_by) AS found_by,
               array_agg(l.id ORDER BY l.id) AS rows, sum(l.gross) AS total
          FROM pb_rest l
          JOIN payment_bridge_instruction i ON i.id = l.candidate_id
         WHERE l.names = 'own' AND l.kind = %s AND i.currency_id = l.currency_id AND %s
           AND l.gross * sign(%s) > 0 AND abs(l.gross) < i.amount AND %s
         GROUP BY i.id, i.payment_id, l.amount > 0
        HAVING count(*) > 1 AND abs(sum(l.gross)) = i.amount
      ) parts
    """,
    _MATCH,
    KIND,
    HAS_MOVED,
    SIGNED,
    IS_FREE_NOW,
)
"""One instruction on several rows, each a part of it, that add up to it exactly. Until the last part has
come they wait together."""


def batch(channel):
    """The shares of the instructions in a row that stands for a whole batch: all that are open of it, whose
    amounts add up to the row exactly."""
    return SQL(
        """
        INSERT INTO pb_share (id, instruction_id, payment_id, amount, found_by)
        WITH member AS (
            SELECT i.id, i.payment_id, i.batch_reference, %(kind)s AS kind, %(signed)s AS signed
              FROM payment_bridge_instruction i
             WHERE i.channel_id = %(channel)s AND i.currency_id = %(currency)s AND %(has_moved)s
               AND i.batch_reference IN (SELECT unnest(ARRAY[batch_reference, key, platform_reference]) FROM pb_rest)
               AND %(has_no_row)s
               AND NOT EXISTS (SELECT FROM pb_match m WHERE m.instruction_id = i.id)
               AND NOT EXISTS (SELECT FROM pb_found m WHERE m.instruction_id = i.id
                                  AND m.match_pass NOT IN %(besides)s AND m.incoming = (%(signed)s > 0))
        ), total AS (
            SELECT batch_reference, kind, sum(signed) AS amount FROM member GROUP BY batch_reference, kind
            HAVING count(*) > 1
        ), chosen AS (
            SELECT DISTINCT ON (t.batch_reference, t.kind) l.id, t.batch_reference, t.kind
              FROM (SELECT *, unnest(ARRAY[batch_reference, key, platform_reference]) AS told FROM pb_rest
                     WHERE candidate_id IS NULL AND only_by_hand IS NOT TRUE) l
              JOIN total t ON t.batch_reference = l.told AND t.kind = l.kind AND t.amount = l.gross
             ORDER BY t.batch_reference, t.kind, l.occurred_at, l.entry_reference
        ), one_each AS (
            SELECT DISTINCT ON (id) id, batch_reference, kind FROM chosen ORDER BY id, batch_reference
        )
        SELECT c.id, m.id, m.payment_id, m.signed, 'batch'
          FROM one_each c JOIN member m ON m.batch_reference = c.batch_reference AND m.kind = c.kind
        """,
        kind=KIND,
        signed=SIGNED,
        has_moved=HAS_MOVED,
        has_no_row=HAS_NO_ROW,
        besides=BESIDES,
        channel=channel.id,
        currency=channel.currency_id.id,
    )


BATCH_ROWS = SQL(
    """
    %s
    SELECT id, NULL, NULL, 'batch', 'batch', bool_or(amount > 0),
           jsonb_build_object('payments', count(*), 'total', sum(amount))
      FROM pb_share GROUP BY id
    """,
    _MATCH,
)
"""The rows of :func:`batch`."""


FEE = SQL(
    """
    %s
    SELECT l.id, i.id, i.payment_id, 'fee', l.found_by, l.amount > 0, NULL::jsonb
      FROM pb_rest l
      LEFT JOIN payment_bridge_instruction i ON i.id = l.candidate_id
     WHERE l.kind = 'fee' AND l.only_by_hand IS NOT TRUE
    """,
    _MATCH,
)


def settlement(open_rows, statements):
    """A withdrawal or settlement of a batch: what the rows of that batch left on the account, paid out.
    ``statements`` are the ids of those that may hold rows of the batch."""
    return SQL(
        """
        %(match)s
        SELECT id, NULL, NULL, 'settlement', 'batch', FALSE, jsonb_build_object('rows', rows, 'total', total)
          FROM (
            SELECT l.id, sum(b.rows) AS rows, sum(b.total) AS total, min(l.amount) AS paid
              FROM pb_rest l
              JOIN (SELECT batch_reference, settled_on, count(*) AS rows, sum(amount) AS total
                      FROM (SELECT amount, batch_reference, settled_on FROM %(open_rows)s o
                             WHERE batch_reference IN (SELECT batch_reference FROM pb_rest WHERE kind = 'withdrawal')
                               AND kind != 'withdrawal'
                             UNION ALL
                            SELECT amount, batch_reference, settled_on FROM %(explained)s o
                             WHERE o.batch_reference IN (SELECT batch_reference FROM pb_rest WHERE kind = 'withdrawal')
                               AND o.kind != 'withdrawal') of_batch
                     GROUP BY batch_reference, settled_on
                   ) b ON b.batch_reference = l.batch_reference AND b.settled_on <= l.settled_on
             WHERE l.kind = 'withdrawal' AND l.candidate_id IS NULL AND l.only_by_hand IS NOT TRUE
             GROUP BY l.id
          ) batches
         WHERE total = -paid
        """,
        match=_MATCH,
        open_rows=open_rows,
        explained=explained_rows_of(statements),
    )


TRANSFER = SQL(
    """
    %s
    SELECT l.id, NULL, NULL, 'transfer', NULL, l.amount > 0, NULL::jsonb
      FROM pb_rest l
     WHERE l.kind IN ('deposit', 'withdrawal') AND l.candidate_id IS NULL AND l.only_by_hand IS NOT TRUE
    """,
    _MATCH,
)


def loose_payments(channel, since):
    """The payments of this channel that have moved their money since ``since``, or are known to miss their row, and
    for which no row stands before the pass by amount."""
    looked_at = SQL(
        """
        i.channel_id = %(channel)s AND %(has_moved)s
        AND NOT EXISTS (SELECT FROM pb_match m WHERE m.instruction_id = i.id)
        AND NOT EXISTS (SELECT FROM pb_found m WHERE m.instruction_id = i.id
                           AND m.match_pass NOT IN %(besides)s AND m.incoming = %(is_in)s)
        AND NOT EXISTS (SELECT FROM pb_share m WHERE m.instruction_id = i.id)
        """,
        channel=channel.id,
        has_moved=HAS_MOVED,
        is_in=IS_IN,
        besides=BESIDES,
    )
    return SQL(
        """
        CREATE TEMP TABLE pb_loose ON COMMIT DROP AS
        WITH looked_at AS MATERIALIZED (
            SELECT i.* FROM payment_bridge_instruction i
             WHERE %(looked_at)s AND COALESCE(i.executed_at, i.finished_at) >= %(since)s
             UNION ALL
            SELECT i.* FROM payment_bridge_difference d JOIN payment_bridge_instruction i ON i.id = d.instruction_id
             WHERE d.channel_id = %(channel)s AND d.side = 'books' AND d.state = 'open'
               AND %(looked_at)s AND (COALESCE(i.executed_at, i.finished_at) >= %(since)s) IS NOT TRUE
        )
        SELECT i.id, i.payment_id, i.currency_id, i.operation, i.platform_reference, %(signed)s AS amount,
               %(kind)s AS kind, COALESCE(i.executed_at, i.finished_at) AS moved_at, %(moved_on)s::date AS moved_on
          FROM looked_at i WHERE %(has_no_row)s
        """,
        looked_at=looked_at,
        channel=channel.id,
        since=since,
        moved_on=platform_time(SQL("COALESCE(i.executed_at, i.finished_at)"), channel),
        signed=SIGNED,
        kind=KIND,
        has_no_row=HAS_NO_ROW,
    )


def lone_amount(channel):
    """A row and an instruction of the same kind and amount within the channel's days of each other, where neither
    has a second choice, and the numbers of neither speak against it: the row carries no number of ours, and
    the platform has not told another number for the instruction. One of which nobody knows yet whether it has moved
    its money is a second choice as well."""
    return SQL(
        """
        %(match)s
        SELECT id, instruction_id, payment_id, 'payment', 'amount', incoming,
               jsonb_build_object('days', days)
          FROM (
            SELECT l.id, i.id AS instruction_id, i.payment_id, l.amount > 0 AS incoming,
                   l.gross, l.kind, l.currency_id, l.platform_reference, l.settled_on,
                   abs(l.settled_on - i.moved_on) AS days,
                   count(*) OVER (PARTITION BY l.id) AS payments, count(*) OVER (PARTITION BY i.id) AS rows,
                   l.key IS NULL AND l.batch_reference IS NULL
                   AND %(numbers_allow)s AS agrees
              FROM pb_rest l
              JOIN pb_loose i
                ON i.amount = l.gross AND i.kind = l.kind AND i.currency_id = l.currency_id
               AND i.moved_on BETWEEN l.settled_on - %(days)s AND l.settled_on + %(days)s
             WHERE l.candidate_id IS NULL AND l.only_by_hand IS NOT TRUE
          ) l
         WHERE payments = 1 AND rows = 1 AND agrees
           AND NOT EXISTS (
               SELECT FROM payment_bridge_instruction i
                WHERE i.channel_id = %(channel)s AND %(may_be_meant)s AND i.currency_id = l.currency_id
                  AND %(kind)s = l.kind AND %(signed)s = l.gross AND %(numbers_allow)s
                  AND NOT EXISTS (SELECT FROM pb_rest r WHERE r.candidate_id = i.id AND r.names = 'own'))
        """,
        match=_MATCH,
        days=channel.match_days,
        channel=channel.id,
        may_be_meant=may_be_meant(channel.match_days),
        numbers_allow=NUMBERS_ALLOW,
        kind=KIND,
        signed=SIGNED,
    )
