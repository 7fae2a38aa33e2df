"""Statement rows as PostgreSQL's COPY takes them: one pass, constant memory, nothing personal kept.

Plain functions and values without a database. A row costs a few microseconds here, so the usual case goes a short way
(no cell needs escaping, nothing in the row looks like an account number) and only the others are looked at closely.
"""

import json
import re
from datetime import UTC
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from json.encoder import encode_basestring

from odoo.addons.payment_bridge.connector.redaction import mask_account, redact_text

RAW_LIMIT = 8000
"""Characters of one row of the file that are kept as they stood there; the file itself is kept whole."""
ROWS_AT_ONCE = 500
_UNKNOWN_CHARACTER = "�"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x00": _UNKNOWN_CHARACTER})
_NAME_AND_ACCOUNT = re.compile(r"(?P<name>.*?)\s*[(（](?P<account>[^()（）]+)[)）]\s*")
_NUMBER = re.compile(r"\d{13,}")
_LONGEST_CARD = 19

STAGE_COLUMNS = {
    "row": "integer",
    "kind": "varchar",
    "entry_reference": "varchar",
    "amount": "numeric",
    "gross": "numeric",
    "fee": "numeric",
    "balance": "numeric",
    "occurred_at": "timestamp",
    "settled_on": "date",
    "key": "varchar",
    "platform_reference": "varchar",
    "original_key": "varchar",
    "original_reference": "varchar",
    "batch_reference": "varchar",
    "settlement_currency": "varchar",
    "settlement_amount": "numeric",
    "settlement_rate": "numeric",
    "counterparty": "varchar",
    "description": "varchar",
    "platform_kind": "varchar",
    "raw": "jsonb",
}
"""What a row carries, in the order of :meth:`RowWriter.write`; an empty cell is NULL."""
_TABS = len(STAGE_COLUMNS) - 1


@lru_cache(maxsize=8192)
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


def fits(line, currency, quantum):
    """Whether a line is in ``currency``, adds up and is no finer than ``quantum``: the short test that
    nearly every line passes. One that does not may still be right, written otherwise."""
    return (
        line.currency == currency
        and line.amount.same_quantum(quantum)
        and line.gross.same_quantum(quantum)
        and line.amount == line.gross - line.fee
        and bool(line.entry_reference)
    )


def quantum_of(decimal_places):
    """The smallest amount of a currency, as a Decimal with its places."""
    return Decimal(1).scaleb(-decimal_places)


class RowWriter:
    """Writes statement lines in COPY's text format with ``NULL ''``."""

    def __init__(self):
        self._templates = {}

    def write(self, line):
        """The row of one line, with its line end."""
        at = line.occurred_at
        if at.tzinfo is not UTC:
            at = at.astimezone(UTC)
        balance, settled, rate = line.balance, line.settlement_amount, line.settlement_rate
        counterparty = mask_counterparty(line.counterparty) or ""
        cells = (
            str(line.row),
            line.kind,
            line.entry_reference,
            str(line.amount),
            str(line.gross),
            str(line.fee),
            "" if balance is None else str(balance),
            at.isoformat(),
            line.settled_on.isoformat(),
            line.key or "",
            line.platform_reference or "",
            line.original_key or "",
            line.original_reference or "",
            line.batch_reference or "",
            line.settlement_currency or "",
            "" if settled is None else str(settled),
            "" if rate is None else str(rate),
            counterparty,
            line.description or "",
            line.platform_kind or "",
            self._raw(line.raw, line.counterparty, counterparty),
        )
        text = "\t".join(cells)
        if "\\" in text or "\n" in text or "\r" in text or "\x00" in text or text.count("\t") != _TABS:
            text = "\t".join([cell.translate(_ESCAPES) for cell in cells])
        return text + "\n"

    def _raw(self, raw, counterparty, masked):
        """The row as the file had it, as JSON, without accounts."""
        if counterparty and counterparty != masked:
            raw = {name: masked if value == counterparty else value for name, value in raw.items()}
        names = tuple(raw)
        template = self._templates.get(names)
        if template is None:
            template = self._templates[names] = self._template(names)
        text = template % tuple(map(encode_basestring, raw.values()))
        if "\\u0000" in text or len(text) > RAW_LIMIT:
            longest = RAW_LIMIT // max(len(raw), 1)
            kept = {name: value.replace("\x00", _UNKNOWN_CHARACTER)[:longest] for name, value in raw.items()}
            text = json.dumps(kept, ensure_ascii=False)
        if "-----BEGIN" in text or any(len(number) <= _LONGEST_CARD for number in _NUMBER.findall(text)):
            text = redact_text(text, ())
        return text

    def _template(self, names):
        pairs = ", ".join(f"{encode_basestring(name).replace('%', '%%')}: %s" for name in names)
        return "{" + pairs + "}"


class RowStream:
    """What ``copy_expert`` reads: rows made as they are asked for, so that PostgreSQL takes in one part
    while the next is made. ``failure`` is what stopped the rows, where something did."""

    def __init__(self, rows):
        self._rows = iter(rows)
        self.failure = None

    def read(self, _size=-1):
        """The next rows; empty at the end."""
        try:
            return "".join(islice(self._rows, ROWS_AT_ONCE))
        except Exception as error:  # the driver tells only its text: kept for the caller, who raises it
            self.failure = error
            raise
