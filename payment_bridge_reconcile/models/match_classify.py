"""Classification as SQL: every open row, and every payment without a row, gets a class and a proposal.

Works on the tables of :mod:`.match_passes` after the last pass. ``pb_rest.taken`` says that another row stands for the
leg of the instruction that the row names.
"""

from datetime import datetime, timedelta

from odoo.tools import SQL

from .banking_days import arrivals
from .difference_classes import AT_LEAST, MINOR, PROPOSALS, SEVERITIES
from .match_passes import HAS_MOVED, HAS_NO_ROW, IS_IN, SIGNED

TAKEN = (
    SQL(
        """
        UPDATE pb_rest l SET taken = TRUE FROM pb_match m
         WHERE m.instruction_id = l.candidate_id AND m.match_pass != 'fee' AND m.incoming = (l.amount > 0)
        """
    ),
    SQL(
        """
        UPDATE pb_rest l SET taken = TRUE FROM payment_bridge_statement_line o
         WHERE o.instruction_id = l.candidate_id AND o.kind != 'fee' AND o.match_pass != 'part'
           AND (o.amount > 0) = (l.amount > 0)
        """
    ),
    SQL(
        """
        UPDATE pb_rest l SET taken = TRUE FROM payment_bridge_statement_line o
         WHERE o.instruction_id = l.candidate_id AND o.match_pass = 'part' AND (o.amount > 0) = (l.amount > 0)
        """
    ),
    SQL(
        """
        UPDATE pb_rest l SET taken = TRUE
          FROM (SELECT instruction_id, amount FROM pb_share
                 UNION ALL SELECT instruction_id, amount FROM payment_bridge_statement_share) o
         WHERE o.instruction_id = l.candidate_id AND (o.amount > 0) = (l.amount > 0)
        """
    ),
)


def repeated(open_rows, statements):
    """Rows that say word for word what an earlier entry says, under a number of their own. ``statements``
    are the ids of those that may hold it."""
    return SQL(
        """
        UPDATE pb_rest l SET repeated = TRUE
          FROM (SELECT id, kind, amount, settled_on, occurred_at, entry_reference, platform_reference
                  FROM %(open_rows)s all_open
                 UNION ALL
                SELECT id, kind, amount, settled_on, occurred_at, entry_reference, platform_reference
                  FROM payment_bridge_statement_line o
                 WHERE o.statement_id = ANY(%(statements)s) AND o.state IN ('matched', 'posted')) o
         WHERE l.candidate_id IS NULL AND o.id != l.id AND o.settled_on = l.settled_on AND o.amount = l.amount
           AND o.occurred_at = l.occurred_at AND o.kind = l.kind AND o.platform_reference = l.platform_reference
           AND o.entry_reference < l.entry_reference
        """,
        open_rows=open_rows,
        statements=statements,
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
            SELECT l.id, i.state,
                   CASE WHEN fits.short THEN abs(abs(l.gross) - i.amount) ELSE abs(l.amount) END AS at_stake,
                   CASE
                     WHEN l.only_by_hand THEN 'opened'
                     WHEN l.names = 'own' AND l.taken THEN 'duplicate'
                     WHEN l.names = 'own' AND i.currency_id != l.currency_id THEN 'currency'
                     WHEN l.names = 'own' AND fits.short AND fits.several AND abs(fits.total) < i.amount THEN 'part'
                     WHEN l.names = 'own' AND fits.short AND abs(abs(l.gross) - i.amount) <= %(rounding)s
                          THEN 'rounding'
                     WHEN l.names = 'own' AND fits.short AND l.fee = 0 AND %(fee_rate)s > 0 AND l.kind = 'collection'
                          AND abs(i.amount - l.gross - i.amount * %(fee_rate)s) <= %(rounding)s THEN 'fee'
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
              CROSS JOIN LATERAL (SELECT abs(l.gross) != i.amount AS short, named.several, named.total) fits
          ) found
         WHERE target.id = found.id
        """,
        rounding=channel.rounding_tolerance,
        fee_rate=channel.fee_rate / 100,
        usual=usual,
    )


def wrong_fees(open_rows, channel):
    """Collections that are matched but whose fee is not what the channel's rate makes of them."""
    return SQL(
        """
        SELECT l.id AS line_id, m.instruction_id, abs(l.fee - round(l.gross * %(rate)s, 2)) AS amount,
               l.settled_on AS day
          FROM %(open_rows)s l
          JOIN pb_match m ON m.id = l.id
         WHERE l.kind = 'collection' AND l.fee != 0 AND abs(l.fee - round(l.gross * %(rate)s, 2)) > %(tolerance)s
        """,
        open_rows=open_rows,
        rate=channel.fee_rate / 100,
        tolerance=channel.rounding_tolerance,
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


def shift_to_platform_day(day_starts_at):
    """What must be added to a local time so that its date is the platform's day: an hour for a platform
    whose day begins at 23:00."""
    begins = timedelta(hours=day_starts_at.hour, minutes=day_starts_at.minute)
    return timedelta(days=1) - begins if begins else begins


def missing_payments(channel, since, stale_days, today):
    """The payments of this channel that have moved their money since ``since`` and that no row stands for,
    as (instruction_id, payment_id, amount, day, difference). A payment whose statement is not there yet is
    no difference, until it has been awaited for too long; one that a row names is told with that row.

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
            SELECT i.id AS instruction_id, i.payment_id, i.currency_id, i.operation, %(signed)s AS amount,
                   at.local::date AS day, at.local::time >= %(late)s::time AS late
              FROM payment_bridge_instruction i
              CROSS JOIN LATERAL (
                SELECT COALESCE(i.executed_at, i.finished_at) AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s
                       + %(shift)s::interval AS local) at
             WHERE i.channel_id = %(channel)s AND %(has_moved)s 
               AND (COALESCE(i.executed_at, i.finished_at) >= %(since)s
                    OR i.id IN (SELECT d.instruction_id FROM payment_bridge_difference d
                                 WHERE d.channel_id = %(channel)s AND d.side = 'books' AND d.state = 'open'))
               AND NOT EXISTS (SELECT FROM pb_match m WHERE m.instruction_id = i.id AND m.match_pass != 'fee'
                                  AND m.incoming = %(is_in)s)
               AND NOT EXISTS (SELECT FROM pb_share m WHERE m.instruction_id = i.id)
               AND %(has_no_row)s
               AND NOT EXISTS (SELECT FROM pb_rest l WHERE l.candidate_id = i.id AND l.names = 'own'
                                  AND (l.amount > 0) = %(is_in)s)
          ) m
          LEFT JOIN pb_day here ON here.day = m.day
          LEFT JOIN (%(arrivals)s) arrival ON arrival.day = m.day
        """,
        today=today,
        stale=stale_days,
        refund_days=channel.refund_days,
        signed=SIGNED,
        late=(datetime.min + timedelta(days=1, minutes=-max(channel.late_minutes, 1))).time(),
        arrivals=arrivals(channel, channel.carry_days, since, today),
        zone=channel._capabilities().zone,
        shift=shift_to_platform_day(channel._capabilities().day_starts_at),
        channel=channel.id,
        has_moved=HAS_MOVED,
        since=since,
        is_in=IS_IN,
        has_no_row=HAS_NO_ROW,
    )
