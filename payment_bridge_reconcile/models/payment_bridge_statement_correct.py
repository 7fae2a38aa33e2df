"""What a file says anew of days that are known: corrected rows, corrected balances, rows that are gone."""

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from .match_words import staged_column
from .payment_bridge_statement_check import Correction, Refusal

COMPARED = (
    "amount", "gross", "fee", "occurred_at", "key", "platform_reference", "original_key", "original_reference",
    "batch_reference", "settlement_amount", "settlement_rate",
)  # fmt: skip
"""What a row that is known must say again, or the file is a corrected one."""
FOLLOWING = ("kind", "settled_on", "counterparty", "description", "platform_kind")
"""What else is taken from the row of a corrected file."""
LISTED_GONE = 5


class PaymentBridgeStatement(models.Model):
    _inherit = "payment.bridge.statement"

    def _correct_known_rows(self, channel, kind, titles, correct):
        """Compare the staged rows with those known. Answers how many known rows were ``correct``-ed.

        :raises Correction: when a row differs and nobody has decided that the file is the right one.
        :raises Refusal: when a row differs that is in the books already, or has the number of another day's.
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
                SELECT s.row, s.entry_reference, l.statement_id, l.settled_on, s.settled_on, l.state = 'posted', %s
                  FROM payment_bridge_stage s
                  JOIN payment_bridge_statement_line l
                    ON l.channel_id = %s AND l.statement_kind = %s AND l.entry_reference = s.entry_reference
                 WHERE %s ORDER BY l.settled_on != s.settled_on DESC, l.state = 'posted' DESC, s.row LIMIT 1
                """,
                columns,
                channel.id,
                kind.code,
                differs,
            )
        )
        if not clash:
            return 0
        row, reference, statement_id, known_day, day, is_posted, *values = clash[0]
        if known_day != day:
            raise self._number_of_another_day(row, reference, known_day, day)
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

    def _number_of_another_day(self, row, reference, known_day, day):
        """Where a bank's numbers begin anew each day, the rows of one day must not overwrite those of another."""
        return Refusal(
            self.env._(
                "the entry %(entry)s of %(day)s has the number of a row of %(known_day)s, which says something else."
                " Numbers that begin anew each day do not tell rows apart: name another column for them on the channel",
                entry=reference,
                day=format_date(self.env, day),
                known_day=format_date(self.env, known_day),
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
                   SET %s,
                       settlement_currency_id = (SELECT c.id FROM res_currency c WHERE c.name = s.settlement_currency),
                       raw_cells = CASE jsonb_typeof(s.raw_cells) WHEN 'array' THEN to_jsonb(json_object(
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
        found = self.env["payment.bridge.difference"].sudo().search([("line_id", "in", lines.ids)])
        found.write({"state": "closed", "closed_on": channel._today()})  # opened again by what is found now
        self.env.flush_all()

    def _column_label(self, name):
        return self.env["payment.bridge.statement.line"]._fields[name]._description_string(self.env)

    def _drop_outdated_balances(self, statement):
        """What earlier files have told of the balances of these days counts no more where corrected rows lead to
        others."""
        told = self.search(
            [
                ("id", "!=", statement.id),
                ("channel_id", "=", statement.channel_id.id),
                ("kind", "=", statement.kind),
                ("has_balance", "=", True),
                ("first_day", ">=", statement.first_day),
                ("last_day", "<=", statement.last_day),
            ]
        )
        moved = dict(
            self.env["payment.bridge.statement.line"]._read_group(
                [("statement_id", "in", told.ids)], ["statement_id"], ["amount:sum"]
            )
        )
        if any(
            one.currency_id.compare_amounts(one.closing - one.opening, moved.get(one, 0.0))
            for one in told.filtered(lambda one: not one.known_count)
        ):
            told.write(
                {
                    "has_balance": False,
                    "message": self.env._("Its balances count no more: the file of %s corrected them.", statement.name),
                }
            )

    # -- rows that are gone ----------------------------------------------------------

    def _gone_rows(self, channel, kind, header):
        """Of the entries that files within these days have brought and that are not on the stage: how many, and the
        first of them."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT l.entry_reference, count(*) OVER ()
                  FROM payment_bridge_statement f JOIN payment_bridge_statement_line l ON l.statement_id = f.id
                 WHERE f.channel_id = %s AND f.kind = %s AND f.first_day >= %s AND f.last_day <= %s
                   AND NOT EXISTS (SELECT FROM payment_bridge_stage s WHERE s.entry_reference = l.entry_reference)
                 ORDER BY l.settled_on, l.occurred_at, l.entry_reference LIMIT %s
                """,
                channel.id,
                kind.code,
                header.first_day,
                header.last_day,
                LISTED_GONE,
            )
        )
        return (rows[0][1] if rows else 0), [row[0] for row in rows]

    def _say_gone(self, count, entries):
        if not count:
            return False
        return self.env._(
            "Entries of these days that were loaded before are not in this file: %(count)s (%(entries)s). They stay as"
            " they are. Ask the platform whether it has taken them back.",
            count=count,
            entries=", ".join(entries) + (" …" if count > len(entries) else ""),
        )
