"""Statement rows as PostgreSQL's COPY takes them: one pass, constant memory, nothing personal kept.

Plain functions and values without a database. A row costs a few microseconds here, so the usual case goes a short way
(no cell needs escaping, nothing in the row looks like an account number) and only the others are looked at closely.
"""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from itertools import islice

from odoo.addons.payment_bridge.connector.redaction import luhn_valid, mask_account, redact_text
from odoo.addons.payment_bridge.connector.text_lines import fields_of

RAW_LIMIT = 8000
"""Characters of one row of the file that are kept as they stood there; the file itself is kept whole."""
ROWS_AT_ONCE = 500
_UNKNOWN_CHARACTER = "�"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x00": _UNKNOWN_CHARACTER})
_NAME_AND_ACCOUNT = re.compile(r"(?P<name>.*?)\s*[(（](?P<account>[^()（）]+)[)）]\s*")
_SHORTEST_CARD, _LONGEST_CARD = 13, 19
_MAY_BE_CARD = re.compile(r"(?<![0-9A-Za-z])\d{13,19}(?![0-9A-Za-z])")

STAGE_COLUMNS = {
    "row": "integer",
    "kind": "varchar",
    "entry_reference": "varchar",
    "amount": "numeric",
    "gross": "numeric",
    "fee": "numeric",
    "balance": "numeric",
    "occurred_at": "timestamptz",
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
    "raw_cells": "jsonb",
}
"""What a row carries, in the order of :meth:`RowWriter.row_of_text`; an empty cell is NULL."""
_TABS = len(STAGE_COLUMNS) - 1
_COUNTERPARTY = list(STAGE_COLUMNS).index("counterparty")


@lru_cache(maxsize=8192)
def mask_counterparty(text):
    """Who stood on the other side, as it may be kept: the name as the platform shows it, the account by
    its ends only."""
    if not text:
        return ""
    found = _NAME_AND_ACCOUNT.fullmatch(text)
    if not found:
        return text if "*" in text or not re.search(r"[\d@]", text) else mask_account(text)
    account = found["account"]
    return f"{found['name']}({account if '*' in account else mask_account(account)})"


def _mask_card(found):
    number = found.group()
    return mask_account(number) if luhn_valid(number) else number


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
    """Writes statement lines in COPY's text format with ``NULL ''``.

    ``titles`` are the columns of the file, known after the first row: the rows keep their cells only.
    """

    def __init__(self, titles=()):
        self.titles = tuple(titles)

    def row_of_line(self, line):
        """The row of one line, with its line end."""
        raw = line.raw
        self.titles = self.titles or tuple(raw)
        return self.row_of_text(fields_of(line), list(raw.values()) if tuple(raw) == self.titles else raw)

    def row_of_text(self, fields, cells):
        """The row of a line that comes as text (see ``TEXT_COLUMNS``), with its line end. ``cells`` are those of the
        file, or a mapping where they have other titles than the first row's."""
        if isinstance(cells, Mapping):
            titles, cells = tuple(cells), list(cells.values())
        else:
            titles = None
        counterparty = fields[_COUNTERPARTY]
        masked = mask_counterparty(counterparty)
        if counterparty != masked:
            fields = (*fields[:_COUNTERPARTY], masked, *fields[_COUNTERPARTY + 1 :])
            cells = [masked if cell == counterparty else cell for cell in cells]
        together = "".join(cells)
        if titles or '"' in together or "\\" in together or len(together) > RAW_LIMIT or not together.isprintable():
            raw = _raw_closely(titles, cells)
        else:
            raw = '["' + '","'.join(cells) + '"]'
        for cell in cells:
            if len(cell) >= _SHORTEST_CARD and not _is_plain_number(cell) and _MAY_BE_CARD.search(cell):
                raw = _MAY_BE_CARD.sub(_mask_card, raw)
                break
        text = "\t".join(fields)
        if (
            "\\" in raw
            or "\\" in text
            or "\n" in text
            or "\r" in text
            or "\x00" in text
            or text.count("\t") != _TABS - 1
        ):
            return "\t".join([cell.translate(_ESCAPES) for cell in (*fields, raw)]) + "\n"
        return f"{text}\t{raw}\n"


def _raw_closely(titles, cells):
    """The cells as JSON, each cut to its share of the limit; with their titles where those are told."""
    longest = RAW_LIMIT // max(len(cells), 1)
    kept = [cell.replace("\x00", _UNKNOWN_CHARACTER)[:longest] for cell in cells]
    text = json.dumps(dict(zip(titles, kept, strict=True)) if titles else kept, ensure_ascii=False)
    return redact_text(text, ()) if "-----BEGIN" in text else text


def _is_plain_number(value):
    """Whether a cell is one word of letters and digits that is no card number for its length or letters."""
    return value.isascii() and value.isalnum() and (len(value) > _LONGEST_CARD or not value.isdigit())


class RowStream:
    """What ``copy_expert`` reads: rows made as they are asked for, so that PostgreSQL takes in one part
    while the next is made. ``failure`` is what stopped the rows, where something did."""

    def __init__(self, rows):
        self._rows = iter(rows)
        self.failure = None

    def read(self, _size=-1):  # pylint: disable=method-required-super
        """The next rows; empty at the end."""
        try:
            return "".join(islice(self._rows, ROWS_AT_ONCE))
        except Exception as error:  # the driver tells only its text: kept for the caller, who raises it
            self.failure = error
            raise
