"""The rows that nearly every bill is made of, written as text straight from their cells.

A row in any other form (odd blanks, amounts that are no whole fen, refunds of the trade bill) is left to
:mod:`.rows`, which every row must agree with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from odoo.addons.payment_bridge.connector.redaction import mask_account
from odoo.addons.payment_bridge.connector.statement_types import LineKind
from odoo.addons.payment_bridge.connector.text_lines import TextFields

from . import columns
from .cells import MARK
from .clock import BEIJING_OFFSET
from .money import CURRENCY
from .rows import PAID, fund_key, fund_kind, joined
from .settings import WechatSettings


class UsualRow(NamedTuple):
    """A row as text with its cells; what it adds to the sums of the bill, and the balance after it if there is one."""

    fields: TextFields
    cells: list[str]
    came_in: bool
    amount: Decimal
    balance: Decimal | None
    sums: tuple[tuple[str, Decimal], ...] = ()


Reader = Callable[[int, str], UsualRow | None]

_BLANK_AT_AN_EDGE = re.compile("[ \u3000\u00a0\t](?:,|$)|`[ \u3000\u00a0\t]")
_DAY_AND_TIME = r"(([0-9]{4}-[0-9]{2}-[0-9]{2}) [0-9]{2}:[0-9]{2}:[0-9]{2})\t"
_NUMBER = r"([^\t]*)\t"
_REQUIRED = r"((?!0\t)[^\t]+)\t"
_AMOUNT = r"(?:0|[1-9][0-9]{0,12})\.[0-9]{2}"
_NOTHING = r"0(?:\.0{1,5})?"


def usual_rows(is_funds: bool, titles: Sequence[str], settings: WechatSettings) -> Reader:
    """The reader of a bill's usual rows, from a line's text; it answers None for a line that is to be read closely."""
    return (_fund_rows if is_funds else _trade_rows)(titles, settings)


def usual_cells(text: str, width: int) -> list[str] | None:
    """The cells of a line that needs no cleaning; None for any other."""
    if text.count(MARK) != width or not text.isprintable() or _BLANK_AT_AN_EDGE.search(text):
        return None
    cells = text[len(MARK) :].split(f",{MARK}")
    return cells if len(cells) == width else None


def _picker(titles: Sequence[str], wanted: Sequence[str]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """Takes the ``wanted`` cells out of a row, in their order; columns that the bill has not are empty."""
    width = len(titles)
    places = itemgetter(*(titles.index(title) if title in titles else width for title in wanted))
    return lambda cells: places((*cells, ""))


def _fund_rows(titles: Sequence[str], settings: WechatSettings) -> Reader:
    pick = _picker(
        titles,
        (
            columns.BOOKED, columns.FLOW_NO, columns.BUSINESS_NO, columns.VOUCHER, columns.DIRECTION,
            columns.FLOW_AMOUNT, columns.BALANCE, columns.BUSINESS_NAME, columns.BUSINESS_TYPE, columns.REMARK,
        ),
    )  # fmt: skip
    pattern = re.compile(
        rf"{_DAY_AND_TIME}{_REQUIRED}{_NUMBER}{_NUMBER}(?:({columns.INCOME})|{columns.EXPENSE})\t"
        rf"({_AMOUNT})\t({_AMOUNT})"
    )
    width = len(titles)

    @lru_cache(maxsize=1024)
    def kind_of(name: str, business_type: str, came_in: bool) -> tuple[str, str]:
        return fund_kind(name, business_type, came_in, settings).value, joined(name, business_type) or ""

    def read(row: int, text: str) -> UsualRow | None:
        cells = usual_cells(text, width)
        if cells is None:
            return None
        picked = pick(cells)
        found = pattern.fullmatch("\t".join(picked[:7]))
        if found is None:
            return None
        at, day, flow, business, voucher, came_in, amount, balance = found.groups()
        name, business_type, remark = picked[7:]
        kind, platform_kind = kind_of(name, business_type, came_in is not None)
        signed = amount if came_in or amount == "0.00" else f"-{amount}"
        business = "" if business == "0" else business
        fields = (
            str(row), kind, flow, signed, signed, "0", balance, at + BEIJING_OFFSET, day,
            fund_key("" if voucher == "0" else voucher, business, remark) or "", business, "", "", "", "", "", "", "",
            joined(business_type or name, remark) or "", platform_kind,
        )  # fmt: skip
        return UsualRow(fields, cells, came_in is not None, Decimal(signed), Decimal(balance))

    return read


def _trade_rows(titles: Sequence[str], settings: WechatSettings) -> Reader:
    """Payments only."""
    nothing = (columns.REFUNDED, columns.REFUNDED_COUPON, columns.APPLIED)
    pick = _picker(
        titles,
        (
            columns.TRADED, columns.TRANSACTION, columns.TRADE_KEY, columns.TRADE_STATE, columns.CURRENCY_TITLE,
            columns.SETTLED, columns.FEE, columns.ORDERED, *nothing, columns.MERCHANT, columns.SUB_MERCHANT,
            columns.PAYER, columns.GOODS, columns.TRADE_TYPE,
        ),
    )  # fmt: skip
    ordered = rf"({_AMOUNT})0{{0,3}}" if columns.ORDERED in titles else "()"
    pattern = re.compile(
        rf"{_DAY_AND_TIME}{_REQUIRED}{_REQUIRED}{PAID}\t{CURRENCY}\t({_AMOUNT})0{{0,3}}\t({_AMOUNT})0{{0,3}}\t"
        + r"\t".join((ordered, *(_NOTHING if title in titles else "" for title in nothing)))
    )
    width, payer_at = len(titles), titles.index(columns.PAYER) if columns.PAYER in titles else None

    def read(row: int, text: str) -> UsualRow | None:
        cells = usual_cells(text, width)
        if cells is None:
            return None
        picked = pick(cells)
        found = pattern.fullmatch("\t".join(picked[:11]))
        merchant, sub_merchant, payer, goods, trade_type = picked[11:]
        if found is None or settings.mchid not in (merchant, sub_merchant):
            return None
        at, day, trade, key, settled, fee, ordered = found.groups()
        payer = mask_account(payer)
        if payer_at is not None:
            cells[payer_at] = payer
        gross, charged = Decimal(settled), Decimal(fee)
        amount = gross - charged
        fields = (
            str(row), LineKind.COLLECTION.value, f"{trade}:{key}", str(amount), settled, fee, "", at + BEIJING_OFFSET,
            day, key, trade, "", "", "", "", "", "", payer, goods, f"{trade_type} · {PAID}" if trade_type else PAID,
        )  # fmt: skip
        sums = ((columns.SETTLED, gross), (columns.FEE, charged), (columns.ORDERED, Decimal(ordered or 0)))
        return UsualRow(fields, cells, amount > 0, amount, None, sums)

    return read
