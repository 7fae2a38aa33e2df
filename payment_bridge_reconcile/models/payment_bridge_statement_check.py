"""What a file must pass before any of it is kept."""

from decimal import Decimal

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from odoo.addons.payment_bridge.connector.statement_types import LineKind

from .match_words import staged_column

COMPARED = (
    "amount", "gross", "fee", "occurred_at", "key", "platform_reference", "original_key", "original_reference",
    "batch_reference", "settlement_amount", "settlement_rate",
)  # fmt: skip
"""What a row that is known must say again, or the file is a corrected one."""


FOLLOWING = ("kind", "settled_on", "counterparty", "description", "platform_kind")
"""What else is taken from the row of a corrected file."""


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

    def _correct_known_rows(self, channel, kind, titles, correct):
        """Compare the staged rows with those known. Answers how many known rows were ``correct``-ed.

        :raises Correction: when a row differs and nobody has decided that the file is the right one.
        :raises Refusal: when a row differs that is in the books already.
        """
        differs = SQL(" OR ").join(
            SQL("%s IS DISTINCT FROM l.%s", staged_column(name), SQL.identifier(name)) for name in COMPARED
        )
        columns = SQL(", ").join(
            SQL("(%s)::text, l.%s::text", staged_column(name), SQL.identifier(name)) for name in COMPARED
        )
        clash = self.env.execute_query(
            SQL(
                """
                SELECT s.row, s.entry_reference, l.statement_id, l.state = 'posted', %s
                  FROM payment_bridge_stage s
                  JOIN payment_bridge_statement_line l
                    ON l.channel_id = %s AND l.statement_kind = %s AND l.entry_reference = s.entry_reference
                 WHERE %s ORDER BY l.state = 'posted' DESC, s.row LIMIT 1
                """,
                columns,
                channel.id,
                kind.code,
                differs,
            )
        )
        if not clash:
            return 0
        row, reference, statement_id, is_posted, *values = clash[0]
        if correct and not is_posted:
            return self._overwrite_known_rows(channel, kind, titles, differs)
        pairs = zip(COMPARED, values[::2], values[1::2], strict=True)
        said = ", ".join(
            f"{self._column_label(name)}: {known or '–'} → {new or '–'}" for name, new, known in pairs if new != known
        )
        raise (Refusal if is_posted else Correction)(
            self.env._(
                "the entry %(entry)s was loaded with %(statement)s and now says something else (%(said)s)",
                entry=reference,
                statement=self.browse(statement_id).name,
                said=said,
            ),
            row,
        )

    def _overwrite_known_rows(self, channel, kind, titles, differs):
        """Let the staged rows correct what is known, and open those to be matched anew."""
        self._open_to_correct(channel, kind, differs)
        values = SQL(", ").join(
            SQL("%s = %s", SQL.identifier(name), staged_column(name)) for name in (*COMPARED, *FOLLOWING)
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE payment_bridge_statement_line l
                   SET %s, raw_cells = CASE jsonb_typeof(s.raw_cells) WHEN 'array' THEN to_jsonb(json_object(
                               %s::text[], ARRAY(SELECT jsonb_array_elements_text(s.raw_cells))))
                           ELSE s.raw_cells END
                  FROM payment_bridge_stage s
                 WHERE l.channel_id = %s AND l.statement_kind = %s AND l.entry_reference = s.entry_reference
                   AND (%s)
                """,
                values,
                list(titles),
                channel.id,
                kind.code,
                differs,
            )
        )
        return self.env.cr.rowcount

    def _open_to_correct(self, channel, kind, differs):
        """What explained the rows that are corrected explains them no more, nor those matched together with them."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT l.id FROM payment_bridge_statement_line l
                  JOIN payment_bridge_stage s ON l.entry_reference = s.entry_reference
                 WHERE l.channel_id = %s AND l.statement_kind = %s AND l.state IN ('matched', 'ignored') AND (%s)
                """,
                channel.id,
                kind.code,
                differs,
            )
        )
        lines = self.env["payment.bridge.statement.line"].sudo().browse(row[0] for row in rows)
        try:
            lines |= lines._matched_together()
        except UserError as error:
            raise Refusal(
                self.env._(
                    "A row that the file corrects is matched together with one that is posted: undo that posting first."
                )
            ) from error
        lines._forget()
        self.env.flush_all()

    def _column_label(self, name):
        return self.env["payment.bridge.statement.line"]._fields[name]._description_string(self.env)
