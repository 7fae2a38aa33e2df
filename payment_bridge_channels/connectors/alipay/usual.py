"""The rows that nearly every bill is made of, written as text straight from their cells.

A row in any other form (blank or odd cells, a kind that needs a closer look) is left to :mod:`.rows`, which every row
must agree with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from operator import itemgetter

from odoo.addons.payment_bridge.connector.statement_types import LineKind
from odoo.addons.payment_bridge.connector.text_lines import TextFields

from . import columns
from .clock import BEIJING_OFFSET
from .rows import ACCOUNT_BILL, BillKind, joined, refund_key

TextRead = tuple[TextFields, bool, Decimal, Decimal]
"""The fields, whether the file counts the row as money in, its amount, and the amount the file's total counts."""
Reader = Callable[[int, Sequence[str]], TextRead | None]

_IDENTIFIER = r"((?![=+@-])[^\t]*)\t"
_REQUIRED = r"((?![=+@-])[^\t]+)\t"
_DAY_AND_TIME = r"(([0-9]{4}-[0-9]{2}-[0-9]{2}) [0-9]{2}:[0-9]{2}:[0-9]{2})\t"
_AMOUNT = r"(?:0|[1-9][0-9]{0,12})\.[0-9]{2}"
_KINDS = {
    told: kind
    for told, kind in columns.ACCOUNT_KINDS.items()
    if not (told[1] and told[0] in columns.RETURN_KINDS)  # may be a return: that takes a closer look
}


def usual_rows(bill: BillKind, titles: Sequence[str]) -> Reader:
    """The reader of a bill's usual rows; it answers None for a row that is to be read closely."""
    return _account_rows(titles) if bill is ACCOUNT_BILL else _trade_rows(titles)


def _picker(titles: Sequence[str], wanted: Sequence[str]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """Takes the ``wanted`` cells out of a row, in their order; columns that the bill has not are empty."""
    width = len(titles)
    places = itemgetter(*(titles.index(title) if title in titles else width for title in wanted))
    return lambda cells: places((*cells, ""))


def _account_rows(titles: Sequence[str]) -> Reader:
    pick = _picker(
        titles,
        (
            columns.ENTRY, columns.FUND_ORDER, columns.MERCHANT_ORDER, columns.BASE_ORDER, columns.BUSINESS_ORDER,
            columns.OCCURRED, columns.INCOME, columns.EXPENSE, columns.BALANCE, columns.KIND, columns.GOODS,
            columns.REMARK, columns.OTHER_ACCOUNT,
        ),
    )  # fmt: skip
    pattern = re.compile(
        rf"{_REQUIRED}{_IDENTIFIER}{_IDENTIFIER}{_IDENTIFIER}{_IDENTIFIER}{_DAY_AND_TIME}"
        rf"(?:0\.00|\+?({_AMOUNT})|)\t(?:0\.00|(?:-?({_AMOUNT}))|)\t(-?{_AMOUNT})?"
    )

    def read(row: int, cells: Sequence[str]) -> TextRead | None:
        picked = pick(cells)
        found = pattern.fullmatch("\t".join(picked[:9]))
        if found is None or not "".join(cells).isprintable():
            return None
        entry, fund, key, base, business, at, day, came, went, balance = found.groups()
        if (came is None) == (went is None):
            return None
        platform_kind, goods, remark, other = picked[9:]
        kind = _KINDS.get((platform_kind, went is None))
        if kind is None:
            return None
        if kind is LineKind.FEE:
            key = key or base
        elif kind is LineKind.REFUND:
            key = refund_key(business) or key
        amount = came or f"-{went}"
        fields = (
            str(row), kind.value, entry, amount, amount, "0", balance or "", at + BEIJING_OFFSET, day, key, fund, "",
            "", "", "", "", "", other, joined(goods, remark) or "", platform_kind,
        )  # fmt: skip
        exact = Decimal(amount)
        return fields, went is None, exact, exact

    return read


def _trade_rows(titles: Sequence[str]) -> Reader:
    """Trades only: a refund's number is put together."""
    pick = _picker(
        titles,
        (
            columns.TRADE_NO, columns.MERCHANT_ORDER, columns.REFUND_NO, columns.FINISHED, columns.ORDER_AMOUNT,
            columns.RECEIVED, columns.SERVICE_FEE, columns.ROYALTY, columns.KIND, columns.GOODS, columns.REMARK,
            columns.TRADE_OTHER_ACCOUNT,
        ),
    )  # fmt: skip
    pattern = re.compile(
        rf"{_REQUIRED}{_IDENTIFIER}{_IDENTIFIER}{_DAY_AND_TIME}"
        rf"(?:{_AMOUNT}|)\t({_AMOUNT})\t(-?{_AMOUNT}|)\t(-?{_AMOUNT}|)"
    )
    kinds = {word: kind for word, kind in columns.TRADE_KINDS.items() if kind is LineKind.COLLECTION}

    def read(row: int, cells: Sequence[str]) -> TextRead | None:
        picked = pick(cells)
        platform_kind, goods, remark, other = picked[8:]
        kind = kinds.get(platform_kind)
        found = pattern.fullmatch("\t".join(picked[:8]))
        if kind is None or found is None or not "".join(cells).isprintable():
            return None
        trade, key, _refund, at, day, received, service, royalty = found.groups()
        gross, charged = Decimal(received), Decimal(service or "0.00") + Decimal(royalty or "0.00")
        amount = gross + charged
        fields = (
            str(row), kind.value, trade, str(amount), received, str(-charged), "", at + BEIJING_OFFSET, day, key, trade,
            "", "", "", "", "", "", other, joined(goods, remark) or "", platform_kind,
        )  # fmt: skip
        return fields, True, amount, gross

    return read
