"""The words of matching as SQL: what rows and instructions are to each other, wherever that is asked.

An instruction is ``i`` and a row ``l`` throughout. What the sub-ledger knows of a single payment is looked up by that
payment's index (``OFFSET 0`` keeps the planner from reading all of the sub-ledger for it instead).
"""

from datetime import timedelta

from odoo.tools import SQL

LINE_COLUMNS = (
    "row", "kind", "entry_reference", "amount", "gross", "fee", "key", "platform_reference", "original_key",
    "original_reference", "batch_reference", "counterparty", "description", "platform_kind", "settled_on",
    "occurred_at",
)  # fmt: skip


def staged_column(name):
    """A column of the stage ``s`` as the sub-ledger keeps it: times without their zone, in UTC."""
    if name == "occurred_at":
        return SQL("s.occurred_at AT TIME ZONE 'UTC'")
    return SQL("s.%s", SQL.identifier(name))


def platform_time(moment, channel):
    """A moment in UTC as the platform's clock tells it, so that its date is the platform's day: an hour later for a
    platform whose day begins at 23:00."""
    capabilities = channel._capabilities()
    begins = timedelta(hours=capabilities.day_starts_at.hour, minutes=capabilities.day_starts_at.minute)
    shift = timedelta(days=1) - begins if begins else begins
    return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s + %s::interval)", moment, capabilities.zone, shift)


IS_IN = SQL("i.operation IN ('collect', 'charge')")
"""The instruction brings money in."""
SIGNED = SQL("CASE WHEN %s THEN i.amount ELSE -i.amount END", IS_IN)
KIND = SQL("CASE i.operation WHEN 'pay_out' THEN 'pay_out' WHEN 'refund' THEN 'refund' ELSE 'collection' END")
"""The kind of row that stands for the instruction itself."""
HAS_MOVED = SQL("i.state IN ('succeeded', 'returned')")
_WAITS_AGAIN = SQL("(i.state = 'queued' AND i.placed_at IS NOT NULL)")
MAY_HAVE_ARRIVED = SQL("(%s AND i.batch_id IS NULL)", _WAITS_AGAIN)
"""The instruction waits to leave again alone, and its first sending may have arrived since the platform was asked."""
NUMBERS_ALLOW = SQL("(i.platform_reference IS NULL OR l.platform_reference IS NULL)")
"""The platform has not told another number for the instruction than the row shows."""


def may_be_meant(days):
    """Nobody knows yet whether the instruction has moved its money, and it left so early that the row, with so many
    days between them, may be its."""
    return SQL(
        """
        ((i.state IN ('sending', 'uncertain', 'processing') OR %s)
         AND COALESCE(i.placed_at, i.sent_at, i.create_date) < l.settled_on + %s + 1)
        """,
        _WAITS_AGAIN,
        days,
    )


BESIDES = SQL("('fee', 'chargeback')")
"""Passes, and kinds of rows, that stand beside a payment's own row and not for it."""
IS_WHOLE = SQL("o.kind NOT IN ('fee', 'chargeback') AND o.match_pass NOT IN ('part', 'chargeback')")
"""A row of the sub-ledger stands for its instruction as a whole. The words are those of the index."""


def row_stands(instruction):
    """A row of an earlier run stands as a whole for this leg (that of ``l.amount``) of an instruction."""
    return SQL(
        """
        EXISTS (SELECT FROM payment_bridge_statement_line o
                 WHERE o.instruction_id = %s AND %s AND (o.amount > 0) = (l.amount > 0) OFFSET 0)
        """,
        instruction,
        IS_WHOLE,
    )


def leg_taken(instruction):
    """Rows of earlier runs stand for this leg of an instruction. The conditions are those of the indexes."""
    return SQL(
        """
        (%(row_stands)s
         OR EXISTS (SELECT FROM payment_bridge_statement_line o
                     WHERE o.instruction_id = %(instruction)s AND o.match_pass = 'part'
                       AND (o.amount > 0) = (l.amount > 0) OFFSET 0)
         OR EXISTS (SELECT FROM payment_bridge_statement_share o
                     WHERE o.instruction_id = %(instruction)s AND (o.amount > 0) = (l.amount > 0) OFFSET 0))
        """,
        row_stands=row_stands(instruction),
        instruction=instruction,
    )


def explained_rows_of(statements):
    """The explained rows of statements that were loaded before, to be selected from. Each statement is looked up by
    itself, so that the planner never reads all of the sub-ledger for a few days of it."""
    return SQL(
        """
        (SELECT of_one.* FROM unnest(%s::integer[]) wanted (id)
          CROSS JOIN LATERAL (SELECT * FROM payment_bridge_statement_line
                               WHERE statement_id = wanted.id AND state IN ('matched', 'posted') OFFSET 0) of_one)
        """,
        statements,
    )


HAS_NO_ROW = SQL(
    """
    NOT (EXISTS (SELECT FROM payment_bridge_statement_line o
                  WHERE o.instruction_id = i.id AND %(is_whole)s AND (o.amount > 0) = (%(is_in)s) OFFSET 0)
         OR EXISTS (SELECT FROM payment_bridge_statement_line o
                     WHERE o.instruction_id = i.id AND o.match_pass = 'part' OFFSET 0)
         OR EXISTS (SELECT FROM payment_bridge_statement_share o WHERE o.instruction_id = i.id OFFSET 0))
    """,
    is_whole=IS_WHOLE,
    is_in=IS_IN,
)
"""No row of an earlier run stands for the instruction's own leg."""


def found_now(instruction):
    """A pass after the first has matched a row to this leg of an instruction."""
    return SQL(
        """
        (EXISTS (SELECT FROM pb_found m WHERE m.instruction_id = %(instruction)s AND m.match_pass NOT IN %(besides)s
                    AND m.incoming = (l.amount > 0) OFFSET 0)
         OR EXISTS (SELECT FROM pb_share m
                     WHERE m.instruction_id = %(instruction)s AND (m.amount > 0) = (l.amount > 0) OFFSET 0))
        """,
        instruction=instruction,
        besides=BESIDES,
    )


INSTRUCTION, CANDIDATE = SQL("i.id"), SQL("l.candidate_id")
IS_FREE_NOW = SQL("NOT l.taken AND NOT %s", found_now(CANDIDATE))
"""No row stands for the leg of the instruction that the row names."""
