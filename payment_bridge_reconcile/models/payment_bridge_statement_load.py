"""Loading a file: read as a stream, checked as a whole, kept whole or not at all."""

import base64
import hashlib
import io
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from odoo.addons.payment_bridge.connector.errors import StatementError
from odoo.addons.payment_bridge.connector.redaction import mask_account, redact_text

COPY_BATCH = 2000
RAW_LIMIT = 8000
"""Characters of one row of the file that are kept as they stood there; the file itself is kept whole."""
REFUSED_PAUSE = timedelta(days=1)
_LOAD_LOCK = 0x70627374
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x00": "�"})
_NAME_AND_ACCOUNT = re.compile(r"(?P<name>.*?)\s*[(（](?P<account>[^()（）]+)[)）]\s*")
STAGE_COLUMNS = (
    "row", "kind", "entry_reference", "amount", "gross", "fee", "balance", "occurred_at", "settled_on",
    "key", "platform_reference", "counterparty", "description", "platform_kind", "raw",
)  # fmt: skip
COMPARED = ("amount", "gross", "fee", "occurred_at", "key", "platform_reference")


@dataclass(slots=True)
class Loaded:
    """What came of a file: the statement it belongs to, and in words what was done."""

    statement: models.Model
    outcome: str  # loaded, empty, known, refused
    message: str
    new: int = 0
    known: int = 0
    row: int | None = None


class Refusal(Exception):
    """The file must not be believed. ``row`` counts from 1, None for the whole file."""

    def __init__(self, message, row=None):
        super().__init__(message)
        self.message = message
        self.row = row


def mask_counterparty(text):
    """Who stood on the other side, as it may be kept: the name as the platform shows it, the account by
    its ends only."""
    if not text:
        return None
    found = _NAME_AND_ACCOUNT.fullmatch(text)
    if not found:
        return text if "*" in text or not re.search(r"[\d@]", text) else mask_account(text)
    account = found["account"]
    return f"{found['name']}({account if '*' in account else mask_account(account)})"


def _cell(value):
    """One value in COPY's text format."""
    if value is None:
        return "\\N"
    if isinstance(value, datetime):
        value = value.astimezone(UTC).replace(tzinfo=None)
    return str(value).translate(_ESCAPES)


def _stage_row(line):
    """A statement line as a row of the staging table."""
    counterparty = mask_counterparty(line.counterparty)
    longest = RAW_LIMIT // max(len(line.raw), 1)
    raw = {
        name: counterparty if value and value == line.counterparty else value.replace("\x00", "�")[:longest]
        for name, value in line.raw.items()
    }
    values = (
        line.row, line.kind.value, line.entry_reference, line.amount, line.gross, line.fee, line.balance,
        line.occurred_at, line.settled_on, line.key or None, line.platform_reference or None, counterparty,
        line.description or None, line.platform_kind or None,
        redact_text(json.dumps(raw, ensure_ascii=False), ()),
    )  # fmt: skip
    return "\t".join(_cell(value) for value in values) + "\n"


class PaymentBridgeStatement(models.Model):
    _inherit = "payment.bridge.statement"

    @api.model
    @api.private
    def _load(self, channel, content, name, kind, source):
        """Take in a file of ``channel``: the same for fetched and uploaded ones.

        All of its rows are kept, or none. The same file again changes nothing; rows that are known
        already are left as they are; a row that is known with other content refuses the file.

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
            with self.env.cr.savepoint():
                return self._load_checked(channel, content, name, kind, source)
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

    def _load_checked(self, channel, content, name, kind, source):
        reader = channel._connector().parse_statement(io.BytesIO(content), name)
        header = reader.header
        self._check_header(channel, header, kind)
        self._stage(reader, channel)
        totals = reader.totals
        self._check_stage(channel, kind, totals)
        statement = self._place_for(channel, kind, header.first_day, header.last_day)
        statement.write(
            {
                "state": "loaded" if totals.count_in or totals.count_out else "empty",
                "covers_balance": kind.covers_balance,
                "zone": channel._capabilities().zone,
                "account": header.account,
                **self._file_values(content, name, source),
                "message": False,
                "refused_row": 0,
                "next_try_at": False,
                "count_in": totals.count_in,
                "sum_in": float(totals.sum_in),
                "count_out": totals.count_out,
                "sum_out": float(totals.sum_out),
                "has_balance": totals.closing is not None,
                "opening": float(totals.opening or 0),
                "closing": float(totals.closing or 0),
            }
        )
        self.env.flush_all()
        new, known = self._take_stage(statement, kind)
        statement.known_count = known
        if new and statement.state == "empty":
            statement.state = "loaded"  # rows without amount only
        self._drop_covered(statement)
        self.env["payment.bridge.audit.event"]._record(
            "statement.loaded",
            statement,
            file=name,
            sha256=statement.file_hash,
            source=source,
            new_rows=new,
            known_rows=known,
            sum_in=str(totals.sum_in),
            sum_out=str(totals.sum_out),
        )
        statement._settle_refusals()
        outcome = statement.state if statement.state == "empty" else "loaded"
        return Loaded(statement, outcome, statement._say_loaded(new, known), new, known)

    def _say_loaded(self, new, known):
        if self.state == "empty":
            return self.env._("The file says that nothing moved. There is nothing to post.")
        if known and not new:
            return self.env._("Every row of it was known already (%s); nothing was added.", known)
        if known:
            return self.env._(
                "New rows loaded: %(new)s. Rows known already, which stay as they are: %(known)s.",
                new=new,
                known=known,
            )
        return self.env._("Rows loaded: %s.", new)

    def _file_values(self, content, name, source):
        return {
            "source": source,
            "file_name": name,
            "file": base64.b64encode(content),
            "file_hash": hashlib.sha256(content).hexdigest(),
            "imported_at": fields.Datetime.now(),
            "imported_by_id": self.env.uid,
        }

    # -- checks --------------------------------------------------------------------

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

    def _stage(self, reader, channel):
        """Copy the rows into a table of this transaction as they are read."""
        self.env.cr.execute(
            """
            CREATE TEMP TABLE IF NOT EXISTS payment_bridge_stage (
                row integer, kind varchar, entry_reference varchar, amount numeric, gross numeric,
                fee numeric, balance numeric, occurred_at timestamp, settled_on date, key varchar,
                platform_reference varchar, counterparty varchar, description varchar,
                platform_kind varchar, raw jsonb
            ) ON COMMIT DROP;
            TRUNCATE payment_bridge_stage
            """
        )
        batch = io.StringIO()
        for place, line in enumerate(reader, 1):
            self._check_line(line, channel)
            batch.write(_stage_row(line))
            if not place % COPY_BATCH:
                batch = self._copy(batch)
        self._copy(batch)

    def _copy(self, batch):
        batch.seek(0)
        self.env.cr._obj.copy_expert(f"COPY payment_bridge_stage ({', '.join(STAGE_COLUMNS)}) FROM STDIN", batch)
        return io.StringIO()

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

    def _check_stage(self, channel, kind, totals):
        """The rows among each other, against the file's totals, and against what is known."""
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
        self._check_known_rows(channel, kind)

    def _check_known_rows(self, channel, kind):
        differs = SQL(" OR ").join(
            SQL("s.%s IS DISTINCT FROM l.%s", SQL.identifier(name), SQL.identifier(name)) for name in COMPARED
        )
        columns = SQL(", ").join(
            SQL("s.%s::text, l.%s::text", SQL.identifier(name), SQL.identifier(name)) for name in COMPARED
        )
        clash = self.env.execute_query(
            SQL(
                """
                SELECT s.row, s.entry_reference, l.statement_id, %s
                  FROM payment_bridge_stage s
                  JOIN payment_bridge_statement_line l
                    ON l.channel_id = %s AND l.statement_kind = %s AND l.entry_reference = s.entry_reference
                 WHERE %s ORDER BY s.row LIMIT 1
                """,
                columns,
                channel.id,
                kind.code,
                differs,
            )
        )
        if not clash:
            return
        row, reference, statement_id, *values = clash[0]
        pairs = zip(COMPARED, values[::2], values[1::2], strict=True)
        said = ", ".join(
            f"{self._column_label(name)}: {known or '–'} → {new or '–'}" for name, new, known in pairs if new != known
        )
        raise Refusal(
            self.env._(
                "the entry %(entry)s was loaded with %(statement)s and now says something else (%(said)s)",
                entry=reference,
                statement=self.browse(statement_id).name,
                said=said,
            ),
            row,
        )

    def _column_label(self, name):
        return self.env["payment.bridge.statement.line"]._fields[name]._description_string(self.env)

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

    def _take_stage(self, statement, kind):
        """Move the new rows from the stage into the sub-ledger; answers how many are new and known."""
        columns = SQL(", ").join(SQL.identifier(name) for name in STAGE_COLUMNS)
        staged = self.env.execute_query(SQL("SELECT count(*) FROM payment_bridge_stage"))[0][0]
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO payment_bridge_statement_line
                    (statement_id, channel_id, company_id, currency_id, statement_kind, state, %s)
                SELECT %s, %s, %s, %s, %s, %s, %s FROM payment_bridge_stage s
                 WHERE NOT EXISTS (
                    SELECT FROM payment_bridge_statement_line l
                     WHERE l.channel_id = %s AND l.statement_kind = %s
                       AND l.entry_reference = s.entry_reference)
                 ORDER BY s.row
                """,
                columns,
                statement.id,
                statement.channel_id.id,
                statement.company_id.id,
                statement.currency_id.id,
                kind.code,
                "unmatched" if kind.covers_balance else "info",
                columns,
                statement.channel_id.id,
                kind.code,
            )
        )
        new = self.env.cr.rowcount
        if new > COPY_BATCH:
            self.env.cr.execute("ANALYZE payment_bridge_statement_line")  # so that matching is planned well
        self.env["payment.bridge.statement.line"].invalidate_model()
        statement.invalidate_recordset()
        return new, staged - new

    def _drop_covered(self, statement):
        """Days that a longer file has brought are not waited for any more."""
        self.search(
            [
                ("id", "!=", statement.id),
                ("channel_id", "=", statement.channel_id.id),
                ("kind", "=", statement.kind),
                ("state", "=", "waiting"),
                ("first_day", ">=", statement.first_day),
                ("last_day", "<=", statement.last_day),
            ]
        ).unlink()

    # -- refusing --------------------------------------------------------------------

    def _refuse(self, channel, content, name, kind, source, refusal):
        """Nothing of the file is kept in the books. A file that the platform gave stays on its day as
        refused; one that a person uploaded is answered to that person."""
        message = refusal.message
        if refusal.row:
            message = self.env._("Row %(row)s: %(reason)s.", row=refusal.row, reason=message.rstrip("."))
        self.env["payment.bridge.audit.event"]._record(
            "statement.refused",
            channel,
            file=name,
            sha256=hashlib.sha256(content).hexdigest(),
            kind=kind.code,
            source=source,
            reason=message,
        )
        return Loaded(self.browse(), "refused", message, row=refusal.row)

    @api.private
    def _keep_refused(self, content, name, refused):
        """Mark a day whose fetched file must not be believed, and tell somebody, once a file."""
        self.ensure_one()
        values = self._file_values(content, name, "fetched")
        seen_before = self.state == "refused" and self.file_hash == values["file_hash"]
        self.write(
            {
                "state": "refused",
                "message": refused.message,
                "refused_row": refused.row or 0,
                "next_try_at": fields.Datetime.now() + REFUSED_PAUSE,
                **values,
            }
        )
        if not seen_before:
            self.env["payment.bridge.discrepancy"]._raise(
                "statement",
                channel=self.channel_id,
                key=self._refusal_key(),
                summary=self.env._(
                    "The statement of %(day)s of %(channel)s was refused and nothing of it was loaded."
                    " %(reason)s It is fetched again tomorrow. Compare the file with the platform's console.",
                    day=format_date(self.env, self.first_day),
                    channel=self.channel_id.name,
                    reason=refused.message,
                ),
            )

    def _refusal_key(self):
        return f"statement-{self.channel_id.id}-{self.kind}-{self.first_day}"

    def _settle_refusals(self):
        """A day that was refused and is now loaded needs no explanation any more."""
        for statement in self:
            solved = (
                self.env["payment.bridge.discrepancy"]
                .sudo()
                .search(
                    [
                        ("kind", "=", "statement"),
                        ("state", "=", "open"),
                        ("key", "=", statement._refusal_key()),
                    ]
                )
            )
            if solved:
                solved.resolution = self.env._("Loaded later from the file %s.", statement.file_name)
                solved.action_resolve()
