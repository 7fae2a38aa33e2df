"""The platform of the reconciliation benchmark: its bill, read as strictly as any connector reads one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import BinaryIO

from odoo.addons.payment_bridge.connector.base import Connector
from odoo.addons.payment_bridge.connector.declarations import Capabilities, StatementKind
from odoo.addons.payment_bridge.connector.errors import StatementError
from odoo.addons.payment_bridge.connector.statement_types import (
    LineKind,
    StatementHeader,
    StatementLine,
    StatementTotals,
)
from odoo.addons.payment_bridge.connector.types import Bilingual, Operation

TITLES = (
    "流水号",
    "时间",
    "类型",
    "商户订单号",
    "平台订单号",
    "原商户订单号",
    "金额",
    "手续费",
    "净额",
    "余额",
    "对方",
    "批次",
    "备注",
)
KINDS = {
    "交易": LineKind.COLLECTION,
    "退款": LineKind.REFUND,
    "转账": LineKind.PAY_OUT,
    "服务费": LineKind.FEE,
    "提现": LineKind.WITHDRAWAL,
}
KIND_WORDS = {word: kind.value for word, kind in KINDS.items()}
ZERO = Decimal("0.00")


def refuse(text: str, row: int | None = None) -> StatementError:
    """What is wrong with the file."""
    return StatementError(Bilingual(text, text), row=row)


class BenchStatement:
    """One bill: a header, rows, and totals that the rows must add up to."""

    def __init__(self, stream: BinaryIO) -> None:
        self._rows = csv.reader(io.TextIOWrapper(stream, "utf-8", newline=""))
        mark, account, first, last, currency = next(self._rows)
        if mark != "H":
            raise refuse("not a bill", 1)
        self.header = StatementHeader(account, date.fromisoformat(first), date.fromisoformat(last), currency)
        self.totals: StatementTotals | None = None
        self.titles = TITLES

    def __iter__(self) -> Iterator[StatementLine]:
        counts, sums = [0, 0], [ZERO, ZERO]
        opening = closing = None
        currency = self.header.currency
        for row, cells in enumerate(self._rows, 2):
            if cells[0] == "T":
                break
            try:
                entry, at, kind, key, reference, original, gross, fee, net, balance, name, batch, note = cells
                amount = Decimal(net)
                local = datetime.fromisoformat(at + "+08:00")
                line = StatementLine(
                    row=row,
                    kind=KINDS[kind],
                    entry_reference=entry,
                    amount=amount,
                    currency=currency,
                    occurred_at=local.astimezone(UTC),
                    settled_on=local.date(),
                    gross=Decimal(gross),
                    fee=Decimal(fee),
                    key=key or None,
                    platform_reference=reference or None,
                    balance=Decimal(balance),
                    counterparty=name or None,
                    description=note or None,
                    platform_kind=kind,
                    raw=dict(zip(TITLES, cells, strict=True)),
                    original_key=original or None,
                    batch_reference=batch or None,
                )
            except (ValueError, ArithmeticError, KeyError) as error:
                raise refuse(f"the row cannot be read ({type(error).__name__})", row) from error
            came_in = amount > 0
            counts[came_in] += 1
            sums[came_in] += amount
            if opening is None:
                opening = line.balance - amount
            closing = line.balance
            yield line
        else:
            raise refuse("the end is missing")
        told = (int(cells[1]), Decimal(cells[2]), int(cells[3]), Decimal(cells[4]))
        if told != (counts[True], sums[True], counts[False], -sums[False]):
            raise refuse("the rows do not add up to the totals")
        self.totals = StatementTotals(*told, opening, closing)

    def text_rows(self) -> Iterator[tuple[tuple[str, ...], list[str]]]:
        """The rows as they stand, for who takes many at once."""
        first = last = None
        for row, cells in enumerate(self._rows, 2):
            if cells[0] == "T":
                break
            try:
                entry, at, kind, key, reference, original, gross, fee, net, balance, name, batch, note = cells
                yield (
                    (
                        str(row), KIND_WORDS[kind], entry, net, gross, fee, balance, at + "+08:00", at[:10], key,
                        reference, original, "", batch, "", "", "", name, note, kind,
                    ),
                    cells,
                )  # fmt: skip
            except (ValueError, KeyError) as error:
                raise refuse(f"the row cannot be read ({type(error).__name__})", row) from error
            first, last = first or cells, cells
        else:
            raise refuse("the end is missing")
        opening = Decimal(first[9]) - Decimal(first[8]) if first else None
        closing = Decimal(last[9]) if last else None
        self.totals = StatementTotals(
            int(cells[1]), Decimal(cells[2]), int(cells[3]), Decimal(cells[4]), opening, closing
        )


class BenchConnector(Connector):
    """A platform that only has bills."""

    code = "bench"
    label = Bilingual("Bench", "基准")
    capabilities = Capabilities(
        operations=frozenset({Operation.STATEMENT}),
        currencies=frozenset({"CNY"}),
        statement_kinds=(StatementKind("account", Bilingual("Account", "账务"), covers_balance=True),),
        zone="Asia/Shanghai",
    )

    def parse_statement(self, stream: BinaryIO, name: str) -> BenchStatement:
        """The bill."""
        return BenchStatement(stream)
