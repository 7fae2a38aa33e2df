"""/v3/bill/tradebill and /v3/bill/fundflowbill, the files behind their links, and what may be wrong with them."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from ..clock import Clock, midnight
from ..core import Core
from ..faults import Strikes
from ..ledger import Movement
from ..wire import Response
from .bill_files import TradeRow, flow_bill, row_of_payment, row_of_refund, row_of_reversal, trade_bill
from .downloads import BILLS, Downloads
from .errors import Refusal
from .gateway import PLATFORM, Call, Operation
from .merchants import Merchant
from .purses import ACCOUNTS
from .refunds import Refunds
from .settings import WechatSettings
from .trades import Trades

BILL_TYPES = ("ALL", "SUCCESS", "REFUND")
OTHER_TYPES = ("RECHARGE_REFUND", "ALL_SPECIAL", "SUC_SPECIAL", "REF_SPECIAL")
MONTH_DAYS = 31
BOMB_MEGABYTES = 256
MEGABYTE = 1024 * 1024
Row = TypeVar("Row", TradeRow, Movement)
Writer = Callable[[Sequence[Any], Sequence[Any]], bytes]


class BillApi:
    """Bills of past days."""

    def __init__(
        self, core: Core, settings: WechatSettings, trades: Trades, refunds: Refunds, downloads: Downloads
    ) -> None:
        self._core = core
        self._settings = settings
        self._trades = trades
        self._refunds = refunds
        self._downloads = downloads

    def operations(self) -> list[Operation]:
        """The addresses."""
        return [
            Operation("tradebill", "GET", "/v3/bill/tradebill", self.trade),
            Operation("fundflowbill", "GET", "/v3/bill/fundflowbill", self.flow),
        ]

    def trade(self, call: Call) -> dict[str, Any]:
        """A link to the trade bill of a day."""
        day = call.query.day("bill_date")
        kind = call.query.choice("bill_type", *BILL_TYPES, *OTHER_TYPES, default="ALL")
        packed = _packed(call)
        _check_day(day, self._core.clock, self._settings)
        strikes = self._strikes(call.merchant, "tradebill", day)
        rows = self._trade_rows(call.merchant, kind, midnight(day))
        return self._link(
            call.merchant, rows, strikes, packed, lambda *which: trade_bill(*which, kind, self._settings.bill_bom)
        )

    def flow(self, call: Call) -> dict[str, Any]:
        """A link to the fund-flow bill of a day and a purse."""
        day = call.query.day("bill_date")
        account = call.query.choice("account_type", *ACCOUNTS, "FEES", default="BASIC")
        packed = _packed(call)
        if account not in ACCOUNTS:
            raise Refusal("INVALID_REQUEST", "账户类型未开通")
        _check_day(day, self._core.clock, self._settings)
        strikes = self._strikes(call.merchant, account, day)
        start = midnight(day)
        rows = call.merchant.purses[account].between(start, start + timedelta(days=1))
        return self._link(
            call.merchant, rows, strikes, packed, lambda *which: flow_bill(*which, self._settings.bill_bom)
        )

    def _strikes(self, merchant: Merchant, kind: str, day: date) -> Strikes:
        strikes = self._core.faults.strike(
            "bill",
            platform=PLATFORM,
            app_id=merchant.mchid,
            mchid=merchant.mchid,
            bill_type=kind,
            bill_date=day.isoformat(),
        )
        if "late" in strikes:
            raise Refusal("STATEMENT_CREATING")
        if "missing" in strikes:
            raise Refusal("NO_STATEMENT_EXIST")
        return strikes

    def _trade_rows(self, merchant: Merchant, kind: str, start: datetime) -> list[TradeRow]:
        trades = [t for t in self._trades.all() if t.merchant is merchant and t.paid]
        refunds = [r for r in self._refunds.all() if r.trade.merchant is merchant]
        paid = [row_of_payment(trade) for trade in trades]
        back = [row_of_refund(refund) for refund in refunds]
        back += [row_of_reversal(trade) for trade in trades if trade.reversed]
        rows = {"ALL": paid + back, "SUCCESS": paid, "REFUND": back}.get(kind, [])
        end = start + timedelta(days=1)
        return sorted((row for row in rows if start <= row.time < end), key=lambda row: row.time)

    def _link(
        self, merchant: Merchant, rows: Sequence[Row], strikes: Strikes, packed: bool, write: Writer
    ) -> dict[str, Any]:
        """Hash and address of the file; NO_STATEMENT_EXIST for a day without rows."""
        if not rows:
            raise Refusal("NO_STATEMENT_EXIST")
        plain = _spoiled(rows, strikes, write)
        digest = hashlib.sha1(plain, usedforsecurity=False).hexdigest()
        if "wrong_hash" in strikes:
            digest = hashlib.sha1(plain + b"\n", usedforsecurity=False).hexdigest()
        query = {"tartype": "gzip"} if packed else {}
        make = lambda: _file(plain, packed, strikes)  # noqa: E731
        url = self._downloads.issue(merchant.mchid, BILLS, self._settings.link_seconds, make, **query)
        if "wrong_host" in strikes:
            url = url.replace(self._core.base_url, str(strikes.arg("wrong_host", "host", "http://bills.invalid")), 1)
        return {"hash_type": "SHA1", "hash_value": digest, "download_url": url}


def _packed(call: Call) -> bool:
    """Whether the file shall be gzipped; ends the reading of the query."""
    packed = bool(call.query.text("tar_type", 8, pattern="GZIP"))
    call.query.done()
    return packed


def _check_day(day: date, clock: Clock, settings: WechatSettings) -> None:
    """Refuse days that are not over, too old, or whose bill is not made yet."""
    now, end = clock.now(), midnight(day) + timedelta(days=1)
    if end > now:
        raise Refusal("INVALID_REQUEST", "bill_date应早于当天")
    if now - end > timedelta(days=MONTH_DAYS * settings.bill_months):
        raise Refusal("NO_STATEMENT_EXIST")
    if now < end + timedelta(hours=settings.bill_ready_hour):
        raise Refusal("STATEMENT_CREATING")


def _spoiled(rows: Sequence[Row], strikes: Strikes, write: Writer) -> bytes:
    """The text, with the faults that were asked for.

    Rows are changed behind the totals' back, unless the fault says `consistent`; the hash is of what is made here.
    """
    shown = list(rows)
    consistent = False
    for kind in ("drop_row", "double_row", "alter_row"):
        if kind in strikes and shown:
            at = int(strikes.arg(kind, "row", 0)) % len(shown)
            consistent = consistent or bool(strikes.arg(kind, "consistent", False))
            if kind == "drop_row":
                del shown[at]
            elif kind == "double_row":
                shown.insert(at, shown[at])
            else:
                shown[at] = _altered(shown[at], Decimal(str(strikes.arg(kind, "by", "0.01"))))
    text = write(shown, shown if consistent else rows)
    if "bad_encoding" in strikes:
        text = text.replace(b"CNY", b"\xff\xfe\x80\xff", 1).replace("收".encode(), b"\xff\xfe\x80", 1)
    return text


def _altered(row: Row, by: Decimal) -> Row:
    return row.altered(by) if isinstance(row, TradeRow) else replace(row, amount=row.amount + by)


def _file(plain: bytes, packed: bool, strikes: Strikes) -> Response:
    """The answer of the download. Content-Encoding is never set: the file itself is a gzip file."""
    if "zip_bomb" in strikes:
        return Response(
            _bomb(int(strikes.arg("zip_bomb", "megabytes", BOMB_MEGABYTES))), content_type="application/gzip"
        )
    body = gzip.compress(plain, mtime=0) if packed else plain
    if "truncated_zip" in strikes:
        body = body[: len(body) // 2]
    return Response(body, content_type="application/gzip" if packed else "text/plain; charset=utf-8")


def _bomb(megabytes: int) -> bytes:
    """A small gzip file that unpacks to a lot of nothing."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    chunk = bytes(MEGABYTE)
    return b"".join(packer.compress(chunk) for _ in range(megabytes)) + packer.flush()
