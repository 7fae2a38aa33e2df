"""One row of a bill as a statement line.

Source: Alipay open platform, 账务明细 and 业务明细; see :mod:`.columns` for the tables.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal

from odoo.addons.payment_bridge.connector.statement_types import LineKind, StatementLine

from ..bills import refuse
from . import columns
from .cells import Cells
from .payout import CURRENCY, KEY_ALPHABET, KEY_MAX

ZERO = Decimal("0.00")
_OUR_KEY = re.compile(rf"[{KEY_ALPHABET}]{{1,{KEY_MAX}}}")

Read = tuple[StatementLine, bool | None, Decimal]
"""A line, whether the file counts it as money in (None: neither), and the amount the file's total counts."""


@dataclass(frozen=True, slots=True)
class BillKind:
    """One of the two bills: what it is called, must hold, adds up, and how a row is read."""

    code: str
    title: str
    columns: frozenset[str]
    totals: Mapping[bool, re.Pattern[str]]
    read: Callable[[Cells], Read]


def _account_row(cells: Cells) -> Read:
    """账务明细: each row moves the balance by its income or its expense."""
    income = cells.amount(columns.INCOME) or ZERO
    expense = abs(cells.amount(columns.EXPENSE) or ZERO)
    if income < 0 or (income and expense):
        raise refuse(cells.row, "the row is income and expense at once", "该行同时有收入和支出，或收入为负")
    amount = income - expense
    came_in = None if not amount else amount > 0
    platform_kind = cells.text(columns.KIND) or ""
    key = cells.identifier(columns.MERCHANT_ORDER)
    kind = _account_kind(cells, platform_kind, amount >= 0, key)
    if kind is LineKind.FEE:
        key = key or cells.identifier(columns.BASE_ORDER)
    elif kind is LineKind.REFUND:
        key = refund_key(cells.identifier(columns.BUSINESS_ORDER)) or key
    local = cells.time(columns.OCCURRED)
    line = StatementLine(
        row=cells.row,
        kind=kind,
        entry_reference=cells.required(columns.ENTRY),
        amount=amount,
        currency=CURRENCY,
        occurred_at=local.astimezone(UTC),
        settled_on=local.date(),
        gross=amount,
        key=key,
        platform_reference=cells.identifier(columns.FUND_ORDER),
        balance=cells.amount(columns.BALANCE),
        counterparty=cells.text(columns.OTHER_ACCOUNT),
        description=joined(cells.text(columns.GOODS), cells.text(columns.REMARK)),
        platform_kind=platform_kind,
        raw=cells.all(),
    )
    return line, came_in, amount


def _account_kind(cells: Cells, platform_kind: str, came_in: bool, key: str | None) -> LineKind:
    """By :data:`columns.ACCOUNT_KINDS`; an incoming row under one of our keys that says so is a return."""
    if platform_kind in columns.RETURN_KINDS and came_in and key and _OUR_KEY.fullmatch(key):
        said = "".join(cells.all().values())
        if any(word in said for word in columns.RETURN_WORDS):
            return LineKind.RETURN
    movement, by_wallet = columns.E_CNY.subn("", platform_kind)
    if by_wallet and not movement and came_in and key and _OUR_KEY.fullmatch(key):
        return LineKind.COLLECTION
    return columns.ACCOUNT_KINDS.get((movement, came_in), LineKind.ADJUSTMENT)


def refund_key(business_order: str | None) -> str | None:
    """The refund's own number, which newer bills carry beside the number of the trade."""
    found = columns.BUSINESS_NUMBER.search(business_order or "")
    return found[1] if found and _OUR_KEY.fullmatch(found[1]) else None


def _trade_row(cells: Cells) -> Read:
    """业务明细: gross is 商家实收; the row's cash effect adds 服务费 and 分润 (negative when charged)."""
    platform_kind = cells.text(columns.KIND) or ""
    kind = columns.TRADE_KINDS.get(platform_kind)
    if kind is None:
        raise refuse(cells.row, "the row is neither trade nor refund", "业务类型不是“交易”或“退款”")
    gross = cells.amount(columns.RECEIVED)
    if gross is None:
        raise refuse(cells.row, f"{columns.RECEIVED} is empty", f"“{columns.RECEIVED}”为空")
    cells.amount(columns.ORDER_AMOUNT)
    charged = (cells.amount(columns.SERVICE_FEE) or ZERO) + (cells.amount(columns.ROYALTY) or ZERO)
    trade = cells.required(columns.TRADE_NO)
    refund = cells.identifier(columns.REFUND_NO)
    local = cells.time(columns.FINISHED)
    reference = trade
    if kind is LineKind.REFUND:
        reference = f"{trade}:{refund or f'{local:%Y%m%d%H%M%S}'}"
    line = StatementLine(
        row=cells.row,
        kind=kind,
        entry_reference=reference,
        amount=gross + charged,
        currency=CURRENCY,
        occurred_at=local.astimezone(UTC),
        settled_on=local.date(),
        gross=gross,
        fee=-charged,
        key=refund if kind is LineKind.REFUND else cells.identifier(columns.MERCHANT_ORDER),
        platform_reference=trade,
        counterparty=cells.text(columns.TRADE_OTHER_ACCOUNT),
        description=joined(cells.text(columns.GOODS), cells.text(columns.REMARK)),
        platform_kind=platform_kind,
        raw=cells.all(),
    )
    return line, kind is LineKind.COLLECTION, gross


def joined(*texts: str | None) -> str | None:
    """Texts that tell something, each once."""
    return " · ".join(dict.fromkeys(filter(None, texts))) or None


ACCOUNT_BILL = BillKind(
    "signcustomer", columns.ACCOUNT_TITLE, columns.ACCOUNT_COLUMNS, columns.ACCOUNT_TOTALS, _account_row
)
TRADE_BILL = BillKind("trade", columns.TRADE_TITLE, columns.TRADE_COLUMNS, columns.TRADE_TOTALS, _trade_row)
