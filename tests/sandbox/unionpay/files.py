"""File download, 76/01: the settlement files of a day, and what may be wrong with them (channels_china.md 4.9, 7.6)."""

from __future__ import annotations

import base64
import io
import zipfile
import zlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from ..clock import midnight
from ..core import Core
from ..faults import Strikes
from . import lines
from .books import Books, Entry
from .codes import FORMAT, NO_FILE, Refusal
from .merchants import Merchant, fen
from .orders import RETURN, Orders
from .settings import UnionPaySettings

BOMB_MEGABYTES = 256
MEGABYTE = bytes(1024 * 1024)
Row = dict[str, str]


class Files:
    """Settlement files of past settlement days."""

    def __init__(self, core: Core, settings: UnionPaySettings, orders: Orders, books: Books) -> None:
        self._core = core
        self._settings = settings
        self._orders = orders
        self._books = books

    def download(self, merchant: Merchant, fields: dict[str, str]) -> dict[str, str]:
        """The archive of a settlement day; 98 when there is none or not yet. Raises Refusal."""
        now = self._core.clock.now()
        day = _latest(fields["settleDate"], now)
        strikes = self._core.faults.strike(
            "bill", platform="unionpay", app_id=merchant.mer_id, bill_type="ZM", bill_date=day.isoformat()
        )
        ready = midnight(day + timedelta(days=1)) + timedelta(hours=self._settings.file_ready_hour)
        entries = self._books.entries(merchant, day)
        if now < ready or not entries or "late" in strikes or "missing" in strikes:
            raise Refusal(NO_FILE)
        archive = self._archive(merchant, day, entries, strikes)
        if "truncated_zip" in strikes:
            archive = archive[: len(archive) // 2]
        return {
            "settleDate": fields["settleDate"],
            "fileType": fields["fileType"],
            "fileName": f"{merchant.mer_id}_{day:%Y%m%d}.zip",
            "fileContent": base64.b64encode(zlib.compress(archive)).decode(),
        }

    def _archive(self, merchant: Merchant, day: date, entries: Sequence[Entry], strikes: Strikes) -> bytes:
        apart = (RETURN,) if self._settings.returns_in == "ZME" else ()
        detail = _struck([self._row(entry) for entry in entries if entry.kind not in apart], strikes)
        prefix = f"INN{day:%y%m%d}00"
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            name = f"{prefix}ZM_{merchant.mer_id}"
            if "zip_bomb" in strikes:
                with archive.open(name, "w") as member:
                    for _ in range(int(strikes.arg("zip_bomb", "megabytes", BOMB_MEGABYTES))):
                        member.write(MEGABYTE)
            else:
                archive.writestr(name, _text(lines.ZM, detail, "bad_encoding" in strikes))
            other = [self._row(entry) for entry in entries if entry.kind in apart]
            archive.writestr(f"{prefix}ZME_{merchant.mer_id}", _text(lines.ZME, other, False))
        return buffer.getvalue()

    def _row(self, entry: Entry) -> Row:
        return lines.values(entry, self._settings, self._original_day)

    def _original_day(self, entry: Entry) -> str:
        booked = entry.original.booked if entry.original else None
        return f"{self._orders.settlement_day(booked):%m%d}" if booked else ""


def _latest(text: str, now: datetime) -> date:
    """The latest day with this month and day, tomorrow at most. Raises Refusal."""
    month, number = int(text[:2]), int(text[2:])
    for year in range(now.year + 1, now.year - 8, -1):
        try:
            day = date(year, month, number)
        except ValueError:
            continue
        if day <= now.date() + timedelta(days=1):
            return day
    raise Refusal(FORMAT, "settleDate")


def _struck(rows: list[Row], strikes: Strikes) -> list[Row]:
    """The rows as the faults leave them. An altered amount leaves fee and net alone, unless it is `consistent`."""
    for kind in ("drop_row", "double_row", "alter_row"):
        if kind not in strikes or not rows:
            continue
        at = int(strikes.arg(kind, "row", 0)) % len(rows)
        if kind == "drop_row":
            del rows[at]
        elif kind == "double_row":
            rows.insert(at, rows[at])
        else:
            by = fen(Decimal(str(strikes.arg(kind, "by", "0.01"))))
            rows[at] = _altered(rows[at], by, bool(strikes.arg(kind, "consistent", False)))
    return rows


def _altered(row: Row, by: int, consistent: bool) -> Row:
    row = {**row, "交易金额": f"{int(row['交易金额']) + by:012d}"}
    if consistent:
        net = row["结算金额"]
        row["结算金额"] = f"{net[0]}{int(net[1:]) + by:012d}"
    return row


def _text(layout: tuple[tuple[str, int], ...], rows: Sequence[Row], spoil: bool) -> bytes:
    written = [lines.line(layout, row) for row in rows]
    if spoil and written:
        written[0] = written[0][:-4] + b"\xff\xfe\x80\xff"
    return b"".join(line + lines.END for line in written)
