"""Loading a file: read as a stream, checked as a whole, kept whole or not at all."""

import hashlib
import io
from dataclasses import dataclass

import psycopg2
from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.payment_bridge.connector.errors import StatementError

from .match_words import staged_column
from .payment_bridge_statement_check import NotInOrder, Refusal
from .statement_stage import STAGE_COLUMNS, RowStream, RowWriter, fits, quantum_of

_LOAD_LOCK = 0x70627374
FILE_TYPE = "text/plain"
"""Told, not guessed: the file is handed out to be saved, whatever it is."""
_KEPT = [name for name in STAGE_COLUMNS if name != "settlement_currency"]


@dataclass(slots=True)
class Loaded:
    """What came of a file: the statement it belongs to, and in words what was done.

    ``correctable`` says that the file was refused only for telling something else of rows that are known
    and not posted: loading it again with ``correct`` lets it.
    """

    statement: models.Model
    outcome: str  # loaded, empty, known, refused
    message: str
    new: int = 0
    known: int = 0
    corrected: int = 0
    matched: int = 0
    row: int | None = None
    correctable: bool = False


class PaymentBridgeStatement(models.Model):
    _inherit = "payment.bridge.statement"

    @api.model
    @api.private
    def _load(self, channel, content, name, kind, source, correct=False):
        """Take in a file of ``channel``: the same for fetched and uploaded ones.

        All of its rows are kept and matched, or none. The same file again changes nothing; rows that are
        known already are left as they are; a row that is known with other content refuses the file, unless
        ``correct`` says that somebody decided that this file is the right one.

        :param bytes content: the file as the platform gave it
        :param kind: a ``StatementKind`` of the channel's connector
        :param str source: ``fetched`` or ``uploaded``
        :rtype: Loaded
        """
        self._lock_channel(channel)
        digest = hashlib.sha256(content).hexdigest()
        known = self.search(
            [
                ("channel_id", "=", channel.id),
                ("kind", "=", kind.code),
                ("file_hash", "=", digest),
                ("state", "!=", "refused"),
            ],
            limit=1,
        )
        if known:
            return Loaded(known, "known", self.env._("This file was loaded already, as %s.", known.name))
        try:
            try:
                with self.env.cr.savepoint():
                    return self._load_checked(channel, content, digest, name, kind, source, correct, careful=False)
            except (UniqueViolation, psycopg2.DataError, NotInOrder):
                # a row twice or known from other days, a payment that a row stands for already, or something that
                # only reading line by line can tell
                with self.env.cr.savepoint():
                    return self._load_checked(channel, content, digest, name, kind, source, correct, careful=True)
        except StatementError as error:
            words = error.advice.in_language(self._language(channel)) if error.advice else error.message
            refusal = Refusal(words, error.row)
        except Refusal as error:
            refusal = error
        return self._refuse(channel, content, name, kind, source, refusal)

    def _language(self, channel):
        """Files that machines load are refused in the company's language, others in the person's."""
        return channel.company_id.partner_id.lang if self.env.su and self.env.uid == 1 else self.env.lang

    def _lock_channel(self, channel):
        """One file of a channel at a time, to the end of the transaction."""
        rows = self.env.execute_query(SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", _LOAD_LOCK, channel.id))
        if not rows[0][0]:
            raise UserError(self.env._("Another statement of %s is being loaded. Try again in a moment.", channel.name))

    def _load_checked(self, channel, content, digest, name, kind, source, correct, careful):
        """``careful`` reads line by line, compares the rows with each other and with those known beforehand,
        and so can say what is wrong. Without it rows are taken as text where the reader has them so, checked as a
        set, and the unique indexes of the sub-ledger stand guard alone."""
        reader = channel._connector().parse_statement(io.BytesIO(content), name)
        header = reader.header
        self._check_header(channel, header, kind)
        as_text = not careful and hasattr(reader, "text_rows")
        staged, titles = self._stage(reader, channel, as_text)
        totals = reader.totals
        if as_text:
            self._check_text(channel, totals)
        else:
            self._check_totals(totals)
        self._check_arriving_currencies()
        known = corrected = 0
        gone, gone_entries = 0, []
        if careful or self._knows_days(channel, kind, header.first_day, header.last_day):
            self._check_repeated_rows()
            gone, gone_entries = self._gone_rows(channel, kind, header)
            corrected = self._correct_known_rows(channel, kind, titles, correct)
            known = self._drop_known_rows(channel, kind)
        statement = self._place_for(channel, kind, header.first_day, header.last_day)
        statement._keep_file(content)
        statement.write(
            {
                "state": "loaded" if staged else "empty",
                "covers_balance": kind.covers_balance,
                "zone": channel._capabilities().zone,
                "account": header.account,
                "titles": list(titles),
                **self._file_values(name, source, digest),
                "message": self._say_gone(gone, gone_entries),
                "refused_row": 0,
                "next_try_at": False,
                "count_in": totals.count_in,
                "sum_in": float(totals.sum_in),
                "count_out": totals.count_out,
                "sum_out": float(totals.sum_out),
                "has_balance": totals.closing is not None,
                "opening": float(totals.opening or 0),
                "closing": float(totals.closing or 0),
                "known_count": known,
            }
        )
        matched = self._take_stage(statement, kind, careful)
        self._drop_covered(statement)
        if corrected and statement.has_balance:
            self._drop_outdated_balances(statement)
        self.env["payment.bridge.audit.event"]._record(
            "statement.loaded",
            statement,
            file=name,
            sha256=statement.file_hash,
            source=source,
            new_rows=staged - known,
            known_rows=known,
            corrected_rows=corrected,
            gone_rows=gone or None,
            sum_in=str(totals.sum_in),
            sum_out=str(totals.sum_out),
        )
        statement._settle_refusals(name)
        outcome = statement.state if statement.state == "empty" else "loaded"
        told = statement._say_loaded(staged - known, known, corrected)
        message = f"{told} {statement.message}" if statement.message else told
        return Loaded(statement, outcome, message, staged - known, known, corrected, matched)

    def _say_loaded(self, new, known, corrected):
        if self.state == "empty":
            return self.env._("The file says that nothing moved. There is nothing to post.")
        if corrected:
            return self.env._(
                "New rows loaded: %(new)s. Rows corrected and matched again: %(corrected)s. Rows known already,"
                " which stay as they are: %(known)s.",
                new=new,
                corrected=corrected,
                known=known - corrected,
            )
        if known and not new:
            return self.env._("Every row of it was known already (%s); nothing was added.", known)
        if known:
            return self.env._(
                "New rows loaded: %(new)s. Rows known already, which stay as they are: %(known)s.",
                new=new,
                known=known,
            )
        return self.env._("Rows loaded: %s.", new)

    def _keep_file(self, content):
        """Keep the file as the platform gave it, in place of an earlier one of the same days."""
        self.ensure_one()
        attachments = self.env["ir.attachment"].sudo().with_context(bridge_statement_file=True)
        of_file = {"res_model": self._name, "res_field": "file", "res_id": self.id}
        attachments.search([(name, "=", value) for name, value in of_file.items()]).unlink()
        attachments.create({"name": "file", "mimetype": FILE_TYPE, "raw": content, **of_file})
        self.invalidate_recordset(["file"])

    def _file_values(self, name, source, digest):
        return {
            "source": source,
            "file_name": name,
            "file_hash": digest,
            "imported_at": fields.Datetime.now(),
            "imported_by_id": self.env.uid,
        }

    # -- the stage -----------------------------------------------------------------

    def _stage(self, reader, channel, as_text):
        """Copy the rows into a table of this transaction as they are read; answers how many, and the file's columns."""
        columns = SQL(", ").join(SQL("%s %s", SQL.identifier(name), SQL(kind)) for name, kind in STAGE_COLUMNS.items())
        self.env.cr.execute(
            SQL(
                """
                CREATE TEMP TABLE IF NOT EXISTS payment_bridge_stage (
                    id integer DEFAULT nextval('payment_bridge_statement_line_id_seq'), %s
                ) ON COMMIT DROP
                """,
                columns,
            )
        )
        self.env.cr.execute("TRUNCATE payment_bridge_stage")
        writer = RowWriter(reader.titles if as_text else ())
        rows = reader.text_rows() if as_text else self._checked_lines(reader, channel, writer)
        stream = RowStream(writer.chunks(rows))
        names = ", ".join(STAGE_COLUMNS)
        try:
            self.env.cr._obj.copy_expert(f"COPY payment_bridge_stage ({names}) FROM STDIN (FREEZE, NULL '')", stream)
        except psycopg2.Error as error:
            if stream.failure is not None:
                raise stream.failure from error
            raise
        staged = self.env.cr.rowcount
        self.env.cr.execute("SET LOCAL default_statistics_target = 10")  # the planner needs the size, no more
        self.env.cr.execute("ANALYZE payment_bridge_stage (key)")
        self.env.cr.execute("SET LOCAL default_statistics_target TO DEFAULT")
        return staged, writer.titles

    def _checked_lines(self, reader, channel, writer):
        """The lines as text, each checked by itself."""
        currency, quantum = channel.currency_id.name, quantum_of(channel.currency_id.decimal_places)
        for line in reader:
            if not fits(line, currency, quantum):
                self._check_line(line, channel)
            yield writer.text_of_line(line)

    def _knows_days(self, channel, kind, first_day, last_day):
        """Whether rows of these days may be there already."""
        return bool(
            self.search_count(
                [
                    ("channel_id", "=", channel.id),
                    ("kind", "=", kind.code),
                    ("state", "in", ("empty", "loaded", "posted")),
                    ("first_day", "<=", last_day),
                    ("last_day", ">=", first_day),
                ],
                limit=1,
            )
        )

    def _drop_known_rows(self, channel, kind):
        """Leave only new rows on the stage; answers how many were known."""
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM payment_bridge_stage s USING payment_bridge_statement_line l
                 WHERE l.channel_id = %s AND l.statement_kind = %s AND l.entry_reference = s.entry_reference
                """,
                channel.id,
                kind.code,
            )
        )
        return self.env.cr.rowcount

    # -- keeping ---------------------------------------------------------------------

    def _place_for(self, channel, kind, first_day, last_day):
        """The calendar's record of exactly these days, or a new one."""
        expected = self.search(
            [
                ("channel_id", "=", channel.id),
                ("kind", "=", kind.code),
                ("first_day", "=", first_day),
                ("last_day", "=", last_day),
                ("state", "in", ("waiting", "refused", "empty")),
            ],
            limit=1,
        )
        return expected or self.create(
            {"channel_id": channel.id, "kind": kind.code, "first_day": first_day, "last_day": last_day}
        )

    def _take_stage(self, statement, kind, careful):
        """Move the rows from the stage into the sub-ledger: those that explain the balance matched on the
        way, which spares writing them twice, the others for information. Answers how many were matched."""
        self.env.flush_all()
        if kind.covers_balance:
            matched = statement.channel_id._match_lines(statement=statement, careful=careful)
        else:
            matched = 0
            self._keep_stage(statement, kind, {"state": SQL("'info'")}, SQL("payment_bridge_stage s"))
        self.env["payment.bridge.statement.line"].invalidate_model()
        statement.invalidate_recordset()
        return matched

    @api.private
    def _keep_stage(self, statement, kind, decided, source):
        """Insert the staged rows with what was ``decided`` about them, as {column: SQL}; ``source`` has the
        stage as ``s``."""
        columns = SQL(", ").join(map(SQL.identifier, _KEPT))
        staged = SQL(", ").join(map(staged_column, _KEPT))
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO payment_bridge_statement_line
                    (id, statement_id, channel_id, company_id, currency_id, statement_kind,
                     settlement_currency_id, %s, %s)
                SELECT s.id, %s, %s, %s, %s, %s,
                       CASE WHEN s.settlement_currency IS NOT NULL
                            THEN (SELECT c.id FROM res_currency c WHERE c.name = s.settlement_currency) END, %s, %s
                  FROM %s
                """,
                columns,
                SQL(", ").join(SQL.identifier(name) for name in decided),
                statement.id,
                statement.channel_id.id,
                statement.company_id.id,
                statement.currency_id.id,
                kind.code,
                staged,
                SQL(", ").join(decided.values()),
                source,
            ),
            log_exceptions=False,  # a row that is there already is met here, and answered by the caller
        )

    def _drop_covered(self, statement):
        """Days that a longer file has brought are not waited for any more, nor those whose own file was refused."""
        covered = self.search(
            [
                ("id", "!=", statement.id),
                ("channel_id", "=", statement.channel_id.id),
                ("kind", "=", statement.kind),
                ("state", "in", ("waiting", "refused")),
                ("first_day", ">=", statement.first_day),
                ("last_day", "<=", statement.last_day),
            ]
        )
        covered._settle_refusals(statement.file_name)
        covered.unlink()
