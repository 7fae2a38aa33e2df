"""What a file must pass before any of it is kept."""

from decimal import Decimal

from odoo import models
from odoo.tools import SQL, format_date

from odoo.addons.payment_bridge.connector.statement_types import LineKind


class Refusal(Exception):
    """The file must not be believed. ``row`` counts from 1, None for the whole file."""

    def __init__(self, message, row=None):
        super().__init__(message)
        self.message = message
        self.row = row


class NotInOrder(Exception):
    """Something is wrong with rows taken as text; reading them line by line tells what."""


class Correction(Refusal):
    """The file says something else of rows that were loaded before: a person may let it correct them."""


class PaymentBridgeStatement(models.Model):
    _inherit = "payment.bridge.statement"

    def _check_header(self, channel, header, kind):
        """What the file says about itself must be about this channel, and about days that have ended."""
        if header.kind and header.kind != kind.code:
            raise Refusal(
                self.env._("This is not the statement that was chosen (%s).", kind.label.in_language(self.env.lang))
            )
        if header.currency != channel.currency_id.name:
            raise Refusal(
                self.env._(
                    "The file is in %(file)s, but %(channel)s is kept in %(currency)s.",
                    file=header.currency,
                    channel=channel.name,
                    currency=channel.currency_id.name,
                )
            )
        earlier = self.search(
            [("channel_id", "=", channel.id), ("kind", "=", kind.code), ("account", "!=", False)], limit=1
        )
        if earlier and header.account and earlier.account != header.account:
            raise Refusal(
                self.env._(
                    "The file is of the account %(file)s; earlier files of %(channel)s were of %(known)s.",
                    file=header.account,
                    channel=channel.name,
                    known=earlier.account,
                )
            )
        if header.last_day >= channel._today():
            raise Refusal(
                self.env._(
                    "The file goes up to %s, which has not ended at the platform yet: rows could still be"
                    " missing. Download it again when the day is over.",
                    format_date(self.env, header.last_day),
                )
            )

    def _check_line(self, line, channel):
        currency = channel.currency_id
        if line.currency != currency.name:
            raise Refusal(
                self.env._(
                    "the row is in %(row)s, the channel in %(channel)s", row=line.currency, channel=currency.name
                ),
                line.row,
            )
        if line.amount != line.gross - line.fee:
            raise Refusal(
                self.env._(
                    "%(gross)s less a fee of %(fee)s is not %(amount)s",
                    gross=line.gross,
                    fee=line.fee,
                    amount=line.amount,
                ),
                line.row,
            )
        if any(-value.normalize().as_tuple().exponent > currency.decimal_places for value in (line.amount, line.gross)):
            raise Refusal(
                self.env._(
                    "%(amount)s is finer than %(currency)s can be",
                    amount=line.amount,
                    currency=currency.name,
                ),
                line.row,
            )
        if not line.entry_reference:
            raise Refusal(self.env._("the row has no number of its own"), line.row)

    def _check_text(self, channel, totals):
        """What is otherwise asked of each line by itself, asked of all together.

        :raises NotInOrder: when a row does not fit, or the file's totals are not what the rows make.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT count(*) FILTER (WHERE amount > 0), COALESCE(sum(amount) FILTER (WHERE amount > 0), 0)::text,
                       count(*) FILTER (WHERE amount < 0), COALESCE(-sum(amount) FILTER (WHERE amount < 0), 0)::text,
                       COALESCE(bool_and(amount = gross - fee AND scale(amount) <= %(places)s
                                         AND scale(gross) <= %(places)s AND kind = ANY(%(kinds)s)
                                         AND entry_reference IS NOT NULL AND settled_on IS NOT NULL
                                         AND occurred_at IS NOT NULL), TRUE)
                  FROM payment_bridge_stage
                """,
                places=channel.currency_id.decimal_places,
                kinds=[kind.value for kind in LineKind],
            )
        )
        count_in, sum_in, count_out, sum_out, fits = rows[0]
        told = (totals.count_in, totals.sum_in, totals.count_out, totals.sum_out)
        if not fits or (count_in, Decimal(sum_in), count_out, Decimal(sum_out)) != told:
            raise NotInOrder

    def _check_totals(self, totals):
        """The rows must add up to what the file, or its reader, says they do."""
        # as text: the driver would make a float of a numeric
        total = self.env.execute_query(SQL("SELECT COALESCE(sum(amount), 0)::text FROM payment_bridge_stage"))
        moved = Decimal(total[0][0])
        if moved != totals.sum_in - totals.sum_out:
            raise Refusal(
                self.env._(
                    "The rows add up to %(rows)s, the file's own totals to %(totals)s.",
                    rows=moved,
                    totals=totals.sum_in - totals.sum_out,
                )
            )

    def _check_arriving_currencies(self):
        """What arrives in a currency that Odoo does not know cannot be booked in it."""
        unknown = self.env.execute_query(
            SQL(
                """
                SELECT row, settlement_currency FROM payment_bridge_stage s
                 WHERE settlement_currency IS NOT NULL
                   AND NOT EXISTS (SELECT FROM res_currency c WHERE c.name = s.settlement_currency)
                 ORDER BY row LIMIT 1
                """
            )
        )
        if unknown:
            row, currency = unknown[0]
            raise Refusal(
                self.env._(
                    "it says that %s arrives, which is no currency that Odoo knows: correct the file, or create it",
                    currency,
                ),
                row,
            )

    def _check_repeated_rows(self):
        """No entry stands on two rows of one file."""
        repeated = self.env.execute_query(
            SQL(
                """
                SELECT entry_reference, min(row), max(row) FROM payment_bridge_stage
                 GROUP BY entry_reference HAVING count(*) > 1 ORDER BY max(row) LIMIT 1
                """
            )
        )
        if repeated:
            reference, first, last = repeated[0]
            raise Refusal(
                self.env._("the entry %(entry)s stands on row %(first)s already", entry=reference, first=first), last
            )
