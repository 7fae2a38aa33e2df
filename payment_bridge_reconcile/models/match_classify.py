"""Classification as SQL: every open row, and every payment without a row, gets a class and a proposal.

Works on the tables of :mod:`.match_passes` after the last pass.
"""

from datetime import datetime, timedelta

from odoo.tools import SQL

from .banking_days import arrivals
from .difference_classes import AT_LEAST, MINOR, PROPOSALS, SEVERITIES
from .fee_bands import agreed_fees
from .match_words import BESIDES, KIND, MAY_HAVE_ARRIVED, SIGNED, explained_rows_of, platform_time


def repeated(open_rows, statements):
    """Rows that say word for word what an earlier entry says, under a number of their own. ``statements``
    are the ids of those that may hold it. The time alone finds nearly all that there is to compare."""
    return SQL(
        """
        UPDATE pb_rest l SET repeated = TRUE
          FROM (SELECT id, kind, amount, settled_on, occurred_at, entry_reference, platform_reference
                  FROM %(open_rows)s all_open
                 UNION ALL
                SELECT id, kind, amount, settled_on, occurred_at, entry_reference, platform_reference
                  FROM %(explained)s explained) o
         WHERE l.candidate_id IS NULL AND o.occurred_at = l.occurred_at
           AND (o.id != l.id AND o.settled_on = l.settled_on AND o.amount = l.amount AND o.kind = l.kind
                AND o.platform_reference = l.platform_reference AND o.entry_reference < l.entry_reference) IS TRUE
        """,
        open_rows=open_rows,
        explained=explained_rows_of(statements),
    )


def classify_rows(channel):
    """The class of each row that is left, and what is proposed: the usual thing for the class, or what the
    single case tells."""
    usual = SQL(" ").join(SQL("WHEN %s THEN %s", difference, proposal) for difference, proposal in PROPOSALS.items())
    return SQL(
        """
        UPDATE pb_rest target
           SET difference = found.difference, at_stake = found.at_stake,
               proposal = CASE
                 WHEN found.difference = 'platform_only_out' AND target.names = 'original' THEN 'book_refund'
                 WHEN found.difference = 'platform_only_out' AND target.kind = 'pay_out' THEN 'investigate'
                 WHEN found.difference = 'duplicate' AND target.amount > 0 THEN 'give_back'
                 WHEN found.difference = 'fee' THEN 'book_fee'
                 WHEN found.difference = 'status' AND found.state IN ('queued', 'failed', 'cancelled') THEN 'review'
                 ELSE CASE found.difference %(usual)s END END
          FROM (
            SELECT l.id, CASE WHEN %(arrived)s THEN 'uncertain' ELSE i.state END AS state,
                   CASE WHEN fits.short AND l.kind != 'chargeback' THEN abs(abs(l.gross) - i.amount)
                        ELSE abs(l.amount) END AS at_stake,
                   CASE
                     WHEN l.only_by_hand THEN 'opened'
                     WHEN l.kind = 'chargeback' THEN 'chargeback'
                     WHEN l.names = 'own' AND l.taken THEN 'duplicate'
                     WHEN l.names = 'own' AND i.currency_id != l.currency_id THEN 'currency'
                     WHEN l.names = 'own' AND fits.short AND fits.several AND abs(fits.total) < i.amount THEN 'part'
                     WHEN l.names = 'own' AND fits.short AND abs(abs(l.gross) - i.amount) <= %(rounding)s
                          THEN 'rounding'
                     WHEN l.names = 'own' AND fits.short AND l.fee = 0 AND agreed.expected > 0
                          AND abs(%(signed)s - l.gross - agreed.expected) <= agreed.tolerance THEN 'fee'
                     WHEN l.names = 'own' AND fits.short THEN 'amount'
                     WHEN l.names = 'own' AND i.operation = 'refund' AND l.kind = 'refund'
                          AND i.state IN ('queued', 'sending', 'uncertain', 'processing') THEN 'refund_timing'
                     WHEN l.names = 'own' THEN 'status'
                     WHEN l.repeated THEN 'duplicate'
                     WHEN l.amount < 0 THEN 'platform_only_out'
                     ELSE 'platform_only_in'
                   END AS difference
              FROM pb_rest l
              LEFT JOIN payment_bridge_instruction i ON i.id = l.candidate_id
              LEFT JOIN (SELECT candidate_id, amount > 0 AS incoming, count(*) > 1 AS several, sum(gross) AS total
                           FROM pb_rest WHERE names = 'own' AND kind != 'fee' GROUP BY 1, 2) named
                     ON named.candidate_id = l.candidate_id AND named.incoming = (l.amount > 0)
              LEFT JOIN (%(agreed)s) agreed ON agreed.id = l.id
              CROSS JOIN LATERAL (SELECT abs(l.gross) != i.amount AS short, named.several, named.total) fits
          ) found
         WHERE target.id = found.id
        """,
        rounding=channel.rounding_tolerance,
        signed=SIGNED,
        agreed=agreed_fees(NAMED, channel),
        usual=usual,
        arrived=MAY_HAVE_ARRIVED,
    )


NAMED = SQL(
    """
    SELECT l.id, l.kind, l.platform_kind, l.settled_on, i.amount AS base
      FROM pb_rest l JOIN payment_bridge_instruction i ON i.id = l.candidate_id
     WHERE l.names = 'own' AND l.fee = 0 AND l.kind = %s
    """,
    KIND,
)
"""Rows that name a payment and show no fee: what may be missing from them is the fee of what was ordered."""


KEEP_CHARGES = SQL(
    """
    INSERT INTO pb_charge (instruction_id, fee)
    SELECT candidate_id, -sum(amount) FROM pb_rest
     WHERE kind = 'fee' AND candidate_id IS NOT NULL AND only_by_hand IS NOT TRUE GROUP BY candidate_id
    """
)
"""What the fee rows of this run charge for payments that they name. To be noted before those rows are matched."""

_JUDGED = SQL("NOT IN ('fee', 'adjustment', 'return', 'chargeback')")


def _charged_inside(open_rows):
    """Rows of this run with a fee inside, and no other fee row for their payment."""
    return SQL(
        """
        SELECT l.id, l.kind, l.platform_kind, l.settled_on, abs(l.gross) AS base, l.fee AS charged
          FROM %(open_rows)s l
         WHERE l.fee != 0 AND l.kind %(judged)s
           AND l.id NOT IN (SELECT m.id FROM pb_match m JOIN pb_charge c ON c.instruction_id = m.instruction_id)
        """,
        open_rows=open_rows,
        judged=_JUDGED,
    )


def _charged_besides(open_rows):
    """Rows of this run and of earlier ones whose payment a fee row of this run names."""
    earlier = SQL(
        """
        COALESCE((SELECT -sum(f.amount) FROM payment_bridge_statement_line f
                   WHERE f.match_pass = 'fee' AND f.instruction_id = c.instruction_id), 0)
        """
    )
    return SQL(
        """
        SELECT l.id, l.kind, l.platform_kind, l.settled_on, abs(l.gross), l.fee + c.fee + %(earlier)s
          FROM pb_charge c
          JOIN pb_match m ON m.instruction_id = c.instruction_id AND m.match_pass != 'fee'
          JOIN %(open_rows)s l ON l.id = m.id
         WHERE l.kind %(judged)s
         UNION ALL
        SELECT l.id, l.kind, l.platform_kind, l.settled_on, abs(l.gross), l.fee + c.fee + %(earlier)s
          FROM pb_charge c
          JOIN payment_bridge_statement_line l ON l.instruction_id = c.instruction_id
           AND l.kind NOT IN ('fee', 'chargeback') AND l.match_pass NOT IN ('part', 'chargeback')
         WHERE l.kind %(judged)s
        """,
        open_rows=open_rows,
        earlier=earlier,
        judged=_JUDGED,
    )


def wrong_fees(open_rows, channel, has_charges):
    """Matched rows whose fee, in the row or beside it, is not what was agreed, as (line_id, instruction_id, amount,
    day). ``has_charges`` says whether fee rows of this run name payments."""
    charged = _charged_inside(open_rows)
    earlier = SQL()
    if has_charges:
        charged = SQL("%s UNION ALL %s", charged, _charged_besides(open_rows))
        earlier = SQL(
            """
            UNION ALL
            SELECT w.id, l.instruction_id, w.amount, w.settled_on
              FROM wrong w
              CROSS JOIN LATERAL (SELECT instruction_id, state FROM payment_bridge_statement_line
                                   WHERE id = w.id OFFSET 0) l
             WHERE l.state IN ('matched', 'posted')
            """
        )
    return SQL(
        """
        WITH wrong AS MATERIALIZED (
            SELECT id, abs(charged - expected) AS amount, settled_on FROM (%(agreed)s) fees
             WHERE abs(charged - expected) > tolerance
        )
        SELECT w.id AS line_id, m.instruction_id, w.amount, w.settled_on AS day
          FROM wrong w JOIN pb_match m ON m.id = w.id
        %(earlier)s
        """,
        agreed=agreed_fees(charged, channel),
        earlier=earlier,
    )


def severity_of(difference, at_stake):
    """The severity of a class and an amount, both SQL."""
    order = [one.code for one in reversed(SEVERITIES)]
    by_amount = SQL(" ").join(
        SQL("WHEN %s >= %s THEN %s", at_stake, one.amount, order.index(one.code)) for one in SEVERITIES
    )
    floor = SQL(" ").join(SQL("WHEN %s THEN %s", name, order.index(code)) for name, code in AT_LEAST.items())
    return SQL(
        "(ARRAY[%s])[1 + CASE WHEN %s = ANY(%s) THEN 0 ELSE GREATEST(CASE %s ELSE 0 END, CASE %s %s ELSE 0 END) END]",
        SQL(", ").join(SQL("%s", code) for code in order),
        difference,
        sorted(MINOR),
        by_amount,
        difference,
        floor,
    )


def days_of(severity):
    """Within how many days a severity must be looked at, as SQL."""
    return SQL(
        "CASE %s %s END", severity, SQL(" ").join(SQL("WHEN %s THEN %s", one.code, one.days) for one in SEVERITIES)
    )


def missing_payments(channel, since, stale_days, today):
    """The payments of this channel that have moved their money since ``since`` and that no row stands for, as
    (instruction_id, payment_id, amount, day, difference). A payment whose statement is not there yet is no difference,
    until it has been awaited for too long; one that a row names is told with that row, even where a person has opened
    that row again.

    The first statement that does not show a payment leaves it in doubt when it was made late in the
    platform's day; so long as the following banking days' statements are not there it is carried over.
    """
    return SQL(
        """
        SELECT m.instruction_id, m.payment_id, m.amount, m.day, m.currency_id,
               CASE
                 WHEN here.day IS NULL AND m.day < %(today)s - %(stale)s::integer THEN 'stale'
                 WHEN here.day IS NULL THEN NULL
                 WHEN m.operation = 'refund' AND NOT EXISTS (
                      SELECT FROM pb_day d WHERE d.day = m.day + %(refund_days)s::integer) THEN 'refund_timing'
                 WHEN m.late AND arrival.arrives_by IS NOT NULL AND NOT EXISTS (
                      SELECT FROM pb_day d WHERE d.day = arrival.arrives_by) THEN 'cross_day'
                 WHEN m.amount > 0 THEN 'books_only_in'
                 ELSE 'books_only_out'
               END AS difference
          FROM (
            SELECT i.id AS instruction_id, i.payment_id, i.currency_id, i.operation, i.amount,
                   at.local::date AS day, at.local::time >= %(late)s::time AS late
              FROM pb_loose i
              CROSS JOIN LATERAL (SELECT %(local)s AS local) at
             WHERE NOT EXISTS (SELECT FROM pb_found m WHERE m.instruction_id = i.id
                                  AND m.match_pass NOT IN %(besides)s AND m.incoming = (i.amount > 0))
               AND NOT EXISTS (SELECT FROM pb_rest l
                                WHERE l.candidate_id = i.id AND (l.names = 'own' OR l.only_by_hand)
                                  AND (l.amount > 0) = (i.amount > 0))
          ) m
          LEFT JOIN pb_day here ON here.day = m.day
          LEFT JOIN (%(arrivals)s) arrival ON arrival.day = m.day
        """,
        today=today,
        stale=stale_days,
        refund_days=channel.refund_days,
        late=(datetime.min + timedelta(days=1, minutes=-max(channel.late_minutes, 1))).time(),
        arrivals=arrivals(channel, channel.carry_days, since, today),
        local=platform_time(SQL("i.moved_at"), channel),
        besides=BESIDES,
    )
