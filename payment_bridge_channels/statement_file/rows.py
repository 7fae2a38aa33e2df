"""One row of the institution's file as a statement line, by the channel's layout."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from odoo.addons.payment_bridge.connector.errors import StatementError
from odoo.addons.payment_bridge.connector.redaction import mask_account
from odoo.addons.payment_bridge.connector.statement_types import LineKind, StatementLine

from ..connectors.bills import refuse
from .layout import Layout
from .setting_fields import DIRECTION, REVERSED, SIGNED, TWO_COLUMNS

ZERO = Decimal("0.00")
_AMOUNT = re.compile(
    r"(?P<sign>[+-]?)[¥￥$]?(?P<number>[0-9]{1,13}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?P<fen>\.[0-9]{1,2})?"
)
_IDENTIFIER = re.compile(r"(?![=+@-])[^\x00-\x1f\x7f]{1,128}")
_SHORTENED = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+[0-9]+")
_CURRENCY = re.compile(r"[A-Z]{3}")
_RATE = Decimal("0.000001")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


class RowReader:
    """Reads rows under the titles of one file."""

    def __init__(self, layout: Layout, titles: Sequence[str]):
        self._layout = layout
        self._titles = titles

    def moment(self, row: int, cells: Sequence[str]) -> datetime:
        """When the row's money moved, in Beijing's zone."""
        values = dict(zip(self._titles, cells, strict=True))
        return self._moment(row, values)

    def line(self, row: int, cells: Sequence[str]) -> StatementLine:
        """The whole row.

        :raises StatementError: naming the row and the column.
        """
        values = dict(zip(self._titles, cells, strict=True))
        self._check_wallet(row, values)
        amount = self._amount(row, values)
        moment = self._moment(row, values)
        summary = self._text(values, "column_summary")
        reference = self._identifier(row, values, "column_reference")
        if reference is None:
            raise self._wrong(row, "column_reference", "a number: it is empty", "编号（为空）")
        return StatementLine(
            row=row,
            kind=self._kind(summary or "", amount),
            entry_reference=reference,
            amount=amount,
            currency=self._layout.currency,
            occurred_at=moment.astimezone(UTC),
            settled_on=moment.date(),
            gross=amount,
            key=self._identifier(row, values, "column_key"),
            platform_reference=reference,
            balance=self._balance(row, values),
            counterparty=self._text(values, "column_counterparty"),
            description=summary,
            platform_kind=summary,
            raw=self._kept(values),
            **self._arrived(row, values, amount),
        )

    def _kind(self, summary: str, amount: Decimal) -> LineKind:
        """By the layout's words; a movement that no word names is a collection or a pay-out by its direction."""
        words = self._layout.words
        came_in = amount > 0

        def says(name: str) -> bool:
            return any(word in summary for word in words[name])

        if says("words_fee"):
            return LineKind.FEE
        if says("words_refund"):
            return LineKind.RETURN if came_in else LineKind.REFUND
        if says("words_deposit"):
            return LineKind.DEPOSIT if came_in else LineKind.ADJUSTMENT
        if says("words_withdrawal"):
            return LineKind.ADJUSTMENT if came_in else LineKind.WITHDRAWAL
        return LineKind.COLLECTION if came_in else LineKind.PAY_OUT

    def _check_wallet(self, row: int, values: dict[str, str]) -> None:
        title = self._layout.title("column_wallet")
        if title and values[title] != self._layout.account:
            raise refuse(row, "the row is of another wallet or account", "该行属于其他钱包或账户，与本通道不符")

    def _amount(self, row: int, values: dict[str, str]) -> Decimal:
        """The signed effect on the wallet, never zero."""
        how = self._layout.amounts
        if how == TWO_COLUMNS:
            came_in = self._number(row, values, "column_in") or ZERO
            went_out = abs(self._number(row, values, "column_out") or ZERO)
            if came_in < 0 or (came_in and went_out):
                raise refuse(row, "the row is money in and money out at once", "该行同时有收入和支出，或收入为负")
            amount = came_in - went_out
        else:
            told = self._number(row, values, "column_amount")
            if told is None:
                raise self._wrong(row, "column_amount", "an amount: it is empty", "金额（为空）")
            amount = {SIGNED: told, REVERSED: -told}.get(how, told)
            if how == DIRECTION:
                amount = self._directed(row, values, told)
        if not amount:
            raise refuse(row, "the row moves no money", "该行金额为零")
        return amount

    def _directed(self, row: int, values: dict[str, str], told: Decimal) -> Decimal:
        if told < 0:
            raise refuse(row, "the amount has a sign beside a column of in or out", "金额带符号，与收支方向列冲突")
        said = values[self._layout.columns["column_direction"]]
        if said in self._layout.words["words_in"]:
            return told
        if said in self._layout.words["words_out"]:
            return -told
        raise self._wrong(row, "column_direction", "one of the words for in or out", "通道设置中的收支方向文字")

    def _arrived(self, row: int, values: dict[str, str], amount: Decimal) -> dict[str, Any]:
        """What arrives in another currency, whatever its sign in the file; nothing where the row was not exchanged."""
        if self._layout.title("column_arrived") is None:
            return {}
        told = abs(self._number(row, values, "column_arrived") or ZERO)
        currency = values[self._layout.columns["column_arrived_currency"]]
        if not told or currency == self._layout.currency:
            return {}
        if not _CURRENCY.fullmatch(currency):
            raise self._wrong(row, "column_arrived_currency", "a currency of three letters", "三个字母的币种代码")
        rate = (told / abs(amount)).quantize(_RATE)
        return {
            "settlement_currency": currency,
            "settlement_amount": told.copy_sign(amount),
            "settlement_rate": rate,
        }

    def _balance(self, row: int, values: dict[str, str]) -> Decimal | None:
        """The balance after the row; None where the file has no such column. A blank one would break the check."""
        if self._layout.title("column_balance") is None:
            return None
        balance = self._number(row, values, "column_balance")
        if balance is None:
            raise self._wrong(row, "column_balance", "an amount: it is empty", "金额（为空）")
        return balance

    def _number(self, row: int, values: dict[str, str], name: str) -> Decimal | None:
        """An exact yuan amount with thousands separated or not; None where blank."""
        value = values[self._layout.columns[name]]
        if not value:
            return None
        found = _AMOUNT.fullmatch(value)
        if found is None:
            raise self._wrong(row, name, "an amount with at most two decimal places", "至多两位小数的金额")
        return Decimal(f"{found['sign']}{found['number'].replace(',', '')}{found['fen'] or ''}").quantize(ZERO)

    def _moment(self, row: int, values: dict[str, str]) -> datetime:
        told = values[self._layout.columns["column_time"]]
        clock = self._layout.title("column_clock")
        moment = self._layout.times.moment(f"{told} {values[clock]}" if clock else told)
        if moment is None:
            raise self._wrong(row, "column_time", "a time as the settings describe it", "通道设置所述格式的时间")
        return moment

    def _identifier(self, row: int, values: dict[str, str], name: str) -> str | None:
        """A number or key, no formula and not shortened by a spreadsheet; None where blank or no column."""
        title = self._layout.title(name)
        value = values[title] if title else ""
        if not value:
            return None
        if _SHORTENED.fullmatch(value):
            raise refuse(
                row,
                f"{title} was shortened by a spreadsheet: upload the file as downloaded",
                f"“{title}”被表格软件改写为科学计数，请上传原始文件",
            )
        if not _IDENTIFIER.fullmatch(value):
            raise self._wrong(row, name, "a number", "编号")
        return value

    def _text(self, values: dict[str, str], name: str) -> str | None:
        """A free text, kept and shown, never evaluated; None where blank or no column."""
        title = self._layout.title(name)
        return (_CONTROL.sub(" ", values[title]).strip() if title else "") or None

    def _kept(self, values: dict[str, str]) -> dict[str, str]:
        """The row as it is kept beside the line: without empty cells, wallet numbers by their ends."""
        kept = {title: _CONTROL.sub(" ", cell) for title, cell in values.items() if title and cell}
        for name in ("column_wallet", "column_counterparty"):
            title = self._layout.title(name)
            if title in kept:
                kept[title] = re.sub(r"(?<![0-9])[0-9]{16}(?![0-9])", lambda at: mask_account(at.group()), kept[title])
        return kept

    def _wrong(self, row: int, name: str, en: str, zh: str) -> StatementError:
        title = self._layout.columns[name]
        return refuse(row, f"{title} does not hold {en}", f"“{title}”不是{zh}")
