"""Banking days as SQL: Monday to Friday, less the holidays and plus the working weekends of a country or company.

In China the State Council moves days off around each festival (调休): banks rest on some weekdays and settle on some
Saturdays and Sundays. What is not in the calendar counts as usual.
"""

from datetime import timedelta

from odoo.tools import SQL

BEFORE = timedelta(days=400)
"""How far back payments are looked up; older ones have long ceased to be carried over."""
SLACK = timedelta(days=40)
"""How many days without banks there may be in a row, beyond the banking days counted."""


def is_banking(day, country_id, company_id):
    """Whether ``day`` (SQL) is one on which banks settle. The company's own exception counts before its country's."""
    return SQL(
        """
        COALESCE((SELECT x.kind = 'working' FROM payment_bridge_banking_day x
                   WHERE %(day)s BETWEEN x.first_day AND x.last_day AND x.active
                     AND (x.company_id = %(company)s OR x.company_id IS NULL AND x.country_id = %(country)s)
                   ORDER BY x.company_id IS NULL, x.id LIMIT 1),
                 extract(isodow FROM %(day)s) < 6)
        """,
        day=day,
        company=company_id,
        country=country_id or None,
    )


def arrivals(channel, count, since, until):
    """For each day from a year before ``since`` up to ``until`` the ``count``-th banking day after it, as SQL:
    (day, arrives_by)."""
    first = since - BEFORE
    last = until + timedelta(days=2 * count) + SLACK
    return SQL(
        """
        WITH every AS (
            SELECT day::date AS day, %(is_banking)s AS banking
              FROM generate_series(%(first)s::date, %(last)s::date, interval '1 day') day
        ), counted AS (
            SELECT day, banking, count(*) FILTER (WHERE banking) OVER (ORDER BY day) AS passed FROM every
        )
        SELECT c.day, n.day AS arrives_by
          FROM counted c JOIN counted n ON n.banking AND n.passed = c.passed + %(count)s
        """,
        is_banking=is_banking(SQL("day::date"), channel.banking_country_id.id, channel.company_id.id),
        first=first,
        last=last,
        count=count,
    )
