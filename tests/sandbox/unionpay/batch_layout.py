"""The text inside a batch file: the one place that says how it looks.

The request follows the sample that the vendor's demo carries (DF00000000<merId><date><batchNo>I.txt): UTF-8 text, fields
separated by `|`, a first line `version|totalAmt|totalQty||`, a second line with the names of the columns, and one line
an order. The layout of the result is an assumption, as no public source shows one: the same two lines, and in every line
three more columns, RESULT_COLUMNS. `fileContent` is base64 of the zlib-compressed text.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SEPARATOR = "|"
ENCODING = "utf-8"
COLUMNS = (
    "orderId",
    "currencyCode",
    "txnAmt",
    "accType",
    "accNo",
    "customerNm",
    "bizType",
    "certifTp",
    "certifId",
    "phoneNo",
    "postscript",
)
NEEDED = ("orderId", "currencyCode", "txnAmt", "accType", "accNo", "customerNm", "bizType")
RESULT_COLUMNS = ("queryId", "respCode", "respMsg")
MAX_BYTES = 16 * 1024 * 1024


class LayoutError(ValueError):
    """The file is not as it should be."""


@dataclass(frozen=True)
class BatchFile:
    """A file read: what its head claims (fen, count), and its rows by column. Checked only for form."""

    version: str
    total_amount: int
    total_count: int
    rows: tuple[dict[str, str], ...]


def unpacked(content: str) -> bytes:
    """The bytes in a fileContent. Raises LayoutError."""
    try:
        packer = zlib.decompressobj()
        data = packer.decompress(base64.b64decode(content, validate=True), MAX_BYTES)
    except (binascii.Error, zlib.error) as error:
        raise LayoutError("fileContent") from error
    if not packer.eof:
        raise LayoutError("fileContent is cut or too long")
    return data


def packed(data: bytes) -> str:
    """Bytes as a fileContent."""
    return base64.b64encode(zlib.compress(data)).decode()


def read(data: bytes) -> BatchFile:
    """Read a request file. Raises LayoutError."""
    try:
        lines = data.decode(ENCODING).splitlines()
    except UnicodeDecodeError as error:
        raise LayoutError("no UTF-8") from error
    if len(lines) < 3:
        raise LayoutError("no orders")
    head, columns = lines[0].split(SEPARATOR), lines[1].split(SEPARATOR)
    if len(head) < 3 or not (head[1].isdecimal() and head[2].isdecimal()):
        raise LayoutError("first line")
    if not set(NEEDED) <= set(columns) or len(set(columns)) != len(columns):
        raise LayoutError("columns")
    rows = []
    for number, line in enumerate(lines[2:], 3):
        cells = line.split(SEPARATOR)
        if len(cells) != len(columns):
            raise LayoutError(f"line {number}")
        rows.append(dict(zip(columns, cells, strict=True)))
    return BatchFile(head[0], int(head[1]), int(head[2]), tuple(rows))


def write(version: str, total_amount: int, rows: Sequence[dict[str, str]], columns: Iterable[str]) -> bytes:
    """A file out of rows by column; what a row does not have stays empty."""
    names = list(columns)
    lines = [
        [version, str(total_amount), str(len(rows)), "", ""],
        names,
        *([r.get(n, "") for n in names] for r in rows),
    ]
    return "".join(SEPARATOR.join(line) + "\n" for line in lines).encode(ENCODING)
