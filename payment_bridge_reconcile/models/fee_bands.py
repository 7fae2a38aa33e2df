"""What a row may be charged by contract, as SQL over any set of rows at once.

A schedule with tiers is a ladder of bands of the row's amount; a schedule for the platform's own word comes before one
for all others; where no schedule counts, the channel's plain rate for collections does.
"""

from odoo.tools import SQL


def _bands(channel):
    """The ladder of each of the channel's schedules."""
    return SQL(
        """
        SELECT s.id AS schedule_id, s.fee_kind, s.platform_kind, s.valid_from, s.valid_to, s.minimum, s.maximum,
               COALESCE(s.tolerance, 0) AS tolerance, step.amount_from,
               lead(step.amount_from) OVER (PARTITION BY s.id ORDER BY step.amount_from NULLS FIRST) AS amount_to,
               COALESCE(step.rate, 0) / 100 AS rate, COALESCE(step.fixed, 0) AS fixed
          FROM payment_bridge_fee_schedule s
          CROSS JOIN LATERAL (
                SELECT NULL::numeric AS amount_from, s.rate, s.fixed
                 UNION ALL
                SELECT t.amount_from, t.rate, t.fixed FROM payment_bridge_fee_tier t WHERE t.schedule_id = s.id
               ) step
         WHERE s.channel_id = %s AND s.active
        """,
        channel.id,
    )


def _counts(band, row):
    """The band counts for the row: its kind, day and amount."""
    return SQL(
        """
        %(band)s.fee_kind = %(row)s.kind AND %(row)s.settled_on >= %(band)s.valid_from
        AND (%(band)s.valid_to IS NULL OR %(row)s.settled_on <= %(band)s.valid_to)
        AND (%(band)s.amount_from IS NULL OR %(row)s.base >= %(band)s.amount_from)
        AND (%(band)s.amount_to IS NULL OR %(row)s.base < %(band)s.amount_to)
        """,
        band=band,
        row=row,
    )


def _expected(band, places):
    return SQL(
        """
        LEAST(CASE WHEN %(band)s.maximum > 0 THEN %(band)s.maximum END,
              GREATEST(COALESCE(%(band)s.minimum, 0), round(%(band)s.fixed + r.base * %(band)s.rate, %(places)s)))
        """,
        band=band,
        places=places,
    )


def agreed_fees(rows, channel):
    """What each of ``rows`` may be charged, as SQL: their columns and (schedule_id, expected, tolerance), NULL where
    nothing is agreed. ``schedule_id`` is NULL where the channel's plain rate counts.

    :param rows: SQL of (kind, platform_kind, settled_on, base), base being the amount without sign, and whatever else
    """
    places = channel.currency_id.decimal_places
    plain, tolerance = SQL("NULL::numeric"), SQL("NULL::numeric")
    if channel.fee_rate:
        plain = SQL("CASE WHEN r.kind = 'collection' THEN round(r.base * %s, %s) END", channel.fee_rate / 100, places)
        tolerance = SQL("%s::numeric", channel.rounding_tolerance)
    if not channel.fee_schedule_ids:
        return SQL(
            "SELECT r.*, NULL::integer AS schedule_id, %s AS expected, %s AS tolerance FROM (%s) r",
            plain,
            tolerance,
            rows,
        )
    own, usual, row = SQL("own"), SQL("usual"), SQL("r")
    return SQL(
        """
        WITH band AS MATERIALIZED (%(bands)s)
        SELECT r.*, COALESCE(own.schedule_id, usual.schedule_id) AS schedule_id,
               CASE WHEN own.schedule_id IS NOT NULL THEN %(by_own)s
                    WHEN usual.schedule_id IS NOT NULL THEN %(by_usual)s
                    ELSE %(plain)s END AS expected,
               COALESCE(own.tolerance, usual.tolerance, %(tolerance)s) AS tolerance
          FROM (%(rows)s) r
          LEFT JOIN band own ON own.platform_kind = r.platform_kind AND %(own_counts)s
          LEFT JOIN band usual ON usual.platform_kind IS NULL AND own.schedule_id IS NULL AND %(usual_counts)s
        """,
        bands=_bands(channel),
        rows=rows,
        plain=plain,
        tolerance=tolerance,
        by_own=_expected(own, places),
        by_usual=_expected(usual, places),
        own_counts=_counts(own, row),
        usual_counts=_counts(usual, row),
    )
