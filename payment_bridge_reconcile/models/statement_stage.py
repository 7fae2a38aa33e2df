"""Statement rows as PostgreSQL's COPY takes them: one pass, constant memory, nothing personal kept.

Plain functions and values without a database. A row costs a few microseconds here, so the usual case goes a short way
(no cell needs escaping, nothing in the row looks like an account number) and only the others are looked at closely.
"""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from itertools import islice, starmap

from odoo.addons.payment_bridge.connector.redaction import luhn_valid, mask_account, redact_text
from odoo.addons.payment_bridge.connector.text_lines import fields_of

RAW_LIMIT = 8000
"""Characters of one row of the file that are kept as they stood there; the file itself is kept whole."""
ROWS_AT_ONCE = 64
_UNKNOWN_CHARACTER = "�"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x00": _UNKNOWN_CHARACTER})
_MARKS = bytes({*range(32), 127, ord("\\"), ord('"')})
"""Bytes that are escaped where they stand in a cell. A row has a known number of them around its cells."""
_NAME_AND_ACCOUNT = re.compile(r"(?P<name>.*?)\s*[(（](?P<account>[^()（）]+)[)）]\s*")
_SHORTEST_CARD = 13
_CLASSES = bytes(
    ord("0") if chr(byte) in "0123456789" else ord("a") if byte < 128 and chr(byte).isalnum() else ord(" ")
    for byte in range(256)
)
_LONG_NUMBER = re.compile(rb" 0000000000000(?:0{0,6})(?= )")
_WIDE_DIGITS = re.compile(rb"\xef\xbc[\x90-\x99](?:\xef\xbc[\x90-\x99]){12}")
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
"""What a row carries, in the order of ``TEXT_COLUMNS``; an empty cell is NULL."""
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

    def text_of_line(self, line):
        """A line as text: its fields and its cells, which are a mapping where they have other titles than the first
        row's."""
        raw = line.raw
        self.titles = self.titles or tuple(raw)
        return fields_of(line), list(raw.values()) if tuple(raw) == self.titles else raw

    def chunks(self, rows):
        """The rows of lines that come as text (see ``TEXT_COLUMNS``), many at once."""
        rows = iter(rows)
        while some := list(islice(rows, ROWS_AT_ONCE)):
            yield _usual_rows(some) or "".join(starmap(_row, some)).encode()


def _usual_rows(some):
    """Rows in which nothing is to be masked, cut or escaped, all at once; None where one needs a closer look."""
    written, quotes, join = [], 0, "\t".join
    for fields, cells in some:
        counterparty = fields[_COUNTERPARTY]
        if not isinstance(cells, list) or counterparty and mask_counterparty(counterparty) != counterparty:
            return None
        quotes += len(cells)
        written.append(f"""{join(fields)}\t["{'","'.join(cells)}"]\n""")
    together = "".join(written).encode()
    marks = (_TABS + 1) * len(some) + 2 * quotes
    if (
        len(together) - len(together.translate(None, _MARKS)) == marks
        and len(max(written, key=len)) <= RAW_LIMIT
        and not _holds_card(together)
    ):
        return together
    return None


def _holds_card(text):
    """Whether a card number may stand in an encoded text, found on its classes of bytes, which is quick."""
    if _WIDE_DIGITS.search(text):
        return True
    return any(
        luhn_valid(text[found.start() + 1 : found.end()].decode())
        for found in _LONG_NUMBER.finditer(text.translate(_CLASSES))
    )


def _row(fields, cells):
    """One row, with its line end."""
    if isinstance(cells, Mapping):
        titles, cells = tuple(cells), list(cells.values())
    else:
        titles = None
    counterparty = fields[_COUNTERPARTY]
    masked = mask_counterparty(counterparty)
    if counterparty != masked:
        fields = (*fields[:_COUNTERPARTY], masked, *fields[_COUNTERPARTY + 1 :])
        cells = [masked if cell == counterparty else cell for cell in cells]
    raw = _raw(titles, cells)
    if any(len(cell) >= _SHORTEST_CARD and _MAY_BE_CARD.search(cell) for cell in cells):
        raw = _MAY_BE_CARD.sub(_mask_card, raw)
    return "\t".join([cell.translate(_ESCAPES) for cell in (*fields, raw)]) + "\n"


def _raw(titles, cells):
    """The cells as JSON, each cut to its share of the limit; with their titles where those are told."""
    longest = RAW_LIMIT // max(len(cells), 1)
    kept = [cell.replace("\x00", _UNKNOWN_CHARACTER)[:longest] for cell in cells]
    text = json.dumps(dict(zip(titles, kept, strict=True)) if titles else kept, ensure_ascii=False)
    return redact_text(text, ()) if "-----BEGIN" in text else text


class RowStream:
    """What ``copy_expert`` reads: rows made as they are asked for, so that PostgreSQL takes in one part
    while the next is made. ``failure`` is what stopped the rows, where something did."""

    def __init__(self, chunks):
        self._chunks = iter(chunks)
        self.failure = None

    def read(self, _size=-1):  # pylint: disable=method-required-super
        """The next rows; empty at the end."""
        try:
            return next(self._chunks, b"")
        except Exception as error:  # the driver tells only its text: kept for the caller, who raises it
            self.failure = error
            raise
