"""What a row can be matched to by hand: the open payments of its channel, as plain values.

Each is a *book*: ``kind`` and ``id`` name it, ``amount`` is signed as the row that would stand for it (in is
positive, out negative, in the channel's currency, major units). Add-ons that know more kinds extend
:meth:`~PaymentBridgeStatementLine._workbench_books` and :meth:`~PaymentBridgeStatementLine._match_group_by_hand`.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL
from odoo.tools.sql import escape_psql

from .match_words import HAS_MOVED, HAS_NO_ROW, IS_WHOLE, SIGNED

MOST_BOOKS = 200
"""How many books are handed out at once, the nearest or newest first."""
LOOK_BACK = timedelta(days=92)
"""How much older than the oldest open row a payment may be that is offered; older ones are known differences."""
MOVED_AT = SQL("COALESCE(i.executed_at, i.finished_at, i.create_date)")
_AMOUNTS = re.compile(r"^\s*(?P<low>\d[\d,]*(?:\.\d+)?)\s*(?:(?P<range>\.\.|-|~)\s*(?P<high>\d[\d,]*(?:\.\d+)?)?)?\s*$")


@dataclass(frozen=True, slots=True)
class BookFilter:
    """Which books are wanted: of one direction, near an amount, with a text, or exactly those in ``only``.

    ``amounts`` is a pair (least, most) without sign, in major units; ``near`` sorts by the distance to it.
    """

    incoming: bool | None = None
    text: str = ""
    amounts: tuple[float, float] | None = None
    near: float | None = None
    only: tuple[tuple[str, int], ...] | None = None
    limit: int = MOST_BOOKS

    def ids_of(self, kind):
        """The wanted ids of one kind; None when all are."""
        return None if self.only is None else [book_id for one, book_id in self.only if one == kind]


def amounts_of(text):
    """A person's words for amounts as (least, most): ``100``, ``100-200``, ``100..``; None when it is no amount."""
    found = _AMOUNTS.match((text or "").replace("，", ","))  # noqa: RUF001 - as typed on a Chinese keyboard
    if not found:
        return None
    low = float(found["low"].replace(",", ""))
    if not found["range"]:
        return (low, low)
    high = float(found["high"].replace(",", "")) if found["high"] else float("inf")
    return (min(low, high), max(low, high))


class PaymentBridgeStatementLine(models.Model):
    _inherit = "payment.bridge.statement.line"

    @api.model
    @api.private
    def _workbench_books(self, channel, wanted):
        """The open books of ``channel`` that ``wanted`` (a :class:`BookFilter`) asks for, as a list of dicts:
        kind, id, amount, day, name, party, number, reference, batch, operation.

        A payment that no row stands for is of the kind ``payment``; one that came back, whose return is booked and
        not on a statement yet, is of the kind ``return`` as well.
        """
        ids = [wanted.ids_of("payment"), wanted.ids_of("return")]
        if wanted.only is not None and not any(ids):
            return []
        self.env.flush_all()
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT b.kind, b.id, b.amount::float8, b.day, m.name, COALESCE(p.name, b.payee_name) AS party,
                       b.key AS number, b.platform_reference AS reference, b.fund_reference, b.batch_reference AS batch,
                       b.operation, b.payment_id
                  FROM (%s) b
                  JOIN account_payment m ON m.id = b.payment_id
                  LEFT JOIN res_partner p ON p.id = b.partner_id
                 WHERE %s ORDER BY %s LIMIT %s
                """,
                self._book_legs(channel, *ids),
                self._book_condition(wanted),
                SQL("abs(abs(b.amount) - %s), b.day DESC, b.id DESC", wanted.near)
                if wanted.near is not None
                else SQL("b.day DESC, b.id DESC"),
                wanted.limit,
            )
        )
        operations = dict(self.env["payment.bridge.instruction"]._fields["operation"]._description_selection(self.env))
        for row in rows:
            row["operation"] = (
                self.env._("Returned payment") if row["kind"] == "return" else operations[row["operation"]]
            )
        return rows

    def _book_legs(self, channel, payment_ids, return_ids):
        """Both legs of instructions that have moved their money, as far as no row stands for them."""
        columns = SQL(
            """
            i.id, i.payment_id, i.partner_id, i.payee_name, i.key, i.platform_reference, i.fund_reference,
            i.batch_reference, i.operation,
            (%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date AS day
            """,
            MOVED_AT,
            self._books_zone(channel),
        )
        of_channel = SQL(
            """
            i.channel_id = %s AND i.currency_id = %s AND i.payment_id IS NOT NULL AND %s
            """,
            channel.id,
            channel.currency_id.id,
            HAS_MOVED,
        )
        since = self._books_since(channel) if payment_ids is None else None
        return SQL(
            """
            SELECT 'payment' AS kind, %(signed)s AS amount, %(columns)s FROM payment_bridge_instruction i
             WHERE %(of_channel)s AND %(payments)s AND %(recent)s AND %(has_no_row)s
             UNION ALL
            SELECT 'return', i.amount, %(columns)s FROM payment_bridge_instruction i
              JOIN account_payment r ON r.id = i.payment_id AND r.bridge_reversal_id IS NOT NULL
             WHERE %(of_channel)s AND %(returns)s AND i.operation = 'pay_out' AND i.state = 'returned'
               AND NOT EXISTS (SELECT FROM payment_bridge_statement_line o
                                WHERE o.instruction_id = i.id AND %(is_whole)s AND o.amount > 0)
            """,
            signed=SIGNED,
            columns=columns,
            of_channel=of_channel,
            payments=self._among(payment_ids),
            returns=self._among(return_ids),
            recent=SQL(
                """
                (%s >= %s
                 OR i.id IN (SELECT d.instruction_id FROM payment_bridge_difference d
                              WHERE d.channel_id = %s AND d.side = 'books' AND d.state = 'open'))
                """,
                MOVED_AT,
                since,
                channel.id,
            )
            if since
            else SQL("TRUE"),
            has_no_row=HAS_NO_ROW,
            is_whole=IS_WHOLE,
        )

    def _among(self, ids):
        return SQL("TRUE") if ids is None else SQL("i.id = ANY(%s)", ids)

    def _book_condition(self, wanted):
        conditions = [SQL("TRUE")]
        if wanted.incoming is not None:
            conditions.append(SQL("(b.amount > 0) = %s", wanted.incoming))
        if wanted.amounts is not None:
            conditions.append(SQL("abs(b.amount) BETWEEN %s AND %s", *wanted.amounts))
        if wanted.text:
            like = f"%{escape_psql(wanted.text)}%"
            names = ("m.name", "p.name", "b.payee_name", "b.key", "b.platform_reference", "b.batch_reference")
            conditions.append(SQL("(%s)", SQL(" OR ").join(SQL("%s ILIKE %s", SQL(name), like) for name in names)))
        return SQL(" AND ").join(conditions)

    def _books_zone(self, channel):
        """The time zone of the platform's days, as its statements tell it."""
        told = self.env["payment.bridge.statement"].search(
            [("channel_id", "=", channel.id), ("zone", "!=", False)], order="id desc", limit=1
        )
        return told.zone or "UTC"

    def _books_since(self, channel):
        """From when on payments are offered, before the oldest row that is open."""
        oldest = self.search(
            [("channel_id", "=", channel.id), ("state", "=", "unmatched")], order="settled_on, id", limit=1
        )
        return (oldest.settled_on or channel._today()) - LOOK_BACK
