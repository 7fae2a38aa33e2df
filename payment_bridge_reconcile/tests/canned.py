"""A platform for tests: one CSV a day, handed out from memory, read strictly."""

import csv
import io
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal

from odoo.addons.payment_bridge.connector.base import Connector
from odoo.addons.payment_bridge.connector.declarations import Capabilities, PayeeKind, StatementKind
from odoo.addons.payment_bridge.connector.errors import StatementError
from odoo.addons.payment_bridge.connector.statement_types import (
    LineKind,
    StatementFile,
    StatementHeader,
    StatementLine,
    StatementTotals,
)
from odoo.addons.payment_bridge.connector.types import Bilingual, Operation

ACCOUNT = "canned-1"


class CannedReader:
    """The file: a header row, rows, and a total row that they must add up to."""

    def __init__(self, stream):
        self._rows = csv.reader(io.TextIOWrapper(stream, "utf-8"))
        head = next(self._rows, None)
        if not head or head[0] != "H":
            raise StatementError(Bilingual("not a canned statement", "不是测试账单"))
        _mark, account, first, last, currency = head
        self.header = StatementHeader(account, date.fromisoformat(first), date.fromisoformat(last), currency)
        self.totals = None

    def __iter__(self):
        count, money = {True: 0, False: 0}, {True: Decimal(0), False: Decimal(0)}
        opening = closing = None
        for row, cells in enumerate(self._rows, 2):
            if cells[0] == "T":
                told = Decimal(cells[1])
                if told != money[True] + money[False]:
                    raise StatementError(
                        Bilingual(f"rows of {money[True] + money[False]}, total of {told}", "合计不符"), row=row
                    )
                break
            line = self._line(row, cells)
            count[line.amount > 0] += 1
            money[line.amount > 0] += line.amount
            if line.balance is not None:
                opening = line.balance - line.amount if opening is None else opening
                closing = line.balance
            yield line
        else:
            raise StatementError(Bilingual("the end is missing", "文件不完整"))
        self.totals = StatementTotals(count[True], money[True], count[False], -money[False], opening, closing)

    def _line(self, row, cells):
        _mark, kind, entry, amount, fee, key, reference, at, balance, text, original, batch, settled = cells
        kind, _slash, told = kind.partition("/")
        try:
            amount = Decimal(amount)
        except ArithmeticError as error:
            raise StatementError(Bilingual(f"{amount!r} is no amount", "金额无效"), row=row) from error
        occurred = datetime.fromisoformat(at).replace(tzinfo=UTC)
        return StatementLine(
            row=row,
            kind=LineKind(kind),
            entry_reference=entry,
            amount=amount,
            currency=self.header.currency,
            occurred_at=occurred,
            settled_on=occurred.date(),
            gross=amount + Decimal(fee or 0),
            fee=Decimal(fee or 0),
            key=key or None,
            platform_reference=reference or None,
            balance=Decimal(balance) if balance else None,
            counterparty="某某纸业(payee1234@example.cn)",
            description=text or None,
            platform_kind=told or kind,
            original_key=original or None,
            batch_reference=batch or None,
            **self._settled(settled, amount),
            raw={"entry": entry, "text": text, "card": "4111111111111111", "to": "某某纸业(payee1234@example.cn)"},
        )

    def _settled(self, told, amount):
        if not told:
            return {}
        currency, settled = told.split()
        rate = round(Decimal(settled) / amount, 6)
        return {"settlement_currency": currency, "settlement_amount": Decimal(settled), "settlement_rate": rate}


class CannedTextReader(CannedReader):
    """The same file for who takes its rows as text."""

    titles = ("entry", "text", "card", "to")

    def text_rows(self):
        count, money = [0, 0], [Decimal(0), Decimal(0)]
        for row, cells in enumerate(self._rows, 2):
            if cells[0] == "T":
                break
            _mark, kind, entry, amount, fee, key, reference, at, balance, text, original, batch, settled = cells
            kind, _slash, told = kind.partition("/")
            gross = str(Decimal(amount) + Decimal(fee or 0)) if fee else amount
            fields = (str(row), kind, entry, amount, gross, fee or "0.00", balance, f"{at}+00:00", at[:10])
            more = (
                key,
                reference,
                original,
                "",
                batch,
                *(settled.split() or ("", "")),
                "",
                "某某纸业(payee1234@example.cn)",
                text,
                told or kind,
            )
            yield (*fields, *more), [entry, text, "4111111111111111", "某某纸业(payee1234@example.cn)"]
            try:
                money[amount[0] != "-"] += abs(Decimal(amount))
            except ArithmeticError:
                continue  # whoever takes text finds that by himself
            count[amount[0] != "-"] += 1
        self.totals = StatementTotals(count[1], money[1], count[0], money[0], None, None)


class CannedConnector(Connector):
    """Hands out what a test has put on its shelf; a day that is not there is not ready yet."""

    code = "canned"
    label = Bilingual("Canned", "测试平台")
    capabilities = Capabilities(
        operations=frozenset({Operation.PAY_OUT, Operation.QUERY, Operation.STATEMENT}),
        currencies=frozenset({"CNY", "USD", "EUR", "JPY"}),
        payee_kinds=(PayeeKind("canned", Bilingual("Canned", "测试"), Bilingual("Account", "账号")),),
        statement_kinds=(
            StatementKind("account", Bilingual("Account detail", "账务明细"), covers_balance=True),
            StatementKind("trade", Bilingual("Trade detail", "业务明细"), covers_balance=False),
        ),
        zone="UTC",
    )
    shelf = {}
    asked = []

    def check_pay_out(self, order):
        pass

    def statement(self, day, kind):
        type(self).asked.append(day)
        answer = self.shelf.get(day)
        if isinstance(answer, Exception):
            raise answer
        if answer == b"":
            return StatementFile(day, kind, empty=True)
        return StatementFile(day, kind, name=f"{day}.csv", content=answer)

    def parse_statement(self, stream, name):
        return CannedReader(stream)


def row(
    kind, entry, amount, *, day, fee="", key="", reference="", balance="", text="", time="10:00:00",
    original="", batch="", settled="",
):  # fmt: skip
    """One row of a canned statement; ``kind`` may tell the platform's own word after a slash, ``settled`` the currency
    and amount in which it arrives: ``EUR -80.00``."""
    at = f"{day}T{time}"
    numbers = [key or "", reference or ""]
    return ["R", kind, entry, str(amount), str(fee), *numbers, at, str(balance), text, original, batch, settled]


def statement_bytes(day, rows, *, last_day=None, currency="USD", total=None, account=ACCOUNT):
    """A canned statement of ``day`` as bytes; ``total`` overrides its own total."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["H", account, str(day), str(last_day or day), currency])
    writer.writerows(rows)
    own = sum((Decimal(cells[3]) for cells in rows), Decimal(0))
    writer.writerow(["T", str(total if total is not None else own)])
    return text.getvalue().encode()


def with_balances(rows, opening):
    """The same rows with the running balance that they lead to."""
    balance = Decimal(str(opening))
    result = []
    for cells in rows:
        balance += Decimal(cells[3])
        result.append([*cells[:8], str(balance), *cells[9:]])
    return result


@contextmanager
def shelf(**days):
    """Put answers on the shelf for the time of the block; keys like ``d2026_01_05``."""
    CannedConnector.shelf = {date(*map(int, name[1:].split("_"))): answer for name, answer in days.items()}
    CannedConnector.asked = []
    try:
        yield CannedConnector
    finally:
        CannedConnector.shelf = {}
