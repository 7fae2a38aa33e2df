"""Batches of pay-outs (批量代付): 21/03 takes a file, 22/03 gives it back with a result in every line."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import Any

from . import batch_layout as layout
from .codes import BATCH_FORMAT, DUPLICATE, FORMAT, NOT_FOUND, SUCCESS, SUCCESS_CODES, Refusal, words
from .merchants import Merchant
from .orders import OPEN, Order
from .payouts import Payouts
from .rules import SHAPES
from .sensitive import ACCOUNT_NUMBER, CARD, CARD_NUMBER, Person
from .settings import UnionPaySettings


@dataclass
class Line:
    """One line of a batch: its cells, and the order it became or the code that refused it."""

    cells: dict[str, str]
    order: Order | None = None
    code: str = ""

    @property
    def result(self) -> dict[str, str]:
        """The cells with the result."""
        code = self.order.code if self.order else self.code
        query_id = self.order.trace.query_id if self.order else ""
        return {**self.cells, "queryId": query_id, "respCode": code, "respMsg": words(code)}


@dataclass
class Batch:
    """One accepted file."""

    merchant: Merchant
    fields: dict[str, str]
    file: layout.BatchFile
    query_id: str
    lines: list[Line]

    @property
    def finished(self) -> bool:
        """Whether no order of it is open."""
        return not any(line.order and line.order.state == OPEN for line in self.lines)

    def show(self) -> dict[str, Any]:
        """The batch as JSON, for the admin API."""
        return {
            "mer_id": self.merchant.mer_id,
            "batch_no": self.fields["batchNo"],
            "txn_time": self.fields["txnTime"],
            "finished": self.finished,
            "lines": [line.result for line in self.lines],
        }


class Batches:
    """Every batch, by merchant, day and number."""

    def __init__(self, settings: UnionPaySettings, payouts: Payouts) -> None:
        self._settings = settings
        self._payouts = payouts
        self._lock = threading.Lock()
        self._batches: dict[tuple[str, str, str], Batch] = {}

    def accept(self, merchant: Merchant, fields: dict[str, str]) -> dict[str, str]:
        """21/03: take the file as a whole, then every line for itself. Raises Refusal."""
        file = self._read(fields)
        query_id = self._payouts.trace().query_id
        batch = Batch(merchant, dict(fields), file, query_id, [Line(row) for row in file.rows])
        key = _key(merchant, fields)
        with self._lock:
            if key in self._batches:
                raise Refusal(DUPLICATE, "batchNo")
            self._batches[key] = batch
        for line in batch.lines:
            try:
                line.order = self._place(merchant, fields, line.cells)
            except Refusal as refusal:
                line.code = refusal.code
        return _echo(batch)

    def query(self, merchant: Merchant, fields: dict[str, str]) -> dict[str, str]:
        """22/03: the file with results; refused while orders of it are open. Raises Refusal."""
        batch = self._batches.get(_key(merchant, fields))
        if batch is None:
            raise Refusal(NOT_FOUND)
        if not batch.finished and self._settings.batch_unfinished != SUCCESS:
            raise Refusal(self._settings.batch_unfinished)
        rows = tuple(line.result for line in batch.lines)
        paid = [row for row in rows if row["respCode"] in SUCCESS_CODES]
        data = layout.write(replace(batch.file, rows=rows), paid, self._settings.batch_charset)
        name = f"DF00000000{merchant.mer_id}{fields['txnTime'][:8]}{fields['batchNo']}O.txt"
        return {**_echo(batch), "fileName": name, "fileContent": layout.packed(data)}

    def all(self) -> list[Batch]:
        """Every batch, oldest first."""
        with self._lock:
            return list(self._batches.values())

    def _read(self, fields: dict[str, str]) -> layout.BatchFile:
        try:
            file = layout.read(layout.unpacked(fields["fileContent"]), self._settings.batch_charset)
        except layout.LayoutError as error:
            raise Refusal(BATCH_FORMAT, str(error)) from error
        amounts = [row["txnAmt"] for row in file.rows]
        if not all(SHAPES["txnAmt"].fullmatch(amount) for amount in amounts):
            raise Refusal(BATCH_FORMAT, "txnAmt")
        claimed = (int(fields["totalQty"]), int(fields["totalAmt"]))
        if claimed != (file.total_count, file.total_amount) or claimed != (len(amounts), sum(map(int, amounts))):
            raise Refusal(BATCH_FORMAT, "totals")
        if len(amounts) > self._settings.batch_maximum:
            raise Refusal(BATCH_FORMAT, "totalQty")
        return file

    def _place(self, merchant: Merchant, fields: dict[str, str], row: dict[str, str]) -> Order:
        """One line as a pay-out. Raises Refusal."""
        for name in ("orderId", "currencyCode", "accType"):
            if not SHAPES[name].fullmatch(row.get(name, "156")):
                raise Refusal(FORMAT, name)
        if not (CARD_NUMBER if row["accType"] == CARD else ACCOUNT_NUMBER).fullmatch(row["accNo"]):
            raise Refusal(FORMAT, "accNo")
        holder = next((row[name] for name in layout.NAMES if row.get(name)), "")
        if not holder:
            raise Refusal(FORMAT, "customerNm")
        order = {name: fields[name] for name in ("version", "encoding", "accessType", "merId", "txnTime")}
        order |= {"txnType": "12", "txnSubType": "00", "bizType": "000401", "currencyCode": "156"}
        order |= {"orderId": row["orderId"], "txnAmt": row["txnAmt"]}
        person = Person(row["accType"], row["accNo"], holder)
        return self._payouts.accept(merchant, order, person, quiet=True)


def _key(merchant: Merchant, fields: dict[str, str]) -> tuple[str, str, str]:
    return merchant.mer_id, fields["txnTime"][:8], fields["batchNo"]


def _echo(batch: Batch) -> dict[str, str]:
    return {"queryId": batch.query_id, **{name: batch.fields[name] for name in ("batchNo", "totalQty", "totalAmt")}}
