"""The rows that nearly every bill is made of, purchases, written as text straight from their fields.

Every other row (pay-outs, refunds, discounts, odd fields) is left to :mod:`.rows`, which every row must agree with.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter

from odoo.addons.payment_bridge.connector.statement_types import TEXT_COLUMNS, LineKind
from odoo.addons.payment_bridge.connector.text_lines import TextRow

from . import columns
from .clock import short_moment
from .rules import KEY_ALPHABET, KEY_MAX, KEY_MIN

TITLES = tuple(title for title, _width in columns.ZM)
PURCHASE = "01"
_AMOUNT = TEXT_COLUMNS.index("amount")
_ROW = re.compile(" ".join(f"(.{{{width}}})" for _title, width in columns.ZM))
_PICKED = (
    columns.QUERY_ID, columns.ORDER_ID, columns.AMOUNT, columns.FEE, columns.SETTLED, columns.DISCOUNT,
    columns.INSTALMENT_FEE, columns.TXN_TYPE, columns.MERCHANT, columns.TIME, columns.CODE, columns.BIZ_TYPE,
    columns.ORIGINAL_ORDER_ID, columns.ORIGINAL_QUERY_ID, columns.ACCOUNT, columns.CUSTOM,
)  # fmt: skip
_pick = itemgetter(*map(TITLES.index, _PICKED))
_FIGURES = re.compile(
    rf"[0-9A-Za-z]{{1,32}}\t(?:[{KEY_ALPHABET}]{{{KEY_MIN},{KEY_MAX}}})?\t[0-9]{{12}}\t(?:D[0-9]{{12}}|C0{{12}})\tC[0-9]{{12}}\t"
    rf"(?:[CD]0{{12}})?\t0*\t{PURCHASE}"
)


class UsualPurchases:
    """Reads the purchases of one settlement day; ``paid`` are the numbers of pay-outs met before."""

    def __init__(self, day: date, mer_id: str, paid: Collection[str]):
        self._day = day
        self._mer_id = mer_id
        self._paid = paid
        self._local = lru_cache(maxsize=8192)(self._moment)

    def text_row(self, row: int, raw: bytes) -> tuple[TextRow, Decimal] | None:
        """The row as text and what it brings in; None for one that is to be read closely."""
        if not raw.isascii():
            return None
        found = _ROW.fullmatch(raw.decode("ascii"))
        if found is None:
            return None
        cells = [cell.strip(" ") for cell in found.groups()]
        picked = _pick(cells)
        if not _FIGURES.fullmatch("\t".join(picked[:8])) or not "".join(cells).isprintable():
            return None
        query, order, amount, fee, settled = picked[:5]
        merchant, time, code, product, to_order, to_query, account, custom = picked[8:]
        gross, net = int(amount), int(settled[1:])
        at = self._local(time)
        if (
            merchant != self._mer_id
            or not at
            or gross - int(fee[1:]) != net
            or not net
            or product == columns.PAY_OUT_PRODUCT
            or not self._paid.isdisjoint((order, to_order, to_query))
        ):
            return None
        fields = (
            str(row), LineKind.COLLECTION.value, query, in_yuan(net), in_yuan(gross), in_yuan(int(fee[1:])), "", at,
            self._day.isoformat(), order, query, "", "", "", "", "", "", account, custom,
            f"{code}/{PURCHASE}" if code else PURCHASE,
        )  # fmt: skip
        return (fields, cells), Decimal(fields[_AMOUNT])

    def _moment(self, text: str) -> str:
        found = short_moment(text, self._day)
        return found.isoformat() if found else ""


def in_yuan(fen: int) -> str:
    """A number of fen, not negative, as yuan."""
    return f"{fen // 100}.{fen % 100:02d}"
