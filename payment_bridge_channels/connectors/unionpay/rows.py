"""One row of a bill as a statement line.

Source: UnionPay ACP, ZM and ZME rows; see :mod:`.columns`. 结算金额 is the signed effect on the account,
交易金额 the gross, and what lies between them was netted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from odoo.addons.payment_bridge.connector.errors import StatementError
from odoo.addons.payment_bridge.connector.statement_types import LineKind, StatementLine

from ..bills import refuse
from . import columns
from .clock import short_moment
from .money import CURRENCY, signed_yuan, yuan
from .rules import KEY_ALPHABET, KEY_MAX, KEY_MIN

ZERO = Decimal("0.00")
_KEY = re.compile(rf"[{KEY_ALPHABET}]{{{KEY_MIN},{KEY_MAX}}}")
_REFERENCE = re.compile(r"[0-9A-Za-z]{1,32}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Cells:
    """One row cut into its fields. Every reader names the row and the field it refuses."""

    __slots__ = ("_values", "row")

    def __init__(self, row: int, raw: bytes, layout: Sequence[tuple[str, int]]):
        self.row = row
        if len(raw) != columns.length(layout):
            raise refuse(
                row,
                f"the row has {len(raw)} bytes instead of {columns.length(layout)}",
                f"该行为 {len(raw)} 字节，应为 {columns.length(layout)} 字节",
            )
        self._values: dict[str, str] = {}
        at = 0
        for title, width in layout:
            if at and raw[at - 1 : at] != b" ":
                raise refuse(row, f"no space stands before {title}", f"“{title}”之前缺少分隔空格")
            self._values[title] = self._text(title, raw[at : at + width])
            at += width + 1

    def all(self) -> dict[str, str]:
        """The whole row without its empty fields: what is kept beside the line."""
        return {title: value for title, value in self._values.items() if value}

    def text(self, title: str) -> str | None:
        """A field; None where blank or not in this file."""
        return self._values.get(title) or None

    def reference(self, title: str) -> str | None:
        """A number of letters and digits; None where blank or not in this file."""
        value = self.text(title)
        if value is not None and not _REFERENCE.fullmatch(value):
            raise self._wrong(title, "a number", "编号")
        return value

    def key(self, title: str) -> str | None:
        """Our own key, where the field can be one."""
        value = self.text(title)
        return value if value is not None and _KEY.fullmatch(value) else None

    def amount(self, title: str) -> Decimal:
        """A plain amount; zero where blank or not in this file."""
        value = self.text(title)
        if value is None:
            return ZERO
        try:
            return yuan(value)
        except ValueError as error:
            raise self._wrong(title, "an amount in fen", "以分为单位的金额") from error

    def signed(self, title: str, *, required: bool = False) -> Decimal:
        """A signed amount; zero where blank or not in this file, unless it is required."""
        value = self.text(title)
        if value is None and not required:
            return ZERO
        try:
            return signed_yuan(value or "")
        except ValueError as error:
            raise self._wrong(title, "C or D and an amount in fen", "以 C 或 D 开头的金额") from error

    def time(self, title: str, latest: date) -> datetime:
        """A time without a year, which is the last such one not after the settlement day."""
        found = short_moment(self.text(title), latest)
        if found is None:
            raise self._wrong(title, "a time", "时间")
        return found

    def _text(self, title: str, raw: bytes) -> str:
        try:
            value = raw.decode("gb18030").strip(" ")
        except UnicodeDecodeError as error:
            raise refuse(self.row, f"{title} is not GBK", f"“{title}”不是 GBK 编码") from error
        if _CONTROL.search(value):
            raise refuse(self.row, f"{title} holds a control character", f"“{title}”含有控制字符")
        return value

    def _wrong(self, title: str, en: str, zh: str) -> StatementError:
        return refuse(self.row, f"{title} does not hold {en}", f"“{title}”不是{zh}")


class RowReader:
    """Reads the rows of one settlement day; remembers which pay-outs it has met."""

    def __init__(self, day: date, mer_id: str, codes: Mapping[str, LineKind]):
        self._day = day
        self._mer_id = mer_id
        self._codes = {**columns.CODE_KINDS, **codes}
        self.paid: set[str] = set()

    def detail(self, row: int, raw: bytes) -> StatementLine:
        """A row of ZM.

        :raises StatementError: naming the row and the field.
        """
        cells = Cells(row, raw, columns.ZM)
        amount = self._checked(cells)
        kind = self._detail_kind(cells, _gross(cells, amount))
        reference = cells.reference(columns.QUERY_ID)
        key = cells.key(columns.ORDER_ID)
        if kind is LineKind.PAY_OUT:
            self.paid.update(filter(None, (reference, key)))
        entry = reference or _composed("ZM", self._day, cells)
        if kind is LineKind.RETURN:
            entry = f"{entry}:return"
            key = cells.key(columns.ORIGINAL_ORDER_ID) or key
            reference = cells.reference(columns.ORIGINAL_QUERY_ID) or reference
        return self._line(cells, kind, entry, amount, key, reference, cells.text(columns.CUSTOM))

    def exception(self, row: int, raw: bytes) -> StatementLine:
        """A row of ZME, which names no order but the trace of an earlier transaction.

        :raises StatementError: naming the row and the field.
        """
        cells = Cells(row, raw, columns.ZME)
        amount = self._checked(cells)
        kind = _by_code(self._codes, cells, _gross(cells, amount))
        earlier = (columns.PREVIOUS_TRACE, columns.PREVIOUS_TIME, columns.PREVIOUS_DAY)
        description = " ".join(filter(None, map(cells.text, earlier))) or None
        return self._line(cells, kind, _composed("ZME", self._day, cells), amount, None, None, description)

    def _checked(self, cells: Cells) -> Decimal:
        """The signed effect, once the row is this merchant's and adds up."""
        if cells.text(columns.MERCHANT) != self._mer_id:
            raise refuse(cells.row, "the row is another merchant's", "该行属于其他商户")
        amount = cells.signed(columns.SETTLED, required=True)
        fee = cells.signed(columns.FEE)
        gross = cells.amount(columns.AMOUNT)
        discount = cells.signed(columns.DISCOUNT)
        instalments = cells.amount(columns.INSTALMENT_FEE)
        between = {
            fee + some + part for some in (ZERO, discount, -discount) for part in (ZERO, instalments, -instalments)
        }
        if not {amount - gross, amount + gross} & between:
            raise refuse(
                cells.row,
                "amount, fee and settled amount do not add up",
                "交易金额、手续费与结算金额不符",
            )
        return amount

    def _detail_kind(self, cells: Cells, gross: Decimal) -> LineKind:
        """By 交易类型 and the gross's sign; a credit that names a pay-out, by product or by number, is its
        return."""
        txn_type = cells.text(columns.TXN_TYPE) or ""
        if gross > 0 and self._names_a_pay_out(cells):
            return LineKind.RETURN
        if gross == 0:
            return columns.NATURAL_KINDS.get(txn_type, LineKind.ADJUSTMENT)
        if txn_type in columns.NATURAL_KINDS:
            return columns.TXN_KINDS.get((txn_type, gross > 0), LineKind.ADJUSTMENT)
        return _by_code(self._codes, cells, gross)

    def _names_a_pay_out(self, cells: Cells) -> bool:
        if cells.text(columns.BIZ_TYPE) == columns.PAY_OUT_PRODUCT:
            return True
        names = (
            cells.text(columns.ORIGINAL_ORDER_ID),
            cells.text(columns.ORIGINAL_QUERY_ID),
            cells.text(columns.ORDER_ID),
        )
        return not self.paid.isdisjoint(filter(None, names))

    def _line(
        self,
        cells: Cells,
        kind: LineKind,
        entry: str,
        amount: Decimal,
        key: str | None,
        reference: str | None,
        description: str | None,
    ) -> StatementLine:
        gross = _gross(cells, amount)
        return StatementLine(
            row=cells.row,
            kind=kind,
            entry_reference=entry,
            amount=amount,
            currency=CURRENCY,
            occurred_at=cells.time(columns.TIME, self._day),
            settled_on=self._day,
            gross=gross,
            fee=gross - amount,
            key=key,
            platform_reference=reference,
            counterparty=cells.text(columns.ACCOUNT),
            description=description,
            platform_kind="/".join(filter(None, map(cells.text, (columns.CODE, columns.TXN_TYPE)))) or None,
            raw=cells.all(),
        )


def _gross(cells: Cells, amount: Decimal) -> Decimal:
    """交易金额 with the sign of the row: the nearer of the two, so that a fee above a tiny amount does not
    turn it round."""
    gross = cells.amount(columns.AMOUNT)
    fee = cells.signed(columns.FEE)
    return gross if abs(amount - fee - gross) <= abs(amount - fee + gross) else -gross


def _by_code(codes: Mapping[str, LineKind], cells: Cells, gross: Decimal) -> LineKind:
    """By 交易代码, unless the row goes the other way than such a one can."""
    kind = codes.get(cells.text(columns.CODE) or "", LineKind.ADJUSTMENT)
    came_in = columns.DIRECTIONS.get(kind)
    return LineKind.ADJUSTMENT if came_in is not None and came_in != (gross > 0) else kind


def _composed(kind: str, day: date, cells: Cells) -> str:
    """A reference for a row without 查询流水号: what UnionPay calls a transaction by otherwise."""
    parts = (cells.text(columns.SENDER), cells.text(columns.TRACE), cells.text(columns.TIME), cells.text(columns.CODE))
    return ":".join((kind, f"{day:%y%m%d}", *(part or "" for part in parts)))
